//! What probes and looks mean for a living service, and what a new verdict brings about.

use serde_json::json;

use super::{
    cadence,
    ctx::{Ctx, Failure},
    life::{Life, StartStep, Streak, Watch},
    verdict,
    words::brief,
    world::Service,
};
use crate::model::{EventKind, Health, Mono, ProbeOutcome, ServiceDef, service::ProbeKind};

/// A probe ended.
pub(super) fn probed(service: &mut Service, outcome: ProbeOutcome, ctx: &mut Ctx) {
    ctx.sampled(&service.def.name);
    let def = service.def.clone();
    let now = ctx.now.mono;
    let running = matches!(service.life, Life::Running { .. });
    let Some(watch) = service.life.watch_mut() else {
        return;
    };
    verdict::count(&def, watch, outcome);
    if running {
        next_while_running(&def, watch, now);
        say_failure(service, ctx);
    } else {
        cadence::next_while_starting(&def.health, watch, now);
    }
    rejudge(service, ctx);
}

/// When a service that is up is probed next. One that is only watched for being alive needs no
/// probe: its exit is seen; one that is watched for listening is seen by the port watch. One whose log
/// has said that it is ready is watched for being alive from then on.
fn next_while_running(def: &ServiceDef, watch: &mut Watch, now: Mono) {
    match def.health.kind {
        ProbeKind::Alive | ProbeKind::Listen => watch.next = None,
        ProbeKind::Log { .. } if watch.streak == Streak::Passing => watch.next = None,
        ProbeKind::Http { .. }
        | ProbeKind::Tcp { .. }
        | ProbeKind::Exec { .. }
        | ProbeKind::Log { .. } => {
            cadence::next_while_running(&def.health, watch, now);
        }
    }
}

/// Says that a probe failed, until the row is long enough to be a verdict.
fn say_failure(service: &Service, ctx: &mut Ctx) {
    let Some(watch) = service.life.watch() else {
        return;
    };
    let (count, of) = (watch.failures, service.def.health.failures);
    if let Some(last) = &watch.last
        && (1..=of).contains(&count)
    {
        let subject = verdict::subject(&service.def);
        let detail = &last.detail;
        ctx.say(
            service,
            format!("probe {subject}: {detail} ({count} of {of})"),
        );
    }
}

/// The leader was frozen, or thawed.
pub(super) fn frozen(service: &mut Service, frozen: bool, ctx: &mut Ctx) {
    if let Some(watch) = service.life.watch_mut() {
        watch.frozen = frozen;
    }
    rejudge(service, ctx);
}

/// Judges anew after something was seen.
pub(super) fn rejudge(service: &mut Service, ctx: &mut Ctx) {
    let Some(watch) = service.life.watch() else {
        return;
    };
    let after = verdict::judge(&service.def, watch, service.port.as_ref());
    match &mut service.life {
        Life::Running {
            health, process, ..
        } if after != *health => {
            let before = std::mem::replace(health, after.clone());
            if matches!(after, Health::Healthy { .. }) && process.ready.is_none() {
                process.ready = Some(ctx.now.mono);
                process.ready_at = Some(ctx.now.wall);
            }
            changed(service, &before, &after, ctx);
        }
        Life::Starting { .. } if matches!(after, Health::Healthy { .. }) => {
            ready(service, &after, ctx);
        }
        Life::Running { .. }
        | Life::Starting { .. }
        | Life::Stopped { .. }
        | Life::Waiting { .. }
        | Life::Stopping { .. }
        | Life::Backoff { .. }
        | Life::Failed { .. } => {}
    }
}

/// The verdict on a running service changed; its reason alone is no event.
fn changed(service: &Service, before: &Health, after: &Health, ctx: &mut Ctx) {
    ctx.touch(&service.def.name);
    if after.word() == before.word() {
        return;
    }
    let word = after.word().as_str();
    match after.reason() {
        Some(reason) => ctx.say(service, format!("{word}: {reason}")),
        None => ctx.say(service, word),
    }
    event(service, before, after, ctx);
    ctx.wake_others(service);
}

/// A starting service is healthy for the first time.
fn ready(service: &mut Service, health: &Health, ctx: &mut Ctx) {
    let Life::Starting {
        run,
        step: StartStep::Probing { process, watch, .. },
        ..
    } = &service.life
    else {
        return;
    };
    let (run, mut process, mut watch) = (*run, process.clone(), watch.clone());
    process.ready = Some(ctx.now.mono);
    process.ready_at = Some(ctx.now.wall);
    if watch.next.is_some() {
        next_while_running(&service.def, &mut watch, ctx.now.mono);
    }
    let after = brief(ctx.now.mono.since(process.spawned));
    ctx.say(service, format!("healthy after {after}"));
    let life = Life::Running {
        since: ctx.now.wall,
        run,
        process,
        watch,
        health: health.clone(),
    };
    ctx.enter(service, life);
    event(service, &Health::Unknown, health, ctx);
    ctx.done(service);
}

/// A starting service was not healthy in time: the start failed, the process lives on.
pub(super) fn start_timed_out(service: &mut Service, ctx: &mut Ctx) {
    let Life::Starting {
        run,
        step: StartStep::Probing { process, watch, .. },
        ..
    } = &service.life
    else {
        return;
    };
    let (run, process, mut watch) = (*run, process.clone(), watch.clone());
    let seen = match (
        verdict::judge(&service.def, &watch, service.port.as_ref()),
        &watch.last,
    ) {
        (Health::Unhealthy { reason }, _) => reason,
        (Health::Unknown | Health::Healthy { .. }, Some(last)) => {
            format!("{}: {}", verdict::subject(&service.def), last.detail)
        }
        (Health::Unknown | Health::Healthy { .. }, None) => "no probe has ended".to_owned(),
    };
    let within = brief(service.def.health.start_timeout);
    let reason = format!("not healthy within {within}: {seen}");
    ctx.say(service, reason.clone());
    // Until its probes pass it is unhealthy: unknown would be less than we know.
    if watch.streak != Streak::Passing {
        watch.streak = Streak::Failing {
            reason: reason.clone(),
        };
    }
    if watch.next.is_some() {
        next_while_running(&service.def, &mut watch, ctx.now.mono);
    }
    let health = verdict::judge(&service.def, &watch, service.port.as_ref());
    let life = Life::Running {
        since: ctx.now.wall,
        run,
        process,
        watch,
        health: health.clone(),
    };
    ctx.enter(service, life);
    event(service, &Health::Unknown, &health, ctx);
    ctx.failed(service, Failure::with_tail(reason));
}

/// Writes a change of the verdict down.
fn event(service: &Service, from: &Health, to: &Health, ctx: &mut Ctx) {
    let last = service.life.watch().and_then(|watch| watch.last.as_ref());
    let probe = json!({
        "kind": service.def.health.kind.id(),
        "ok": last.map(|last| last.ok),
        "detail": last.map(|last| last.detail.as_str()),
    });
    ctx.write(EventKind::Health, Some(service), |draft| {
        draft.reason = to.reason().map(str::to_owned);
        draft.data = json!({ "from": from.word(), "to": to.word(), "probe": probe });
    });
}
