//! `oats logs`: reads the log files, and goes on as they grow. Takes no lock and asks no owner.

mod following;
mod merge;
mod past;

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal as _},
    path::Path,
};

use super::{find_root, own_path, say};
use crate::{
    cli::{
        Exit,
        logs::{LogsArgs, Print, Sift, select, when::When},
    },
    io::{clock::Clock, config, logs::past::services_with_logs},
    model::{ServiceName, reading::Calendar, root::Root},
    supervisor,
};

/// `oats logs`.
pub(super) fn run(root: Option<&Path>, args: &LogsArgs, clock: Clock) -> Exit {
    let dir = match find_root(root) {
        Ok(dir) => dir,
        Err(exit) => return exit,
    };
    let root = supervisor::paths(&dir, &own_path());
    let services = match services(&root, args) {
        Ok(services) => services,
        Err(sentence) => {
            say(&format!("oats: {sentence}"));
            return Exit::Refused;
        }
    };
    let calendar = Calendar {
        zone: jiff::tz::TimeZone::system(),
        today: clock.now().wall,
    };
    let sift = match sift(args, &calendar) {
        Ok(sift) => sift,
        Err(sentence) => {
            say(&format!("oats: {sentence}"));
            return Exit::Refused;
        }
    };
    let job = Job {
        print: Print::new(&services, args.stream, colours(), args.json),
        root,
        args,
        services,
        sift,
        calendar,
    };
    match job.past() {
        Ok(mut from) if args.follow => job.follow(&mut from),
        Ok(_) => Exit::Done,
        Err(Stop(exit)) => exit,
    }
}

/// Which lines are meant.
fn sift(args: &LogsArgs, calendar: &Calendar) -> Result<Sift, String> {
    let instant = |option, when: Option<When>| match when {
        None => Ok(None),
        Some(when) => {
            let at = when.instant(calendar.today, &calendar.zone);
            at.map(Some)
                .ok_or(format!("there is no such time as that of {option}"))
        }
    };
    let (since, until) = (
        instant("--since", args.choice.since)?,
        instant("--until", args.choice.until)?,
    );
    if since
        .zip(until)
        .is_some_and(|(since, until)| since >= until)
    {
        return Err("--since is not before --until: no line is between them".to_owned());
    }
    Ok(Sift {
        needle: args.choice.needle()?,
        invert: args.choice.invert,
        level: args.choice.level,
        since,
        until,
    })
}

/// Whose logs are shown.
fn services(root: &Root, args: &LogsArgs) -> Result<Vec<ServiceName>, String> {
    let with_logs = services_with_logs(root);
    let files = config::list(root).unwrap_or_default();
    let with_file = files.into_iter().filter_map(|file| file.name.ok());
    let known: BTreeSet<ServiceName> = with_logs.iter().cloned().chain(with_file).collect();
    let known: Vec<ServiceName> = known.into_iter().collect();
    if !args.names.is_empty() {
        select(&args.names, &known)
    } else if args.follow {
        Ok(known)
    } else {
        Ok(with_logs.into_iter().collect())
    }
}

/// Whether whoever reads stdout sees colours.
pub(super) fn colours() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && set("NO_COLOR").is_none() && !is_dumb
}

/// It ends here.
struct Stop(Exit);

/// What a failed write means: a reader that has gone is nobody's fault.
fn stop(error: &io::Error) -> Stop {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Stop(Exit::Done);
    }
    say(&format!("oats: could not write to stdout: {error}"));
    Stop(Exit::NotAsWanted)
}

/// What is shown, and how.
struct Job<'a> {
    root: Root,
    args: &'a LogsArgs,
    services: Vec<ServiceName>,
    print: Print,
    sift: Sift,
    calendar: Calendar,
}
