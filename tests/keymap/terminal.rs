//! `oats keymap keys` in a real pseudo-terminal.

use std::{
    io::{Read as _, Write as _},
    sync::mpsc::{Receiver, sync_channel},
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::Home;

/// Long enough for a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// A terminal with `oats keymap keys`, or the console, in it.
struct Keys {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn std::io::Write + Send>,
    master: Box<dyn MasterPty + Send>,
    output: Receiver<Vec<u8>>,
    emulator: vt100::Parser,
    before: String,
}

impl Keys {
    /// Opens it, and waits until it listens.
    fn open(home: &Home) -> Self {
        let mut keys = Self::start(home, &["keymap", "keys"]);
        keys.sees("Press a key");
        keys
    }

    /// Starts oats in a terminal.
    fn start(home: &Home, args: &[&str]) -> Self {
        let size = PtySize {
            rows: 40,
            cols: 120,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let before = settings(&*pty.master);
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_oats"));
        command.args(args);
        command.cwd(home.root());
        command.env("TERM", "xterm-256color");
        command.env("XDG_CONFIG_HOME", home.user());
        command.env("XDG_STATE_HOME", home.user());
        command.env_remove("OATS_KEYMAP");
        command.env_remove("RUST_BACKTRACE");
        let child = pty.slave.spawn_command(command).unwrap();
        let mut screen = pty.master.try_clone_reader().unwrap();
        let (chunks, output) = sync_channel(16);
        std::thread::spawn(move || {
            let mut chunk = vec![0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut chunk) {
                if chunks.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            keyboard: pty.master.take_writer().unwrap(),
            master: pty.master,
            output,
            emulator: vt100::Parser::new(40, 120, 0),
            before,
        }
    }

    fn press(&mut self, bytes: &str) {
        self.keyboard.write_all(bytes.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn read(&mut self) {
        if let Ok(chunk) = self.output.recv_timeout(Duration::from_millis(20)) {
            self.emulator.process(&chunk);
        }
    }

    fn text(&self) -> String {
        self.emulator.screen().contents()
    }

    /// Waits until a line is shown.
    fn sees(&mut self, wanted: &str) {
        let end = Instant::now() + DEADLINE;
        while !self.text().contains(wanted) {
            assert!(
                Instant::now() < end,
                "{wanted:?} is not shown:\n{}",
                self.text()
            );
            self.read();
        }
    }

    /// Waits for its end; the terminal is as it was found.
    fn ends_with(mut self, code: u32) -> String {
        let end = Instant::now() + DEADLINE;
        let status = loop {
            self.read();
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.text());
        };
        while let Ok(chunk) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.emulator.process(&chunk);
        }
        assert_eq!(status.exit_code(), code, "{}", self.text());
        assert_eq!(settings(&*self.master), self.before, "the settings");
        self.text()
    }

    /// Sends a signal.
    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", name, &pid])
            .status()
            .unwrap();
        assert!(sent.success());
    }
}

/// The settings of a terminal, to be compared.
fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

#[test]
fn each_key_is_named_with_what_it_does_until_one_comes_twice() {
    let home = Home::new();
    home.ours("mine", "[services]\n\"service.stop\" = [\"K\"]\n");
    home.write("root/oats.toml", "keymap = \"mine\"\n");
    let mut keys = Keys::open(&home);
    assert_ne!(
        settings(&*keys.master),
        keys.before,
        "it is not in raw mode"
    );
    for (bytes, said) in [
        ("K", "K            service.stop [services]"),
        ("x", "x            not bound"),
        ("\x12", "ctrl+r       service.restart [services]"),
        ("\x1b[5~", "pgup         log.page_up [services]"),
        ("\x1b[Z", "shift+tab    "),
        ("\x1bOP", "f1           help.show [global]"),
        (
            "\x08",
            "ctrl+h       cannot be bound: a terminal cannot tell \"ctrl+h\" from \"backspace\"",
        ),
        ("q", "nav.close [global]; once more ends"),
        // Anything else in between, and it counts anew.
        ("é", "é            not bound"),
        ("\x03", "leave.force [dialog]; once more ends"),
    ] {
        keys.press(bytes);
        keys.sees(said);
    }
    keys.press("\x03");
    keys.ends_with(0);
}

#[test]
fn q_twice_ends_it_as_well() {
    let mut keys = Keys::open(&Home::new());
    keys.press("q");
    keys.sees("once more ends");
    keys.press("q");
    keys.ends_with(0);
}

#[test]
fn a_signal_restores_the_terminal() {
    for signal in ["TERM", "HUP", "INT", "QUIT"] {
        let keys = Keys::open(&Home::new());
        keys.signal(signal);
        keys.ends_with(0);
    }
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_restores_the_terminal_and_says_what_happened() {
    let keys = Keys::open(&Home::new());
    keys.signal("USR2");
    let text = keys.ends_with(70);
    assert!(text.contains("SIGUSR2 asked for it"), "{text}");
}

#[test]
fn a_closed_window_ends_it() {
    let Keys {
        mut child,
        master,
        mut keyboard,
        output,
        ..
    } = Keys::open(&Home::new());
    // The thread that reads has the terminal open as well: it ends with the next output.
    drop(output);
    keyboard.write_all(b"x").unwrap();
    drop((keyboard, master));
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return;
        }
        assert!(Instant::now() < end, "it does not end");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn the_console_obeys_the_chosen_keymap() {
    let home = Home::new();
    home.ours(
        "mine",
        "[global]\n\"help.show\" = [\"f12\"]\n\"app.quit\" = [\"f11\"]\n",
    );
    let mut console = Keys::start(&home, &["--keymap", "mine"]);
    console.sees("F12 help");
    console.press("\x1b[24~");
    console.sees("start it, and first what it needs");
    console.press("\x1b[6~");
    console.sees("leave, from anywhere");
    console.sees("F11");
    console.press("\x1b[23~");
    console.ends_with(0);
}

#[test]
fn the_console_starts_with_every_preset_and_its_keys() {
    let home = Home::new();
    for name in oats::keymap::Keymap::presets() {
        let map = oats::keymap::Keymap::preset(name).unwrap();
        let mut keys = Keys::start(&home, &["--keymap", name]);
        keys.sees("no services");
        let help = map.label(oats::keymap::Command::HelpShow).unwrap();
        keys.sees(&format!("{help} help"));
        keys.press("\x03");
        keys.ends_with(0);
    }
}
