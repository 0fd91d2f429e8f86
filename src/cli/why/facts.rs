//! What is so about a service, and about those that it waits for, down to the root.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::{
    Action, Event, EventKind, Holder, HolderClass, Outcome, Phase, Pid, Port, ServiceName,
    ServiceView, Snapshot, WaitFor, Wall, Want, health::HealthWord, run::GAVE_UP,
    service::Condition,
};

/// How many of the last lines of stderr are told.
const TAIL: usize = 3;

/// Something that is so about a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Fact {
    /// About which.
    pub(crate) service: ServiceName,
    /// What.
    #[serde(flatten)]
    pub(crate) what: What,
}

/// What is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum What {
    /// It has a process.
    Running(Running),
    /// It has none.
    Resting(Resting),
    /// Something is under way, or in the way.
    Underway(Underway),
}

/// What is so about a service that has a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub(crate) enum Running {
    /// It runs and works.
    Healthy {
        since: Option<Wall>,
        reason: Option<String>,
    },
    /// It runs, and nobody knows yet whether it works.
    HealthUnknown { reason: Option<String> },
    /// It runs, and its probes fail.
    ProbeFails { reason: String, failures: u32 },
    /// It runs, and is frozen.
    Frozen { pid: Option<Pid> },
    /// It runs, and somebody else answers on its port.
    Imposter {
        port: Port,
        holder: Box<Holder>,
        who: String,
    },
    /// An owner found it running.
    Adopted {
        pid: Option<Pid>,
        started_at: Option<Wall>,
    },
}

impl From<Running> for What {
    fn from(what: Running) -> Self {
        Self::Running(what)
    }
}

/// What is so about a service that has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub(crate) enum Resting {
    /// The restart policy waits.
    BacksOff { at: Wall, attempt: u32, of: u32 },
    /// The restart policy has given up.
    GaveUp {
        deaths: Option<u32>,
        within_ms: Option<u64>,
    },
    /// It ended, or could not be started.
    Failed {
        reason: Option<String>,
        since: Option<Wall>,
    },
    /// How the last run ended.
    LastExit {
        status: String,
        at: Wall,
        asked: bool,
        stderr_tail: Vec<String>,
    },
    /// A task that has done its work.
    Completed { at: Option<Wall> },
    /// Somebody ended it.
    EndedBy {
        action: Action,
        by: String,
        at: Wall,
    },
    /// It is stopped, and the ledger does not say why.
    Stopped { since: Option<Wall> },
    /// It was never started.
    NeverStarted,
    /// It is wanted.
    Wanted,
}

impl From<Resting> for What {
    fn from(what: Resting) -> Self {
        Self::Resting(what)
    }
}

/// What is under way, or in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub(crate) enum Underway {
    /// A process may be an earlier run of it.
    Survivor {
        pid: Pid,
        command: String,
        why: String,
    },
    /// It does not run, and somebody else holds its port.
    PortHeld {
        port: Port,
        holder: Box<Holder>,
        who: String,
    },
    /// It waits for its port.
    WaitsForPort { port: Port },
    /// It waits for another service.
    WaitsFor {
        other: ServiceName,
        condition: Condition,
    },
    /// Those that wait for each other in a circle end here.
    Circle,
    /// It is coming up.
    Starting {
        since: Option<Wall>,
        reason: Option<String>,
    },
    /// Its tree is being ended.
    Ending {
        by: Option<String>,
        since: Option<Wall>,
    },
}

impl From<Underway> for What {
    fn from(what: Underway) -> Self {
        Self::Underway(what)
    }
}

/// The facts about a service, its own first; then, for each service that it waits for, the facts
/// about that one.
pub(crate) fn facts(view: &ServiceView, snapshot: &Snapshot, events: &[Event]) -> Vec<Fact> {
    let mut found = Vec::new();
    about(view, snapshot, events, &mut BTreeSet::new(), &mut found);
    found
}

