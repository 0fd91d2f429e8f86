//! Promises that hold over any history: asks, deaths, strangers, late and lost order, new owners.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, test_runner::RngAlgorithm};

use super::{
    bench::ms,
    forest::{Dying, Tree},
    history::{Op, defs, op},
    sim::{Sim, service},
};
use crate::{
    core::{Fact, Input, Leaving, Life, Service, conditions, gate, input::AskWith},
    model::{Action, Actor, EventKind, ExitStatus, Outcome, Seq, ServiceName, Signal, Want},
};

/// What was promised so far.
struct Watch {
    sim: Sim,
    /// Accepted asks of this owner, and the result of each.
    asks: BTreeMap<Seq, Option<Outcome>>,
    read: usize,
    next_seq: Seq,
}

impl Watch {
    fn new() -> Self {
        Self {
            sim: Sim::new(defs()),
            asks: BTreeMap::new(),
            read: 0,
            next_seq: Seq(1),
        }
    }

    /// Lets something happen, and looks whether all promises still hold.
    fn step(&mut self, op: &Op) {
        let sim = &mut self.sim;
        sim.bench.pass(ms(1));
        match op {
            Op::Ask(it, action, with) => self.ask(*it, *action, *with),
            Op::Up(a, b) => {
                let services = vec![service(sim, *a), service(sim, *b)];
                let by = Actor::CLI;
                let decision = sim.take(Input::Up { services, by });
                assert!(decision.answer.is_some());
            }
            Op::Deliver(which) => sim.deliver(*which),
            Op::Pass(millis) => {
                sim.bench.pass(ms(*millis));
                let _ = sim.take(Input::Tick);
            }
            Op::Tick => self.tick(),
            Op::LookAtPort(it) => sim.look_at_port(&service(sim, *it)),
            Op::StrangerComes(it) => {
                let service = service(sim, *it);
                sim.strangers.insert(service);
            }
            Op::StrangerGoes(it) => {
                let service = service(sim, *it);
                sim.strangers.remove(&service);
            }
            Op::Dies(it, code) => {
                let status = match code {
                    2 => ExitStatus::Signal(Signal::KILL),
                    code => ExitStatus::Code(*code),
                };
                sim.dies(&service(sim, *it), status);
            }
            Op::Becomes(it, nature) => {
                let service = service(sim, *it);
                sim.natures.insert(service, *nature);
            }
            Op::Freezes(it, frozen) => {
                let service = service(sim, *it);
                let known = sim.bench.world.services.get(&service);
                if let Some(run) = known.and_then(|known| known.life.run()) {
                    let fact = Fact::Frozen(*frozen);
                    let _ = sim.take(Input::Fact { service, run, fact });
                }
            }
            Op::NewOwner => {
                // The asks of the owner before have nobody left to end them.
                self.asks.clear();
                sim.new_owner();
            }
            Op::Decides(it, choice) => sim.decides(&service(sim, *it), *choice),
            Op::EndSurvivors(it) => sim.end_survivors(&service(sim, *it)),
            Op::Edits(it, edit) => sim.edits(&service(sim, *it), *edit),
            Op::Leave(how) => {
                let (how, by) = (*how, Actor::HUMAN);
                let _ = sim.take(Input::Leave { how, by });
            }
        }
        self.check();
    }

    /// A refused ask changes nothing but the number of the next ledger line.
    fn ask(&mut self, it: usize, action: Action, with: AskWith) {
        let service = service(&self.sim, it);
        let before = self.sim.bench.world.clone();
        let by = Actor::HUMAN;
        let cause = None;
        let decision = self.sim.take(Input::Ask {
            service,
            action,
            by,
            with,
            cause,
        });
        if decision.answer.expect("an answer").is_err() {
            assert!(decision.effects.is_empty() && decision.lines.is_empty());
            let mut after = self.sim.bench.world.clone();
            assert_eq!(after.next_seq, before.next_seq.next());
            after.next_seq = before.next_seq;
            assert!(after == before, "a refused ask changed the world");
        }
    }

    /// A passed deadline moves.
    fn tick(&mut self) {
        let sim = &mut self.sim;
        let Some(due) = sim.bench.world.next_deadline() else {
            return;
        };
        sim.bench.pass(due.since(sim.bench.now.mono));
        let _ = sim.take(Input::Tick);
        let next = sim.bench.world.next_deadline();
        let moved = next.is_none_or(|next| next > sim.bench.now.mono);
        assert!(moved || sim.left, "a passed deadline did not move");
    }

    fn check(&mut self) {
        assert_eq!(
            self.sim.bench.world.broken_invariants(),
            Vec::<String>::new()
        );
        self.read_ledger();
        self.no_process_is_forgotten();
    }

    /// Ledger numbers go up by one; every result ends an ask that had none.
    fn read_ledger(&mut self) {
        for line in self.sim.bench.ledger.iter().skip(self.read) {
            assert_eq!(line.seq, self.next_seq);
            self.next_seq = self.next_seq.next();
            match line.kind {
                EventKind::Ask => {
                    self.asks.insert(line.seq, None);
                }
                EventKind::Result => {
                    let cause = line.cause.expect("the ask of a result");
                    let ask = self.asks.get_mut(&cause).expect("a result without an ask");
                    assert!(ask.is_none(), "an ask ended twice");
                    *ask = line.result;
                }
                EventKind::Refusal
                | EventKind::Start
                | EventKind::Exit
                | EventKind::Health
                | EventKind::Port
                | EventKind::Adoption
                | EventKind::Config
                | EventKind::Owner => {}
            }
        }
        self.read = self.sim.bench.ledger.len();
    }

