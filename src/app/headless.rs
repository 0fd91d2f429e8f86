//! The ways in without a terminal: `check`, `--once`, `serve`.

use std::{path::Path, sync::Arc};

use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
};

use super::{
    api, diagnostics, find_root, load, own_path, print, say, seed,
    signals::{Signals, Wish},
};
use crate::{
    cli::{
        Exit, check,
        once::{self, Symbols},
        progress,
    },
    io::{clock::Clock, status},
    model::{Actor, Port, ServiceName, Snapshot, snapshot::OwnerMode},
    supervisor::{
        self, Begin, ClaimError, Command, Ends, Feed, Handle, Leaving, Loaded, Owner, Setup,
        Standing, look, owner,
    },
};

/// `oats check`.
pub(super) fn check(root: Option<&Path>) -> Exit {
    let dir = match find_root(root) {
        Ok(dir) => dir,
        Err(exit) => return exit,
    };
    let result = supervisor::load(&dir, &own_path());
    print(check::report(&result).0.as_bytes());
    if result.is_ok() {
        Exit::Done
    } else {
        Exit::BadFiles
    }
}

/// `oats --once`: the owner's truth, or one look around.
pub(super) fn once(root: Option<&Path>, names: &[ServiceName], json: bool, clock: Clock) -> Exit {
    let dir = match find_root(root) {
        Ok(dir) => dir,
        Err(exit) => return exit,
    };
    let paths = supervisor::paths(&dir, &own_path());
    let published = status::read(&paths.status_file()).ok();
    let standing = published
        .as_ref()
        .map(|snapshot| owner::standing(snapshot, clock.now()));
    match (published, standing) {
        (Some(snapshot), Some(Standing::Alive)) => show(&snapshot, names, json),
        (Some(snapshot), Some(Standing::Silent)) => {
            say(&format!(
                "oats: the owner does not answer; this is its last word, from {}",
                snapshot.written_at
            ));
            let shown = show(&snapshot, names, json);
            if shown == Exit::Done {
                Exit::NotAsWanted
            } else {
                shown
            }
        }
        (_, Some(Standing::Gone) | None) | (None, Some(_)) => look_around(&dir, names, json, clock),
    }
}

/// Looks for itself, since nobody owns the root.
fn look_around(dir: &Path, names: &[ServiceName], json: bool, clock: Clock) -> Exit {
    match look(dir, clock) {
        Ok(snapshot) => show(&snapshot, names, json),
        Err(exit) => exit,
    }
}

/// One look around; what keeps from it is said.
pub(super) fn look(dir: &Path, clock: Clock) -> Result<Arc<Snapshot>, Exit> {
    let loaded = load(Some(dir))?;
    let environment = std::env::vars_os().collect();
    let looked = runtime()?.block_on(look::look(&loaded, &environment, clock));
    looked.map_err(|error| {
        say(&format!("oats: could not look at the ports: {error}"));
        Exit::NotAsWanted
    })
}

/// Prints a snapshot, and tells by the exit code whether everything is as wanted.
pub(super) fn show(snapshot: &Snapshot, names: &[ServiceName], json: bool) -> Exit {
    let services = match once::select(snapshot, names) {
        Ok(services) => services,
        Err(sentence) => {
            say(&format!("oats: {sentence}"));
            return Exit::Refused;
        }
    };
    if json {
        let mut shown = snapshot.clone();
        shown
            .services
            .retain(|name, _| names.is_empty() || names.contains(name));
        match serde_json::to_vec(&shown) {
            Ok(mut document) => {
                document.push(b'\n');
                print(&document);
            }
            Err(error) => {
                say(&format!(
                    "oats: could not write the snapshot as JSON: {error}"
                ));
                return Exit::Internal;
            }
        }
    } else {
        print(once::table(snapshot, &services, symbols()).as_bytes());
    }
    once::exit_of(&services)
}

/// Which symbols the locale allows: `LC_ALL`, then `LC_CTYPE`, then `LANG`.
pub(super) fn symbols() -> Symbols {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL")
        .or_else(|| set("LC_CTYPE"))
        .or_else(|| set("LANG"));
    let utf8 = locale.is_some_and(|locale| {
        let upper = locale.to_ascii_uppercase();
        upper.contains("UTF-8") || upper.contains("UTF8")
    });
    if utf8 {
        Symbols::Unicode
    } else {
        Symbols::Ascii
    }
}

/// A runtime with one thread: this one.
pub(super) fn runtime() -> Result<Runtime, Exit> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            say(&format!("oats: could not start: {error}"));
            Exit::Internal
        })
}

