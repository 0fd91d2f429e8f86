//! What is published when: the gathering of changes into snapshots.
//!
//! The first change after 50 ms of quiet goes out at once, later ones at most 50 ms after the first
//! of them. Samples wait for the beat.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tokio::sync::watch;

use crate::{
    core::{World, project},
    model::{
        Moment, Mono, RunId, Seq, ServiceName, ServiceView, Snapshot,
        root::Root,
        snapshot::{Owner, STATUS_SCHEMA, Source},
    },
};

/// How long changes are gathered after one went out.
const GATHER: Duration = Duration::from_millis(50);

/// Gathers changes into snapshots.
pub(super) struct Press {
    root: Arc<Root>,
    boot_id: String,
    owner: Option<Owner>,
    api: Option<String>,
    socket: Option<String>,
    views: BTreeMap<ServiceName, Arc<ServiceView>>,
    dirty: BTreeSet<ServiceName>,
    seq: Seq,
    /// When the first change came that has not gone out.
    waiting_since: Option<Mono>,
    last_out: Option<Mono>,
    truth: watch::Sender<Arc<Snapshot>>,
}

/// What was measured, by run.
pub(super) type Samples = BTreeMap<RunId, project::Sample>;

impl Press {
    /// A press that has published nothing yet, and the receiver of what it will.
    pub(super) fn new(
        root: Arc<Root>,
        boot_id: String,
        owner: Option<Owner>,
        now: Moment,
    ) -> (Self, watch::Receiver<Arc<Snapshot>>) {
        let source = if owner.is_some() {
            Source::Owner
        } else {
            Source::Look
        };
        let empty = Snapshot {
            schema: STATUS_SCHEMA,
            source,
            api: None,
            socket: None,
            root: root.dir.to_string_lossy().into_owned(),
            seq: Seq(0),
            written_at: now.wall,
            boot_id: boot_id.clone(),
            owner: owner.clone(),
            problems: Vec::new(),
            services: BTreeMap::new(),
        };
        let (truth, receiver) = watch::channel(Arc::new(empty));
        let press = Self {
            root,
            boot_id,
            owner,
            api: None,
            socket: None,
            views: BTreeMap::new(),
            dirty: BTreeSet::new(),
            seq: Seq(0),
            waiting_since: None,
            last_out: None,
            truth,
        };
        (press, receiver)
    }

    /// What was published last.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.truth.borrow().clone()
    }

    /// Where the control API is reached.
    pub(super) fn announce(&mut self, api: Option<String>, socket: Option<String>) {
        self.api = api;
        self.socket = socket;
    }

    /// Something about these services changed that people wait for.
    pub(super) fn changed(&mut self, names: impl IntoIterator<Item = ServiceName>, now: Mono) {
        for name in names {
            self.dirty.insert(name);
            self.waiting_since.get_or_insert(now);
        }
    }

    /// Something beside the services changed that people wait for.
    pub(super) fn soon(&mut self, now: Mono) {
        self.waiting_since.get_or_insert(now);
    }

    /// Something about these services changed that may wait for the beat.
    pub(super) fn sampled(&mut self, names: impl IntoIterator<Item = ServiceName>) {
        self.dirty.extend(names);
    }

    /// When the gathered changes must go out.
    pub(super) fn due(&self) -> Option<Mono> {
        let since = self.waiting_since?;
        Some(
            self.last_out
                .map_or(since, |last| last.after(GATHER).max(since)),
        )
    }

    /// Publishes: rebuilds what changed, shares the rest.
    pub(super) fn publish(
        &mut self,
        world: &World,
        samples: &Samples,
        now: Moment,
    ) -> Arc<Snapshot> {
        for name in std::mem::take(&mut self.dirty) {
            let Some(service) = world.services.get(&name) else {
                self.views.remove(&name);
                continue;
            };
            let sample = service
                .life
                .run()
                .and_then(|run| samples.get(&run))
                .copied();
            let view = project::view(world, service, sample.unwrap_or_default(), &self.root, now);
            match self.views.get(&name) {
                Some(old) if **old == view => {}
                Some(_) | None => {
                    self.views.insert(name, Arc::new(view));
                }
            }
        }
        self.seq = self.seq.next();
        self.waiting_since = None;
        self.last_out = Some(now.mono);
        let snapshot = Arc::new(Snapshot {
            schema: STATUS_SCHEMA,
            source: if self.owner.is_some() {
                Source::Owner
            } else {
                Source::Look
            },
            api: self.api.clone(),
            socket: self.socket.clone(),
            root: self.root.dir.to_string_lossy().into_owned(),
            seq: self.seq,
            written_at: now.wall,
            boot_id: self.boot_id.clone(),
            owner: self.owner.clone(),
            problems: world.files.problems.clone(),
            services: self.views.clone(),
        });
        self.truth.send_replace(snapshot.clone());
        snapshot
    }
}
