//! How a port is freed: contract section 1, "Free port".
//!
//! What holds the port decides the way. A stranger is signalled only where it was confirmed, and
//! whoever does it looks once more right before. The ask is open until a look at the port tells.

use std::time::Duration;

use super::{
    asks::{self, Services, Wish},
    ctx::{Ctx, Failure},
    effect::Effect,
    input::{AskWith, FreeNews, Input},
    life::Life,
    world::{Freeing, Service},
};
use crate::model::{
    Action, Actor, EventKind, Holder, HolderClass, Moment, Mono, Outcome, Port, Seq, ServiceName,
    snapshot::LastAction,
    target::{Force, FreeWith, Target},
};

/// How long whoever was signalled may still hold the port.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// How long somebody else may hold it when the one that was meant no longer does: workers that share
/// a socket end one after the other.
const SETTLE: Duration = Duration::from_millis(500);

/// A Free port under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeingPort {
    /// Its ledger line.
    pub seq: Seq,
    /// Who asked.
    pub by: Actor,
    /// Since when.
    pub since: Moment,
    /// Whether the service is started as soon as the port is free.
    pub then_start: bool,
    /// Whom it has to do with.
    pub way: FreeingWay,
    /// When it counts as failed; `None` while the stop of another service decides that.
    pub until: Option<Mono>,
}

/// Whom a Free port has to do with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FreeingWay {
    /// A service of ours, which is stopped.
    Stop(ServiceName),
    /// What an earlier run of the service left behind, which is ended.
    Leftover,
    /// A stranger that a person has confirmed.
    Stranger(Target, Force),
}

impl FreeingPort {
    /// Whether the one it has to do with still holds the port.
    fn is_held(&self, holder: &Holder) -> bool {
        match &self.way {
            FreeingWay::Stop(other) => {
                holder.class == HolderClass::OtherService && holder.service.as_ref() == Some(other)
            }
            FreeingWay::Leftover => holder.class == HolderClass::OwnLeftover,
            FreeingWay::Stranger(target, _) => is_among(holder, *target),
        }
    }
}

/// Whether exactly this process is one of the holders.
fn is_among(holder: &Holder, target: Target) -> bool {
    holder.processes.iter().any(|process| {
        process.pid == Some(target.pid) && process.start_ticks == Some(target.start_ticks)
    })
}

/// Begins to free the port of a service. The gate has let it through.
pub(super) fn ask(services: &mut Services, name: &ServiceName, wish: &Wish, ctx: &mut Ctx) -> Seq {
    let Some(service) = services.get_mut(name) else {
        return *ctx.seq;
    };
    let seq = ctx.write(EventKind::Ask, Some(service), |draft| {
        draft.actor = Some(wish.by.clone());
        draft.action = Some(Action::FreePort);
        draft.cause = wish.cause;
    });
    let chosen = way(service, wish.with.free);
    service.freeing = Some(FreeingPort {
        seq,
        by: wish.by.clone(),
        since: ctx.now,
        then_start: wish.with.free.then_start,
        way: chosen.clone().unwrap_or(FreeingWay::Leftover),
        until: Some(ctx.now.mono.after(GRACE)),
    });
    ctx.touch(name);
    match chosen {
        Ok(FreeingWay::Stop(other)) => {
            stop(services, name, &other, seq, wish, ctx);
        }
        Ok(FreeingWay::Leftover) => leftover(service, seq, ctx),
        Ok(FreeingWay::Stranger(target, force)) => ctx.effect(Effect::SignalHolder {
            service: name.clone(),
            seq,
            target,
            force,
        }),
        Err(reason) => failed(service, Failure::plain(reason), ctx),
    }
    seq
}

/// What can be done about who holds the port; else why nothing is.
fn way(service: &Service, free: FreeWith) -> Result<FreeingWay, String> {
    let unseen = Holder::FREE;
    let holder = service.port.as_ref().map_or(&unseen, |port| &port.holder);
    // Somebody who confirmed a stranger did not mean a service of ours.
    if let (Some((target, force)), Some(port)) = (free.stranger, service.def.port) {
        confirmed(port, holder, target)?;
        return Ok(FreeingWay::Stranger(target, force));
    }
    match (holder.class, &holder.service) {
        (HolderClass::OtherService, Some(other)) => Ok(FreeingWay::Stop(other.clone())),
        (HolderClass::OwnLeftover, _) => Ok(FreeingWay::Leftover),
        _ => Err("the PID of the holder was not confirmed, nothing was done".to_owned()),
    }
}

