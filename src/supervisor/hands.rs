//! What a decision wants done, done. Whatever takes time is a task that reports a [`Note`].

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{
    environment::Environment,
    eyes::Eyes,
    heads::Heads,
    ports::PortWatch,
    reload::Reading,
    rotation::LogLooks,
    runs::{LiveRun, LogMarks, Runs},
    writer::Writer,
};
use crate::{
    core::{Effect, Fact, Input, World},
    io::{
        clock::Clock,
        logs,
        platform::{self, Adopted, Leader, Sampler, SpawnPlan, Spawner},
        probe::LogWatch,
    },
    model::{
        ExitStatus, Identity, Moment, Pid, ProbeOutcome, RunId, RunRecord, ServiceDef, ServiceName,
        Signal, root::Root,
    },
};

/// What a task reports to the actor.
pub(super) enum Note {
    /// Something was seen that only the rules need to know.
    Seen(Input),
    /// The leftovers of the run before were ended.
    Cleaned {
        /// Of which service.
        service: ServiceName,
        /// The run that is being prepared.
        run: RunId,
        /// How many were ended.
        ended: usize,
        /// Which did not end.
        left: Vec<Pid>,
    },
    /// The intent was written, or could not be.
    Intent {
        /// Of which service.
        service: ServiceName,
        /// The run that is being prepared.
        run: RunId,
        /// How many leftovers were ended.
        ended: usize,
        /// The record as written.
        written: Result<RunRecord, String>,
    },
    /// A leader ended.
    Exited {
        /// Of which service.
        service: ServiceName,
        /// Which run.
        run: RunId,
        /// How.
        status: ExitStatus,
    },
    /// A probe ended.
    Probed {
        /// Of which service.
        service: ServiceName,
        /// Which run.
        run: RunId,
        /// What it saw.
        outcome: ProbeOutcome,
        /// Whether to look at the port before it is judged.
        witness: bool,
        /// The helper process of an exec probe, which is over.
        helper: Option<Identity>,
    },
    /// The output of a run was read so far.
    LogRead {
        /// Of which service.
        service: ServiceName,
        /// Which run.
        run: RunId,
        /// How far.
        log: Box<LogWatch>,
    },
    /// The program of a recover step ended.
    HelperEnded(Identity),
    /// The files of the root have changed.
    FilesChanged,
    /// The files of the root were read.
    FilesRead(Box<Reading>),
    /// Members of runs were looked for.
    Members(Vec<(RunId, Vec<Identity>)>),
}

/// Everything that acts.
pub(super) struct Hands {
    pub(super) root: Arc<Root>,
    pub(super) boot_id: String,
    pub(super) clock: Clock,
    pub(super) notes: mpsc::Sender<Note>,
    pub(super) own_env: Environment,
    pub(super) spawner: Spawner,
    pub(super) runs: Runs,
    pub(super) ports: PortWatch,
    pub(super) eyes: Eyes,
    pub(super) sampler: Sampler,
    pub(super) writer: Writer,
    pub(super) heads: Arc<Heads>,
    pub(super) log_looks: LogLooks,
}

impl Hands {
    /// Does what a decision wants. What is done at once is returned as inputs.
    pub(super) fn perform(&mut self, world: &World, effect: Effect, now: Moment) -> Vec<Input> {
        match effect {
            Effect::Prepare {
                service,
                run,
                clean,
            } => self.prepare(world, &service, run, clean.as_ref(), now),
            Effect::Spawn { service, run } => self.spawn(world, service, run),
            Effect::Signal {
                service,
                run,
                signal,
            } => self.signal(&service, run, signal),
            Effect::Look { service, run } => self.look(service, run),
            Effect::Sweep { service, run } => self.sweep(service, run),
            Effect::Release { run } => {
                self.release(run);
                Vec::new()
            }
            Effect::Adopt {
                service,
                run,
                identity,
            } => self.adopt(service, run, identity),
            Effect::Probe {
                service,
                run,
                witness,
            } => self.probe(world, service, run, witness, now),
            Effect::Recover { service, run } => self.recover(world, service, run),
            Effect::SignalHolder {
                service,
                seq,
                target,
                force,
            } => self.signal_holder(world, service, seq, (target, force), now),
            Effect::EndLeftover { service, seq, last } => self.end_leftover(service, seq, &last),
            Effect::LookAtPort { service } => self.look_now(world, service, now),
            Effect::Survivor {
                service,
                seq,
                target,
                choice,
            } => self.survivor(world, service, seq, target, choice),
            Effect::WatchSurvivor { service, target } => self.watch_survivor(service, target),
            // The actor itself sees this one.
            Effect::Left => Vec::new(),
        }
    }

    /// Spawns a run. Its process is known before anything else can happen.
    fn spawn(&mut self, world: &World, service: ServiceName, run: RunId) -> Vec<Input> {
        let Some(record) = world.services.get(&service) else {
            return Vec::new();
        };
        let fact = match self.try_spawn(&record.def, run) {
            Ok(identity) => Fact::Spawned { identity },
            Err(fact) => fact,
        };
        vec![Input::Fact { service, run, fact }]
    }

