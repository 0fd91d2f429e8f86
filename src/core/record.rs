//! What the next owner needs to know about a service: its run record.

use super::{
    life::{Life, StartStep, StopStep},
    world::Service,
};
use crate::model::{
    Actor, Identity, Moment, RunId, RunRecord, Wall, Want,
    log::LogPositions,
    run::{RUN_SCHEMA, RunState},
};

/// The run record of a service; `None` for one that never ran and of which nobody wants anything.
pub fn of(
    service: &Service,
    boot_id: &str,
    log_base: LogPositions,
    log_at_start: LogPositions,
    now: Moment,
) -> Option<RunRecord> {
    let never = service.last_run.is_none() && !service.life.is_live();
    if never && service.want == Want::Down && service.want_by == Actor::POLICY {
        return None;
    }
    let (run, state, leader) = how_far(service);
    let process = service.life.process();
    let wall_of = |mono| {
        let ago = i64::try_from(now.mono.since(mono).as_millis()).unwrap_or(i64::MAX);
        Wall::from_millis(now.wall.millis().saturating_sub(ago))
    };
    Some(RunRecord {
        schema: RUN_SCHEMA,
        service: service.def.name.clone(),
        run,
        state,
        boot_id: boot_id.to_owned(),
        pid: leader.map(|leader| leader.pid),
        start_ticks: leader.map(|leader| leader.start_ticks),
        pidfd_ino: leader.and_then(|leader| leader.pidfd_ino),
        want: service.want,
        by: service.want_by.to_string(),
        spawned_at: process.map(|process| process.spawned_at),
        ready_at: process.and_then(|process| process.ready_at),
        last_exit: service.last_exit.clone(),
        deaths: service.deaths.iter().map(|at| wall_of(*at)).collect(),
        restarts: service.restarts,
        log_base,
        log_at_start,
        log_heads: Box::default(),
    })
}

/// The run, how far it got, and its leader as far as it is known.
fn how_far(service: &Service) -> (Option<RunId>, RunState, Option<Identity>) {
    match &service.life {
        Life::Starting {
            run,
            step: StartStep::Preparing | StartStep::Spawning,
            ..
        }
        | Life::Stopping {
            run,
            step: StopStep::Preparing | StopStep::Spawning { .. },
            ..
        } => (Some(*run), RunState::Intent, None),
        Life::Starting {
            run,
            step: StartStep::Probing { process, .. },
            ..
        }
        | Life::Running { run, process, .. }
        | Life::Stopping {
            run,
            step: StopStep::Ending { process, .. },
            ..
        } => (Some(*run), RunState::Spawned, Some(process.identity)),
        Life::Stopped { .. }
        | Life::Waiting { .. }
        | Life::Backoff { .. }
        | Life::Failed { .. } => {
            let last = service.last_run.as_ref();
            let leader = last.and_then(|last| last.identity);
            (last.map(|last| last.run), RunState::Ended, leader)
        }
    }
}
