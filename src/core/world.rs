//! What oats knows: one record per service.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    difference::changed_keys,
    doubt::SurvivorAsk,
    effect::LastRun,
    freeing::{FreeingPort, FreeingWay},
    holder::PortState,
    input::{AskWith, Leaving},
    life::Life,
    reload::Files,
    rng::Rng,
    ticks,
};
use crate::model::{
    Action, Actor, ExitInfo, Moment, Mono, Seq, ServiceDef, ServiceName, WaitFor, Want,
    run::Restarts,
    snapshot::{LastAction, Survivor},
};

/// Everything decisions are made from.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Every service, by name.
    pub services: BTreeMap<ServiceName, Service>,
    /// How oats leaves, once it does.
    pub leaving: Option<Leaving>,
    /// The number of the next ledger line.
    pub next_seq: Seq,
    /// The source of chance.
    pub rng: Rng,
    /// What is known of the files of the root.
    pub files: Files,
    /// Who wanted oats to leave.
    pub(super) leaving_by: Actor,
    /// Whether leaving is complete: then nothing more happens.
    pub(super) left: bool,
    /// Services whose port is watched closely.
    port_waiters: BTreeSet<ServiceName>,
    /// When each service next needs a tick.
    pub(super) deadlines: BTreeSet<(Mono, ServiceName)>,
}

/// What oats knows about one service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// The definition in force.
    pub def: Arc<ServiceDef>,
    /// The definition of its next run, where that is another one; only while a process lives.
    pub next_def: Option<Arc<ServiceDef>>,
    /// Where the definition comes from.
    pub origin: Origin,
    /// Who needs it, in name order.
    pub needed_by: Vec<ServiceName>,
    /// What was asked for.
    pub want: Want,
    /// Who asked for that.
    pub want_by: Actor,
    /// Where it is.
    pub life: Life,
    /// Who listens on its port; `None` without a port, or before the first look.
    pub port: Option<PortState>,
    /// Processes that may be an earlier run of it.
    pub survivors: Vec<Survivor>,
    /// The action under way.
    pub open: Option<OpenAsk>,
    /// The Free port under way; the action beside it may wait for that.
    pub freeing: Option<FreeingPort>,
    /// What is being done about one of the survivors.
    pub doubt: Option<SurvivorAsk>,
    /// The last action that ended.
    pub last_action: Option<LastAction>,
    /// How the last run ended.
    pub last_exit: Option<ExitInfo>,
    /// The last run that was spawned.
    pub last_run: Option<LastRun>,
    /// Deaths in a row, oldest first.
    pub deaths: Vec<Mono>,
    /// How often it was restarted.
    pub restarts: Restarts,
    /// The deadline it stands in the index with.
    pub(super) armed: Option<Mono>,
}

/// Where the definition of a service comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Its file.
    File,
    /// The file that it had: it is no longer configured.
    Gone,
    /// Its run record and its tag alone: it was no longer configured when this owner found it.
    Record,
}

/// An accepted ask that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAsk {
    /// Its ledger line.
    pub seq: Seq,
    /// What.
    pub action: Action,
    /// Who.
    pub by: Actor,
    /// Since when.
    pub since: Moment,
    /// With which choices.
    pub with: AskWith,
    /// The Free port of another service that this Stop is for.
    pub frees: Option<Freeing>,
}

/// A Free port that ends with the Stop of the service that holds the port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeing {
    /// Whose port.
    pub service: ServiceName,
    /// The ledger line of the ask.
    pub seq: Seq,
}

impl World {
    /// A world in which nothing has happened yet.
    pub fn new(defs: &[Arc<ServiceDef>], next_seq: Seq, rng: Rng) -> Self {
        let mut needed_by: BTreeMap<ServiceName, Vec<ServiceName>> = BTreeMap::new();
        for def in defs {
            for need in &def.depends_on {
                needed_by
                    .entry(need.service.clone())
                    .or_default()
                    .push(def.name.clone());
            }
        }
        let services = defs
            .iter()
            .map(|def| {
                let needed_by = needed_by.remove(&def.name).unwrap_or_default();
                let service = Service::new(def.clone(), needed_by, Origin::File);
                (def.name.clone(), service)
            })
            .collect();
        Self {
            services,
            leaving: None,
            leaving_by: Actor::POLICY,
            left: false,
            next_seq,
            rng,
            files: Files::default(),
            port_waiters: BTreeSet::new(),
            deadlines: BTreeSet::new(),
        }
    }

    /// When a [`super::Input::Tick`] can next matter.
    pub fn next_deadline(&self) -> Option<Mono> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Whether any service waits for its port, or has it freed.
    pub fn waits_for_a_port(&self) -> bool {
        !self.port_waiters.is_empty()
    }

    /// Puts a service into the indices: of deadlines, and of those that wait for their port.
    pub(super) fn arm(&mut self, name: &ServiceName) {
        let Some(service) = self.services.get_mut(name) else {
            return;
        };
        if service.watches_its_port() {
            self.port_waiters.insert(name.clone());
        } else {
            self.port_waiters.remove(name);
        }
        let due = ticks::deadline(service);
        if due == service.armed {
            return;
        }
        if let Some(old) = service.armed {
            self.deadlines.remove(&(old, name.clone()));
        }
        if let Some(new) = due {
            self.deadlines.insert((new, name.clone()));
        }
        service.armed = due;
    }

    /// Takes a service out, and out of the indices.
    pub(super) fn take_out(&mut self, name: &ServiceName) -> Option<Service> {
        let service = self.services.remove(name)?;
        self.port_waiters.remove(name);
        if let Some(armed) = service.armed {
            self.deadlines.remove(&(armed, name.clone()));
        }
        Some(service)
    }