/// `oats serve`.
pub(super) fn serve(root: Option<&Path>, begin: Begin, clock: Clock) -> Exit {
    let loaded = match load(root) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let (owner, ends) = match claim(loaded, OwnerMode::Serve, begin, clock) {
        Ok(claimed) => claimed,
        Err(Unclaimed::Owned(error)) => return refuse(&error),
        Err(Unclaimed::Said(exit)) => return exit,
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    let result = runtime.block_on(async move {
        // Before the first spawn: see Signals.
        let signals = Signals::catch();
        let Ends { handle, feed } = ends;
        let progress = tokio::spawn(say_progress(feed));
        match signals {
            Ok(signals) => {
                tokio::spawn(obey(signals, handle));
            }
            Err(error) => say(&format!("oats: could not catch signals: {error}")),
        }
        let result = owner.run().await;
        // The owner held the other end: the last lines are on their way, then it ends.
        let _ = progress.await;
        result
    });
    match result {
        Ok(()) => Exit::Done,
        Err(error) => {
            say(&format!("oats: {error}"));
            Exit::Internal
        }
    }
}

/// Why a root was not claimed.
pub(super) enum Unclaimed {
    /// Somebody else owns it.
    Owned(ClaimError),
    /// It was said.
    Said(Exit),
}

/// Claims the root.
pub(super) fn claim(
    loaded: Loaded,
    mode: OwnerMode,
    begin: Begin,
    clock: Clock,
) -> Result<(Owner, Ends), Unclaimed> {
    if let Begin::These(names) = &begin
        && let Some(unknown) = names
            .iter()
            .find(|name| loaded.services.iter().all(|def| def.name != **name))
    {
        say(&format!("oats: there is no service {unknown}"));
        return Err(Unclaimed::Said(Exit::Refused));
    }
    let root = loaded.root.clone();
    let settings = loaded.settings.clone();
    let ports: Vec<Port> = loaded.services.iter().filter_map(|def| def.port).collect();
    let setup = Setup {
        loaded,
        mode,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        environment: std::env::vars_os().collect(),
        seed: seed(clock),
        begin,
    };
    let (mut owner, ends) = Owner::claim(setup, clock).map_err(|error| match error {
        ClaimError::Owned { .. } => Unclaimed::Owned(error),
        ClaimError::Files { .. } => Unclaimed::Said(refuse(&error)),
    })?;
    diagnostics::begin(&root, mode);
    if let Some(listeners) = api::open(&mut owner, &root, &settings, ports, mode) {
        api::serve(listeners, &mut owner, ends.handle.clone(), root, clock);
    }
    Ok((owner, ends))
}

/// Says why the root could not be claimed.
fn refuse(error: &ClaimError) -> Exit {
    say(&format!("oats: {}", super::told(error)));
    if let ClaimError::Owned { .. } = error {
        say("oats shows the same console here, oats --once its truth; oats down ends it");
    }
    Exit::Refused
}

/// Says on stderr what happens.
async fn say_progress(mut feed: mpsc::Receiver<Feed>) {
    while let Some(feed) = feed.recv().await {
        match feed {
            Feed::Lines(lines) => lines
                .iter()
                .filter_map(progress::line)
                .for_each(|it| say(&it)),
            Feed::Event(event) => {
                if let Some(line) = progress::refusal(&event).or_else(|| progress::files(&event)) {
                    say(&line);
                }
            }
            // Nobody looks at a tree or back here.
            Feed::Tree { .. }
            | Feed::History(_)
            | Feed::Link(_)
            | Feed::Charts(_)
            | Feed::Book(_)
            | Feed::Past(_) => {}
        }
    }
}

/// Does what signals ask: contract section 5.
async fn obey(mut signals: Signals, handle: Handle) {
    let mut asked = false;
    loop {
        let command = match signals.next().await {
            Wish::Interrupt | Wish::Terminate if asked => {
                say("oats: killing all services");
                Command::leave(Leaving::KillAll, Actor::CLI)
            }
            Wish::Interrupt | Wish::Terminate => {
                asked = true;
                say("oats: stopping all services; once more kills them");
                Command::leave(Leaving::StopAll, Actor::CLI)
            }
            Wish::Quit => Command::leave(Leaving::Detach, Actor::CLI),
            Wish::HangUp => Command::Reload { by: Actor::CLI },
            Wish::Suspend | Wish::Continue => continue,
        };
        if handle.send(command, |_| {}).is_err() {
            return;
        }
    }
}
