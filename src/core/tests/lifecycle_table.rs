//! Every place where a service can be, with everything that can happen to it there: where it is
//! then, what is done, what is written down. Review it like a document.

use std::fmt::Write as _;

use super::{
    bench::{Bench, effects, events, name, of_run, stranger},
    stages, takeover,
};
use crate::{
    core::{
        Decision, Fact, Input, Leaving, Life, Prepared,
        input::AskWith,
        life::{EndingNext, How, StartStep, StopStep, Then},
    },
    model::{
        Action, Actor, ExitStatus, Health, Port, RunId, Signal, WaitFor, action::ACTIONS,
        service::RestartPolicy,
    },
};

/// Something that can happen, in words, and how.
type Happening = (String, Box<dyn Fn(&mut Bench) -> Decision>);

fn happening(words: &str, how: impl Fn(&mut Bench) -> Decision + 'static) -> Happening {
    (words.to_owned(), Box::new(how))
}

fn fact(words: &str, fact: Fact) -> Happening {
    happening(words, move |bench| bench.fact("orders", fact.clone()))
}

fn exit(words: &str, status: ExitStatus) -> Happening {
    happening(words, move |bench| bench.exits("orders", status))
}

fn leave(words: &str, how: Leaving) -> Happening {
    let by = Actor::HUMAN;
    happening(words, move |bench| {
        let by = by.clone();
        bench.take(Input::Leave { how, by })
    })
}

fn asks() -> Vec<Happening> {
    let mut all: Vec<Happening> = ACTIONS
        .iter()
        .map(|row| {
            let action = row.action;
            happening(row.id, move |bench| bench.ask("orders", action))
        })
        .collect();
    all.push(happening("start when free", |bench| {
        let with = AskWith {
            only: true,
            when_free: true,
            ..AskWith::default()
        };
        bench.ask_with("orders", Action::Start, with)
    }));
    all.push(happening("up", |bench| {
        bench.take(Input::Up {
            services: vec![name("orders")],
            by: Actor::CLI,
        })
    }));
    all
}

fn facts() -> Vec<Happening> {
    let failed = |permanent| Fact::SpawnFailed {
        reason: "no memory".to_owned(),
        permanent,
    };
    vec![
        fact("prepared", Fact::Prepared(Prepared::Clear { ended: 0 })),
        fact(
            "port is taken",
            Fact::Prepared(Prepared::Blocked(vec![stranger(7)])),
        ),
        fact(
            "leftover does not end",
            Fact::Prepared(Prepared::Failed("PID 5 does not end".to_owned())),
        ),
        happening("spawned", |bench| {
            let identity = bench.identity();
            bench.fact("orders", Fact::Spawned { identity })
        }),
        fact("not spawned", failed(true)),
        fact("not spawned this time", failed(false)),
        exit("exits with 0", ExitStatus::Code(0)),
        exit("exits with 1", ExitStatus::Code(1)),
        exit("is killed", ExitStatus::Signal(Signal::KILL)),
        happening("none left", |bench| bench.looked("orders", 0)),
        happening("2 left", |bench| bench.looked("orders", 2)),
        happening("probe passes", |bench| bench.probed("orders", true)),
        happening("probe fails", |bench| bench.probed("orders", false)),
        fact("recovered", Fact::Recovered(Ok(()))),
        fact("not recovered", Fact::Recovered(Err("503".to_owned()))),
        fact("freezes", Fact::Frozen(true)),
        fact("thaws", Fact::Frozen(false)),
        happening("a fact of an older run", |bench| {
            bench.take(Input::Fact {
                service: name("orders"),
                run: RunId::from_random(99),
                fact: Fact::Exited {
                    status: ExitStatus::Code(1),
                    stderr_tail: Vec::new(),
                    listeners: None,
                },
            })
        }),
    ]
}

