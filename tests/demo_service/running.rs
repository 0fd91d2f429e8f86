//! A demo service that runs, and is gone when the test is over.

use std::{
    fs::{self, File},
    io,
    net::SocketAddr,
    process::{Child, Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::http::{Reply, Talk};

/// How long anything may take before the test fails.
const DEADLINE: Duration = Duration::from_secs(30);

/// Waits until there is something.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < DEADLINE, "never: {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// A demo service in a process of its own.
pub(crate) struct Running {
    child: Child,
    folder: TempDir,
    name: String,
    address: Option<SocketAddr>,
}

impl Running {
    /// Starts it, without waiting for anything.
    pub(crate) fn spawn(name: &str, args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = |stream| File::create(folder.path().join(stream)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_oats"))
            .args(["demo-service", name])
            .args(args)
            .stdout(log("stdout"))
            .stderr(log("stderr"))
            .spawn()
            .unwrap();
        Self {
            child,
            folder,
            name: name.to_owned(),
            address: None,
        }
    }

    /// Starts it on a free port and waits until it listens.
    pub(crate) fn start(name: &str, args: &[&str]) -> Self {
        let mut service = Self::spawn(name, &[&["--port", "0"], args].concat());
        service.await_listening();
        service
    }

    /// Starts it so that it takes faults.
    pub(crate) fn faulty(name: &str) -> Self {
        Self::start(name, &["--allow-faults"])
    }

    /// Waits until it listens.
    pub(crate) fn await_listening(&mut self) {
        let prefix = format!("{} listening on ", self.name);
        let address = eventually("it listens", || {
            let log = self.stdout();
            let line = log.lines().find_map(|line| line.strip_prefix(&prefix))?;
            line.parse().ok()
        });
        self.address = Some(address);
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address.unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// As an argument of `--needs`.
    pub(crate) fn as_need(&self) -> String {
        format!("{}=http://{}", self.name, self.address())
    }

    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(self.folder.path().join("stdout")).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap()
    }

    /// Waits until stderr holds this line.
    pub(crate) fn await_complaint(&self, line: &str) {
        eventually(line, || {
            self.stderr().lines().any(|said| said == line).then_some(())
        });
    }

    pub(crate) fn talk(&self) -> io::Result<Talk> {
        Talk::open(self.address())
    }

    /// One request over a fresh connection.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Reply {
        self.talk().unwrap().ask(method, path, &[], "").unwrap()
    }

    /// Asks for a fault, as it should be done.
    pub(crate) fn fault(&self, body: &str) -> Reply {
        let headers = ["X-Oats-Fault: 1", "Content-Type: application/json"];
        let mut talk = self.talk().unwrap();
        talk.ask("POST", "/fault", &headers, body).unwrap()
    }

    /// What is left of a fault, by unit; null for one without bounds.
    pub(crate) fn left(&self, fault: &str) -> Value {
        let status = self.ask("GET", "/status").json();
        let left = status.pointer(&format!("/faults_left/{fault}"));
        left.cloned().unwrap_or_default()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        // Not reaped yet, so the number is still its own.
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn exit(&mut self) -> ExitStatus {
        eventually("it ends", || self.child.try_wait().unwrap())
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
