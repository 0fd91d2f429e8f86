//! What is written about the faults.

use std::{fs, path::Path};

use oats::demo::FAULTS;

use crate::running::Running;

#[test]
fn the_page_about_the_demo_services_has_a_row_for_each_fault() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/demo-services.md");
    let page = fs::read_to_string(page).unwrap();
    let written: Vec<&str> = page
        .lines()
        .skip_while(|line| !line.starts_with("| fault |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let row = |row: oats::demo::Row| {
        let takes: Vec<String> = row.takes.iter().map(|key| format!("`{key}`")).collect();
        let sheds = if row.recover_sheds { "yes" } else { "no" };
        let (name, doc, takes) = (row.name, row.doc, takes.join(", "));
        format!("| `{name}` | {doc} | {takes} | {sheds} |")
    };
    assert_eq!(written, FAULTS.map(row));
}

#[test]
fn the_help_of_a_demo_service_names_each_fault() {
    let mut asked = Running::spawn("payments", &["--help"]);
    assert_eq!(asked.exit().code(), Some(0));
    let help = asked.stdout();
    for row in FAULTS {
        assert!(help.contains(&format!("{}: ", row.name)), "{help}");
    }
    for flag in ["--slow-start-ms", "--state-dir", "--allow-faults"] {
        assert!(help.contains(flag), "{help}");
    }
}
