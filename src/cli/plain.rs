//! The plain console: one line for each thing that changes, without a cursor that moves and without
//! escape codes; and the few commands that can be typed.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{events, exit::Exit, once, words};
use crate::{
    io::config,
    model::{
        Action, ActorKind, Event, EventKind, HolderClass, LogLine, Phase, Pid, Port, Refusal,
        ServiceName, ServiceView, Snapshot, State, Stream, Wall, Want, action::ACTIONS, clean,
        plan,
    },
};

/// What stands below the options in the help.
pub const HELP: &str = "\
start, stop, kill, restart, recover NAME... or all: the answer says why not
up: start all; list [NAME]: how services are; why NAME: what can be done, and why not
logs on, logs off: what services write; help; quit: leave, and stop the services that this oats owns
detach: leave, and let the services run on";

/// How a line says when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// The local time of day, for people.
    Local,
    /// RFC 3339 in UTC with milliseconds, for programs.
    Exact,
}

impl Stamp {
    /// The time before a line.
    pub fn line(self, at: Wall, text: &str) -> String {
        let at = match self {
            Self::Local => words::local(at, "%H:%M:%S"),
            Self::Exact => at.to_string(),
        };
        format!("{at} {}\n", clean::plain(text))
    }
}

/// What a change is seen by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    state: State,
    pid: Option<Pid>,
    holder: Option<(HolderClass, Option<Pid>)>,
    waits: String,
}

/// Tells what has changed from one truth to the next.
#[derive(Debug, Default)]
pub struct Teller {
    seen: BTreeMap<ServiceName, Seen>,
    problems: Vec<String>,
}

impl Teller {
    /// A line for each service that is new, gone, or not as it was; at first for each.
    pub fn tell(&mut self, snapshot: &Snapshot) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, view) in &snapshot.services {
            let seen = seen(view);
            if self.seen.get(name) != Some(&seen) {
                lines.push(service(view));
                self.seen.insert(name.clone(), seen);
            }
        }
        let gone: Vec<ServiceName> = self
            .seen
            .keys()
            .filter(|name| !snapshot.services.contains_key(*name))
            .cloned()
            .collect();
        for name in gone {
            lines.push(format!("{name} is no longer a service"));
            self.seen.remove(&name);
        }
        let problems = snapshot.problems.iter();
        let problems: Vec<String> = problems
            .map(|it| format!("{}:{}:{}: {}", it.file, it.line, it.column, it.message))
            .collect();
        if problems != self.problems {
            lines.extend(problems.iter().cloned());
            if problems.is_empty() {
                lines.push("the files are right again".to_owned());
            }
            self.problems = problems;
        }
        lines
    }
}

fn seen(view: &ServiceView) -> Seen {
    Seen {
        state: State::of(view),
        pid: view.pid,
        holder: view
            .holder
            .as_ref()
            .map(|holder| (holder.class, holder.first_pid())),
        waits: waits(view),
    }
}

fn waits(view: &ServiceView) -> String {
    let waits: Vec<String> = view.waiting_for.iter().map(ToString::to_string).collect();
    waits.join(", ")
}

/// How a service is, in one line: name, state, why, PID, port and who holds it.
pub fn service(view: &ServiceView) -> String {
    let state = State::of(view);
    let mut line = format!("{} {}", view.name, state.word());
    if let Some(reason) = reason(view, state) {
        line.push_str(": ");
        line.push_str(&reason);
    }
    if let Some(pid) = view.pid {
        let _ = write!(line, ", PID {pid}");
    }
    if let Some(port) = view.port {
        let holder = view.holder.as_ref();
        let whose = match holder.map(|holder| holder.class) {
            None => String::new(),
            Some(class @ (HolderClass::Own | HolderClass::Free)) => format!(" ({class})"),
            Some(class) => {
                let who = holder.map_or_else(String::new, crate::model::Holder::who);
                format!(" ({class}: {who})")
            }
        };
        let _ = write!(line, ", port {port}{whose}");
    }
    line
}

