//! The real program in a real pseudo-terminal, seen through a terminal emulator.

use std::{
    io::{Read as _, Write as _},
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::{DEADLINE, project::Project};

/// Columns and rows of the terminal at first.
const COLUMNS: u16 = 120;
const ROWS: u16 = 36;

/// How to start the program.
pub(crate) struct Start<'a> {
    /// The root.
    pub(crate) project: &'a Project,
    /// Arguments behind the root.
    pub(crate) args: &'a [&'a str],
    /// Variables that differ from the usual ones.
    pub(crate) env: &'a [(&'a str, &'a str)],
    /// Run it below a shell that does not care for SIGHUP: the program is no session leader then.
    pub(crate) below_a_shell: bool,
}

/// A terminal with a program in it.
pub(crate) struct Console {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn std::io::Write + Send>,
    master: Box<dyn MasterPty + Send>,
    output: Receiver<Vec<u8>>,
    reader: JoinHandle<()>,
    emulator: vt100::Parser,
    bytes: Vec<u8>,
    before: String,
}

/// What a program left behind.
pub(crate) struct End {
    /// Its exit code, 128 and more for a signal.
    pub(crate) code: u32,
    /// Everything it ever wrote.
    pub(crate) bytes: Vec<u8>,
    /// What the terminal shows.
    pub(crate) text: String,
}

impl Console {
    /// Starts `oats up` on a root.
    pub(crate) fn up(project: &Project) -> Self {
        Self::args(project, &["up"])
    }

    /// Starts oats on a root with these arguments.
    pub(crate) fn args(project: &Project, args: &[&str]) -> Self {
        Self::start(&Start {
            project,
            args,
            env: &[],
            below_a_shell: false,
        })
    }

    /// Starts oats.
    pub(crate) fn start(start: &Start<'_>) -> Self {
        Self::spawn(command(start))
    }

