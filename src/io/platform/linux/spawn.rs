//! The one spawner: nothing else in oats starts a process.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs::File,
    io,
    path::PathBuf,
    process::{Command, Stdio},
};

use process_wrap::std::{CommandWrap, ProcessSession, ResetSigmask};
use rustix::{
    io::Errno,
    process::{WaitId, WaitIdOptions, kill_process_group, waitid},
};
use thiserror::Error;

use super::{
    child::Child,
    identity::{hold, raw},
};
use crate::model::{Identity, Pid};

/// Everything a new process needs.
#[derive(Debug)]
pub struct SpawnPlan {
    /// The program and its arguments. The program is looked for in the plan's own `PATH`.
    pub argv: Vec<String>,
    /// Where it runs.
    pub cwd: PathBuf,
    /// Its complete environment, the tag included.
    pub env: BTreeMap<OsString, OsString>,
    /// Its standard output.
    pub stdout: File,
    /// Its standard error.
    pub stderr: File,
}

/// Why a process could not be started; reads after "could not".
#[derive(Debug, Error)]
pub enum SpawnError {
    /// There is nothing to run.
    #[error("run an empty command")]
    Empty,
    /// The working folder is no folder that can be entered.
    #[error("enter the folder \"{}\": {}", .cwd.display(), words(.cause))]
    Folder {
        /// The folder.
        cwd: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The program did not start.
    #[error("run \"{program}\": {}", words(.cause))]
    Program {
        /// The program, as it was written.
        program: String,
        /// What the system said.
        cause: io::Error,
    },
    /// It started, but could not be held on to, and was killed.
    #[error("hold on to \"{program}\" after it started")]
    Lost {
        /// The program, as it was written.
        program: String,
    },
}

/// What goes on being wrong until somebody changes something.
const PERMANENT: [Errno; 12] = [
    Errno::NOENT,
    Errno::ACCESS,
    Errno::PERM,
    Errno::NOEXEC,
    Errno::NOTDIR,
    Errno::ISDIR,
    Errno::TOOBIG,
    Errno::LOOP,
    Errno::NAMETOOLONG,
    Errno::INVAL,
    Errno::LIBBAD,
    Errno::NODEV,
];

impl SpawnError {
    /// Whether another try must fail the same way.
    pub fn permanent(&self) -> bool {
        match self {
            Self::Empty | Self::Folder { .. } => true,
            Self::Program { cause, .. } => {
                // A NUL byte in an argument has no number of the system.
                cause.kind() == io::ErrorKind::InvalidInput
                    || errno(cause).is_some_and(|errno| PERMANENT.contains(&errno))
            }
            Self::Lost { .. } => false,
        }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Empty => Some("set command or shell".to_owned()),
            Self::Folder { .. } => Some("make the folder, or correct cwd".to_owned()),
            Self::Program { program, cause } => program_hint(program, errno(cause)?),
            Self::Lost { .. } => Some("oats may have too many files open".to_owned()),
        }
    }
}

fn program_hint(program: &str, errno: Errno) -> Option<String> {
    let path = program.contains('/');
    match errno {
        Errno::NOENT if path => Some(
            "a relative path starts in cwd; of a script, the first line may name a missing program"
                .to_owned(),
        ),
        Errno::NOENT => Some(format!(
            "no folder of PATH has \"{program}\": install it, or write its full path"
        )),
        Errno::ACCESS => Some(format!("is it executable? chmod +x {program}")),
        Errno::NOEXEC => Some("it is neither a program of this machine nor a script".to_owned()),
        Errno::TOOBIG => Some("its arguments and environment are too long".to_owned()),
        Errno::AGAIN => Some("too many processes of this user run (ulimit -u)".to_owned()),
        _ => None,
    }
}

fn errno(error: &io::Error) -> Option<Errno> {
    error.raw_os_error().map(Errno::from_raw_os_error)
}

/// What the system said, as the end of a sentence: no capital, no number.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// Starts a process: a session of its own, nothing on stdin, only the descriptors 0 to 2, default
/// signal mask. (Signals that oats itself ignores: see `catch_ignored_signals`.)
///
/// # Errors
///
/// The program cannot be started: see [`SpawnError`].
pub fn spawn(plan: &SpawnPlan) -> Result<Child, SpawnError> {
    let program = plan.argv.first().ok_or(SpawnError::Empty)?;
    let failed = |cause| why(plan, program, cause);
    #[expect(clippy::disallowed_methods, reason = "this is the one spawner")]
    let mut command = Command::new(program);
    command
        .args(plan.argv.iter().skip(1))
        .current_dir(&plan.cwd)
        .env_clear()
        .envs(&plan.env)
        .stdin(Stdio::null())
        .stdout(plan.stdout.try_clone().map_err(failed)?)
        .stderr(plan.stderr.try_clone().map_err(failed)?);
    let spawned = CommandWrap::from(command)
        .wrap(ProcessSession)
        .wrap(ResetSigmask)
        .spawn()
        .map_err(failed)?;
    // Dropping the wrapper neither kills nor reaps: its own way to wait takes any of the group.
    let pid = Pid(spawned.id());
    drop(spawned);
    // Nobody has reaped it, so the number still means our child, also when it has ended already.
    hold(pid)
        .map(|(identity, pidfd)| Child::new(identity, pidfd))
        .ok_or_else(|| {
            abandon(pid);
            SpawnError::Lost {
                program: program.clone(),
            }
        })
}