/// Why a service is in its state.
fn reason(view: &ServiceView, state: State) -> Option<String> {
    if let (State::Doubt, Some(survivor)) = (state, view.survivors.first()) {
        let (pid, why) = (survivor.pid, &survivor.why);
        return Some(format!("PID {pid} may be an earlier run, {why}"));
    }
    match (view.phase, &view.last_exit) {
        (Phase::Waiting, _) => Some(format!("waits for {}", waits(view))),
        (Phase::Stopped | Phase::Failed | Phase::Backoff, Some(exit)) => {
            Some(exit.status().to_string())
        }
        (Phase::Running, _) => view.health_reason.clone(),
        (
            Phase::Stopped | Phase::Failed | Phase::Backoff | Phase::Starting | Phase::Stopping,
            _,
        ) => None,
    }
}

/// A ledger line that is worth a line: what was asked, how it ended, what was refused, what became of
/// changed files. The rest is told by how the services are.
pub fn event(event: &Event) -> Option<String> {
    match event.kind {
        EventKind::Ask | EventKind::Result | EventKind::Refusal | EventKind::Config => {}
        EventKind::Start
        | EventKind::Exit
        | EventKind::Health
        | EventKind::Port
        | EventKind::Adoption
        | EventKind::Owner => return None,
    }
    let what = events::what(event);
    let by = event.actor.as_ref().map(|actor| format!(" (by {actor})"));
    let by = by
        .filter(|_| event.kind != EventKind::Result)
        .unwrap_or_default();
    Some(match &event.service {
        Some(service) => format!("{service} {what}{by}"),
        None => format!("{what}{by}"),
    })
}

/// Whether a ledger line is the refusal that was answered to the person at this console.
pub fn is_refusal_of(event: &Event, service: &ServiceName, action: Action) -> bool {
    let human = event
        .actor
        .as_ref()
        .is_some_and(|actor| actor.kind == ActorKind::Human);
    human
        && event.kind == EventKind::Refusal
        && event.service.as_ref() == Some(service)
        && event.action == Some(action)
}

/// A line of a service's log; `None` for oats's own, which is told otherwise.
pub fn log(line: &LogLine) -> Option<String> {
    match line.stream {
        Stream::Stdout => Some(format!("{} | {}", line.service, line.text)),
        Stream::Stderr => Some(format!("{} ! {}", line.service, line.text)),
        Stream::Oats => None,
    }
}

/// Why an action was refused, with what would help and the command for it.
pub fn refusal(
    service: &ServiceName,
    action: Action,
    refusal: &Refusal,
    port: Option<Port>,
) -> String {
    let mut line = format!("{service}: {}", refusal.sentence(action));
    if let Some(hint) = refusal.hint() {
        line.push(' ');
        line.push_str(&hint);
    }
    line.push_str(&helps(service, refusal.hint_action(), port));
    line
}

/// What can be typed to do what would help.
fn helps(service: &ServiceName, action: Option<Action>, port: Option<Port>) -> String {
    match (action, port) {
        (Some(Action::FreePort), Some(port)) => format!(" (in a shell: oats port {port} --free)"),
        (Some(Action::FreePort), None) | (None, _) => String::new(),
        (Some(action), _) => format!(" (type: {action} {service})"),
    }
}

/// What can be done with a service, and why not: a line for each action.
pub fn why(view: &ServiceView) -> Vec<String> {
    let mut lines = vec![service(view)];
    for action in ACTIONS.map(|row| row.action) {
        let verdict = view.actions.get(action);
        lines.push(match &verdict.reason {
            None => format!("{}: yes", action.label()),
            Some(reason) => format!(
                "{reason}{}",
                helps(&view.name, verdict.hint_action, view.port)
            ),
        });
    }
    lines
}

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Nothing.
    Nothing,
    /// An action of these services, needed ones in the order in which they are asked.
    Act(Action, Vec<ServiceName>),
    /// All services are to be up.
    Up,
    /// How these services are.
    List(Vec<ServiceName>),
    /// What can be done with a service, and why not.
    Why(ServiceName),
    /// Whether the logs are shown.
    Logs(bool),
    /// The commands.
    Help,
    /// Leave as this console does.
    Quit,
    /// Leave, and let the services run on.
    Detach,
}

