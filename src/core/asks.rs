//! What somebody wants: the gate, then the act.

use std::collections::BTreeMap;

use super::{
    ctx::Ctx, effect::Effect, freeing, gate, input::AskWith, life::Life, start, stop,
    world::Service,
};
use crate::model::{Action, Actor, Outcome, Refusal, Seq, ServiceName, snapshot::LastAction};

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

impl Wish {
    /// The wish of an ask.
    pub(super) fn new(action: Action, by: Actor, with: AskWith, cause: Option<Seq>) -> Self {
        Self {
            action,
            by,
            with,
            cause,
        }
    }
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
pub(super) fn ask(
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
        Action::FreePort => freeing::ask(services, name, wish, ctx),
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
