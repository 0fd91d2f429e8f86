//! Several services at once: what was asked for, and how it goes.

use std::collections::BTreeSet;

use super::Tone;
use crate::model::{Action, Pid, ServiceName};

/// What is to be done to several services. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many {
    /// What.
    pub action: Action,
    /// To which services, in the order in which they are asked for, each with its leader then.
    pub targets: Vec<(ServiceName, Option<Pid>)>,
    /// Which are left out, and why: "service is not running".
    pub refused: Vec<(ServiceName, String)>,
    /// Whether they were marked.
    pub marked: bool,
}

impl Many {
    /// How many services it is about.
    pub fn size(&self) -> usize {
        self.targets.len() + self.refused.len()
    }
}

/// What several services were asked for, and how it went so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What.
    pub action: Action,
    /// Asked, and the owner has not answered yet.
    pub unanswered: BTreeSet<ServiceName>,
    /// Asked, and no result is known yet.
    pub open: BTreeSet<ServiceName>,
    /// How many were asked.
    pub asked: usize,
    /// How many are done.
    pub done: usize,
    /// Which have failed.
    pub failed: Vec<ServiceName>,
    /// Which were refused, and why.
    pub refused: Vec<(ServiceName, String)>,
}

impl Batch {
    /// What was asked for, before any answer.
    pub fn new(action: Action, asked: &[ServiceName], refused: Vec<(ServiceName, String)>) -> Self {
        let all: BTreeSet<ServiceName> = asked.iter().cloned().collect();
        Self {
            action,
            unanswered: all.clone(),
            asked: all.len(),
            open: all,
            done: 0,
            failed: Vec::new(),
            refused,
        }
    }

    /// One message that sums up: "Stop: 3 asked, 1 refused: web (service is not running)."
    pub fn summary(&self) -> (Tone, String) {
        let label = self.action.label();
        let mut text = match self.asked - self.open.len() {
            0 => format!("{label}: {} asked", self.asked),
            _ => format!("{label}: {} of {} done", self.done, self.asked),
        };
        if !self.failed.is_empty() {
            let names: Vec<&str> = self.failed.iter().map(ServiceName::as_str).collect();
            text = format!("{text}, {} failed: {}", names.len(), list(&names));
        }
        if let [(name, why)] = self.refused.as_slice() {
            text = format!("{text}, 1 refused: {name} ({why})");
        } else if !self.refused.is_empty() {
            let names: Vec<&str> = self.refused.iter().map(|(name, _)| name.as_str()).collect();
            text = format!("{text}, {} refused: {}", names.len(), list(&names));
        }
        let bad = !self.failed.is_empty() || !self.refused.is_empty();
        let tone = if bad { Tone::Error } else { Tone::Info };
        (tone, format!("{text}."))
    }
}

/// The first names, and how many more.
fn list(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown = names.get(..SHOWN).unwrap_or(names).join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What can be done to all marked services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchMenu {
    /// Which. They never change.
    pub services: Vec<ServiceName>,
    /// The focused entry, an index into [`crate::tui::menu::ACTIONS`].
    pub focused: usize,
}