/// Ends a child that cannot be held on to: nothing may run that nobody watches.
fn abandon(pid: Pid) {
    if let Some(pid) = raw(pid) {
        // Neither can fail for an unreaped child that leads its own group.
        let _ = kill_process_group(pid, rustix::process::Signal::KILL);
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED);
    }
}

/// Tells a missing folder from a missing program: the system says the same of both.
fn why(plan: &SpawnPlan, program: &str, cause: io::Error) -> SpawnError {
    match plan.cwd.metadata() {
        Ok(meta) if meta.is_dir() => SpawnError::Program {
            program: program.to_owned(),
            cause,
        },
        Ok(_) => SpawnError::Folder {
            cwd: plan.cwd.clone(),
            cause: Errno::NOTDIR.into(),
        },
        Err(cause) => SpawnError::Folder {
            cwd: plan.cwd.clone(),
            cause,
        },
    }
}

/// Starts processes and knows which of our children it started: only the others may be reaped by
/// [`Spawner::reap_orphans`]. There is one of it, and nothing is awaited between a spawn and its
/// being known.
#[derive(Debug, Default)]
pub struct Spawner {
    known: BTreeSet<Known>,
}

/// A started process: its number, and when it started.
type Known = (Pid, u64);

/// A short-lived process for a probe or a recover step: no output is kept.
///
/// Dropped before its end, it is killed with everybody it started.
#[derive(Debug)]
pub struct Helper(Child);

impl Spawner {
    /// A spawner that has started nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts the leader of a run.
    ///
    /// # Errors
    ///
    /// See [`spawn`].
    pub fn spawn(&mut self, plan: &SpawnPlan) -> Result<Child, SpawnError> {
        let child = spawn(plan)?;
        self.known.insert(key(child.identity()));
        Ok(child)
    }

    /// Starts a short-lived process in a session of its own, its output thrown away. Whether or
    /// not it is waited for, [`Spawner::forget`] must follow.
    ///
    /// # Errors
    ///
    /// See [`spawn`].
    pub fn spawn_helper(
        &mut self,
        argv: Vec<String>,
        env: BTreeMap<OsString, OsString>,
        cwd: PathBuf,
    ) -> Result<Helper, SpawnError> {
        let stderr = null()?;
        self.spawn_heard_helper(argv, env, cwd, stderr)
    }

    /// The same, with somebody who listens to its stderr.
    ///
    /// # Errors
    ///
    /// See [`spawn`].
    pub fn spawn_heard_helper(
        &mut self,
        argv: Vec<String>,
        env: BTreeMap<OsString, OsString>,
        cwd: PathBuf,
        stderr: File,
    ) -> Result<Helper, SpawnError> {
        let plan = SpawnPlan {
            argv,
            cwd,
            env,
            stdout: null()?,
            stderr,
        };
        self.spawn(&plan).map(Helper)
    }

    /// After the reaping of a process that this spawner started: its number means nothing now.
    pub fn forget(&mut self, identity: &Identity) {
        self.known.remove(&key(identity));
    }

    /// Whether this spawner started the process with this number and has not forgotten it.
    pub fn knows(&self, pid: Pid) -> bool {
        self.known
            .range((pid, 0)..=(pid, u64::MAX))
            .next()
            .is_some()
    }
}

/// Where output goes that nobody wants.
fn null() -> Result<File, SpawnError> {
    let null = File::options().write(true).open("/dev/null");
    null.map_err(|cause| SpawnError::Program {
        program: "/dev/null".to_owned(),
        cause,
    })
}

fn key(identity: &Identity) -> Known {
    (identity.pid, identity.start_ticks)
}

impl Helper {
    /// Which process it is.
    pub fn identity(&self) -> &Identity {
        self.0.identity()
    }

    /// Its process.
    pub fn child(&self) -> &Child {
        &self.0
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // Whoever awaited it was dropped, as when oats leaves: nothing of it may stay.
        if !self.0.has_ended() {
            self.kill_tree();
        }
    }
}
