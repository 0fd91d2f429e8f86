//! How a service is brought down: a wish, a wait, a retry or a process tree is ended.

use super::{
    asks::Wish,
    ctx::Ctx,
    effect::Effect,
    ending::LOOK_FIRST,
    life::{EndingNext, How, Life, Process, StartStep, StopStep, Then},
    world::Service,
};
use crate::model::{RunId, Seq, Want};

/// Stops a service: ends a wish, a wait, a retry, or a process tree.
pub(super) fn stop(service: &mut Service, wish: &Wish, ctx: &mut Ctx) -> Seq {
    down(service, wish, How::Ask, ctx)
}

/// Kills a service: SIGKILL to the whole tree, at once.
pub(super) fn kill(service: &mut Service, wish: &Wish, ctx: &mut Ctx) -> Seq {
    down(service, wish, How::Kill, ctx)
}

fn down(service: &mut Service, wish: &Wish, how: How, ctx: &mut Ctx) -> Seq {
    service.want = Want::Down;
    if let Some(freeing) = &mut service.freeing {
        freeing.then_start = false;
    }
    service.want_by = wish.by.clone();
    let seq = ctx.open(service, wish);
    end(service, how, Then::Rest, ctx);
    seq
}

/// Stops a running service and starts it again, as one action.
pub(super) fn restart(service: &mut Service, wish: &Wish, ctx: &mut Ctx) -> Seq {
    service.want = Want::Up;
    service.want_by = wish.by.clone();
    service.deaths.clear();
    let seq = ctx.open(service, wish);
    end(service, How::Ask, Then::Start, ctx);
    seq
}

/// Ends whatever there is.
fn end(service: &mut Service, how: How, then: Then, ctx: &mut Ctx) {
    let now = ctx.now.wall;
    match &mut service.life {
        Life::Stopped { .. }
        | Life::Failed { .. }
        | Life::Waiting { .. }
        | Life::Backoff { .. } => {
            ctx.done(service);
            let since = match &service.life {
                // It was stopped before; only the wish has ended.
                Life::Stopped { since } => *since,
                Life::Failed { .. }
                | Life::Waiting { .. }
                | Life::Backoff { .. }
                | Life::Starting { .. }
                | Life::Running { .. }
                | Life::Stopping { .. } => Some(now),
            };
            ctx.enter(service, Life::Stopped { since });
        }
        Life::Starting {
            run,
            step: StartStep::Probing { process, .. },
            ..
        }
        | Life::Running { run, process, .. } => {
            let (run, process) = (*run, process.clone());
            begin_ending(service, run, process, how, then, ctx);
        }
        Life::Starting { run, step, .. } => {
            let step = match step {
                StartStep::Preparing => StopStep::Preparing,
                StartStep::Spawning | StartStep::Probing { .. } => StopStep::Spawning { how },
            };
            let (since, run) = (now, *run);
            ctx.enter(
                service,
                Life::Stopping {
                    since,
                    run,
                    step,
                    then,
                },
            );
        }
        Life::Stopping { .. } => harder(service, how, then, ctx),
    }
}

/// What is being ended already is ended harder, or no longer started again.
fn harder(service: &mut Service, how: How, then: Then, ctx: &mut Ctx) {
    let Life::Stopping {
        run,
        step,
        then: follows,
        ..
    } = &mut service.life
    else {
        return;
    };
    *follows = then;
    match (step, how) {
        (StopStep::Spawning { how: later }, How::Kill) => *later = How::Kill,
        (StopStep::Ending { next, reports, .. }, How::Kill) => {
            *next = EndingNext::Kill;
            *reports += 1;
            ctx.effect(Effect::Sweep {
                service: service.def.name.clone(),
                run: *run,
            });
        }
        (
            StopStep::Preparing | StopStep::Spawning { .. } | StopStep::Ending { .. },
            How::Ask | How::Kill,
        ) => {}
    }
}

/// Signals the tree of a living process.
pub(super) fn begin_ending(
    service: &mut Service,
    run: RunId,
    process: Process,
    how: How,
    then: Then,
    ctx: &mut Ctx,
) {
    let name = service.def.name.clone();
    let (next, reports) = match how {
        How::Ask => {
            let spec = &service.def.stop;
            ctx.effect(Effect::Signal {
                service: name,
                run,
                signal: spec.signal,
            });
            let grace = EndingNext::Grace {
                kill_at: ctx.now.mono.after(spec.timeout),
                look_at: None,
                pause: LOOK_FIRST,
            };
            (grace, 0)
        }
        How::Kill => {
            ctx.effect(Effect::Sweep { service: name, run });
            (EndingNext::Kill, 1)
        }
    };
    let step = StopStep::Ending {
        process,
        exited: None,
        next,
        reports,
    };
    let since = match &service.life {
        // The stop came while the spawn was under way.
        Life::Stopping { since, .. } => *since,
        Life::Starting { .. }
        | Life::Running { .. }
        | Life::Stopped { .. }
        | Life::Waiting { .. }
        | Life::Backoff { .. }
        | Life::Failed { .. } => ctx.now.wall,
    };
    ctx.enter(
        service,
        Life::Stopping {
            since,
            run,
            step,
            then,
        },
    );
}
