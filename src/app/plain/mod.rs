//! The plain console: lines instead of a screen, as an owner without a terminal or onto one.

use std::{
    collections::BTreeSet,
    io::{self, BufRead as _, IsTerminal as _},
    path::Path,
    thread,
    time::Duration,
};

use tokio::sync::mpsc;

mod show;

use super::{
    Flags, attached, guard,
    headless::{Unclaimed, claim, runtime},
    load, own_path, say,
    signals::{Signals, Wish},
};
use show::Plain;

use crate::{
    attach,
    cli::{
        Exit,
        plain::{Stamp, Teller},
    },
    io::{clock::Clock, platform, status},
    model::{Action, Actor, ServiceName, snapshot::OwnerMode},
    supervisor::{self, Answer, Begin, Command, Ends, Handle, Leaving},
};

/// How many messages may wait to be shown.
const INBOX: usize = 1024;
/// Refusals that were answered here, and that the ledger is still to tell of.
const REFUSED: usize = 64;
/// How long the first truth is waited for.
const FIRST_WITHIN: Duration = Duration::from_secs(1);
/// How long leaving without stopping anything may take.
const LEAVE_WITHIN: Duration = Duration::from_millis(800);

/// Something that reached the plain console.
enum News {
    /// A line was typed.
    Typed(String),
    /// The answer to an ask.
    Answer(ServiceName, Action, Answer),
    /// It ends: what is said about that.
    Leaving(&'static str),
    /// Supervision has ended.
    Ended(Result<(), String>),
}

/// Whether the console is plain here: asked for, or because the terminal can do nothing else.
pub(super) fn is_wanted(asked: bool) -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    asked || (dumb && super::console::has_terminal())
}

/// `oats --plain`, in a root that may have an owner.
pub(super) fn run(dir: &Path, flags: &Flags, begin: &Begin, clock: Clock) -> Exit {
    if attached::is_owned(dir, clock) {
        return attach(dir, flags, begin, clock);
    }
    let loaded = match load(Some(dir)) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let (owner, ends) = match claim(loaded, OwnerMode::Serve, begin.clone(), clock) {
        Ok(claimed) => claimed,
        Err(Unclaimed::Owned(_)) => return attach(dir, flags, begin, clock),
        Err(Unclaimed::Said(exit)) => return exit,
    };
    let (to_console, news) = mpsc::channel(INBOX);
    let (handle, ended) = (ends.handle.clone(), to_console.clone());
    let supervised = with_signals(move |signals| async move {
        tokio::spawn(obey(signals, handle, to_console));
        let result = owner.run().await.map_err(|error| error.to_string());
        let _console_is_gone = ended.send(News::Ended(result)).await;
    });
    show(supervised, ends, news, flags, clock, true)
}

/// The plain console of somebody else's root.
fn attach(dir: &Path, flags: &Flags, begin: &Begin, clock: Clock) -> Exit {
    let root = supervisor::paths(dir, &own_path());
    let seen = match status::read(&root.status_file()) {
        Ok(seen) => seen,
        Err(error) => {
            say(&format!("oats: could not {}", super::told(&error)));
            return Exit::Refused;
        }
    };
    let wanted = match attached::wanted(begin, &seen) {
        Ok(wanted) => wanted,
        Err(unknown) => {
            say(&format!("oats: there is no service {unknown}"));
            return Exit::Refused;
        }
    };
    let (window, ends) = attach::open(root, seen, clock);
    let (to_console, news) = mpsc::channel(INBOX);
    let started = with_signals(move |signals| async move {
        tokio::spawn(leave(signals, to_console.clone()));
        window.run().await;
        let _console_is_gone = to_console.send(News::Ended(Ok(()))).await;
    });
    if !wanted.is_empty() {
        let (services, by) = (wanted, Actor::HUMAN);
        let _ended = ends.handle.send(Command::Up { services, by }, |_| {});
    }
    show(started, ends, news, flags, clock, false)
}

