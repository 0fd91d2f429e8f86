//! `oats --plain`: as an owner, onto an owner, in a terminal.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, sync_channel},
};

use crate::{
    console::Console,
    in_terminal,
    support::{DEADLINE, isolated, kill, project::Project},
};

/// A plain console without a terminal, and what it prints, without the times.
struct Plain {
    child: Child,
    lines: Receiver<String>,
}

impl Plain {
    fn start(project: &Project, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_oats"))
            .args(args)
            .current_dir(project.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = sync_channel(1024);
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Lines until one that ends so; PIDs and durations are left out.
    fn until(&self, last: &str) -> Vec<String> {
        let mut found = Vec::new();
        loop {
            let line = self.lines.recv_timeout(DEADLINE);
            let line = line.unwrap_or_else(|_| panic!("no {last:?} after {found:#?}"));
            assert!(!line.chars().any(char::is_control), "{line:?}");
            let (at, text) = line.split_once(' ').unwrap();
            assert!(at.ends_with('Z') && at.len() == 24, "{line}");
            let words = text.split(' ').map(|word| {
                let number = word.trim_end_matches(',');
                let is_number = number.parse::<f64>().is_ok();
                if is_number {
                    word.replace(number, "N")
                } else {
                    word.to_owned()
                }
            });
            let text = words.collect::<Vec<_>>().join(" ");
            let over = text.ends_with(last);
            found.push(text);
            if over {
                return found;
            }
        }
    }

    fn end(mut self, signal: &str) -> (Option<i32>, Vec<String>) {
        kill(self.child.id(), signal);
        let code = self.child.wait().unwrap().code();
        let rest = self.lines.iter().collect();
        (code, rest)
    }
}

fn project() -> Project {
    let project = Project::new();
    project.file("oats.toml", "api = \"off\"\n");
    project.service("web", "shell = \"echo hello; exec sleep 618\"\n");
    project
}

#[test]
fn an_owner_tells_every_change_and_interrupt_stops_what_it_started() {
    isolated(|| {
        let project = project();
        let plain = Plain::start(&project, &["up", "--plain", "--logs"]);
        let mut told = plain.until("web start done after N s");
        if !told.iter().any(|line| line == "web | hello") {
            told.extend(plain.until("web | hello"));
        }
        if !told.iter().any(|line| line.starts_with("web UP")) {
            told.extend(plain.until("is set, PID N"));
        }
        told.sort();
        told.dedup();
        for line in [
            "web start asked for (by cli)",
            "web start done after N s",
            "web UP: alive is healthy: neither probe nor port is set, PID N",
            "web | hello",
        ] {
            assert!(told.iter().any(|it| it == line), "{line} in {told:#?}");
        }
        let (code, rest) = plain.end("INT");
        assert_eq!(code, Some(0), "{rest:?}");
        let rest = rest.join("\n");
        assert!(rest.contains("stopping all services"), "{rest}");
        assert!(rest.contains("web STOP: killed by SIGTERM"), "{rest}");
    });
}

#[test]
fn onto_an_owner_it_shows_the_same_and_only_leaves() {
    isolated(|| {
        let project = project();
        project.service("bad", "command = [\"false\"]\n");
        let owner = Plain::start(&project, &["up", "--plain"]);
        owner.until("bad FAIL: exited with code N");
        let window = Plain::start(&project, &["--plain"]);
        let told = window.until("is set, PID N");
        assert_eq!(told[0], "bad FAIL: exited with code N");
        assert!(told[1].starts_with("web UP: "), "{told:?}");
        // Something that is wanted has failed.
        let (code, rest) = window.end("INT");
        assert_eq!(code, Some(1), "{rest:?}");
        assert!(rest.join("\n").contains("the owner goes on"), "{rest:?}");
        assert_eq!(owner.end("TERM").0, Some(1));
    });
}

#[test]
fn in_a_dumb_terminal_commands_are_typed_and_refused_with_their_reason() {
    isolated(|| {
        let project = project();
        let mut command = in_terminal(project.path(), &[]);
        command.env("TERM", "dumb");
        let mut console = Console::spawn(command);
        console.sees("web STOP");
        console.press("recover web\r");
        console.sees("web: Recover disabled: service is not running.");
        console.press("start web\r");
        console.sees("web UP: alive is healthy");
        console.press("quit\r");
        console.sees("stopping all services");
        let bytes = console.bytes().to_vec();
        assert!(
            !bytes.contains(&0x1b),
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        let end = console.wait_end_as_it_is();
        assert_eq!(end.code, 0);
    });
}
