//! A moment that was recorded: what oats wrote and answered then, by `record.py`.

use std::{collections::BTreeMap, error::Error, fs, path::Path, sync::Arc};

use oats::{
    io::status,
    model::{
        Event, LogLine, Moment, Mono, Pid, ServiceName, Snapshot, Stream, TreeMember, Wall,
        metrics::ServiceHistory,
    },
};
use serde::{Deserialize, de::DeserializeOwned};

/// Why a record cannot be read.
pub(crate) type Failed = Box<dyn Error>;

/// A moment that was recorded.
pub(crate) struct Record {
    /// The truth.
    pub(crate) snapshot: Snapshot,
    /// The last lines of all logs, as they arrived.
    pub(crate) lines: Vec<LogLine>,
    /// The last ledger lines.
    pub(crate) events: Vec<Event>,
    /// How some services fared.
    pub(crate) charts: BTreeMap<ServiceName, ServiceHistory>,
    /// The processes of some services.
    pub(crate) trees: BTreeMap<ServiceName, Vec<TreeMember>>,
}

/// The answer about the processes of a service.
#[derive(Deserialize)]
struct Processes {
    processes: Vec<TreeMember>,
}

impl Record {
    /// Reads the record in a folder.
    ///
    /// # Errors
    ///
    /// A file is not there, or does not hold what it should.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failed> {
        let mut record = Self {
            snapshot: status::read(&folder.join("status.json"))?,
            lines: Vec::new(),
            events: Vec::new(),
            charts: BTreeMap::new(),
            trees: BTreeMap::new(),
        };
        for line in fs::read_to_string(folder.join("events.jsonl"))?.lines() {
            record.events.push(serde_json::from_str(line)?);
        }
        for row in fs::read_to_string(folder.join("lines.tsv"))?.lines() {
            record.lines.push(line_of(row)?);
        }
        for name in record.snapshot.services.keys() {
            let charts = folder.join(format!("charts-{name}.json"));
            let tree = folder.join(format!("tree-{name}.json"));
            if charts.exists() {
                record.charts.insert(name.clone(), json(&charts)?);
                let Processes { processes } = json(&tree)?;
                record.trees.insert(name.clone(), processes);
            }
        }
        Ok(record)
    }

    /// The moment at which the truth was told.
    pub(crate) fn moment(&self) -> Moment {
        let wall = self.snapshot.written_at;
        let mono = std::time::Duration::from_millis(u64::try_from(wall.millis()).unwrap_or(0));
        Moment {
            mono: Mono(mono),
            wall,
        }
    }

    /// Only the services of some groups.
    #[must_use]
    pub(crate) fn only(mut self, is_kept: impl Fn(Option<&str>) -> bool) -> Self {
        let services = &mut self.snapshot.services;
        services.retain(|_, view| is_kept(view.group.as_deref()));
        self.lines
            .retain(|line| services.contains_key(&line.service));
        let is_there = |event: &Event| {
            let service = event.service.as_ref();
            service.is_none_or(|service| services.contains_key(service))
        };
        self.events.retain(is_there);
        self
    }

    /// Five hundred services of the kinds that were recorded, of which 22 are in trouble.
    #[must_use]
    pub(crate) fn many(mut self) -> Self {
        let groups = [
            ("core", 40),
            ("workers", 180),
            ("edge", 60),
            ("data", 50),
            ("tools", 70),
            ("legacy", 100),
        ];
        let kinds = std::mem::take(&mut self.snapshot.services);
        let mut number = 0_u32;
        for (group, count) in groups {
            for at in 1..=count {
                let kind = match number % 227 {
                    13 | 88 | 200 => "payments",
                    41 | 100 | 190 => "importer",
                    60 | 170 => "mailer",
                    77 | 150 => "admin",
                    5 | 120 => "auth",
                    _ => "orders",
                };
                number += 1;
                let like = kind
                    .parse()
                    .ok()
                    .and_then(|kind: ServiceName| kinds.get(&kind));
                let name = format!("{group}-{at:03}").parse().ok();
                if let (Some(like), Some(name)) = (like, name) {
                    let mut view = (**like).clone();
                    view.name = name;
                    view.group = Some(group.to_owned());
                    view.pid = view.pid.map(|_| Pid(50_000 + number));
                    self.snapshot
                        .services
                        .insert(view.name.clone(), Arc::new(view));
                }
            }
        }
        self
    }
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Failed> {
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

/// A line of a log: when it arrived, whose, from which stream, and what it says.
fn line_of(row: &str) -> Result<LogLine, Failed> {
    let mut parts = row.splitn(4, '\t');
    let mut next = || {
        parts
            .next()
            .ok_or_else(|| format!("a row of four columns, not {row:?}"))
    };
    let (at, service, stream, text) = (next()?, next()?, next()?, next()?);
    Ok(LogLine {
        service: service.parse()?,
        stream: if stream == "stderr" {
            Stream::Stderr
        } else {
            Stream::Stdout
        },
        at: Some(Wall::from_millis(at.parse()?)),
        pos: None,
        text: text.to_owned(),
    })
}
