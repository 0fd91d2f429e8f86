//! The ways out of a port that somebody else holds: contract section 1, "Free port".

use crate::model::{
    Action, Force, HolderClass, HolderProcess, Phase, ServiceView, Target, snapshot::Verdict,
};

/// A way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortAct {
    /// Start the service: its port is free, or a leftover is ended first.
    Start,
    /// Start it as soon as its port is free.
    Wait,
    /// End whoever of ours holds it: another service, or what an earlier run left behind.
    Free,
    /// Send SIGTERM to the stranger.
    Term,
    /// Send SIGKILL to the stranger.
    Kill,
    /// Change nothing.
    Leave,
}

impl PortAct {
    /// What is sent to a stranger.
    pub fn force(self) -> Option<Force> {
        match self {
            Self::Term => Some(Force::Term),
            Self::Kill => Some(Force::Kill),
            Self::Start | Self::Wait | Self::Free | Self::Leave => None,
        }
    }
}

/// A choice of the port dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortChoice {
    /// What it does.
    pub act: PortAct,
    /// In words.
    pub label: String,
    /// What is asked first.
    pub note: &'static str,
    /// Why it cannot be chosen, as a whole sentence.
    pub refused: Option<String>,
}

/// Whether freeing the port is followed by a start: the service has no process, and may have one.
pub fn then_start(view: &ServiceView) -> bool {
    match view.phase {
        Phase::Stopped | Phase::Failed | Phase::Backoff => true,
        // One that waits for the port starts by itself; one with a process needs no other.
        Phase::Waiting | Phase::Starting | Phase::Running | Phase::Stopping => false,
    }
}

/// The process that a signal would go to: the most foreign one that can be seen.
pub fn stranger(view: &ServiceView) -> Option<(&HolderProcess, Target)> {
    let holder = view.holder.as_ref()?;
    if holder.class != HolderClass::Stranger {
        return None;
    }
    holder.processes.iter().find_map(|process| {
        let (pid, start_ticks) = (process.pid?, process.start_ticks?);
        Some((process, Target { pid, start_ticks }))
    })
}

/// Why an action is refused.
fn why(verdict: &Verdict) -> Option<String> {
    let reason = verdict.reason.clone().filter(|_| !verdict.allowed);
    reason.or_else(|| (!verdict.allowed).then(|| "It is disabled.".to_owned()))
}

/// Why waiting for the port makes no sense.
fn why_not_wait(view: &ServiceView) -> Option<String> {
    let start = view.actions.get(Action::Start);
    let about_the_port = start
        .code
        .as_deref()
        .is_some_and(|code| code.starts_with("port_"));
    if about_the_port { None } else { why(start) }
}

/// Every way out of how the port is held now, the harmless ones first.
pub fn choices(view: &ServiceView) -> Vec<PortChoice> {
    let name = &view.name;
    let then = if then_start(view) {
        format!(", then start {name}")
    } else {
        String::new()
    };
    let class = view
        .holder
        .as_ref()
        .map_or(HolderClass::Unseen, |it| it.class);
    let choice = |act, label, note, refused| PortChoice {
        act,
        label,
        note,
        refused,
    };
    let start = |label| choice(PortAct::Start, label, "", why(&view.actions.start));
    let wait = || {
        let label = format!("Wait, and start {name} when the port is free");
        choice(PortAct::Wait, label, "", why_not_wait(view))
    };
    let free = |label| choice(PortAct::Free, label, "", why(&view.actions.free_port));
    let term = || {
        let label = format!("Ask it to end (SIGTERM){then}");
        let note = "asks for its PID";
        choice(PortAct::Term, label, note, why(&view.actions.free_port))
    };
    let kill = || {
        let label = format!("Kill it (SIGKILL){then}");
        let note = "asks for its PID";
        choice(PortAct::Kill, label, note, why(&view.actions.free_port))
    };
    let mut out = match class {
        HolderClass::Own => Vec::new(),
        HolderClass::Free => vec![start(format!("Start {name}"))],
        HolderClass::OwnLeftover => vec![
            start(format!("Start {name}; the leftover is ended first")),
            free("End the leftover".to_owned()),
        ],
        HolderClass::OtherService => {
            let holder = view.holder.as_ref().and_then(|it| it.service.as_ref());
            let other = holder.map_or("it", |other| other.as_str());
            vec![wait(), free(format!("Stop {other}{then}"))]
        }
        HolderClass::Stranger | HolderClass::OtherUser | HolderClass::Unseen => {
            vec![wait(), term(), kill()]
        }
    };
    let leave = "Change nothing".to_owned();
    out.push(choice(PortAct::Leave, leave, "", None));
    out
}

/// The choice that is focused when the dialog opens: the first that may be chosen.
pub fn first(view: &ServiceView) -> PortAct {
    let choices = choices(view);
    let allowed = choices.iter().find(|choice| choice.refused.is_none());
    allowed.map_or(PortAct::Leave, |choice| choice.act)
}
