//! How a run ends, and what the restart policy makes of it.

use serde_json::json;

use super::{
    ctx::{Ctx, Failure},
    effect::Effect,
    ending, holder,
    input::Input,
    life::{Life, StopStep},
    restart::{self, AfterDeath},
    words::brief,
    world::{Origin, Service},
};
use crate::model::{
    EventKind, ExitInfo, ExitStatus, Holder, HolderClass, RunId, Seq, Want,
    port::Listening,
    run::GAVE_UP,
    service::{RestartPolicy, RestartSpec},
};

/// Deaths in a row that are remembered. More of them change no delay.
const DEATHS_KEPT: usize = 100;

/// What was seen when a leader ended.
pub(super) struct Seen {
    /// How it ended.
    pub(super) status: ExitStatus,
    /// The last lines of its stderr.
    pub(super) stderr_tail: Vec<String>,
    /// Who listens on its port now.
    pub(super) listeners: Option<Vec<Listening>>,
}

/// The leader ended.
pub(super) fn exited(service: &mut Service, run: RunId, seen: Seen, ctx: &mut Ctx) {
    let Seen {
        status,
        stderr_tail,
        listeners,
    } = seen;
    let again = matches!(
        &service.life,
        Life::Stopping {
            step: StopStep::Ending {
                exited: Some(_),
                ..
            },
            ..
        }
    );
    let (Some(process), false) = (service.life.process(), again) else {
        return;
    };
    let lived = ctx.now.mono.since(process.spawned);
    let ready = process.ready;
    let asked = matches!(service.life, Life::Stopping { .. });
    let starting = matches!(service.life, Life::Starting { .. });
    ctx.say(service, format!("{status} after {}", brief(lived)));
    let info = ExitInfo::new(status, ctx.now.wall, asked, stderr_tail);
    let completed = !asked && status.is_success() && service.def.is_task();
    let holder = holder_now(service, listeners);
    let data = json!({ "code": info.code, "signal": info.signal, "stderr_tail": info.stderr_tail,
        "holder": holder, "asked": asked, "completed": completed });
    let asked_by = service.open.as_ref().filter(|_| asked).map(|open| open.seq);
    let cause = ctx.write(EventKind::Exit, Some(service), |draft| {
        draft.cause = asked_by;
        draft.reason = Some(status.to_string());
        draft.duration_ms = u64::try_from(lived.as_millis()).ok();
        draft.data = data;
    });
    service.last_exit = Some(info);
    if asked {
        ending::leader_ended(service, status, ctx);
        return;
    }
    let reset_after = service.def.restart.reset_after;
    if ready.is_some_and(|ready| ctx.now.mono.since(ready) >= reset_after) {
        service.deaths.clear();
    }
    if completed {
        ctx.done(service);
    } else if starting {
        let reason = format!("{status} before it was healthy");
        ctx.failed(service, Failure::with_tail(reason));
    } else {
        ctx.failed(service, Failure::with_tail(status.to_string()));
    }
    ctx.effect(Effect::Release { run });
    unasked(service, status, completed, cause, ctx);
}

/// Who holds the port at the moment of an exit: by the look that followed it, else by the last one.
fn holder_now(service: &Service, listeners: Option<Vec<Listening>>) -> Option<Holder> {
    let looked = listeners.map(|listeners| holder::classify(service, &listeners).holder);
    let mut now = looked.or_else(|| service.port.as_ref().map(|port| port.holder.clone()))?;
    if now.class == HolderClass::Own {
        // Its leader is dead: whoever of it still listens is left over.
        now.class = HolderClass::OwnLeftover;
    }
    Some(now)
}

/// After an exit that nobody asked for: rest, or the restart policy.
fn unasked(service: &mut Service, status: ExitStatus, completed: bool, cause: Seq, ctx: &mut Ctx) {
    let since = ctx.now.wall;
    let life = if completed {
        Life::Stopped { since: Some(since) }
    } else {
        let reason = status.to_string();
        Life::Failed { since, reason }
    };
    ctx.enter(service, life);
    if !completed || service.def.restart.policy == RestartPolicy::Always {
        died(service, &status.to_string(), Some(cause), ctx);
    }
}

/// A death that nobody asked for: the restart policy has the word. The service is at rest before.
pub(super) fn died(service: &mut Service, reason: &str, cause: Option<Seq>, ctx: &mut Ctx) {
    let now = ctx.now;
    let spec = &service.def.restart;
    let may = service.origin == Origin::File && ctx.leaving.is_none();
    if spec.policy == RestartPolicy::Never || !may || service.want == Want::Down {
        return;
    }
    service.deaths.push(now.mono);
    let forgotten = service.deaths.len().saturating_sub(DEATHS_KEPT);
    service.deaths.drain(..forgotten);
    go_on(service, reason, cause, ctx);
}

/// What the restart policy makes of the deaths that are counted already. The service is at rest
/// before, and wanted.
pub(super) fn go_on(service: &mut Service, reason: &str, cause: Option<Seq>, ctx: &mut Ctx) {
    let now = ctx.now;
    let spec = &service.def.restart;
    match restart::after_death(spec, &service.deaths, now.mono, ctx.rng) {
        AfterDeath::Now => ctx.follow.push_back(Input::Retry {
            service: service.def.name.clone(),
            cause,
        }),
        AfterDeath::After(delay) => {
            let attempt = u32::try_from(service.deaths.len()).unwrap_or(u32::MAX);
            let (after, of) = (brief(delay), spec.give_up_deaths);
            ctx.say(service, format!("again in {after} ({attempt} of {of})"));
            let life = Life::Backoff {
                since: now.wall,
                until: now.mono.after(delay),
                attempt,
                cause,
            };
            ctx.enter(service, life);
        }
        AfterDeath::GiveUp => {
            let recent = restart::recent(spec, &service.deaths, now.mono);
            let reason = gave_up(reason, spec, recent);
            ctx.say(service, reason.clone());
            let since = now.wall;
            ctx.enter(service, Life::Failed { since, reason });
        }
    }
}

/// Why it is not tried again, and what helps.
pub(super) fn gave_up(reason: &str, spec: &RestartSpec, deaths: usize) -> String {
    let within = brief(spec.give_up_within);
    format!("{reason}; {GAVE_UP} {deaths} deaths within {within}; start it by hand to try again")
}