/// Runs `work` on a thread with a runtime, once signals are caught.
fn with_signals<F: Future<Output = ()>>(
    work: impl FnOnce(Signals) -> F + Send + 'static,
) -> Result<(), String> {
    let (caught, is_caught) = std::sync::mpsc::sync_channel(1);
    let thread = thread::Builder::new().name("oats-runtime".to_owned());
    let started = thread.spawn(move || {
        let Ok(runtime) = runtime() else { return };
        runtime.block_on(async move {
            match Signals::catch() {
                Ok(signals) => {
                    let _nobody_waits = caught.send(Ok(()));
                    work(signals).await;
                }
                Err(error) => drop(caught.send(Err(format!("could not {error}")))),
            }
        });
    });
    started.map_err(|error| format!("could not start a thread: {error}"))?;
    is_caught
        .recv()
        .unwrap_or_else(|_ended| Err("could not start the runtime".to_owned()))
}

/// Does what signals ask of an owner: contract section 5.
async fn obey(mut signals: Signals, handle: Handle, to_console: mpsc::Sender<News>) {
    let mut asked = false;
    let by = || Actor::HUMAN;
    loop {
        let (command, text) = match signals.next().await {
            Wish::Interrupt | Wish::Terminate if asked => (
                Command::leave(Leaving::KillAll, by()),
                "killing all services",
            ),
            Wish::Interrupt | Wish::Terminate => {
                asked = true;
                let text = "stopping all services; once more kills them";
                (Command::leave(Leaving::StopAll, by()), text)
            }
            Wish::HangUp if !io::stdin().is_terminal() => (Command::Reload { by: by() }, ""),
            Wish::Quit | Wish::HangUp => {
                // Whoever would read the last lines may be gone.
                tokio::spawn(end_in_time());
                (
                    Command::leave(Leaving::Detach, by()),
                    "leaving; the services run on",
                )
            }
            Wish::Suspend | Wish::Continue => continue,
        };
        if !text.is_empty() {
            let _full = to_console.try_send(News::Leaving(text));
        }
        if handle.send(command, |_| {}).is_err() {
            return;
        }
    }
}

/// Ends a window by a signal.
async fn leave(mut signals: Signals, to_console: mpsc::Sender<News>) {
    loop {
        match signals.next().await {
            Wish::Suspend => platform::suspend(),
            Wish::Continue => {}
            Wish::Interrupt | Wish::Terminate | Wish::HangUp | Wish::Quit => {
                let _full = to_console.try_send(News::Leaving("leaving; the owner goes on"));
                end_in_time().await;
            }
        }
    }
}

/// The other thread may be in a write that nobody reads.
async fn end_in_time() {
    tokio::time::sleep(LEAVE_WITHIN).await;
    guard::end(Exit::Done);
}

/// Shows what happens until it ends.
fn show(
    started: Result<(), String>,
    ends: Ends,
    news: mpsc::Receiver<News>,
    flags: &Flags,
    clock: Clock,
    owns: bool,
) -> Exit {
    if let Err(sentence) = started {
        say(&format!("oats: {sentence}"));
        return Exit::Internal;
    }
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    let (typed, lines) = mpsc::channel(INBOX);
    if io::stdin().is_terminal()
        && let Err(error) = read_lines(typed.clone())
    {
        say(&format!("oats: could not read what is typed: {error}"));
    }
    let console = Plain {
        handle: ends.handle,
        clock,
        owns,
        stamp: if io::stdout().is_terminal() {
            Stamp::Local
        } else {
            Stamp::Exact
        },
        logs: flags.logs,
        watched: BTreeSet::new(),
        teller: Teller::default(),
        refused: Vec::new(),
        to_itself: typed,
        exit: None,
    };
    runtime.block_on(console.run(ends.feed, news, lines))
}

/// Reads lines on a thread of its own. It ends with the input, which ends nothing else.
fn read_lines(typed: mpsc::Sender<News>) -> io::Result<()> {
    let thread = thread::Builder::new().name("oats-input".to_owned());
    let read = move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if typed.blocking_send(News::Typed(line)).is_err() {
                return;
            }
        }
    };
    thread.spawn(read).map(drop)
}
