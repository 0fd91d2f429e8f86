//! What somebody wants: the gate, then the act.

use std::collections::BTreeMap;

use super::{
    ctx::{Ctx, Failure},
    effect::Effect,
    gate,
    input::AskWith,
    life::Life,
    start, stop,
    world::{Freeing, Service},
};
use crate::model::{
    Action, Actor, EventKind, Holder, HolderClass, Outcome, Refusal, Seq, ServiceName,
    snapshot::LastAction,
};

/// What is wanted of a service.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// What.
    pub(super) action: Action,
    /// Who.
    pub(super) by: Actor,
    /// With which choices.
    pub(super) with: AskWith,
    /// The ledger line that caused it.
    pub(super) cause: Option<Seq>,
}

/// All services, by name.
pub(super) type Services = BTreeMap<ServiceName, Service>;

/// Takes an ask, and answers it where somebody waits for that.
pub(super) fn answer(services: &mut Services, name: &ServiceName, wish: &Wish, ctx: &mut Ctx) {
    let answer = ask(services, name, wish, ctx);
    if wish.cause.is_none() {
        ctx.out.answer = Some(answer);
    }
}

/// Takes an ask: refuses it with a reason, or begins it.
fn ask(
    services: &mut Services,
    name: &ServiceName,
    wish: &Wish,
    ctx: &mut Ctx,
) -> Result<Seq, Refusal> {
    let Some(service) = services.get_mut(name) else {
        let refusal = Refusal::NoSuchService(name.clone());
        ctx.refuse(None, wish.action, &wish.by, wish.cause, &refusal);
        return Err(refusal);
    };
    if let Some(cause) = start::after_its_stop(service, wish, ctx) {
        return Ok(cause);
    }
    if let Err(refusal) = check(service, wish, ctx) {
        ctx.refuse(Some(service), wish.action, &wish.by, wish.cause, &refusal);
        if wish.cause.is_some() {
            note_refusal(service, wish, &refusal, ctx);
        }
        return Err(refusal);
    }
    let seq = match wish.action {
        Action::Start => start::ask(services, name, wish, ctx),
        Action::Stop => stop::stop(service, wish, ctx),
        Action::Kill => stop::kill(service, wish, ctx),
        Action::Restart => stop::restart(service, wish, ctx),
        Action::Recover => recover(service, wish, ctx),
        Action::FreePort => free_port(services, name, wish, ctx),
    };
    Ok(seq)
}

/// The gate. "Start when free" does not mind a taken port.
fn check(service: &Service, wish: &Wish, ctx: &Ctx) -> Result<(), Refusal> {
    match gate::check(service, wish.action, ctx.door()) {
        Err(refusal) if wish.with.when_free && gate::is_about_the_port(&refusal) => Ok(()),
        other => other,
    }
}

/// Keeps a refusal that no window was answered with: of `up`, or of a service that another needs.
fn note_refusal(service: &mut Service, wish: &Wish, refusal: &Refusal, ctx: &mut Ctx) {
    service.last_action = Some(LastAction {
        action: wish.action,
        by: wish.by.to_string(),
        result: Outcome::Refused,
        reason: Some(refusal.text()),
        duration_ms: 0,
        at: ctx.now.wall,
    });
    ctx.touch(&service.def.name);
}

/// Runs the recover step of a living service.
fn recover(service: &mut Service, wish: &Wish, ctx: &mut Ctx) -> Seq {
    let seq = ctx.open(service, wish);
    if let Life::Running { run, .. } = &service.life {
        ctx.effect(Effect::Recover {
            service: service.def.name.clone(),
            run: *run,
        });
    }
    seq
}

/// Frees the port where a service of ours holds it: that service is stopped, and this ask ends with
/// the stop. Other holders are not freed yet, and the result says so.
fn free_port(services: &mut Services, name: &ServiceName, wish: &Wish, ctx: &mut Ctx) -> Seq {
    let service = services.get(name);
    let seq = ctx.write(EventKind::Ask, service, |draft| {
        draft.actor = Some(wish.by.clone());
        draft.action = Some(Action::FreePort);
        draft.cause = wish.cause;
    });
    let holder = service
        .and_then(|it| it.port.as_ref())
        .map_or(Holder::FREE, |port| port.holder.clone());
    let failure = match (holder.class, &holder.service) {
        (HolderClass::OtherService, Some(other)) => {
            let stop = Wish {
                action: Action::Stop,
                by: wish.by.clone(),
                with: AskWith::default(),
                cause: Some(seq),
            };
            match ask(services, other, &stop, ctx) {
                Ok(_) => {
                    let open = services.get_mut(other).and_then(|it| it.open.as_mut());
                    if let Some(open) = open {
                        let service = name.clone();
                        open.frees = Some(Freeing { service, seq });
                        return seq;
                    }
                    None
                }
                Err(refusal) => Some(Failure::refused(&refusal)),
            }
        }
        _ => Some(Failure::plain(format!(
            "ending {} is not built yet",
            holder.who()
        ))),
    };
    ctx.write(EventKind::Result, services.get(name), |draft| {
        draft.actor = Some(wish.by.clone());
        draft.action = Some(Action::FreePort);
        draft.cause = Some(seq);
        draft.result = Some(failure.as_ref().map_or(Outcome::Done, |_| Outcome::Failed));
        draft.code = failure.as_ref().and_then(|it| it.code).map(str::to_owned);
        draft.reason = failure.map(|it| it.reason);
        draft.duration_ms = Some(0);
    });
    seq
}
