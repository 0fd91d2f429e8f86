//! The composition root: the only place that may name everything.
//!
//! *Owns*: which parts run on which thread, and in which order they end. *Never*: decides about a
//! service. *Talks to*: everybody.

mod api;
mod attached;
mod console;
mod demo;
mod diagnostics;
mod guard;
mod headless;
mod init;
mod keymap;
mod logs;
mod signals;
mod welcome;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    cli::{Args, Exit, args::Verb},
    io::{
        clock::Clock,
        config::Diagnostic,
        platform::{self, PortScanner},
    },
    model::Port,
    supervisor::{self, Begin, Loaded},
};

/// Runs what the command line asks for.
pub fn run(args: Args) -> ExitCode {
    let clock = Clock;
    let root = args.root.as_deref();
    let keys = args.keymap.as_deref();
    let exit = match args.verb {
        // A demo service is a process like any other: it must not adopt orphans.
        Some(Verb::DemoService(demo)) => return crate::demo::main(*demo),
        Some(Verb::Check) => headless::check(root),
        Some(Verb::Keymap { what }) => keymap::run(root, keys, what),
        Some(Verb::Serve { up }) => {
            prepare();
            let begin = if up { Begin::All } else { Begin::Autostart };
            headless::serve(root, begin, clock)
        }
        Some(Verb::Up { names }) => {
            prepare();
            let begin = if names.is_empty() {
                Begin::All
            } else {
                Begin::These(names)
            };
            console::run(root, keys, &begin, clock)
        }
        Some(Verb::Logs(logs)) => logs::run(root, &logs),
        Some(Verb::Demo) if root.is_some() => {
            say("oats: the demo has a folder of its own: leave out --root");
            Exit::Refused
        }
        Some(Verb::Demo) => {
            prepare();
            demo::run(keys, clock)
        }
        Some(Verb::Init { dir }) => {
            let dir = dir.as_deref().or(root).unwrap_or(Path::new("."));
            init::run(dir, clock)
        }
        None if args.once => headless::once(root, &args.names, args.json, clock),
        None => {
            prepare();
            match welcome::is_first_run(root) {
                Some(here) => welcome::run(&here, keys, clock),
                None => console::run(root, keys, &Begin::Autostart, clock),
            }
        }
    };
    exit.into()
}

/// Before anything else of an owner: no descriptor leaks into a service, orphans come to us, and a
/// report follows a panic.
pub fn prepare() {
    if let Err(error) = platform::prepare_process() {
        say(&format!("oats: could not {error}"));
    }
    // Without the report a panic still prints its own line.
    let _ = color_eyre::config::HookBuilder::default()
        .display_env_section(false)
        .install();
    guard::panics_are_final(|| {});
}

/// The root that was named, or the nearest one upwards.
fn find_root(named: Option<&Path>) -> Result<PathBuf, Exit> {
    let here = std::env::current_dir().unwrap_or_else(|_gone| PathBuf::from("."));
    supervisor::find_root(named, &here).map_err(|error| {
        say(&format!("oats: could not {error}"));
        Exit::Refused
    })
}

/// The root and everything in it.
fn load(named: Option<&Path>) -> Result<Loaded, Exit> {
    let dir = find_root(named)?;
    supervisor::load(&dir, &own_path()).map_err(|diagnostics| complain(&diagnostics))
}

/// Prints everything that is wrong in the files.
fn complain(diagnostics: &[Diagnostic]) -> Exit {
    for diagnostic in diagnostics {
        say(&diagnostic.to_string());
    }
    let count = diagnostics.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    say(&format!(
        "oats: {count} {noun} in the files, nothing was started"
    ));
    Exit::BadFiles
}

/// Those of these ports that nobody listens on; or what could not be done.
fn free_ports(ports: &[u16], clock: Clock) -> Result<Vec<u16>, String> {
    let look = || {
        let wanted = ports.iter().copied().filter_map(Port::new).collect();
        PortScanner::new()?.scan(&wanted, &[], clock.now().mono)
    };
    let taken = look().map_err(|error| format!("look at the ports: {error}"))?;
    let is_free = |port: &u16| taken.keys().all(|taken| taken.get() != *port);
    Ok(ports.iter().copied().filter(is_free).collect())
}

/// Where this program lies: what `{oats}` stands for. After an upgrade it is the new program at the
/// old place.
fn own_path() -> PathBuf {
    let path = std::env::current_exe().unwrap_or_else(|_unknown| PathBuf::from("oats"));
    let replaced = path
        .to_str()
        .and_then(|path| path.strip_suffix(" (deleted)"));
    match replaced.map(PathBuf::from) {
        Some(new) if !path.exists() => new,
        Some(_) | None => path,
    }
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Prints a line on stderr. One that cannot be printed has no reader.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints on stdout; a closed pipe is nobody's fault.
fn print(text: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text).and_then(|()| out.flush());
}

/// Seeds chance from the clock and the process number.
fn seed(clock: Clock) -> u64 {
    let now = clock.now().mono.0;
    u64::from(now.subsec_nanos()) ^ now.as_secs() << 32 ^ u64::from(std::process::id())
}
