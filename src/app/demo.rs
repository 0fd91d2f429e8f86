//! `oats demo`: a small shop in a temporary folder, which is gone when everything was stopped.

use std::{
    fs, io,
    iter::once,
    path::{Path, PathBuf},
};

use super::{Flags, console, free_ports, own_path, say, seed};
use crate::{
    cli::Exit,
    demo::{SHOP, kit},
    io::{
        clock::Clock,
        files::{self, Lock, LockError},
        platform::{self, fsx, owner::Trust, proc},
        records,
    },
    model::{root::Root, run::RunState},
    supervisor::{self, Begin},
};

/// The first line of its `oats.toml`: by it the folder is known as one that may be removed.
const MARK: &str = "# The demo of oats: a small shop of five services, made by `oats demo`.";
/// The other lines.
const ABOUT: &str = "
# This folder is removed when you leave the console and nothing of the demo runs on: what you
# change here is lost then. The services are in services/, their output is in service_logs/.
";

/// Five ports that lie together, when those of the shop are taken: the first block begins here.
const BLOCKS_FROM: u16 = 8200;
/// How many blocks of ten ports there are.
const BLOCKS: u16 = 1100;
/// How many of them are looked at.
const TRIES: u16 = 50;

/// `oats demo`.
pub(super) fn run(flags: &Flags, clock: Clock) -> Exit {
    if !console::has_terminal() {
        say("oats: the demo opens the console, and the console needs a terminal.");
        say(
            "Without one: `oats init` writes a starting point into a folder, and `oats serve --up` \
             starts it there.",
        );
        return Exit::Refused;
    }
    let dir = match place().and_then(|dir| prepare(&dir, clock).map(|()| dir)) {
        Ok(dir) => dir,
        Err(sentence) => {
            say(&format!("oats: could not {sentence}"));
            return Exit::Refused;
        }
    };
    let exit = console::run(Some(&dir), flags, &Begin::All, clock);
    if exit == Exit::Done
        && let Err(sentence) = clear_up(&dir)
    {
        say(&format!("oats: could not {sentence}"));
    }
    exit
}

/// The folder of the demo, safe to work in; a new one is made.
fn place() -> Result<PathBuf, String> {
    let base = std::env::temp_dir();
    let base = fs::canonicalize(&base).map_err(|error| {
        let base = base.display();
        format!("use {base} for the demo: {error}; set TMPDIR to a folder of your own")
    })?;
    let dir = base.join(format!("oats-demo-{}", platform::effective_uid()));
    if trusted(&dir)? == Trust::Missing {
        fsx::make_dir(&dir).map_err(|error| format!("make {}: {error}", dir.display()))?;
        // Somebody else may have been faster.
        trusted(&dir)?;
    }
    Ok(dir)
}

/// Whether the folder is there; an error when it must not be used.
fn trusted(dir: &Path) -> Result<Trust, String> {
    let name = dir.display();
    let trust = platform::owner::trust(dir);
    let why = match trust.map_err(|error| format!("look at {name}: {error}"))? {
        trust @ (Trust::Own | Trust::Missing) => return Ok(trust),
        Trust::Link => "it is a symbolic link".to_owned(),
        Trust::NoFolder => "it is not a folder".to_owned(),
        Trust::OtherUser(uid) => format!("it belongs to another user (uid {uid})"),
        Trust::Open(mode) => format!("others may write to it (mode {mode:04o})"),
    };
    Err(format!(
        "use {name} for the demo: {why}; remove it, or set TMPDIR to a folder of your own"
    ))
}

