//! A temporary root with service files.

use std::{fs, path::Path};

use oats::model::Seq;
use serde_json::Value;
use tempfile::TempDir;

use super::free_port;

/// A temporary root; its folder goes away with it.
pub(crate) struct Project {
    dir: TempDir,
}

impl Project {
    /// A root without services.
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("oats-test-")
            .tempdir()
            .unwrap();
        fs::create_dir(dir.path().join("services")).unwrap();
        Self { dir }
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Adds or replaces a service file.
    pub(crate) fn service(&self, name: &str, toml: &str) -> &Self {
        self.file(&format!("services/{name}.toml"), toml);
        self
    }

    /// Adds a demo service on a free port, which is returned; `more` is appended to its file.
    pub(crate) fn demo(&self, name: &str, more: &str) -> u16 {
        let port = free_port();
        let toml = format!(
            "command = [\"{{oats}}\", \"demo-service\", \"{name}\", \"--port\", \"{{port}}\", \
             \"--allow-faults\"]\nport = {port}\n{more}\n"
        );
        // Tables come last in a file: health and recover only where the caller sets none.
        let health = "[health]\nhttp = \"/healthz\"\ninterval = \"100ms\"\n";
        let recover = "[recover]\nhttp = \"/recover\"\ntimeout = \"500ms\"\n";
        let mut toml = toml;
        for (table, text) in [("[health]", health), ("[recover]", recover)] {
            if !more.contains(table) {
                toml.push_str(text);
            }
        }
        self.service(name, &toml);
        port
    }

    /// Writes a file of the root.
    pub(crate) fn file(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The text of a file of the root; empty when it is not there.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
    }

    /// `data/status.json`; `None` before it is there.
    pub(crate) fn status(&self) -> Option<Value> {
        let text = self.read("data/status.json");
        (!text.is_empty()).then(|| serde_json::from_str(&text).expect("status.json parses"))
    }

    /// The ledger line that tells how an ask ended, once it is there whole.
    pub(crate) fn result_of(&self, ask: Seq) -> Value {
        super::wait_for("the ask has its result", || {
            let text = self.read("data/events.jsonl");
            let mut lines = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            lines.find(|line: &Value| line["kind"] == "result" && line["cause"] == ask.0)
        })
    }

    /// The ledger, line by line.
    pub(crate) fn ledger(&self) -> Vec<Value> {
        self.read("data/events.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).expect("a ledger line parses"))
            .collect()
    }
}
