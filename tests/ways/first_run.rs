//! Plain `oats` where there is no project.

use std::fs;

use crate::{
    console::Console,
    in_terminal, oats,
    support::{isolated, kill},
    text,
};

const OFFER: &str = "i   write a starting point here";

#[test]
fn without_a_terminal_it_says_what_was_looked_for_and_the_ways_on() {
    let dir = tempfile::tempdir().unwrap();
    let out = oats(dir.path(), &[]);
    assert_eq!(out.status.code(), Some(2));
    let said = text(&out.stderr);
    for part in [
        "services/*.toml",
        "http.server",
        "`oats init`",
        "`oats demo`",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn leaving_changes_nothing() {
    isolated(|| {
        let dir = tempfile::tempdir().unwrap();
        for key in ["q", "\x1b", "\x03"] {
            let mut console = Console::spawn(in_terminal(dir.path(), &[]));
            console.sees(OFFER);
            // Keys that mean nothing are not an answer.
            console.press("x\r");
            console.press(key);
            let end = console.wait_end_without_screen();
            assert_eq!(end.code, 2, "{key:?}");
            assert!(end.text.contains("looked for oats.toml") || end.text.contains("Looked for"));
            assert!(
                !text(&end.bytes).contains("\x1b["),
                "no screen was taken over"
            );
        }
        assert!(fs::read_dir(dir.path()).unwrap().next().is_none());
    });
}

#[test]
fn a_signal_restores_the_terminal() {
    isolated(|| {
        let dir = tempfile::tempdir().unwrap();
        for signal in ["TERM", "INT", "HUP"] {
            let mut console = Console::spawn(in_terminal(dir.path(), &[]));
            console.sees(OFFER);
            console.sees_changed_settings();
            kill(console.pid(), signal);
            assert_eq!(console.wait_end_without_screen().code, 2);
        }
    });
}

#[test]
fn i_writes_a_starting_point_and_opens_it() {
    isolated(|| {
        let dir = tempfile::tempdir().unwrap();
        let mut console = Console::spawn(in_terminal(dir.path(), &[]));
        console.sees(OFFER);
        console.press("i");
        console.sees("1 service");
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
        let checked = oats(dir.path(), &["check"]);
        assert_eq!(text(&checked.stdout), "1 service, no problems: web\n");
    });
}

#[test]
fn d_runs_the_demo() {
    isolated(|| {
        let dir = tempfile::tempdir().unwrap();
        // A demo that cannot begin tells that it was asked for, and starts nothing.
        let uid = oats::io::platform::effective_uid();
        fs::write(dir.path().join(format!("oats-demo-{uid}")), "").unwrap();
        let mut command = in_terminal(dir.path(), &[]);
        command.env("TMPDIR", dir.path());
        let mut console = Console::spawn(command);
        console.sees(OFFER);
        console.press("d");
        let end = console.wait_end_without_screen();
        assert_eq!(end.code, 2);
        assert!(end.text.contains("it is not a folder"), "{}", end.text);
    });
}
