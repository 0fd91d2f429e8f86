//! Health that names its witness.

use super::{
    bench::{Bench, Tune, effects, events, ms, of_run, other_user, stranger, task, unseen, web},
    takeover,
};
use crate::{
    core::Fact,
    model::{
        Action, EventKind, Phase, RunId,
        pattern::Pattern,
        service::{Condition, PortOwner, ProbeKind},
    },
};

fn up() -> Bench {
    let mut bench = Bench::new([web("orders", 8103)]);
    bench.start("orders");
    bench
}

#[test]
fn so_many_failures_in_a_row_make_it_unhealthy_and_one_success_heals_it() {
    let mut bench = up();
    let _ = bench.probed("orders", false);
    let _ = bench.probed("orders", false);
    assert_eq!(bench.health("orders"), "healthy");
    let _ = bench.probed("orders", true);
    let _ = bench.probed("orders", false);
    let _ = bench.probed("orders", false);
    assert_eq!(bench.health("orders"), "healthy", "a success ends the row");
    let decision = bench.probed("orders", false);
    assert_eq!(
        bench.health("orders"),
        "unhealthy: GET /healthz: 503 (3 of 3)"
    );
    assert_eq!(events(&decision), ["health orders healthy to unhealthy"]);
    let _ = bench.probed("orders", false);
    assert_eq!(
        bench.health("orders"),
        "unhealthy: GET /healthz: 503 (3 of 3)",
        "not 4 of 3"
    );
    let decision = bench.probed("orders", true);
    assert_eq!(bench.health("orders"), "healthy");
    assert_eq!(events(&decision), ["health orders unhealthy to healthy"]);
}

#[test]
fn successes_are_counted_in_a_row_where_more_than_one_is_asked() {
    let twice = web("orders", 8103).with(|def| def.health.successes = 2);
    let mut bench = Bench::new([twice]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let _ = bench.becomes_healthy("orders");
    assert_eq!(bench.phase("orders"), Phase::Starting);
    let _ = bench.probed("orders", false);
    let _ = bench.probed("orders", true);
    assert_eq!(bench.phase("orders"), Phase::Starting);
    let _ = bench.probed("orders", true);
    assert_eq!(bench.phase("orders"), Phase::Running);
    for _ in 0..3 {
        let _ = bench.probed("orders", false);
    }
    let _ = bench.probed("orders", true);
    assert_eq!(
        bench.health("orders"),
        "unhealthy: GET /healthz: 503 (3 of 3)"
    );
    let _ = bench.probed("orders", true);
    assert_eq!(bench.health("orders"), "healthy");
}

#[test]
fn a_passing_probe_without_a_look_at_the_port_is_no_health() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let _ = bench.probed("orders", true);
    assert_eq!(
        bench.phase("orders"),
        Phase::Starting,
        "nobody has seen who answered"
    );
    let own = bench.own("orders");
    let _ = bench.sees("orders", vec![own]);
    assert_eq!(bench.phase("orders"), Phase::Running);
}

/// The look from before a restart once served as the witness of the new run.
#[test]
fn a_look_from_the_run_before_is_no_witness() {
    let mut bench = up();
    let _ = bench.exits("orders", crate::model::ExitStatus::Code(1));
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let _ = bench.probed("orders", true);
    assert_eq!(bench.phase("orders"), Phase::Starting);
}

#[test]
fn an_imposter_counts_at_once_and_is_named() {
    let mut bench = up();
    let decision = bench.sees("orders", vec![stranger(7)]);
    let held = "port 8103 is held by PID 7 (node), not by this service";
    assert_eq!(bench.health("orders"), format!("unhealthy: {held}"));
    assert_eq!(
        events(&decision),
        [
            "port orders own to stranger",
            "health orders healthy to unhealthy"
        ]
    );
    let _ = bench.probed("orders", true);
    assert_eq!(
        bench.health("orders"),
        format!("unhealthy: {held}"),
        "its answers do not count"
    );
    assert_eq!(
        bench.refusal("orders", Action::Recover).code(),
        "port_not_ours"
    );
    let own = bench.own("orders");
    let _ = bench.sees("orders", vec![own]);
    assert_eq!(bench.health("orders"), "healthy");
}

