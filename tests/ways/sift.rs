//! `oats logs`: lines chosen by what they say, when and how seriously; merged, and as JSON.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use flate2::{Compression, write::GzEncoder};
use oats::{
    io::{
        files,
        logs::times::{self, Growth},
    },
    model::{Wall, log::LogPositions, root::Root},
};
use serde_json::Value;

use crate::{
    oats,
    support::{isolated, kill, project::Project, wait_until},
    text,
};

/// Two services that tell times, in files and in an archive, and one that does not.
fn project() -> Project {
    let project = Project::new();
    for name in ["api", "db", "old"] {
        project.service(name, "command = [\"sleep\", \"614\"]\n");
    }
    let archive = project
        .path()
        .join("service_logs")
        .join("api_stdout.log.1.gz");
    project.file(
        "service_logs/api_stdout.log",
        "{\"time\":\"2026-11-24T12:00:02Z\",\"level\":\"info\",\"msg\":\"GET /b\",\"ms\":1.50}\n\
         {\"time\":\"2026-11-24T12:00:04Z\",\"level\":\"error\",\"msg\":\"Timeout\",\"id\":12345678901234567890}\n",
    );
    project.file(
        "service_logs/api_stderr.log",
        "2026-11-24T12:00:03Z ERROR panic: boom\n  at main.rs:7\n2026-11-24T12:00:06Z INFO fine\n",
    );
    project.file(
        "service_logs/db_stdout.log",
        "starting\n2026-11-24T12:00:01Z WARN slow\n2026-11-24T12:00:05Z INFO done\n",
    );
    project.file("service_logs/old_stdout.log", "no time\nerror: here\n");
    let mut encoder = GzEncoder::new(fs::File::create(archive).unwrap(), Compression::fast());
    let line = "{\"time\":\"2026-11-24T12:00:00Z\",\"level\":\"debug\",\"msg\":\"GET /a\"}\n";
    encoder.write_all(line.as_bytes()).unwrap();
    encoder.finish().unwrap();
    project
}

/// What `oats logs` with these arguments prints, and what it says on stderr.
fn both(project: &Project, args: &[&str]) -> (String, String) {
    let args = [&["logs"][..], args].concat();
    let out = oats(project.path(), &args);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    (text(&out.stdout), text(&out.stderr))
}

fn logs(project: &Project, args: &[&str]) -> String {
    let (shown, said) = both(project, args);
    assert_eq!(said, "");
    shown
}

