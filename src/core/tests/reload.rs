//! Files that change while services run.

use super::{
    bench::{Bench, Tune, effects, ms, name, stranger, task, web},
    stages,
};
use crate::{
    core::{Effect, FilesRead, Input, Leaving, Life, SettingsChanged},
    model::{
        Action, Actor, EventKind, ExitStatus, Outcome, Phase, Port, Refusal, ServiceDef, Want,
        service::{Condition, ProbeKind, RestartPolicy},
        snapshot::Problem,
    },
};

fn env(def: &mut ServiceDef) {
    def.env.insert("A".to_owned(), "b".to_owned());
}

#[test]
fn a_running_service_is_not_touched_and_its_next_start_has_the_new_definition() {
    let mut bench = stages::running();
    let before = bench.service("orders").life.clone();
    let decision = bench.edit("orders", |def| {
        env(def);
        def.group = Some("shop".to_owned());
    });
    assert!(decision.effects.is_empty(), "{:?}", decision.effects);
    let service = bench.service("orders");
    assert_eq!(service.life, before);
    assert_eq!(service.pending_changes(), ["env"]);
    assert_eq!(service.def.group.as_deref(), Some("shop"));
    assert!(service.def.env.is_empty());
    assert!(
        bench
            .said
            .last()
            .unwrap()
            .contains("in force after a restart: env")
    );
    let _ = bench.ask("orders", Action::Restart);
    assert_eq!(bench.service("orders").pending_changes(), ["env"]);
    bench.ends("orders");
    let service = bench.service("orders");
    assert_eq!(service.pending_changes(), Vec::<String>::new());
    assert_eq!(service.def.env.len(), 1);
}

#[test]
fn a_change_that_is_taken_back_waits_for_nothing() {
    let mut bench = stages::running();
    let before = bench.files();
    let _ = bench.edit("orders", env);
    let _ = bench.reload(before);
    assert_eq!(
        bench.service("orders").pending_changes(),
        Vec::<String>::new()
    );
    assert_eq!(bench.service("orders").next_def, None);
}

#[test]
fn a_death_and_a_restart_by_policy_have_the_new_definition() {
    let mut bench = stages::running();
    let _ = bench.edit("orders", env);
    let _ = bench.exits("orders", ExitStatus::Code(1));
    assert_eq!(bench.phase("orders"), Phase::Starting);
    assert_eq!(bench.service("orders").def.env.len(), 1);
}

#[test]
fn probes_follow_a_new_interval_and_a_new_kind_at_once() {
    let mut bench = stages::running();
    let _ = bench.edit("orders", |def| def.health.interval = ms(60_000));
    let due = |bench: &Bench| bench.service("orders").life.watch().unwrap().next.unwrap();
    assert!(due(&bench) > bench.now.mono.after(ms(1000)));
    let _ = bench.edit("orders", |def| def.health.interval = ms(50));
    assert!(due(&bench) <= bench.now.mono.after(ms(50)));
    let health = bench.health("orders");
    let _ = bench.edit("orders", |def| {
        def.health.kind = ProbeKind::Exec {
            argv: vec!["/bin/true".to_owned()],
        };
    });
    assert_eq!(
        bench.health("orders"),
        health,
        "until it has its own verdict"
    );
    assert_eq!(due(&bench), bench.now.mono);
    for _ in 0..3 {
        let _ = bench.probed("orders", false);
    }
    assert!(bench.health("orders").starts_with("unhealthy: exec"));
}

#[test]
fn what_waits_looks_again_at_what_it_waits_for() {
    let mut bench = stages::running();
    let _ = bench.ask("inventory", Action::Stop);
    bench.ends("inventory");
    let _ = bench.ask("orders", Action::Kill);
    bench.ends("orders");
    let _ = bench.ask("orders", Action::Start);
    assert_eq!(bench.phase("orders"), Phase::Waiting);
    let decision = bench.edit("orders", |def| def.depends_on.clear());
    assert_eq!(bench.phase("orders"), Phase::Starting);
    assert!(
        effects(&decision)
            .iter()
            .any(|it| it.starts_with("prepare"))
    );
    assert!(bench.service("inventory").needed_by.is_empty());
}

#[test]
fn a_new_port_forgets_who_held_the_old_one() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.sees("orders", vec![stranger(7)]);
    let _ = bench.edit("orders", |def| def.port = Port::new(8104));
    assert_eq!(bench.service("orders").port, None);
    assert!(bench.ask("orders", Action::Start).answer.unwrap().is_ok());
}

