//! What the mouse does. Everything it can do has a key as well.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::desk::Desk;
use crate::{
    keymap::{
        COMMANDS, Command, Context, Sequence,
        command::{
            DetailCommand, EventsCommand, LogCommand, MenuCommand, OwnCommand, PaletteCommand, Step,
        },
    },
    tui::{
        message::{Effect, Urgency},
        mouse::{self, DOUBLE},
        state::{Overlay, Tone, UiState, View},
        view,
    },
};

/// Lines that one turn of the wheel moves.
const WHEEL: usize = 3;
/// Choices that are tried at most.
const CHOICES: usize = 64;

impl Desk<'_> {
    /// The mouse comes here, or is left to the terminal.
    pub(super) fn toggle_mouse(&mut self) {
        let on = !self.ui.pointer.on;
        self.ui.pointer.on = on;
        self.ui.pointer.last = None;
        self.want(Effect::Mouse(on));
        let text = if on {
            "The mouse works here. Hold Shift to select text."
        } else {
            "The mouse is left to the terminal."
        };
        self.say(Tone::Info, text.to_owned());
    }

    /// Something that the mouse did.
    pub(super) fn mouse(&mut self, event: MouseEvent) {
        let ui = &*self.ui;
        if !ui.pointer.on || ui.unseen || ui.leave.is_some() {
            return;
        }
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(at),
            MouseEventKind::ScrollUp => self.turn(at, true),
            MouseEventKind::ScrollDown => self.turn(at, false),
            MouseEventKind::Down(_)
            | MouseEventKind::Up(_)
            | MouseEventKind::Drag(_)
            | MouseEventKind::Moved
            | MouseEventKind::ScrollLeft
            | MouseEventKind::ScrollRight => return,
        }
        self.draw(Urgency::Key);
        self.settle();
        self.settle_tree();
    }

    /// A click: on a key that is offered, on a choice, or on a service.
    fn click(&mut self, at: Position) {
        self.ui.pending = None;
        self.taken = self.ui.message.take_if(|it| it.tone == Tone::Error);
        let last = self.ui.pointer.last.take();
        let now = self.now.mono;
        if let Some(pressed) = self.offered(at) {
            for key in pressed.keys() {
                self.press(*key);
            }
            return;
        }
        self.ui.pointer.last = Some((at, now));
        if self.ui.overlay.is_some() {
            let again = last.is_some_and(|(before, _)| before.y == at.y);
            return self.click_choice(at, again);
        }
        let soon = last.is_some_and(|(before, when)| before == at && now.since(when) <= DOUBLE);
        let shown = self.shown();
        let Some(number) = mouse::service_at(&shown, self.ui, at) else {
            return;
        };
        let was = self.ui.cursor_row == number;
        self.move_to(number);
        if soon && was {
            self.ui.pointer.last = None;
            self.command(Command::ServiceOpen);
        }
    }

    /// What is pressed for the key that is offered at a place.
    fn offered(&self, at: Position) -> Option<Sequence> {
        let (keys, column) = view::hint_at(self.snapshot, self.ui, self.keymap, at)?;
        let context = self.context();
        let found = |label: &str| self.labelled(context, label);
        let parts: Vec<&str> = if keys.contains(" / ") {
            keys.split(" / ").collect()
        } else if found(&keys).is_some() {
            vec![&keys]
        } else if keys.is_ascii() {
            keys.split(' ').collect()
        } else {
            keys.split("").filter(|part| !part.is_empty()).collect()
        };
        let gap = if keys.contains(" / ") {
            3
        } else {
            usize::from(keys.is_ascii())
        };
        let mut end = 0;
        let hit = parts.iter().find(|part| {
            end += part.chars().count() + gap;
            usize::from(column) < end
        });
        // On the word: the first key.
        found(hit.or(parts.first())?)
    }

    /// What is written so on its keys, and means something here.
    fn labelled(&self, context: Context, label: &str) -> Option<Sequence> {
        let near: Vec<Context> = context.chain().chain([Context::Services]).collect();
        let all = near.iter().flat_map(|near| {
            let rows = COMMANDS.iter().filter(|row| row.context == *near);
            rows.flat_map(|row| self.keymap.bound(row.command))
        });
        let arrows = [("↑", "Up"), ("↓", "Down"), ("←", "Left"), ("→", "Right")];
        let drawn = arrows.iter().find(|(arrow, _)| *arrow == label);
        let label = drawn.map_or(label, |(_, word)| word);
        all.into_iter().find(|it| it.label() == label).cloned()
    }

    /// A click on a choice focuses it; one more takes it.
    fn click_choice(&mut self, at: Position, again: bool) {
        let Some(hit) = self.choice_at(at) else {
            return;
        };
        let focused = self.ui.overlay.as_ref() == Some(&hit);
        self.ui.overlay = Some(hit);
        if again && focused {
            self.ui.pointer.last = None;
            if let Some((_, choose)) = moves(self.ui) {
                self.command(choose);
            }
        }
    }

    /// What is open, as if the choice at a place were focused: the one of which the picture says
    /// that it stands there.
    fn choice_at(&self, at: Position) -> Option<Overlay> {
        let (down, _) = moves(self.ui)?;
        let mut ui = UiState {
            logs: std::collections::BTreeMap::new(),
            ..self.ui.clone()
        };
        let mut hit: Option<(u16, Overlay)> = None;
        for _ in 0..CHOICES {
            let stands = view::cursor(self.snapshot, &ui, self.keymap)?;
            let nearer = hit.as_ref().is_none_or(|(x, _)| *x < stands.x);
            if stands.y == at.y && stands.x <= at.x && nearer {
                hit = ui.overlay.clone().map(|open| (stands.x, open));
            }
            let mut desk = Desk {
                ui: &mut ui,
                snapshot: self.snapshot,
                keymap: self.keymap,
                now: self.now,
                taken: None,
                effects: Vec::new(),
            };
            desk.command(down);
            if ui.overlay == self.ui.overlay {
                break;
            }
        }
        hit.map(|(_, overlay)| overlay)
    }

    /// The wheel scrolls what is under it.
    fn turn(&mut self, at: Position, up: bool) {
        let step = if up { Step::Up } else { Step::Down };
        let (command, times) = match (&self.ui.overlay, &self.ui.view) {
            (Some(Overlay::Help { .. }), _) if up => (Command::HelpUp, WHEEL),
            (Some(Overlay::Help { .. }), _) => (Command::HelpDown, WHEEL),
            (Some(Overlay::Palette(_)), _) => (Command::Palette(PaletteCommand::Step(step)), 1),
            (Some(Overlay::Question(_)), _) => return,
            (
                Some(
                    Overlay::Menu(_)
                    | Overlay::Batch(_)
                    | Overlay::Port(_)
                    | Overlay::Survivor(_)
                    | Overlay::LogServices(_),
                ),
                _,
            ) => (Command::Menu(MenuCommand::Step(step)), 1),
            (None, View::Services) => return self.turn_services(at, up),
            (None, View::Detail(_)) => (Command::Detail(DetailCommand::Step(step)), WHEEL),
            (None, View::Logs(_)) => (Command::Log(LogCommand::Step(step)), WHEEL),
            (None, View::Events(_)) => (Command::Events(EventsCommand::Step(step)), 1),
            (None, View::Own) if up => (Command::Own(OwnCommand::PageUp), 1),
            (None, View::Own) => (Command::Own(OwnCommand::PageDown), 1),
        };
        for _ in 0..times {
            self.command(command);
        }
    }

    /// Over a pane its log; over a list the cursor; else the log of the service under the cursor.
    fn turn_services(&mut self, at: Position, up: bool) {
        let shown = self.shown();
        let over = mouse::service_at(&shown, self.ui, at);
        let panes = shown.density == crate::tui::state::Density::Panes;
        let rows = shown.log_rows(self.ui.size);
        let item = match over {
            Some(number) if panes => shown.services.get(number),
            Some(_) => return self.move_by(if up { -1 } else { 1 }),
            None if panes => return,
            None => shown.services.get(self.ui.cursor_row),
        };
        let name = item.map(|item| item.view.name.clone());
        if let Some(ring) = name.and_then(|name| self.ui.logs.get_mut(&name)) {
            if up {
                ring.scroll_up(WHEEL, rows);
            } else {
                ring.scroll_down(WHEEL);
            }
        }
    }
}

/// The commands that focus the next choice of what is open, and take the focused one.
fn moves(ui: &UiState) -> Option<(Command, Command)> {
    match &ui.overlay {
        Some(Overlay::Question(_)) => Some((Command::DialogNext, Command::DialogChoose)),
        Some(Overlay::Menu(_) | Overlay::Batch(_) | Overlay::LogServices(_)) => Some(menu_moves()),
        Some(Overlay::Port(open)) if open.entry.is_none() => Some(menu_moves()),
        Some(Overlay::Survivor(open)) if open.entry.is_none() => Some(menu_moves()),
        Some(Overlay::Palette(_)) => Some((
            Command::Palette(PaletteCommand::Step(Step::Down)),
            Command::Palette(PaletteCommand::Choose),
        )),
        Some(Overlay::Help { .. } | Overlay::Port(_) | Overlay::Survivor(_)) | None => None,
    }
}

fn menu_moves() -> (Command, Command) {
    (
        Command::Menu(MenuCommand::Step(Step::Down)),
        Command::Menu(MenuCommand::Choose),
    )
}
