//! How one service fared.

use std::collections::{BTreeMap, VecDeque};

use super::{DAY, HOUR, TEN_MINUTES, times::Times, track::Track};
use crate::model::{
    Action, ActorKind, Event, EventKind, Want,
    metrics::{Availability, LastFailure, ServiceMetrics, Share, UpState},
    run::Restarts,
};

/// Failures, repairs and restarts that are kept of a day.
const KEPT: usize = 4096;

/// How one service fared.
#[derive(Debug, Clone, Default)]
pub(super) struct Service {
    /// What was asked for; `None` before any line has told.
    want: Option<Want>,
    life: Life,
    /// Whether its last end was one that nobody asked for: then the next owner still wants it.
    died: bool,
    /// Whether nobody watches.
    unwatched: bool,
    track: Track,
    /// A failure that is not repaired: the bad milliseconds when it began.
    failing: Option<u64>,
    failures: VecDeque<u64>,
    /// When it was repaired, and how long that took, in milliseconds.
    repairs: VecDeque<(u64, u64)>,
    restarts: VecDeque<(u64, RestartBy)>,
    actions: BTreeMap<Action, Times>,
    last_failure: Option<LastFailure>,
}

/// What is known of its process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Life {
    /// Nothing: nobody has watched, or an owner has found it and not judged it yet.
    #[default]
    Unknown,
    /// There is none.
    Dead,
    /// It was spawned, and was not healthy yet.
    Young,
    /// Its last verdict was healthy.
    Healthy,
    /// Its last verdict was unhealthy.
    Unhealthy,
}

/// Who has restarted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RestartBy {
    Hand,
    Policy,
    Arena,
}

impl Service {
    /// Takes its next line.
    pub(super) fn take(&mut self, event: &Event, at: u64) {
        match event.kind {
            EventKind::Ask => self.asked(event),
            EventKind::Result => self.ended(event, at),
            EventKind::Start => self.started(event, at),
            EventKind::Exit => self.exited(event, at),
            EventKind::Health => self.judged(event, at),
            EventKind::Adoption => {
                self.want = Some(Want::Up);
                self.life = Life::Unknown;
            }
            EventKind::Refusal | EventKind::Port | EventKind::Config | EventKind::Owner => {}
        }
        self.note(at);
    }

    /// It is wanted, among others.
    pub(super) fn wanted(&mut self, at: u64) {
        self.want = Some(Want::Up);
        if self.life == Life::Unknown && !self.unwatched {
            self.life = Life::Dead;
        }
        self.note(at);
    }

    /// From now on nobody watches.
    pub(super) fn lost_sight(&mut self, at: u64) {
        self.unwatched = true;
        self.note(at);
    }

    /// Somebody watches again. Of one that had a process a line will tell what became of it; after a
    /// boot nothing lives, and nothing is wanted; nor is one that had not come as far as a process.
    pub(super) fn seen_again(&mut self, at: u64, other_boot: bool) {
        self.unwatched = false;
        if other_boot {
            self.life = Life::Dead;
            self.want = Some(Want::Down);
            self.failing = None;
        } else if self.life != Life::Dead {
            self.life = Life::Unknown;
        } else if !self.died && self.want.is_some() {
            self.want = Some(Want::Down);
            self.failing = None;
        }
        self.note(at);
    }

    fn asked(&mut self, event: &Event) {
        match event.action {
            Some(Action::Start | Action::Restart) => {
                self.want = Some(Want::Up);
                // An owner watches, and says nothing of a process: there is none.
                if self.life == Life::Unknown && event.action == Some(Action::Start) {
                    self.life = Life::Dead;
                }
            }
            Some(Action::Stop | Action::Kill) => {
                self.want = Some(Want::Down);
                self.failing = None;
            }
            Some(Action::Recover | Action::FreePort) | None => {}
        }
    }

    fn ended(&mut self, event: &Event, at: u64) {
        if let (Some(action), Some(result)) = (event.action, event.result) {
            let took = event.duration_ms.unwrap_or_default();
            let times = self.actions.entry(action).or_default();
            times.take(at, result, took);
        }
    }

    fn started(&mut self, event: &Event, at: u64) {
        self.want.get_or_insert(Want::Up);
        self.life = Life::Young;
        let by = match (event.actor.as_ref().map(|actor| actor.kind), event.action) {
            (Some(ActorKind::Policy), Some(Action::Start)) => Some(RestartBy::Policy),
            (Some(ActorKind::Villain | ActorKind::Felix), Some(Action::Restart)) => {
                Some(RestartBy::Arena)
            }
            (Some(_), Some(Action::Restart)) => Some(RestartBy::Hand),
            _ => None,
        };
        if let Some(by) = by {
            keep(&mut self.restarts, (at, by));
        }
    }