    /// Starts any program.
    pub(crate) fn spawn(command: CommandBuilder) -> Self {
        let pty = native_pty_system().openpty(size(COLUMNS, ROWS)).unwrap();
        let before = settings(&*pty.master);
        let child = pty.slave.spawn_command(command).unwrap();
        let keyboard = pty.master.take_writer().unwrap();
        let mut screen = pty.master.try_clone_reader().unwrap();
        // No more than one chunk waits: whoever does not look does not read the terminal either.
        let (chunks, output) = sync_channel(1);
        let reader = std::thread::spawn(move || {
            let mut chunk = vec![0; 4096];
            // At the end of the last process in it a terminal gives an error.
            while let Ok(count @ 1..) = screen.read(&mut chunk) {
                if chunks.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            keyboard,
            master: pty.master,
            output,
            reader,
            emulator: vt100::Parser::new(ROWS, COLUMNS, 0),
            bytes: Vec::new(),
            before,
        }
    }

    /// The process that was started.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Gives the terminal another size. The emulator forgets what it showed.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.read_for(Duration::ZERO);
        self.emulator = vt100::Parser::new(rows, columns, 0);
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Forgets what was shown, as if something had been written across it.
    pub(crate) fn scribble(&mut self) {
        self.read_for(Duration::ZERO);
        self.emulator = vt100::Parser::new(ROWS, COLUMNS, 0);
    }

    /// What the terminal shows.
    pub(crate) fn text(&self) -> String {
        self.emulator.screen().contents()
    }

    /// Everything the program wrote up to now.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether what was read ends within a frame, which a terminal does not show.
    fn is_drawing(&self) -> bool {
        last(&self.bytes, "\x1b[?2026h") > last(&self.bytes, "\x1b[?2026l")
    }

    /// Reads what comes within `patience`; whether there can be more.
    fn read_for(&mut self, patience: Duration) -> bool {
        match self.output.recv_timeout(patience) {
            Ok(chunk) => {
                self.emulator.process(&chunk);
                self.bytes.extend(chunk);
                true
            }
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    /// Reads the terminal until `look` finds something; fails with the screen after the deadline.
    pub(crate) fn wait_for<T>(&mut self, what: &str, mut look: impl FnMut(&str) -> Option<T>) -> T {
        let end = Instant::now() + DEADLINE;
        loop {
            if !self.is_drawing()
                && let Some(found) = look(&self.text())
            {
                return found;
            }
            assert!(
                Instant::now() < end,
                "waited in vain until {what}; the screen shows:\n{}",
                self.text()
            );
            if !self.read_for(Duration::from_millis(20)) {
                std::thread::park_timeout(Duration::from_millis(20));
            }
        }
    }

    /// Waits until something is so, the screen being read meanwhile.
    pub(crate) fn wait_until(&mut self, what: &str, mut holds: impl FnMut(&str) -> bool) {
        self.wait_for(what, |text| holds(text).then_some(()));
    }

    /// Waits until the screen shows a text.
    pub(crate) fn sees(&mut self, wanted: &str) {
        self.wait_until(&format!("{wanted:?} is shown"), |text| {
            text.contains(wanted)
        });
    }

    /// Waits until something stands in reverse video.
    pub(crate) fn sees_reverse_video(&mut self) {
        let end = Instant::now() + DEADLINE;
        while !self.shows_reverse_video() {
            assert!(Instant::now() < end, "nothing stands in reverse video");
            self.read_for(Duration::from_millis(20));
        }
    }

    /// Whether anything stands in reverse video.
    fn shows_reverse_video(&self) -> bool {
        let screen = self.emulator.screen();
        let reversed = |row, column| screen.cell(row, column).is_some_and(vt100::Cell::inverse);
        (0..ROWS).any(|row| (0..COLUMNS).any(|column| reversed(row, column)))
    }

    /// Waits until the screen does not show a text any more.
    pub(crate) fn misses(&mut self, gone: &str) {
        self.wait_until(&format!("{gone:?} is shown no more"), |text| {
            !text.contains(gone)
        });
    }

    /// Waits for the end of the program, reading the screen, and for the last byte; the terminal
    /// is as it was found.
    pub(crate) fn wait_end(mut self) -> End {
        let status = self.read_to_end();
        self.assert_settings();
        assert_restored(&self.bytes);
        self.into_end(status)
    }

    /// The same for a program that only changed the settings of the terminal.
    pub(crate) fn wait_end_without_screen(mut self) -> End {
        let status = self.read_to_end();
        self.assert_settings();
        self.into_end(status)
    }

    /// The same for a program that had no chance to restore the terminal.
    pub(crate) fn wait_end_as_it_is(mut self) -> End {
        let status = self.read_to_end();
        self.into_end(status)
    }

    /// The settings of the terminal are those from before.
    pub(crate) fn assert_settings(&self) {
        assert_eq!(settings(&*self.master), self.before, "the settings");
    }

    /// Waits until the program has changed the settings of the terminal.
    pub(crate) fn sees_changed_settings(&mut self) {
        let end = Instant::now() + DEADLINE;
        while settings(&*self.master) == self.before {
            assert!(Instant::now() < end, "the settings are not changed");
            self.read_for(Duration::from_millis(20));
        }
    }

    /// Reads until the last byte; the exit code.
    fn read_to_end(&mut self) -> u32 {
        let mut code = None;
        let deadline = Instant::now() + DEADLINE;
        // No service holds the terminal: with the program goes the last one that has it open.
        while self.read_for(Duration::from_millis(20)) || code.is_none() {
            code = code.or_else(|| self.ended());
            assert!(
                Instant::now() < deadline,
                "waited in vain for the end ({code:?}); the screen shows:\n{}",
                self.text()
            );
        }
        code.unwrap()
    }

    /// The end.
    fn into_end(self, code: u32) -> End {
        let text = self.text();
        self.reader.join().unwrap();
        let bytes = self.bytes;
        End { code, bytes, text }
    }

    /// Whether the program has ended; the screen is not read.
    pub(crate) fn ended(&mut self) -> Option<u32> {
        let status = self.child.try_wait().unwrap()?;
        Some(status.signal().map_or(status.exit_code(), |_| 128))
    }

    /// Closes the window; what is left is the process, to be waited for.
    pub(crate) fn close(self) -> Box<dyn Child + Send + Sync> {
        // The thread that reads has the terminal open as well: it ends at the next output, which
        // comes once a second by itself.
        drop(self.output);
        self.reader.join().unwrap();
        drop(self.master);
        drop(self.keyboard);
        self.child
    }
}

/// The command line and the environment.
fn command(start: &Start<'_>) -> CommandBuilder {
    let exe = env!("CARGO_BIN_EXE_oats");
    let mut command = if start.below_a_shell {
        let mut shell = CommandBuilder::new("sh");
        shell.args(["-c", "trap '' HUP; \"$@\"; exit $?", "sh", exe]);
        shell
    } else {
        CommandBuilder::new(exe)
    };
    command.arg("--root");
    command.arg(start.project.path());
    command.args(start.args);
    command.cwd(start.project.path());
    usual_environment(&mut command, &start.project.path().join("home"));
    for (name, value) in start.env {
        command.env(name, value);
    }
    command
}

/// The variables that matter, the same everywhere.
pub(crate) fn usual_environment(command: &mut CommandBuilder, home: &Path) {
    for unset in [
        "LC_ALL",
        "LC_CTYPE",
        "NO_COLOR",
        "COLORTERM",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(unset);
    }
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
        command.env(name, value);
    }
    for name in [
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
    ] {
        command.env(name, home);
    }
}

/// A size without pixels.
fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// The settings of a terminal, to be compared.
fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("it is a terminal"))
}

/// Every mode that was switched on was switched off after that.
fn assert_restored(bytes: &[u8]) {
    for (on, off) in [
        ("\x1b[?1049h", "\x1b[?1049l"),
        ("\x1b[?25l", "\x1b[?25h"),
        ("\x1b[?2004h", "\x1b[?2004l"),
        ("\x1b[?2026h", "\x1b[?2026l"),
    ] {
        assert!(last(bytes, on).is_some(), "{on:?} was never written");
        assert!(
            last(bytes, on) < last(bytes, off),
            "{off:?} does not follow {on:?}"
        );
    }
}

/// Where something was written for the last time.
fn last(bytes: &[u8], wanted: &str) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .rposition(|window| window == wanted.as_bytes())
}