    fn try_spawn(&mut self, def: &ServiceDef, run: RunId) -> Result<Identity, Fact> {
        let env = self
            .eyes
            .of_spawn(&self.own_env, def, &self.root, run)
            .map_err(|reason| Fact::SpawnFailed {
                reason,
                permanent: true,
            })?;
        let outputs = logs::open(&self.root, &def.name).map_err(|error| Fact::SpawnFailed {
            reason: format!("could not open its log: {error}"),
            permanent: true,
        })?;
        let plan = SpawnPlan {
            argv: def.command.argv(),
            cwd: def.cwd.clone(),
            env,
            stdout: outputs.stdout,
            stderr: outputs.stderr,
        };
        let child = self
            .spawner
            .spawn(&plan)
            .map_err(|error| Fact::SpawnFailed {
                reason: format!("could not {error}"),
                permanent: error.permanent(),
            })?;
        Ok(self.hold(def.name.clone(), run, Leader::Child(child)))
    }

    /// Watches a process that an earlier owner spawned.
    fn adopt(&mut self, service: ServiceName, run: RunId, identity: Identity) -> Vec<Input> {
        let Some(adopted) = Adopted::open(&identity) else {
            let fact = Fact::Exited {
                status: ExitStatus::Unknown,
                stderr_tail: Vec::new(),
                listeners: None,
            };
            return vec![Input::Fact { service, run, fact }];
        };
        self.hold(service, run, Leader::Adopted(adopted));
        Vec::new()
    }

    /// Takes a leader into the books and waits for its end.
    fn hold(&mut self, service: ServiceName, run: RunId, leader: Leader) -> Identity {
        let identity = *leader.identity();
        let watch = leader.exit_watch();
        let notes = self.notes.clone();
        let name = service.clone();
        tokio::spawn(async move {
            let status = watch.wait().await;
            // Nobody listens any more only when oats has left.
            let _ = notes
                .send(Note::Exited {
                    service: name,
                    run,
                    status,
                })
                .await;
        });
        self.sampler.track(run, &[identity.pid]);
        self.runs.insert(
            run,
            LiveRun {
                service,
                leader,
                members: vec![identity],
                frozen: false,
            },
        );
        identity
    }

    /// Signals every process of a run.
    fn signal(&mut self, service: &ServiceName, run: RunId, signal: Signal) -> Vec<Input> {
        let Some(mut query) = self.runs.query(run, &self.root) else {
            return Vec::new();
        };
        let (service, notes) = (service.clone(), self.notes.clone());
        tokio::task::spawn_blocking(move || {
            let reached = platform::end(&mut query, signal);
            tracing::debug!(target: "processes", "{service}: {signal} to {reached} processes");
            // Whoever was seen now is still known when its parents are gone.
            let _ = notes.blocking_send(Note::Members(vec![(run, query.remembered)]));
        });
        Vec::new()
    }

    /// Looks whether any process of a run is left.
    fn look(&mut self, service: ServiceName, run: RunId) -> Vec<Input> {
        let Some(mut query) = self.runs.query(run, &self.root) else {
            return vec![looked(service, run, &[])];
        };
        let notes = self.notes.clone();
        tokio::task::spawn_blocking(move || {
            let left = platform::look(&mut query);
            let _ = notes.blocking_send(Note::Members(vec![(run, query.remembered)]));
            let _ = notes.blocking_send(Note::Seen(looked(service, run, &left)));
        });
        Vec::new()
    }

    /// Kills every process of a run until a look finds none.
    fn sweep(&mut self, service: ServiceName, run: RunId) -> Vec<Input> {
        let Some(mut query) = self.runs.query(run, &self.root) else {
            return vec![looked(service, run, &[])];
        };
        let notes = self.notes.clone();
        tokio::task::spawn_blocking(move || {
            let left = platform::sweep(&mut query);
            let _ = notes.blocking_send(Note::Seen(looked(service, run, &left)));
        });
        Vec::new()
    }

    /// A run is over: remembers who outlived the leader, then reaps it.
    fn release(&mut self, run: RunId) {
        let outlived = self
            .runs
            .query(run, &self.root)
            .map(|query| self.spawner.leftovers(&query))
            .unwrap_or_default();
        let outlived = outlived
            .into_iter()
            .filter_map(platform::identify)
            .collect();
        self.sampler.forget(run);
        if let Some(live) = self.runs.release(run, outlived) {
            live.leader.reap();
            self.spawner.forget(live.leader.identity());
        }
    }

    /// Where the logs of a service begin.
    pub(super) fn marks(&self, service: &ServiceName) -> LogMarks {
        LogMarks {
            base: self.heads.bases(service),
            ..self.runs.marks(service)
        }
    }
}

/// What a look at a tree means.
fn looked(service: ServiceName, run: RunId, left: &[Pid]) -> Input {
    let example = left.first().map(|pid| format!("PID {pid}"));
    Input::Fact {
        service,
        run,
        fact: Fact::Looked {
            left: left.len(),
            example,
        },
    }
}
