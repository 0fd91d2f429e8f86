//! The one table of what may happen, and why not: contract section 1.

use super::{
    holder::PortState,
    life::{Life, Then},
    world::{Origin, Service},
};
use crate::model::{Action, HolderClass, Port, Refusal, Want, service::PortOwner};

/// Whether oats itself still takes asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// It does.
    Open,
    /// It is leaving.
    Closed,
}

/// Whether `action` may happen to `service` now.
///
/// Order of reasons: shutting down, busy, not configured (Start and Restart), survivor (Start only),
/// the phase, the port.
///
/// # Errors
///
/// The refusal, when it may not.
pub fn check(service: &Service, action: Action, door: Door) -> Result<(), Refusal> {
    if door == Door::Closed {
        return Err(Refusal::ShuttingDown);
    }
    busy(service, action)?;
    configured(service, action)?;
    match action {
        Action::Start => start(service),
        Action::Stop => stop(service),
        Action::Kill => kill(service),
        Action::Restart => restart(service),
        Action::Recover => recover(service),
        Action::FreePort => free_port(service),
    }
}

/// What else will happen when an allowed action is done.
pub fn note(service: &Service, action: Action) -> Option<String> {
    let holder = &service.port.as_ref()?.holder;
    let leftover = holder.class == HolderClass::OwnLeftover;
    match action {
        Action::Start if leftover => Some(format!(
            "{} of an earlier run is ended first.",
            holder.who()
        )),
        Action::Start
        | Action::Stop
        | Action::Kill
        | Action::Restart
        | Action::Recover
        | Action::FreePort => None,
    }
}

/// A restart under way lets only Stop and Kill through; a port is freed once at a time.
fn busy(service: &Service, action: Action) -> Result<(), Refusal> {
    if service.freeing.is_some() && action == Action::FreePort {
        return Err(Refusal::Busy(Action::FreePort));
    }
    let exempt = matches!(action, Action::Stop | Action::Kill);
    if service.is_busy_with(Action::Restart) && !exempt {
        Err(Refusal::Busy(Action::Restart))
    } else {
        Ok(())
    }
}

/// Nothing starts a service whose file is gone.
fn configured(service: &Service, action: Action) -> Result<(), Refusal> {
    let starts = matches!(action, Action::Start | Action::Restart);
    if starts && service.origin != Origin::File {
        Err(Refusal::NotConfigured)
    } else {
        Ok(())
    }
}

fn start(service: &Service) -> Result<(), Refusal> {
    survivor(service)?;
    match &service.life {
        Life::Stopped { .. } | Life::Failed { .. } | Life::Backoff { .. } => port(service),
        Life::Waiting { on, .. } => match on.first() {
            Some(what) => Err(Refusal::AlreadyWaiting(what.clone())),
            None => Err(Refusal::AlreadyStarting),
        },
        Life::Starting { .. } => Err(Refusal::AlreadyStarting),
        Life::Running { process, .. } => Err(Refusal::AlreadyRunning(Some(process.identity.pid))),
        Life::Stopping { .. } => Err(Refusal::StillStopping(service.life.pid())),
    }
}

/// Whether a launch may happen now: what can come up while a start waits.
///
/// # Errors
///
/// A survivor, or somebody who holds the port.
pub fn launch(service: &Service) -> Result<(), Refusal> {
    survivor(service)?;
    port(service)
}

/// A process that may be an earlier run keeps a second copy from being started.
fn survivor(service: &Service) -> Result<(), Refusal> {
    match service.survivors.first() {
        Some(survivor) => Err(Refusal::Survivor(survivor.pid)),
        None => Ok(()),
    }
}

/// Whether a reason is about who holds the port: "start when free" waits for that to change.
pub fn is_about_the_port(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::PortHeld(..)
            | Refusal::PortHeldByService(..)
            | Refusal::PortHeldByUser(..)
            | Refusal::PortUnseen(_)
    )
}

/// Whether a start may take the port: the last of the reasons.
///
/// # Errors
///
/// Somebody else holds it.
pub fn port(service: &Service) -> Result<(), Refusal> {
    let (Some(port), Some(state)) = (service.def.port, &service.port) else {
        return Ok(());
    };
    if service.def.port_owner == PortOwner::Any {
        return Ok(());
    }
    match port_refusal(port, state) {
        Some(refusal) => Err(refusal),
        None => Ok(()),
    }
}

