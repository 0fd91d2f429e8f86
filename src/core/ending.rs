//! How a tree ends: its leader first, then whoever is left, until a look finds nobody.

use std::time::Duration;

use super::{
    ctx::{Ctx, Failure},
    effect::Effect,
    holder::PortState,
    input::{AskWith, Input},
    life::{EndingNext, Life, StopStep, Then},
    ports, start,
    world::Service,
};
use crate::model::{Action, ExitStatus, HolderClass};

/// The pause before the second look at what is left of a tree; doubles.
pub(super) const LOOK_FIRST: Duration = Duration::from_millis(20);
/// The longest pause between two looks.
const LOOK_MAX: Duration = Duration::from_millis(250);
/// The pause between two sweeps of a tree that does not die.
const SWEEP_AGAIN: Duration = Duration::from_secs(1);

/// The leader of a stopping service ended: is anything left?
pub(super) fn leader_ended(service: &mut Service, status: ExitStatus, ctx: &mut Ctx) {
    if let Life::Stopping {
        run,
        step: StopStep::Ending {
            exited, reports, ..
        },
        ..
    } = &mut service.life
    {
        *exited = Some(status);
        *reports += 1;
        ctx.effect(Effect::Look {
            service: service.def.name.clone(),
            run: *run,
        });
    }
}

/// A look or a sweep reported what is left.
pub(super) fn looked(service: &mut Service, left: usize, example: Option<String>, ctx: &mut Ctx) {
    let Life::Stopping {
        run,
        step:
            StopStep::Ending {
                exited,
                next,
                reports,
                ..
            },
        then,
        ..
    } = &mut service.life
    else {
        return;
    };
    *reports = reports.saturating_sub(1);
    let (run, then) = (*run, *then);
    if left == 0 {
        // Before the leader's own exit was seen, its status is not known: it looks once more.
        if exited.is_some() {
            ctx.effect(Effect::Release { run });
            nobody_left(service, then, ctx);
        }
        return;
    }
    match next {
        EndingNext::Grace { look_at, pause, .. } => {
            *look_at = Some(ctx.now.mono.after(*pause));
            *pause = pause.saturating_mul(2).min(LOOK_MAX);
        }
        // A look from before the sweep says nothing about it.
        EndingNext::Kill if *reports > 0 => {}
        EndingNext::Kill => {
            *next = EndingNext::KillAgain {
                at: ctx.now.mono.after(SWEEP_AGAIN),
            };
            let who = example.unwrap_or_else(|| format!("{left} processes"));
            survived(service, &who, ctx);
        }
        EndingNext::KillAgain { .. } => {}
    }
}

/// SIGKILL did not end it. The ask has its end; the phase tells that it goes on.
fn survived(service: &mut Service, who: &str, ctx: &mut Ctx) {
    if service.open.is_some() {
        let reason = format!("{who} did not die after SIGKILL");
        ctx.say(service, reason.clone());
        ctx.failed(service, Failure::plain(reason));
    }
}

/// Nobody of the tree is left: so nobody of it listens either.
fn nobody_left(service: &mut Service, then: Then, ctx: &mut Ctx) {
    let own = service
        .port
        .as_ref()
        .is_some_and(|port| port.holder.class == HolderClass::Own);
    if own {
        ports::becomes(service, PortState::FREE, ctx);
    }
    over(service, then, ctx);
}

/// Nothing is left: rest, or start again.
pub(super) fn over(service: &mut Service, then: Then, ctx: &mut Ctx) {
    ctx.say(service, "stopped");
    match then {
        Then::Rest => {
            ctx.done(service);
            let since = Some(ctx.now.wall);
            ctx.enter(service, Life::Stopped { since });
        }
        Then::Up { cause } => {
            ctx.done(service);
            let since = Some(ctx.now.wall);
            ctx.enter(service, Life::Stopped { since });
            ctx.follow.push_back(Input::Ask {
                service: service.def.name.clone(),
                action: Action::Start,
                by: service.want_by.clone(),
                with: AskWith::default(),
                cause: Some(cause),
            });
        }
        Then::Start => {
            start::count_restart(service);
            start::launch(service, ctx);
        }
    }
}

/// A deadline of a stopping service has passed.
pub(super) fn due(service: &mut Service, ctx: &mut Ctx) {
    let now = ctx.now.mono;
    let Life::Stopping {
        run,
        step: StopStep::Ending { next, reports, .. },
        ..
    } = &mut service.life
    else {
        return;
    };
    let (run, name) = (*run, service.def.name.clone());
    match next {
        EndingNext::Grace { kill_at, .. } if *kill_at <= now => {
            *next = EndingNext::Kill;
            *reports += 1;
            ctx.effect(Effect::Sweep { service: name, run });
            ctx.say(service, "did not end in time: SIGKILL");
        }
        EndingNext::Grace { look_at, .. } if look_at.is_some_and(|at| at <= now) => {
            *look_at = None;
            *reports += 1;
            ctx.effect(Effect::Look { service: name, run });
        }
        EndingNext::KillAgain { at } if *at <= now => {
            *next = EndingNext::Kill;
            *reports += 1;
            ctx.effect(Effect::Sweep { service: name, run });
        }
        EndingNext::Grace { .. } | EndingNext::Kill | EndingNext::KillAgain { .. } => {}
    }
}
