//! What is said about one service in one sentence. The key fact always comes first: what is cut
//! is cut at the end.

use std::{borrow::Cow, fmt::Write as _};

use super::{say, text::cut_middle};
use crate::{
    model::{
        Action, HolderClass, Outcome, ServiceName, ServiceView, Snapshot, State, WaitFor,
        run::GAVE_UP, snapshot::LastAction,
    },
    tui::theme::Theme,
};

/// A name takes at most this in a sentence.
const NAME: usize = 32;

/// What the sentences need to know besides the service.
#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    /// The truth.
    pub(super) snapshot: &'a Snapshot,
    /// How things look, and the time zone.
    pub(super) theme: &'a Theme,
}

impl Teller<'_> {
    /// How the service is, and why: "healthy, 200 in 1 ms", "killed by SIGSEGV at 12:04:02".
    pub(super) fn story(self, view: &ServiceView, state: State) -> String {
        let mut story = match state {
            State::Up => healthy(view),
            State::Degraded => unhealthy(view),
            State::Start => starting(view),
            State::Wait => self.waiting(view),
            State::Ends => self.ending(view),
            State::Retry => self.retry(view),
            State::Fail => self.failed(view),
            State::Stop => self.stopped(view),
            State::Port => held(view),
            State::Doubt => doubtful(view),
        };
        if !view.is_configured() {
            story.push_str(", no longer configured");
        } else if !view.pending_changes.is_empty() {
            let keys = view.pending_changes.join(", ");
            let _ = write!(story, ", restart to apply {keys}");
        }
        story
    }

    /// The trouble of a service as a whole sentence, with its name.
    pub(super) fn trouble(self, view: &ServiceView, state: State) -> String {
        let name = self.name(&view.name);
        let story = self.story(view, state);
        match state {
            State::Port => format!("{name} cannot start: {story}"),
            State::Fail => format!("{name} failed: {story}"),
            State::Degraded => format!("{name} is unhealthy: {story}"),
            State::Retry => format!("{name} {story}"),
            State::Doubt => format!("{name} is doubtful: {story}"),
            State::Up | State::Start | State::Wait | State::Ends | State::Stop => {
                format!("{name}: {story}")
            }
        }
    }

    /// For what it waits, and how that one is.
    fn waiting(self, view: &ServiceView) -> String {
        let mut out = String::from("waits for ");
        for (at, what) in view.waiting_for.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            match what {
                WaitFor::Service { name, .. } => {
                    let other = self.snapshot.services.get(name);
                    let how = other.map_or("unknown", |other| State::of(other).counted());
                    let _ = write!(out, "{} ({how})", self.name(name));
                }
                WaitFor::Port { port } => {
                    let _ = write!(out, "port {port}");
                    if let Some(holder) = &view.holder
                        && holder.class.is_foreign()
                    {
                        let _ = write!(out, ", held by {}", who(view));
                    }
                }
            }
        }
        if view.waiting_for.is_empty() {
            out.push_str("its turn");
        }
        out
    }

    /// Since when it is stopping, and for whom.
    fn ending(self, view: &ServiceView) -> String {
        let mut out = String::from("stopping");
        if let Some(since) = view.phase_since {
            let age = self.snapshot.written_at.since(since).as_secs();
            let _ = write!(out, " for {} s", age.max(1));
        }
        if let Some(pending) = &view.pending {
            let _ = write!(out, ", asked by {}", by(&pending.by));
        }
        out
    }

    /// When it is tried again, and why it ended.
    fn retry(self, view: &ServiceView) -> String {
        let mut out = match &view.retry {
            Some(retry) => format!(
                "again in {} s ({} of {})",
                say::seconds_until(retry.at, self.snapshot.written_at),
                retry.attempt,
                retry.of
            ),
            None => "again soon".to_owned(),
        };
        if let Some(exit) = &view.last_exit {
            let _ = write!(out, ": {}", exit.status());
        }
        out
    }

    /// Why it failed, and when.
    fn failed(self, view: &ServiceView) -> String {
        let reason = view.health_reason.as_deref();
        if let Some(reason) = reason.filter(|reason| reason.contains(GAVE_UP)) {
            return reason.to_owned();
        }
        let exit = view.last_exit.as_ref();
        if let Some((action, reason)) = failed_action(view)
            && exit.is_none_or(|exit| exit.at <= action.at)
        {
            return format!("{reason}, {}", self.when(action.at));
        }
        match exit {
            Some(exit) => format!("{}, {}", exit.status(), self.when(exit.at)),
            None => "it could not be started".to_owned(),
        }
    }

    /// Who stopped it and when, or how it ended.
    fn stopped(self, view: &ServiceView) -> String {
        let last = view.last_action.as_ref().filter(|last| {
            last.result == Outcome::Done && matches!(last.action, Action::Stop | Action::Kill)
        });
        match (last, &view.last_exit) {
            (Some(last), exit) if exit.as_ref().is_none_or(|exit| exit.asked) => {
                let verb = match last.action {
                    Action::Kill => "killed",
                    Action::Stop
                    | Action::Start
                    | Action::Restart
                    | Action::Recover
                    | Action::FreePort => "stopped",
                };
                format!("{verb} by {}, {}", by(&last.by), self.when(last.at))
            }
            (_, Some(exit)) if exit.asked => format!("stopped, {}", self.when(exit.at)),
            (_, Some(exit)) if exit.status().is_success() => {
                format!("completed, {}", self.when(exit.at))
            }
            (_, Some(exit)) => format!("{}, {}", exit.status(), self.when(exit.at)),
            (_, None) => "not started".to_owned(),
        }
    }

    /// A name in a sentence: never so long that it hides what the sentence says.
    fn name(self, name: &ServiceName) -> Cow<'_, str> {
        cut_middle(name.as_str(), NAME, self.theme.cut())
    }

    /// A time as the screen says it.
    fn when(self, at: crate::model::Wall) -> String {
        say::when(at, self.snapshot.written_at, &self.theme.zone)
    }
}

