//! `oats why`: why a service is in the state in which it is. Facts first, then sentences; both pure.

mod facts;
mod sentences;

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use facts::{Fact, facts};
use sentences::sentences;

use super::words::{self, Colour, Paint};
use crate::model::{
    Action, Event, ServiceName, ServiceView, Snapshot, State, Wall,
    action::ACTIONS,
    clean,
    snapshot::{Actions, Verdict},
};

/// What stands below the options in `oats why --help`.
pub const AFTER: &str = "\
Says why a service is in its state, down to the root: whom it waits for and how that one is, who
holds its port, why it does not come back. Then for each action whether it may happen, and what
it needs.

Reads the owner's truth and the ledger; where nobody owns the root it looks for itself. Ends with
0; with 2 for a name that is no service.";

/// `oats why`.
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// Which services
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,

    /// As JSON: a list, an entry for each service
    #[arg(long)]
    pub json: bool,
}

/// Everything that is said about one service.
#[derive(Debug, Serialize)]
pub(crate) struct Answer<'a> {
    /// Which.
    pub(crate) service: &'a ServiceName,
    /// Its state in one word.
    pub(crate) state: &'static str,
    /// What is so.
    pub(crate) facts: Vec<Fact>,
    /// The same in words.
    pub(crate) sentences: Vec<String>,
    /// What may be done to it, and why not.
    pub(crate) actions: &'a Actions,
}

/// Why this service is as it is.
pub(crate) fn answer<'a>(
    view: &'a ServiceView,
    snapshot: &'a Snapshot,
    events: &[Event],
    now: Wall,
) -> Answer<'a> {
    let facts = facts(view, snapshot, events);
    Answer {
        service: &view.name,
        state: State::of(view).word(),
        sentences: sentences(&facts, now),
        facts,
        actions: &view.actions,
    }
}

/// The answer as people read it.
pub(crate) fn text(answer: &Answer<'_>, view: &ServiceView, paint: Paint) -> String {
    let state = State::of(view);
    let colour = match state.trouble() {
        Some(_) => Colour::Bad,
        None if state == State::Up => Colour::Good,
        None => Colour::Warn,
    };
    let mut text = format!(
        "{}  {}\n",
        paint.text(Colour::Bold, view.name.as_str()),
        paint.text(colour, state.word())
    );
    for sentence in &answer.sentences {
        let _ = writeln!(text, "  {sentence}");
    }
    text += "what may be done:\n";
    for row in &ACTIONS {
        let verdict = answer.actions.get(row.action);
        let verdict = verdict_text(verdict, view, paint);
        let _ = writeln!(text, "  {:10} {verdict}", row.label);
    }
    text
}

/// Whether an action may happen; what helps where it may not.
fn verdict_text(verdict: &Verdict, view: &ServiceView, paint: Paint) -> String {
    let hint = verdict.hint.as_deref().map(clean::plain);
    if verdict.allowed {
        let note = hint.map(|hint| format!(": {hint}")).unwrap_or_default();
        return format!("{}{note}", paint.text(Colour::Good, "yes"));
    }
    let reason = clean::plain(verdict.reason.as_deref().unwrap_or_default());
    // What cannot be done either is no help.
    let helps = verdict.hint_action;
    let in_vain = helps.is_some_and(|action| !view.actions.get(action).allowed);
    let command = |action: Action| words::command(action, &view.name, view.port);
    let command = helps.filter(|_| !in_vain).and_then(command);
    let command = command.map(|command| format!(" ({command})"));
    let hint = hint.filter(|_| !in_vain).map(|hint| format!(" {hint}"));
    format!(
        "{}{}{}",
        paint.text(Colour::Dim, &reason),
        hint.unwrap_or_default(),
        command.unwrap_or_default()
    )
}

#[cfg(test)]
#[path = "../tests/why.rs"]
mod tests;