/// Reads a command.
///
/// # Errors
///
/// A sentence about what is no command or no service.
pub fn parse(line: &str, snapshot: &Snapshot) -> Result<Typed, String> {
    const VERBS: [&str; 12] = [
        "start", "stop", "kill", "restart", "recover", "up", "list", "why", "logs", "help", "quit",
        "detach",
    ];
    let mut typed = line.split_whitespace();
    let Some(verb) = typed.next() else {
        return Ok(Typed::Nothing);
    };
    let rest: Vec<&str> = typed.collect();
    let acts = [
        Action::Start,
        Action::Stop,
        Action::Kill,
        Action::Restart,
        Action::Recover,
    ];
    if let Some(action) = acts.into_iter().find(|action| action.id() == verb) {
        return act(action, &rest, snapshot);
    }
    match (verb, rest.as_slice()) {
        ("up", []) => Ok(Typed::Up),
        ("list" | "ls" | "ps" | "status", names) => {
            let names = names.iter().map(|word| known(word, snapshot));
            names.collect::<Result<_, _>>().map(Typed::List)
        }
        ("why", [name]) => known(name, snapshot).map(Typed::Why),
        ("logs", ["on"]) => Ok(Typed::Logs(true)),
        ("logs", ["off"]) => Ok(Typed::Logs(false)),
        ("help" | "?", []) => Ok(Typed::Help),
        ("quit" | "q" | "exit", []) => Ok(Typed::Quit),
        ("detach", []) => Ok(Typed::Detach),
        (verb, _) if VERBS.contains(&verb) => {
            Err(format!("{verb} is written otherwise; help shows how"))
        }
        (verb, _) => {
            let near = config::nearest(verb, VERBS).map(|near| format!(": did you mean {near}?"));
            let near = near.unwrap_or_else(|| "; help shows the commands".to_owned());
            Err(format!("there is no command {}{near}", clean::plain(verb)))
        }
    }
}

/// An action of the named services, or of all that it makes sense for.
fn act(action: Action, words: &[&str], snapshot: &Snapshot) -> Result<Typed, String> {
    if words.is_empty() {
        return Err(format!(
            "{action} which service? {action} NAME, or {action} all"
        ));
    }
    if words != ["all"] {
        let names = words.iter().map(|word| known(word, snapshot));
        return names
            .collect::<Result<_, _>>()
            .map(|names| Typed::Act(action, names));
    }
    let mut names = plan::needed_first(snapshot);
    if action != Action::Start {
        names.reverse();
    }
    let may = |name: &ServiceName| {
        let view = snapshot.services.get(name);
        view.is_some_and(|view| view.actions.get(action).allowed)
    };
    names.retain(may);
    if names.is_empty() {
        return Err(format!("there is no service to {action}"));
    }
    Ok(Typed::Act(action, names))
}

/// The service of a word.
fn known(word: &str, snapshot: &Snapshot) -> Result<ServiceName, String> {
    let name: Option<ServiceName> = word.parse().ok();
    let name = name.filter(|name| snapshot.services.contains_key(name));
    name.ok_or_else(|| {
        let names = snapshot.services.keys().map(ServiceName::as_str);
        let help = config::suggest_service(word, names);
        format!("there is no service {}; {help}", clean::plain(word))
    })
}

/// How it ends: as `--once` says of the last truth; but that nothing is wanted any more is as it
/// should be where somebody has stopped everything.
pub fn exit_of(snapshot: &Snapshot) -> Exit {
    let services: Vec<&ServiceView> = snapshot.services.values().map(AsRef::as_ref).collect();
    if services
        .iter()
        .all(|view| view.want == Want::Down && view.phase == Phase::Stopped)
    {
        return Exit::Done;
    }
    once::exit_of(&services)
}

#[cfg(test)]
#[path = "tests/plain.rs"]
mod tests;
