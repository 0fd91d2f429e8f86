//! An owner of a temporary root, started as a command.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{
    client::{Client, Way},
    support::{free_port, kill, project::Project, wait_for},
};

/// `oats serve`; ended at the end of the test, with its services.
pub(crate) struct Serving {
    child: Child,
    dir: PathBuf,
    /// Its port.
    pub(crate) port: u16,
}

impl Serving {
    /// Serves a root; listens on a port of its own.
    pub(crate) fn root(project: &Project, args: &[&str]) -> Self {
        let port = free_port();
        project.file("oats.toml", &format!("api = \"127.0.0.1:{port}\"\n"));
        Self::with_settings(project.path(), args)
    }

    /// Serves a root that has its settings.
    pub(crate) fn with_settings(dir: &Path, args: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_oats"))
            .arg("--root")
            .arg(dir)
            .arg("serve")
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pid = child.id();
        let dir = dir.to_owned();
        let port = wait_for("the owner has published where it is", || {
            let status = read_status(&dir)?;
            let is_its = status["owner"]["pid"] == pid;
            let address = status["api"].as_str().filter(|_| is_its)?;
            address.rsplit(':').next()?.parse().ok()
        });
        Self { child, dir, port }
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The token of this owner.
    pub(crate) fn token(&self) -> String {
        std::fs::read_to_string(self.dir.join("data/run/token")).unwrap()
    }

    /// A client over TCP that is let in.
    pub(crate) fn client(&self) -> Client {
        Client::new(Way::Tcp(self.port), Some(self.token()))
    }

    /// A client over the unix socket that is let in.
    pub(crate) fn over_socket(&self) -> Client {
        let path = self.dir.join("data/run/oats.sock");
        Client::new(Way::Socket(path), Some(self.token()))
    }

    /// A client over TCP without a token.
    pub(crate) fn stranger(&self) -> Client {
        Client::new(Way::Tcp(self.port), None)
    }

    /// One service, once it is as `holds` says.
    pub(crate) fn wait(&self, name: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        wait_for(&format!("{name} {what}"), || {
            let service = read_status(&self.dir)?["services"][name].clone();
            holds(&service).then_some(service)
        })
    }

    /// One service, once it is healthy.
    pub(crate) fn wait_healthy(&self, name: &str) -> Value {
        self.wait(name, "is healthy", |it| {
            it["phase"] == "running" && it["health"] == "healthy"
        })
    }

    /// Waits until it has ended by itself; its exit code.
    pub(crate) fn wait_end(&mut self) -> Option<i32> {
        wait_for("the owner has ended", || self.child.try_wait().unwrap()).code()
    }

    /// Kills it as a crash would; its services live.
    pub(crate) fn crash(&mut self) {
        kill(self.child.id(), "KILL");
        let _ = self.child.wait();
    }
}

impl Drop for Serving {
    /// Stops everything; kills what does not stop.
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            kill(self.child.id(), "TERM");
            kill(self.child.id(), "TERM");
            let _ = self.child.wait();
        }
    }
}

/// status.json of a root; `None` before it is there.
pub(crate) fn read_status(dir: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(dir.join("data/status.json")).ok()?;
    serde_json::from_str(&text).ok()
}
