//! How a start or an end of several services went: who waited for whom, when each was there, and
//! the longest chain. Read off the ledger.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde::Serialize;

use super::words;
use crate::model::{Action, Event, EventKind, Outcome, Seq, ServiceName, Snapshot};

/// How several services came up, or went down. Times are milliseconds since the first ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Service by service, in the order of their ends.
    pub steps: Vec<Step>,
    /// The services each of which waited for the one before it, up to the one that ended last.
    pub longest_chain: Vec<ServiceName>,
    /// When the last one ended.
    pub total_ms: u64,
}

/// One service of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which.
    pub service: ServiceName,
    /// When it was asked for.
    pub asked_ms: u64,
    /// When its process was spawned, or when it was told to end.
    pub begun_ms: Option<u64>,
    /// When its ask ended.
    pub ended_ms: Option<u64>,
    /// How.
    pub result: Option<Outcome>,
    /// For whom it waited, the longest wait first.
    pub waited_for: Vec<Waited>,
}

/// A wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waited {
    /// For whom.
    pub service: ServiceName,
    /// How long.
    pub ms: u64,
}

/// Which way services went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// They came up: each waits for what it needs.
    Up,
    /// They went down together: each waits for those that need it.
    Down,
}

/// The plan of these asks and of those that they caused; `None` when nothing was asked.
pub fn of(events: &[Event], asks: &[Seq], snapshot: &Snapshot, way: Way) -> Option<Plan> {
    let mut family: BTreeSet<Seq> = asks.iter().copied().collect();
    let mut first = None;
    let mut steps: BTreeMap<ServiceName, Step> = BTreeMap::new();
    for event in events {
        let begin = *first.get_or_insert(event.mono_ms);
        let at = event.mono_ms.saturating_sub(begin);
        let caused = event.cause.is_some_and(|cause| family.contains(&cause));
        let Some(service) = &event.service else {
            continue;
        };
        match event.kind {
            EventKind::Ask if caused || family.contains(&event.seq) => {
                family.insert(event.seq);
                let step = steps.entry(service.clone()).or_insert_with(|| Step {
                    service: service.clone(),
                    asked_ms: at,
                    begun_ms: None,
                    ended_ms: None,
                    result: None,
                    waited_for: Vec::new(),
                });
                if way == Way::Down {
                    step.asked_ms = 0;
                    step.begun_ms = Some(at);
                }
            }
            EventKind::Start if way == Way::Up => {
                if let Some(step) = steps.get_mut(service) {
                    step.begun_ms.get_or_insert(at);
                }
            }
            EventKind::Result if caused => {
                if let Some(step) = steps.get_mut(service) {
                    step.ended_ms = Some(at);
                    step.result = event.result;
                }
            }
            EventKind::Ask
            | EventKind::Start
            | EventKind::Result
            | EventKind::Refusal
            | EventKind::Exit
            | EventKind::Health
            | EventKind::Port
            | EventKind::Adoption
            | EventKind::Config
            | EventKind::Owner => {}
        }
    }
    (!steps.is_empty()).then(|| with_waits(steps, snapshot, way))
}

/// The asks that an owner made of its services because it leaves.
pub fn leaving(events: &[Event]) -> Vec<Seq> {
    let ends = |event: &&Event| {
        event.kind == EventKind::Ask && matches!(event.action, Some(Action::Stop | Action::Kill))
    };
    events.iter().filter(ends).map(|event| event.seq).collect()
}

fn with_waits(mut steps: BTreeMap<ServiceName, Step>, snapshot: &Snapshot, way: Way) -> Plan {
    let ends: BTreeMap<ServiceName, u64> = steps
        .values()
        .filter_map(|step| Some((step.service.clone(), step.ended_ms?)))
        .collect();
    for step in steps.values_mut() {
        let mut waits: Vec<Waited> = before(snapshot, &step.service, way)
            .into_iter()
            .filter_map(|service| {
                let end = *ends.get(&service)?;
                let ms = end.checked_sub(step.asked_ms)?;
                // Whoever began before that did not wait for it.
                let waited = step.begun_ms.is_none_or(|begun| end <= begun);
                (waited && ms > 0).then_some(Waited { service, ms })
            })
            .collect();
        waits.sort_by(|a, b| b.ms.cmp(&a.ms).then_with(|| a.service.cmp(&b.service)));
        step.waited_for = waits;
    }
    let last = ends.iter().max_by_key(|(_, at)| **at);
    let (mut chain, mut here) = (Vec::new(), last.map(|(name, _)| name.clone()));
    while let Some(name) = here.take() {
        let step = steps.get(&name);
        here = step
            .and_then(|step| step.waited_for.first())
            .map(|waited| waited.service.clone())
            .filter(|next| !chain.contains(next));
        chain.push(name);
    }
    chain.reverse();
    let total_ms = last.map_or(0, |(_, at)| *at);
    let mut steps: Vec<Step> = steps.into_values().collect();
    steps.sort_by_key(|step| (step.ended_ms.unwrap_or(u64::MAX), step.asked_ms));
    Plan {
        steps,
        longest_chain: chain,
        total_ms,
    }
}

/// Whom a service waits for.
fn before(snapshot: &Snapshot, service: &ServiceName, way: Way) -> Vec<ServiceName> {
    let Some(view) = snapshot.services.get(service) else {
        return Vec::new();
    };
    match way {
        Way::Up => view
            .depends_on
            .iter()
            .map(|need| need.service.clone())
            .collect(),
        Way::Down => view.needed_by.clone(),
    }
}

impl Plan {
    /// Whether there is an order to speak of.
    pub fn is_worth_telling(&self) -> bool {
        self.steps.len() > 1
    }

    /// As a table.
    pub fn table(&self, way: Way) -> String {
        let width = self
            .steps
            .iter()
            .map(|step| step.service.as_str().len())
            .max();
        let width = width.unwrap_or(0);
        let mut text = "order and times:\n".to_owned();
        for step in &self.steps {
            let word = match (step.result, way) {
                (Some(Outcome::Done), Way::Up) => "ready",
                (Some(Outcome::Done), Way::Down) => "stopped",
                (Some(other), _) => other.word(),
                (None, _) => "goes on",
            };
            let at = step.ended_ms.map(words::took).unwrap_or_default();
            let _ = write!(text, "  {:width$}  {word:10} {at:>8}", step.service);
            let waits = step.waited_for.iter();
            let waits = waits.map(|it| format!("{} for {}", words::took(it.ms), it.service));
            let waits: Vec<String> = waits.collect();
            if !waits.is_empty() {
                let _ = write!(text, "  waited {}", waits.join(", "));
            }
            let trimmed = text.trim_end().len();
            text.truncate(trimmed);
            text.push('\n');
        }
        let chain: Vec<&str> = self.longest_chain.iter().map(ServiceName::as_str).collect();
        if chain.is_empty() {
            return text;
        }
        let _ = writeln!(
            text,
            "longest chain: {}, {} in all",
            chain.join(", then "),
            words::took(self.total_ms)
        );
        text
    }
}

#[cfg(test)]
#[path = "tests/plan.rs"]
mod tests;