/// Writes the files, unless somebody owns the demo or something of it still runs.
fn prepare(dir: &Path, clock: Clock) -> Result<(), String> {
    mark(dir)?;
    let root = supervisor::paths(dir, &own_path());
    files::prepare(&root).map_err(|error| told(&error))?;
    let _lock = match Lock::acquire(&root.lock_file()) {
        Ok(lock) => lock,
        // The console says who.
        Err(LockError::Held) => return Ok(()),
        Err(error) => return Err(told(&error)),
    };
    if lives(&root) {
        return Ok(());
    }
    let ports = choose_ports(clock)?;
    let services = root.services_dir();
    fsx::make_dir(&services).map_err(|error| format!("make {}: {error}", services.display()))?;
    for (name, text) in kit::files(&ports) {
        let path = services.join(format!("{name}.toml"));
        files::replace(&path, text.as_bytes()).map_err(|error| told(&error))?;
    }
    Ok(())
}

/// Marks an empty folder as that of the demo; refuses one that holds something else.
fn mark(dir: &Path) -> Result<(), String> {
    let name = dir.display();
    if is_marked(dir) {
        return Ok(());
    }
    let mut entries = fs::read_dir(dir).map_err(|error| format!("read {name}: {error}"))?;
    if entries.next().is_some() {
        return Err(format!(
            "use {name} for the demo: there is something else in it; move it away, or set TMPDIR \
             to a folder of your own"
        ));
    }
    let text = format!("{MARK}{ABOUT}");
    files::replace(&Root::new(dir).settings_file(), text.as_bytes()).map_err(|error| told(&error))
}

/// Whether a folder is one that the demo has made.
fn is_marked(dir: &Path) -> bool {
    const LONGEST: u64 = 64 * 1024;
    let text = fsx::read_limited(&Root::new(dir).settings_file(), LONGEST);
    text.is_ok_and(|text| text.starts_with(MARK.as_bytes()))
}

/// Whether a process of the demo lives, or nobody can tell.
fn lives(root: &Root) -> bool {
    let (records, problems) = records::read_all(root);
    let boot_id = platform::boot_id();
    let recorded = records.iter().any(|record| {
        let identity = record
            .identity()
            .filter(|_| record.state != RunState::Ended);
        record.boot_id == boot_id
            && identity.is_some_and(|identity| {
                platform::process_exists(&identity) && !proc::is_dead(identity.pid)
            })
    });
    recorded || !problems.is_empty() || !platform::tagged(&root.dir).is_empty()
}

/// The ports of the shop, or five others when one of them is taken.
fn choose_ports(clock: Clock) -> Result<[u16; 5], String> {
    let start = u16::try_from(seed(clock) % u64::from(BLOCKS)).unwrap_or(0);
    let others = (0..TRIES).map(|number| {
        let block = BLOCKS_FROM + (start + number) % BLOCKS * 10;
        [1, 2, 3, 4, 5].map(|port| block + port)
    });
    for ports in once(SHOP.map(|role| role.port)).chain(others) {
        if free_ports(&ports, clock)?.len() == ports.len() {
            return Ok(ports);
        }
    }
    Err("find five free ports for the demo; end something that listens, and try again".to_owned())
}

/// Removes the folder when nothing of the demo lives and nobody owns it; says so when it stays.
fn clear_up(dir: &Path) -> Result<(), String> {
    let root = supervisor::paths(dir, &own_path());
    let _lock = match Lock::acquire(&root.lock_file()) {
        Ok(lock) => lock,
        // The next one is at work already.
        Err(LockError::Held) => return Ok(()),
        Err(error) => return Err(told(&error)),
    };
    if lives(&root) {
        say("oats: the demo runs on; `oats demo` takes it over again");
        return Ok(());
    }
    if trusted(dir)? == Trust::Missing || !is_marked(dir) {
        return Ok(());
    }
    // Out of the way in one step: another demo may begin at any time.
    let mut gone = dir.as_os_str().to_owned();
    gone.push(format!("-ended-{}", platform::own_pid()));
    let gone = PathBuf::from(gone);
    fs::rename(dir, &gone)
        .and_then(|()| fs::remove_dir_all(&gone))
        .map_err(|error: io::Error| format!("remove {}: {error}", dir.display()))
}

/// An error with its cause.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