    /// What does not hold although it always must: for debug builds and tests.
    pub fn broken_invariants(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (name, service) in &self.services {
            if ticks::deadline(service) != service.armed {
                broken.push(format!("{name}: its deadline is not in the index"));
            }
            if service.watches_its_port() != self.port_waiters.contains(name) {
                broken.push(format!("{name}: its wait for the port is not in the index"));
            }
            if let Life::Waiting { on, .. } = &service.life
                && on.is_empty()
            {
                broken.push(format!("{name}: waits for nothing"));
            }
            if service.open.is_some() && service.life.is_at_rest() {
                broken.push(format!("{name}: an ask is open while nothing is under way"));
            }
            if service.want == Want::Down && service.life.is_coming_up() {
                broken.push(format!("{name}: comes up although nobody wants it"));
            }
            broken.extend(self.broken_aside(name, service));
            broken.extend(broken_definition(name, service));
        }
        broken.extend(self.broken_needs());
        broken
    }

    /// The same, of who is needed by whom.
    fn broken_needs(&self) -> Option<String> {
        let mut needs = 0;
        for (name, service) in &self.services {
            for need in &service.def.depends_on {
                let Some(other) = self.services.get(&need.service) else {
                    continue;
                };
                needs += 1;
                if !other.needed_by.contains(name) {
                    return Some(format!("{name}: {} does not know it", need.service));
                }
            }
        }
        let known: usize = self.services.values().map(|it| it.needed_by.len()).sum();
        (known != needs).then(|| "a service is needed by one that does not need it".to_owned())
    }

    /// The same, of what goes on beside the life of a service.
    fn broken_aside(&self, name: &ServiceName, service: &Service) -> Option<String> {
        if self.leaving.is_some() && (service.freeing.is_some() || service.doubt.is_some()) {
            return Some(format!(
                "{name}: something is done to others while oats leaves"
            ));
        }
        if let Some(freeing) = &service.freeing {
            if service.def.port.is_none() {
                return Some(format!("{name}: has no port, and it is being freed"));
            }
            let decides = |other: &ServiceName| {
                let open = self.services.get(other).and_then(|it| it.open.as_ref());
                let frees = open.and_then(|open| open.frees.as_ref());
                frees.is_some_and(|frees| frees.seq == freeing.seq)
            };
            let ends = match &freeing.way {
                FreeingWay::Stop(other) => freeing.until.is_some() || decides(other),
                FreeingWay::Leftover | FreeingWay::Stranger(..) => freeing.until.is_some(),
            };
            if !ends {
                return Some(format!("{name}: nothing ends its Free port"));
            }
        }
        let known = |ask: &SurvivorAsk| {
            let (pid, ticks) = (ask.target.pid, ask.target.start_ticks);
            let mut survivors = service.survivors.iter();
            survivors.any(|it| (it.pid, it.start_ticks) == (pid, ticks))
        };
        let lost = service.doubt.as_ref().is_some_and(|ask| !known(ask));
        lost.then(|| format!("{name}: something is done to a process that is not in doubt"))
    }
}

/// What does not hold of where a definition comes from.
fn broken_definition(name: &ServiceName, service: &Service) -> Option<String> {
    let live = service.life.is_live();
    if service.next_def.is_some() && !live {
        return Some(format!("{name}: its definition waits for nothing"));
    }
    let removed = service.origin != Origin::File;
    if removed && service.life.is_coming_up() && !live {
        return Some(format!("{name}: comes up although it is not configured"));
    }
    let over = removed && !live && service.survivors.is_empty();
    over.then(|| format!("{name}: is not configured, and still there"))
}

impl Service {
    /// A service that never ran.
    pub(super) fn new(def: Arc<ServiceDef>, needed_by: Vec<ServiceName>, origin: Origin) -> Self {
        Self {
            def,
            next_def: None,
            origin,
            needed_by,
            want: Want::Down,
            want_by: Actor::POLICY,
            life: Life::Stopped { since: None },
            port: None,
            survivors: Vec::new(),
            open: None,
            freeing: None,
            doubt: None,
            last_action: None,
            last_exit: None,
            last_run: None,
            deaths: Vec::new(),
            restarts: Restarts::default(),
            armed: None,
        }
    }

    /// A service without a file, of which a process was found.
    pub(super) fn unconfigured(name: &ServiceName) -> Self {
        let def = Arc::new(ServiceDef::unknown(name.clone()));
        Self::new(def, Vec::new(), Origin::Record)
    }

    /// The newest definition: that of its next run.
    pub fn latest(&self) -> &Arc<ServiceDef> {
        self.next_def.as_ref().unwrap_or(&self.def)
    }

    /// The keys of its file that only a new process can take up.
    pub fn pending_changes(&self) -> Vec<String> {
        let next = self.next_def.as_ref();
        next.map_or_else(Vec::new, |next| changed_keys(&self.def, next))
    }

    /// Whether it is a task that ended with exit code 0 and unasked.
    pub fn is_completed(&self) -> bool {
        matches!(self.life, Life::Stopped { .. })
            && self.def.is_task()
            && self
                .last_exit
                .as_ref()
                .is_some_and(|exit| exit.code == Some(0) && !exit.asked)
    }

    /// Whether it waits for its port.
    pub fn waits_for_its_port(&self) -> bool {
        matches!(&self.life, Life::Waiting { on, .. }
            if on.iter().any(|what| matches!(what, WaitFor::Port { .. })))
    }

    /// Whether somebody is about to learn from a look at its port.
    pub fn watches_its_port(&self) -> bool {
        self.waits_for_its_port() || self.freeing.is_some()
    }

    /// Whether this action is under way.
    pub fn is_busy_with(&self, action: Action) -> bool {
        self.open.as_ref().is_some_and(|open| open.action == action)
    }
}
