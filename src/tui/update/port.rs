//! The port dialog: who holds the port, and what can be done about it.

use super::{desk::Desk, menu::step_in};
use crate::{
    keymap::{Command, command::Step},
    model::{Action, Actor, FreeWith, ServiceView},
    supervisor::{Ask, Command as Wish},
    tui::{
        menu,
        message::Effect,
        port::{self, PortAct},
        state::{Overlay, PidEntry, PortDialog, Tone},
    },
};

impl<'a> Desk<'a> {
    /// Opens the dialog of the service under the cursor.
    pub(super) fn open_port(&mut self) {
        let Some(view) = self.focused() else {
            self.names_a_service(Command::PortShow);
            return;
        };
        if let Some(reason) = menu::refused(Command::PortShow, Some(view)) {
            return self.say(Tone::Error, reason);
        }
        self.ui.overlay = Some(Overlay::Port(PortDialog {
            service: view.name.clone(),
            focused: port::first(view),
            entry: None,
        }));
        self.ui.unseen = true;
    }

    /// The open dialog, and its service while there is one.
    fn port(&mut self) -> Option<(&mut PortDialog, &'a ServiceView)> {
        let snapshot = self.snapshot;
        match &mut self.ui.overlay {
            Some(Overlay::Port(dialog)) => {
                let view = snapshot.services.get(&dialog.service)?;
                Some((dialog, view.as_ref()))
            }
            _ => None,
        }
    }

    pub(super) fn step_in_port(&mut self, step: Step) {
        if let Some((dialog, view)) = self.port() {
            let choices = port::choices(view);
            let at = choices.iter().position(|it| it.act == dialog.focused);
            let next = step_in(choices.len(), at.unwrap_or(0), step);
            if let Some(choice) = choices.get(next) {
                dialog.focused = choice.act;
            }
        }
    }

    /// Focuses the choice with this number from 0, and takes it.
    pub(super) fn pick_in_port(&mut self, place: usize) {
        let Some((dialog, view)) = self.port() else {
            return;
        };
        let Some(choice) = port::choices(view).into_iter().nth(place) else {
            return self.say(Tone::Info, "There is no such choice.".to_owned());
        };
        dialog.focused = choice.act;
        self.choose_in_port();
    }

    /// Takes the focused choice.
    pub(super) fn choose_in_port(&mut self) {
        let Some(Overlay::Port(dialog)) = self.ui.overlay.clone() else {
            return;
        };
        let Some(view) = self.snapshot.services.get(&dialog.service) else {
            return self.say_gone(&dialog.service);
        };
        let choices = port::choices(view);
        let Some(choice) = choices.into_iter().find(|it| it.act == dialog.focused) else {
            // The holder has changed since: what was focused is not offered any more.
            self.focus_first_in_port();
            let text = "The port is held in another way now: choose again.";
            return self.say(Tone::Info, text.to_owned());
        };
        if let Some(reason) = choice.refused {
            return self.say(Tone::Error, reason);
        }
        match choice.act {
            PortAct::Leave => self.ui.overlay = None,
            PortAct::Start => {
                self.ui.overlay = None;
                self.act_on_view(view, Action::Start);
            }
            PortAct::Wait => {
                self.ui.overlay = None;
                self.ask(Ask {
                    when_free: true,
                    ..Ask::new(view.name.clone(), Action::Start, Actor::HUMAN)
                });
            }
            PortAct::Free => {
                let then_start = port::then_start(view);
                self.ask_to_free(view, None, then_start);
            }
            PortAct::Term | PortAct::Kill => self.ask_for_pid(view, choice.act),
        }
    }

    fn focus_first_in_port(&mut self) {
        if let Some((dialog, view)) = self.port() {
            dialog.focused = port::first(view);
        }
    }

    /// A stranger is only ever signalled after its pid was typed.
    fn ask_for_pid(&mut self, view: &ServiceView, act: PortAct) {
        let (Some((_, target)), Some(force)) = (port::stranger(view), act.force()) else {
            let text = "Nothing can be sent: the PID of the holder is not visible.";
            return self.say(Tone::Error, text.to_owned());
        };
        if let Some(Overlay::Port(dialog)) = &mut self.ui.overlay {
            dialog.entry = Some(PidEntry {
                target,
                force,
                then_start: port::then_start(view),
                typed: String::new(),
            });
            self.ui.unseen = true;
        }
    }

    /// The pid of a stranger was typed.
    pub(super) fn signal_holder(&mut self, entry: &PidEntry) {
        let Some((dialog, view)) = self.port() else {
            self.ui.overlay = None;
            return;
        };
        // It is held by somebody else now: what was typed was not meant for that one.
        dialog.focused = PortAct::Leave;
        let same = view.holder.as_ref().is_some_and(|holder| {
            holder.processes.iter().any(|process| {
                process.pid == Some(entry.target.pid)
                    && process.start_ticks == Some(entry.target.start_ticks)
            })
        });
        if !same {
            let pid = entry.target.pid;
            let text = format!("Nothing was sent: PID {pid} does not hold the port any more.");
            return self.say(Tone::Error, text);
        }
        let stranger = Some((entry.target, entry.force));
        self.ask_to_free(view, stranger, entry.then_start);
    }

    /// Asks the owner to free the port. The dialog stays, and shows what comes of it.
    fn ask_to_free(
        &mut self,
        view: &ServiceView,
        stranger: Option<(crate::model::Target, crate::model::Force)>,
        then_start: bool,
    ) {
        self.ask(Ask {
            free: FreeWith {
                stranger,
                then_start,
            },
            ..Ask::new(view.name.clone(), Action::FreePort, Actor::HUMAN)
        });
    }

    /// Sends an ask to the owner.
    pub(super) fn ask(&mut self, ask: Ask) {
        self.want(Effect::Send(Wish::Ask(ask)));
    }
}
