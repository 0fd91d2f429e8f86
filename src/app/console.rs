//! The console that owns its root: which thread does what, and how they end together.

use std::{
    error::Error as _,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    thread,
    time::Duration,
};

use tokio::sync::{mpsc, watch};

use super::{
    Flags, attached, console_tools, find_root, guard,
    headless::{Unclaimed, claim, runtime},
    keymap::KeyFiles,
    load, looks, plain, say,
    signals::{Signals, Wish},
};
use crate::{
    cli::Exit,
    io::{clock::Clock, platform},
    model::{Actor, snapshot::OwnerMode},
    supervisor::{Begin, Command, Ends, Feed, Handle, Leaving, Owner},
    tui::{self, Console, ConsoleError, ExitReason, INBOX, Msg, Window, terminal::WayBack},
};

/// How long a full inbox is left alone before the next try.
const LATER: Duration = Duration::from_millis(10);
/// How long leaving without stopping anything may take: the contract allows a second.
const LEAVE_WITHIN: Duration = Duration::from_millis(800);

/// What is said without a terminal.
const NEEDS_A_TERMINAL: &str = "oats: the console needs a terminal.
Without one: `oats serve --up` starts and supervises, `oats --plain` tells every change in a line,
`oats --once` shows the state.";

/// `oats` and `oats up`.
pub(super) fn run(root: Option<&Path>, flags: &Flags, begin: &Begin, clock: Clock) -> Exit {
    let dir = match find_root(root) {
        Ok(dir) => dir,
        Err(exit) => return exit,
    };
    if flags.plain {
        return plain::run(&dir, flags, begin, clock);
    }
    if has_terminal() && attached::is_owned(&dir, clock) {
        return attached::run(&dir, flags, begin, clock);
    }
    own(dir, flags, begin, clock)
}

/// The console that owns its root.
fn own(dir: PathBuf, flags: &Flags, begin: &Begin, clock: Clock) -> Exit {
    let loaded = match load(Some(&dir)) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    if !has_terminal() {
        say(NEEDS_A_TERMINAL);
        return Exit::Refused;
    }
    let (keymap, looks, notices) = looks::with_keys(flags, &dir);
    let tools = console_tools::of(&loaded.root.data_dir, clock);
    let (owner, ends) = match claim(loaded, OwnerMode::Console, begin.clone(), clock) {
        Ok(claimed) => claimed,
        // It came since we looked, or it is silent.
        Err(Unclaimed::Owned(_)) => return attached::run(&dir, flags, begin, clock),
        Err(Unclaimed::Said(exit)) => return exit,
    };
    let (sender, inbox) = sync_channel(INBOX);
    let (gone, supervision_ended) = sync_channel(1);
    let Ends { handle, feed } = ends;
    let way_back = WayBack::default();
    let (caught, signals_are_caught) = sync_channel(1);
    let parts = Parts {
        owner,
        feed,
        handle: handle.clone(),
        to_console: sender.clone(),
        keys: KeyFiles {
            root: dir,
            flags: flags.clone(),
        },
        way_back: way_back.clone(),
        caught,
    };
    let thread = thread::Builder::new()
        .name("oats-runtime".to_owned())
        .spawn(move || {
            let result = supervise(parts);
            // Nobody waits for it only when the program ends anyway.
            let _ = gone.send(result);
        });
    if let Err(error) = thread {
        say(&format!("oats: could not start: {error}"));
        return Exit::Internal;
    }
    // Before the terminal is taken over: a signal would end the program without giving it back.
    let _ended = signals_are_caught.recv();
    let console = Console {
        handle,
        inbox,
        sender,
        keymap,
        notices,
        looks,
        tour: super::tour::for_newcomers(),
        now: Box::new(move || clock.now()),
        window: Window::Owner,
        tools,
        hang_up: platform::wait_for_hang_up,
        way_back,
    };
    end(&tui::run(&console), &console.handle, &supervision_ended)
}

/// Whether a person can see the console and press keys.
pub(super) fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// What the runtime's thread needs.
struct Parts {
    owner: Owner,
    feed: mpsc::Receiver<Feed>,
    handle: Handle,
    to_console: SyncSender<Msg>,
    keys: KeyFiles,
    way_back: WayBack,
    caught: SyncSender<()>,
}