fn sights_and_time() -> Vec<Happening> {
    vec![
        happening("port is free", |bench| bench.sees("orders", vec![])),
        happening("port is its own", |bench| {
            let own = of_run("orders", bench.run("orders"), 60);
            bench.sees("orders", vec![own])
        }),
        happening("port is a stranger's", |bench| {
            bench.sees("orders", vec![stranger(7)])
        }),
        happening("recheck", |bench| {
            let service = name("orders");
            bench.take(Input::Recheck { service })
        }),
        happening("retry", |bench| {
            let service = name("orders");
            let cause = None;
            bench.take(Input::Retry { service, cause })
        }),
        happening("tick too early", |bench| bench.take(Input::Tick)),
        happening("tick at its deadline", |bench| {
            match bench.world.next_deadline() {
                Some(_) => bench.tick(),
                None => bench.take(Input::Tick),
            }
        }),
        happening("tick ten seconds later", |bench| {
            bench.pass(super::bench::ms(10_000));
            bench.take(Input::Tick)
        }),
        happening("inventory stops", |bench| {
            let _ = bench.ask("inventory", Action::Kill);
            bench.exits("inventory", ExitStatus::Signal(Signal::KILL))
        }),
        happening("its run is found alive", |bench| {
            let old = stages::running();
            bench.take(takeover::alive(&old, "orders"))
        }),
        happening("its environment changes", |bench| {
            bench.edit("orders", |def| {
                def.env.insert("A".to_owned(), "b".to_owned());
            })
        }),
        happening("its port changes", |bench| {
            bench.edit("orders", |def| def.port = Port::new(8104))
        }),
        happening("it needs nothing any more", |bench| {
            bench.edit("orders", |def| def.depends_on.clear())
        }),
        happening("its policy becomes never", |bench| {
            bench.edit("orders", |def| def.restart.policy = RestartPolicy::Never)
        }),
        happening("its file goes", |bench| bench.take_away("orders")),
        leave("oats leaves", Leaving::Detach),
        leave("oats stops all", Leaving::StopAll),
        leave("oats kills all", Leaving::KillAll),
    ]
}

/// Where a service is, as short words.
fn place(bench: &Bench) -> String {
    let Some(service) = bench.world.services.get(&name("orders")) else {
        return "gone".to_owned();
    };
    let step = match &service.life {
        Life::Stopped { .. } | Life::Backoff { .. } => String::new(),
        Life::Failed { reason, .. } => format!(" ({reason})"),
        Life::Waiting { on, .. } => {
            let on: Vec<String> = on.iter().map(WaitFor::to_string).collect();
            format!(" for {}", on.join(", "))
        }
        Life::Starting { step, .. } => match step {
            StartStep::Preparing => ", preparing",
            StartStep::Spawning => ", spawning",
            StartStep::Probing { .. } => ", probing",
        }
        .to_owned(),
        Life::Running { health, .. } => match health {
            Health::Unknown => ", unknown".to_owned(),
            Health::Healthy { .. } => ", healthy".to_owned(),
            Health::Unhealthy { reason } => format!(", unhealthy ({reason})"),
        },
        Life::Stopping { step, then, .. } => {
            let step = match step {
                StopStep::Preparing => ", preparing",
                StopStep::Spawning { how: How::Ask } => ", spawning",
                StopStep::Spawning { how: How::Kill } => ", spawning to kill",
                StopStep::Ending { exited, next, .. } => match (next, exited) {
                    (EndingNext::Grace { .. }, None) => ", signalled",
                    (EndingNext::Grace { .. }, Some(_)) => ", leader gone",
                    (EndingNext::Kill, _) => ", killed",
                    (EndingNext::KillAgain { .. }, _) => ", survives SIGKILL",
                },
            };
            match then {
                Then::Rest => step.to_owned(),
                Then::Start => format!("{step}, to start again"),
                Then::Up { .. } => format!("{step}, wanted again"),
            }
        }
    };
    let freeing = if service.freeing.is_some() {
        ", freeing its port"
    } else {
        ""
    };
    format!("{}{step}{freeing}", service.life.phase())
}

/// What came of it, as one line; nothing where nothing did.
fn outcome(before: &Bench, after: &Bench, decision: &Decision) -> Option<String> {
    let (from, to) = (place(before), place(after));
    let mut parts = Vec::new();
    if from != to {
        parts.push(format!("-> {to}"));
    }
    if !decision.effects.is_empty() {
        parts.push(format!("do {}", effects(decision).join(", ")));
    }
    if !decision.events.is_empty() {
        parts.push(format!("write {}", events(decision).join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

#[test]
fn every_place_and_everything_that_can_happen_there() {
    let happenings: Vec<Happening> = asks()
        .into_iter()
        .chain(facts())
        .chain(sights_and_time())
        .collect();
    let mut text = String::new();
    for (stage, bench) in stages::all() {
        let want = bench.service("orders").want;
        writeln!(text, "{stage} [{}, want {want:?}]", place(&bench)).unwrap();
        let mut nothing = Vec::new();
        for (words, happens) in &happenings {
            let mut after = bench.clone();
            let decision = happens(&mut after);
            assert_eq!(after.world.broken_invariants(), Vec::<String>::new());
            match outcome(&bench, &after, &decision) {
                Some(outcome) => writeln!(text, "  {words}: {outcome}").unwrap(),
                None => nothing.push(words.as_str()),
            }
        }
        writeln!(text, "  nothing comes of: {}\n", nothing.join(", ")).unwrap();
    }
    insta::assert_snapshot!(text);
}
