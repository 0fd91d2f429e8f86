//! Why an action may not happen: the sentence, the code, and what would help.
//!
//! The texts are contract section 1. A reason holds no elapsed time and no key.

use std::fmt::Write as _;

use super::{
    action::Action,
    ids::{Pid, Port, ServiceName},
    phase::WaitFor,
    port::Holder,
};

/// The code of a service without a file.
pub const NOT_CONFIGURED: &str = "not_configured";

/// An action that may not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no process to act on.
    NotRunning(Action),
    /// A start is waiting already.
    AlreadyWaiting(WaitFor),
    /// A start is under way, and a start was asked for.
    AlreadyStarting,
    /// A start is under way, and something else was asked for.
    StillStarting,
    /// It runs.
    AlreadyRunning(Option<Pid>),
    /// A stop is under way, and a stop was asked for.
    AlreadyStopping(Option<Pid>),
    /// A stop is under way, and something else was asked for.
    StillStopping(Option<Pid>),
    /// Another service of ours holds the port.
    PortHeldByService(Port, Holder),
    /// A stranger holds the port.
    PortHeld(Port, Holder),
    /// A process of another user holds the port.
    PortHeldByUser(Port, Holder),
    /// Somebody holds the port whom we may not see.
    PortUnseen(Port),
    /// A process may be an earlier run of this service.
    Survivor(Pid),
    /// The service file has no recover step.
    NoRecover,
    /// A recover is under way.
    Recovering,
    /// Recover would talk to somebody else.
    PortNotOurs(Port, Holder),
    /// Recover would talk to nobody.
    PortSilent(Port),
    /// There is no port to free.
    NoPort,
    /// The port is free.
    PortFree(Port),
    /// The port is the service's own.
    PortOwn(Port),
    /// The holder cannot be seen.
    HolderUnseen(Port),
    /// The holder belongs to another user.
    HolderOfUser(Port, Holder),
    /// The holder is oats, or one of its parents.
    HolderProtected(Pid),
    /// Another action is under way.
    Busy(Action),
    /// Its file is gone: nothing starts it any more.
    NotConfigured,
    /// oats is leaving.
    ShuttingDown,
    /// The owner does not answer.
    OwnerSilent,
    /// There is no such service.
    NoSuchService(ServiceName),
    /// A reason that the owner gave to another window of it.
    Relayed(Box<Relayed>),
}

/// A reason as it comes over the control API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relayed {
    /// Its code.
    pub code: String,
    /// The reason without subject and full stop.
    pub text: String,
    /// What would help.
    pub hint: Option<String>,
    /// The action that would help.
    pub hint_action: Option<Action>,
}

/// " (PID n)", or nothing.
fn pid_note(pid: Option<Pid>) -> String {
    pid.map(|pid| format!(" (PID {pid})")).unwrap_or_default()
}

/// The user of the first holder.
fn user(holder: &Holder) -> &str {
    holder
        .processes
        .first()
        .map_or("unknown", |process| process.user.as_str())
}

impl Refusal {
    /// The stable code of the reason.
    pub fn code(&self) -> &str {
        match self {
            Self::NotRunning(_) => "not_running",
            Self::AlreadyWaiting(_) => "already_waiting",
            Self::AlreadyStarting => "already_starting",
            Self::StillStarting => "still_starting",
            Self::AlreadyRunning(_) => "already_running",
            Self::AlreadyStopping(_) => "already_stopping",
            Self::StillStopping(_) => "still_stopping",
            Self::PortHeldByService(..) => "port_held_by_service",
            Self::PortHeld(..) => "port_held",
            Self::PortHeldByUser(..) => "port_held_by_user",
            Self::PortUnseen(_) => "port_unseen",
            Self::Survivor(_) => "survivor",
            Self::NoRecover => "no_recover",
            Self::Recovering => "recovering",
            Self::PortNotOurs(..) => "port_not_ours",
            Self::PortSilent(_) => "port_silent",
            Self::NoPort => "no_port",
            Self::PortFree(_) => "port_free",
            Self::PortOwn(_) => "port_own",
            Self::HolderUnseen(_) => "holder_unseen",
            Self::HolderOfUser(..) => "holder_of_user",
            Self::HolderProtected(_) => "holder_protected",
            Self::Busy(_) => "busy",
            Self::NotConfigured => NOT_CONFIGURED,
            Self::ShuttingDown => "shutting_down",
            Self::OwnerSilent => "owner_silent",
            Self::NoSuchService(_) => "no_such_service",
            Self::Relayed(relayed) => &relayed.code,
        }
    }

