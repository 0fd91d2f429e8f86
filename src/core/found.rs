//! What a new owner finds of the runs before it: contract section 3.

use serde_json::json;

use super::{
    asks::Services,
    cadence,
    ctx::Ctx,
    effect::{Effect, LastRun},
    exit,
    input::{AskWith, Finding, Input},
    life::{Life, Process},
    restart,
    world::{Origin, Service},
};
use crate::model::{
    Action, Actor, EventKind, ExitInfo, ExitStatus, Health, Identity, Mono, RunId, RunRecord, Wall,
    Want,
    run::{GAVE_UP, RunState},
    service::RestartPolicy,
};

/// What was found of the last recorded run of a service.
pub(super) fn found(services: &mut Services, record: &RunRecord, finding: Finding, ctx: &mut Ctx) {
    if matches!(finding, Finding::Alive(_)) && record.run.is_some() {
        // Without a file it is listed as long as it lives.
        services
            .entry(record.service.clone())
            .or_insert_with(|| Service::unconfigured(&record.service));
    }
    let Some(service) = services.get_mut(&record.service) else {
        return;
    };
    if service.life != (Life::Stopped { since: None }) {
        // Something has happened to it since: the record is not the last word.
        return;
    }
    ctx.touch(&record.service);
    service.restarts = record.restarts;
    service.last_exit.clone_from(&record.last_exit);
    service.want_by = record.by.parse().unwrap_or(Actor::POLICY);
    if finding == Finding::OtherBoot {
        let since = record.last_exit.as_ref().map(|exit| exit.at);
        ctx.enter(service, Life::Stopped { since });
        return;
    }
    service.last_run = record.run.map(|run| LastRun {
        run,
        identity: record.identity(),
        parented: false,
    });
    service.deaths = record.deaths.iter().map(|at| mono_of(*at, ctx)).collect();
    match (finding, record.run) {
        (Finding::Alive(identity), Some(run)) => adopt(service, run, identity, record, ctx),
        (Finding::Dead, Some(run)) => was_dead(service, run, record, ctx),
        (Finding::Alive(_) | Finding::Dead, None) | (Finding::Nothing | Finding::OtherBoot, _) => {
            rest(service, record, ctx);
        }
    }
}

/// A time of people on the clock of decisions.
fn mono_of(wall: Wall, ctx: &Ctx) -> Mono {
    Mono(ctx.now.mono.0.saturating_sub(ctx.now.wall.since(wall)))
}

/// A living process that is taken over.
#[derive(Clone, Copy)]
pub(super) struct TakenOver {
    /// Its run.
    pub(super) run: RunId,
    /// The process.
    pub(super) identity: Identity,
    /// When it was spawned.
    pub(super) spawned_at: Wall,
    /// When it was first healthy, where that is known.
    pub(super) ready_at: Option<Wall>,
}

/// Takes a living process over, by its record.
fn adopt(service: &mut Service, run: RunId, identity: Identity, record: &RunRecord, ctx: &mut Ctx) {
    service.want = record.want;
    let taken = TakenOver {
        run,
        identity,
        spawned_at: record.spawned_at.unwrap_or(ctx.now.wall),
        ready_at: record.ready_at,
    };
    take_over(service, taken, ctx);
    let seq = ctx.write(EventKind::Adoption, Some(service), |draft| {
        draft.data = json!({ "pid": identity.pid, "verdict": "adopted" });
    });
    if record.want == Want::Down && ctx.leaving.is_none() {
        // The owner before was stopping it.
        ctx.follow.push_back(Input::Ask {
            service: service.def.name.clone(),
            action: Action::Stop,
            by: Actor::POLICY,
            with: AskWith::default(),
            cause: Some(seq),
        });
    }
}

/// The service is this living process from now on.
pub(super) fn take_over(service: &mut Service, taken: TakenOver, ctx: &mut Ctx) {
    let TakenOver {
        run,
        identity,
        spawned_at,
        ready_at,
    } = taken;
    let process = Process {
        identity,
        spawned_at,
        spawned: mono_of(spawned_at, ctx),
        ready: ready_at.map(|at| mono_of(at, ctx)),
        ready_at,
        adopted: true,
    };
    service.last_run = Some(LastRun {
        run,
        identity: Some(identity),
        parented: false,
    });
    // Whoever looked at the port did not know yet that this is our run.
    service.port = None;
    ctx.effect(Effect::Adopt {
        service: service.def.name.clone(),
        run,
        identity,
    });
    let life = Life::Running {
        since: ready_at.unwrap_or(spawned_at),
        run,
        process,
        watch: Box::new(cadence::from_adoption(&service.def.health, ctx.now.mono)),
        health: Health::Unknown,
    };
    ctx.enter(service, life);
    let text = format!("found running with PID {}, taken over", identity.pid);
    ctx.say(service, text);
}

/// It died while nobody watched: an exit with unknown status.
fn was_dead(service: &mut Service, run: RunId, record: &RunRecord, ctx: &mut Ctx) {
    service.want = record.want;
    let asked = record.want == Want::Down;
    let info = ExitInfo::new(ExitStatus::Unknown, ctx.now.wall, asked, Vec::new());
    service.last_exit = Some(info);
    let reason = "ended while no owner watched";
    let cause = ctx.write(EventKind::Exit, Some(service), |draft| {
        draft.run = Some(run);
        draft.reason = Some(reason.to_owned());
        draft.data = json!({ "code": null, "signal": null, "stderr_tail": [], "holder": null,
            "asked": asked, "completed": false });
    });
    let since = ctx.now.wall;
    if asked {
        ctx.enter(service, Life::Stopped { since: Some(since) });
        return;
    }
    let life = Life::Failed {
        since,
        reason: reason.to_owned(),
    };
    ctx.enter(service, life);
    exit::died(service, reason, Some(cause), ctx);
}

/// The reason of a failure for which the owner before has given up.
fn still_given_up(service: &Service, reason: &str) -> Option<String> {
    let spec = &service.def.restart;
    let last = *service.deaths.last()?;
    let recent = restart::recent(spec, &service.deaths, last);
    let over = spec.policy != RestartPolicy::Never && recent >= spec.give_up_deaths as usize;
    over.then(|| exit::gave_up(reason, spec, recent))
}

/// Nothing lives, and nothing did when the owner before left. What it wanted of a service that had
/// ended unasked still stands, and the restart policy goes on; one that was about to be started is
/// asked for anew by whoever tells of the finding.
fn rest(service: &mut Service, record: &RunRecord, ctx: &mut Ctx) {
    let since = record.last_exit.as_ref().map(|exit| exit.at);
    let wanted = record.state == RunState::Ended && record.want == Want::Up;
    let life = match &record.last_exit {
        Some(exit) if wanted && !exit.asked => {
            service.want = Want::Up;
            if exit.status().is_success() && service.def.is_task() {
                Life::Stopped { since }
            } else {
                let reason = exit.status().to_string();
                Life::Failed {
                    since: exit.at,
                    reason: still_given_up(service, &reason).unwrap_or(reason),
                }
            }
        }
        Some(_) | None => Life::Stopped { since },
    };
    ctx.enter(service, life);
    let may = service.origin == Origin::File && ctx.leaving.is_none();
    let dies_on = service.def.restart.policy != RestartPolicy::Never && !service.deaths.is_empty();
    if let Life::Failed { reason, .. } = &service.life
        && may
        && dies_on
    {
        let reason = reason.clone();
        if !reason.contains(GAVE_UP) {
            exit::go_on(service, &reason, None, ctx);
        }
    }
}
