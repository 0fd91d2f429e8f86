//! The loop on a surface that only counts.

use std::{cell::Cell, io, rc::Rc, sync::mpsc::sync_channel, time::Duration};

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::{Frame, Terminal, backend::TestBackend, layout::Rect};
use tokio::sync::{mpsc, watch};

use super::*;
use crate::{
    keymap::Keymap,
    model::{Moment, Refusal, Wall},
    supervisor::{Envelope, Handle, Recorders},
    tui::{
        samples,
        state::{Overlay, QuestionKind},
        terminal::WayBack,
        theme::{Looks, Theme},
    },
};

/// A surface that counts its frames.
struct Paper {
    terminal: Terminal<TestBackend>,
    size: (u16, u16),
    frames: Rc<Cell<usize>>,
}

impl Surface for Paper {
    fn size(&self) -> (u16, u16) {
        self.size
    }

    fn resize(&mut self, size: (u16, u16)) -> io::Result<()> {
        self.size = size;
        self.terminal.backend_mut().resize(size.0, size.1);
        let area = Rect::new(0, 0, size.0, size.1);
        self.terminal.resize(area).map_err(io::Error::other)
    }

    fn reenter(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn mouse(&mut self, _on: bool) -> io::Result<()> {
        Ok(())
    }

    fn paint(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(paint).map_err(io::Error::other)?;
        Ok(())
    }

    fn show(&mut self) -> io::Result<()> {
        self.frames.set(self.frames.get() + 1);
        Ok(())
    }

    fn pass(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// The other side of a console.
struct World {
    console: Console,
    asks: mpsc::Receiver<Envelope>,
    truth: watch::Sender<Arc<Snapshot>>,
    frames: Rc<Cell<usize>>,
    panicked: AtomicBool,
}

impl World {
    fn new() -> Self {
        let (inbox, asks) = mpsc::channel(8);
        let (truth, seen) = watch::channel(Arc::new(samples::shop()));
        let (sender, messages) = sync_channel(INBOX);
        // A clock on which every look is a second later: each frame that is wanted is due.
        let ticks = Cell::new(0);
        let now = move || {
            ticks.set(ticks.get() + 1);
            Moment {
                mono: Mono(Duration::from_secs(ticks.get())),
                wall: Wall::default(),
            }
        };
        let console = Console {
            handle: Handle::new(inbox, seen, &Recorders::default()),
            inbox: messages,
            sender,
            keymap: Keymap::builtin(),
            notices: Vec::new(),
            looks: Looks::only(Theme::from_env(|_| None, TimeZone::UTC)),
            tour: None,
            now: Box::new(now),
            window: crate::tui::Window::Owner,
            hang_up: || {},
            tools: crate::tui::Tools::none(),
            way_back: WayBack::default(),
        };
        Self {
            console,
            asks,
            truth,
            frames: Rc::default(),
            panicked: AtomicBool::new(false),
        }
    }

    /// A console that has drawn its first frame.
    fn looper(&self) -> Looper<'_, Paper> {
        let paper = Paper {
            terminal: Terminal::new(TestBackend::new(120, 36)).unwrap(),
            size: (120, 36),
            frames: Rc::clone(&self.frames),
        };
        let mut looper = Looper::new(&self.console, paper, &self.panicked);
        looper.take(Msg::Snapshot).unwrap();
        looper.draw_if_due().unwrap();
        assert_eq!(self.frames.get(), 1);
        looper
    }
}

fn key(c: char) -> Msg {
    let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
    Msg::Input(Input::Key(key))
}

#[test]
fn nothing_is_drawn_when_nothing_has_changed() {
    let world = World::new();
    let mut looper = world.looper();
    looper.draw_if_due().unwrap();
    looper.absorb(vec![Msg::Snapshot]).unwrap();
    looper.draw_if_due().unwrap();
    assert_eq!((world.frames.get(), looper.frames.due()), (1, None));
}

#[test]
fn a_new_snapshot_is_seen_even_when_its_message_was_lost() {
    let world = World::new();
    let mut looper = world.looper();
    world.truth.send(Arc::new(samples::states())).unwrap();
    looper.absorb(Vec::new()).unwrap();
    looper.draw_if_due().unwrap();
    assert_eq!(world.frames.get(), 2);
    assert_eq!(looper.snapshot.services.len(), 10);
}

#[test]
fn many_messages_make_one_frame() {
    let world = World::new();
    let mut looper = world.looper();
    looper.absorb(vec![key('j'), key('k'), key('v')]).unwrap();
    looper.draw_if_due().unwrap();
    assert_eq!(world.frames.get(), 2);
}

#[test]
fn the_owner_s_answer_comes_back_as_a_message() {
    let mut world = World::new();
    let mut looper = world.looper();
    // auth runs: its start is refused here, and asked for all the same.
    looper.absorb(vec![key('s')]).unwrap();
    drop(looper);
    let is_ask = |envelope: &Envelope| matches!(envelope.command, Wish::Ask(_));
    let asked = std::iter::from_fn(|| world.asks.try_recv().ok()).find(is_ask);
    (asked.unwrap().reply)(Err(Refusal::ShuttingDown));
    assert!(matches!(
        world.console.inbox.try_recv(),
        Ok(Msg::Answer {
            answer: Err(Refusal::ShuttingDown),
            ..
        })
    ));
}

#[test]
fn keys_that_wait_while_a_question_is_drawn_for_the_first_time_are_thrown_away() {
    let world = World::new();
    let mut looper = world.looper();
    looper.absorb(vec![key('X'), key('y')]).unwrap();
    world.console.sender.send(key('y')).unwrap();
    looper.draw_if_due().unwrap();
    let asked = |looper: &Looper<'_, Paper>| match &looper.ui.overlay {
        Some(Overlay::Question(it)) => matches!(it.kind, QuestionKind::Kill { .. }),
        _ => false,
    };
    assert!(asked(&looper) && !looper.ui.unseen);
    looper.absorb(vec![key('y')]).unwrap();
    assert!(!asked(&looper));
}

#[test]
fn the_surface_has_the_size_of_the_last_message() {
    let world = World::new();
    let mut looper = world.looper();
    for size in [(80, 24), (0, 0), (30, 3), (200, 60)] {
        let resize = Msg::Input(Input::Resize(size.0, size.1));
        looper.absorb(vec![resize]).unwrap();
        looper.draw_if_due().unwrap();
        assert_eq!(looper.screen.size, size);
    }
    assert_eq!(world.frames.get(), 5);
}

#[test]
fn it_ends_when_told_to_and_when_the_owner_is_gone() {
    let world = World::new();
    world.console.sender.send(Msg::Left).unwrap();
    assert!(matches!(world.looper().run(), Ok(ExitReason::Left)));
    let mut world = World::new();
    world.asks.close();
    world.console.sender.send(Msg::Leave).unwrap();
    assert!(matches!(world.looper().run(), Ok(ExitReason::Told)));
    let world = World::new();
    world.panicked.store(true, Ordering::SeqCst);
    assert!(matches!(world.looper().run(), Ok(ExitReason::Panicked)));
}
