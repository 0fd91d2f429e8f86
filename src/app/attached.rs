//! The console of somebody else's root: the same one, over the control API of the owner.

use std::{
    error::Error as _, path::Path, sync::mpsc::SyncSender, sync::mpsc::sync_channel, thread,
};

use tokio::task::yield_now;

use super::{
    Flags,
    console::{deliver, leave_in_time, tell_of_feed, tell_of_snapshots},
    console_tools, diagnostics,
    headless::runtime,
    keymap::{self, KeyFiles},
    looks, own_path, say,
    signals::{Signals, Wish},
};
use crate::{
    attach::{self, Attached},
    cli::Exit,
    io::{clock::Clock, platform, status},
    model::{Actor, ServiceName, Snapshot, root::Root},
    supervisor::{self, Begin, Command, Ends, Standing, owner},
    tui::{self, Console, ExitReason, INBOX, Msg, Window, terminal::WayBack},
};

/// Whether somebody owns the root and says so.
pub(super) fn is_owned(dir: &Path, clock: Clock) -> bool {
    let published = status::read(&supervisor::paths(dir, &own_path()).status_file());
    published.is_ok_and(|snapshot| owner::standing(&snapshot, clock.now()) == Standing::Alive)
}

/// What the owner said last; says so where it cannot be read.
fn last_word(dir: &Path, root: &Root) -> Option<Snapshot> {
    let seen = status::read(&root.status_file());
    let said = seen.inspect_err(|error| {
        say(&format!(
            "oats: {} has an owner that does not tell: could not {}",
            dir.display(),
            super::told(error)
        ));
    });
    said.ok()
}

/// `oats` and `oats up` in a root that has an owner.
pub(super) fn run(dir: &Path, flags: &Flags, begin: &Begin, clock: Clock) -> Exit {
    let root = supervisor::paths(dir, &own_path());
    let Some(seen) = last_word(dir, &root) else {
        return Exit::Refused;
    };
    let wanted = match wanted(begin, &seen) {
        Ok(wanted) => wanted,
        Err(unknown) => {
            say(&format!("oats: there is no service {unknown}"));
            return Exit::Refused;
        }
    };
    diagnostics::begin_attached();
    let (keymap, looks, notices) = looks::with_keys(flags, dir);
    let tools = console_tools::of(&root.data_dir, clock);
    let (attached, ends) = attach::open(root, seen, clock);
    let (sender, inbox) = sync_channel(INBOX);
    let (way_back, handle) = (WayBack::default(), ends.handle.clone());
    let keys = KeyFiles {
        root: dir.to_owned(),
        flags: flags.clone(),
    };
    if let Err(error) = start(attached, ends, keys, sender.clone(), way_back.clone()) {
        say(&format!("oats: could not start: {error}"));
        return Exit::Internal;
    }
    if !wanted.is_empty() {
        let (services, by) = (wanted, Actor::HUMAN);
        let to_console = sender.clone();
        // A window that is full shows what becomes of the services all the same.
        let _ = handle.send(Command::Up { services, by }, move |answer| {
            if let Err(refusal) = answer {
                let _full = to_console.try_send(Msg::Undecided(refusal));
            }
        });
    }
    let console = Console {
        handle,
        inbox,
        sender,
        keymap,
        notices,
        looks,
        tour: super::tour::for_newcomers(),
        now: Box::new(move || clock.now()),
        window: Window::Attached {
            suspend: platform::suspend,
        },
        tools,
        hang_up: platform::wait_for_hang_up,
        way_back,
    };
    show(&console)
}

/// The console, until it ends.
fn show(console: &Console) -> Exit {
    match tui::run(console) {
        Ok(ExitReason::Left | ExitReason::Told) => Exit::Done,
        Ok(ExitReason::Panicked) => Exit::Internal,
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}"));
            say(&format!(
                "oats: could not {error}{}",
                cause.unwrap_or_default()
            ));
            Exit::Internal
        }
    }
}

/// The services that are to be started, as far as the owner knows them.
pub(super) fn wanted(begin: &Begin, seen: &Snapshot) -> Result<Vec<ServiceName>, ServiceName> {
    match begin {
        Begin::Autostart => Ok(Vec::new()),
        Begin::All => Ok(seen.services.keys().cloned().collect()),
        Begin::These(names) => {
            let unknown = names.iter().find(|name| !seen.services.contains_key(*name));
            unknown.map_or_else(|| Ok(names.clone()), |name| Err(name.clone()))
        }
    }
}

/// Everything but the console, on a thread of its own.
fn start(
    attached: Attached,
    ends: Ends,
    keys: KeyFiles,
    to_console: SyncSender<Msg>,
    way_back: WayBack,
) -> std::io::Result<()> {
    let Ends { handle, feed } = ends;
    let (caught, signals_are_caught) = sync_channel(1);
    let thread = thread::Builder::new().name("oats-runtime".to_owned());
    let started = thread.spawn(move || {
        let Ok(runtime) = runtime() else { return };
        runtime.block_on(async move {
            tokio::spawn(tell_of_snapshots(handle.watch(), to_console.clone()));
            // It must not keep the window's own end open.
            drop(handle);
            tokio::spawn(tell_of_feed(feed, to_console.clone()));
            tokio::spawn(keymap::follow(keys, to_console.clone()));
            listen(attached, to_console, way_back, caught).await;
        });
    });
    // Before the terminal is taken over: a signal would end the program without giving it back.
    let _ended = signals_are_caught.recv();
    started.map(drop)
}

async fn listen(
    attached: Attached,
    to_console: SyncSender<Msg>,
    way_back: WayBack,
    caught: SyncSender<()>,
) {
    match Signals::catch() {
        Ok(signals) => {
            tokio::spawn(obey(signals, to_console.clone(), way_back));
        }
        Err(error) => tracing::error!(target: "signals", "could not {error}"),
    }
    #[cfg(debug_assertions)]
    tokio::spawn(super::signals::panic_when_asked());
    yield_now().await;
    let _nobody_waits = caught.send(());
    attached.run().await;
    deliver(&to_console, Msg::Left).await;
}

/// Does what signals ask: contract section 5.
async fn obey(mut signals: Signals, to_console: SyncSender<Msg>, way_back: WayBack) {
    loop {
        let msg = match signals.next().await {
            Wish::Interrupt => Msg::Interrupt,
            Wish::Suspend => Msg::Suspend,
            Wish::Continue => Msg::Resumed,
            Wish::Terminate | Wish::HangUp | Wish::Quit => {
                leave_in_time(way_back.clone());
                Msg::Leave
            }
        };
        let _ = to_console.try_send(msg);
    }
}
