//! `[health]` and `[recover]`.

use std::time::Duration;

use crate::model::{
    Port,
    pattern::{Pattern, PatternError},
    service::{HttpUrl, ProbeKind, ProbeSpec, RecoverSpec, RecoverStep, StatusRanges},
};

use super::{
    fields::{Fields, Problems, Wrong},
    fill::ADD_PORT,
    item::Item,
    keys,
    service::{Scope, argv},
    text,
};

/// Where a service is asked that says only its port.
const LOCAL: &str = "127.0.0.1";

/// How health is seen.
pub(super) fn probe(fields: &Fields<'_>, scope: &Scope<'_>, problems: &mut Problems) -> ProbeSpec {
    let health = fields.table("health", &keys::HEALTH, problems);
    let kind = kind(&health, scope, problems);
    let mut count = |key| health.read(key, |item| item.number(1..=1000), problems);
    let (failures, successes) = (count("failures"), count("successes"));
    let mut time = |key, least, most, default| {
        health
            .read(key, |item| item.duration(least, most), problems)
            .unwrap_or(Duration::from_millis(default))
    };
    ProbeSpec {
        kind,
        interval: time("interval", "10ms", "24h", 1000),
        timeout: time("timeout", "1ms", "1h", 500),
        failures: failures.unwrap_or(3),
        successes: successes.unwrap_or(1),
        start_timeout: time("start_timeout", "1ms", "24h", 3000),
    }
}

/// What a probe asks: at most one of `http`, `tcp`, `exec`, `log`.
fn kind(health: &Fields<'_>, scope: &Scope<'_>, problems: &mut Problems) -> ProbeKind {
    let unset = match scope.fill.port {
        Some(_) => ProbeKind::Listen,
        None => ProbeKind::Alive,
    };
    let ranges = |item: &Item<'_>| {
        let expected = "status codes such as \"200-299\" or \"200,204\"";
        text::status_ranges(item.text(expected)?).ok_or_else(|| item.wrong(expected))
    };
    let expect = health.read("expect", ranges, problems);
    let choice = health.one_of(&["http", "tcp", "exec", "log"], problems);
    if choice.as_ref().is_none_or(|(key, _)| *key != "http") && health.has_own("expect") {
        let read = |_: &Item<'_>| -> Result<(), Wrong> {
            Err(Wrong::new("only an http probe has a status to expect"))
        };
        let _ = health.read("expect", read, problems);
    }
    let Some((key, item)) = choice.filter(|choice| is_meant(choice, scope)) else {
        return unset;
    };
    let kind = match key {
        "http" => item.read(|item| url(item, scope), problems).map(|url| {
            let expect = expect.unwrap_or_else(|| StatusRanges(vec![(200, 299)]));
            ProbeKind::Http { url, expect }
        }),
        "tcp" => item.read(|item| tcp(item, scope), problems),
        "log" => item
            .read(|item| pattern(item, scope), problems)
            .map(|pattern| ProbeKind::Log { pattern }),
        _ => argv(&item, scope, problems).map(|argv| ProbeKind::Exec { argv }),
    };
    kind.unwrap_or(unset)
}

/// What Recover does to a living service: `http` or `exec`.
pub(super) fn recover(
    fields: &Fields<'_>,
    scope: &Scope<'_>,
    problems: &mut Problems,
) -> Option<RecoverSpec> {
    let recover = fields.table("recover", &keys::RECOVER, problems);
    let time = |item: &Item<'_>| item.duration("1ms", "1h");
    let timeout = recover.read("timeout", time, problems);
    let choice = recover.one_of(&["http", "exec"], problems);
    if choice.is_none() && recover.has_own("timeout") {
        let read = |_: &Item<'_>| -> Result<(), Wrong> {
            Err(Wrong::new(
                "there is neither recover.http nor recover.exec to wait for",
            ))
        };
        let _ = recover.read("timeout", read, problems);
    }
    let (key, item) = choice.filter(|choice| is_meant(choice, scope))?;
    let step = if key == "http" {
        let url = item.read(|item| url(item, scope), problems)?;
        RecoverStep::Http {
            on_own_port: Some(url.port) == scope.fill.port && url.is_local(),
            url,
        }
    } else {
        RecoverStep::Exec {
            argv: argv(&item, scope, problems)?,
        }
    };
    Some(RecoverSpec {
        step,
        timeout: timeout.unwrap_or(Duration::from_secs(5)),
    })
}

/// Whether a choice is for this service: a default that asks the service's own port says nothing
/// about one without a port.
fn is_meant((key, item): &(&'static str, Item<'_>), scope: &Scope<'_>) -> bool {
    item.own || scope.fill.port.is_some() || !asks_own_port(key, item)
}

/// Whether a value means the service's own port without naming it.
fn asks_own_port(key: &str, item: &Item<'_>) -> bool {
    match key {
        "tcp" => item.is_flag(),
        "http" => item.text("").is_ok_and(|text| text.starts_with('/')),
        _ => false,
    }
}

/// What a line of output must match.
fn pattern(item: &Item<'_>, scope: &Scope<'_>) -> Result<Pattern, Wrong> {
    let expected = "a regular expression such as \"Listening on .*{port}\"";
    let text = item.text(expected)?;
    if text.is_empty() {
        return Err(item.wrong(expected));
    }
    let filled = scope.fill.fill(text)?;
    Pattern::new(&filled).map_err(|error| match error {
        PatternError::Syntax(why) => Wrong::new(format!("this is not a regular expression: {why}"))
            .help("a backslash makes a sign plain text, in single quotes: log = 'ready \\(ok\\)'"),
        PatternError::TooLarge => {
            Wrong::new(format!("this regular expression is too large: {error}"))
                .help("repeat less: {1000} of {1000} is a million")
        }
    })
}

/// A path on the service's own port, or a whole URL.
fn url(item: &Item<'_>, scope: &Scope<'_>) -> Result<HttpUrl, Wrong> {
    let expected = "a path such as \"/healthz\" or a URL such as \"http://127.0.0.1:8080/healthz\"";
    let text = scope.fill.fill(item.text(expected)?)?;
    let full = if text.starts_with('/') {
        format!("http://{LOCAL}:{}{text}", own_port(scope, "a path")?)
    } else {
        text
    };
    text::http_url(&full).ok_or_else(|| item.wrong(expected))
}

/// `true` for the service's own port, or an address.
fn tcp(item: &Item<'_>, scope: &Scope<'_>) -> Result<ProbeKind, Wrong> {
    let expected = "true (the service's own port) or an address such as \"127.0.0.1:6379\"";
    if item.is_flag() {
        if !item.flag()? {
            let help = "without a probe, take the line out";
            return Err(item.wrong(expected).help(help));
        }
        return Ok(ProbeKind::Tcp {
            host: LOCAL.to_owned(),
            port: own_port(scope, "tcp = true")?,
        });
    }
    let text = scope.fill.fill(item.text(expected)?)?;
    let (host, port) = text::host_port(&text).ok_or_else(|| item.wrong(expected))?;
    Ok(ProbeKind::Tcp {
        host: host.to_owned(),
        port,
    })
}

/// The port that a probe means.
fn own_port(scope: &Scope<'_>, what: &str) -> Result<Port, Wrong> {
    let service = scope.fill.service;
    let message = format!("{what} asks the service's own port, and {service} has none");
    scope
        .fill
        .port
        .ok_or_else(|| Wrong::new(message).help(ADD_PORT))
}
