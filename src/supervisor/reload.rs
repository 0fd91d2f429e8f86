//! The files of the root, watched, and read anew on the side. A wrong file changes nothing.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use tokio::sync::mpsc;

use super::{
    actor::Actor,
    adopt,
    handle::Answer,
    hands::Note,
    load::{self, Loaded},
    runs::LogMarks,
};
use crate::{
    core::{FilesRead, Finding, Input, SettingsChanged},
    io::{
        config::Diagnostic,
        records,
        watch::{Names, Watch},
    },
    model::{Actor as By, RunRecord, Seq, ServiceName, Settings, root::Root, snapshot::Problem},
};

/// What a new reading is compared with, and how far the present one is.
pub(super) struct Reloading {
    /// What `{oats}` stands for.
    oats: PathBuf,
    /// Where everything lay at the last good reading.
    root: Root,
    /// What was chosen at the last good reading.
    settings: Settings,
    /// Whether the files are being read.
    reads: bool,
    /// Whether they have to be read once more after that.
    again: bool,
    /// The last ask that waits for them.
    asked: Option<Seq>,
}

/// What a reading found.
pub(super) struct Reading {
    /// The last ask that it was begun for.
    asked: Option<Seq>,
    /// The files.
    loaded: Result<Loaded, Vec<Problem>>,
    /// What there is of earlier runs of the services that are new.
    records: Vec<RunRecord>,
    findings: Vec<Input>,
}

impl Reloading {
    /// Nothing was read anew so far.
    pub(super) fn new(loaded: &Loaded) -> Self {
        Self {
            oats: loaded.oats.clone(),
            root: loaded.root.clone(),
            settings: loaded.settings.clone(),
            reads: false,
            again: false,
            asked: None,
        }
    }

    /// What has changed in `oats.toml`, beside the defaults for services.
    fn settings(&mut self, loaded: &Loaded) -> SettingsChanged {
        let (before, after) = (&self.settings, &loaded.settings);
        let keys = |keys: &[(&str, bool)]| {
            let keys = keys.iter().filter(|(_, differs)| *differs);
            keys.map(|(key, _)| (*key).to_owned()).collect()
        };
        let changed = SettingsChanged {
            at_once: keys(&[
                ("keymap", before.keymap != after.keymap),
                ("theme", before.theme != after.theme),
                ("color", before.colour != after.colour),
                ("glyphs", before.glyphs != after.glyphs),
            ]),
            next_owner: keys(&[
                ("api", before.api != after.api),
                ("data_dir", self.root.data_dir != loaded.root.data_dir),
                ("log_dir", self.root.log_dir != loaded.root.log_dir),
            ]),
        };
        self.root = loaded.root.clone();
        self.settings = loaded.settings.clone();
        changed
    }
}

/// Reports every change of the files of a root, until nobody listens any more.
pub(super) async fn watch(root: PathBuf, notes: mpsc::Sender<Note>) {
    let services = root.join("services");
    let folders = [
        (root, Names::These(&["oats.toml", "services"])),
        (services, Names::Toml),
    ];
    let told = async {
        let mut watch = Watch::new(folders)?;
        loop {
            watch.changed().await?;
            if notes.send(Note::FilesChanged).await.is_err() {
                return Ok(());
            }
        }
    };
    let told: std::io::Result<()> = told.await;
    if let Err(error) = told {
        tracing::warn!(
            target: "files",
            "the service files are not watched, `oats reload` reads them: {error}"
        );
    }
}