fn about(
    view: &ServiceView,
    snapshot: &Snapshot,
    events: &[Event],
    seen: &mut BTreeSet<ServiceName>,
    found: &mut Vec<Fact>,
) {
    let again = !seen.insert(view.name.clone());
    let own: Vec<What> = if again {
        vec![Underway::Circle.into()]
    } else {
        survivors(view).chain(own(view, events)).collect()
    };
    found.extend(own.into_iter().map(|what| Fact {
        service: view.name.clone(),
        what,
    }));
    if again || view.phase != Phase::Waiting {
        return;
    }
    for wait in &view.waiting_for {
        if let WaitFor::Service { name, .. } = wait
            && let Some(other) = snapshot.services.get(name)
        {
            about(other, snapshot, events, seen, found);
        }
    }
}

fn survivors(view: &ServiceView) -> impl Iterator<Item = What> {
    view.survivors.iter().map(|survivor| {
        Underway::Survivor {
            pid: survivor.pid,
            command: survivor.command.clone(),
            why: survivor.why.clone(),
        }
        .into()
    })
}

/// What is so by its phase.
fn own(view: &ServiceView, events: &[Event]) -> Vec<What> {
    match view.phase {
        Phase::Running => running(view),
        Phase::Starting => vec![starting(view).into()],
        Phase::Stopping => vec![ending(view).into()],
        Phase::Waiting => waiting(view),
        Phase::Backoff => {
            let retry = view.retry.as_ref().map(|retry| Resting::BacksOff {
                at: retry.at,
                attempt: retry.attempt,
                of: retry.of,
            });
            let resting = retry.into_iter().chain(last_exit(view)).map(What::from);
            resting.chain(held(view).map(What::from)).collect()
        }
        Phase::Failed => failed(view, events),
        Phase::Stopped => stopped(view, events),
    }
}

fn starting(view: &ServiceView) -> Underway {
    let seen = || view.probe.detail.clone();
    Underway::Starting {
        since: view.phase_since,
        reason: view.health_reason.clone().or_else(seen),
    }
}

fn ending(view: &ServiceView) -> Underway {
    Underway::Ending {
        by: view.pending.as_ref().map(|pending| pending.by.clone()),
        since: view.phase_since,
    }
}

fn running(view: &ServiceView) -> Vec<What> {
    let reason = view.health_reason.clone();
    let health = match view.health {
        HealthWord::Healthy => Running::Healthy {
            since: view.phase_since,
            reason,
        },
        HealthWord::Unknown => Running::HealthUnknown { reason },
        HealthWord::Unhealthy => sick(view),
    };
    let adopted = view.adopted.then_some(Running::Adopted {
        pid: view.pid,
        started_at: view.started_at,
    });
    let found = [health].into_iter().chain(adopted);
    found.map(What::from).collect()
}

/// Why it is unhealthy.
fn sick(view: &ServiceView) -> Running {
    let reason = view.health_reason.clone().unwrap_or_default();
    if reason.starts_with("process is frozen") {
        return Running::Frozen { pid: view.pid };
    }
    match (&view.holder, view.port) {
        (Some(holder), Some(port)) if reason.ends_with("not by this service") => {
            Running::Imposter {
                port,
                who: holder.who(),
                holder: Box::new(holder.clone()),
            }
        }
        (Some(_) | None, _) => Running::ProbeFails {
            reason,
            failures: view.probe.failures,
        },
    }
}

fn waiting(view: &ServiceView) -> Vec<What> {
    let one = |wait: &WaitFor| match wait {
        WaitFor::Service { name, condition } => vec![Underway::WaitsFor {
            other: name.clone(),
            condition: *condition,
        }],
        WaitFor::Port { port } => {
            let waits = Underway::WaitsForPort { port: *port };
            [waits].into_iter().chain(held(view)).collect()
        }
    };
    let found = view.waiting_for.iter().flat_map(one);
    found.map(What::from).collect()
}