    /// The reason without subject and full stop: "service is not running".
    pub fn text(&self) -> String {
        match self {
            Self::NotRunning(_) => "service is not running".to_owned(),
            Self::AlreadyWaiting(what) => format!("service is already waiting for {what}"),
            Self::AlreadyStarting => "service is already starting".to_owned(),
            Self::StillStarting => "service is still starting".to_owned(),
            Self::AlreadyRunning(pid) => format!("service is already running{}", pid_note(*pid)),
            Self::AlreadyStopping(pid) => format!("service is already stopping{}", pid_note(*pid)),
            Self::StillStopping(pid) => format!("service is still stopping{}", pid_note(*pid)),
            Self::PortHeldByService(port, holder) => {
                let name = holder
                    .service
                    .as_ref()
                    .map_or("another", ServiceName::as_str);
                let pid = pid_note(holder.first_pid());
                format!("port {port} is held by service {name}{pid}")
            }
            Self::PortHeld(port, holder) => format!("port {port} is held by {}", holder.who()),
            Self::PortHeldByUser(port, holder) => {
                format!("port {port} is held by a process of user {}", user(holder))
            }
            Self::PortUnseen(port) => {
                format!("port {port} is in use by a process you may not see")
            }
            Self::Survivor(pid) => format!("PID {pid} may be an earlier run of this service"),
            Self::NoRecover => "no recover is set for this service".to_owned(),
            Self::Recovering => "recover is already in progress".to_owned(),
            Self::PortNotOurs(port, holder) => {
                format!(
                    "port {port} is held by {}, not by this service",
                    holder.who()
                )
            }
            Self::PortSilent(port) => format!("nothing listens on port {port}"),
            Self::NoPort => "service has no port".to_owned(),
            Self::PortFree(port) => format!("port {port} is free"),
            Self::PortOwn(port) => format!("port {port} is held by this service"),
            Self::HolderUnseen(port) => format!("holder of port {port} is not visible"),
            Self::HolderOfUser(port, holder) => {
                format!("holder of port {port} belongs to user {}", user(holder))
            }
            Self::HolderProtected(pid) => format!("PID {pid} is oats or one of its parents"),
            Self::Busy(action) => format!("{} is in progress", action.label().to_lowercase()),
            Self::NotConfigured => "service is no longer configured".to_owned(),
            Self::ShuttingDown => "oats is shutting down".to_owned(),
            Self::OwnerSilent => "the owner does not answer".to_owned(),
            Self::NoSuchService(name) => format!("there is no service {name}"),
            Self::Relayed(relayed) => relayed.text.clone(),
        }
    }

    /// The whole sentence: "Recover disabled: service is not running."
    pub fn sentence(&self, action: Action) -> String {
        format!("{} disabled: {}.", action.label(), self.text())
    }

    /// The action that would help, where there is one.
    pub fn hint_action(&self) -> Option<Action> {
        match self {
            Self::NotRunning(Action::Restart | Action::Recover) => Some(Action::Start),
            Self::AlreadyRunning(_) | Self::NoRecover | Self::PortSilent(_) => {
                Some(Action::Restart)
            }
            Self::AlreadyStopping(_) | Self::StillStopping(_) => Some(Action::Kill),
            Self::PortHeldByService(..) | Self::PortHeld(..) | Self::PortNotOurs(..) => {
                Some(Action::FreePort)
            }
            Self::Relayed(relayed) => relayed.hint_action,
            Self::NotRunning(Action::Start | Action::Stop | Action::Kill | Action::FreePort)
            | Self::AlreadyWaiting(_)
            | Self::AlreadyStarting
            | Self::StillStarting
            | Self::PortHeldByUser(..)
            | Self::PortUnseen(_)
            | Self::Survivor(_)
            | Self::Recovering
            | Self::NoPort
            | Self::PortFree(_)
            | Self::PortOwn(_)
            | Self::HolderUnseen(_)
            | Self::HolderOfUser(..)
            | Self::HolderProtected(_)
            | Self::Busy(_)
            | Self::NotConfigured
            | Self::ShuttingDown
            | Self::OwnerSilent
            | Self::NoSuchService(_) => None,
        }
    }

    /// A second sentence for somebody who wants to go on: who the holder is, what would help.
    pub fn hint(&self) -> Option<String> {
        if let Self::Relayed(relayed) = self {
            return relayed.hint.clone();
        }
        let mut hint = String::new();
        if let Some(holder) = self.holder() {
            let commands = holder.processes.iter().filter_map(|process| {
                let command = process.command.as_deref()?;
                Some((process.pid?, command))
            });
            for (pid, command) in commands {
                let _ = write!(hint, "PID {pid} is {command}. ");
            }
        }
        match self.hint_action() {
            Some(Action::Start) => hint.push_str("Start it first."),
            Some(Action::Restart) => hint.push_str("Restart would stop and start it."),
            Some(Action::Kill) => hint.push_str("Kill would end it at once."),
            Some(Action::FreePort) => hint.push_str("Free the port first."),
            Some(Action::Stop | Action::Recover) | None => {}
        }
        let hint = hint.trim_end();
        (!hint.is_empty()).then(|| hint.to_owned())
    }

    /// The holder this reason is about.
    pub fn holder(&self) -> Option<&Holder> {
        match self {
            Self::PortHeldByService(_, holder)
            | Self::PortHeld(_, holder)
            | Self::PortHeldByUser(_, holder)
            | Self::PortNotOurs(_, holder)
            | Self::HolderOfUser(_, holder) => Some(holder),
            Self::NotRunning(_)
            | Self::AlreadyWaiting(_)
            | Self::AlreadyStarting
            | Self::StillStarting
            | Self::AlreadyRunning(_)
            | Self::AlreadyStopping(_)
            | Self::StillStopping(_)
            | Self::PortUnseen(_)
            | Self::Survivor(_)
            | Self::NoRecover
            | Self::Recovering
            | Self::PortSilent(_)
            | Self::NoPort
            | Self::PortFree(_)
            | Self::PortOwn(_)
            | Self::HolderUnseen(_)
            | Self::HolderProtected(_)
            | Self::Busy(_)
            | Self::NotConfigured
            | Self::ShuttingDown
            | Self::OwnerSilent
            | Self::NoSuchService(_)
            | Self::Relayed(_) => None,
        }
    }
}
