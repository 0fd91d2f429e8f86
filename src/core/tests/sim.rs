//! A small simulated outside world: it does what effects say, late, badly or not at all, and reports
//! in any order that the real one may.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    bench::{Bench, name, of_run, stranger},
    forest::{Dying, Nature, Tree, identity},
};
use crate::{
    core::{Effect, Fact, Finding, Input, Prepared, record},
    model::{
        ExitStatus, ProbeOutcome, RunId, ServiceDef, ServiceName, Signal, log::LogPositions,
        port::Listening, run::RunState,
    },
};

/// A report on its way.
#[derive(Debug, Clone)]
struct Report {
    /// The run whose reports of this kind keep their order.
    ordered: Option<RunId>,
    inputs: Vec<Input>,
}

/// The rules and the world around them.
pub(super) struct Sim {
    pub(super) bench: Bench,
    pub(super) trees: BTreeMap<RunId, Tree>,
    pub(super) natures: BTreeMap<ServiceName, Nature>,
    /// Services on whose port a stranger listens.
    pub(super) strangers: BTreeSet<ServiceName>,
    /// Runs whose leader this owner watches and has not reaped.
    pub(super) held: BTreeSet<RunId>,
    /// Whether oats said that it has left.
    pub(super) left: bool,
    /// The files as they were at first, and as they are now.
    pub(super) first: Vec<ServiceDef>,
    pub(super) defs: Vec<ServiceDef>,
    reports: Vec<Report>,
    prepared: BTreeSet<RunId>,
}

impl Sim {
    /// A world in which nothing has happened.
    pub(super) fn new(defs: Vec<ServiceDef>) -> Self {
        let natures = defs
            .iter()
            .map(|def| (def.name.clone(), Nature::default()))
            .collect();
        Self {
            bench: Bench::new(defs.iter().cloned()),
            trees: BTreeMap::new(),
            natures,
            strangers: BTreeSet::new(),
            held: BTreeSet::new(),
            left: false,
            first: defs.clone(),
            defs,
            reports: Vec::new(),
            prepared: BTreeSet::new(),
        }
    }

    /// Gives the rules an input, and does what they want.
    pub(super) fn take(&mut self, input: Input) -> crate::core::Decision {
        let decision = self.bench.take(input);
        for effect in &decision.effects {
            self.perform(effect);
        }
        decision
    }

    /// How many reports are on their way.
    pub(super) fn on_their_way(&self) -> usize {
        self.reports.len()
    }

    /// Delivers a report that is on its way; those of one run that keep their order keep it.
    pub(super) fn deliver(&mut self, which: usize) {
        if self.reports.is_empty() {
            return;
        }
        let which = which % self.reports.len();
        let ordered = self.reports[which].ordered;
        let first = self
            .reports
            .iter()
            .position(|report| ordered.is_some() && report.ordered == ordered);
        let report = self.reports.remove(first.unwrap_or(which));
        for input in report.inputs {
            if let Input::Fact {
                run,
                fact: Fact::Prepared(Prepared::Clear { .. }),
                ..
            } = input
            {
                self.prepared.insert(run);
            }
            let _ = self.take(input);
        }
    }

    /// Somebody looks at the port of a service.
    pub(super) fn look_at_port(&mut self, service: &ServiceName) {
        let listeners = self.listeners(service);
        let service = service.clone();
        let _ = self.take(Input::Port { service, listeners });
    }

    /// The leader of a service ends by itself.
    pub(super) fn dies(&mut self, service: &ServiceName, status: ExitStatus) {
        let run = self
            .trees
            .iter()
            .find(|(_, tree)| tree.service == *service && tree.leader)
            .map(|(run, _)| *run);
        if let Some(run) = run {
            self.leader_ends(run, status);
        }
    }

