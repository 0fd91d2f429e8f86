//! `oats keymap check`: what is wrong in keymap files, or that nothing is.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    cli::exit::Exit,
    io::{
        config::Diagnostic,
        keymaps::{self, KeymapFile, Places},
    },
    keymap::FaultKind,
};

use super::{
    load::{NoKeymap, by_name, of_file},
    problem::Problem,
};

/// Checks the named keymaps and files, else every file in both folders: what to print, and how to
/// end. Warnings alone are no failure.
pub fn check(wanted: &[PathBuf], places: &Places<'_>) -> (String, Exit) {
    let (mut checked, mut problems) = (Vec::new(), Vec::new());
    if wanted.is_empty() {
        let (files, broken) = places.list();
        problems.extend(broken.into_iter().map(Problem::in_file));
        for file in files {
            checked.push(file.label.clone());
            problems.extend(misnamed(&file));
            problems.extend(of_file(file, places).1);
        }
    }
    for path in wanted {
        checked.push(path.to_string_lossy().escape_debug().to_string());
        problems.extend(one(path, places));
    }
    // What several inherit is met once for each.
    let mut told: Vec<Problem> = Vec::new();
    for problem in problems {
        if !told.contains(&problem) {
            told.push(problem);
        }
    }
    if told.is_empty() {
        return (fine(&checked), Exit::Done);
    }
    let is_wrong = told.iter().any(|it| it.kind == FaultKind::Mistake);
    let exit = if is_wrong { Exit::BadFiles } else { Exit::Done };
    (wrong(&told), exit)
}

/// A keymap by name, or a file by path.
fn one(path: &Path, places: &Places<'_>) -> Vec<Problem> {
    let name = path.to_str().filter(|text| keymaps::is_name(text));
    match name.map(|name| by_name(name, places)) {
        Some(Ok((_, problems))) => problems,
        Some(Err(NoKeymap { message, help })) => {
            vec![Problem::of_choice("oats keymap check", message, help)]
        }
        None => of_file(KeymapFile::at(path), places).1,
    }
}

/// A file in one of the folders that nobody can choose.
fn misnamed(file: &KeymapFile) -> Option<Problem> {
    let say = |message: String, help: &str| {
        let told = Diagnostic::whole_file(&file.label, message, Some(help.to_owned()));
        Some(Problem::in_file(told))
    };
    let name = file.name.escape_debug();
    if file.name == "none" {
        let message = "\"none\" stands for no keys at all, so nobody can choose this file";
        return say(message.to_owned(), "rename the file");
    }
    if keymaps::is_name(&file.name) {
        return None;
    }
    let help = "rename the file: 1 to 64 of a-z, A-Z, 0-9, \"-\" and \"_\"";
    say(format!("\"{name}\" is not the name of a keymap"), help)
}

fn fine(checked: &[String]) -> String {
    match checked {
        [] => "no keymap files, no problems\n".to_owned(),
        names => {
            let count = counted(names.len(), "keymap");
            format!("{count}, no problems: {}\n", names.join(", "))
        }
    }
}

/// Every problem, an empty line after each, and how many there are.
fn wrong(problems: &[Problem]) -> String {
    let files: BTreeSet<&str> = problems.iter().map(Problem::file).collect();
    let count = |kind| problems.iter().filter(|it| it.kind == kind).count();
    let counts = match (count(FaultKind::Mistake), count(FaultKind::Warning)) {
        (0, warnings) => counted(warnings, "warning"),
        (mistakes, 0) => counted(mistakes, "problem"),
        (mistakes, warnings) => {
            let (mistakes, warnings) = (counted(mistakes, "problem"), counted(warnings, "warning"));
            format!("{mistakes} and {warnings}")
        }
    };
    let mut lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.push(format!("{counts} in {}\n", counted(files.len(), "file")));
    lines.join("\n\n")
}

/// "1 file", "2 files".
fn counted(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}
