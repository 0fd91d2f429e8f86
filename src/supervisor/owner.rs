//! How a root gets its owner.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use thiserror::Error;
use tokio::sync::{mpsc, watch};

pub use super::standing::{Standing, standing};
use super::{
    actor::Actor,
    adopt, book, charts,
    environment::Environment,
    eyes::Eyes,
    handle::{Envelope, Feed, Handle, INBOX, Recorders},
    hands::{Hands, Note},
    heads::Heads,
    load::Loaded,
    ports::PortWatch,
    press::{Press, Samples},
    reload::{self, Reloading},
    rotation::LogLooks,
    runs::{LogMarks, Runs},
    standing::{take_lock, who_owns},
    tails,
    writer::Writer,
};
use crate::{
    core::{Input, World, rng::Rng},
    io::{
        clock::Clock,
        files::{self, Lock, LockError},
        ledger::{self, Ledger},
        platform::{self, Sampler, Spawner},
        records, status,
    },
    model::{
        Actor as By, Event, EventKind, Moment, RunRecord, Seq, ServiceName, Wall,
        root::Root,
        snapshot::{Owner as OwnerInfo, OwnerMode},
    },
};

/// Among so many of the last ledger lines asks without an answer are looked for.
const ASKS_AMONG: usize = 2000;
/// How many reports of tasks may wait for the actor.
const NOTES: usize = 4096;
/// Ledger lines of earlier owners that a window is told.
const HISTORY: usize = 500;
/// How many messages may wait for the window.
const FEED: usize = 1024;

/// Everything a new owner needs to be told.
pub struct Setup {
    /// The root and its services.
    pub loaded: Loaded,
    /// How it runs.
    pub mode: OwnerMode,
    /// The version of oats.
    pub version: String,
    /// The environment of oats, which services inherit.
    pub environment: Environment,
    /// The seed of chance.
    pub seed: u64,
    /// Which services are started at once.
    pub begin: Begin,
}

/// Which services a new owner starts at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// Those with `autostart = true`.
    Autostart,
    /// All of them.
    All,
    /// These, and what they need.
    These(Vec<ServiceName>),
}

/// Why a root could not be claimed.
#[derive(Debug, Error)]
pub enum ClaimError {
    /// Somebody owns it.
    #[error("{root} is owned by {owner}")]
    Owned {
        /// The root.
        root: PathBuf,
        /// Who owns it, in words.
        owner: String,
    },
    /// A file or folder is in the way.
    #[error("could not {doing}")]
    Files {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl ClaimError {
    fn files<E: std::error::Error + Send + Sync + 'static>(
        doing: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |error| Self::Files {
            doing,
            source: Box::new(error),
        }
    }
}

/// An owner that has claimed its root and not begun to run.
pub struct Owner {
    lock: Lock,
    root: Arc<Root>,
    info: OwnerInfo,
    boot_id: String,
    world: World,
    findings: Vec<Input>,
    starts: Vec<Input>,
    unanswered: Vec<Event>,
    ledger: Ledger,
    environment: Environment,
    press: Press,
    inbox: mpsc::Receiver<Envelope>,
    feed: mpsc::Sender<Feed>,
    recorders: Recorders,
    clock: Clock,
    marks: BTreeMap<ServiceName, LogMarks>,
    records: Vec<RunRecord>,
    reloading: Reloading,
    at_the_end: Option<Box<dyn FnOnce() + Send>>,
    /// When the owner before was last there.
    alive_at: Option<Wall>,
}

/// The two ends that windows hold.
pub struct Ends {
    /// To ask and to see.
    pub handle: Handle,
    /// What happens beside the snapshot.
    pub feed: mpsc::Receiver<Feed>,
}

impl Owner {
    /// Claims a root: takes its lock, makes its folders, reads what the owner before left.
    ///
    /// # Errors
    ///
    /// Somebody owns it, or its folders cannot be used.
    pub fn claim(setup: Setup, clock: Clock) -> Result<(Self, Ends), ClaimError> {
        let root = Arc::new(setup.loaded.root.clone());
        files::prepare(&root).map_err(ClaimError::files("make the folders of the root"))?;
        let lock = match take_lock(&root, clock) {
            Ok(lock) => lock,
            Err(LockError::Held) => {
                return Err(ClaimError::Owned {
                    root: root.dir.clone(),
                    owner: who_owns(&root),
                });
            }
            Err(error) => return Err(ClaimError::files("take the lock of the root")(error)),
        };
        let now = clock.now();
        let alive_at = status::written_at(&root.status_file());
        let boot_id = platform::proc::boot_id();
        let (ledger, last) =
            Ledger::open(&root.ledger_file()).map_err(ClaimError::files("open the ledger"))?;
        let records = read_records(&root);
        let marks = marks_of(&records);
        let names = setup.loaded.names();
        let mut starts = adopt::unfinished(&boot_id, &records, &names);
        starts.extend(begin(&setup));
        let findings = adopt::findings(&root, &boot_id, records.clone(), &names);
        let reloading = Reloading::new(&setup.loaded);
        let unanswered = unanswered(&root);
        let info = this_owner(setup.mode, setup.version, now);
        let next = last.map_or(Seq(1), Seq::next);
        let world = World::new(&setup.loaded.services, next, Rng::seeded(setup.seed));
        let (press, truth) = Press::new(root.clone(), boot_id.clone(), Some(info.clone()), now);
        let (to_inbox, inbox) = mpsc::channel(INBOX);
        let (feed, from_feed) = mpsc::channel(FEED);
        let recorders = Recorders::default();
        let ends = Ends {
            handle: Handle::new(to_inbox, truth, &recorders),
            feed: from_feed,
        };
        let owner = Self {
            lock,
            root,
            info,
            boot_id,
            world,
            findings,
            starts,
            unanswered,
            ledger,
            environment: setup.environment,
            press,
            inbox,
            feed,
            recorders,
            clock,
            marks,
            records,
            reloading,
            at_the_end: None,
            alive_at,
        };
        Ok((owner, ends))
    }