    /// oats is killed with -9, and a new owner comes: what it finds is what the records and the tags
    /// of living processes tell.
    pub(super) fn new_owner(&mut self) {
        let positions = LogPositions::default();
        let now = self.bench.now;
        let records: Vec<_> = self
            .bench
            .world
            .services
            .values()
            .filter_map(|service| record::of(service, "boot", positions, positions, now))
            .collect();
        self.reports.clear();
        self.held.clear();
        self.left = false;
        let there: BTreeSet<_> = self.defs.iter().map(|def| def.name.clone()).collect();
        let mut files = self.defs.clone();
        for def in &mut files {
            def.depends_on.retain(|need| there.contains(&need.service));
        }
        self.bench.renew(&files);
        let mut recorded = BTreeSet::new();
        for record in records {
            recorded.extend(record.run);
            let tree = record.run.and_then(|run| self.trees.get(&run));
            let finding = match (record.state, tree) {
                (RunState::Intent | RunState::Spawned, Some(tree)) if tree.leader => {
                    Finding::Alive(identity(tree.pid))
                }
                (RunState::Spawned, _) => Finding::Dead,
                (RunState::Intent | RunState::Ended, _) => Finding::Nothing,
            };
            let _ = self.take(Input::Found { record, finding });
        }
        for service in self.natures.keys().cloned().collect::<Vec<_>>() {
            let survivors = self.survivors(&service, &recorded);
            let _ = self.take(Input::Survivors { service, survivors });
        }
    }

    /// Who listens on the port of a service.
    pub(super) fn listeners(&self, service: &ServiceName) -> Vec<Listening> {
        let mut listeners: Vec<Listening> = self
            .trees
            .iter()
            .filter(|(_, tree)| tree.service == *service)
            .filter(|(_, tree)| tree.lives())
            .map(|(run, tree)| of_run(service.as_str(), *run, tree.pid.0))
            .collect();
        if self.strangers.contains(service) {
            listeners.push(stranger(7));
        }
        listeners
    }

    pub(super) fn report(&mut self, ordered: Option<RunId>, inputs: Vec<Input>) {
        self.reports.push(Report { ordered, inputs });
    }

    fn fact(&mut self, service: &ServiceName, run: RunId, ordered: bool, fact: Fact) {
        let service = service.clone();
        let input = Input::Fact { service, run, fact };
        self.report(ordered.then_some(run), vec![input]);
    }

    fn leader_ends(&mut self, run: RunId, status: ExitStatus) {
        let Some(tree) = self.trees.get_mut(&run) else {
            return;
        };
        if !std::mem::take(&mut tree.leader) {
            return;
        }
        let service = tree.service.clone();
        self.survivor_ends(run);
        let stderr_tail = Vec::new();
        let fact = Fact::Exited {
            status,
            stderr_tail,
            listeners: None,
        };
        self.fact(&service, run, true, fact);
    }

    /// Does one effect.
    pub(super) fn perform(&mut self, effect: &Effect) {
        match effect {
            Effect::Prepare {
                service,
                run,
                clean,
            } => self.prepare(service, *run, clean.as_ref().map(|last| last.run)),
            Effect::Spawn { service, run } => self.spawn(service, *run),
            Effect::Signal { run, .. } => self.signal(*run),
            Effect::Look { service, run } => self.look(service, *run),
            Effect::Sweep { service, run } => self.sweep(service, *run),
            Effect::Release { run } => {
                let tree = self.trees.get(run).expect("a run that was spawned");
                assert!(!tree.leader, "a living leader is reaped: {tree:?}");
                assert!(self.held.remove(run), "reaped, but never held");
            }
            Effect::Adopt { service, run, .. } => {
                let tree = &self.trees[run];
                self.held.insert(*run);
                if !tree.leader {
                    let fact = Fact::Exited {
                        status: ExitStatus::Unknown,
                        stderr_tail: Vec::new(),
                        listeners: None,
                    };
                    self.fact(service, *run, true, fact);
                }
            }
            Effect::Probe {
                service,
                run,
                witness,
            } => self.probe(service, *run, *witness),
            Effect::Recover { service, run } => {
                let sick = self.natures[service].sick;
                let result = if sick { Err("503".to_owned()) } else { Ok(()) };
                self.fact(service, *run, false, Fact::Recovered(result));
            }
            Effect::SignalHolder {
                service,
                seq,
                target,
                force,
            } => self.signal_holder(service, *seq, *target, *force),
            Effect::EndLeftover { service, seq, last } => {
                self.end_leftover(service, *seq, last.run);
            }
            Effect::LookAtPort { service } => self.look_now(service),
            Effect::Survivor {
                service,
                seq,
                target,
                choice,
            } => self.survivor(service, *seq, *target, *choice),
            Effect::WatchSurvivor { .. } => {}
            Effect::Left => {
                assert!(!self.left, "left twice");
                self.left = true;
            }
        }
    }

