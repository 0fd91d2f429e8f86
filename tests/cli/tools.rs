//! `oats completions`, `oats man`, and the help of every verb.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use crate::{oats, text};

fn here(args: &[&str]) -> String {
    let output = oats(Path::new("."), args);
    assert_eq!(output.status.code(), Some(0), "{args:?}");
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

#[test]
fn completions_are_scripts_that_their_shell_can_read() {
    let script = here(&["completions", "bash"]);
    let mut bash = Command::new("bash")
        .arg("-n")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    assert!(bash.wait().unwrap().success());
    assert!(script.contains("--when-free") && script.contains("recover"));
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(here(&["completions", shell]).contains("recover"), "{shell}");
    }
    let wrong = oats(Path::new("."), &["completions", "tcsh"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn there_is_a_manual_page_of_oats_and_of_every_verb() {
    let page = here(&["man"]);
    assert!(
        page.contains(".TH oats 1") && page.contains(".SH SUBCOMMANDS"),
        "{page}"
    );
    for verb in verbs() {
        let page = here(&["man", &verb]);
        assert!(
            page.contains(&format!(".TH oats-{verb} 1")),
            "{verb}: {page}"
        );
    }
    let wrong = oats(Path::new("."), &["man", "demo-service"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn every_verb_explains_itself_and_its_exit_codes() {
    for verb in [
        "start", "stop", "down", "reload", "ps", "events", "why", "port",
    ] {
        let help = here(&[verb, "--help"]).replace('\n', " ");
        assert!(help.contains("Ends with 0"), "{verb}: {help}");
    }
    let help = here(&["--help"]).replace('\n', " ");
    assert!(help.contains("4 the verb needs an owner"), "{help}");
    assert!(help.contains("5 --wait ran out"), "{help}");
}

/// The verbs that the help lists.
fn verbs() -> Vec<String> {
    let help = here(&["--help"]);
    let lines = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1);
    let verbs = lines.take_while(|line| line.starts_with("  "));
    let first = verbs.filter(|line| !line.starts_with("   "));
    let verbs: Vec<String> = first
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    assert!(verbs.len() > 15, "{verbs:?}");
    verbs
}
