//! What the listeners on a port are to the service that wants it.

use std::cmp::Reverse;

use super::world::Service;
use crate::model::{Holder, HolderClass, HolderProcess, Pid, ServiceName, port::Listening};

/// Who listens on the port of a service, classified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortState {
    /// The holder, as it is shown.
    pub holder: Holder,
    /// A listener that is oats itself or one of its ancestors.
    pub protected: Option<Pid>,
}

impl PortState {
    /// Nobody listens.
    pub const FREE: Self = Self {
        holder: Holder::FREE,
        protected: None,
    };

    /// Whether the port is in use by somebody of whom only that is known.
    pub fn is_unseen(&self) -> bool {
        match self.holder.class {
            HolderClass::Unseen => true,
            HolderClass::OtherUser => self.holder.first_pid().is_none(),
            HolderClass::Own
            | HolderClass::OwnLeftover
            | HolderClass::OtherService
            | HolderClass::Stranger
            | HolderClass::Free => false,
        }
    }
}

/// Classifies the listeners on the port of `service`. The most foreign one decides, and comes first.
pub fn classify(service: &Service, listeners: &[Listening]) -> PortState {
    let mut classed: Vec<_> = listeners
        .iter()
        .map(|listening| (class_of(service, listening), &listening.process))
        .collect();
    classed.sort_by_key(|((class, _), process)| {
        (Reverse(*class), process.pid, process.address.clone())
    });
    let (class, owner) = classed
        .first()
        .map_or((HolderClass::Free, None), |(decisive, _)| decisive.clone());
    let mut processes: Vec<HolderProcess> = classed
        .into_iter()
        .map(|(_, process)| process.clone())
        .collect();
    processes.dedup();
    let protected = listeners
        .iter()
        .find(|listening| listening.protected)
        .and_then(|one| one.process.pid);
    PortState {
        holder: Holder {
            class,
            service: owner,
            processes,
        },
        protected,
    }
}

/// The class of one listener, and whose it is.
fn class_of(service: &Service, listening: &Listening) -> (HolderClass, Option<ServiceName>) {
    match &listening.of {
        Some((name, run)) if *name == service.def.name => {
            if service.life.process().is_some() && service.life.run() == Some(*run) {
                return (HolderClass::Own, Some(name.clone()));
            }
            let last = service.last_run.as_ref();
            if last.is_some_and(|last| last.run == *run) {
                return (HolderClass::OwnLeftover, Some(name.clone()));
            }
        }
        Some((name, _)) => return (HolderClass::OtherService, Some(name.clone())),
        None => {}
    }
    let class = match (listening.may_signal, listening.process.pid) {
        (false, _) => HolderClass::OtherUser,
        (true, None) => HolderClass::Unseen,
        (true, Some(_)) => HolderClass::Stranger,
    };
    (class, None)
}