    fn prepare(&mut self, service: &ServiceName, run: RunId, clean: Option<RunId>) {
        let nature = self.natures[service];
        let old = clean.and_then(|last| self.trees.get_mut(&last));
        let mut ended = 0;
        if let Some(old) = old {
            assert!(
                !old.leader,
                "a run is prepared while its forerunner lives: {old:?}"
            );
            if old.members > 0 && nature.uncleanable {
                let failed = Prepared::Failed("a leftover does not end".to_owned());
                self.fact(service, run, true, Fact::Prepared(failed));
                return;
            }
            ended = std::mem::take(&mut old.members);
        }
        let listeners = self.listeners(service);
        let own_port = self.bench.world.services[service].def.port.is_some();
        let prepared = if own_port && !listeners.is_empty() {
            Prepared::Blocked(listeners)
        } else {
            Prepared::Clear { ended }
        };
        self.fact(service, run, true, Fact::Prepared(prepared));
    }

    /// The process exists from now on, whenever that is reported.
    fn spawn(&mut self, service: &ServiceName, run: RunId) {
        assert!(self.prepared.remove(&run), "spawned without a clear way");
        let nature = self.natures[service];
        if let Some(permanent) = nature.unspawnable {
            let reason = "no memory".to_owned();
            let fact = Fact::SpawnFailed { reason, permanent };
            self.fact(service, run, true, fact);
            return;
        }
        for tree in self.trees.values().filter(|tree| tree.service == *service) {
            let known = self.bench.world.services.get(service);
            let doubtful = known
                .into_iter()
                .flat_map(|it| &it.survivors)
                .any(|survivor| survivor.pid == tree.pid);
            assert!(
                !tree.leader || doubtful,
                "two runs live: {tree:?} and {run}"
            );
        }
        let pid = self.bench.identity().pid;
        let tree = Tree {
            service: service.clone(),
            pid,
            leader: true,
            members: nature.children,
            dying: nature.dying,
        };
        assert!(
            self.trees.insert(run, tree).is_none(),
            "a run is spawned twice"
        );
        self.held.insert(run);
        let identity = identity(pid);
        self.fact(service, run, true, Fact::Spawned { identity });
    }

    fn signal(&mut self, run: RunId) {
        let Some(tree) = self.trees.get(&run) else {
            panic!("a run that never was is signalled");
        };
        if tree.dying == Dying::Willing {
            self.leader_ends(run, ExitStatus::Signal(Signal::TERM));
        }
    }

    fn look(&mut self, service: &ServiceName, run: RunId) {
        let tree = &self.trees[&run];
        let left = tree.members + usize::from(tree.leader);
        let example = None;
        self.fact(service, run, false, Fact::Looked { left, example });
    }

    fn sweep(&mut self, service: &ServiceName, run: RunId) {
        let tree = self.trees.get_mut(&run).expect("a run that was spawned");
        if tree.dying == Dying::Tough {
            tree.dying = Dying::Stubborn;
        } else {
            tree.members = 0;
            self.leader_ends(run, ExitStatus::Signal(Signal::KILL));
        }
        self.look(service, run);
    }

    fn probe(&mut self, service: &ServiceName, run: RunId, witness: bool) {
        let sick = self.natures[service].sick;
        let mut inputs = Vec::new();
        if witness && self.bench.world.services[service].def.port.is_some() {
            inputs.push(Input::Port {
                service: service.clone(),
                listeners: self.listeners(service),
            });
        }
        let outcome = ProbeOutcome {
            ok: !sick,
            detail: "seen".to_owned(),
            latency: None,
            at: self.bench.now.wall,
            witness: None,
        };
        inputs.push(Input::Fact {
            service: service.clone(),
            run,
            fact: Fact::Probed(outcome),
        });
        self.report(None, inputs);
    }
}

/// The name of a service by its number.
pub(super) fn service(sim: &Sim, number: usize) -> ServiceName {
    let names: Vec<&ServiceName> = sim.natures.keys().collect();
    name(names[number % names.len()].as_str())
}
