//! What covers the view: help, questions, lists of choices.

use std::collections::BTreeSet;

use super::{BatchMenu, Many};
use crate::{
    model::{Force, Pid, ServiceName, Target},
    tui::port::PortAct,
};

/// What covers the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// The help, with its first shown row.
    Help {
        /// First shown row.
        top: usize,
    },
    /// A question.
    Question(Question),
    /// What can be done to a service.
    Menu(Menu),
    /// What can be done to all marked services.
    Batch(BatchMenu),
    /// Every command, found by its name.
    Palette(Palette),
    /// Who holds the port of a service, and what can be done about it.
    Port(PortDialog),
    /// Processes that may be an earlier run of a service.
    Survivor(SurvivorDialog),
    /// The services whose logs are shown together.
    LogServices(LogChoice),
}

/// The services whose logs are shown together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogChoice {
    /// The focused service, from 0, in name order.
    pub focused: usize,
    /// Those that are chosen; none means all.
    pub checked: BTreeSet<ServiceName>,
}

/// What can be done to one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// Which. It never changes.
    pub service: ServiceName,
    /// The focused entry, an index into [`crate::tui::menu::entries`].
    pub focused: usize,
}

/// The palette.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Palette {
    /// What was typed.
    pub typed: String,
    /// The focused entry among those that match.
    pub focused: usize,
}

/// Who holds the port of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortDialog {
    /// Which service. It never changes.
    pub service: ServiceName,
    /// The focused choice; by what it does, since the list changes with the holder.
    pub focused: PortAct,
    /// The pid that is being typed.
    pub entry: Option<PidEntry>,
}

/// Processes that may be an earlier run of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurvivorDialog {
    /// Which service. It never changes.
    pub service: ServiceName,
    /// The process that is decided about. It never changes.
    pub target: Target,
    /// The focused choice, an index into [`crate::tui::survivor::CHOICES`].
    pub focused: usize,
    /// The pid that is being typed.
    pub entry: Option<PidEntry>,
}

/// A pid that has to be typed before anything is signalled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PidEntry {
    /// The process. It never changes while its pid is typed.
    pub target: Target,
    /// What is sent.
    pub force: Force,
    /// Start the service afterwards.
    pub then_start: bool,
    /// What was typed.
    pub typed: String,
}

impl PidEntry {
    /// Whether the pid was typed whole.
    pub fn is_right(&self) -> bool {
        self.typed == self.target.pid.to_string()
    }
}

/// A question: what is asked, and which choice is focused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked. Its target never changes.
    pub kind: QuestionKind,
    /// The focused choice, an index into [`QuestionKind::choices`].
    pub focused: usize,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionKind {
    /// Kill a service?
    Kill {
        /// Which.
        service: ServiceName,
        /// Its leader when the question was asked.
        pid: Option<Pid>,
    },
    /// Stop or restart a service that running services need?
    Affects {
        /// Which.
        service: ServiceName,
        /// Restart instead of stop.
        restart: bool,
        /// The running services that need it.
        dependents: Vec<ServiceName>,
    },
    /// Do something to several services?
    Many(Many),
    /// Leave, while services run?
    Quit {
        /// The services that have a process.
        running: Vec<ServiceName>,
    },
}

/// One choice of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Do it.
    Yes,
    /// Do nothing: the harmless one, focused first.
    No,
    /// Stop all services and leave.
    StopAll,
    /// Leave the services running.
    LeaveRunning,
}

impl QuestionKind {
    /// The choices, in the order they are shown.
    pub fn choices(&self) -> &'static [Choice] {
        match self {
            Self::Kill { .. } | Self::Affects { .. } | Self::Many(_) => &[Choice::No, Choice::Yes],
            Self::Quit { .. } => &[Choice::No, Choice::LeaveRunning, Choice::StopAll],
        }
    }
}
