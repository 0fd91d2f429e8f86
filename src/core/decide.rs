//! The whole policy of oats: one input in, what follows out.

use std::collections::{BTreeSet, VecDeque};

use super::{
    asks,
    ctx::Ctx,
    doubt,
    effect::Decision,
    facts, found, freeing,
    input::{Doubt, Input},
    leaving, ports, redefine, reload, start, ticks, up,
    world::{Service, World},
};
use crate::model::{Moment, Mono, ServiceName};

/// Takes one input at one moment: changes the world in place, and says what to do, what to write
/// down, and what to publish.
///
/// Costs O(1) in the number of services: it touches the one service and those that wait for it. Only
/// leaving and `Up` look at all.
pub fn decide(world: &mut World, input: Input, now: Moment) -> Decision {
    let mut out = Decision::default();
    let mut follow = VecDeque::from([input]);
    loop {
        let Some(input) = follow.pop_front() else {
            if retire(world, now, &mut out, &mut follow) {
                continue;
            }
            break;
        };
        // Who asks is answered, with a refusal, even when leaving is complete.
        let asked = matches!(
            input,
            Input::Ask { .. }
                | Input::Up { .. }
                | Input::Reload { .. }
                | Input::Doubt {
                    doubt: Doubt::Asked { .. },
                    ..
                }
        );
        if !world.left || asked {
            step(world, input, now, &mut out, &mut follow);
        }
    }
    for name in out.changed.iter().chain(&out.sampled) {
        world.arm(name);
    }
    leaving::complete(world, &mut out);
    debug_assert_eq!(world.broken_invariants(), Vec::<String>::new());
    out
}

/// Takes out the services that are no longer configured and of which nothing lives any more;
/// whether there were any.
fn retire(
    world: &mut World,
    now: Moment,
    out: &mut Decision,
    follow: &mut VecDeque<Input>,
) -> bool {
    let touched: Vec<ServiceName> = out.changed.iter().cloned().collect();
    let mut gone: Vec<Service> = touched
        .iter()
        .filter_map(|name| redefine::retire(world, name))
        .collect();
    let mut ctx = Ctx {
        now,
        rng: &mut world.rng,
        leaving: world.leaving,
        seq: &mut world.next_seq,
        out,
        follow,
    };
    for service in &mut gone {
        redefine::farewell(service, &mut ctx);
    }
    let any = !gone.is_empty();
    out.gone.append(&mut gone);
    any
}

/// Takes one input; what follows from it at once is put into `follow`.
fn step(
    world: &mut World,
    input: Input,
    now: Moment,
    out: &mut Decision,
    follow: &mut VecDeque<Input>,
) {
    let World {
        services,
        leaving: leaving_now,
        leaving_by,
        next_seq,
        rng,
        files,
        deadlines,
        ..
    } = world;
    let mut ctx = Ctx {
        now,
        rng,
        leaving: *leaving_now,
        seq: next_seq,
        out,
        follow,
    };
    match input {
        Input::Ask {
            service,
            action,
            by,
            with,
            cause,
        } => {
            let wish = asks::Wish::new(action, by, with, cause);
            asks::answer(services, &service, &wish, &mut ctx);
        }
        Input::Up {
            services: wanted,
            by,
        } => up::up(services, &wanted, &by, &mut ctx),
        Input::Fact { service, run, fact } => facts::fact(services, &service, run, fact, &mut ctx),
        Input::Port { service, listeners } => ports::seen(services, &service, &listeners, &mut ctx),
        Input::Found { record, finding } => found::found(services, &record, finding, &mut ctx),
        Input::Survivors { service, survivors } => {
            doubt::found(services, &service, survivors, &mut ctx);
        }
        Input::Doubt { service, doubt } => doubt::doubt(services, &service, doubt, &mut ctx),
        Input::Freed { service, seq, news } => {
            freeing::news(services, &service, seq, news, &mut ctx);
        }
        Input::Recheck { service } if ctx.leaving.is_some() => {
            leaving::recheck(services, &service, leaving_by, &mut ctx);
        }
        Input::Recheck { service } => start::recheck(services, &service, &mut ctx),
        Input::Retry { service, cause } => start::by_policy(services, &service, cause, &mut ctx),
        Input::Tick => {
            ticks::all(services, &due(deadlines, now), &mut ctx);
        }
        Input::Reload { by } => reload::asked(files, by, &mut ctx),
        Input::FilesRead { asked, read } => reload::read(services, files, asked, read, &mut ctx),
        Input::Leave { how, by } => {
            reload::left(files, &mut ctx);
            *leaving_by = by;
            leaving::leave(services, leaving_now, how, leaving_by, &mut ctx);
        }
    }
}

/// The services whose deadline has come.
fn due(deadlines: &BTreeSet<(Mono, ServiceName)>, now: Moment) -> Vec<ServiceName> {
    deadlines
        .iter()
        .take_while(|(at, _)| *at <= now.mono)
        .map(|(_, name)| name.clone())
        .collect()
}
