//! `oats keymap`, and the keys of the console.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    sync::mpsc::{SyncSender, sync_channel},
    thread,
    time::Duration,
};

use crossterm::{
    event::{Event, KeyEventKind},
    terminal,
};

use super::{
    Flags, guard,
    headless::runtime,
    looks, print, say,
    signals::{Signals, Wish},
};
use crate::{
    cli::{
        Exit,
        args::KeymapVerb,
        keymap::{self, Problem},
    },
    io::{
        keymaps::Places,
        platform,
        watch::{Names, Watch},
    },
    keymap::{Code, Key, Keymap},
    supervisor::{self, RootError},
    tui::{Msg, input},
};

/// How many keys may wait to be shown.
const INBOX: usize = 64;
/// How long the last words may take on a terminal that nobody reads.
const LEAVE_WITHIN: Duration = Duration::from_millis(800);

/// `oats keymap`.
pub(super) fn run(root: Option<&Path>, flag: Option<&str>, what: KeymapVerb) -> Exit {
    let root = match root_if_any(root) {
        Ok(root) => root,
        Err(exit) => return exit,
    };
    let user = supervisor::user_folder(&std::env::vars_os().collect());
    let places = Places {
        user: user.as_deref(),
        root: root.as_deref(),
    };
    match what {
        KeymapVerb::Check { wanted } => {
            let (text, exit) = keymap::check(&wanted, &places);
            print(text.as_bytes());
            exit
        }
        KeymapVerb::Show { name, json } => show(name.as_deref(), json, flag, &places),
        KeymapVerb::Keys => {
            let (map, problems) = chosen(flag, &places);
            keys(&map, &problems)
        }
    }
}

/// The keys of a console of this root, and what is wrong in their files, one line each.
pub(super) fn in_force(flag: Option<&str>, root: &Path) -> (Keymap, Vec<String>) {
    let user = supervisor::user_folder(&std::env::vars_os().collect());
    let places = Places {
        user: user.as_deref(),
        root: Some(root),
    };
    let (map, problems) = chosen(flag, &places);
    (map, problems.iter().map(Problem::short).collect())
}

/// Which files the keys and the looks of a console come from.
pub(super) struct KeyFiles {
    /// The root.
    pub(super) root: PathBuf,
    /// What the command line says.
    pub(super) flags: Flags,
}

/// Tells a console of its keys and its looks whenever their files have changed.
pub(super) async fn follow(files: KeyFiles, to_console: SyncSender<Msg>) {
    let user = supervisor::user_folder(&std::env::vars_os().collect());
    let places = [user, Some(files.root.clone())];
    let folders = places.into_iter().flatten().flat_map(|dir| {
        let keymaps = (dir.join("keymaps"), Names::Toml);
        let themes = (dir.join("themes"), Names::Toml);
        [
            (dir, Names::These(&["oats.toml", "keymaps", "themes"])),
            keymaps,
            themes,
        ]
    });
    let told = async {
        let mut watch = Watch::new(folders)?;
        let Flags { keymap, looks, .. } = &files.flags;
        let mut last = in_force(keymap.as_deref(), &files.root);
        let mut worn = looks::in_force(looks, &files.root);
        loop {
            watch.changed().await?;
            let found = looks::in_force(looks, &files.root);
            if found != worn {
                worn.clone_from(&found);
                let msg = Msg::Looks(Box::new(found.0), found.1);
                super::console::deliver(&to_console, msg).await;
            }
            let found = in_force(keymap.as_deref(), &files.root);
            if found == last {
                continue;
            }
            last.clone_from(&found);
            let (map, notices) = found;
            let msg = Msg::Keymap(Box::new(map), notices);
            super::console::deliver(&to_console, msg).await;
        }
    };
    let told: io::Result<()> = told.await;
    if let Err(error) = told {
        tracing::warn!(target: "files", "the keymap files are not watched: {error}");
    }
}

/// The keymap that the flag, the environment or a setting chooses; what is wrong with the user's
/// own settings is told with it.
fn chosen(flag: Option<&str>, places: &Places<'_>) -> (Keymap, Vec<Problem>) {
    let variable = std::env::var_os("OATS_KEYMAP");
    let variable = variable.as_ref().map(|name| name.to_string_lossy());
    let (map, found) = keymap::in_force(flag, variable.as_deref(), places);
    let (_, wrong) = supervisor::user_settings(&std::env::vars_os().collect());
    let mut problems: Vec<Problem> = wrong.into_iter().map(Problem::in_file).collect();
    problems.extend(found);
    (map, problems)
}

/// The root that was named, or the nearest one upwards; without one there are still the user's
/// own keymaps.
fn root_if_any(named: Option<&Path>) -> Result<Option<PathBuf>, Exit> {
    let here = std::env::current_dir().unwrap_or_else(|_gone| PathBuf::from("."));
    match supervisor::find_root(named, &here) {
        Ok(root) => Ok(Some(root)),
        Err(RootError::NotFound { .. }) if named.is_none() => Ok(None),
        Err(error) => {
            say(&format!("oats: could not {error}"));
            Err(Exit::Refused)
        }
    }
}

