//! `oats down` and `oats reload`: what was typed, and what is said about it.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::plan::Plan;
use crate::model::{
    Event, Outcome, Phase, ServiceName, ServiceView, Snapshot, clean, snapshot::Problem,
};

/// What stands below the options in `oats down --help`.
pub const DOWN_AFTER: &str = "\
Stops all services in reverse order of need, then ends the owner that oats serve is, and waits
until it is gone. An owner with a console stops its services and stays.

Ends with 0 when nothing runs any more (with --leave-running: when the owner is gone), 1 when
something is left, 2 when it was refused, 4 when nobody owns the root.";

/// What stands below the options in `oats reload --help`.
pub const RELOAD_AFTER: &str = "\
The owner reads all files of the root anew, whole: what changed is applied to what changed only,
and running services keep running. Files with a mistake change nothing.

Ends with 0, with 3 when the files are wrong, 4 when nobody owns the root.";

/// `oats down`.
#[derive(Debug, Args)]
pub struct DownArgs {
    /// End the owner only: the services run on, and the next owner takes them over
    #[arg(long)]
    pub leave_running: bool,

    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `oats reload`.
#[derive(Debug, Args)]
pub struct ReloadArgs {
    /// As JSON: the owner's answer
    #[arg(long)]
    pub json: bool,
}

/// What came of `oats down`.
#[derive(Debug, Serialize)]
pub struct Left {
    /// Whether the owner has gone.
    pub owner_gone: bool,
    /// Services that run on.
    pub running: Vec<ServiceName>,
    /// Who waited for whom.
    pub plan: Option<Plan>,
}

/// The services that live, or are about to.
pub fn living(snapshot: &Snapshot) -> Vec<&ServiceView> {
    let views = snapshot.services.values().map(AsRef::as_ref);
    views
        .filter(|view: &&ServiceView| match view.phase {
            Phase::Starting
            | Phase::Running
            | Phase::Stopping
            | Phase::Waiting
            | Phase::Backoff => true,
            Phase::Stopped | Phase::Failed => false,
        })
        .collect()
}

/// "web (PID 7), orders (PID 8)".
pub fn named(views: &[&ServiceView]) -> String {
    let name = |view: &&ServiceView| match view.pid {
        Some(pid) => format!("{} (PID {pid})", view.name),
        None => format!("{} ({})", view.name, view.phase),
    };
    let names: Vec<String> = views.iter().map(name).collect();
    names.join(", ")
}

/// What came of `oats reload`.
#[derive(Debug, Serialize)]
pub struct Reloaded {
    /// How it ended.
    pub result: Outcome,
    /// Why.
    pub reason: Option<String>,
    /// What the ledger tells about the files.
    pub changes: Vec<Event>,
    /// What is wrong in them.
    pub problems: Vec<Problem>,
}

impl Reloaded {
    /// As people read it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for problem in &self.problems {
            let Problem {
                file,
                line,
                column,
                message,
            } = problem;
            let place = format!("{file}:{line}:{column}: {message}");
            let _ = writeln!(text, "{}", clean::plain(&place));
        }
        if self.result != Outcome::Done {
            let reason = self.reason.as_deref().unwrap_or("the files are wrong");
            let reason = clean::plain(reason);
            let _ = writeln!(text, "oats: {reason}; what was in force stays so");
            return text;
        }
        let reasons = self.changes.iter().filter_map(|it| it.reason.as_deref());
        for reason in reasons {
            let _ = writeln!(text, "{}", clean::plain(reason));
        }
        if text.is_empty() {
            text.push_str("reloaded: nothing has changed\n");
        }
        text
    }
}