/// Whether the confirmed process is a stranger on the port.
fn confirmed(port: Port, holder: &Holder, target: Target) -> Result<(), String> {
    let pid = target.pid;
    let listed = holder.processes.iter().any(|it| it.pid == Some(pid));
    if holder.class != HolderClass::Stranger || !listed {
        return Err(format!(
            "PID {pid} does not hold port {port} any more, nothing was done"
        ));
    }
    if is_among(holder, target) {
        Ok(())
    } else {
        Err(format!(
            "PID {pid} is now another process, nothing was done"
        ))
    }
}

/// Stops the service of ours that holds the port.
fn stop(
    services: &mut Services,
    name: &ServiceName,
    other: &ServiceName,
    seq: Seq,
    wish: &Wish,
    ctx: &mut Ctx,
) {
    let stop = Wish {
        action: Action::Stop,
        by: wish.by.clone(),
        with: AskWith::default(),
        cause: Some(seq),
    };
    let answer = asks::ask(services, other, &stop, ctx);
    let open = services.get_mut(other).and_then(|it| it.open.as_mut());
    let decides = match (&answer, open) {
        (Ok(_), Some(open)) => {
            let service = name.clone();
            open.frees = Some(Freeing { service, seq });
            true
        }
        _ => false,
    };
    let Some(service) = services.get_mut(name) else {
        return;
    };
    match answer {
        Ok(_) if decides => {
            if let Some(freeing) = &mut service.freeing {
                freeing.until = None;
            }
        }
        // It had no process: what listens there is what it left behind, and a look tells.
        Ok(_) => {}
        Err(refusal) => {
            let reason = format!("{other} could not be stopped: {}", refusal.text());
            let code = Some(refusal.code().to_owned());
            let plain = Failure::plain(reason);
            failed(service, Failure { code, ..plain }, ctx);
        }
    }
}

/// Ends what an earlier run left behind.
fn leftover(service: &mut Service, seq: Seq, ctx: &mut Ctx) {
    let doubt = service.survivors.first().map(|survivor| survivor.pid);
    match (service.last_run.clone(), doubt) {
        // Its leader may be that survivor: then nothing of it is a leftover.
        (_, Some(pid)) => {
            let reason =
                format!("PID {pid} may be an earlier run of this service, nothing was done");
            failed(service, Failure::plain(reason), ctx);
        }
        (Some(last), None) => ctx.effect(Effect::EndLeftover {
            service: service.def.name.clone(),
            seq,
            last,
        }),
        (None, None) => {
            let reason = "no earlier run of this service is known, nothing was done";
            failed(service, Failure::plain(reason), ctx);
        }
    }
}

/// What was to end has ended, or was not touched.
pub(super) fn news(
    services: &mut Services,
    name: &ServiceName,
    seq: Seq,
    news: FreeNews,
    ctx: &mut Ctx,
) {
    let Some(service) = services.get_mut(name) else {
        return;
    };
    let Some(freeing) = service.freeing.as_mut().filter(|it| it.seq == seq) else {
        return;
    };
    match news {
        FreeNews::Refused(reason) => failed(service, Failure::plain(reason), ctx),
        FreeNews::Ended => {
            freeing.until.get_or_insert(ctx.now.mono.after(GRACE));
            ctx.touch(name);
            ctx.effect(Effect::LookAtPort {
                service: name.clone(),
            });
        }
    }
}

