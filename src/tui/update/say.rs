//! Messages: said on the action line, for a while.

use std::time::Duration;

use super::desk::Desk;
use crate::{
    model::{Mono, Refusal},
    supervisor::Link,
    tui::{
        message::{Effect, Urgency},
        state::{Message, Tone, UiState},
        tour::Tour,
    },
};

/// How long a message stays.
fn lifetime(tone: Tone) -> Duration {
    match tone {
        Tone::Info => Duration::from_secs(4),
        Tone::Error => Duration::from_secs(8),
    }
}

/// When something happens by itself: the message goes away, a sequence of keys is given up.
pub fn next_deadline(ui: &UiState) -> Option<Mono> {
    let message = ui.message.as_ref().map(|message| message.until);
    let pending = ui.pending.as_ref().map(|pending| pending.until);
    message
        .into_iter()
        .chain(pending)
        .chain(ui.tour.until)
        .min()
}

/// Takes away a message whose time has come; says whether there was one.
pub fn expire(ui: &mut UiState, now: Mono) -> bool {
    ui.message.take_if(|message| message.until <= now).is_some()
}

impl Desk<'_> {
    /// A step of the tour that nobody took gives way after a while.
    pub(super) fn go_on_with_tour(&mut self) {
        let before = self.ui.tour.step;
        if self.ui.tour.pass(self.now.mono) {
            self.want(Effect::Toured);
        }
        if self.ui.tour.step != before {
            self.draw(Urgency::Data);
        }
    }

    /// Shows the first steps once more.
    pub(super) fn begin_tour(&mut self) {
        self.ui.overlay = None;
        self.ui.tour = Tour::first();
        self.ui.tour.pass(self.now.mono);
    }

    /// Says something on the action line; said again, it is counted.
    pub(super) fn say(&mut self, tone: Tone, text: String) {
        let before = self.ui.message.take().or(self.taken.take());
        let times = before
            .filter(|before| before.text == text)
            .map_or(1, |before| before.times.saturating_add(1));
        self.ui.message = Some(Message {
            text,
            tone,
            times,
            until: self.now.mono.after(lifetime(tone)),
        });
        self.draw(Urgency::Key);
    }

    /// Suspends a window onto another process. A suspended owner would be none: says why not.
    pub(super) fn suspend(&mut self) {
        if self.ui.link.is_some() {
            self.want(Effect::Suspend);
            return;
        }
        let why = match self.snapshot.services.len() {
            0 => "this console owns its root".to_owned(),
            1 => "1 service is supervised by this console".to_owned(),
            n => format!("{n} services are supervised by this console"),
        };
        self.say(Tone::Error, format!("Suspend disabled: {why}."));
    }

    /// The connection to the owner came or went.
    pub(super) fn take_link(&mut self, link: Link) {
        let before = self.ui.link.replace(link);
        match (before, link) {
            (_, Link::Lost) => {
                let text = "The owner does not answer: this is its last word. oats goes on trying.";
                self.say(Tone::Error, text.to_owned());
            }
            (Some(Link::Lost), Link::Connected) => {
                self.say(Tone::Info, "Connected to the owner again.".to_owned());
            }
            (Some(Link::Connected) | None, Link::Connected) => self.draw(Urgency::Data),
        }
    }

    /// The keymap files have changed: what is wrong with them, if anything.
    pub(super) fn take_keymap(&mut self, notices: Vec<String>) {
        let (tone, text) = if notices.is_empty() {
            (
                Tone::Info,
                "The keymap files have changed: the new keys are in force.",
            )
        } else {
            (
                Tone::Error,
                "The keymap files are wrong: the keys stay as they were.",
            )
        };
        self.ui.pending = None;
        self.ui.notices = notices.into();
        self.say(tone, text.to_owned());
    }

    /// The owner does not take asks.
    pub(super) fn say_owner_silent(&mut self) {
        let text = format!("Not sent: {}.", Refusal::OwnerSilent.text());
        self.say(Tone::Error, text);
    }
}
