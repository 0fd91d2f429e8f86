//! Facts in words that an operator understands, and what would help.

use super::facts::{Fact, Resting, Running, Underway, What};
use crate::{
    cli::words::{took, when},
    model::{Action, Holder, HolderClass, Pid, Port, ServiceName, Wall, clean, service::Condition},
};

/// What these facts mean, a sentence each, in their order.
pub(crate) fn sentences(facts: &[Fact], now: Wall) -> Vec<String> {
    let mut said: Vec<String> = facts
        .iter()
        .map(|fact| {
            let say = Say {
                name: &fact.service,
                now,
            };
            clean::plain(&say.sentence(&fact.what))
        })
        .collect();
    said.extend(cure(facts));
    said
}

/// ": why", or nothing.
fn because(reason: Option<&String>) -> String {
    reason.map(|it| format!(": {it}")).unwrap_or_default()
}

/// Says something about one service.
struct Say<'a> {
    name: &'a ServiceName,
    now: Wall,
}

impl Say<'_> {
    fn sentence(&self, what: &What) -> String {
        match what {
            What::Running(what) => self.running(what),
            What::Resting(what) => self.resting(what),
            What::Underway(what) => self.underway(what),
        }
    }

    /// About what is under way, or in the way.
    fn underway(&self, what: &Underway) -> String {
        let name = self.name;
        match what {
            Underway::Survivor { pid, command, why } => format!(
                "PID {pid} ({command}) may be an earlier run of {name}: {why}. \
                 It is left alone until you decide about it in the console."
            ),
            Underway::PortHeld { port, holder, who } => held(name, *port, who, holder),
            Underway::WaitsForPort { port } => {
                format!("{name} waits until port {port} is free, and starts by itself then.")
            }
            Underway::WaitsFor { other, condition } => {
                format!("{name} waits until {other} {}.", reached(*condition))
            }
            Underway::Circle => format!("{name} was named above: these wait for each other."),
            Underway::Starting { since, reason } => format!(
                "{name} is starting{}; its probe has not passed yet{}.",
                self.since(*since),
                because(reason.as_ref())
            ),
            Underway::Ending { by, since } => {
                let by = by.as_deref().map(|by| format!(", as {} asked", actor(by)));
                let since = self.since(*since);
                format!("{name} is being ended{since}{}.", by.unwrap_or_default())
            }
        }
    }

    /// About a service with a process.
    fn running(&self, what: &Running) -> String {
        let name = self.name;
        match what {
            Running::Healthy { since, reason } => format!(
                "{name} runs and is healthy{}{}.",
                self.since(*since),
                because(reason.as_ref())
            ),
            Running::HealthUnknown { reason } => format!(
                "{name} runs; whether it works is not known yet{}.",
                because(reason.as_ref())
            ),
            Running::ProbeFails { reason, .. } => {
                format!("{name} runs but is unhealthy: {reason}.")
            }
            Running::Frozen { pid } => format!(
                "{name} runs but is unhealthy: its process{} is frozen (state T), so it does \
                 nothing until somebody lets it go on.",
                numbered(*pid)
            ),
            Running::Imposter { port, holder, who } => format!(
                "{name} runs but is unhealthy: port {port} is held by {}, not by {name}. \
                 Whatever answers there is somebody else.",
                described(who, holder)
            ),
            Running::Adopted { pid, started_at } => format!(
                "{name} was running already{}{} when this owner came, and was taken over as it \
                 ran; how it exits may stay unknown.",
                numbered(*pid),
                self.since(*started_at)
            ),
        }
    }

    /// About a service without one.
    fn resting(&self, what: &Resting) -> String {
        let name = self.name;
        match what {
            Resting::BacksOff { at, attempt, of } => format!(
                "{name} died and is started again at {}: that was death {attempt} in a row, and \
                 at {of} the restart policy gives up.",
                self.at(*at)
            ),
            Resting::GaveUp { deaths, within_ms } => {
                let deaths = deaths.map_or_else(|| "too many".to_owned(), |it| it.to_string());
                let within = within_ms.map(|ms| format!(", within {}", took(ms)));
                format!(
                    "The restart policy gave up on {name} after {deaths} deaths in a row{}; a \
                     start by hand begins anew.",
                    within.unwrap_or_default()
                )
            }
            Resting::Failed { since, reason } => format!(
                "{name} failed{}{}.",
                self.since(*since),
                because(reason.as_ref())
            ),
            Resting::LastExit {
                status,
                at,
                stderr_tail,
                ..
            } => {
                let tail = stderr_tail.join(" | ");
                let last = match tail.as_str() {
                    "" => String::new(),
                    tail => format!(" Last on stderr: {tail}"),
                };
                format!(
                    "The last run of {name} ended at {}: {status}.{last}",
                    self.at(*at)
                )
            }
            Resting::Completed { at } => {
                let at = at
                    .map(|at| format!(" at {}", self.at(at)))
                    .unwrap_or_default();
                format!("{name} has done its work: it is a task and ended with code 0{at}.")
            }
            Resting::EndedBy { action, by, at } => format!(
                "{name} was {} by {} at {}.",
                past(*action),
                actor(by),
                self.at(*at)
            ),
            Resting::Stopped { since } => {
                format!(
                    "{name} is stopped{}; nobody has asked for it since.",
                    self.since(*since)
                )
            }
            Resting::NeverStarted => format!("{name} was never started."),
            Resting::Wanted => format!("{name} is still wanted, but nothing starts it by itself."),
        }
    }

    fn at(&self, at: Wall) -> String {
        when(at, self.now)
    }

    fn since(&self, since: Option<Wall>) -> String {
        since
            .map(|at| format!(" since {}", self.at(at)))
            .unwrap_or_default()
    }
}

