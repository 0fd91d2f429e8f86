//! One world for each place where a service can be: `orders` needs `inventory`, has a port, an HTTP
//! probe and a recover step, and is restarted on failure.

use super::bench::{Bench, Tune, confirmed, stranger, task, web};
use crate::{
    core::{Fact, Prepared, input::AskWith},
    model::{
        Action, ExitStatus, Force,
        service::{Condition, RestartPolicy},
    },
};

/// Where `orders` is, in words, and the world in which it is there.
pub(super) type Stage = (&'static str, Bench);

/// Every place where a service can be.
pub(super) fn all() -> Vec<Stage> {
    vec![
        ("Stopped", base()),
        ("Stopped, freeing its port", freeing(base())),
        ("Failed", failed()),
        ("Waiting for a service", waiting_for_a_service()),
        ("Waiting for its port", waiting_for_its_port()),
        (
            "Waiting for its port, freeing it",
            freeing(waiting_for_its_port()),
        ),
        ("Starting, preparing", preparing(Action::Start)),
        ("Starting, spawning", spawning()),
        ("Starting, probing", probing()),
        ("Running, healthy", running()),
        ("Running, unhealthy", unhealthy()),
        ("Running, no longer configured", without_file()),
        ("Running, recovering", after(running(), Action::Recover)),
        ("Running, adopted, not yet known", adopted()),
        (
            "Stopping, preparing",
            after(preparing(Action::Start), Action::Stop),
        ),
        ("Stopping, spawning", after(spawning(), Action::Stop)),
        ("Stopping, signalled", after(running(), Action::Stop)),
        ("Stopping, leader gone", leader_gone()),
        ("Stopping, killed", after(running(), Action::Kill)),
        ("Stopping, survives SIGKILL", survives()),
        (
            "Stopping, to start again",
            after(running(), Action::Restart),
        ),
        ("Stopping, wanted again", wanted_again()),
        ("Starting, again", restarting()),
        ("Backoff", backoff()),
    ]
}

/// `inventory` is up, `orders` never ran.
fn base() -> Bench {
    let orders = web("orders", 8103)
        .needing("inventory", Condition::Healthy)
        .policy(RestartPolicy::OnFailure);
    let mut bench = Bench::new([orders, task("inventory")]);
    bench.start_task("inventory");
    bench
}

fn after(mut bench: Bench, action: Action) -> Bench {
    assert!(bench.ask("orders", action).answer.unwrap().is_ok());
    bench
}

/// The stranger on its port was confirmed; it is started as soon as the port is free.
fn freeing(mut bench: Bench) -> Bench {
    let _ = bench.sees("orders", vec![stranger(7)]);
    let free = confirmed(7, Force::Term, true);
    let with = AskWith {
        free,
        ..AskWith::default()
    };
    let answer = bench.ask_with("orders", Action::FreePort, with).answer;
    assert!(answer.unwrap().is_ok());
    bench
}

fn failed() -> Bench {
    let mut bench = spawning();
    let reason = "/bin/orders: no such file".to_owned();
    let permanent = true;
    let _ = bench.fact("orders", Fact::SpawnFailed { reason, permanent });
    bench
}

fn waiting_for_a_service() -> Bench {
    let mut bench = base();
    let _ = bench.ask("inventory", Action::Stop);
    bench.ends("inventory");
    after(bench, Action::Start)
}

fn waiting_for_its_port() -> Bench {
    let mut bench = base();
    let _ = bench.sees("orders", vec![stranger(7)]);
    let with = AskWith {
        when_free: true,
        ..AskWith::default()
    };
    let _ = bench.ask_with("orders", Action::Start, with);
    bench
}

fn preparing(action: Action) -> Bench {
    after(base(), action)
}

fn spawning() -> Bench {
    let mut bench = preparing(Action::Start);
    let _ = bench.fact("orders", Fact::Prepared(Prepared::Clear { ended: 0 }));
    bench
}

fn probing() -> Bench {
    let mut bench = preparing(Action::Start);
    let _ = bench.spawns("orders");
    bench
}

/// Running and healthy.
pub(super) fn running() -> Bench {
    let mut bench = base();
    bench.start("orders");
    bench
}

fn unhealthy() -> Bench {
    let mut bench = running();
    for _ in 0..3 {
        let _ = bench.probed("orders", false);
    }
    bench
}

/// Found running by a new owner.
fn adopted() -> Bench {
    let old = running();
    let mut bench = base();
    let _ = bench.take(super::takeover::alive(&old, "orders"));
    bench
}

fn without_file() -> Bench {
    let mut bench = running();
    let _ = bench.take_away("orders");
    bench
}

fn leader_gone() -> Bench {
    let mut bench = after(running(), Action::Stop);
    let _ = bench.exits("orders", ExitStatus::Code(0));
    bench
}

fn survives() -> Bench {
    let mut bench = after(running(), Action::Kill);
    let _ = bench.looked("orders", 1);
    bench
}

fn wanted_again() -> Bench {
    let mut bench = after(running(), Action::Stop);
    let services = vec![super::bench::name("orders")];
    let by = crate::model::Actor::CLI;
    let _ = bench.take(crate::core::Input::Up { services, by });
    bench
}

fn restarting() -> Bench {
    let mut bench = after(running(), Action::Restart);
    bench.ends("orders");
    bench
}

fn backoff() -> Bench {
    let mut bench = running();
    let _ = bench.exits("orders", ExitStatus::Code(1));
    let _ = bench.spawns("orders");
    let _ = bench.exits("orders", ExitStatus::Code(1));
    bench
}