/// Reads a root; of services that are not `known` also what there is of their earlier runs.
fn read(
    root: &Root,
    oats: &Path,
    boot_id: &str,
    known: &BTreeSet<ServiceName>,
    asked: Option<Seq>,
) -> Reading {
    let loaded = load::load(&root.dir, oats)
        .map_err(|wrong| wrong.iter().map(Diagnostic::problem).collect());
    let mut reading = Reading {
        asked,
        loaded,
        records: Vec::new(),
        findings: Vec::new(),
    };
    let Ok(loaded) = &reading.loaded else {
        return reading;
    };
    let all = loaded.services.iter().map(|def| &def.name);
    let new: BTreeSet<&ServiceName> = all.filter(|name| !known.contains(*name)).collect();
    if new.is_empty() {
        return reading;
    }
    let (mut records, _told_at_start) = records::read_all(root);
    records.retain(|record| new.contains(&record.service));
    reading.records.clone_from(&records);
    let mut findings = adopt::findings(root, boot_id, records, &loaded.names());
    findings.retain(|input| about(input).is_some_and(|name| new.contains(name)));
    reading.findings = findings;
    reading
}

/// Which service a finding is about.
fn about(input: &Input) -> Option<&ServiceName> {
    if let Input::Found { record, .. } = input {
        Some(&record.service)
    } else if let Input::Survivors { service, .. } = input {
        Some(service)
    } else {
        None
    }
}

impl Actor {
    /// Somebody wants the files read.
    pub(super) fn reload(&mut self, by: By) -> Answer {
        let seq = self.world.next_seq;
        let answer = self.take(Input::Reload { by }).unwrap_or(Ok(seq));
        if let Ok(seq) = answer {
            self.reloading.asked = Some(seq);
            self.read_files();
        }
        answer
    }

    /// Reads the files on the side; once more when they may have changed while they were read.
    pub(super) fn read_files(&mut self) {
        if std::mem::replace(&mut self.reloading.reads, true) {
            self.reloading.again = true;
            return;
        }
        let (root, boot_id) = (self.hands.root.clone(), self.hands.boot_id.clone());
        let (oats, asked) = (self.reloading.oats.clone(), self.reloading.asked.take());
        let known = self.world.services.keys().cloned().collect();
        let notes = self.hands.notes.clone();
        tokio::task::spawn_blocking(move || {
            let reading = read(&root, &oats, &boot_id, &known, asked);
            // Nobody listens any more only when oats has left.
            let _ = notes.blocking_send(Note::FilesRead(Box::new(reading)));
        });
    }

    /// The files were read: applies what has changed.
    pub(super) fn files_read(&mut self, reading: Reading) {
        let Reading {
            asked,
            loaded,
            records,
            findings,
        } = reading;
        let known: BTreeSet<ServiceName> = self.world.services.keys().cloned().collect();
        let read = match loaded {
            Ok(loaded) => FilesRead::Right {
                settings: self.reloading.settings(&loaded),
                defs: loaded.services,
            },
            Err(problems) => FilesRead::Wrong(problems),
        };
        self.take(Input::FilesRead { asked, read });
        for record in records {
            self.hands.heads.learn(&record);
            let marks = &mut self.hands.runs.marks;
            let marks = marks.entry(record.service.clone());
            marks.or_insert_with(|| LogMarks::of(&record));
        }
        for input in self.of_earlier_runs(findings, &known) {
            self.take(input);
        }
        let now = self.hands.clock.now();
        // Ports may be watched from now on that were not before.
        self.look_at_ports(now);
        self.press.soon(now.mono);
        self.reloading.reads = false;
        if std::mem::take(&mut self.reloading.again) {
            self.read_files();
        }
    }

    /// What there is of earlier runs of the services that have just come: what this owner has
    /// written itself is newer than what was read.
    fn of_earlier_runs(&self, findings: Vec<Input>, known: &BTreeSet<ServiceName>) -> Vec<Input> {
        let come =
            |name: &ServiceName| self.world.services.contains_key(name) && !known.contains(name);
        let fresh = findings
            .into_iter()
            .filter(|it| about(it).is_some_and(come));
        let fresh = fresh.map(|input| {
            let written = about(&input).and_then(|name| self.written.get(name));
            match (written, matches!(input, Input::Found { .. })) {
                (Some(own), true) => Input::Found {
                    record: own.clone(),
                    finding: Finding::Nothing,
                },
                (Some(_) | None, _) => input,
            }
        });
        fresh.collect()
    }
}
