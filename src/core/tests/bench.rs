//! A workbench for the rules: a world, a clock that is turned by hand, and short words for inputs.

use std::{sync::Arc, time::Duration};

use super::words::said;
pub(super) use super::{
    defs::{Tune, confirmed, listener, ms, name, of_run, other_user, stranger, task, unseen, web},
    words::{effects, events},
};
use crate::{
    core::{
        Decision, Draft, Effect, Fact, FilesRead, Input, Life, Prepared, Service, SettingsChanged,
        World, decide, input::AskWith, rng::Rng, world::Origin,
    },
    model::{
        Action, Actor, EventKind, ExitStatus, Identity, Moment, Mono, Phase, Pid, ProbeOutcome,
        Refusal, RunId, Seq, ServiceDef, Signal, Wall, port::Listening,
    },
};

/// The world, the time, and what came out so far.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) world: World,
    pub(super) now: Moment,
    next_pid: u32,
    /// Every ledger line so far.
    pub(super) ledger: Vec<Draft>,
    /// Every line said so far.
    pub(super) said: Vec<String>,
}

impl Bench {
    /// A world of these services, an hour after boot.
    pub(super) fn new(defs: impl IntoIterator<Item = ServiceDef>) -> Self {
        let defs: Vec<Arc<ServiceDef>> = defs.into_iter().map(Arc::new).collect();
        Self {
            world: World::new(&defs, Seq(1), Rng::seeded(7)),
            now: Moment {
                mono: Mono(Duration::from_hours(1)),
                wall: Wall::from_millis(1_700_000_000_000),
            },
            next_pid: 100,
            ledger: Vec::new(),
            said: Vec::new(),
        }
    }

    /// A new owner, at the same moment; the ledger goes on.
    pub(super) fn renew(&mut self, defs: &[ServiceDef]) {
        let defs: Vec<Arc<ServiceDef>> = defs.iter().cloned().map(Arc::new).collect();
        let seed = self.world.rng.next_u64();
        self.world = World::new(&defs, self.world.next_seq, Rng::seeded(seed));
    }

    /// Lets time pass; nothing ticks.
    pub(super) fn pass(&mut self, time: Duration) {
        self.now.mono = self.now.mono.after(time);
        self.now.wall = self.now.wall.after(time);
    }

    /// Lets time pass until a deadline, and ticks.
    pub(super) fn tick(&mut self) -> Decision {
        let due = self.world.next_deadline().unwrap();
        self.pass(due.since(self.now.mono));
        let decision = self.take(Input::Tick);
        let next = self.world.next_deadline();
        let moved = next.is_none_or(|next| next > self.now.mono);
        assert!(moved, "a passed deadline did not move");
        decision
    }

    /// Ticks at every deadline until so much time has passed; probes get no answer.
    pub(super) fn run_for(&mut self, time: Duration) -> Vec<Effect> {
        let end = self.now.mono.after(time);
        let mut effects = Vec::new();
        while self.world.next_deadline().is_some_and(|due| due <= end) {
            effects.extend(self.tick().effects);
        }
        self.pass(end.since(self.now.mono));
        effects
    }

    /// Takes one input.
    pub(super) fn take(&mut self, input: Input) -> Decision {
        let decision = decide(&mut self.world, input, self.now);
        self.ledger.extend(decision.events.iter().cloned());
        self.said.extend(
            decision
                .lines
                .iter()
                .map(|(name, text)| format!("{name}: {text}")),
        );
        decision
    }

    /// The person at the console asks.
    pub(super) fn ask(&mut self, service: &str, action: Action) -> Decision {
        self.ask_with(service, action, AskWith::default())
    }

    /// The person at the console asks, with choices.
    pub(super) fn ask_with(&mut self, service: &str, action: Action, with: AskWith) -> Decision {
        self.take(Input::Ask {
            service: name(service),
            action,
            by: Actor::HUMAN,
            with,
            cause: None,
        })
    }

    /// The definitions of the files as they were read last.
    pub(super) fn files(&self) -> Vec<ServiceDef> {
        let services = self.world.services.values();
        let configured = services.filter(|it| it.origin == Origin::File);
        configured.map(|it| it.latest().as_ref().clone()).collect()
    }

    /// The files say this now.
    pub(super) fn reload(&mut self, defs: impl IntoIterator<Item = ServiceDef>) -> Decision {
        let mut defs: Vec<Arc<ServiceDef>> = defs.into_iter().map(Arc::new).collect();
        defs.sort_by(|a, b| a.name.cmp(&b.name));
        let read = FilesRead::Right {
            defs,
            settings: SettingsChanged::default(),
        };
        self.take(Input::FilesRead { asked: None, read })
    }

    /// One file is changed.
    pub(super) fn edit(&mut self, service: &str, change: impl Fn(&mut ServiceDef)) -> Decision {
        let mut defs = self.files();
        let wanted = name(service);
        defs.iter_mut()
            .filter(|def| def.name == wanted)
            .for_each(change);
        self.reload(defs)
    }

    /// One file is taken away, and nobody needs it any more.
    pub(super) fn take_away(&mut self, service: &str) -> Decision {
        let (mut defs, gone) = (self.files(), name(service));
        defs.retain(|def| def.name != gone);
        for def in &mut defs {
            def.depends_on.retain(|need| need.service != gone);
        }
        self.reload(defs)
    }

    /// What an ask was refused with.
    pub(super) fn refusal(&mut self, service: &str, action: Action) -> Refusal {
        self.ask(service, action).answer.unwrap().unwrap_err()
    }

