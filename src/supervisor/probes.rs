//! Probes and looks at single ports: how the supervisor sees a service.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::hands::{Hands, Note};
use crate::{
    core::{Fact, Input, Service, World, holder, known, listen_outcome},
    io::{
        clock::Clock,
        platform::{Helper, SpawnError},
        probe::{self, Https, LogWatch},
    },
    model::{
        Moment, ProbeOutcome, RunId, ServiceDef, ServiceName, Wall, pattern::Pattern,
        port::Listening, service::ProbeKind,
    },
};

impl Hands {
    /// Probes a service once.
    pub(super) fn probe(
        &mut self,
        world: &World,
        service: ServiceName,
        run: RunId,
        witness: bool,
        now: Moment,
    ) -> Vec<Input> {
        let Some(record) = world.services.get(&service) else {
            return Vec::new();
        };
        let def = record.def.clone();
        match &def.health.kind {
            ProbeKind::Alive => Vec::new(),
            ProbeKind::Listen => self.listen_probe(world, record, run, now),
            ProbeKind::Http { .. } | ProbeKind::Tcp { .. } => {
                let (notes, clock) = (self.notes.clone(), self.clock);
                let https = self.eyes.https.clone();
                tokio::spawn(async move {
                    let outcome = network_probe(&https, &def, clock).await;
                    let note = Note::Probed {
                        service,
                        run,
                        outcome,
                        witness,
                        helper: None,
                    };
                    let _ = notes.send(note).await;
                });
                Vec::new()
            }
            ProbeKind::Exec { argv } => {
                self.exec_probe(&def, argv, run, witness);
                Vec::new()
            }
            ProbeKind::Log { pattern } => {
                self.log_probe(&def, pattern, run, witness);
                Vec::new()
            }
        }
    }

    /// Looks whether a service listens; nobody connects.
    fn listen_probe(
        &mut self,
        world: &World,
        record: &Service,
        run: RunId,
        now: Moment,
    ) -> Vec<Input> {
        let service = record.def.name.clone();
        let Some(listeners) = self.look_at_port(world, &service, now) else {
            return Vec::new();
        };
        let state = holder::classify(record, &listeners);
        let outcome = listen_outcome(record.def.port_owner, &state, now.wall);
        vec![
            Input::Port {
                service: service.clone(),
                listeners,
            },
            Input::Fact {
                service,
                run,
                fact: Fact::Probed(outcome),
            },
        ]
    }

    /// Runs the program of an exec probe.
    fn exec_probe(&mut self, def: &ServiceDef, argv: &[String], run: RunId, witness: bool) {
        let service = def.name.clone();
        let spawner = &mut self.spawner;
        let env = self.eyes.of_probe(&self.own_env, def, &self.root);
        let helper = env.and_then(|env| {
            let helper = spawner.spawn_helper(argv.to_vec(), env, def.cwd.clone());
            helper.map_err(|error| could_not(&error))
        });
        let pid = helper.as_ref().ok().map(|helper| *helper.identity());
        let (notes, clock, timeout) = (self.notes.clone(), self.clock, def.health.timeout);
        tokio::spawn(async move {
            let outcome = exec_outcome(helper, timeout, clock).await;
            let note = Note::Probed {
                service,
                run,
                outcome,
                witness,
                helper: pid,
            };
            let _ = notes.send(note).await;
        });
    }

    /// Reads what the run has written since the last look.
    fn log_probe(&mut self, def: &Arc<ServiceDef>, pattern: &Pattern, run: RunId, witness: bool) {
        let marks = self.marks(&def.name);
        let log = self.eyes.take_log(&self.root, def, pattern, run, marks);
        let (notes, clock) = (self.notes.clone(), self.clock);
        let (service, timeout) = (def.name.clone(), def.health.timeout);
        tokio::spawn(async move {
            let (outcome, log) = log_outcome(log, timeout, clock).await;
            if let Some(log) = log {
                let service = service.clone();
                let log = Box::new(log);
                let _ = notes.send(Note::LogRead { service, run, log }).await;
            }
            let note = Note::Probed {
                service,
                run,
                outcome,
                witness,
                helper: None,
            };
            let _ = notes.send(note).await;
        });
    }

    /// Who listens on the port of a service now.
    pub(super) fn look_at_port(
        &mut self,
        world: &World,
        service: &ServiceName,
        now: Moment,
    ) -> Option<Vec<Listening>> {
        let port = world.services.get(service)?.def.port?;
        let kin = self.runs.kin();
        match self.ports.look(&BTreeSet::from([port]), &kin, now.mono) {
            Ok(mut seen) => seen.remove(&port),
            Err(error) => {
                tracing::warn!(target: "ports", "could not look at port {port}: {error}");
                None
            }
        }
    }
}

/// What an exec probe saw, once its program has ended.
pub(super) async fn exec_outcome(
    helper: Result<Helper, String>,
    timeout: Duration,
    clock: Clock,
) -> ProbeOutcome {
    let before = clock.now();
    let (ok, detail) = match helper {
        Ok(helper) => {
            let seen = probe::exec::wait(helper, timeout).await;
            (seen.ok, seen.detail)
        }
        Err(why) => (false, why),
    };
    let after = clock.now();
    let latency = Some(after.mono.since(before.mono));
    ProbeOutcome {
        ok,
        detail,
        latency,
        at: after.wall,
        witness: None,
    }
}

/// Why a program could not be run.
pub(super) fn could_not(error: &SpawnError) -> String {
    format!("could not {error}")
}

/// What a log probe saw, and the log to read on from there.
pub(super) async fn log_outcome(
    mut log: LogWatch,
    timeout: Duration,
    clock: Clock,
) -> (ProbeOutcome, Option<LogWatch>) {
    let read = move || {
        let seen = log.look(timeout);
        (seen.ok, seen.detail, Some(log))
    };
    let read = tokio::task::spawn_blocking(read).await;
    let (ok, detail, log) =
        read.unwrap_or_else(|_gone| (false, "oats is leaving".to_owned(), None));
    let outcome = ProbeOutcome {
        ok,
        detail,
        latency: None,
        at: clock.now().wall,
        witness: None,
    };
    (outcome, log)
}

/// What is seen of a running service that nothing is sent to: that it lives, that it listens.
pub(super) fn without_probe(service: &Service, at: Wall) -> ProbeOutcome {
    match (&service.port, &service.def.health.kind) {
        (Some(port), ProbeKind::Listen) => listen_outcome(service.def.port_owner, port, at),
        (Some(_) | None, _) => ProbeOutcome {
            ok: true,
            detail: known(service).unwrap_or("alive").to_owned(),
            latency: None,
            at,
            witness: None,
        },
    }
}

/// One probe over the network; what is no network probe says so.
pub(super) async fn network_probe(https: &Https, def: &ServiceDef, clock: Clock) -> ProbeOutcome {
    let timeout = def.health.timeout;
    let seen = match &def.health.kind {
        ProbeKind::Http { url, expect } => Some(probe::http(https, url, expect, timeout).await),
        ProbeKind::Tcp { host, port } => Some(probe::tcp(host, *port, timeout).await),
        ProbeKind::Alive | ProbeKind::Listen | ProbeKind::Exec { .. } | ProbeKind::Log { .. } => {
            None
        }
    };
    let at = clock.now().wall;
    match seen {
        Some(seen) => ProbeOutcome {
            ok: seen.ok,
            detail: seen.detail,
            latency: Some(seen.latency),
            at,
            witness: None,
        },
        None => ProbeOutcome {
            ok: false,
            detail: "not a network probe".to_owned(),
            latency: None,
            at,
            witness: None,
        },
    }
}
