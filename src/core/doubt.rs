//! Processes that may be an earlier run of a service: shown, and left alone until a person decides
//! about one of them.

use std::time::Duration;

use serde_json::json;

use super::{
    asks::Services,
    ctx::{Ctx, Failure},
    effect::Effect,
    found::{self, TakenOver},
    gate::Door,
    input::{Doubt, Seen},
    life::Life,
    world::Service,
};
use crate::model::{
    Actor, EventKind, Moment, Mono, Outcome, Refusal, RunId, Seq, ServiceName, Want,
    snapshot::Survivor,
    target::{SurvivorChoice, Target},
};

/// How long a survivor that was signalled may live on.
const GRACE: Duration = Duration::from_secs(5);

/// What is being done about a survivor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurvivorAsk {
    /// Its ledger line.
    pub seq: Seq,
    /// Who asked.
    pub by: Actor,
    /// Since when.
    pub since: Moment,
    /// About which process.
    pub target: Target,
    /// What is to become of it.
    pub choice: SurvivorChoice,
    /// When it counts as failed.
    pub until: Mono,
}

/// Survivors were found, or none any more.
pub(super) fn found(
    services: &mut Services,
    name: &ServiceName,
    survivors: Vec<Survivor>,
    ctx: &mut Ctx,
) {
    if !survivors.is_empty() {
        // Without a file it is listed as long as somebody is in doubt.
        services
            .entry(name.clone())
            .or_insert_with(|| Service::unconfigured(name));
    }
    let Some(service) = services.get_mut(name) else {
        return;
    };
    if service.survivors == survivors {
        return;
    }
    let gone: Vec<Target> = service.survivors.iter().map(target_of).collect();
    for target in gone {
        if !survivors.iter().any(|it| target_of(it) == target) {
            remove(service, target, ctx);
        }
    }
    for survivor in &survivors {
        if !service.survivors.contains(survivor) {
            ctx.effect(Effect::WatchSurvivor {
                service: name.clone(),
                target: target_of(survivor),
            });
        }
    }
    service.survivors = survivors;
    ctx.touch(name);
}

/// Which process a survivor is.
fn target_of(survivor: &Survivor) -> Target {
    Target {
        pid: survivor.pid,
        start_ticks: survivor.start_ticks,
    }
}

/// Something about a survivor: a decision, or what was seen.
pub(super) fn doubt(services: &mut Services, name: &ServiceName, doubt: Doubt, ctx: &mut Ctx) {
    match doubt {
        Doubt::Asked { target, choice, by } => {
            let answer = ask(services, name, target, choice, &by, ctx);
            ctx.out.answer = Some(answer);
        }
        Doubt::Seen { seq, seen } => {
            if let Some(service) = services.get_mut(name) {
                looked_at(service, seq, seen, ctx);
            }
        }
        Doubt::Gone(target) => {
            if let Some(service) = services.get_mut(name) {
                remove(service, target, ctx);
            }
        }
    }
}

/// A person decides about a survivor.
fn ask(
    services: &mut Services,
    name: &ServiceName,
    target: Target,
    choice: SurvivorChoice,
    by: &Actor,
    ctx: &mut Ctx,
) -> Result<Seq, Refusal> {
    let Some(service) = services.get_mut(name) else {
        let refusal = Refusal::NoSuchService(name.clone());
        refuse(None, by, &refusal, ctx);
        return Err(refusal);
    };
    if ctx.door() == Door::Closed {
        let refusal = Refusal::ShuttingDown;
        refuse(Some(service), by, &refusal, ctx);
        return Err(refusal);
    }
    let why = Failure::plain("another choice took its place");
    end(service, Outcome::Superseded, Some(why), ctx);
    let seq = ctx.write(EventKind::Ask, Some(service), |draft| {
        draft.actor = Some(by.clone());
        draft.reason = Some(words(target, choice));
        draft.data = json!({ "pid": target.pid, "start_ticks": target.start_ticks });
    });
    service.doubt = Some(SurvivorAsk {
        seq,
        by: by.clone(),
        since: ctx.now,
        target,
        choice,
        until: ctx.now.mono.after(GRACE),
    });
    ctx.touch(name);
    match may(service, target, choice) {
        Ok(()) => ctx.effect(Effect::Survivor {
            service: name.clone(),
            seq,
            target,
            choice,
        }),
        Err(reason) => failed(service, reason, ctx),
    }
    Ok(seq)
}

/// Writes a refusal down.
fn refuse(service: Option<&Service>, by: &Actor, refusal: &Refusal, ctx: &mut Ctx) {
    ctx.write(EventKind::Refusal, service, |draft| {
        draft.actor = Some(by.clone());
        draft.result = Some(Outcome::Refused);
        draft.code = Some(refusal.code().to_owned());
        draft.reason = Some(refusal.text());
    });
}

/// What is wanted of a survivor, in words.
fn words(target: Target, choice: SurvivorChoice) -> String {
    let pid = target.pid;
    match choice {
        SurvivorChoice::End(force) => format!("end PID {pid} with {}", force.signal()),
        SurvivorChoice::Adopt => format!("take PID {pid} over"),
    }
}

/// Whether it can be done, as far as is known; else why nothing is.
fn may(service: &Service, target: Target, choice: SurvivorChoice) -> Result<(), String> {
    let pid = target.pid;
    let mut known = service.survivors.iter().filter(|it| it.pid == pid);
    let Some(survivor) = known.next() else {
        return Err(format!(
            "PID {pid} is not in doubt any more, nothing was done"
        ));
    };
    if survivor.start_ticks != target.start_ticks {
        return Err(format!(
            "PID {pid} is now another process, nothing was done"
        ));
    }
    match (choice, &service.life) {
        (SurvivorChoice::Adopt, Life::Running { .. }) => Err("service is already running".into()),
        (SurvivorChoice::Adopt, Life::Starting { .. }) => Err("service is already starting".into()),
        (SurvivorChoice::Adopt, Life::Stopping { .. }) => Err("service is still stopping".into()),
        (SurvivorChoice::Adopt | SurvivorChoice::End(_), _) => Ok(()),
    }
}