#[test]
fn a_retry_that_the_policy_no_longer_wants_is_given_up() {
    let (_, mut bench) = stages::all().pop().unwrap();
    assert_eq!(bench.phase("orders"), Phase::Backoff);
    let _ = bench.edit("orders", |def| def.restart.policy = RestartPolicy::Never);
    assert_eq!(bench.phase("orders"), Phase::Failed);
    assert!(bench.failure("orders").contains("policy is never"));
}

#[test]
fn an_added_service_is_stopped_and_knows_who_needs_it() {
    let mut bench = stages::running();
    let mut defs = bench.files();
    defs.push(web("mail", 8109).with(|def| def.autostart = true));
    defs.iter_mut()
        .filter(|def| def.name == name("orders"))
        .for_each(|def| *def = def.clone().needing("mail", Condition::Started));
    let _ = bench.reload(defs);
    let mail = bench.service("mail");
    assert_eq!((mail.life.phase(), mail.want), (Phase::Stopped, Want::Down));
    assert_eq!(mail.needed_by, [name("orders")]);
    let line = bench
        .ledger
        .iter()
        .rfind(|it| it.kind == EventKind::Config)
        .unwrap();
    assert_eq!(line.reason.as_deref(), Some("1 changed, 1 added"));
    let expected = serde_json::json!({
        "files": ["services/mail.toml", "services/orders.toml"],
        "added": ["mail"], "removed": [], "changed": { "orders": ["depends_on"] },
        "settings": [],
    });
    assert_eq!(line.data, expected);
}

#[test]
fn a_removed_service_that_rests_is_gone_and_what_it_had_open_has_failed() {
    for (stage, mut bench) in stages::all() {
        let live = bench.service("orders").life.is_live();
        let decision = bench.take_away("orders");
        let there = bench.world.services.contains_key(&name("orders"));
        assert_eq!(there, live, "{stage}");
        assert_eq!(
            decision.gone.len(),
            usize::from(!live && stage != WITHOUT),
            "{stage}"
        );
        assert_eq!(
            bench.service("inventory").needed_by.is_empty(),
            !live,
            "{stage}"
        );
        let asks = bench.lines("orders", EventKind::Ask).len();
        let open = bench.world.services.get(&name("orders"));
        let open = open.map_or(0, |it| {
            usize::from(it.open.is_some()) + usize::from(it.freeing.is_some())
        });
        assert_eq!(bench.results("orders").len() + open, asks, "{stage}");
    }
}

/// The stage whose file is gone already.
const WITHOUT: &str = "Running, no longer configured";

#[test]
fn a_removed_service_runs_on_is_never_started_and_vanishes_when_it_has_stopped() {
    let mut bench = stages::running();
    let pid = bench.service("orders").life.pid();
    let decision = bench.take_away("orders");
    assert!(decision.effects.is_empty(), "{:?}", decision.effects);
    assert_eq!(bench.service("orders").life.pid(), pid);
    for action in [Action::Start, Action::Restart] {
        assert_eq!(bench.refusal("orders", action), Refusal::NotConfigured);
    }
    let _ = bench.take(Input::Up {
        services: vec![name("orders")],
        by: Actor::CLI,
    });
    assert!(bench.ask("orders", Action::Stop).answer.unwrap().is_ok());
    bench.ends("orders");
    assert!(!bench.world.services.contains_key(&name("orders")));
    assert_eq!(bench.results("orders").last().unwrap(), "stop done");
}

#[test]
fn a_removed_service_that_dies_is_not_restarted() {
    let mut bench = stages::running();
    let _ = bench.take_away("orders");
    let decision = bench.exits("orders", ExitStatus::Code(1));
    assert!(
        !decision
            .effects
            .iter()
            .any(|it| matches!(it, Effect::Prepare { .. }))
    );
    assert!(!bench.world.services.contains_key(&name("orders")));
    assert_eq!(decision.gone.len(), 1);
}

#[test]
fn a_removed_service_in_the_middle_of_a_restart_only_stops() {
    let mut bench = stages::running();
    let _ = bench.ask("orders", Action::Restart);
    let _ = bench.take_away("orders");
    assert_eq!(
        bench.results("orders").last().unwrap(),
        "restart failed: service is no longer configured"
    );
    bench.ends("orders");
    assert!(!bench.world.services.contains_key(&name("orders")));
}

