//! What fills the screen.

use super::LogView;
use crate::model::{ActorKind, Seq, ServiceName};

/// What fills the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum View {
    /// All services.
    #[default]
    Services,
    /// One service: the one under the cursor.
    Detail(DetailView),
    /// The log of one service, or of all of them.
    Logs(LogView),
    /// What happened.
    Events(EventsView),
    /// What oats says about itself.
    Own,
}

impl View {
    /// Whether the keys that act on a service work here.
    pub fn acts(&self) -> bool {
        match self {
            Self::Services | Self::Detail(_) => true,
            Self::Logs(_) | Self::Events(_) | Self::Own => false,
        }
    }
}

/// The page of one service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DetailView {
    /// Its first row that is shown.
    pub top: usize,
}

/// The list of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventsView {
    /// The event under the cursor, by its number; `None`: the newest.
    pub cursor: Option<Seq>,
    /// Only what this kind of actor did.
    pub who: Option<Option<ActorKind>>,
    /// Only what happened to this service.
    pub service: Option<ServiceName>,
    /// Only what failed or was refused.
    pub failures: bool,
}