/// Says what is wrong, on stderr.
fn tell(problems: &[Problem]) {
    for problem in problems {
        say(&problem.to_string());
    }
}

/// `oats keymap show`.
fn show(name: Option<&str>, json: bool, flag: Option<&str>, places: &Places<'_>) -> Exit {
    let found = match name {
        Some(name) => keymap::by_name(name, places),
        None => Ok(chosen(flag, places)),
    };
    let (map, problems) = match found {
        Ok(found) => found,
        Err(error) => {
            say(&format!("oats: {}\n  help: {}", error.message, error.help));
            return Exit::Refused;
        }
    };
    if !json {
        tell(&problems);
        print(keymap::table(&map).as_bytes());
        return Exit::Done;
    }
    match keymap::json(&map, &problems) {
        Ok(text) => {
            print(text.as_bytes());
            Exit::Done
        }
        Err(error) => {
            say(&format!(
                "oats: could not write the keymap as JSON: {error}"
            ));
            Exit::Internal
        }
    }
}

/// `oats keymap keys`.
fn keys(map: &Keymap, problems: &[Problem]) -> Exit {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        say("oats: keys come from a terminal, and there is none here.");
        say("`oats keymap show` prints the keys in force.");
        return Exit::Refused;
    }
    tell(problems);
    let (sender, inbox) = sync_channel(INBOX);
    let (ready, is_ready) = sync_channel(1);
    let leave = sender.clone();
    let watched = thread::Builder::new()
        .name("oats-runtime".to_owned())
        .spawn(move || watch_signals(&ready, &leave))
        // Only a caught signal leaves the terminal as it was.
        .map(|_thread| is_ready.recv().unwrap_or(false));
    match watched {
        Ok(true) => {}
        Ok(false) => return Exit::Internal,
        Err(error) => return failed(&error),
    }
    guard::panics_are_final(|| {
        let _gone = terminal::disable_raw_mode();
    });
    let raw = match Raw::enter() {
        Ok(raw) => raw,
        Err(error) => return failed(&error),
    };
    let watching = input::watch_keys(sender.clone(), || {})
        .and_then(|_never_closed| input::watch_hang_up(platform::wait_for_hang_up, sender));
    if let Err(error) = watching {
        drop(raw);
        return failed(&error);
    }
    // A terminal that takes no output is gone: nobody is left to tell.
    let _gone = listen(map, &inbox);
    Exit::Done
}

fn failed(error: &io::Error) -> Exit {
    say(&format!("oats: could not listen to the terminal: {error}"));
    Exit::Internal
}

/// The terminal as it sends each key at once, without showing it.
struct Raw;

impl Raw {
    fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _gone = terminal::disable_raw_mode();
    }
}

/// Shows each key until one of those that end it comes twice, or somebody says so.
fn listen(map: &Keymap, inbox: &std::sync::mpsc::Receiver<Msg>) -> io::Result<()> {
    let ctrl_c = Key {
        ctrl: true,
        ..Key::plain(Code::Char('c'))
    };
    let enders = [ctrl_c, Key::plain(Code::Char('q'))];
    line("Press a key: its name in a keymap file, and what it does. Twice q or Ctrl-C ends.")?;
    let mut last = None;
    while let Ok(msg) = inbox.recv() {
        if matches!(msg, Msg::Leave) {
            break;
        }
        let Msg::Input(Event::Key(event)) = msg else {
            continue;
        };
        if event.kind == KeyEventKind::Release {
            continue;
        }
        let key = input::key_of(event);
        let ends = key.filter(|key| enders.contains(key));
        let said = keymap::echo(key, map);
        if ends.is_some() && ends == last {
            return line(&said);
        }
        last = ends;
        let more = if ends.is_some() {
            "; once more ends"
        } else {
            ""
        };
        line(&format!("{said}{more}"))?;
    }
    Ok(())
}

/// Prints a line on a raw terminal.
fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{text}\r\n")?;
    out.flush()
}

/// Catches signals, says whether it could, and ends the program when one asks for it.
fn watch_signals(ready: &SyncSender<bool>, leave: &SyncSender<Msg>) {
    let Ok(runtime) = runtime() else {
        let _nobody_waits = ready.send(false);
        return;
    };
    runtime.block_on(async {
        let mut signals = match Signals::catch() {
            Ok(signals) => signals,
            Err(error) => {
                say(&format!("oats: could not {error}"));
                let _nobody_waits = ready.send(false);
                return;
            }
        };
        #[cfg(debug_assertions)]
        {
            tokio::spawn(super::signals::panic_when_asked());
            // It catches its signal when it first runs.
            tokio::task::yield_now().await;
        }
        let _nobody_waits = ready.send(true);
        while matches!(signals.next().await, Wish::Suspend | Wish::Continue) {}
        let _full = leave.try_send(Msg::Leave);
        // The other thread may be in a write to a terminal that nobody reads.
        tokio::time::sleep(LEAVE_WITHIN).await;
        let _gone = terminal::disable_raw_mode();
        guard::end(Exit::Done);
    });
}
