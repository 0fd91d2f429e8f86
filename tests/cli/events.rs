//! `oats events`.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    Serve, err, oats, out,
    support::{isolated, kill, project::Project},
    text,
};

fn lines(project: &Project, args: &[&str]) -> Vec<Value> {
    let args = [&["events", "--json"], args].concat();
    let said = out(project, &args, 0);
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn what_was_done_is_read_and_filtered_and_a_torn_line_is_no_harm() {
    isolated(|| {
        let project = Project::new();
        project.service("web", "command = [\"sleep\", \"632\"]\n");
        project.service("idle", "command = [\"sleep\", \"633\"]\n");
        let nothing = oats(project.path(), &["events"]);
        assert_eq!(nothing.status.code(), Some(0));
        assert!(text(&nothing.stderr).contains("nothing has happened here yet"));
        let owner = Serve::of(&project, &[]);
        out(&project, &["start", "web", "--wait"], 0);
        err(&project, &["stop", "idle"], 2);
        drop(owner);
        let ledger = project.path().join("data/events.jsonl");
        let mut file = fs::OpenOptions::new().append(true).open(ledger).unwrap();
        write!(file, "{{\"seq\":99999,\"at\":").unwrap();
        let all = lines(&project, &["-n", "1000"]);
        assert_eq!(
            all.len(),
            project.read("data/events.jsonl").lines().count() - 1
        );
        assert_eq!(all[0]["kind"], "owner");
        let kinds = |args: &[&str]| -> Vec<String> {
            let found = lines(&project, args);
            found
                .iter()
                .map(|it| it["kind"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(kinds(&["--service", "idle"]), ["refusal"]);
        assert_eq!(kinds(&["--kind", "start"]), ["start"]);
        assert_eq!(
            kinds(&["--actor", "cli", "--kind", "ask", "--since", "1h"]).len(),
            2
        );
        let last = all.last().unwrap()["seq"].as_u64().unwrap();
        let since = lines(&project, &["--since", &(last - 2).to_string()]);
        assert_eq!(since.len(), 2);
        assert_eq!(lines(&project, &["-n", "1"])[0]["seq"], last);
        let ask = all.iter().find(|it| it["kind"] == "ask").unwrap()["seq"].clone();
        let readable = out(&project, &["events"], 0);
        assert!(
            readable.contains("Stop disabled: service is not running."),
            "{readable}"
        );
        assert!(
            readable.contains(&format!("(because of #{ask})")),
            "{readable}"
        );
        assert!(!readable.contains('\u{1b}'));
        err(&project, &["events", "--since", "soon"], 2);
    });
}

#[test]
fn events_are_followed_until_the_reader_has_gone() {
    isolated(|| {
        let project = Project::new();
        project.service("web", "command = [\"sleep\", \"634\"]\n");
        let follow = |args: &[&str]| {
            Command::new(env!("CARGO_BIN_EXE_oats"))
                .arg("--root")
                .arg(project.path())
                .args(["events", "-f", "--json"])
                .args(args)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        };
        // It is followed from before the first owner on.
        let mut all = follow(&[]);
        let mut lines = BufReader::new(all.stdout.take().unwrap()).lines();
        let _owner = Serve::of(&project, &[]);
        let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(first["kind"], "owner");
        out(&project, &["start", "web", "--wait"], 0);
        let mut seen = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        assert!(seen.any(|it| it["kind"] == "result" && it["result"] == "done"));
        drop(seen);
        assert_eq!(all.wait().unwrap().code(), Some(0), "the reader has gone");
        let mut interrupted = follow(&["--kind", "health", "--service", "web"]);
        let mut lines = BufReader::new(interrupted.stdout.take().unwrap()).lines();
        lines.next().unwrap().unwrap();
        kill(interrupted.id(), "INT");
        assert_eq!(interrupted.wait().unwrap().code(), Some(130));
    });
}
