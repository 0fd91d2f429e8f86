//! The terminal: taken over, drawn on, and left as it was found.

use std::{
    cell::RefCell,
    io::{self, Write},
    panic,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use crossterm::{
    cursor::{Hide, Show},
    event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste},
    execute, queue,
    style::Print,
    terminal::{
        self, BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate,
        EnterAlternateScreen, LeaveAlternateScreen,
    },
};
use ratatui::{
    Frame, Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, layout::Rect,
};

use super::message::Msg;

/// How long the way back may take when the terminal takes no output.
const WAY_BACK_WITHIN: Duration = Duration::from_millis(100);

/// The way back to the terminal as it was found. It is gone once, by whoever comes first.
#[derive(Debug, Clone, Default)]
pub struct WayBack {
    taken_over: Arc<AtomicBool>,
}

impl WayBack {
    /// Restores the terminal, unless it was done or there is nothing to restore. A step that fails
    /// does not stop the others: the terminal may be gone.
    pub fn go(&self) {
        if !self.taken_over.swap(false, Ordering::SeqCst) {
            return;
        }
        let mut out = io::stdout().lock();
        let _gone = execute!(out, EndSynchronizedUpdate);
        let _gone = execute!(out, Print(MOUSE_OFF));
        let _gone = execute!(out, DisableBracketedPaste);
        let _gone = execute!(out, DisableFocusChange);
        let _gone = execute!(out, Show);
        let _gone = execute!(out, LeaveAlternateScreen);
        let _gone = terminal::disable_raw_mode();
    }

    /// Restores the terminal from another thread than the console's, which may hang in a write to a
    /// terminal that takes no output: then only its settings come back, which needs no output.
    pub fn go_in_time(&self) {
        let (way_back, (done, is_done)) = (self.clone(), sync_channel(1));
        let going = thread::Builder::new()
            .name("way-back".to_owned())
            .spawn(move || {
                way_back.go();
                let _too_late = done.send(());
            });
        if going.is_err() || is_done.recv_timeout(WAY_BACK_WITHIN).is_err() {
            let _gone = terminal::disable_raw_mode();
        }
    }

    /// Restores the terminal at a panic in any thread, lets the report be printed, and tells the
    /// console to leave. `panicked` says later that there was one. To be called on the console's
    /// thread.
    pub fn go_on_panic(&self, panicked: &Arc<AtomicBool>, sender: SyncSender<Msg>) {
        let (way_back, panicked) = (self.clone(), Arc::clone(panicked));
        let (report, console) = (panic::take_hook(), thread::current().id());
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == console {
                way_back.go();
            } else {
                way_back.go_in_time();
            }
            report(info);
            // Only now: the program may end as soon as the console knows.
            panicked.store(true, Ordering::SeqCst);
            let _nobody_listens = sender.try_send(Msg::Leave);
        }));
    }
}

/// Clicks and the wheel, with columns beyond 223; not where the mouse only passes, which would wake
/// the console for nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// What the console draws on.
pub(super) trait Surface {
    /// Its columns and rows.
    fn size(&self) -> (u16, u16);
    /// From now on it has so many, and is drawn anew.
    fn resize(&mut self, size: (u16, u16)) -> io::Result<()>;
    /// Sets it up anew: somebody else may have used it.
    fn reenter(&mut self) -> io::Result<()>;
    /// Has what the mouse does sent, or not any more.
    fn mouse(&mut self, on: bool) -> io::Result<()>;
    /// Prepares one frame.
    fn paint(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()>;
    /// Shows the prepared frame.
    fn show(&mut self) -> io::Result<()>;
    /// Hands the terminal a sequence that changes no cell.
    fn pass(&mut self, sequence: &str) -> io::Result<()>;
}

/// Restores the terminal when it goes out of sight.
struct Guard(WayBack);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.go();
    }
}

/// The terminal while it is ours.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Ink>>,
    ink: Ink,
    size: (u16, u16),
    mouse: bool,
    guard: Guard,
}

impl Screen {
    /// Takes the terminal over. Half a take-over is taken back.
    pub(super) fn enter(way_back: WayBack) -> io::Result<Self> {
        way_back.taken_over.store(true, Ordering::SeqCst);
        let guard = Guard(way_back);
        set_up()?;
        let size = terminal::size()?;
        let ink = Ink::default();
        // Of fixed size: the size is what the last message said, for moving and drawing alike.
        let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
        let backend = CrosstermBackend::new(ink.clone());
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport })?;
        Ok(Self {
            terminal,
            ink,
            size,
            mouse: false,
            guard,
        })
    }
}

/// Raw mode, alternate screen, pasted text told apart from keys, no cursor.
fn set_up() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    let mut out = io::stdout().lock();
    // Where there is no alternate screen, the first frame would stand among what was there before.
    let blank = Clear(ClearType::All);
    execute!(out, EnterAlternateScreen, blank, EnableBracketedPaste, Hide)
}

impl Surface for Screen {
    fn size(&self) -> (u16, u16) {
        self.size
    }

    fn resize(&mut self, size: (u16, u16)) -> io::Result<()> {
        self.size = size;
        self.terminal.resize(Rect::new(0, 0, size.0, size.1))
    }

    fn reenter(&mut self) -> io::Result<()> {
        self.guard.0.taken_over.store(true, Ordering::SeqCst);
        // Otherwise crossterm believes that raw mode is still set.
        let _gone = terminal::disable_raw_mode();
        set_up()?;
        self.mouse(self.mouse)
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        let asked = self.mouse || on;
        self.mouse = on;
        if !asked {
            return Ok(());
        }
        queue!(self.ink, Print(if on { MOUSE_ON } else { MOUSE_OFF }))?;
        self.ink.dry(&self.guard.0)
    }

    fn paint(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.ink, BeginSynchronizedUpdate)?;
        self.terminal.draw(paint)?;
        queue!(self.ink, EndSynchronizedUpdate)
    }

    fn show(&mut self) -> io::Result<()> {
        self.ink.dry(&self.guard.0)
    }

    fn pass(&mut self, sequence: &str) -> io::Result<()> {
        self.ink.write_all(sequence.as_bytes())?;
        self.ink.dry(&self.guard.0)
    }
}

/// What will be written: a frame goes out in one piece, and not at all when the terminal is not
/// ours any more.
#[derive(Debug, Clone, Default)]
struct Ink {
    bytes: Rc<RefCell<Vec<u8>>>,
}

impl Ink {
    /// Writes it all.
    fn dry(&mut self, way_back: &WayBack) -> io::Result<()> {
        let mut bytes = self.bytes.borrow_mut();
        // With the lock held: whoever restores the terminal says so first, then waits for it.
        let mut out = io::stdout().lock();
        let written = if way_back.taken_over.load(Ordering::SeqCst) {
            out.write_all(&bytes).and_then(|()| out.flush())
        } else {
            Ok(())
        };
        bytes.clear();
        written
    }
}

impl Write for Ink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
