//! Where everything of a root lies.

use std::path::{Path, PathBuf};

use super::{ids::ServiceName, log::Stream};

/// The folders of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The canonical path of the root: the value of the tag `OATS_ROOT`.
    pub dir: PathBuf,
    /// Run-time data.
    pub data_dir: PathBuf,
    /// Output of the services.
    pub log_dir: PathBuf,
}

impl Root {
    /// A root with the default folders.
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            data_dir: dir.join("data"),
            log_dir: dir.join("service_logs"),
        }
    }

    /// `services/`.
    pub fn services_dir(&self) -> PathBuf {
        self.dir.join("services")
    }

    /// `oats.toml`.
    pub fn settings_file(&self) -> PathBuf {
        self.dir.join("oats.toml")
    }

    /// `data/status.json`.
    pub fn status_file(&self) -> PathBuf {
        self.data_dir.join("status.json")
    }

    /// `data/events.jsonl`.
    pub fn ledger_file(&self) -> PathBuf {
        self.data_dir.join("events.jsonl")
    }

    /// `data/oats.lock`.
    pub fn lock_file(&self) -> PathBuf {
        self.data_dir.join("oats.lock")
    }

    /// `data/run/token`.
    pub fn token_file(&self) -> PathBuf {
        self.data_dir.join("run").join("token")
    }

    /// `data/run/oats.sock`.
    pub fn socket_file(&self) -> PathBuf {
        self.data_dir.join("run").join("oats.sock")
    }

    /// `data/oats.log`.
    pub fn diagnostics_file(&self) -> PathBuf {
        self.data_dir.join("oats.log")
    }

    /// `data/runs/NAME.json`.
    pub fn run_file(&self, service: &ServiceName) -> PathBuf {
        self.data_dir.join("runs").join(format!("{service}.json"))
    }

    /// `data/logtimes/NAME.idx`.
    pub fn log_times_file(&self, service: &ServiceName) -> PathBuf {
        self.data_dir
            .join("logtimes")
            .join(format!("{service}.idx"))
    }

    /// `service_logs/NAME_stdout.log` or `NAME_stderr.log`; `None` for oats's own lines.
    pub fn log_file(&self, service: &ServiceName, stream: Stream) -> Option<PathBuf> {
        match stream {
            Stream::Stdout => Some(self.log_dir.join(format!("{service}_stdout.log"))),
            Stream::Stderr => Some(self.log_dir.join(format!("{service}_stderr.log"))),
            Stream::Oats => None,
        }
    }

    /// A path inside the root as people write it: relative to the root.
    pub fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.dir).unwrap_or(path)
    }

    /// The name of the project: the root's own folder.
    pub fn project(&self) -> String {
        self.dir.file_name().map_or_else(
            || "/".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    }
}
