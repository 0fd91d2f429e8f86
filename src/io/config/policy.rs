//! `[stop]`, `[restart]` and `[logs]`.

use std::time::Duration;

use crate::model::{
    Signal,
    service::{LogSpec, RestartPolicy, RestartSpec, StopSpec},
};

use super::{
    fields::{Fields, Problems, Wrong},
    item::Item,
    keys,
};

/// How a service is stopped.
pub(super) fn stop(fields: &Fields<'_>, problems: &mut Problems) -> StopSpec {
    let stop = fields.table("stop", &keys::STOP, problems);
    let timeout = |item: &Item<'_>| item.duration("1ms", "24h");
    StopSpec {
        signal: stop
            .read("signal", signal, problems)
            .unwrap_or(Signal::TERM),
        timeout: stop
            .read("timeout", timeout, problems)
            .unwrap_or(Duration::from_secs(5)),
    }
}

/// A signal by name.
fn signal(item: &Item<'_>) -> Result<Signal, Wrong> {
    let expected = "the name of a signal such as \"TERM\", \"INT\" or \"QUIT\"";
    let text = item.text(expected)?;
    Signal::from_name(text).ok_or_else(|| {
        let names: Vec<String> = (1..=31)
            .map(|n| Signal(n).to_string().to_lowercase())
            .collect();
        let names = names.iter().filter_map(|name| name.strip_prefix("sig"));
        let typed = text.to_lowercase();
        let typed = typed.strip_prefix("sig").unwrap_or(&typed);
        let wrong = item.wrong(expected);
        match keys::nearest(typed, names) {
            Some(near) => wrong.help(format!("did you mean \"{}\"?", near.to_uppercase())),
            None => wrong,
        }
    })
}

/// What follows an exit that nobody asked for.
pub(super) fn restart(fields: &Fields<'_>, problems: &mut Problems) -> RestartSpec {
    let restart = fields.table("restart", &keys::RESTART, problems);
    let give_up = restart.table("give_up", &keys::GIVE_UP, problems);
    let policies = [
        ("never", RestartPolicy::Never),
        ("on-failure", RestartPolicy::OnFailure),
        ("always", RestartPolicy::Always),
    ];
    let policy = restart.read("policy", |item| item.choice(&policies), problems);
    let deaths = give_up.read("deaths", |item| item.number(1..=1000), problems);
    let mut time = |fields: &Fields<'_>, key, least, default| {
        fields
            .read(key, |item| item.duration(least, "24h"), problems)
            .unwrap_or(Duration::from_millis(default))
    };
    let spec = RestartSpec {
        policy: policy.unwrap_or(RestartPolicy::Never),
        first_delay: time(&restart, "first_delay", "1ms", 500),
        max_delay: time(&restart, "max_delay", "1ms", 30_000),
        give_up_deaths: deaths.unwrap_or(8),
        give_up_within: time(&give_up, "within", "1ms", 120_000),
        reset_after: time(&restart, "reset_after", "0s", 60_000),
    };
    if spec.first_delay > spec.max_delay {
        delays_cross(&restart, problems);
    }
    spec
}

/// The first delay is longer than the longest.
fn delays_cross(restart: &Fields<'_>, problems: &mut Problems) {
    // Either may be a default; then the mistake is in the service's own file.
    let written = ["max_delay", "first_delay"].map(|key| restart.get(key));
    let mut written: Vec<Item<'_>> = written.into_iter().flatten().collect();
    written.sort_by_key(|item| !item.own);
    if let Some(item) = written.first() {
        let wrong = Wrong::new("restart.first_delay is longer than restart.max_delay")
            .help("without a line, first_delay is \"500ms\" and max_delay \"30s\"");
        problems.add(&item.place, wrong);
    }
}

/// How long logs may grow.
pub(super) fn logs(fields: &Fields<'_>, problems: &mut Problems) -> LogSpec {
    let logs = fields.table("logs", &keys::LOGS, problems);
    LogSpec {
        max_bytes: logs
            .read(
                "max_size",
                |item| item.size_or_none("4KiB", "1024GiB"),
                problems,
            )
            .unwrap_or(32 << 20),
        keep: logs
            .read("keep", |item| item.number(0..=1000), problems)
            .unwrap_or(5),
    }
}
