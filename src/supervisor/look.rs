//! One honest look without an owner: no lock, no actor, nothing written, nothing signalled.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    adopt,
    environment::Environment,
    eyes::Eyes,
    load::Loaded,
    ports::{self, Kin, Leaders, PortWatch},
    press::{Press, Samples},
    probes as probing,
    runs::LogMarks,
};
use crate::{
    core::{self, Effect, Fact, Input, World, rng::Rng},
    io::{
        clock::Clock,
        platform::{self, SocketError, Spawner},
        records,
    },
    model::{
        ProbeOutcome, RunId, Seq, ServiceDef, ServiceName, Snapshot,
        root::Root,
        service::{ProbeKind, RestartPolicy},
    },
};

/// Looks at every service once: identity, port, health. Gives the verdicts that a new owner would.
///
/// # Errors
///
/// The kernel does not tell who listens.
pub async fn look(
    loaded: &Loaded,
    environment: &Environment,
    clock: Clock,
) -> Result<Arc<Snapshot>, SocketError> {
    let now = clock.now();
    let root = Arc::new(loaded.root.clone());
    let boot_id = platform::proc::boot_id();
    let mut world = World::new(&without_restarts(loaded), Seq(1), Rng::seeded(0));
    let (records, _problems) = records::read_all(&root);
    let marks: Marks = records
        .iter()
        .map(|record| (record.service.clone(), LogMarks::of(record)))
        .collect();
    let mut leaders = Leaders::new();
    for input in adopt::findings(&root, &boot_id, records, &loaded.names()) {
        for effect in core::decide(&mut world, input, now).effects {
            if let Effect::Adopt {
                service,
                run,
                identity,
            } = effect
            {
                leaders.insert(identity.pid, (service, run));
            }
        }
    }
    see_ports(&mut world, &root, &leaders, clock)?;
    let sight = Sight {
        root: &root,
        environment,
        marks,
        clock,
    };
    for (service, run, outcome) in probes(&world, &leaders, &sight).await {
        let fact = Fact::Probed(outcome);
        let _ = core::decide(&mut world, Input::Fact { service, run, fact }, clock.now());
    }
    let now = clock.now();
    let (mut press, _) = Press::new(root, boot_id, None, now);
    press.sampled(world.services.keys().cloned().collect::<Vec<_>>());
    Ok(press.publish(&world, &Samples::new(), now))
}

/// The services without their restart policies: a look starts nothing.
fn without_restarts(loaded: &Loaded) -> Vec<Arc<ServiceDef>> {
    let without = |def: &Arc<ServiceDef>| {
        let mut def = ServiceDef::clone(def);
        def.restart.policy = RestartPolicy::Never;
        Arc::new(def)
    };
    loaded.services.iter().map(without).collect()
}

/// Looks at all declared ports.
fn see_ports(
    world: &mut World,
    root: &Arc<Root>,
    leaders: &Leaders,
    clock: Clock,
) -> Result<(), SocketError> {
    let mut watch = PortWatch::new(root.dir.clone())?;
    let kin = Kin {
        leaders: leaders.clone(),
        ..Kin::default()
    };
    let now = clock.now();
    let seen = watch.look(&ports::declared(world), &kin, now.mono)?;
    let names: Vec<(ServiceName, _)> = world
        .services
        .values()
        .filter_map(|service| Some((service.def.name.clone(), service.def.port?)))
        .collect();
    for (service, port) in names {
        let listeners = seen.get(&port).cloned().unwrap_or_default();
        let _ = core::decide(world, Input::Port { service, listeners }, now);
    }
    Ok(())
}

/// Where the logs of each service begin.
type Marks = BTreeMap<ServiceName, LogMarks>;

/// What probes need beside the services.
struct Sight<'a> {
    root: &'a Root,
    environment: &'a Environment,
    marks: Marks,
    clock: Clock,
}

/// Probes every running service once, all at the same time.
async fn probes(
    world: &World,
    leaders: &Leaders,
    sight: &Sight<'_>,
) -> Vec<(ServiceName, RunId, ProbeOutcome)> {
    let mut tasks = Vec::new();
    let (mut spawner, mut eyes, clock) = (Spawner::default(), Eyes::default(), sight.clock);
    for (service, run) in leaders.values() {
        let Some(record) = world.services.get(service) else {
            continue;
        };
        let (def, service, run) = (record.def.clone(), service.clone(), *run);
        let timeout = def.health.timeout;
        let task = match &def.health.kind {
            ProbeKind::Http { .. } | ProbeKind::Tcp { .. } => {
                let https = eyes.https.clone();
                tokio::spawn(async move { probing::network_probe(&https, &def, clock).await })
            }
            ProbeKind::Exec { argv } => {
                let env = eyes.of_probe(sight.environment, &def, sight.root);
                let helper = env.and_then(|env| {
                    let helper = spawner.spawn_helper(argv.clone(), env, def.cwd.clone());
                    helper.map_err(|error| probing::could_not(&error))
                });
                tokio::spawn(probing::exec_outcome(helper, timeout, clock))
            }
            ProbeKind::Log { pattern } if core::known(record).is_none() => {
                let marks = sight.marks.get(&service).copied().unwrap_or_default();
                let log = eyes.take_log(sight.root, &def, pattern, run, marks);
                tokio::spawn(async move {
                    let (outcome, _log) = probing::log_outcome(log, timeout, clock).await;
                    outcome
                })
            }
            // The look at the ports, and that it lives, have told these.
            ProbeKind::Alive | ProbeKind::Listen | ProbeKind::Log { .. } => {
                let outcome = probing::without_probe(record, clock.now().wall);
                tokio::spawn(async move { outcome })
            }
        };
        tasks.push((service, run, task));
    }
    let mut outcomes = Vec::new();
    for (service, run, task) in tasks {
        if let Ok(outcome) = task.await {
            outcomes.push((service, run, outcome));
        }
    }
    outcomes
}