/// The lines as values.
fn json(project: &Project, args: &[&str]) -> Vec<Value> {
    let shown = logs(project, &[args, &["--json"]].concat());
    let lines = shown.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn services_and_streams_are_merged_by_the_times_of_their_lines() {
    let project = project();
    let texts: Vec<String> = json(&project, &["-n", "all"])
        .iter()
        .map(|line| {
            let at = line["at"]
                .as_str()
                .and_then(|at| at.get(17..19))
                .unwrap_or("-");
            format!(
                "{at} {} {}",
                line["service"].as_str().unwrap(),
                line["stream"]
            )
        })
        .collect();
    let expected = [
        "- old \"stdout\"",
        "- old \"stdout\"",
        "00 api \"stdout\"",
        "01 db \"stdout\"",
        "01 db \"stdout\"",
        "02 api \"stdout\"",
        "03 api \"stderr\"",
        "03 api \"stderr\"",
        "04 api \"stdout\"",
        "05 db \"stdout\"",
        "06 api \"stderr\"",
    ];
    assert_eq!(texts, expected);
    let last = logs(&project, &["api", "db", "-n", "3"]);
    let begins: Vec<&str> = last.lines().filter_map(|line| line.get(..7)).collect();
    assert_eq!(begins, ["api | {", "db  | 2", "api | !"], "{last}");
}

#[test]
fn lines_are_chosen_by_what_they_hold() {
    let project = project();
    let grep = |args: &[&str]| logs(&project, &[&["api", "db"], args].concat());
    assert_eq!(grep(&["--grep", "timeout"]).lines().count(), 1);
    assert_eq!(grep(&["--grep", "TIMEOUT"]), "");
    assert_eq!(
        grep(&["--grep", "get /"]).lines().count(),
        2,
        "archives too"
    );
    assert_eq!(grep(&["--grep", "get /", "-n", "1"]).lines().count(), 1);
    assert_eq!(grep(&["--grep", "get /."]), "");
    assert_eq!(grep(&["--grep", "get /.", "--regex"]).lines().count(), 2);
    let rest = grep(&["--grep", "2026", "--invert"]);
    assert_eq!(rest, "db  | starting\napi | !   at main.rs:7\n");
    for (args, said) in [
        (
            &["--grep", "(x", "--regex"][..],
            "oats: cannot search for \"(x\": unclosed group\n",
        ),
        (&["--invert"], "--grep <TEXT>"),
        (
            &["--level", "loud"],
            "expected debug, info, warning or error",
        ),
        (
            &["--since", "soon"],
            "expected a time like 10m, \"2h ago\", 14:05, yesterday",
        ),
        (
            &["--since", "2026-01-02", "--until", "2026-01-01"],
            "oats: --since is not before --until",
        ),
    ] {
        let out = oats(project.path(), &[&["logs"], args].concat());
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        let stderr = text(&out.stderr);
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn lines_are_chosen_by_level_with_what_goes_on_with_them() {
    let project = project();
    let errors = logs(&project, &["api", "--level", "error"]);
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "! 2026-11-24T12:00:03Z ERROR panic: boom",
            "!   at main.rs:7"
        ]
    );
    assert!(lines[2].contains("Timeout") && lines.len() == 3, "{errors}");
    let last = json(&project, &["api", "--stream", "stderr", "-n", "2"]);
    assert_eq!(
        last[0]["level"], "error",
        "it goes on with a line that is not shown"
    );
    assert_eq!(last[0]["at"], "2026-11-24T12:00:03.000Z");
    assert_eq!(logs(&project, &["api", "--level", "warn"]), errors);
    assert_eq!(
        logs(&project, &["api", "--level", "debug"]).lines().count(),
        6
    );
    let all = logs(&project, &["old", "--level", "error"]);
    assert_eq!(all, "error: here\n", "a line without a level is left out");
}

#[test]
fn lines_are_chosen_by_time_and_what_has_none_is_told() {
    let project = project();
    let since = ["--since", "2026-11-24T12:00:03Z"];
    let until = ["--until", "2026-11-24T12:00:04Z"];
    let some = logs(&project, &[&["api", "db"], &since[..], &until[..]].concat());
    let expected = "api | ! 2026-11-24T12:00:03Z ERROR panic: boom\napi | !   at main.rs:7\n";
    assert_eq!(some, expected);
    let (shown, said) = both(&project, &[&["old"], &since[..]].concat());
    assert_eq!(shown, "");
    assert_eq!(said, "oats: left out 2 lines whose time is not known\n");
    let (shown, _) = both(&project, &["--until", "1990-01-01"]);
    assert_eq!(shown, "");
}

#[test]
fn a_stream_that_tells_no_time_has_the_times_that_an_owner_noted() {
    let project = project();
    let root = Root::new(project.path());
    files::prepare(&root).unwrap();
    for (second, stdout) in [(0, 0), (2, 8), (4, 20)] {
        // Seconds after noon of that day.
        let at = Wall::from_millis(1_795_521_600_000 + second * 1000);
        let growth = Growth {
            service: "old".parse().unwrap(),
            positions: LogPositions { stdout, stderr: 0 },
            is_start: false,
        };
        times::append(&root, at, &[growth]).unwrap();
    }
    let merged = logs(&project, &["old", "db", "-n", "all"]);
    let expected = "\
        db  | starting\n\
        db  | 2026-11-24T12:00:01Z WARN slow\n\
        old | no time\n\
        old | error: here\n\
        db  | 2026-11-24T12:00:05Z INFO done\n";
    assert_eq!(merged, expected);
    let late = logs(&project, &["old", "--since", "2026-11-24T12:00:03Z"]);
    assert_eq!(late, "error: here\n");
}

#[test]
fn as_json_a_line_is_what_its_schema_says() {
    let project = project();
    let lines = json(&project, &["api", "--stream", "stdout", "-n", "all"]);
    let begin = lines[1]["pos"].as_u64().unwrap();
    assert_eq!(lines[1]["level"], "info");
    assert_eq!(lines[1]["fields"]["msg"], "GET /b");
    let shown = logs(&project, &["api", "--json", "-n", "all"]);
    assert!(shown.contains("\"ms\":1.50}}\n"), "{shown}");
    assert!(shown.contains("\"id\":12345678901234567890}}\n"), "{shown}");
    let live = project.read("service_logs/api_stdout.log");
    let at = usize::try_from(lines[2]["pos"].as_u64().unwrap() - begin).unwrap();
    let there = live.get(at..).unwrap();
    assert!(there.starts_with(lines[2]["text"].as_str().unwrap()));
    let schema = text(&oats(project.path(), &["schema", "log-line"]).stdout);
    let schema: Value = serde_json::from_str(&schema).unwrap();
    for line in &lines {
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        let required = schema["required"].as_array().unwrap();
        assert_eq!(keys.len(), required.len());
        assert!(
            required
                .iter()
                .all(|key| keys.iter().any(|known| *key == **known))
        );
        assert!(
            keys.iter()
                .all(|key| schema["properties"].get(key.as_str()).is_some())
        );
    }
}

#[test]
fn hostile_lines_are_safe_to_choose_from() {
    let project = project();
    let log = project.path().join("service_logs/old_stdout.log");
    let mut bytes =
        b"\x1b[31merror\x1b[0m: red\x1b[2J\n{\"msg\":\"a\\u001b[2J\",\"level\":\"error\"}\n"
            .to_vec();
    bytes.extend(b"nul \0 byte \xff\xfe ERROR\n");
    bytes.extend(b"{\"msg\":\"");
    bytes.extend(vec![b'y'; 1 << 20]);
    bytes.extend(b"\",\"level\":\"error\"}\n{\"level\":\"error\"\n");
    bytes.extend([b"[".repeat(15_000), b"\n".to_vec()].concat());
    fs::write(&log, &bytes).unwrap();
    let found = logs(&project, &["old", "--grep", "error: red"]);
    assert_eq!(found, "error: red\n", "colours hide nothing");
    let errors = json(&project, &["old", "--level", "error"]);
    assert_eq!(errors.len(), 4, "the rest is cut or says nothing");
    assert_eq!(errors[1]["fields"]["msg"], "a\u{1b}[2J");
    assert_eq!(errors[2]["text"], "nul  byte \u{fffd}\u{fffd} ERROR");
    let shown = logs(&project, &["old", "--json", "-n", "all"]);
    assert!(
        !shown.contains('\x1b') && shown.lines().count() == 6,
        "{}",
        shown.len()
    );
    assert!(shown.contains("… +"), "the long line is cut");
}

#[test]
fn what_is_written_later_is_chosen_too() {
    isolated(|| {
        let project = project();
        let shown = project.path().join("shown");
        let mut child = Command::new(env!("CARGO_BIN_EXE_oats"))
            .args([
                "logs", "old", "-f", "--level", "error", "--grep", "x", "--json",
            ])
            .current_dir(project.path())
            .stdin(Stdio::null())
            .stdout(fs::File::create(&shown).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let log = project.path().join("service_logs/old_stdout.log");
        let mut log = fs::OpenOptions::new().append(true).open(log).unwrap();
        log.write_all(b"ERROR y\nINFO x\nERROR x first\n  x at\nERROR x last\n")
            .unwrap();
        wait_until("the last line is shown", || {
            project.read("shown").contains("x last")
        });
        kill(child.id(), "INT");
        assert_eq!(child.wait().unwrap().code(), Some(130));
        let texts: Vec<String> = project
            .read("shown")
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["text"].to_string())
            .collect();
        assert_eq!(
            texts,
            ["\"ERROR x first\"", "\"  x at\"", "\"ERROR x last\""]
        );
    });
}