/// The survivor was looked at once more: it was signalled, may be taken over, or was not touched.
fn looked_at(service: &mut Service, seq: Seq, seen: Result<Seen, String>, ctx: &mut Ctx) {
    let Some(ask) = service.doubt.clone().filter(|ask| ask.seq == seq) else {
        return;
    };
    match (seen, ask.choice) {
        (Err(reason), _) => failed(service, reason, ctx),
        (Ok(_), SurvivorChoice::End(force)) => {
            let (signal, pid) = (force.signal(), ask.target.pid);
            ctx.say(service, format!("{signal} to PID {pid}"));
        }
        (Ok(seen), SurvivorChoice::Adopt) => match may(service, ask.target, ask.choice) {
            Ok(()) => adopt(service, &ask, &seen, ctx),
            Err(reason) => failed(service, reason, ctx),
        },
    }
}

/// It is the service: takes it over as it runs.
fn adopt(service: &mut Service, ask: &SurvivorAsk, seen: &Seen, ctx: &mut Ctx) {
    // Whoever belongs to its tree is not in doubt any more either.
    service.survivors.retain(|it| {
        let known = target_of(it);
        known != ask.target && !seen.tree.contains(&known)
    });
    let why = format!("PID {} was taken over instead", ask.target.pid);
    ctx.end(service, Outcome::Superseded, Some(Failure::plain(why)));
    let last = service.last_run.take();
    let recorded = last
        .as_ref()
        .filter(|last| last.identity.is_some_and(|it| it.agrees(&seen.identity)))
        .map(|last| last.run);
    let run = seen
        .run
        .or(recorded)
        .unwrap_or_else(|| RunId::from_random(ctx.rng.next_u128()));
    if let Some(last) = last.filter(|last| last.run != run) {
        // As before a start: what the last run left behind is ended.
        ctx.effect(Effect::EndLeftover {
            service: service.def.name.clone(),
            seq: ask.seq,
            last,
        });
    }
    service.want = Want::Up;
    service.want_by = ask.by.clone();
    service.deaths.clear();
    let taken = TakenOver {
        run,
        identity: seen.identity,
        spawned_at: seen.started_at.unwrap_or(ctx.now.wall),
        ready_at: None,
    };
    found::take_over(service, taken, ctx);
    ctx.effect(Effect::LookAtPort {
        service: service.def.name.clone(),
    });
    ctx.write(EventKind::Adoption, Some(service), |draft| {
        draft.actor = Some(ask.by.clone());
        draft.cause = Some(ask.seq);
        draft.data = json!({ "pid": ask.target.pid, "verdict": "adopted by hand" });
    });
    end(service, Outcome::Done, None, ctx);
}

/// A survivor is gone.
fn remove(service: &mut Service, target: Target, ctx: &mut Ctx) {
    let before = service.survivors.len();
    service.survivors.retain(|it| target_of(it) != target);
    if service.survivors.len() == before {
        return;
    }
    ctx.touch(&service.def.name);
    let pid = target.pid;
    ctx.say(service, format!("PID {pid}, which was in doubt, has ended"));
    let asked = service.doubt.as_ref().filter(|ask| ask.target == target);
    match asked.map(|ask| ask.choice) {
        Some(SurvivorChoice::End(_)) => end(service, Outcome::Done, None, ctx),
        Some(SurvivorChoice::Adopt) => failed(service, format!("PID {pid} has ended"), ctx),
        None => {}
    }
}

/// The time is up: it still lives.
pub(super) fn due(service: &mut Service, ctx: &mut Ctx) {
    let Some(ask) = service.doubt.as_ref().filter(|it| it.until <= ctx.now.mono) else {
        return;
    };
    let (pid, after) = (ask.target.pid, GRACE.as_secs());
    let reason = match ask.choice {
        SurvivorChoice::End(force) => {
            format!("PID {pid} still lives {after} s after {}", force.signal())
        }
        SurvivorChoice::Adopt => format!("PID {pid} could not be looked at within {after} s"),
    };
    failed(service, reason, ctx);
}

/// oats leaves.
pub(super) fn left(service: &mut Service, ctx: &mut Ctx) {
    let why = Failure::plain("oats left");
    end(service, Outcome::Superseded, Some(why), ctx);
}

fn failed(service: &mut Service, reason: String, ctx: &mut Ctx) {
    ctx.say(service, reason.clone());
    end(service, Outcome::Failed, Some(Failure::plain(reason)), ctx);
}

/// Ends what is being done about a survivor, where there is something.
fn end(service: &mut Service, result: Outcome, why: Option<Failure>, ctx: &mut Ctx) {
    let Some(ask) = service.doubt.take() else {
        return;
    };
    let duration_ms = ctx.took(ask.since);
    ctx.write(EventKind::Result, Some(service), |draft| {
        draft.actor = Some(ask.by.clone());
        draft.cause = Some(ask.seq);
        draft.result = Some(result);
        draft.reason = why.map(|why| why.reason);
        draft.duration_ms = Some(duration_ms);
        draft.data = json!({ "pid": ask.target.pid, "choice": words(ask.target, ask.choice) });
    });
    ctx.touch(&service.def.name);
}
