//! The faults that a service has now.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use serde_json::{Map, Value, json};
use tokio::{
    sync::Notify,
    task::AbortHandle,
    time::{Instant, timeout},
};

use super::{faults::Fault, measures::Measure, worker::Worker};

/// A fault that is there.
pub(super) struct Case {
    measure: Measure,
    // Works as long as it is here.
    worker: Option<Worker>,
    until: Option<Instant>,
    watch: Option<AbortHandle>,
}

impl Case {
    /// A fault with its measure, and with whatever takes it away when its time has come.
    pub(super) fn new(
        measure: Measure,
        worker: Option<Worker>,
        lasts: Option<Duration>,
        watch: Option<AbortHandle>,
    ) -> Self {
        Self {
            measure,
            worker,
            until: lasts.and_then(|lasts| Instant::now().checked_add(lasts)),
            watch,
        }
    }

    /// What is left of it, by unit; nothing for one without any bound.
    fn left(&self) -> Map<String, Value> {
        let ms = |until: Instant| until.duration_since(Instant::now()).as_millis();
        let times = match self.measure {
            Measure::Failures(times) => times,
            Measure::None | Measure::Slow(_) | Measure::Errors(_) => None,
        };
        let worker = self.worker.as_ref().and_then(Worker::left);
        [
            self.until.map(|until| ("ms", json!(ms(until)))),
            times.map(|times| ("times", json!(times))),
            worker.map(|(unit, left)| (unit, json!(left))),
        ]
        .into_iter()
        .flatten()
        .map(|(unit, left)| (unit.to_owned(), left))
        .collect()
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            watch.abort();
        }
    }
}

/// How recover fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Now, and the next time too.
    Again,
    /// Now for the last time.
    Last,
}

/// All faults that a service has now, but for children: those live by themselves.
#[derive(Default)]
pub(super) struct Active {
    cases: RefCell<BTreeMap<Fault, Case>>,
    lifted: Notify,
}

impl Active {
    /// Whether this one is there.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.cases.borrow().contains_key(&fault)
    }

    /// All that are there.
    pub(super) fn faults(&self) -> Vec<Fault> {
        self.cases.borrow().keys().copied().collect()
    }

    /// Adds one; an earlier one of its kind ends, and what watched over it.
    pub(super) fn put(&self, fault: Fault, case: Case) {
        let earlier = self.cases.borrow_mut().insert(fault, case);
        drop(earlier);
    }

    /// Takes one away, and what watched over it.
    pub(super) fn take(&self, fault: Fault) {
        let case = self.cases.borrow_mut().remove(&fault);
        drop(case);
        self.lifted.notify_waiters();
    }

    /// Returns at once, or, while this one is there, when that is over.
    pub(super) async fn without(&self, fault: Fault) {
        while self.has(fault) {
            self.lifted.notified().await;
        }
    }

    /// Returns when an answer may go out: at once, or, of a slow service, after its delay or
    /// together with the fault.
    pub(super) async fn late(&self, is_health: bool) {
        let delay = self.measured(Fault::Slow, |measure| match measure {
            Measure::Slow(slowness) if slowness.health || !is_health => Some(slowness.next()),
            Measure::Slow(_) | Measure::None | Measure::Errors(_) | Measure::Failures(_) => None,
        });
        if let Some(delay) = delay {
            // Either is a reason to go on.
            drop(timeout(delay, self.without(Fault::Slow)).await);
        }
    }

    /// Whether this piece of work is one of those that fail.
    pub(super) fn work_fails(&self) -> bool {
        let fails = self.measured(Fault::ErrorRate, |measure| match measure {
            Measure::Errors(share) => Some(share.next()),
            Measure::Slow(_) | Measure::None | Measure::Failures(_) => None,
        });
        fails.unwrap_or(false)
    }

    /// Whether recover fails this time; uses up one of so many times.
    pub(super) fn recover_fails(&self) -> Option<Failure> {
        self.measured(Fault::FailRecover, |measure| match measure {
            Measure::Failures(None) => Some(Failure::Again),
            Measure::Failures(Some(left)) => {
                *left = left.saturating_sub(1);
                Some(match *left {
                    0 => Failure::Last,
                    _ => Failure::Again,
                })
            }
            Measure::Slow(_) | Measure::None | Measure::Errors(_) => None,
        })
    }

    /// What is left of each one that has a bound, as JSON by name.
    pub(super) fn left(&self) -> Map<String, Value> {
        let cases = self.cases.borrow();
        let all = cases.iter().map(|(fault, case)| (fault, case.left()));
        all.filter(|(_, left)| !left.is_empty())
            .map(|(fault, left)| (fault.row().name.to_owned(), Value::Object(left)))
            .collect()
    }

    /// Reads from the measure of a fault, if it is there, and uses it up.
    fn measured<T>(&self, fault: Fault, read: impl FnOnce(&mut Measure) -> Option<T>) -> Option<T> {
        let mut cases = self.cases.borrow_mut();
        read(&mut cases.get_mut(&fault)?.measure)
    }
}
