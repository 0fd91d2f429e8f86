//! `oats keymap` as a command.

use serde_json::Value;

use crate::{Home, text};

#[test]
fn show_prints_every_command_its_keys_and_where_they_come_from() {
    let home = Home::new();
    home.ours(
        "mine",
        "[services]\n\"service.stop\" = [\"K\"]\n\"service.kill\" = []\n",
    );
    let out = home.oats(&["keymap", "show", "mine"], &[]);
    assert_eq!(out.status.code(), Some(0));
    assert_eq!(text(&out.stderr), "");
    let shown = text(&out.stdout);
    let row = |id: &str| {
        let line = shown.lines().find(|line| line.contains(id)).unwrap();
        line.split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        row("service.start"),
        ["services", "service.start", "s", "f7", "built in"]
    );
    assert_eq!(
        row("service.stop"),
        ["services", "service.stop", "K", "keymaps/mine.toml:2"]
    );
    assert_eq!(
        row("service.kill"),
        ["services", "service.kill", "(none)", "keymaps/mine.toml:3"]
    );
    for row in oats::keymap::COMMANDS {
        assert!(shown.contains(row.id), "{}", row.id);
    }
    let at = |line: &str| line.find("built in").or_else(|| line.find("keymaps/"));
    let columns: Vec<_> = shown.lines().skip(1).map(at).collect();
    assert!(
        columns
            .iter()
            .all(|column| column.is_some() && *column == columns[0]),
        "{shown}"
    );
}

#[test]
fn show_prints_the_keymap_in_force_and_problems_on_stderr() {
    let home = Home::new();
    home.ours(
        "mine",
        "[services]\n\"service.stop\" = [\"K\", \"ctlr+k\"]\n",
    );
    for (args, variables) in [
        (&["keymap", "show", "--keymap", "mine"][..], &[][..]),
        (&["--keymap", "mine", "keymap", "show"], &[]),
        (&["keymap", "show"], &[("OATS_KEYMAP", "mine")]),
    ] {
        let out = home.oats(args, variables);
        assert_eq!(out.status.code(), Some(0), "{args:?}");
        assert!(
            text(&out.stdout).contains("keymaps/mine.toml:2"),
            "{args:?}"
        );
        let said = text(&out.stderr);
        assert!(
            said.contains("keymaps/mine.toml:2:24: unknown key \"ctlr+k\""),
            "{said}"
        );
    }
    let out = home.oats(&["keymap", "show", "mien"], &[]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("did you mean \"mine\"?"));
}

#[test]
fn show_prints_json_with_every_problem() {
    let home = Home::new();
    home.ours("mine", "title = \"Mine\"\n[services]\n\"service.stop\" = [\"K\", \"zz\"]\n[global]\n\"nav.back\" = []\n");
    let out = home.oats(&["keymap", "show", "mine", "--json"], &[]);
    assert_eq!(out.status.code(), Some(0));
    let shown: Value = serde_json::from_slice(&out.stdout).unwrap();
    let binding = |id: &str| {
        let all = shown["bindings"].as_array().unwrap();
        all.iter().find(|it| it["command"] == id).unwrap().clone()
    };
    assert_eq!(shown["title"], "Mine");
    let stop = binding("service.stop");
    assert_eq!(stop["keys"], serde_json::json!(["K"]));
    assert_eq!(stop["file"], "keymaps/mine.toml");
    assert_eq!((&stop["line"], &stop["from"]), (&3.into(), &"file".into()));
    assert_eq!(binding("service.start")["from"], "built in");
    assert_eq!(binding("service.start")["file"], Value::Null);
    assert_eq!(binding("nav.back")["from"], "put back");
    assert_eq!(binding("nav.back")["keys"], serde_json::json!(["esc"]));
    assert_eq!(shown["problems"].as_array().unwrap().len(), 2);
    assert_eq!(shown["problems"][0]["kind"], "mistake");
    assert_eq!(shown["problems"][0]["line"], 3);
}

#[test]
fn check_ends_with_3_on_mistakes_and_with_0_on_warnings() {
    let home = Home::new();
    home.users("mine", "[services]\n\"service.stop\" = [\"ctrl+a\"]\n");
    let out = home.oats(&["keymap", "check"], &[]);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stdout).ends_with("1 warning in 1 file\n"));
    home.ours("other", "[services]\n\"service.stpo\" = [\"x\"]\n");
    let out = home.oats(&["keymap", "check"], &[]);
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stdout).ends_with("1 problem and 1 warning in 2 files\n"));
    // Only what was asked for, by name or by path.
    assert_eq!(
        home.oats(&["keymap", "check", "mine"], &[]).status.code(),
        Some(0)
    );
    let path = "keymaps/other.toml";
    let out = home.oats(&["keymap", "check", path], &[]);
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stdout).starts_with("keymaps/other.toml:2:1: "));
    assert_eq!(
        home.oats(&["keymap", "check", "gone.toml"], &[])
            .status
            .code(),
        Some(3)
    );
}

#[test]
fn without_a_root_there_are_the_users_own_keymaps() {
    let home = Home::new();
    home.users("mine", "title = \"Mine\"\n");
    std::fs::remove_file(home.root().join("oats.toml")).unwrap();
    let out = home.oats(&["keymap", "check"], &[]);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stdout).starts_with("1 keymap, no problems: "));
    let gone = home.root().join("gone");
    let out = home.oats(&["--root", gone.to_str().unwrap(), "keymap", "check"], &[]);
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn a_closed_pipe_is_no_failure_and_keys_need_a_terminal() {
    let home = Home::new();
    let out = home.oats(&["keymap", "keys"], &[]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        text(&out.stderr).contains("terminal"),
        "{}",
        text(&out.stderr)
    );

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_oats"))
        .args(["keymap", "show", "default"])
        .current_dir(home.root())
        .stdout(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
}
