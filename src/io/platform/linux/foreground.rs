//! Programs that a person uses through oats: a pager on the terminal, a clipboard.

use std::{
    io::{self, Write as _},
    process::{Command, Stdio},
};

use process_wrap::std::{CommandWrap, ResetSigmask};
use rustix::{
    io::Errno,
    process::{Signal, getpid, kill_process},
};

/// Runs a program on the terminal, and waits for its end.
///
/// # Errors
///
/// It cannot be started.
pub fn run_on_terminal(argv: &[String]) -> io::Result<()> {
    let command = command(argv)?;
    let mut child = CommandWrap::from(command).wrap(ResetSigmask).spawn()?;
    ended(child.wait().map(drop))
}

/// Runs a program, gives it a text, and waits for its end; whether it took the text. What it
/// leaves running goes on: a clipboard lives as long as its program.
///
/// # Errors
///
/// It cannot be started, or does not take the text.
pub fn feed(argv: &[String], text: &str) -> io::Result<bool> {
    let mut command = command(argv)?;
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = CommandWrap::from(command).wrap(ResetSigmask).spawn()?;
    let written = match child.stdin().take() {
        Some(mut stdin) => stdin.write_all(text.as_bytes()),
        None => Ok(()),
    };
    match child.wait() {
        Ok(status) => written.map(|()| status.success()),
        // It was reaped with the orphans: how it ended is not known any more.
        Err(error) if is_reaped(&error) => written.map(|()| true),
        Err(error) => Err(error),
    }
}

/// Makes this process look anew at how large its terminal is.
pub fn tell_size_anew() {
    // To oneself it cannot fail.
    let _sent = kill_process(getpid(), Signal::WINCH);
}

fn command(argv: &[String]) -> io::Result<Command> {
    let (program, rest) = argv
        .split_first()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    #[expect(
        clippy::disallowed_methods,
        reason = "these share the terminal with the person, unlike what the spawner starts"
    )]
    let mut command = Command::new(program);
    command.args(rest);
    Ok(command)
}

fn ended(waited: io::Result<()>) -> io::Result<()> {
    match waited {
        Err(error) if is_reaped(&error) => Ok(()),
        waited => waited,
    }
}

fn is_reaped(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::CHILD.raw_os_error())
}
