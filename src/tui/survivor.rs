//! What can be decided about a process that may be an earlier run of a service.

use crate::model::{Force, Pid, ServiceView, Target, snapshot::Survivor};

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurvivorAct {
    /// Leave it alone.
    Leave,
    /// It is the service: take it over as it runs.
    Adopt,
    /// End it.
    End(Force),
}

/// Every decision, the harmless one first.
pub const CHOICES: [SurvivorAct; 4] = [
    SurvivorAct::Leave,
    SurvivorAct::Adopt,
    SurvivorAct::End(Force::Term),
    SurvivorAct::End(Force::Kill),
];

/// The process of a dialog, while it is still in doubt.
pub fn of(view: &ServiceView, target: Target) -> Option<&Survivor> {
    let same = |it: &&Survivor| it.pid == target.pid && it.start_ticks == target.start_ticks;
    view.survivors.iter().find(same)
}

/// The process that the dialog of a service is about: the first one in doubt.
pub fn first(view: &ServiceView) -> Option<Target> {
    let survivor = view.survivors.first()?;
    Some(Target {
        pid: survivor.pid,
        start_ticks: survivor.start_ticks,
    })
}

/// A decision in words.
pub fn label(act: SurvivorAct, service: &str, pid: Pid) -> String {
    match act {
        SurvivorAct::Leave => "Leave it alone".to_owned(),
        SurvivorAct::Adopt => format!("It is {service}: take it over as it runs"),
        SurvivorAct::End(Force::Term) => format!("Ask PID {pid} to end (SIGTERM)"),
        SurvivorAct::End(Force::Kill) => format!("Kill PID {pid} (SIGKILL)"),
    }
}

/// What is asked before a decision takes effect.
pub fn note(act: SurvivorAct) -> &'static str {
    match act {
        SurvivorAct::End(_) => "asks for its PID",
        SurvivorAct::Leave => "it cannot be started meanwhile",
        SurvivorAct::Adopt => "nothing is signalled",
    }
}
