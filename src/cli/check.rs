//! `oats check`: what is wrong in the files of a root, or that nothing is.

use std::collections::BTreeSet;

use crate::{io::config::Diagnostic, supervisor::Loaded};

/// Exit code of a root without a mistake.
const FINE: u8 = 0;

/// Exit code of a root with mistakes: contract section 4.
const WRONG: u8 = 3;

/// What to print, and the exit code.
pub fn report(result: &Result<Loaded, Vec<Diagnostic>>) -> (String, u8) {
    match result {
        Ok(loaded) => (fine(loaded), FINE),
        Err(problems) => (wrong(problems), WRONG),
    }
}

fn fine(loaded: &Loaded) -> String {
    let services = counted(loaded.services.len(), "service");
    let names = loaded.services.iter().map(|def| def.name.as_str());
    let names: Vec<&str> = names.collect();
    match names.as_slice() {
        [] => "no services, no problems\n".to_owned(),
        names => format!("{services}, no problems: {}\n", names.join(", ")),
    }
}

/// Every problem, an empty line after each, and how many there are.
pub fn wrong(problems: &[Diagnostic]) -> String {
    let files: BTreeSet<&str> = problems.iter().map(|p| p.file.as_str()).collect();
    let mut lines: Vec<String> = problems.iter().map(Diagnostic::to_string).collect();
    let count = counted(problems.len(), "problem");
    lines.push(format!("{count} in {}\n", counted(files.len(), "file")));
    lines.join("\n\n")
}

/// "1 file", "2 files".
fn counted(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}
