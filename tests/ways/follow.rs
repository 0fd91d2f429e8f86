//! `oats logs --follow`.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, sync_channel},
};

use crate::support::{DEADLINE, isolated, kill, project::Project, wait_until};

/// A root with two services; nobody owns it, and there are no logs.
fn project() -> Project {
    let project = Project::new();
    project.service("web", "command = [\"sleep\", \"615\"]\n");
    project.service("orders", "command = [\"sleep\", \"615\"]\n");
    project
}

/// `oats logs -f`, and the lines it prints.
struct Following {
    child: Child,
    lines: Receiver<String>,
}

impl Following {
    fn start(project: &Project, args: &[&str]) -> Self {
        let mut child = command(project, args)
            .stdout(Stdio::piped())
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

    /// The next line.
    fn line(&self) -> String {
        self.lines.recv_timeout(DEADLINE).expect("a line comes")
    }

    /// Ends it by a signal, which counts as interrupted.
    fn end(mut self, signal: &str) {
        kill(self.child.id(), signal);
        drop(self.lines);
        assert_eq!(self.child.wait().unwrap().code(), Some(130));
    }
}

fn command(project: &Project, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oats"));
    command
        .args(["logs", "-f"])
        .args(args)
        .current_dir(project.path())
        .stdin(Stdio::null());
    command
}

fn append(project: &Project, log: &str, text: &str) {
    let path = project.path().join("service_logs").join(log);
    let file = File::options().append(true).create(true).open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn what_was_there_comes_first_and_then_what_arrives() {
    isolated(|| {
        let project = project();
        project.file("service_logs/web_stdout.log", "one\ntwo\nhalf a ");
        let following = Following::start(&project, &["web", "-n1"]);
        assert_eq!(following.line(), "two");
        append(&project, "web_stdout.log", "line\n");
        let first = following.line();
        let whole = if first == "half a " {
            // It had not ended for so long that it was shown before.
            first + &following.line()
        } else {
            first
        };
        assert_eq!(whole, "half a line");
        append(&project, "web_stderr.log", "bad\n");
        assert_eq!(following.line(), "! bad");
        append(&project, "web_stdout.log", "three\n");
        assert_eq!(following.line(), "three");
        following.end("INT");
    });
}

#[test]
fn logs_that_are_not_there_yet_and_logs_that_are_cut_or_replaced_are_followed() {
    isolated(|| {
        let project = project();
        let following = Following::start(&project, &[]);
        fs::create_dir(project.path().join("service_logs")).unwrap();
        append(&project, "orders_stdout.log", "first\n");
        assert_eq!(following.line(), "orders | first");
        append(&project, "web_stdout.log", "a long line before the cut\n");
        assert_eq!(following.line(), "web    | a long line before the cut");
        let log = project.path().join("service_logs/web_stdout.log");
        File::options()
            .write(true)
            .open(&log)
            .unwrap()
            .set_len(0)
            .unwrap();
        append(&project, "web_stdout.log", "after\n");
        assert_eq!(following.line(), "web    | after");
        fs::rename(&log, log.with_extension("old")).unwrap();
        append(&project, "web_stdout.log", "in a new file\n");
        assert_eq!(following.line(), "web    | in a new file");
        following.end("TERM");
    });
}

#[test]
fn only_the_stream_that_is_asked_for_is_followed() {
    isolated(|| {
        let project = project();
        project.file("service_logs/web_stderr.log", "bad\n");
        let following = Following::start(&project, &["web", "--stream", "stderr"]);
        assert_eq!(following.line(), "bad");
        append(&project, "web_stdout.log", "not this\n");
        append(&project, "web_stderr.log", "worse\n");
        assert_eq!(following.line(), "worse");
        following.end("INT");
    });
}

#[test]
fn a_flood_loses_nothing_and_takes_no_memory() {
    const LINES: usize = 1_000_000;
    isolated(|| {
        let project = project();
        project.file("service_logs/web_stdout.log", "begin\n");
        let mut child = command(&project, &["web"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "begin\n");
        // Nobody reads while it is written: far more than fits into the pipe.
        for block in 0..10 {
            let from = block * LINES / 10;
            let lines: Vec<String> = (from..from + LINES / 10)
                .map(|n| format!("flood {n}\n"))
                .collect();
            append(&project, "web_stdout.log", &lines.concat());
        }
        for number in 0..LINES {
            line.clear();
            output.read_line(&mut line).unwrap();
            assert_eq!(line.trim_end(), format!("flood {number}"));
        }
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak: u64 = peak
            .unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap();
        assert!(peak < 64 * 1024, "{peak} kB at most");
        kill(child.id(), "INT");
        assert_eq!(child.wait().unwrap().code(), Some(130));
    });
}

#[test]
fn ctrl_c_is_heard_while_nobody_reads() {
    isolated(|| {
        let project = project();
        let mut child = command(&project, &["web"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        // Once a line has come, signals are caught; more than fits into the pipe follows.
        fs::create_dir(project.path().join("service_logs")).unwrap();
        append(&project, "web_stdout.log", "first\n");
        let mut first = [0; 6];
        output.read_exact(&mut first).unwrap();
        let line = format!("{}\n", "y".repeat(99));
        append(&project, "web_stdout.log", &line.repeat(10_000));
        // By then the pipe is full: it has read three pieces as large as that.
        wait_until("it waits for its reader", || {
            let io = fs::read_to_string(format!("/proc/{}/io", child.id())).unwrap_or_default();
            let read = io.lines().find_map(|line| line.strip_prefix("rchar: "));
            read.is_some_and(|read| read.parse::<u64>().unwrap() > 3 * 64 * 1024)
        });
        kill(child.id(), "INT");
        assert_eq!(child.wait().unwrap().code(), Some(130));
    });
}

#[test]
fn a_reader_who_leaves_ends_it_without_another_line() {
    isolated(|| {
        let project = project();
        project.file("service_logs/web_stdout.log", "one\n");
        let mut child = command(&project, &["web"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        let mut first = [0; 4];
        output.read_exact(&mut first).unwrap();
        drop(output);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(said, "");
    });
}
