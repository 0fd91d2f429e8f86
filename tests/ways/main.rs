//! The ways in: `oats logs`, `oats demo`, `oats init`, and the first run, as real commands.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed; it starts processes and waits with a deadline"
)]

#[expect(dead_code, reason = "the tests of the console use the rest")]
#[path = "../terminal/console.rs"]
mod console;
mod demo;
mod first_run;
mod follow;
mod init;
mod logs;
mod plain;
mod sift;
#[expect(dead_code, reason = "the tests of services use the rest")]
#[path = "../real/support/mod.rs"]
mod support;

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use portable_pty::CommandBuilder;

/// Runs oats in a folder to its end, without a terminal.
fn oats(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oats"))
        .current_dir(dir)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Oats in a folder, to be started in a terminal.
fn in_terminal(dir: &Path, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_oats"));
    command.args(args);
    command.cwd(dir);
    console::usual_environment(&mut command, &dir.join("home"));
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
