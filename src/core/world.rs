//! What oats knows: one record per service.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    effect::LastRun,
    holder::PortState,
    input::{AskWith, Leaving},
    life::Life,
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
    /// Who wanted oats to leave.
    pub(super) leaving_by: Actor,
    /// Whether leaving is complete: then nothing more happens.
    pub(super) left: bool,
    /// Services that wait for their port.
    port_waiters: BTreeSet<ServiceName>,
    /// When each service next needs a tick.
    pub(super) deadlines: BTreeSet<(Mono, ServiceName)>,
}

/// What oats knows about one service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its definition.
    pub def: Arc<ServiceDef>,
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
                (def.name.clone(), Service::new(def.clone(), needed_by))
            })
            .collect();
        Self {
            services,
            leaving: None,
            leaving_by: Actor::POLICY,
            left: false,
            next_seq,
            rng,
            port_waiters: BTreeSet::new(),
            deadlines: BTreeSet::new(),
        }
    }

    /// When a [`super::Input::Tick`] can next matter.
    pub fn next_deadline(&self) -> Option<Mono> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Whether any service waits for its port.
    pub fn waits_for_a_port(&self) -> bool {
        !self.port_waiters.is_empty()
    }

    /// Puts a service into the indices: of deadlines, and of those that wait for their port.
    pub(super) fn arm(&mut self, name: &ServiceName) {
        let Some(service) = self.services.get_mut(name) else {
            return;
        };
        if service.waits_for_its_port() {
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

    /// What does not hold although it always must: for debug builds and tests.
    pub fn broken_invariants(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (name, service) in &self.services {
            if ticks::deadline(service) != service.armed {
                broken.push(format!("{name}: its deadline is not in the index"));
            }
            if service.waits_for_its_port() != self.port_waiters.contains(name) {
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
        }
        broken
    }
}

impl Service {
    /// A service that never ran.
    fn new(def: Arc<ServiceDef>, needed_by: Vec<ServiceName>) -> Self {
        Self {
            def,
            needed_by,
            want: Want::Down,
            want_by: Actor::POLICY,
            life: Life::Stopped { since: None },
            port: None,
            survivors: Vec::new(),
            open: None,
            last_action: None,
            last_exit: None,
            last_run: None,
            deaths: Vec::new(),
            restarts: Restarts::default(),
            armed: None,
        }
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

    /// Whether this action is under way.
    pub fn is_busy_with(&self, action: Action) -> bool {
        self.open.as_ref().is_some_and(|open| open.action == action)
    }
}