    /// Every living process is of the run in flight, of the last run, or shown as a survivor.
    fn no_process_is_forgotten(&self) {
        if self.sim.left {
            return;
        }
        for (run, tree) in &self.sim.trees {
            let Some(known) = self.sim.bench.world.services.get(&tree.service) else {
                assert!(!tree.leader, "a living leader is forgotten: {tree:?}");
                continue;
            };
            let in_flight = known.life.run() == Some(*run);
            let last = known.last_run.as_ref().is_some_and(|last| last.run == *run);
            let doubtful = known.survivors.iter().any(|it| it.pid == tree.pid);
            if tree.leader {
                assert!(
                    in_flight || doubtful,
                    "a living leader is forgotten: {tree:?}"
                );
            }
            if tree.members > 0 {
                assert!(
                    in_flight || last || doubtful,
                    "members are forgotten: {tree:?}"
                );
            }
        }
    }

    /// The world calms down: everything is reported, and time passes.
    fn settle(&mut self) {
        for nature in self.sim.natures.values_mut() {
            nature.uncleanable = false;
            nature.dying = Dying::Willing;
        }
        let end = self.sim.bench.now.mono.after(ms(120_000));
        while self.sim.bench.now.mono < end {
            while self.sim.on_their_way() > 0 {
                self.step(&Op::Deliver(0));
            }
            if self.sim.bench.world.next_deadline().is_none() || self.sim.left {
                break;
            }
            self.step(&Op::Tick);
        }
        while self.sim.on_their_way() > 0 {
            self.step(&Op::Deliver(0));
        }
    }

    /// Whether the last that came of an ask was a refusal that no window was answered with. What
    /// was done about the port of the service is beside that.
    fn was_refused(&self, name: &ServiceName) -> bool {
        let ledger = self.sim.bench.ledger.iter().rev();
        let mut outcomes = ledger.filter(|line| {
            let own = line.service.as_ref() == Some(name);
            let life = line.action.is_some_and(|it| it != Action::FreePort);
            let ends = line.kind == EventKind::Result;
            own && life && (ends || (line.kind == EventKind::Refusal && line.cause.is_some()))
        });
        let last = outcomes.next();
        last.is_some_and(|line| line.result == Some(Outcome::Refused))
    }

    /// In the end want and phase agree, and what was asked has its result.
    fn check_the_end(&self) {
        let services = &self.sim.bench.world.services;
        for (name, service) in services {
            let (want, life) = (service.want, &service.life);
            let refused = self.was_refused(name);
            assert!(
                agrees(service, refused),
                "{name}: wants {want:?}, but {life:?}"
            );
            let waits = matches!(life, Life::Waiting { .. });
            let open = service.open.as_ref();
            assert!(waits || open.is_none(), "{name}: its ask never ends");
            let aside = service.freeing.is_some() || service.doubt.is_some();
            assert!(!aside, "{name}: what is done to others never ends");
            let only = open.is_some_and(|open| open.with.only);
            let unmet = !only && !conditions::unmet(services, name).is_empty();
            let taken = gate::port(service).is_err();
            assert!(!waits || unmet || taken, "{name}: waits for nothing");
        }
        for run in &self.sim.held {
            let tree = &self.sim.trees[run];
            let known = services.get(&tree.service);
            let in_flight = known.is_some_and(|it| it.life.run() == Some(*run));
            assert!(in_flight, "a leader that is over is never reaped: {tree:?}");
        }
        let open: BTreeSet<Seq> = services
            .values()
            .filter_map(|service| Some(service.open.as_ref()?.seq))
            .collect();
        for (seq, result) in &self.asks {
            assert!(
                result.is_some() || open.contains(seq),
                "ask {seq} has no result"
            );
        }
    }
}

/// Whether what is wanted and what is agree.
fn agrees(service: &Service, refused: bool) -> bool {
    match (service.want, &service.life) {
        (Want::Up, Life::Running { .. } | Life::Waiting { .. } | Life::Failed { .. })
        | (Want::Down, Life::Stopped { .. } | Life::Failed { .. }) => true,
        (Want::Up, Life::Stopped { .. }) => service.is_completed() || refused,
        (Want::Up | Want::Down, _) => false,
    }
}

/// How many histories are tried; more with `PROPTEST_CASES`.
fn cases() -> u32 {
    ProptestConfig::default().cases.max(5000)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: cases(),
        max_shrink_iters: 20_000,
        failure_persistence: None,
        // Unoptimised, the default generator takes three quarters of the time.
        rng_algorithm: RngAlgorithm::XorShift,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_history_keeps_every_promise(ops in prop::collection::vec(op(), 1..80)) {
        let mut watch = Watch::new();
        for op in &ops {
            watch.step(op);
        }
        watch.settle();
        let world = &watch.sim.bench.world;
        if world.leaving.is_none() {
            watch.check_the_end();
        }
        if let Some(Leaving::StopAll | Leaving::KillAll) = world.leaving {
            assert!(watch.sim.left, "oats never leaves: {:?}", world.services);
            let known = |tree: &&Tree| {
                let known = world.services.get(&tree.service);
                known.is_none_or(|it| it.survivors.iter().all(|it| it.pid != tree.pid))
            };
            let alive = watch.sim.trees.values().filter(known).any(|tree| tree.leader);
            assert!(!alive, "oats left a living leader behind");
        }
    }
}