fn failed(view: &ServiceView, events: &[Event]) -> Vec<What> {
    let failed = Resting::Failed {
        reason: view.health_reason.clone(),
        since: view.phase_since,
    };
    let wanted = (view.want == Want::Up).then_some(Resting::Wanted);
    let resting = [failed].into_iter();
    let resting = resting.chain(gave_up(view, events)).chain(last_exit(view));
    let found = resting.map(What::from).chain(held(view).map(What::from));
    found.chain(wanted.map(What::from)).collect()
}

fn stopped(view: &ServiceView, events: &[Event]) -> Vec<What> {
    let completed = view.is_completed();
    let own = if completed {
        Resting::Completed {
            at: view.last_exit.as_ref().map(|exit| exit.at),
        }
    } else if let Some(ended_by) = ended_by(view, events) {
        ended_by
    } else if view.last_exit.is_none() && view.phase_since.is_none() {
        Resting::NeverStarted
    } else {
        Resting::Stopped {
            since: view.phase_since,
        }
    };
    let unasked = view.last_exit.as_ref().is_some_and(|exit| !exit.asked);
    let exit = last_exit(view).filter(|_| unasked && !completed);
    let resting = [own].into_iter().chain(exit).map(What::from);
    resting.chain(held(view).map(What::from)).collect()
}

/// Who holds the port that it wants.
fn held(view: &ServiceView) -> Option<Underway> {
    let (holder, port) = (view.holder.as_ref()?, view.port?);
    let taken = !matches!(holder.class, HolderClass::Free | HolderClass::Own);
    taken.then(|| Underway::PortHeld {
        port,
        who: holder.who(),
        holder: Box::new(holder.clone()),
    })
}

fn last_exit(view: &ServiceView) -> Option<Resting> {
    let exit = view.last_exit.as_ref()?;
    let skipped = exit.stderr_tail.len().saturating_sub(TAIL);
    Some(Resting::LastExit {
        status: exit.status().to_string(),
        at: exit.at,
        asked: exit.asked,
        stderr_tail: exit.stderr_tail.iter().skip(skipped).cloned().collect(),
    })
}

/// Who asked for its last end: by the ledger, which reaches further back than the owner.
fn ended_by(view: &ServiceView, events: &[Event]) -> Option<Resting> {
    let ends = |action| matches!(action, Action::Stop | Action::Kill);
    let newest = events.iter().rev().find(|event| {
        let of_it = event.service.as_ref() == Some(&view.name);
        of_it && matches!(event.kind, EventKind::Result | EventKind::Start)
    });
    let done = newest.filter(|event| event.result == Some(Outcome::Done));
    let written = done.and_then(|event| {
        Some(Resting::EndedBy {
            action: event.action.filter(|action| ends(*action))?,
            by: event.actor.as_ref()?.to_string(),
            at: event.at,
        })
    });
    let published = || {
        let last = view.last_action.as_ref()?;
        (ends(last.action) && last.result == Outcome::Done).then(|| Resting::EndedBy {
            action: last.action,
            by: last.by.clone(),
            at: last.at,
        })
    };
    written.or_else(published)
}

/// Whether the restart policy has given up, after how many deaths, and within which time.
fn gave_up(view: &ServiceView, events: &[Event]) -> Option<Resting> {
    let (_, rest) = view.health_reason.as_deref()?.split_once(GAVE_UP)?;
    let mut words = rest.split_whitespace();
    let deaths: Option<u32> = words.next().and_then(|word| word.parse().ok());
    let unasked = events.iter().rev().filter(|event| {
        let of_it = event.service.as_ref() == Some(&view.name);
        of_it && event.kind == EventKind::Exit && event.cause.is_none()
    });
    let count = deaths.map_or(0, |deaths| deaths as usize);
    let times: Vec<u64> = unasked.take(count).map(|event| event.mono_ms).collect();
    let within_ms = match (times.first(), times.last()) {
        (Some(last), Some(first)) if times.len() == count => last.checked_sub(*first),
        (Some(_) | None, _) => None,
    };
    Some(Resting::GaveUp { deaths, within_ms })
}
