//! What a demo service asks of the system: children of every kind, a death of its own, and to
//! hear the request to end.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, ErrorKind},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    thread,
};

use rustix::process::{self, Resource, Rlimit};
use tokio::signal::unix::{self, SignalKind};

use crate::model::{Pid, Signal};

/// The running program, even when its file was replaced since.
const MYSELF: &str = "/proc/self/exe";

/// What a child finds in its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// All that we have.
    Inherited,
    /// Nothing, so that no tag finds it.
    Empty,
}

/// A reaper only waits.
const REAPER_STACK: usize = 64 * 1024;

/// Starts this program again and reads from its stdout which process is meant to live on: itself,
/// or a descendant of it when it ends at once. Blocks until that is known.
///
/// # Errors
///
/// The program could not be started, or ended without naming a process.
pub fn spawn_telling(args: &[&str], environment: Environment) -> io::Result<Pid> {
    let mut command = again(args);
    match environment {
        Environment::Inherited => {}
        Environment::Empty => drop(command.env_clear()),
    }
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let told = told_pid(&mut child);
    if told.as_ref().is_ok_and(|pid| pid.0 == child.id()) {
        // Somebody has to wait for it, or it stays a zombie after its end.
        thread::Builder::new()
            .name("reaper".to_owned())
            .stack_size(REAPER_STACK)
            .spawn(move || child.wait())?;
    } else {
        child.wait()?;
    }
    told
}

/// Starts this program again, its stdout shared with us, and forgets it: for a process that is
/// about to end, so that its child gets another parent.
///
/// # Errors
///
/// The program could not be started.
pub fn spawn_orphan(args: &[&str]) -> io::Result<()> {
    again(args).spawn().map(drop)
}

/// Moves this process into a process group of its own.
///
/// # Errors
///
/// It leads a session.
pub fn own_group() -> io::Result<()> {
    Ok(process::setpgid(None, None)?)
}

/// Moves this process into a session of its own.
///
/// # Errors
///
/// It leads a process group.
pub fn own_session() -> io::Result<()> {
    process::setsid()?;
    Ok(())
}

/// Ends this process by a signal, without a core file. Returns only when that failed.
pub fn die_by(signal: Signal) -> io::Error {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let Some(known) = process::Signal::from_named_raw(signal.0) else {
        return io::Error::from(ErrorKind::InvalidInput);
    };
    // Rust's own handler for SIGSEGV takes the first one, and puts the default back.
    for _ in 0..2 {
        let sent = process::setrlimit(Resource::Core, none)
            .and_then(|()| process::kill_process(process::getpid(), known));
        if let Err(error) = sent {
            return error.into();
        }
    }
    io::Error::other(format!("{signal} was survived"))
}

/// The requests to end that this process gets.
pub struct EndRequests {
    terminate: unix::Signal,
    interrupt: unix::Signal,
}

impl EndRequests {
    /// Listens for SIGTERM and SIGINT from now on.
    ///
    /// # Errors
    ///
    /// The handlers could not be installed.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: unix::signal(SignalKind::terminate())?,
            interrupt: unix::signal(SignalKind::interrupt())?,
        })
    }

    /// The next request.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.interrupt.recv() => Signal::INT,
        }
    }
}

/// This program, to be started again under the name that it was started under.
#[expect(
    clippy::disallowed_methods,
    reason = "this is io/platform, and these children are to be reaped by nobody but themselves and us"
)]
fn again(args: &[&str]) -> Command {
    let mut command = Command::new(MYSELF);
    let name = env::args_os().next();
    command
        .arg0(name.unwrap_or_else(|| fs::read_link(MYSELF).unwrap_or_default().into()))
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The process number in the first line of a child's output.
fn told_pid(child: &mut Child) -> io::Result<Pid> {
    let output = child.stdout.take().ok_or(ErrorKind::BrokenPipe)?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let number = line.trim().parse();
    number.map(Pid).map_err(|error| {
        io::Error::new(
            ErrorKind::InvalidData,
            format!("it named no process: {error}"),
        )
    })
}
