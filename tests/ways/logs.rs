//! `oats logs`, without `--follow`.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use flate2::{Compression, write::GzEncoder};

use crate::{
    console::Console,
    in_terminal, oats,
    support::{isolated, project::Project, wait_until},
    text,
};

/// A root in which `web` has logs and `idle` has none; nobody owns it.
fn project() -> Project {
    let project = Project::new();
    project.service("web", "command = [\"sleep\", \"614\"]\n");
    project.service("idle", "command = [\"sleep\", \"614\"]\n");
    project.file("service_logs/web_stdout.log", "one\ntwo\nthree\n");
    project.file("service_logs/web_stderr.log", "bad\n");
    project
}

/// What `oats logs` with these arguments prints.
fn logs(project: &Project, args: &[&str]) -> String {
    let args = [&["logs"][..], args].concat();
    let out = oats(project.path(), &args);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    text(&out.stdout)
}

#[test]
fn the_streams_of_a_service_are_told_apart_and_chosen() {
    let project = project();
    assert_eq!(logs(&project, &["web"]), "one\ntwo\nthree\n! bad\n");
    let stdout = logs(&project, &["web", "--stream", "stdout", "-n", "2"]);
    assert_eq!(stdout, "two\nthree\n");
    assert_eq!(logs(&project, &["web", "--stream", "stderr"]), "bad\n");
    assert_eq!(logs(&project, &["web", "--lines", "0"]), "");
    let nothing = oats(project.path(), &["logs", "idle"]);
    assert_eq!(nothing.status.code(), Some(0));
    assert_eq!(text(&nothing.stderr), "oats: idle has no logs yet\n");
    assert!(!project.path().join("data").exists(), "nothing is written");
}

#[test]
fn several_services_stand_in_columns_in_the_order_in_which_they_were_named() {
    let project = project();
    project.file("service_logs/orders_stdout.log", "taken\n");
    let named = logs(&project, &["web", "orders", "-n1"]);
    assert_eq!(named, "web    | three\nweb    | ! bad\norders | taken\n");
    let all = logs(&project, &["-n1"]);
    assert_eq!(all, "orders | taken\nweb    | three\nweb    | ! bad\n");
}

#[test]
fn a_name_that_is_no_service_is_refused_with_the_nearest_one() {
    let project = project();
    for (typed, meant) in [("wep", "web"), ("Web", "web"), ("idel", "idle")] {
        let out = oats(project.path(), &["logs", typed]);
        assert_eq!(out.status.code(), Some(2));
        let said = text(&out.stderr);
        let expected = format!("there is no service \"{typed}\": did you mean \"{meant}\"?");
        assert!(said.contains(&expected), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let wrong = oats(project.path(), &["logs", "web", "-n", "many"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn older_lines_come_from_the_archives() {
    let project = project();
    let archive = project.path().join("service_logs/web_stdout.log.1.gz");
    let mut encoder = GzEncoder::new(fs::File::create(archive).unwrap(), Compression::fast());
    encoder.write_all(b"minus one\nzero\n").unwrap();
    encoder.finish().unwrap();
    let stdout = ["web", "--stream", "stdout", "-n"];
    let last = |count| logs(&project, &[&stdout[..], &[count]].concat());
    assert_eq!(last("4"), "zero\none\ntwo\nthree\n");
    assert_eq!(last("all"), "minus one\nzero\none\ntwo\nthree\n");
    project.file("service_logs/web_stdout.log.1.gz", "this is no archive");
    let broken = oats(project.path(), &["logs", "web", "-n", "all"]);
    assert_eq!(broken.status.code(), Some(1));
    let said = text(&broken.stderr);
    assert!(
        said.contains("could not read service_logs/web_stdout.log.1.gz"),
        "{said}"
    );
    let rest = "one\ntwo\nthree\n! bad\n";
    assert_eq!(text(&broken.stdout), rest, "the rest is shown");
}

#[test]
fn nothing_in_a_log_moves_a_cursor_or_colours_a_pipe() {
    let project = project();
    let log = project.path().join("service_logs/web_stdout.log");
    let mut hostile = b"\x1b[2J\x1b]52;c;ZXZpbA==\x07\x1b[31mred\x1b[0m \xff\r\n".to_vec();
    hostile.extend(vec![b'x'; 100_000]);
    fs::write(&log, &hostile).unwrap();
    let shown = logs(&project, &["web", "--stream", "stdout"]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "red \u{fffd}");
    assert!(lines[1].ends_with("… +83616 bytes"), "{}", lines[1].len());
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_terminal_gets_the_colours_unless_they_are_forbidden() {
    isolated(|| {
        let project = project();
        project.file("service_logs/web_stdout.log", "\x1b[32mgreen\x1b[2J\n");
        for forbidden in [false, true] {
            let mut command = in_terminal(project.path(), &["logs", "web"]);
            if forbidden {
                command.env("NO_COLOR", "1");
            }
            let end = Console::spawn(command).wait_end_without_screen();
            assert_eq!(end.code, 0);
            assert!(end.text.contains("green\n! bad"), "{}", end.text);
            let written = text(&end.bytes);
            let expected = "\x1b[32mgreen\x1b[0m\r\n\x1b[31m!\x1b[0m bad";
            assert_eq!(written.contains(expected), !forbidden, "{written:?}");
            assert_eq!(written.contains('\x1b'), !forbidden, "{written:?}");
        }
    });
}

/// Runs a pipeline of oats, `$OATS`, to its end; its exit code, with pipefail, and its output.
fn pipeline(project: &Project, script: &str) -> (Option<i32>, String) {
    let out = Command::new("bash")
        .args(["-o", "pipefail", "-c", script])
        .env("OATS", env!("CARGO_BIN_EXE_oats"))
        .current_dir(project.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(text(&out.stderr), "", "nobody complains");
    (out.status.code(), text(&out.stdout))
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    isolated(|| {
        let project = project();
        let many: Vec<String> = (0..200_000).map(|n| format!("line {n}\n")).collect();
        project.file("service_logs/web_stdout.log", &many.concat());
        let (code, shown) = pipeline(&project, "\"$OATS\" logs web -n all | head -1");
        assert_eq!((code, shown.as_str()), (Some(0), "line 0\n"));
        let (code, shown) = pipeline(&project, "\"$OATS\" logs web -n all -f | head -1");
        assert_eq!((code, shown.as_str()), (Some(0), "line 0\n"));
        // Here all fits into the pipe, and no other line comes: that the reader has gone is enough.
        let (code, shown) = pipeline(&project, "\"$OATS\" logs web -n 3 -f | head -1");
        assert_eq!((code, shown.as_str()), (Some(0), "line 199997\n"));
    });
}

#[test]
fn logs_are_read_while_an_owner_writes_them() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let mut owner = Command::new(env!("CARGO_BIN_EXE_oats"))
            .args(["serve", "--up"])
            .current_dir(project.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("the service has written", || {
            !project.read("service_logs/orders_stdout.log").is_empty()
        });
        let shown = logs(&project, &["orders", "-n", "all", "--stream", "stdout"]);
        assert!(
            project
                .read("service_logs/orders_stdout.log")
                .starts_with(&shown)
        );
        assert!(!shown.is_empty());
        crate::support::kill(owner.id(), "TERM");
        assert_eq!(owner.wait().unwrap().code(), Some(0));
    });
}
