//! The console on a real pseudo-terminal: this test program runs itself in one.

use std::{
    cell::Cell,
    io::{self, Read, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, sync_channel},
    },
    thread,
    time::Duration,
};

use jiff::tz::TimeZone;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tokio::sync::{mpsc, watch};

use super::{
    Console, INBOX, Msg, run, samples,
    terminal::WayBack,
    theme::{Looks, Theme},
};
use crate::{
    keymap::Keymap,
    model::{Moment, Mono},
    supervisor::{Command as Wish, Envelope, Handle, Recorders},
};

/// Tells the program what its console shall run into.
const SCENE: &str = "OATS_TEST_SCENE";

/// The console inside the pseudo-terminal, with an owner that only knows how to leave.
#[test]
#[ignore = "is run by the other tests, in a pseudo-terminal"]
fn console_in_a_terminal() {
    let scene = std::env::var(SCENE).unwrap();
    let (inbox, mut asks) = mpsc::channel::<Envelope>(8);
    let (_truth, seen) = watch::channel(Arc::new(samples::shop()));
    let (sender, messages) = sync_channel(INBOX);
    let broken = Arc::new(AtomicBool::new(false));
    let owner = (scene.clone(), sender.clone(), Arc::clone(&broken));
    thread::spawn(move || {
        let (scene, sender, broken) = owner;
        while let Some(envelope) = asks.blocking_recv() {
            match (&envelope.command, scene.as_str()) {
                (Wish::Leave { .. }, "leave") => sender.send(Msg::Left).unwrap(),
                (Wish::Ask(_), "panic") => broken.store(true, Ordering::SeqCst),
                (Wish::Ask(_), "worker") => panic!("the worker broke"),
                _ => {}
            }
        }
    });
    let looks = Cell::new(0);
    let console = Console {
        handle: Handle::new(inbox, seen, &Recorders::default()),
        inbox: messages,
        sender,
        keymap: Keymap::builtin(),
        notices: Vec::new(),
        looks: Looks::only(Theme::from_env(|_| None, TimeZone::UTC)),
        tour: None,
        now: Box::new(move || {
            assert!(!broken.load(Ordering::SeqCst), "the clock broke");
            // Every look at this clock is a second later.
            looks.set(looks.get() + 1);
            Moment {
                mono: Mono(Duration::from_secs(looks.get())),
                ..Moment::default()
            }
        }),
        window: super::Window::Owner,
        hang_up: || loop {
            thread::park();
        },
        way_back: WayBack::default(),
        tools: crate::tui::Tools::none(),
    };
    let ended = run(&console);
    writeln!(io::stdout(), "ended: {ended:?}").unwrap();
}

/// A terminal with a console in it.
struct Window {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    child: Box<dyn Child + Send + Sync>,
    screen: vt100::Parser,
    bytes: Vec<u8>,
    modes: String,
}

impl Window {
    fn open(scene: &str) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 100,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let modes = modes(&*pair.master);
        let mut program = CommandBuilder::new(std::env::current_exe().unwrap());
        let name = "tui::tests::console_in_a_terminal";
        program.args(["--exact", name, "--ignored", "--nocapture"]);
        program.env(SCENE, scene);
        program.env("RUST_BACKTRACE", "0");
        program.cwd(std::env::current_dir().unwrap());
        let child = pair.slave.spawn_command(program).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = sync_channel(64);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            output,
            child,
            screen: vt100::Parser::new(24, 100, 0),
            bytes: Vec::new(),
            modes,
        }
    }

    /// Waits until the screen holds a text.
    fn wait_for(&mut self, text: &str) {
        while !self.screen.screen().contents().contains(text) {
            let Ok(bytes) = self.output.recv_timeout(Duration::from_secs(30)) else {
                panic!("no \"{text}\" in:\n{}", self.screen.screen().contents());
            };
            self.screen.process(&bytes);
            self.bytes.extend(bytes);
        }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// The console has ended: everything is as it was, and what it said last can be read.
    fn check_restored(&mut self, said: &[&str]) {
        for text in said {
            self.wait_for(text);
        }
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        assert!(!screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(modes(&*self.master), self.modes);
        let all = String::from_utf8_lossy(&self.bytes);
        assert_eq!(all.matches("\u{1b}[?1049l").count(), 1, "it is left once");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // It has ended, unless the test has failed.
        let _ended = self.child.kill();
    }
}

/// The modes of a terminal, as text.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

#[test]
fn leaving_leaves_the_terminal_as_it_was() {
    let mut window = Window::open("leave");
    window.wait_for("payments");
    assert!(window.screen.screen().alternate_screen());
    assert_ne!(modes(&*window.master), window.modes, "raw mode is on");
    window.press("q");
    window.wait_for("Leave while 5 services run?");
    window.press("\u{1b}[C\r");
    window.check_restored(&["ended: Ok(Left)"]);
}

#[test]
fn a_panic_of_the_console_restores_the_terminal_and_is_reported() {
    let mut window = Window::open("panic");
    window.wait_for("payments");
    window.press("s");
    window.check_restored(&["the clock broke", "ended: Ok(Panicked)"]);
}

#[test]
fn a_panic_elsewhere_ends_the_console_too() {
    let mut window = Window::open("worker");
    window.wait_for("payments");
    window.press("s");
    window.check_restored(&["the worker broke", "ended: Ok(Panicked)"]);
}
