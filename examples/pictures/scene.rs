//! What is photographed: a moment that was recorded, and the keys that somebody pressed then.

use std::{collections::BTreeSet, sync::Arc};

use crossterm::event::Event as Input;
use jiff::tz::TimeZone;
use oats::{
    keymap::{Code, Command, Key, Keymap},
    model::{LogLine, ServiceName, Snapshot, theme::Palette},
    supervisor::{Command as Wish, Feed, Link},
    tui::{
        input::event_of,
        message::{Effect, Msg},
        state::{Density, UiState},
        theme::{Colour, Glyphs, Theme},
        update::update,
        view,
    },
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use super::{
    record::{Failed, Record},
    svg::Ground,
};

/// Which record a scene is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// The five services of the shop, before anything was started.
    First,
    /// The five services of the shop, one of them stopped and one unhealthy.
    Five,
    /// Nine services, most of them in some trouble.
    Nine,
    /// Five hundred, 22 of them in trouble.
    Many,
    /// A project without services.
    None,
}

/// One thing that somebody did.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// Puts the cursor on a service.
    Select(&'static str),
    /// Presses the key of a command.
    Press(Command),
    /// Types a text.
    Type(&'static str),
    /// Shows the services as a table, whatever else would fit.
    Table,
    /// The owner in the other process went away.
    Lost,
}

/// A picture.
pub(crate) struct Scene {
    /// Its name, and that of its file.
    pub(crate) name: &'static str,
    /// What it shows, for those who cannot see it.
    pub(crate) about: &'static str,
    /// Which record it is taken from.
    pub(crate) of: Of,
    /// What was done.
    pub(crate) steps: &'static [Step],
}

/// How a picture is taken.
pub(crate) struct Camera {
    /// Columns and rows.
    pub(crate) size: (u16, u16),
    /// How things look.
    pub(crate) theme: Theme,
    /// On which ground.
    pub(crate) ground: Ground,
}

impl Camera {
    /// The terminal's own colours.
    pub(crate) fn plain(size: (u16, u16)) -> Self {
        Self {
            size,
            theme: Theme {
                colour: Colour::Ansi,
                glyphs: Glyphs::Unicode,
                zone: TimeZone::UTC,
                palette: Palette::TERMINAL,
            },
            ground: Ground::Readers,
        }
    }
}

/// Takes a picture.
///
/// # Errors
///
/// A step names a command without a key.
pub(crate) fn take(scene: &Scene, record: &Record, camera: &Camera) -> Result<Buffer, Failed> {
    let keymap = Keymap::builtin();
    let mut room = Room {
        ui: UiState {
            size: camera.size,
            ..UiState::default()
        },
        record,
        keymap: &keymap,
        told: BTreeSet::new(),
    };
    room.tell(Msg::Snapshot);
    let events = record.events.iter().cloned().map(Arc::new).collect();
    room.tell(Msg::Feed(Feed::History(events)));
    for step in scene.steps {
        room.step(*step)?;
    }
    let snapshot = &record.snapshot;
    let (columns, rows) = camera.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows))?;
    let drawn = terminal
        .draw(|frame| view::draw(frame, snapshot, &room.ui, &keymap, &camera.theme, None))?;
    Ok(drawn.buffer.clone())
}

/// A console without a terminal.
struct Room<'a> {
    ui: UiState,
    record: &'a Record,
    keymap: &'a Keymap,
    /// Whose lines were told.
    told: BTreeSet<ServiceName>,
}

impl Room<'_> {
    /// Tells the console something, and answers what it asks for as the owner would.
    fn tell(&mut self, msg: Msg) {
        let (snapshot, now): (&Snapshot, _) = (&self.record.snapshot, self.record.moment());
        let effects = update(&mut self.ui, msg, snapshot, self.keymap, now);
        for effect in effects {
            if let Effect::Send(Wish::WatchTree(Some(service))) = effect {
                self.tell_of(&service);
            } else if let Effect::Send(Wish::WatchLogs(services)) = effect {
                self.tell_lines(&services);
            }
        }
        self.ui.unseen = false;
    }

    /// The lines of logs that are looked at for the first time.
    fn tell_lines(&mut self, services: &BTreeSet<ServiceName>) {
        let is_new = |line: &&LogLine| {
            services.contains(&line.service) && !self.told.contains(&line.service)
        };
        let lines: Vec<LogLine> = self.record.lines.iter().filter(is_new).cloned().collect();
        self.told.extend(services.iter().cloned());
        self.tell(Msg::Feed(Feed::Lines(lines)));
    }

    /// What the owner tells about the service that is looked at.
    fn tell_of(&mut self, service: &ServiceName) {
        if let Some(members) = self.record.trees.get(service) {
            self.tell(Msg::Feed(Feed::Tree {
                service: service.clone(),
                members: members.clone(),
            }));
        }
        if let Some(charts) = self.record.charts.get(service) {
            self.tell(Msg::Feed(Feed::Charts(Box::new(charts.clone()))));
        }
    }

    fn step(&mut self, step: Step) -> Result<(), Failed> {
        match step {
            Step::Select(name) => {
                self.ui.cursor = Some(name.parse()?);
                self.tell(Msg::Snapshot);
            }
            Step::Press(command) => {
                let key = self.keymap.keys(command).first();
                let key = key.ok_or_else(|| format!("{command:?} has no key"))?;
                self.tell(typed(*key));
            }
            Step::Type(text) => {
                for letter in text.chars() {
                    self.tell(typed(Key::plain(Code::Char(letter))));
                }
            }
            Step::Table => self.ui.chosen = Some(Density::Table),
            Step::Lost => self.tell(Msg::Feed(Feed::Link(Link::Lost))),
        }
        Ok(())
    }
}

/// What a terminal sends for a key.
fn typed(key: Key) -> Msg {
    Msg::Input(Input::Key(event_of(key)))
}
