//! `oats port`: who listens, as people read it, and whom a person may end.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::words::{self, Colour, Paint};
use crate::model::{
    Action, Holder, HolderClass, HolderProcess, Pid, Port, Refusal, ServiceName, Wall, clean,
};

/// What stands below the options in `oats port --help`.
pub const AFTER: &str = "\
Needs no root: it looks for itself. In a root it also says which service wants the port, and what
the holder is to it.

--free ends the holder, step by step: SIGTERM after its PID was typed, SIGKILL after it was typed
once more. With an owner, the owner does it, and stops a service of its own properly. Without a
terminal --yes-end-pid says which process is meant; nobody else is ever ended. Never ended: oats,
its parents, processes of other users, services of another root.

Ends with 0, also when nobody listens; with --free: 0 when the port is free afterwards, 1 when it
is not, 2 when it was refused.";

/// `oats port`.
#[derive(Debug, Args)]
pub struct PortArgs {
    /// The TCP port
    #[arg(value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,

    /// End whoever holds it
    #[arg(long)]
    pub free: bool,

    /// With --free: end this process without asking, if it is the holder
    #[arg(long, value_name = "PID", requires = "free")]
    pub yes_end_pid: Option<u32>,

    /// With --yes-end-pid: SIGKILL at once, not SIGTERM
    #[arg(long, requires = "yes_end_pid")]
    pub kill: bool,

    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Who listens on a port, as far as this user may see.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// The port.
    pub port: Port,
    /// Whether nobody listens.
    pub free: bool,
    /// Whether closed connections linger there, and nothing else.
    pub time_wait: bool,
    /// The root that was found.
    pub root: Option<String>,
    /// The service of that root that wants the port.
    pub service: Option<ServiceName>,
    /// What the holder is to it; without such a service, to this user.
    pub class: HolderClass,
    /// The service to which the holder belongs.
    pub holder_service: Option<ServiceName>,
    /// The processes.
    pub processes: Vec<HolderProcess>,
}

impl Seen {
    /// Everybody who listens.
    pub fn holder(&self) -> Holder {
        Holder {
            class: self.class,
            service: self.holder_service.clone(),
            processes: self.processes.clone(),
        }
    }

    /// Why nobody here may be ended, as far as the class tells.
    pub fn refusal(&self) -> Option<Refusal> {
        let port = self.port;
        match self.class {
            HolderClass::Free => Some(Refusal::PortFree(port)),
            HolderClass::Own => Some(Refusal::PortOwn(port)),
            HolderClass::Unseen => Some(Refusal::HolderUnseen(port)),
            HolderClass::OtherUser => Some(Refusal::HolderOfUser(port, self.holder())),
            HolderClass::OwnLeftover | HolderClass::OtherService | HolderClass::Stranger => None,
        }
    }

    /// The sentence of a refusal, with what would help.
    pub fn refused(&self, refusal: &Refusal) -> String {
        let sentence = clean::plain(&refusal.sentence(Action::FreePort));
        match (self.class, &self.service) {
            (HolderClass::Own, Some(name)) => format!("{sentence} (oats stop {name})"),
            _ => sentence,
        }
    }
}

/// Who listens, as people read it. `parent` is the command line of a process, where it is known.
pub fn text(
    seen: &Seen,
    now: Wall,
    paint: Paint,
    parent: impl Fn(Pid) -> Option<String>,
) -> String {
    let port = seen.port;
    let mut text = if seen.free {
        let line = format!("port {port} is free");
        let note = if seen.time_wait {
            ": closed connections linger there for a minute (TIME_WAIT), which is in nobody's way"
        } else {
            ""
        };
        format!("{}{note}\n", paint.text(Colour::Good, &line))
    } else {
        let who = clean::plain(&seen.holder().who());
        let line = format!("port {port} is held by {who}");
        format!("{}\n", paint.text(Colour::Bold, &line))
    };
    if let Some(meaning) = meaning(seen) {
        let _ = writeln!(text, "  {meaning}");
    }
    for process in &seen.processes {
        text.push('\n');
        for (label, value) in details(process, now, &parent) {
            let _ = writeln!(text, "  {label:8} {}", clean::plain(&value));
        }
    }
    text
}

/// What it means to the root.
fn meaning(seen: &Seen) -> Option<String> {
    let wanted = seen
        .service
        .as_ref()
        .map(|name| format!("service {name} wants it"));
    let other = seen
        .holder_service
        .as_ref()
        .map_or("another", ServiceName::as_str);
    let holder = match seen.class {
        HolderClass::Free => None,
        HolderClass::Own => Some("the holder is that service itself".to_owned()),
        HolderClass::OwnLeftover => {
            Some("the holder is what an earlier run of it left behind".to_owned())
        }
        HolderClass::OtherService => Some(format!("the holder is service {other}")),
        HolderClass::Stranger => Some("the holder is none of oats's services".to_owned()),
        HolderClass::OtherUser => Some("the holder belongs to another user".to_owned()),
        HolderClass::Unseen => Some("the holder is a process that you may not see".to_owned()),
    };
    let parts: Vec<String> = wanted.into_iter().chain(holder).collect();
    let class = (!seen.free).then(|| format!(" ({})", seen.class));
    (!parts.is_empty()).then(|| format!("{}{}", parts.join("; "), class.unwrap_or_default()))
}

/// What is known of one process.
fn details(
    process: &HolderProcess,
    now: Wall,
    parent: &impl Fn(Pid) -> Option<String>,
) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let Some(pid) = process.pid {
        rows.push(("PID", pid.to_string()));
    }
    rows.push(("user", process.user.clone()));
    if let Some(command) = &process.command {
        rows.push(("command", command.clone()));
    }
    if let Some(cwd) = &process.cwd {
        rows.push(("folder", cwd.clone()));
    }
    if let Some(pid) = process.parent_pid {
        let command = parent(pid).map(|command| format!(" ({command})"));
        rows.push(("parent", format!("{pid}{}", command.unwrap_or_default())));
    }
    if let Some(at) = process.started_at {
        let age = words::took(u64::try_from(now.since(at).as_millis()).unwrap_or(u64::MAX));
        rows.push(("since", format!("{}, {age} ago", words::when(at, now))));
    }
    rows.push(("listens", process.address.clone()));
    rows
}