    /// Publishes where the control API is reached: its address, and the path of its socket.
    pub fn announce(&mut self, api: Option<String>, socket: Option<String>) {
        self.press.announce(api, socket);
    }

    /// What is done once the owner has left, while the root is still its own. May block for a moment.
    pub fn at_the_end(&mut self, then: impl FnOnce() + Send + 'static) {
        self.at_the_end = Some(Box::new(then));
    }

    /// Tells a window what the owners before wrote into the ledger last.
    fn tell_history(&self) {
        if self.info.mode == OwnerMode::Serve {
            return;
        }
        let services = self.world.services.keys().cloned().collect();
        charts::tell_past(&self.root, services, self.clock.now().wall, &self.feed);
        match ledger::latest(&self.root.ledger_file(), HISTORY) {
            Ok(events) if events.is_empty() => {}
            Ok(events) => {
                let events = events.into_iter().map(Arc::new).collect();
                // The first message: there is room.
                let _gone = self.feed.try_send(Feed::History(events));
            }
            Err(error) => tracing::warn!(target: "files", "could not read the ledger: {error}"),
        }
    }

    /// What the owners before have left: their last events for the window, and how services fared.
    fn remember(&self) {
        self.tell_history();
        self.read_past();
    }

    /// Reads, aside, how services fared under the owners before.
    fn read_past(&self) {
        let (meter, root) = (self.recorders.meter.clone(), self.root.clone());
        let (before, alive_at) = (self.world.next_seq, self.alive_at);
        tokio::task::spawn_blocking(move || meter.read_past(&root, before, alive_at));
    }

    /// Follows the logs that are looked at and the service files; returns the way to what is read
    /// far back in logs.
    fn watch_files(
        &self,
        watched: watch::Receiver<BTreeSet<ServiceName>>,
        notes: &mpsc::Sender<Note>,
    ) -> book::Looker {
        let (root, feed) = (self.root.clone(), self.feed.clone());
        tokio::spawn(tails::follow(root.clone(), watched, feed.clone()));
        tokio::spawn(reload::watch(root.dir.clone(), notes.clone()));
        book::open(root, feed)
    }