/// Ends with the owner: after a person left it has ended already, after a signal it lets the
/// services run on.
fn end(
    shown: &Result<ExitReason, ConsoleError>,
    handle: &Handle,
    supervision_ended: &Receiver<Result<(), String>>,
) -> Exit {
    let exit = match shown {
        Ok(ExitReason::Left | ExitReason::Told) => Exit::Done,
        Ok(ExitReason::Panicked) => Exit::Internal,
        Err(error) => {
            let cause = error
                .source()
                .map(|cause| format!(": {cause}"))
                .unwrap_or_default();
            say(&format!(
                "oats: could not {error}{cause}; the services run on"
            ));
            Exit::Internal
        }
    };
    // One that has left already takes no command.
    let _ = handle.send(Command::leave(Leaving::Detach, Actor::HUMAN), |_| {});
    match supervision_ended.recv_timeout(LEAVE_WITHIN) {
        Ok(Ok(())) | Err(RecvTimeoutError::Timeout) => exit,
        Ok(Err(error)) => {
            say(&format!("oats: {error}"));
            Exit::Internal
        }
        Err(RecvTimeoutError::Disconnected) => Exit::Internal,
    }
}

/// Everything but the console, on the runtime's thread.
fn supervise(parts: Parts) -> Result<(), String> {
    let Parts {
        owner,
        feed,
        handle,
        to_console,
        keys,
        way_back,
        caught,
    } = parts;
    let runtime = runtime().map_err(|_said| "could not start the runtime".to_owned())?;
    runtime.block_on(async move {
        // Before the first spawn: see Signals.
        let signals = Signals::catch().map_err(|error| format!("could not {error}"))?;
        tokio::spawn(obey(signals, handle.clone(), to_console.clone(), way_back));
        #[cfg(debug_assertions)]
        tokio::spawn(super::signals::panic_when_asked());
        tokio::task::yield_now().await;
        let _nobody_waits = caught.send(());
        tokio::spawn(tell_of_snapshots(handle.watch(), to_console.clone()));
        tokio::spawn(tell_of_feed(feed, to_console.clone()));
        tokio::spawn(super::keymap::follow(keys, to_console.clone()));
        let result = owner.run().await.map_err(|error| error.to_string());
        deliver(&to_console, Msg::Left).await;
        result
    })
}

/// Hands a message over; waits without blocking the runtime while the console does not keep up.
pub(super) async fn deliver(to_console: &SyncSender<Msg>, mut msg: Msg) {
    loop {
        match to_console.try_send(msg) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => return,
            Err(TrySendError::Full(back)) => {
                msg = back;
                tokio::time::sleep(LATER).await;
            }
        }
    }
}

/// Tells the console that there is a newer snapshot. It reads the newest one itself.
pub(super) async fn tell_of_snapshots(
    mut truth: watch::Receiver<std::sync::Arc<crate::model::Snapshot>>,
    to_console: SyncSender<Msg>,
) {
    while truth.changed().await.is_ok() {
        truth.borrow_and_update();
        deliver(&to_console, Msg::Snapshot).await;
    }
}

/// Tells the console of lines and events.
pub(super) async fn tell_of_feed(mut feed: mpsc::Receiver<Feed>, to_console: SyncSender<Msg>) {
    while let Some(feed) = feed.recv().await {
        deliver(&to_console, Msg::Feed(feed)).await;
    }
}

/// Does what signals ask: contract section 5.
async fn obey(
    mut signals: Signals,
    handle: Handle,
    to_console: SyncSender<Msg>,
    way_back: WayBack,
) {
    loop {
        let msg = match signals.next().await {
            Wish::Interrupt => Msg::Interrupt,
            Wish::Suspend => Msg::Suspend,
            Wish::Continue => Msg::Resumed,
            Wish::Terminate | Wish::HangUp | Wish::Quit => {
                leave_in_time(way_back.clone());
                let _ = handle.send(Command::leave(Leaving::Detach, Actor::HUMAN), |_| {});
                Msg::Leave
            }
        };
        let _ = to_console.try_send(msg);
    }
}

/// The console may be blocked in a write to a terminal that nobody reads: then the program ends
/// without it.
pub(super) fn leave_in_time(way_back: WayBack) {
    let watchdog = thread::Builder::new()
        .name("oats-watchdog".to_owned())
        .spawn(move || {
            thread::park_timeout(LEAVE_WITHIN);
            way_back.go_in_time();
            guard::end(Exit::Done);
        });
    // Without a thread for it the program ends as soon as the console does.
    drop(watchdog);
}
