//! One message at a time: who takes care of it.

use std::sync::Arc;

use crossterm::event::Event as Input;

use crate::{
    keymap::Keymap,
    model::{Actor, Moment, ServiceView, Snapshot},
    supervisor::{Command as Wish, Feed, Leaving},
    tui::{
        input::key_of,
        message::{Effect, ExitReason, Msg, Urgency},
        state::{Message, Tone, UiState},
        update::say,
    },
};

/// Everything one message may look at and change.
pub(super) struct Desk<'a> {
    pub(super) ui: &'a mut UiState,
    pub(super) snapshot: &'a Snapshot,
    pub(super) keymap: &'a Keymap,
    pub(super) now: Moment,
    /// The message that the key took away; said again, it counts on.
    pub(super) taken: Option<Message>,
    /// What is wanted.
    pub(super) effects: Vec<Effect>,
}

/// Changes what is looked at by one message, and says what is to be done.
pub fn update(
    ui: &mut UiState,
    msg: Msg,
    snapshot: &Snapshot,
    keymap: &Keymap,
    now: Moment,
) -> Vec<Effect> {
    let mut desk = Desk {
        ui,
        snapshot,
        keymap,
        now,
        taken: None,
        effects: Vec::new(),
    };
    if say::expire(desk.ui, now.mono) {
        desk.draw(Urgency::Data);
    }
    desk.give_up_waiting();
    desk.go_on_with_tour();
    match msg {
        Msg::Due => {}
        Msg::Input(input) => desk.input(&input),
        Msg::Snapshot => {
            desk.ui.trends.take(snapshot);
            desk.draw(Urgency::Data);
            desk.refresh_leaving();
            desk.settle();
            desk.settle_tree();
        }
        Msg::Feed(feed) => desk.take_feed(feed),
        Msg::Answer {
            service,
            action,
            answer,
        } => desk.take_answer(&service, action, answer),
        Msg::Undecided(refusal) => {
            let text = format!("Nothing was done: {}.", refusal.text());
            desk.say(Tone::Error, text);
        }
        Msg::Unsent(wish) => desk.take_back(wish),
        Msg::Told(tone, text) => desk.say(tone, text),
        Msg::Keymap(_, notices) => desk.take_keymap(notices),
        Msg::Looks(_, notices) => {
            desk.ui.notices.extend(notices);
            desk.draw(Urgency::Data);
        }
        Msg::Theme(text) => desk.say(Tone::Info, text),
        Msg::Interrupt => desk.press_on(),
        Msg::Suspend => desk.suspend(),
        Msg::Resumed => desk.want(Effect::Reenter),
        Msg::Leave => {
            if desk.ui.link.is_none() {
                desk.want(Effect::Send(Wish::leave(Leaving::Detach, Actor::HUMAN)));
            }
            desk.want(Effect::Quit(ExitReason::Told));
        }
        Msg::Left => desk.want(Effect::Quit(ExitReason::Left)),
    }
    desk.effects
}

impl<'a> Desk<'a> {
    /// Wants something done.
    pub(super) fn want(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Wants the picture drawn.
    pub(super) fn draw(&mut self, urgency: Urgency) {
        self.want(Effect::Draw(urgency));
    }

    /// What the owner tells beside the snapshot.
    fn take_feed(&mut self, feed: Feed) {
        match feed {
            Feed::Lines(lines) => self.take_lines(lines),
            Feed::Event(event) => self.take_event(event),
            Feed::History(events) => self.take_history(events),
            Feed::Link(link) => self.take_link(link),
            Feed::Book(leaf) => self.take_leaf(*leaf),
            Feed::Charts(history) => self.take_charts(history),
            Feed::Past(past) => self.take_past(&past),
            Feed::Tree { service, members } => self.take_tree(&service, members),
        }
    }

    /// The service under the cursor.
    pub(super) fn focused(&self) -> Option<&'a Arc<ServiceView>> {
        self.snapshot.services.get(self.ui.cursor.as_ref()?)
    }

    /// Something from the terminal.
    fn input(&mut self, input: &Input) {
        match input {
            Input::Key(event) => {
                if let Some(key) = key_of(*event) {
                    self.key(key);
                }
            }
            Input::Resize(columns, rows) => {
                self.ui.size = (*columns, *rows);
                self.draw(Urgency::Key);
                self.settle();
            }
            // The text of a paste must not press keys; where a filter is typed it is text.
            Input::Paste(text) if self.paste_in_filter(text) => {
                self.draw(Urgency::Key);
                self.settle();
            }
            Input::Paste(text) if self.paste_in_search(text) => {
                self.draw(Urgency::Key);
                self.settle();
            }
            Input::Paste(_) => self.say(Tone::Info, "Pasted text is ignored.".to_owned()),
            Input::Mouse(event) => self.mouse(*event),
            Input::FocusGained | Input::FocusLost => {}
        }
    }
}
