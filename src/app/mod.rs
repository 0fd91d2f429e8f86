//! The composition root: the only place that may name everything.
//!
//! *Owns*: which parts run on which thread, and in which order they end. *Never*: decides about a
//! service. *Talks to*: everybody.

mod act;
mod api;
mod attached;
mod console;
mod console_tools;
mod demo;
mod diagnostics;
mod down;
mod events;
mod free_port;
mod guard;
mod headless;
mod init;
mod keymap;
mod logs;
mod looks;
mod plain;
mod port;
mod progress;
mod ps;
mod signals;
mod tools;
mod tour;
mod truth;
mod welcome;
mod why;

use std::{
    ffi::OsString,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    cli::{
        self, Args, Exit,
        act::ActArgs,
        args::{LookArgs, Verb},
    },
    io::{
        clock::Clock,
        config::Diagnostic,
        platform::{self, PortScanner},
    },
    model::{Action, Port},
    supervisor::{self, Begin, Loaded},
};
use act::Wish;

/// What the command line says about a console.
#[derive(Debug, Clone)]
struct Flags {
    /// The name of its keymap.
    keymap: Option<String>,
    /// How it looks.
    looks: LookArgs,
    /// Whether it prints lines instead of drawing a screen.
    plain: bool,
    /// Whether these lines hold the logs.
    logs: bool,
}

impl Flags {
    fn of(args: &Args) -> Self {
        Self {
            keymap: args.keymap.clone(),
            looks: args.looks.clone(),
            plain: plain::is_wanted(
                args.plain.plain || args.verb.as_ref().is_some_and(Verb::is_plain),
            ),
            logs: args.plain.logs || args.verb.as_ref().is_some_and(Verb::shows_logs),
        }
    }
}

/// Runs what the command line asks for.
pub fn run(args: Args) -> ExitCode {
    let clock = Clock;
    let root = args.root.as_deref();
    let flags = &Flags::of(&args);
    let exit = match args.verb {
        // A demo service is a process like any other: it must not adopt orphans.
        Some(Verb::DemoService(demo)) => return crate::demo::main(*demo),
        Some(Verb::Check) => headless::check(root),
        Some(Verb::Keymap { what }) => keymap::run(root, flags.keymap.as_deref(), what),
        Some(Verb::Serve { up }) => {
            prepare();
            let begin = if up { Begin::All } else { Begin::Autostart };
            headless::serve(root, begin, clock)
        }
        Some(Verb::Up { names, plain: _ }) => {
            prepare();
            let begin = if names.is_empty() {
                Begin::All
            } else {
                Begin::These(names)
            };
            console::run(root, flags, &begin, clock)
        }
        Some(
            verb @ (Verb::Start(_)
            | Verb::Stop(_)
            | Verb::Kill(_)
            | Verb::Restart(_)
            | Verb::Recover(_)
            | Verb::Down(_)
            | Verb::Reload(_)
            | Verb::Ps(_)
            | Verb::Logs(_)
            | Verb::Events(_)
            | Verb::Why(_)
            | Verb::Port(_)
            | Verb::Schema(_)
            | Verb::Completions { .. }
            | Verb::Man { .. }),
        ) => client(root, verb, clock),
        Some(Verb::Demo) if root.is_some() => {
            say("oats: the demo has a folder of its own: leave out --root");
            Exit::Refused
        }
        Some(Verb::Demo) => {
            prepare();
            demo::run(flags, clock)
        }
        Some(Verb::Init { dir }) => {
            let dir = dir.as_deref().or(root).unwrap_or(Path::new("."));
            init::run(dir, clock)
        }
        None if args.once => headless::once(root, &args.names, args.json, clock),
        None => {
            prepare();
            match welcome::is_first_run(root).filter(|_| !args.plain.plain) {
                Some(here) => welcome::run(&here, flags, clock),
                None => console::run(root, flags, &Begin::Autostart, clock),
            }
        }
    };
    exit.into()
}

/// Runs a verb that owns nothing: it reads, or asks the owner.
fn client(root: Option<&Path>, verb: Verb, clock: Clock) -> Exit {
    let act = |action, args: &ActArgs| act::run(root, Wish::plain(action), args, clock);
    match verb {
        Verb::Start(start) => {
            let wish = Wish {
                only: start.only,
                when_free: start.when_free,
                ..Wish::plain(Action::Start)
            };
            act::run(root, wish, &start.act, clock)
        }
        Verb::Stop(args) => act(Action::Stop, &args),
        Verb::Kill(args) => act(Action::Kill, &args),
        Verb::Restart(args) => act(Action::Restart, &args),
        Verb::Recover(args) => act(Action::Recover, &args),
        Verb::Down(args) => down::run(root, &args, clock),
        Verb::Reload(args) => down::reload(root, &args, clock),
        Verb::Ps(args) => ps::run(root, &args, clock),
        Verb::Logs(args) => logs::run(root, &args, clock),
        Verb::Events(args) => events::run(root, &args, clock),
        Verb::Why(args) => why::run(root, &args, clock),
        Verb::Port(args) => port::run(root, &args, clock),
        Verb::Schema(args) => tools::schema(&args),
        Verb::Completions { shell } => tools::completions(shell),
        Verb::Man { verb } => tools::man(verb.as_deref()),
        // Each of these is no client of its own.
        Verb::Up { .. }
        | Verb::Serve { .. }
        | Verb::Check
        | Verb::Keymap { .. }
        | Verb::Demo
        | Verb::Init { .. }
        | Verb::DemoService(_) => Exit::Internal,
    }
}

/// Says how the command line is wrong; or prints the help or the version that was asked for. `first`
/// is the first word that was typed.
pub fn misused(error: &clap::Error, first: Option<OsString>) -> ExitCode {
    let no_verb = error.kind() == clap::error::ErrorKind::MissingRequiredArgument;
    let word = first
        .filter(|_| no_verb)
        .and_then(|word| word.into_string().ok());
    if let Some(sentence) = word.and_then(|word| cli::args::unknown_verb(&word)) {
        say(&format!("oats: {sentence}"));
        return Exit::Refused.into();
    }
    // A closed pipe has no reader.
    let _ = error.print();
    match error.exit_code() {
        0 => Exit::Done.into(),
        _ => Exit::Refused.into(),
    }
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
        "oats: {count} {noun} in the files; oats check shows them, too"
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

/// Prints on stdout; a closed pipe is nobody's fault. Anything else ends the program: what was to be
/// printed is not whole.
fn print(text: &[u8]) {
    let mut out = std::io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            say(&format!("oats: could not write the output: {error}"));
            guard::end(Exit::NotAsWanted);
        }
        Ok(()) | Err(_) => {}
    }
}

/// Prints a document on stdout, as one line of JSON.
fn print_json(document: &impl serde::Serialize) {
    match serde_json::to_string(document) {
        Ok(text) => print(format!("{text}\n").as_bytes()),
        Err(error) => say(&format!("oats: could not write this as JSON: {error}")),
    }
}

/// Seeds chance from the clock and the process number.
fn seed(clock: Clock) -> u64 {
    let now = clock.now().mono.0;
    u64::from(now.subsec_nanos()) ^ now.as_secs() << 32 ^ u64::from(std::process::id())
}