#[test]
fn every_foreign_holder_is_an_imposter() {
    let other = RunId::from_random(9);
    for listener in [
        stranger(7),
        of_run("payments", other, 8),
        of_run("orders", other, 9),
    ] {
        let mut bench = up();
        let _ = bench.sees("orders", vec![listener]);
        assert!(
            bench.health("orders").contains("not by this service"),
            "{}",
            bench.health("orders")
        );
    }
}

#[test]
fn an_imposter_beside_the_service_counts_and_comes_first() {
    let mut bench = up();
    let own = bench.own("orders");
    let _ = bench.sees("orders", vec![own, stranger(70_000)]);
    assert_eq!(
        bench.health("orders"),
        "unhealthy: port 8103 is held by PID 70000 and 1 other, not by this service"
    );
}

#[test]
fn a_holder_that_cannot_be_seen_leaves_the_word_to_the_probe() {
    for listener in [unseen(), other_user()] {
        let mut bench = up();
        let _ = bench.sees("orders", vec![listener]);
        assert_eq!(bench.health("orders"), "healthy: holder not visible");
        for _ in 0..3 {
            let _ = bench.probed("orders", false);
        }
        assert_eq!(
            bench.health("orders"),
            "unhealthy: GET /healthz: 503 (3 of 3)"
        );
    }
}

#[test]
fn a_port_that_nobody_listens_on_is_not_healthy() {
    let mut bench = up();
    let _ = bench.sees("orders", vec![]);
    assert_eq!(
        bench.health("orders"),
        "unhealthy: nothing listens on port 8103"
    );
    assert_eq!(
        bench.refusal("orders", Action::Recover).code(),
        "port_silent"
    );
}