    fn exited(&mut self, event: &Event, at: u64) {
        let says = |key: &str| event.data.get(key).and_then(serde_json::Value::as_bool);
        // A line that does not say so was asked for when it has a cause.
        let asked = says("asked").unwrap_or(event.cause.is_some());
        self.life = Life::Dead;
        self.died = !asked;
        if says("completed") == Some(true) {
            self.died = false;
            self.want = Some(Want::Down);
            self.failing = None;
        } else if !asked && *self.want.get_or_insert(Want::Up) == Want::Up {
            self.failed(event, at);
        }
    }

    fn judged(&mut self, event: &Event, at: u64) {
        let to = event.data.get("to").and_then(|to| to.as_str());
        match to {
            Some("healthy") => {
                self.want.get_or_insert(Want::Up);
                self.life = Life::Healthy;
                if let Some(began) = self.failing.take() {
                    let took = self.track.bad_until(at).saturating_sub(began);
                    keep(&mut self.repairs, (at, took));
                }
            }
            Some("unhealthy") => {
                let want = *self.want.get_or_insert(Want::Up);
                self.life = Life::Unhealthy;
                if want == Want::Up {
                    self.failed(event, at);
                }
            }
            _ => {}
        }
    }

    /// A failure; one that follows another before that is repaired belongs to it. Of a service that is
    /// sick and then dies, the death is what is told.
    fn failed(&mut self, event: &Event, at: u64) {
        if self.failing.is_none() {
            self.failing = Some(self.track.bad_until(at));
            keep(&mut self.failures, at);
        } else if event.kind != EventKind::Exit {
            return;
        }
        self.last_failure = Some(LastFailure {
            at: event.at,
            seq: event.seq,
            reason: event.reason.clone().unwrap_or_default(),
        });
    }

    /// Notes how it is from now on.
    fn note(&mut self, at: u64) {
        let state = match (self.unwatched, self.want, self.life) {
            (true, _, _) | (false, None, _) | (false, Some(Want::Up), Life::Unknown) => {
                UpState::Unknown
            }
            (false, Some(Want::Down), _) => UpState::Unwanted,
            (false, Some(Want::Up), Life::Dead | Life::Young) => UpState::Down,
            (false, Some(Want::Up), Life::Healthy) => UpState::Healthy,
            (false, Some(Want::Up), Life::Unhealthy) => UpState::Unhealthy,
        };
        self.track.enter(at, state);
    }

    /// How it was, step by step.
    pub(super) fn strip(&self, now: u64, step: u64, count: usize) -> Vec<UpState> {
        self.track.strip(now, step, count)
    }

    /// How it fared until now.
    pub(super) fn report(&self, now: u64) -> ServiceMetrics {
        let day = now.saturating_sub(DAY);
        let failures = self.failures.iter().filter(|at| **at > day).count() as u64;
        let repairs = self.repairs.iter().filter(|(at, _)| *at > day);
        let (count, took) = repairs.fold((0, 0), |(count, sum), (_, took)| (count + 1, sum + took));
        let healthy = self.track.sums(day, now).healthy;
        let mut restarts = Restarts::default();
        for (_, by) in self.restarts.iter().filter(|(at, _)| *at > day) {
            match by {
                RestartBy::Hand => restarts.manual += 1,
                RestartBy::Policy => restarts.policy += 1,
                RestartBy::Arena => restarts.arena += 1,
            }
        }
        let actions = self.actions.iter();
        ServiceMetrics {
            availability: Availability {
                ten_minutes: self.share(TEN_MINUTES, now),
                hour: self.share(HOUR, now),
                day: self.share(DAY, now),
            },
            failures,
            repairs: count,
            mttr_s: (count > 0).then(|| seconds(took) / whole(count)),
            mtbf_s: (failures > 0).then(|| seconds(healthy) / whole(failures)),
            last_failure: self.last_failure.clone(),
            restarts_24h: restarts,
            actions: actions
                .map(|(action, it)| (*action, it.report(now)))
                .collect(),
            ..ServiceMetrics::default()
        }
    }

    fn share(&self, window: u64, now: u64) -> Share {
        let sums = self.track.sums(now.saturating_sub(window), now);
        let wanted = sums.healthy + sums.bad;
        Share {
            ratio: (wanted > 0).then(|| whole(sums.healthy) / whole(wanted)),
            healthy_s: seconds(sums.healthy),
            wanted_s: seconds(wanted),
            unknown_s: seconds(sums.unknown),
        }
    }
}

/// Keeps one more, and not too many.
fn keep<T>(kept: &mut VecDeque<T>, one: T) {
    kept.push_back(one);
    if kept.len() > KEPT {
        kept.pop_front();
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn whole(number: u64) -> f64 {
    number as f64
}

fn seconds(millis: u64) -> f64 {
    whole(millis) / 1000.0
}