/// The last action, when it failed with a reason.
fn failed_action(view: &ServiceView) -> Option<(&LastAction, &str)> {
    let last = view.last_action.as_ref()?;
    let reason = last.reason.as_deref()?;
    (last.result == Outcome::Failed).then_some((last, reason))
}

/// What the last probe saw of a healthy service.
fn healthy(view: &ServiceView) -> String {
    if let Some(reason) = &view.health_reason {
        let whole = reason.contains("healthy");
        return if whole {
            reason.clone()
        } else {
            format!("healthy, {reason}")
        };
    }
    let mut out = String::from("healthy");
    if let Some(detail) = &view.probe.detail {
        let _ = write!(out, ", {detail}");
    }
    if let Some(latency) = view.probe.latency_ms {
        let _ = write!(out, " in {}", say::latency_long(latency));
    }
    out
}

/// Why it is unhealthy.
fn unhealthy(view: &ServiceView) -> String {
    let reason = view.health_reason.as_deref();
    reason
        .or(view.probe.detail.as_deref())
        .unwrap_or("it does not answer")
        .to_owned()
}

/// What a start still waits for.
fn starting(view: &ServiceView) -> String {
    match &view.probe.detail {
        Some(detail) => format!("not healthy yet: {detail}"),
        None => "not probed yet".to_owned(),
    }
}

/// Who holds its port.
fn held(view: &ServiceView) -> String {
    let port = view.port.map(|port| port.to_string()).unwrap_or_default();
    match view.holder.as_ref().map(|holder| holder.class) {
        Some(HolderClass::Unseen) => format!("port {port} is in use by {}", who(view)),
        _ => format!("port {port} is held by {}", who(view)),
    }
}

/// The holder of its port, as far as it can be seen: "PID 48211 node server.js".
fn who(view: &ServiceView) -> String {
    let Some(holder) = &view.holder else {
        return "nobody".to_owned();
    };
    let service = holder.service.as_ref();
    match (service, holder.first_pid()) {
        (Some(name), Some(pid)) => format!("service {name} (PID {pid})"),
        (Some(name), None) => format!("service {name}"),
        (None, None) if holder.class == HolderClass::OtherUser => {
            let user = holder.processes.first().map_or("?", |first| &first.user);
            format!("a process of user {user}")
        }
        (None, None) => holder.who(),
        (None, Some(pid)) => {
            let known = holder.processes.iter().find(|one| one.pid == Some(pid));
            let command = known.and_then(|one| one.command.as_deref()).unwrap_or("");
            let others = match holder.processes.len() {
                0 | 1 => String::new(),
                2 => " and 1 other:".to_owned(),
                more => format!(" and {} others:", more - 1),
            };
            let text = format!("PID {pid}{others} {command}");
            text.trim_end_matches([' ', ':']).to_owned()
        }
    }
}

/// Which process may be an earlier run, and why nobody knows.
fn doubtful(view: &ServiceView) -> String {
    match view.survivors.split_first() {
        Some((first, [])) => format!(
            "PID {} may be an earlier run of it: {}",
            first.pid, first.why
        ),
        Some((first, more)) => format!(
            "PID {} and {} more may be an earlier run of it: {}",
            first.pid,
            more.len(),
            first.why
        ),
        None => "nobody knows which process it is".to_owned(),
    }
}

/// An actor in a sentence.
pub(super) fn by(actor: &str) -> &str {
    match actor {
        "human" => "you",
        "cli" => "the command line",
        "policy" => "oats",
        other => other,
    }
}
