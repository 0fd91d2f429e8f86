//! Actions: asked of the owner, or refused with the reason.

use super::desk::Desk;
use crate::{
    keymap::Command,
    model::{Action, Actor, Phase, ServiceName, ServiceView, Snapshot, plan, snapshot::Verdict},
    supervisor::{Answer, Ask, Command as Wish},
    tui::{
        message::{Effect, ExitReason, Urgency},
        state::{Message, QuestionKind, Told, Tone},
    },
};

/// Refusals kept until the owner says so itself.
const TOLD_KEPT: usize = 64;

/// Whether a service has a process, or will have one in a moment.
pub(super) fn lives(view: &ServiceView) -> bool {
    match view.phase {
        Phase::Starting | Phase::Running | Phase::Stopping => true,
        Phase::Stopped | Phase::Waiting | Phase::Backoff | Phase::Failed => view.pid.is_some(),
    }
}

/// The names of the services that live.
pub(super) fn living(snapshot: &Snapshot) -> Vec<ServiceName> {
    let alive = snapshot.services.values().filter(|view| lives(view));
    alive.map(|view| view.name.clone()).collect()
}

/// What is asked before an action, where something is.
fn question(action: Action, view: &ServiceView, snapshot: &Snapshot) -> Option<QuestionKind> {
    let service = view.name.clone();
    let restart = match action {
        Action::Kill => {
            let pid = view.pid;
            return Some(QuestionKind::Kill { service, pid });
        }
        Action::Stop => false,
        Action::Restart => true,
        Action::Start | Action::Recover | Action::FreePort => return None,
    };
    let dependents = plan::hurts(snapshot, &view.name);
    (!dependents.is_empty()).then_some(QuestionKind::Affects {
        service,
        restart,
        dependents,
    })
}

impl Desk<'_> {
    /// A key asks for an action on the service under the cursor.
    pub(super) fn act(&mut self, action: Action) {
        let marked = self.marked();
        if !marked.is_empty() {
            return self.act_on_marked(action, &marked);
        }
        let Some(view) = self.focused() else {
            let text = format!("{} disabled: there is no service.", action.label());
            return self.say(Tone::Error, text);
        };
        self.act_on_view(view, action);
    }

    /// Asks for an action on a service: refuses it with its reason, asks back, or asks the owner.
    pub(super) fn act_on_view(&mut self, view: &ServiceView, action: Action) {
        let verdict = view.actions.get(action);
        if !verdict.allowed {
            return self.refuse(&view.name, action, verdict);
        }
        match question(action, view, self.snapshot) {
            Some(kind) => self.open(kind),
            None => self.send(view.name.clone(), action),
        }
    }

    /// Asks the owner.
    pub(super) fn send(&mut self, service: ServiceName, action: Action) {
        let ask = Ask::new(service, action, Actor::HUMAN);
        self.want(Effect::Send(Wish::Ask(ask)));
    }

    /// Says at once why not, and asks all the same: the owner refuses it again, at the gate, and
    /// writes it into the ledger.
    pub(super) fn refuse(&mut self, service: &ServiceName, action: Action, verdict: &Verdict) {
        let reason = verdict.reason.clone();
        let reason = reason.unwrap_or_else(|| format!("{} disabled.", action.label()));
        let text = self.with_key(reason, verdict.hint_action);
        self.say(Tone::Error, text.clone());
        if self.ui.told.len() >= TOLD_KEPT {
            self.ui.told.remove(0);
        }
        self.ui.told.push(Told {
            service: service.clone(),
            action,
            text,
        });
        let ask = Ask::refused(service.clone(), action, Actor::HUMAN);
        self.want(Effect::Send(Wish::Ask(ask)));
    }

    /// A sentence, and the key of what would help: "... s starts it."
    fn with_key(&self, sentence: String, help: Option<Action>) -> String {
        let key = help.and_then(Command::of_action);
        match (key.and_then(|command| self.keymap.label(command)), help) {
            (Some(key), Some(help)) => format!("{sentence} {key} {} it.", helps(help)),
            (None, _) | (_, None) => sentence,
        }
    }

    /// The owner has answered an ask.
    pub(super) fn take_answer(&mut self, service: &ServiceName, action: Action, answer: Answer) {
        if self.take_one_answer(service, action, &answer) {
            return;
        }
        let mine = |told: &Told| told.service == *service && told.action == action;
        let at = self.ui.told.iter().position(mine);
        let told = at.map(|at| self.ui.told.remove(at).text);
        let shown = |message: &Message| told.as_deref() == Some(message.text.as_str());
        match answer {
            // The state had moved on: what was said is not so.
            Ok(_) => {
                if self.ui.message.take_if(|message| shown(message)).is_some() {
                    self.draw(Urgency::Key);
                }
            }
            Err(refusal) => {
                let text = self.with_key(refusal.sentence(action), refusal.hint_action());
                if told.as_deref() != Some(text.as_str()) {
                    self.say(Tone::Error, text);
                }
            }
        }
    }

    /// The owner took no command.
    pub(super) fn take_back(&mut self, wish: Wish) {
        match wish {
            Wish::Ask(ask) => {
                let mine = |told: &Told| told.service == ask.service && told.action == ask.action;
                if let Some(at) = self.ui.told.iter().position(mine) {
                    self.ui.told.remove(at);
                } else {
                    self.ui.batch = None;
                    self.say_owner_silent();
                }
            }
            Wish::Up { .. } | Wish::Survivor { .. } | Wish::Reload { .. } => {
                self.say_owner_silent();
            }
            // Nobody is left who could finish: the services run on.
            Wish::Leave { .. } => self.want(Effect::Quit(ExitReason::Told)),
            // Asked for again when something changes.
            Wish::WatchLogs(_) => self.ui.watched.clear(),
            Wish::WatchTree(_) => self.ui.watched_tree = None,
            Wish::Book(_) => self.say_owner_silent(),
        }
    }
}

/// What an action does, after its key.
fn helps(action: Action) -> &'static str {
    match action {
        Action::Start => "starts",
        Action::Stop => "stops",
        Action::Kill => "kills",
        Action::Restart => "restarts",
        Action::Recover => "recovers",
        Action::FreePort => "frees",
    }
}