    /// Something is seen of the run in flight.
    pub(super) fn fact(&mut self, service: &str, fact: Fact) -> Decision {
        let run = self.run(service);
        self.take(Input::Fact {
            service: name(service),
            run,
            fact,
        })
    }

    /// A probe ends.
    pub(super) fn probed(&mut self, service: &str, ok: bool) -> Decision {
        let outcome = self.outcome(ok);
        self.fact(service, Fact::Probed(outcome))
    }

    /// What a probe sees.
    pub(super) fn outcome(&self, ok: bool) -> ProbeOutcome {
        ProbeOutcome {
            ok,
            detail: if ok { "200" } else { "503" }.to_owned(),
            latency: Some(ms(2)),
            at: self.now.wall,
            witness: None,
        }
    }

    /// The leader ends.
    pub(super) fn exits(&mut self, service: &str, status: ExitStatus) -> Decision {
        let fact = Fact::Exited {
            status,
            stderr_tail: vec!["last words".to_owned()],
            listeners: None,
        };
        self.fact(service, fact)
    }

    /// Somebody looks for what is left of the tree.
    pub(super) fn looked(&mut self, service: &str, left: usize) -> Decision {
        let example = (left > 0).then(|| "PID 9 (sh)".to_owned());
        self.fact(service, Fact::Looked { left, example })
    }

    /// Somebody looks at the port.
    pub(super) fn sees(&mut self, service: &str, listeners: Vec<Listening>) -> Decision {
        self.take(Input::Port {
            service: name(service),
            listeners,
        })
    }

    /// The way is clear, and the process is spawned.
    pub(super) fn spawns(&mut self, service: &str) -> Decision {
        let _ = self.fact(service, Fact::Prepared(Prepared::Clear { ended: 0 }));
        let identity = self.identity();
        self.fact(service, Fact::Spawned { identity })
    }

    /// An identity that no process had before.
    pub(super) fn identity(&mut self) -> Identity {
        self.next_pid += 1;
        Identity {
            pid: Pid(self.next_pid),
            start_ticks: u64::from(self.next_pid) * 10,
            pidfd_ino: None,
        }
    }

    /// It listens, and its probe passes.
    pub(super) fn becomes_healthy(&mut self, service: &str) -> Decision {
        let own = self.own(service);
        if self.service(service).def.port.is_some() {
            let _ = self.sees(service, vec![own]);
        }
        self.probed(service, true)
    }

    /// From a prepared start to healthy.
    pub(super) fn comes_up(&mut self, service: &str) {
        let _ = self.spawns(service);
        let _ = self.becomes_healthy(service);
        assert_eq!(self.phase(service), Phase::Running, "{service}");
    }

    /// Started by a person, and healthy.
    pub(super) fn start(&mut self, service: &str) {
        assert!(self.ask(service, Action::Start).answer.unwrap().is_ok());
        self.comes_up(service);
    }

    /// A task is started by a person, and lives.
    pub(super) fn start_task(&mut self, service: &str) {
        assert!(self.ask(service, Action::Start).answer.unwrap().is_ok());
        let _ = self.spawns(service);
        let _ = self.tick();
        assert_eq!(self.phase(service), Phase::Running, "{service}");
    }

    /// The leader ends after a stop, and nothing is left of its tree.
    pub(super) fn ends(&mut self, service: &str) {
        let _ = self.exits(service, ExitStatus::Signal(Signal::TERM));
        let _ = self.looked(service, 0);
    }

    /// A service.
    pub(super) fn service(&self, service: &str) -> &Service {
        &self.world.services[&name(service)]
    }

    /// Where a service is.
    pub(super) fn phase(&self, service: &str) -> Phase {
        self.service(service).life.phase()
    }

    /// The health reason of a service, whatever the verdict.
    pub(super) fn health(&self, service: &str) -> String {
        let health = self.service(service).life.health();
        let word = health.word().as_str();
        match health.reason() {
            Some(reason) => format!("{word}: {reason}"),
            None => word.to_owned(),
        }
    }

    /// Why a service failed.
    pub(super) fn failure(&self, service: &str) -> &str {
        let life = &self.service(service).life;
        let Life::Failed { reason, .. } = life else {
            panic!("{service} has not failed: {life:?}");
        };
        reason
    }

    /// What a service waits for.
    pub(super) fn waits_for(&self, service: &str) -> String {
        let life = &self.service(service).life;
        let Life::Waiting { on, .. } = life else {
            panic!("{service} does not wait: {life:?}");
        };
        let on: Vec<String> = on.iter().map(ToString::to_string).collect();
        on.join(", ")
    }

    /// The run in flight; one that never was where there is none.
    pub(super) fn run(&self, service: &str) -> RunId {
        let life = &self.service(service).life;
        life.run().unwrap_or(RunId::from_random(0))
    }

    /// The service itself listens on its port.
    pub(super) fn own(&self, service: &str) -> Listening {
        let pid = self.service(service).life.pid().unwrap_or(Pid(1));
        of_run(service, self.run(service), pid.0)
    }

    /// The results of asks so far: "start done", "stop failed: why".
    pub(super) fn results(&self, service: &str) -> Vec<String> {
        self.ledger
            .iter()
            .filter(|line| line.kind == EventKind::Result)
            .filter(|line| line.service == Some(name(service)))
            .map(said)
            .collect()
    }

    /// The lines of one kind about a service.
    pub(super) fn lines(&self, service: &str, kind: EventKind) -> Vec<&Draft> {
        self.ledger
            .iter()
            .filter(|line| line.kind == kind && line.service == Some(name(service)))
            .collect()
    }
}
