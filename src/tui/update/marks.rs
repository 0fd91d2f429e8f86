//! Several services at once: marked, asked about in one question, summed up in one message.

use super::{act::lives, desk::Desk, menu::step_in};
use crate::{
    keymap::{Command, command::Step},
    model::{Action, Actor, Event, EventKind, Outcome, Pid, ServiceName, plan},
    supervisor::{Answer, Ask, Command as Wish},
    tui::{
        menu,
        message::Effect,
        rows,
        state::{Batch, BatchMenu, Many, Overlay, QuestionKind, Tone, View},
    },
};

/// So many services are started without a question: it cannot be a slip of a finger that hurts.
const STARTED_UNASKED: usize = 20;

impl Desk<'_> {
    /// Marks, or starts everything.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the commands are taken level by level"
    )]
    pub(super) fn marks_command(&mut self, command: Command) {
        match command {
            Command::MarkToggle => self.toggle_mark(),
            Command::MarkAll => self.mark_all(),
            Command::ServicesStart => self.start_all(),
            other => self.move_command(other),
        }
    }

    /// Marks the service under the cursor, or takes its mark away, and goes on to the next one.
    fn toggle_mark(&mut self) {
        let Some(name) = self.ui.cursor.clone() else {
            return self.say(
                Tone::Error,
                "Mark disabled: there is no service.".to_owned(),
            );
        };
        let marked = !self.ui.list.marks.remove(&name);
        if marked {
            self.ui.list.marks.insert(name.clone());
        }
        if self.ui.view == View::Services {
            self.move_by(1);
        } else {
            let how = if marked {
                "marked"
            } else {
                "not marked any more"
            };
            self.say(Tone::Info, format!("{name} is {how}."));
        }
    }

    /// Marks everything that is shown, folded services too; when all of it is marked, nothing is.
    fn mark_all(&mut self) {
        let shown = rows::matching(self.snapshot, self.ui);
        let names: Vec<ServiceName> = shown.iter().map(|item| item.view.name.clone()).collect();
        let marks = &mut self.ui.list.marks;
        if names.iter().all(|name| marks.contains(name)) {
            for name in &names {
                marks.remove(name);
            }
        } else {
            marks.extend(names);
        }
    }

    /// Takes all marks away; says whether there were any.
    pub(super) fn clear_marks(&mut self) -> bool {
        !std::mem::take(&mut self.ui.list.marks).is_empty()
    }

    /// The marked services, where keys act on them.
    pub(super) fn marked(&self) -> Vec<ServiceName> {
        if self.ui.view == View::Services {
            self.ui.list.marks.iter().cloned().collect()
        } else {
            Vec::new()
        }
    }

    /// Starts everything that is shown and can start.
    fn start_all(&mut self) {
        let shown = rows::matching(self.snapshot, self.ui);
        let down = shown.iter().filter(|item| !lives(item.view));
        let names: Vec<ServiceName> = down.map(|item| item.view.name.clone()).collect();
        if names.is_empty() {
            let why = if shown.is_empty() {
                "there is no service"
            } else {
                "every service that is shown runs or is on its way"
            };
            return self.say(Tone::Error, format!("Start all disabled: {why}."));
        }
        let many = self.many(Action::Start, &names, false);
        if many.targets.is_empty() || many.targets.len() > STARTED_UNASKED {
            return self.ask_about(many);
        }
        self.send_many(many);
    }

    /// Asks whether to do something to several services.
    pub(super) fn act_on_marked(&mut self, action: Action, names: &[ServiceName]) {
        let many = self.many(action, names, true);
        self.ask_about(many);
    }

    /// Who can, and who cannot and why. What is needed starts first, and ends last.
    fn many(&self, action: Action, names: &[ServiceName], marked: bool) -> Many {
        let mut order = plan::needed_first(self.snapshot);
        if matches!(action, Action::Stop | Action::Kill) {
            order.reverse();
        }
        let mut many = Many {
            action,
            targets: Vec::new(),
            refused: Vec::new(),
            marked,
        };
        for name in order.into_iter().filter(|name| names.contains(name)) {
            let Some(view) = self.snapshot.services.get(&name) else {
                continue;
            };
            match menu::why_not(view, action) {
                None => many.targets.push((name, view.pid)),
                Some(why) => many.refused.push((name, why)),
            }
        }
        many
    }

    /// Asks, or says why none of them can.
    fn ask_about(&mut self, many: Many) {
        if !many.targets.is_empty() {
            self.ui.overlay = None;
            return self.open(QuestionKind::Many(many));
        }
        let label = many.action.label();
        let text = match many.refused.as_slice() {
            [] => format!("{label} disabled: no marked service is left."),
            [(name, why)] => format!("{label} disabled: {name}: {why}."),
            [(name, why), rest @ ..] if rest.iter().all(|(_, other)| other == why) => {
                format!(
                    "{label} disabled for all {}: {why} ({name} ...).",
                    rest.len() + 1
                )
            }
            [(name, why), rest @ ..] => {
                format!(
                    "{label} disabled for all {}: {name}: {why} ...",
                    rest.len() + 1
                )
            }
        };
        self.say(Tone::Error, text);
    }

    /// Asks the owner for each one that still can, and sums up.
    pub(super) fn send_many(&mut self, many: Many) {
        let Many {
            action,
            targets,
            mut refused,
            ..
        } = many;
        let mut asked = Vec::new();
        for (name, pid) in targets {
            match self.cannot(action, &name, pid) {
                None => asked.push(name),
                Some(why) => refused.push((name, why)),
            }
        }
        for service in &asked {
            let ask = Ask::new(service.clone(), action, Actor::HUMAN);
            self.want(Effect::Send(Wish::Ask(ask)));
        }
        let batch = Batch::new(action, &asked, refused);
        let (tone, text) = batch.summary();
        self.ui.batch = Some(batch);
        self.say(tone, text);
    }

    /// Why a service that was asked about cannot any more.
    fn cannot(&self, action: Action, name: &ServiceName, pid: Option<Pid>) -> Option<String> {
        let Some(view) = self.snapshot.services.get(name) else {
            return Some("it is gone".to_owned());
        };
        // Another process is never killed by an old question.
        if action == Action::Kill && view.pid != pid {
            return Some(match pid {
                Some(pid) => format!("it is not PID {pid} any more"),
                None => "it has changed since".to_owned(),
            });
        }
        menu::why_not(view, action)
    }

    /// The owner has answered one of several asks; says whether it was one.
    pub(super) fn take_one_answer(
        &mut self,
        service: &ServiceName,
        action: Action,
        answer: &Answer,
    ) -> bool {
        let batch = self.ui.batch.as_mut().filter(|it| it.action == action);
        let Some(batch) = batch.filter(|it| it.unanswered.contains(service)) else {
            return false;
        };
        batch.unanswered.remove(service);
        if let Err(refusal) = answer {
            batch.open.remove(service);
            batch.asked -= 1;
            batch.refused.push((service.clone(), refusal.text()));
            let (tone, text) = batch.summary();
            self.say(tone, text);
        }
        true
    }

    /// One of several asks has ended; says whether it was one.
    pub(super) fn take_one_result(&mut self, event: &Event) -> bool {
        let batch = self.ui.batch.as_mut();
        let mine = batch.filter(|it| Some(it.action) == event.action);
        let (Some(batch), Some(service), EventKind::Result) = (mine, &event.service, event.kind)
        else {
            return false;
        };
        if !batch.open.remove(service) {
            return false;
        }
        match event.result {
            Some(Outcome::Done) => batch.done += 1,
            Some(Outcome::Failed | Outcome::Superseded | Outcome::Refused) | None => {
                batch.failed.push(service.clone());
            }
        }
        let (tone, text) = batch.summary();
        self.say(tone, text);
        true
    }

    /// Opens the menu of the marked services.
    pub(super) fn open_marked_menu(&mut self, services: Vec<ServiceName>) {
        let all = services.iter();
        let views = all.filter_map(|name| self.snapshot.services.get(name));
        let views: Vec<_> = views.collect();
        let can = |action| views.iter().any(|view| view.actions.get(action).allowed);
        let focused = menu::ACTIONS.iter().position(|action| can(*action));
        self.ui.overlay = Some(Overlay::Batch(BatchMenu {
            services,
            focused: focused.unwrap_or(0),
        }));
    }

    pub(super) fn step_in_marked(&mut self, step: Step) {
        if let Some(Overlay::Batch(open)) = &mut self.ui.overlay {
            open.focused = step_in(menu::ACTIONS.len(), open.focused, step);
        }
    }

    /// Takes the focused action of the menu of the marked services.
    pub(super) fn choose_in_marked(&mut self) {
        if let Some(Overlay::Batch(open)) = self.ui.overlay.clone()
            && let Some(action) = menu::ACTIONS.get(open.focused)
        {
            self.act_on_marked(*action, &open.services);
        }
    }
}