#[test]
fn where_anybody_may_listen_the_probe_alone_decides() {
    let any = web("orders", 8103).with(|def| def.port_owner = PortOwner::Any);
    let mut bench = Bench::new([any]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let _ = bench.probed("orders", true);
    for listeners in [vec![], vec![stranger(7)], vec![unseen()]] {
        let _ = bench.sees("orders", listeners);
        assert_eq!(bench.health("orders"), "healthy");
    }
}

#[test]
fn a_frozen_process_is_unhealthy_at_once_and_as_before_when_it_thaws() {
    let mut bench = up();
    let decision = bench.fact("orders", Fact::Frozen(true));
    assert_eq!(
        bench.health("orders"),
        "unhealthy: process is frozen (state T)"
    );
    assert_eq!(events(&decision), ["health orders healthy to unhealthy"]);
    let _ = bench.probed("orders", false);
    let _ = bench.fact("orders", Fact::Frozen(false));
    assert_eq!(
        bench.health("orders"),
        "healthy",
        "one failure is not a row"
    );
}

#[test]
fn a_frozen_start_is_not_healthy() {
    let mut bench = Bench::new([task("orders")]);
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    let _ = bench.fact("orders", Fact::Frozen(true));
    let _ = bench.run_for(ms(3500));
    assert_eq!(
        bench.health("orders"),
        "unhealthy: process is frozen (state T)"
    );
    assert_eq!(
        bench.results("orders"),
        ["start failed: not healthy within 3.0 s: process is frozen (state T)"]
    );
    let _ = bench.fact("orders", Fact::Frozen(false));
    assert!(bench.health("orders").starts_with("healthy"));
}

#[test]
fn a_probe_is_sent_once_and_again_only_after_its_answer() {
    let mut bench = up();
    assert_eq!(effects(&bench.tick()), ["probe orders"]);
    assert_eq!(
        bench.world.next_deadline(),
        None,
        "its answer is waited for"
    );
    let _ = bench.probed("orders", true);
    assert_eq!(effects(&bench.tick()), ["probe orders"]);
}

#[test]
fn an_unhealthy_service_is_probed_with_a_look_at_its_port() {
    let mut bench = up();
    for _ in 0..3 {
        let _ = bench.probed("orders", false);
    }
    assert_eq!(effects(&bench.tick()), ["probe orders and its port"]);
}

fn listening() -> Bench {
    let listen = web("orders", 8103).with(|def| def.health.kind = ProbeKind::Listen);
    let mut bench = Bench::new([listen]);
    bench.start("orders");
    bench
}

#[test]
fn a_service_without_a_probe_is_seen_to_listen_by_the_port_watch() {
    let mut bench = listening();
    assert_eq!(bench.world.next_deadline(), None, "nothing is sent");
    assert_eq!(bench.health("orders"), "healthy");
    for seconds in 1..=3 {
        bench.pass(ms(1000));
        let _ = bench.sees("orders", vec![]);
        let failures = bench.service("orders").life.watch().unwrap().failures;
        assert_eq!(failures, seconds);
    }
    assert_eq!(
        bench.health("orders"),
        "unhealthy: port 8103: nobody listens (3 of 3)"
    );
    let own = bench.own("orders");
    let _ = bench.sees("orders", vec![own]);
    assert_eq!(bench.health("orders"), "healthy");
}

/// While a neighbour waits for its port, the watch looks four times a second.
#[test]
fn a_faster_port_watch_does_not_count_faster() {
    let mut bench = listening();
    for _ in 0..4 {
        bench.pass(ms(250));
        let _ = bench.sees("orders", vec![]);
    }
    let failures = bench.service("orders").life.watch().unwrap().failures;
    assert!(failures <= 2, "{failures} in a second");
}

#[test]
fn a_change_of_health_wakes_those_who_wait_for_it() {
    let mut bench = Bench::new([
        task("app").needing("orders", Condition::Healthy),
        web("orders", 8103),
    ]);
    bench.start("orders");
    let _ = bench.sees("orders", vec![stranger(7)]);
    let _ = bench.ask("app", Action::Start);
    assert_eq!(bench.waits_for("app"), "orders");
    let own = bench.own("orders");
    let decision = bench.sees("orders", vec![own]);
    assert_eq!(effects(&decision), ["prepare app"]);
}

#[test]
fn health_is_written_down_with_its_probe() {
    let mut bench = up();
    for _ in 0..3 {
        let _ = bench.probed("orders", false);
    }
    let line = bench.lines("orders", EventKind::Health)[1];
    assert_eq!(line.reason.as_deref(), Some("GET /healthz: 503 (3 of 3)"));
    assert_eq!(line.data["probe"]["kind"], "http");
    assert_eq!(line.data["probe"]["detail"], "503");
    assert_eq!(line.run, Some(bench.run("orders")));
}

/// A service whose log says when it is ready.
fn speaking() -> Bench {
    let pattern = Pattern::new("ready").unwrap();
    let speaks = task("orders").with(|def| def.health.kind = ProbeKind::Log { pattern });
    Bench::new([speaks])
}

/// It was started, and has said nothing yet.
fn silent() -> Bench {
    let mut bench = speaking();
    let _ = bench.ask("orders", Action::Start);
    let _ = bench.spawns("orders");
    bench
}

#[test]
fn a_log_is_read_until_a_line_matches_and_never_again() {
    let mut bench = silent();
    for _ in 0..5 {
        assert_eq!(effects(&bench.tick()), ["probe orders and its port"]);
        let _ = bench.probed("orders", false);
        assert_eq!(bench.phase("orders"), Phase::Starting);
    }
    let _ = bench.tick();
    let _ = bench.probed("orders", true);
    assert_eq!(bench.health("orders"), "healthy");
    assert_eq!(
        bench.world.next_deadline(),
        None,
        "nothing is read any more"
    );
}

#[test]
fn a_log_that_says_nothing_in_time_is_read_on() {
    let mut bench = silent();
    let _ = bench.run_for(ms(4000));
    assert_eq!(bench.phase("orders"), Phase::Running);
    assert!(
        bench
            .health("orders")
            .starts_with("unhealthy: not healthy within")
    );
    let _ = bench.probed("orders", false);
    let _ = bench.tick();
    let _ = bench.probed("orders", true);
    assert_eq!(bench.health("orders"), "healthy");
    assert_eq!(bench.world.next_deadline(), None);
}

#[test]
fn a_new_owner_reads_no_log_of_a_run_that_was_ready() {
    let mut owner = silent();
    let unready = takeover::alive(&owner, "orders");
    let _ = owner.probed("orders", true);
    let ready = takeover::alive(&owner, "orders");
    for (found, probes) in [
        (ready, vec![]),
        (unready, vec!["probe orders and its port"]),
    ] {
        let mut bench = speaking();
        let _ = bench.take(found);
        assert_eq!(effects(&bench.tick()), probes);
        let health = if probes.is_empty() {
            "healthy"
        } else {
            "unknown"
        };
        assert_eq!(bench.health("orders"), health);
    }
}