    /// Runs until oats has left. Needs a runtime with one thread.
    ///
    /// # Errors
    ///
    /// The system gives no thread, no signal handler or no socket for the port watch.
    pub async fn run(self) -> Result<(), ClaimError> {
        platform::catch_ignored_signals();
        self.remember();
        let now = self.clock.now();
        let (notes_in, notes) = mpsc::channel::<Note>(NOTES);
        let (watched_logs, watched) = watch::channel(BTreeSet::new());
        let looker = self.watch_files(watched, &notes_in);
        let child_ends = platform::catch(platform::CHILD_ENDED)
            .map_err(ClaimError::files("see children end"))?;
        let heads = Arc::new(Heads::new(&self.records));
        let root = self.root.clone();
        let writer = Writer::start(root, self.ledger, heads.clone(), self.records)
            .map_err(ClaimError::files("start the writer"))?;
        let ports = PortWatch::new(self.root.dir.clone())
            .map_err(ClaimError::files("open the port watch"))?;
        let hands = Hands {
            root: self.root,
            boot_id: self.boot_id,
            clock: self.clock,
            notes: notes_in,
            own_env: self.environment,
            spawner: Spawner::default(),
            runs: Runs::new(self.marks),
            ports,
            eyes: Eyes::default(),
            sampler: Sampler::default(),
            writer,
            heads,
            log_looks: LogLooks::default(),
        };
        let mut actor = Actor {
            lock: self.lock,
            world: self.world,
            hands,
            press: self.press,
            owner: self.info,
            inbox: self.inbox,
            notes,
            watched_tree: None,
            charts_due: false,
            feed: self.feed,
            recorders: self.recorders,
            watched_logs,
            looker,
            samples: Samples::new(),
            reloading: self.reloading,
            written: BTreeMap::new(),
            next_beat: now.mono,
            next_port_look: now.mono,
            next_member_look: now.mono,
            left: false,
            displaced: false,
        };
        actor.close_asks(self.unanswered);
        let is_ours = actor.run(child_ends, self.findings, self.starts).await;
        if let Some(then) = self.at_the_end.filter(|_| is_ours) {
            then();
        }
        Ok(())
    }
}

/// This process, as the owner that is published.
fn this_owner(mode: OwnerMode, version: String, now: Moment) -> OwnerInfo {
    OwnerInfo {
        pid: platform::own_pid(),
        start_ticks: platform::self_identity().map_or(0, |me| me.start_ticks),
        started_at: now.wall,
        mode,
        version,
    }
}

/// What the owner before wrote down of each run; what cannot be read is told.
fn read_records(root: &Root) -> Vec<RunRecord> {
    let (records, problems) = records::read_all(root);
    for problem in problems {
        tracing::warn!(target: "files", "{}: {}", problem.file, problem.message);
    }
    records
}

/// Where the logs of each run begin.
fn marks_of(records: &[RunRecord]) -> BTreeMap<ServiceName, LogMarks> {
    let marks = |record: &RunRecord| (record.service.clone(), LogMarks::of(record));
    records.iter().map(marks).collect()
}

/// Asks that no owner will answer any more: the one that accepted them is gone.
fn unanswered(root: &Root) -> Vec<Event> {
    let events = ledger::latest(&root.ledger_file(), ASKS_AMONG).unwrap_or_default();
    let results = events
        .iter()
        .filter(|event| event.kind == EventKind::Result);
    let answered: BTreeSet<Seq> = results.filter_map(|event| event.cause).collect();
    let asks = events
        .into_iter()
        .filter(|event| event.kind == EventKind::Ask);
    asks.filter(|ask| !answered.contains(&ask.seq)).collect()
}

/// What is started at once.
fn begin(setup: &Setup) -> Option<Input> {
    let defs = &setup.loaded.services;
    let services: Vec<ServiceName> = match &setup.begin {
        Begin::Autostart => defs
            .iter()
            .filter(|def| def.autostart)
            .map(|def| def.name.clone())
            .collect(),
        Begin::All => defs.iter().map(|def| def.name.clone()).collect(),
        Begin::These(names) => names.clone(),
    };
    let by = match setup.mode {
        OwnerMode::Console => By::HUMAN,
        OwnerMode::Serve => By::CLI,
    };
    (!services.is_empty()).then_some(Input::Up { services, by })
}