/// Somebody looked at the port.
pub(super) fn seen(service: &mut Service, ctx: &mut Ctx) {
    let (Some(freeing), Some(state)) = (&mut service.freeing, &service.port) else {
        return;
    };
    match state.holder.class {
        HolderClass::Free | HolderClass::Own => done(service, ctx),
        // Somebody who is just ending cannot be seen for a moment.
        HolderClass::Unseen => {}
        HolderClass::OwnLeftover
        | HolderClass::OtherService
        | HolderClass::Stranger
        | HolderClass::OtherUser => {
            if freeing.until.is_some() && !freeing.is_held(&state.holder) {
                let settled = ctx.now.mono.after(SETTLE);
                freeing.until = freeing.until.map(|until| until.min(settled));
                ctx.touch(&service.def.name);
            }
        }
    }
}

/// The time is up: says who still holds the port.
pub(super) fn due(service: &mut Service, ctx: &mut Ctx) {
    let Some(freeing) = &service.freeing else {
        return;
    };
    let (Some(until), Some(port)) = (freeing.until, service.def.port) else {
        return;
    };
    if until > ctx.now.mono {
        return;
    }
    let unseen = Holder::FREE;
    let holder = service.port.as_ref().map_or(&unseen, |port| &port.holder);
    let (who, after) = (holder.who(), GRACE.as_secs());
    let reason = match (&freeing.way, freeing.is_held(holder)) {
        (_, false) => format!("port {port} is now held by {who}"),
        (FreeingWay::Stop(other), true) => {
            format!("port {port} is still held by {who} of service {other}")
        }
        (FreeingWay::Leftover, true) => {
            format!("{who} still holds port {port} {after} s after SIGKILL")
        }
        (FreeingWay::Stranger(target, force), true) => {
            let (pid, signal) = (target.pid, force.signal());
            format!("PID {pid} still holds port {port} {after} s after {signal}")
        }
    };
    failed(service, Failure::plain(reason), ctx);
}

/// oats leaves.
pub(super) fn left(service: &mut Service, ctx: &mut Ctx) {
    let why = Failure::plain("oats left");
    end(service, Outcome::Superseded, Some(why), ctx);
}

/// The service has another port, or none any more.
pub(super) fn other_port(service: &mut Service, ctx: &mut Ctx) {
    let why = Failure::plain("the service no longer wants this port");
    end(service, Outcome::Superseded, Some(why), ctx);
}

/// The port is free: starts the service where that was wanted, and it does not come up by itself.
fn done(service: &mut Service, ctx: &mut Ctx) {
    let Some(freeing) = end(service, Outcome::Done, None, ctx) else {
        return;
    };
    ctx.say(service, "its port is free");
    let comes_up = match &service.life {
        Life::Waiting { .. } | Life::Starting { .. } | Life::Running { .. } => true,
        Life::Stopped { .. }
        | Life::Failed { .. }
        | Life::Backoff { .. }
        | Life::Stopping { .. } => false,
    };
    if freeing.then_start && !comes_up {
        ctx.follow.push_back(Input::Ask {
            service: service.def.name.clone(),
            action: Action::Start,
            by: freeing.by,
            with: AskWith {
                when_free: true,
                ..AskWith::default()
            },
            cause: Some(freeing.seq),
        });
    }
}

fn failed(service: &mut Service, failure: Failure, ctx: &mut Ctx) {
    ctx.say(service, format!("port not freed: {}", failure.reason));
    end(service, Outcome::Failed, Some(failure), ctx);
}

/// Ends the Free port under way, where there is one.
fn end(
    service: &mut Service,
    result: Outcome,
    why: Option<Failure>,
    ctx: &mut Ctx,
) -> Option<FreeingPort> {
    let freeing = service.freeing.take()?;
    let duration_ms = ctx.took(freeing.since);
    let (code, reason) = why.map_or((None, None), |why| (why.code, Some(why.reason)));
    ctx.write(EventKind::Result, Some(service), |draft| {
        draft.actor = Some(freeing.by.clone());
        draft.action = Some(Action::FreePort);
        draft.cause = Some(freeing.seq);
        draft.result = Some(result);
        draft.code.clone_from(&code);
        draft.reason.clone_from(&reason);
        draft.duration_ms = Some(duration_ms);
    });
    service.last_action = Some(LastAction {
        action: Action::FreePort,
        by: freeing.by.to_string(),
        result,
        reason,
        duration_ms,
        at: ctx.now.wall,
    });
    ctx.touch(&service.def.name);
    Some(freeing)
}
