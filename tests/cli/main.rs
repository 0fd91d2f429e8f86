//! The verbs over the control API and over what lies on disk, as real commands against a real
//! `oats serve`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed; it starts processes and waits with a deadline"
)]

mod acting;
#[expect(dead_code, reason = "the tests of the console use the rest")]
#[path = "../terminal/console.rs"]
mod console;
mod down;
mod events;
mod port;
mod schema;
#[expect(dead_code, reason = "the tests of services use the rest")]
#[path = "../real/support/mod.rs"]
mod support;
mod tools;
mod why;

use std::{
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use portable_pty::CommandBuilder;
use serde_json::Value;

use support::{kill, project::Project, wait_for, wait_until};

/// Runs oats on a root to its end, without a terminal.
fn oats(root: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oats"))
        .arg("--root")
        .arg(root)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What it printed on stdout; it must end with this code.
fn out(project: &Project, args: &[&str], code: i32) -> String {
    let output = oats(project.path(), args);
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{args:?}\n{said}\n{complained}"
    );
    said
}

/// What it printed on stderr; it must end with this code.
fn err(project: &Project, args: &[&str], code: i32) -> String {
    let output = oats(project.path(), args);
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{args:?}\n{said}\n{complained}"
    );
    complained
}

/// What it printed as JSON; it must end with this code.
fn json(project: &Project, args: &[&str], code: i32) -> Value {
    let said = out(project, args, code);
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{args:?}: {error}\n{said}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Oats on a root, to be started in a terminal.
fn in_terminal(root: &Path, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_oats"));
    command.args(args);
    command.cwd(root);
    console::usual_environment(&mut command, &root.join("home"));
    command
}

/// `oats serve` on a root; ended with all its services at the end of the test.
struct Serve(Child);

impl Serve {
    /// Starts it and waits until it has published.
    fn of(project: &Project, args: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_oats"))
            .arg("--root")
            .arg(project.path())
            .arg("serve")
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pid = child.id();
        wait_until("the owner has published", || {
            let status = project.status();
            status.is_some_and(|status| status["owner"]["pid"] == pid)
        });
        Self(child)
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Ends it as a crash would, and leaves its services.
    fn crash(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            kill(self.0.id(), "TERM");
        }
        let _ = self.0.wait();
    }
}

/// A service of status.json.
fn service(project: &Project, name: &str) -> Value {
    let status = project.status().expect("there is an owner");
    status["services"][name].clone()
}

/// Waits until a key of a service of status.json is this word.
fn wait_key(project: &Project, name: &str, key: &str, word: &str) -> Value {
    wait_for(&format!("{key} of {name} is {word}"), || {
        let found = project.status()?["services"][name].clone();
        (found[key] == word).then_some(found)
    })
}
