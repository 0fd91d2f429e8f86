//! `oats events`: reads the ledger, and goes on as it grows. Asks no owner.

use std::{collections::VecDeque, io::Write as _, path::Path, thread};

use tokio::sync::mpsc;

use super::{find_root, headless::runtime, logs::colours, own_path, say};
use crate::{
    cli::{
        Exit,
        events::{self, EventsArgs},
        words::Paint,
    },
    io::{clock::Clock, ledger::Trail, platform},
    model::{Event, Signal},
    supervisor,
};

/// `oats events`.
pub(super) fn run(root: Option<&Path>, args: &EventsArgs, clock: Clock) -> Exit {
    let dir = match find_root(root) {
        Ok(dir) => dir,
        Err(exit) => return exit,
    };
    let ledger = supervisor::paths(&dir, &own_path()).ledger_file();
    let show = Show {
        args,
        paint: Paint { colours: colours() },
        clock,
    };
    let mut trail = Trail::from_start(&ledger);
    if args.follow {
        return show.follow(&mut trail);
    }
    let shown = match show.past(&mut trail) {
        Ok(shown) => shown,
        Err(exit) => return exit,
    };
    if !shown && !ledger.exists() {
        say("oats: nothing has happened here yet: no owner has written a ledger");
    }
    Exit::Done
}

/// What is shown, and how.
struct Show<'a> {
    args: &'a EventsArgs,
    paint: Paint,
    clock: Clock,
}

impl Show<'_> {
    /// What is there already; whether that was anything.
    fn past(&self, trail: &mut Trail) -> Result<bool, Exit> {
        let last = self.args.last();
        let now = self.clock.now().wall;
        let mut kept: VecDeque<Event> = VecDeque::new();
        let read = trail.read(|event| {
            if self.args.shows(&event, now) {
                kept.push_back(event);
                if last.is_some_and(|last| kept.len() > last) {
                    kept.pop_front();
                }
            }
        });
        read.map_err(|error| unreadable(&error))?;
        let events: Vec<Event> = kept.into();
        self.print(&events)?;
        Ok(!events.is_empty())
    }

    fn print(&self, events: &[Event]) -> Result<(), Exit> {
        let now = self.clock.now().wall;
        let mut text = String::new();
        for event in events {
            text += &if self.args.json {
                serde_json::to_string(event).unwrap_or_default()
            } else {
                events::line(event, now, self.paint)
            };
            text.push('\n');
        }
        let mut out = std::io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| {
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                return Exit::Done;
            }
            say(&format!("oats: could not write to stdout: {error}"));
            Exit::NotAsWanted
        })
    }

    fn follow(&self, trail: &mut Trail) -> Exit {
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(exit) => return exit,
        };
        runtime.block_on(self.following(trail))
    }

    async fn following(&self, trail: &mut Trail) -> Exit {
        let caught = (platform::catch(Signal::INT), platform::catch(Signal::TERM));
        let (Ok(mut interrupt), Ok(mut terminate)) = caught else {
            say("oats: could not catch signals");
            return Exit::Internal;
        };
        let (gone, mut reader_gone) = mpsc::channel(1);
        let watch = move || {
            platform::wait_for_reader_gone();
            let _ = gone.blocking_send(());
        };
        let watch = thread::Builder::new()
            .name("oats-reader-gone".to_owned())
            .spawn(watch);
        if let Err(error) = watch {
            say(&format!("oats: could not start a thread: {error}"));
            return Exit::Internal;
        }
        // Only now: whoever has read a line may interrupt.
        if let Err(exit) = self.past(trail) {
            return exit;
        }
        loop {
            tokio::select! {
                () = interrupt.next() => return Exit::Interrupted,
                () = terminate.next() => return Exit::Interrupted,
                Some(()) = reader_gone.recv() => return Exit::Done,
                () = trail.grown() => {}
            }
            let now = self.clock.now().wall;
            let mut fresh = Vec::new();
            let read = trail.read(|event| {
                if self.args.shows(&event, now) {
                    fresh.push(event);
                }
            });
            if let Err(error) = read {
                return unreadable(&error);
            }
            if !fresh.is_empty()
                && let Err(exit) = self.print(&fresh)
            {
                return exit;
            }
        }
    }
}

fn unreadable(error: &std::io::Error) -> Exit {
    say(&format!("oats: could not read the ledger: {error}"));
    Exit::NotAsWanted
}