/// " (PID 7)", or nothing.
fn numbered(pid: Option<Pid>) -> String {
    pid.map(|pid| format!(" (PID {pid})")).unwrap_or_default()
}

/// What an action did, as in "was stopped by".
fn past(action: Action) -> &'static str {
    match action {
        Action::Kill => "killed",
        Action::Stop | Action::Start | Action::Restart | Action::Recover | Action::FreePort => {
            "stopped"
        }
    }
}

/// Who acted, as in "was stopped by".
fn actor(by: &str) -> &str {
    match by {
        "human" => "a person at the console",
        "cli" => "the command line",
        "policy" => "oats itself",
        other => other,
    }
}

fn reached(condition: Condition) -> &'static str {
    match condition {
        Condition::Started => "has been started",
        Condition::Healthy => "is healthy",
        Condition::Completed => "has done its work",
    }
}

fn held(name: &ServiceName, port: Port, who: &str, holder: &Holder) -> String {
    let who = described(who, holder);
    match holder.class {
        HolderClass::OwnLeftover => format!(
            "Port {port} is held by {who}, which an earlier run of {name} left behind; a start ends it first."
        ),
        HolderClass::OtherService => {
            let other = holder
                .service
                .as_ref()
                .map_or("another", ServiceName::as_str);
            format!("Port {port}, which {name} needs, is held by service {other}, {who}.")
        }
        HolderClass::OtherUser => {
            format!("Port {port}, which {name} needs, is held by {who}, a process of another user.")
        }
        HolderClass::Unseen => {
            format!("Port {port}, which {name} needs, is in use by a process that you may not see.")
        }
        HolderClass::Own | HolderClass::Stranger | HolderClass::Free => {
            format!("Port {port}, which {name} needs, is held by {who}.")
        }
    }
}

/// A holder with its command line, where that is known.
fn described(who: &str, holder: &Holder) -> String {
    let command = holder.processes.iter().find_map(|it| it.command.as_deref());
    let user = holder.processes.first().map(|it| it.user.as_str());
    match (command, user) {
        (Some(command), Some(user)) => format!("{who}, user {user}, running {command}"),
        (Some(command), None) => format!("{who}, running {command}"),
        (None, Some(user)) => format!("{who}, user {user}"),
        (None, None) => who.to_owned(),
    }
}

/// What would help, at the root of it.
fn cure(facts: &[Fact]) -> Option<String> {
    let port_of = |port: &Port| format!("oats port {port} --free");
    let own = facts.first().map(|fact| fact.service.clone());
    let helps = facts.iter().rev().find_map(|fact| {
        let name = &fact.service;
        let is_root = own.as_ref() != Some(name);
        match &fact.what {
            What::Underway(Underway::PortHeld { port, holder, .. })
            | What::Running(Running::Imposter { port, holder, .. }) => match holder.class {
                HolderClass::Stranger | HolderClass::OtherService => Some(port_of(port)),
                HolderClass::OwnLeftover => Some(format!("oats start {name}")),
                HolderClass::OtherUser
                | HolderClass::Unseen
                | HolderClass::Own
                | HolderClass::Free => None,
            },
            What::Underway(_) => None,
            What::Running(what) => match what {
                Running::ProbeFails { .. } => {
                    Some(format!("oats logs {name}; oats restart {name}"))
                }
                Running::Frozen { .. } => Some(format!("oats restart {name}")),
                Running::Healthy { .. }
                | Running::HealthUnknown { .. }
                | Running::Imposter { .. }
                | Running::Adopted { .. } => None,
            },
            What::Resting(what) => match what {
                Resting::Failed { .. } => Some(format!("oats logs {name}, then oats start {name}")),
                Resting::BacksOff { .. } => Some(format!(
                    "oats logs {name}; oats start {name} skips the wait"
                )),
                Resting::EndedBy { .. } | Resting::Stopped { .. } | Resting::NeverStarted => {
                    is_root.then(|| format!("oats start {name}"))
                }
                Resting::GaveUp { .. }
                | Resting::LastExit { .. }
                | Resting::Completed { .. }
                | Resting::Wanted => None,
            },
        }
    });
    helps.map(|helps| format!("What helps: {helps}."))
}