/// Why a start cannot take a port that is held so.
pub fn port_refusal(port: Port, state: &PortState) -> Option<Refusal> {
    let holder = state.holder.clone();
    match holder.class {
        HolderClass::Free | HolderClass::OwnLeftover | HolderClass::Own => None,
        HolderClass::OtherService => Some(Refusal::PortHeldByService(port, holder)),
        HolderClass::Stranger => Some(Refusal::PortHeld(port, holder)),
        HolderClass::OtherUser => Some(Refusal::PortHeldByUser(port, holder)),
        HolderClass::Unseen => Some(Refusal::PortUnseen(port)),
    }
}

fn stop(service: &Service) -> Result<(), Refusal> {
    match &service.life {
        Life::Stopped { .. } | Life::Failed { .. } => match service.want {
            Want::Up => Ok(()),
            Want::Down => Err(Refusal::NotRunning(Action::Stop)),
        },
        Life::Waiting { .. }
        | Life::Starting { .. }
        | Life::Running { .. }
        | Life::Backoff { .. }
        // What follows is a start: Stop takes it away.
        | Life::Stopping {
            then: Then::Start | Then::Up { .. },
            ..
        } => Ok(()),
        Life::Stopping {
            then: Then::Rest, ..
        } => Err(Refusal::AlreadyStopping(service.life.pid())),
    }
}

fn kill(service: &Service) -> Result<(), Refusal> {
    match &service.life {
        Life::Starting { .. } | Life::Running { .. } | Life::Stopping { .. } => Ok(()),
        Life::Stopped { .. }
        | Life::Failed { .. }
        | Life::Waiting { .. }
        | Life::Backoff { .. } => Err(Refusal::NotRunning(Action::Kill)),
    }
}

fn restart(service: &Service) -> Result<(), Refusal> {
    match &service.life {
        Life::Running { .. } => Ok(()),
        Life::Starting { .. } => Err(Refusal::StillStarting),
        Life::Stopping { .. } => Err(Refusal::StillStopping(service.life.pid())),
        Life::Stopped { .. }
        | Life::Failed { .. }
        | Life::Waiting { .. }
        | Life::Backoff { .. } => Err(Refusal::NotRunning(Action::Restart)),
    }
}

fn recover(service: &Service) -> Result<(), Refusal> {
    match &service.life {
        Life::Running { .. } => {}
        Life::Starting { .. } => return Err(Refusal::StillStarting),
        Life::Stopping { .. } => return Err(Refusal::StillStopping(service.life.pid())),
        Life::Stopped { .. }
        | Life::Failed { .. }
        | Life::Waiting { .. }
        | Life::Backoff { .. } => return Err(Refusal::NotRunning(Action::Recover)),
    }
    let Some(spec) = &service.def.recover else {
        return Err(Refusal::NoRecover);
    };
    if service.is_busy_with(Action::Recover) {
        return Err(Refusal::Recovering);
    }
    let (Some(port), Some(state)) = (service.def.port, &service.port) else {
        return Ok(());
    };
    if !spec.asks_own_port() || service.def.port_owner == PortOwner::Any {
        return Ok(());
    }
    if state.is_unseen() {
        // It may be this service.
        return Ok(());
    }
    let holder = state.holder.clone();
    match holder.class {
        HolderClass::Own | HolderClass::Unseen => Ok(()),
        HolderClass::Free => Err(Refusal::PortSilent(port)),
        HolderClass::OwnLeftover
        | HolderClass::OtherService
        | HolderClass::Stranger
        | HolderClass::OtherUser => Err(Refusal::PortNotOurs(port, holder)),
    }
}

fn free_port(service: &Service) -> Result<(), Refusal> {
    let Some(port) = service.def.port else {
        return Err(Refusal::NoPort);
    };
    let Some(state) = &service.port else {
        return Err(Refusal::HolderUnseen(port));
    };
    let holder = state.holder.clone();
    match holder.class {
        HolderClass::Free => Err(Refusal::PortFree(port)),
        HolderClass::Own => Err(Refusal::PortOwn(port)),
        HolderClass::Unseen => Err(Refusal::HolderUnseen(port)),
        HolderClass::OtherUser => Err(Refusal::HolderOfUser(port, holder)),
        HolderClass::OwnLeftover | HolderClass::OtherService | HolderClass::Stranger => {
            match state.protected {
                Some(pid) => Err(Refusal::HolderProtected(pid)),
                None => Ok(()),
            }
        }
    }
}
