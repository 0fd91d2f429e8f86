//! The first run: no project anywhere, and two ways on.

use std::{
    io,
    path::{Path, PathBuf},
    sync::mpsc::{SyncSender, sync_channel},
    thread,
};

use crossterm::{
    event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
    terminal,
};

use super::{
    Flags, console, demo, guard,
    headless::runtime,
    init, say,
    signals::{Signals, Wish},
};
use crate::{
    cli::Exit,
    io::{clock::Clock, platform},
    model::clean,
    supervisor::{self, Begin, RootError},
};

/// What is offered.
const OFFER: &str = "
  d   run the demo: five small services in a temporary folder
  i   write a starting point here, services/web.toml and oats.toml, and open it
  q   leave
";

/// A way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Demo,
    Init,
    Leave,
    /// By a signal, or because the terminal is gone.
    Gone,
}

/// Where plain `oats` was called and there is no project: the folder it was called in.
pub(super) fn is_first_run(root: Option<&Path>) -> Option<PathBuf> {
    if root.is_some() || !console::has_terminal() {
        return None;
    }
    let here = std::env::current_dir().ok()?;
    match supervisor::find_root(None, &here) {
        Err(RootError::NotFound { start }) => Some(start),
        Ok(_) | Err(_) => None,
    }
}

/// Says what was looked for, and does what is chosen.
pub(super) fn run(here: &Path, flags: &Flags, clock: Clock) -> Exit {
    let text = format!(
        "oats: no project found. Looked for oats.toml and services/*.toml in {}\n\
         and in every folder above.\n{OFFER}\n",
        clean::plain(&here.display().to_string())
    );
    match ask(&text) {
        Ok(Choice::Demo) => demo::run(flags, clock),
        Ok(Choice::Init) => match init::write(here, clock) {
            Ok(_) => console::run(Some(here), flags, &Begin::Autostart, clock),
            Err(sentence) => {
                say(&format!("oats: could not {sentence}"));
                Exit::Refused
            }
        },
        Ok(Choice::Leave | Choice::Gone) => Exit::Refused,
        Err(error) => {
            say(&format!("oats: could not read a key: {error}"));
            Exit::Refused
        }
    }
}

/// The terminal gives each key at once; back to what it was when this goes out of sight.
struct Raw;

impl Raw {
    fn enter() -> io::Result<Self> {
        // A panic ends the program without dropping anything.
        guard::panics_are_final(|| {
            let _gone = terminal::disable_raw_mode();
        });
        terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _gone = terminal::disable_raw_mode();
    }
}

/// Asks, and waits for a key that means something.
fn ask(text: &str) -> io::Result<Choice> {
    let (sender, choices) = sync_channel(1);
    watch_signals(sender.clone())?;
    let raw = Raw::enter()?;
    let hang_up = sender.clone();
    start("oats-hangup", move || {
        platform::wait_for_hang_up();
        let _chosen = hang_up.try_send(Ok(Choice::Gone));
    })?;
    // Only now, so that no key comes too early. In raw mode a line does not begin by itself.
    super::print(text.replace('\n', "\r\n").as_bytes());
    // It ends with the key: the console reads the next ones.
    start("oats-input", move || {
        let _chosen = sender.send(read_key());
    })?;
    let choice = choices.recv().unwrap_or(Ok(Choice::Gone));
    drop(raw);
    choice
}

/// Reads keys until one means something.
fn read_key() -> io::Result<Choice> {
    loop {
        if let Event::Key(key) = event::read()?
            && let Some(choice) = choice_of(key)
        {
            return Ok(choice);
        }
    }
}

fn choice_of(key: KeyEvent) -> Option<Choice> {
    if key.kind != KeyEventKind::Press {
        return None;
    }
    if key.code == KeyCode::Esc {
        return Some(Choice::Leave);
    }
    let KeyCode::Char(c) = key.code else {
        return None;
    };
    let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
    match (with_control, c.to_ascii_lowercase()) {
        (true, 'c' | 'd') | (false, 'q') => Some(Choice::Leave),
        (false, 'd') => Some(Choice::Demo),
        (false, 'i') => Some(Choice::Init),
        (true | false, _) => None,
    }
}

/// A signal ends the question, so that the terminal is restored.
fn watch_signals(sender: SyncSender<io::Result<Choice>>) -> io::Result<()> {
    let (ready, is_ready) = sync_channel(1);
    start("oats-signals", move || {
        let Ok(runtime) = runtime() else { return };
        runtime.block_on(async {
            let caught = Signals::catch();
            let _asked = ready.send(());
            let Ok(mut signals) = caught else { return };
            loop {
                match signals.next().await {
                    Wish::Suspend | Wish::Continue => {}
                    Wish::Interrupt | Wish::Terminate | Wish::HangUp | Wish::Quit => {
                        let _chosen = sender.try_send(Ok(Choice::Gone));
                        return;
                    }
                }
            }
        });
    })?;
    // Raw mode only when a signal cannot end the program any more; without a runtime it can.
    let _caught = is_ready.recv();
    Ok(())
}

fn start(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(body).map(drop)
}