#[test]
fn a_file_that_comes_back_is_in_force_again() {
    let mut bench = stages::running();
    let files = bench.files();
    let _ = bench.take_away("orders");
    let _ = bench.reload(files);
    assert_eq!(bench.phase("orders"), Phase::Running);
    assert_eq!(bench.service("inventory").needed_by, [name("orders")]);
    let _ = bench.exits("orders", ExitStatus::Code(1));
    assert_eq!(bench.phase("orders"), Phase::Starting, "by its policy");
}

#[test]
fn a_living_run_without_a_file_is_adopted_and_only_stopped() {
    let old = stages::running();
    let mut bench = Bench::new([task("inventory")]);
    let _ = bench.take(super::takeover::alive(&old, "orders"));
    let service = bench.service("orders");
    assert_eq!(service.life.pid(), old.service("orders").life.pid());
    assert!(matches!(service.life, Life::Running { .. }));
    let _ = bench.tick();
    assert!(
        bench
            .health("orders")
            .starts_with("healthy: alive is healthy")
    );
    assert_eq!(
        bench.refusal("orders", Action::Restart),
        Refusal::NotConfigured
    );
    assert!(bench.ask("orders", Action::Stop).answer.unwrap().is_ok());
    bench.ends("orders");
    assert!(!bench.world.services.contains_key(&name("orders")));
}

fn nonsense() -> FilesRead {
    FilesRead::Wrong(vec![Problem {
        file: "services/orders.toml".to_owned(),
        line: 3,
        column: 1,
        message: "unknown key".to_owned(),
    }])
}

#[test]
fn a_wrong_file_changes_nothing_is_told_once_and_its_end_is_told() {
    let mut bench = stages::running();
    let services = bench.world.services.clone();
    let files = bench.files();
    for _ in 0..2 {
        let asked = None;
        let read = nonsense();
        let decision = bench.take(Input::FilesRead { asked, read });
        assert!(decision.changed.is_empty() && decision.effects.is_empty());
    }
    assert_eq!(bench.world.services, services);
    assert_eq!(bench.world.files.problems.len(), 1);
    let _ = bench.reload(files);
    assert!(bench.world.files.problems.is_empty());
    let lines = bench
        .ledger
        .iter()
        .filter(|it| it.kind == EventKind::Config);
    let lines: Vec<_> = lines
        .map(|it| (it.result, it.reason.clone().unwrap()))
        .collect();
    let wrong = "1 problem: services/orders.toml:3:1: unknown key".to_owned();
    let right = "the files are right again".to_owned();
    assert_eq!(
        lines,
        [(Some(Outcome::Failed), wrong), (Some(Outcome::Done), right)]
    );
}

#[test]
fn every_ask_to_reload_has_one_result_whatever_comes() {
    let mut bench = stages::running();
    let ask = |bench: &mut Bench| {
        let by = Actor::CLI;
        bench.take(Input::Reload { by }).answer.unwrap().unwrap()
    };
    let result = |bench: &Bench, seq| {
        let mut results = bench
            .ledger
            .iter()
            .filter(|it| it.kind == EventKind::Result && it.cause == Some(seq));
        let result = results
            .next()
            .map(|it| (it.result.unwrap(), it.reason.clone().unwrap()));
        assert!(results.next().is_none(), "two results");
        result
    };
    let (first, second) = (ask(&mut bench), ask(&mut bench));
    let asked = Some(first);
    let settings = SettingsChanged {
        at_once: Vec::new(),
        next_owner: vec!["api".to_owned()],
    };
    let defs = bench.files().into_iter().map(Into::into).collect();
    let read = FilesRead::Right { defs, settings };
    let _ = bench.take(Input::FilesRead { asked, read });
    let (outcome, reason) = result(&bench, first).unwrap();
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(reason, "oats.toml: api takes effect when oats starts anew");
    assert_eq!(result(&bench, second), None, "its reading is still to come");
    let asked = Some(second);
    let read = nonsense();
    let _ = bench.take(Input::FilesRead { asked, read });
    assert_eq!(result(&bench, second).unwrap().0, Outcome::Failed);
    let third = ask(&mut bench);
    let (how, by) = (Leaving::StopAll, Actor::HUMAN);
    let _ = bench.take(Input::Leave { how, by });
    assert_eq!(result(&bench, third).unwrap().0, Outcome::Superseded);
    let by = Actor::CLI;
    let answer = bench.take(Input::Reload { by }).answer;
    assert_eq!(answer, Some(Err(Refusal::ShuttingDown)));
}
