//! What came of asking, service by service: as lines, as JSON, as an exit code.

use serde::Serialize;

use crate::{
    cli::{
        exit::Exit,
        plan::Plan,
        words::{self, Colour, Paint},
    },
    model::{
        Action, Outcome, Port, ServiceName, Snapshot, clean,
        control::{Accepted, AskResult, Denied},
        plan,
        snapshot::Verdict,
    },
};

/// What came of asking for one service.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Which service; `None` where the name that was typed is none.
    pub service: Option<ServiceName>,
    /// Whether the owner took it; for a dry run, whether it would.
    pub accepted: bool,
    /// The ledger number of the ask.
    pub seq: Option<u64>,
    /// Services that are started first.
    pub brings: Vec<ServiceName>,
    /// Running services that need this one.
    pub hurts: Vec<ServiceName>,
    /// How it ended; `None` while it goes on, or where nobody waited.
    pub result: Option<AskResult>,
    /// Why not.
    pub refusal: Option<Denied>,
    #[serde(skip)]
    port: Option<Port>,
}

/// Everything that came of one command.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Which action.
    pub action: Action,
    /// Whether nothing was done.
    pub dry_run: bool,
    /// Whether a wait ran out.
    pub ran_out: bool,
    /// Service by service.
    pub services: Vec<Row>,
    /// Who waited for whom, after a wait for several.
    pub plan: Option<Plan>,
}

impl Row {
    /// The owner has answered.
    pub fn answered(
        snapshot: &Snapshot,
        name: &ServiceName,
        answer: Result<Accepted, Denied>,
    ) -> Self {
        let mut row = Self::new(snapshot, name);
        match answer {
            Ok(accepted) => {
                row.accepted = true;
                row.seq = Some(accepted.seq.0);
                row.brings = accepted.brings;
                row.hurts = accepted.hurts;
                row.result = accepted.result;
            }
            Err(denied) => row.refusal = Some(denied),
        }
        row
    }

    /// What would be answered, by the published truth.
    pub fn foreseen(
        snapshot: &Snapshot,
        name: &ServiceName,
        action: Action,
        (only, when_free): (bool, bool),
    ) -> Self {
        let mut row = Self::new(snapshot, name);
        let Some(view) = snapshot.services.get(name) else {
            return row;
        };
        match action {
            Action::Start if !only => row.brings = plan::brings(snapshot, name),
            Action::Stop | Action::Kill | Action::Restart => {
                row.hurts = plan::hurts(snapshot, name);
            }
            Action::Start | Action::Recover | Action::FreePort => {}
        }
        let verdict = view.actions.get(action);
        let about_the_port = verdict
            .code
            .as_deref()
            .is_some_and(|it| it.starts_with("port_"));
        row.accepted = verdict.allowed || (when_free && about_the_port);
        row.refusal = (!row.accepted).then(|| denied(verdict));
        row
    }

    /// A name that is no service.
    pub fn unknown(sentence: &str) -> Self {
        Self {
            service: None,
            accepted: false,
            seq: None,
            brings: Vec::new(),
            hurts: Vec::new(),
            result: None,
            refusal: Some(Denied::new("no_such_service", sentence)),
            port: None,
        }
    }

    fn new(snapshot: &Snapshot, name: &ServiceName) -> Self {
        let view = snapshot.services.get(name);
        Self {
            service: Some(name.clone()),
            port: view.and_then(|view| view.port),
            ..Self::unknown("")
        }
        .without_refusal()
    }

    fn without_refusal(mut self) -> Self {
        self.refusal = None;
        self
    }

    /// The line that is printed at once, and the hint below it.
    pub fn line(&self, action: Action, dry_run: bool, paint: Paint) -> String {
        let name = self.service.as_ref().map_or("", ServiceName::as_str);
        if let Some(denied) = &self.refusal {
            return self.refused(name, denied, paint);
        }
        let word = if dry_run {
            "would be accepted"
        } else {
            "accepted"
        };
        let mut line = format!("{name}: {action} {}", paint.text(Colour::Good, word));
        if !self.brings.is_empty() {
            line.push_str("; starts first: ");
            line.push_str(&words::list(&self.brings));
        }
        if !self.hurts.is_empty() {
            line.push_str("; needs it: ");
            line.push_str(&words::list(&self.hurts));
        }
        line
    }

    fn refused(&self, name: &str, denied: &Denied, paint: Paint) -> String {
        let reason = clean::plain(&denied.reason);
        let Some(service) = &self.service else {
            return paint.text(Colour::Bad, &format!("oats: {reason}"));
        };
        let mut line = format!("{name}: {}", paint.text(Colour::Bad, &reason));
        let command = denied
            .hint_action
            .and_then(|action| words::command(action, service, self.port));
        let hint = denied.hint.as_deref().map(clean::plain);
        let more = match (hint, command) {
            (Some(hint), Some(command)) => format!("\n  {hint} ({command})"),
            (Some(more), None) | (None, Some(more)) => format!("\n  {more}"),
            (None, None) => String::new(),
        };
        line.push_str(&more);
        line
    }

    /// The line about the end of it, where there was one.
    pub fn ended(&self, action: Action, paint: Paint) -> Option<String> {
        let (service, result) = (self.service.as_ref()?, self.result.as_ref()?);
        let colour = match result.result {
            Outcome::Done => Colour::Good,
            Outcome::Failed | Outcome::Refused => Colour::Bad,
            Outcome::Superseded => Colour::Warn,
        };
        let word = paint.text(colour, result.result.word());
        let took = words::took(result.duration_ms);
        let reason = result.reason.as_deref().map(clean::plain);
        let reason = reason
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        Some(format!("{service}: {action} {word} after {took}{reason}"))
    }

    /// Whether it is still waited for.
    pub fn is_open(&self) -> bool {
        self.accepted && self.result.is_none()
    }
}

/// A verdict as the owner would give it.
fn denied(verdict: &Verdict) -> Denied {
    Denied {
        code: verdict.code.clone().unwrap_or_default(),
        reason: verdict.reason.clone().unwrap_or_default(),
        hint: verdict.hint.clone(),
        hint_action: verdict.hint_action,
    }
}

impl Report {
    /// How the command ends: a refusal weighs more than a failure, a failure more than a wait that
    /// ran out.
    pub fn exit(&self) -> Exit {
        let failed = |row: &Row| {
            let result = row.result.as_ref();
            result.is_some_and(|result| result.result != Outcome::Done)
        };
        if self.services.iter().any(|row| row.refusal.is_some()) {
            Exit::Refused
        } else if self.services.iter().any(failed) {
            Exit::NotAsWanted
        } else if self.ran_out {
            Exit::RanOut
        } else {
            Exit::Done
        }
    }
}
