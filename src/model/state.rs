//! What the screen calls it: contract section 2.

use super::{
    health::HealthWord,
    phase::Phase,
    snapshot::{ServiceView, Snapshot},
};

/// The one word a person reads first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Running and healthy.
    Up,
    /// Running and unhealthy.
    Degraded,
    /// Starting, or running with health not yet known.
    Start,
    /// Waiting for a dependency or a port.
    Wait,
    /// Stopping.
    Ends,
    /// Waiting for the next try of the restart policy.
    Retry,
    /// Failed.
    Fail,
    /// Stopped.
    Stop,
    /// Stopped or failed, while somebody else holds the port.
    Port,
    /// There is a doubtful survivor.
    Doubt,
}

impl State {
    /// Every state, in the order of the contract.
    pub const ALL: [Self; 10] = [
        Self::Up,
        Self::Degraded,
        Self::Start,
        Self::Wait,
        Self::Ends,
        Self::Retry,
        Self::Fail,
        Self::Stop,
        Self::Port,
        Self::Doubt,
    ];

    /// The state of a service.
    pub fn of(view: &ServiceView) -> Self {
        let held = view
            .holder
            .as_ref()
            .is_some_and(|holder| holder.class.is_foreign());
        if !view.survivors.is_empty() {
            return Self::Doubt;
        }
        match (view.phase, view.health) {
            (Phase::Stopped | Phase::Failed, _) if held => Self::Port,
            (Phase::Stopped, _) => Self::Stop,
            (Phase::Failed, _) => Self::Fail,
            (Phase::Running, HealthWord::Healthy) => Self::Up,
            (Phase::Running, HealthWord::Unhealthy) => Self::Degraded,
            (Phase::Running, HealthWord::Unknown) | (Phase::Starting, _) => Self::Start,
            (Phase::Waiting, _) => Self::Wait,
            (Phase::Stopping, _) => Self::Ends,
            (Phase::Backoff, _) => Self::Retry,
        }
    }

    /// The word: at most five columns.
    pub fn word(self) -> &'static str {
        self.row().0
    }

    /// The symbol, one column.
    pub fn symbol(self) -> &'static str {
        self.row().1
    }

    /// The symbol where only ASCII can be shown.
    pub fn ascii(self) -> &'static str {
        self.row().2
    }

    /// The word in a count: "3 up".
    pub fn counted(self) -> &'static str {
        self.row().3
    }

    /// Word, symbol, ASCII symbol, word in a count.
    fn row(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Up => ("UP", "●", "*", "up"),
            Self::Degraded => ("DEGR", "▲", "!", "degraded"),
            Self::Start => ("START", "◐", "~", "starting"),
            Self::Wait => ("WAIT", "…", "w", "waiting"),
            Self::Ends => ("ENDS", "◑", "%", "stopping"),
            Self::Retry => ("RETRY", "↻", "@", "retrying"),
            Self::Fail => ("FAIL", "✖", "x", "failed"),
            Self::Stop => ("STOP", "○", "-", "stopped"),
            Self::Port => ("PORT!", "■", "#", "port taken"),
            Self::Doubt => ("?", "?", "?", "doubtful"),
        }
    }

    /// How bad it is, worst first: what the attention line picks by. `None` is no trouble.
    pub fn trouble(self) -> Option<u8> {
        match self {
            Self::Doubt => Some(0),
            Self::Port => Some(1),
            Self::Fail => Some(2),
            Self::Degraded => Some(3),
            Self::Retry => Some(4),
            Self::Up | Self::Start | Self::Wait | Self::Ends | Self::Stop => None,
        }
    }
}

/// How many services are in each state, in the order of [`State::ALL`], empty ones left out.
pub fn counts(snapshot: &Snapshot) -> Vec<(State, usize)> {
    let states: Vec<State> = snapshot
        .services
        .values()
        .map(|view| State::of(view))
        .collect();
    State::ALL
        .into_iter()
        .map(|state| {
            (
                state,
                states.iter().filter(|other| **other == state).count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}
