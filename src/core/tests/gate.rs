//! Which reason comes first, what would help, and how reasons are written.

use super::{
    bench::{Bench, listener, name, of_run, stranger, task, web},
    stages,
};
use crate::{
    core::{
        Input, Leaving, Service,
        gate::{self, Door},
        holder::PortState,
    },
    model::{
        Action, Holder, HolderClass, Pid, Port, Refusal, RunId, WaitFor,
        action::ACTIONS,
        service::Condition,
        snapshot::{Survivor, Verdict},
    },
};

fn survivor() -> Survivor {
    Survivor {
        pid: Pid(51),
        start_ticks: 5,
        started_at: None,
        command: "/bin/orders".to_owned(),
        why: "it carries the tag of another run".to_owned(),
    }
}

/// The code of the reason why `action` may not happen.
fn code(service: &Service, action: Action, door: Door) -> String {
    let refusal = gate::check(service, action, door).unwrap_err();
    refusal.code().to_owned()
}

/// A service of which everything is wrong at once: each reason taken away shows the next.
#[test]
fn reasons_come_in_the_order_of_the_contract() {
    let mut bench = stages::running();
    let _ = bench.ask("orders", Action::Restart);
    let mut service = bench.service("orders").clone();
    service.survivors = vec![survivor()];
    let stranger = [stranger(62)];
    service.port = Some(crate::core::holder::classify(&service, &stranger));
    let start = |service: &Service, door| code(service, Action::Start, door);
    assert_eq!(start(&service, Door::Closed), "shutting_down");
    assert_eq!(start(&service, Door::Open), "busy");
    service.open = None;
    assert_eq!(start(&service, Door::Open), "survivor");
    service.survivors.clear();
    assert_eq!(start(&service, Door::Open), "still_stopping");
    service.life = crate::core::Life::Stopped { since: None };
    assert_eq!(start(&service, Door::Open), "port_held");
    service.port = None;
    assert_eq!(gate::check(&service, Action::Start, Door::Open), Ok(()));
}

#[test]
fn a_closed_door_refuses_everything() {
    for (phase, bench) in stages::all() {
        for row in &ACTIONS {
            let code = code(bench.service("orders"), row.action, Door::Closed);
            assert_eq!(code, "shutting_down", "{phase}, {}", row.id);
        }
    }
}

#[test]
fn recover_names_the_first_of_its_own_reasons() {
    let mut bench = stages::running();
    let _ = bench.ask("orders", Action::Recover);
    let _ = bench.sees("orders", vec![stranger(62)]);
    let mut service = bench.service("orders").clone();
    let of = |service: &Service| code(service, Action::Recover, Door::Open);
    let mut without = (*service.def).clone();
    without.recover = None;
    let mut bare = service.clone();
    bare.def = without.into();
    assert_eq!(of(&bare), "no_recover");
    assert_eq!(of(&service), "recovering");
    service.open = None;
    assert_eq!(of(&service), "port_not_ours");
    service.port = Some(PortState::FREE);
    assert_eq!(of(&service), "port_silent");
}

#[test]
fn a_lying_health_check_does_not_lock_out_the_cure() {
    for ok in [true, false] {
        let mut bench = stages::running();
        for _ in 0..3 {
            let _ = bench.probed("orders", ok);
        }
        assert!(bench.ask("orders", Action::Recover).answer.unwrap().is_ok());
    }
}

#[test]
fn a_hint_gives_the_whole_command_line_of_the_holder() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let _ = bench.sees("orders", vec![stranger(62)]);
    let refusal = bench.refusal("orders", Action::Start);
    let verdict = Verdict::refused(Action::Start, &refusal);
    assert_eq!(
        verdict.reason.unwrap(),
        "Start disabled: port 8103 is held by PID 62 (node)."
    );
    let hint = verdict.hint.unwrap();
    assert!(hint.contains("/usr/bin/node server.js"), "{hint}");
    assert_eq!(verdict.hint_action, Some(Action::FreePort));
}

#[test]
fn a_start_over_a_leftover_says_that_it_is_ended_first() {
    let mut bench = stages::running();
    let run = bench.run("orders");
    let _ = bench.ask("orders", Action::Stop);
    bench.ends("orders");
    let _ = bench.sees("orders", vec![of_run("orders", run, 77)]);
    let service = bench.service("orders");
    assert_eq!(gate::check(service, Action::Start, Door::Open), Ok(()));
    assert_eq!(
        gate::note(service, Action::Start).unwrap(),
        "PID 77 (orders) of an earlier run is ended first."
    );
}

#[test]
fn an_unknown_service_is_refused_by_name() {
    let mut bench = Bench::new([task("orders")]);
    let refusal = bench.refusal("order", Action::Stop);
    assert_eq!(refusal, Refusal::NoSuchService(name("order")));
    assert_eq!(
        bench.ledger.last().unwrap().code.as_deref(),
        Some("no_such_service")
    );
}

/// Every refusal that there is, with names and numbers as long as they get.
fn refusals() -> Vec<Refusal> {
    let sixteen = name("sixteen-letters_");
    let port = Port::new(65535).unwrap();
    let pid = Pid(4_194_304);
    let holder = |class, service| Holder {
        class,
        service,
        processes: vec![listener(
            Some(pid.0),
            "sixteen-letters_",
            "/opt/a-longer-name-than-16",
        )],
    };
    let stranger = || holder(HolderClass::Stranger, None);
    let of_user = || holder(HolderClass::OtherUser, None);
    let condition = Condition::Healthy;
    let waits = WaitFor::Service {
        name: sixteen.clone(),
        condition,
    };
    vec![
        Refusal::NotRunning(Action::Restart),
        Refusal::AlreadyWaiting(waits),
        Refusal::AlreadyWaiting(WaitFor::Port { port }),
        Refusal::AlreadyStarting,
        Refusal::StillStarting,
        Refusal::AlreadyRunning(Some(pid)),
        Refusal::AlreadyStopping(Some(pid)),
        Refusal::StillStopping(Some(pid)),
        Refusal::PortHeldByService(port, holder(HolderClass::OtherService, Some(sixteen))),
        Refusal::PortHeld(port, stranger()),
        Refusal::PortHeldByUser(port, of_user()),
        Refusal::PortUnseen(port),
        Refusal::Survivor(pid),
        Refusal::NoRecover,
        Refusal::Recovering,
        Refusal::PortNotOurs(port, stranger()),
        Refusal::PortSilent(port),
        Refusal::NoPort,
        Refusal::PortFree(port),
        Refusal::PortOwn(port),
        Refusal::HolderUnseen(port),
        Refusal::HolderOfUser(port, of_user()),
        Refusal::HolderProtected(pid),
        Refusal::Busy(Action::Restart),
        Refusal::NotConfigured,
        Refusal::ShuttingDown,
        Refusal::OwnerSilent,
    ]
}

/// The actions that a reason can be given for.
fn actions_of(refusal: &Refusal) -> Vec<Action> {
    match refusal {
        Refusal::NoRecover
        | Refusal::Recovering
        | Refusal::PortNotOurs(..)
        | Refusal::PortSilent(_) => vec![Action::Recover],
        Refusal::PortHeldByService(..)
        | Refusal::PortHeld(..)
        | Refusal::PortHeldByUser(..)
        | Refusal::PortUnseen(_)
        | Refusal::Survivor(_)
        | Refusal::AlreadyWaiting(_)
        | Refusal::AlreadyStarting
        | Refusal::AlreadyRunning(_) => vec![Action::Start],
        Refusal::NotConfigured => vec![Action::Start, Action::Restart],
        Refusal::AlreadyStopping(_) => vec![Action::Stop],
        Refusal::NoPort
        | Refusal::PortFree(_)
        | Refusal::PortOwn(_)
        | Refusal::HolderUnseen(_)
        | Refusal::HolderOfUser(..)
        | Refusal::HolderProtected(_) => vec![Action::FreePort],
        Refusal::NotRunning(_)
        | Refusal::StillStarting
        | Refusal::StillStopping(_)
        | Refusal::Busy(_)
        | Refusal::ShuttingDown
        | Refusal::OwnerSilent
        | Refusal::NoSuchService(_)
        | Refusal::Relayed(_) => ACTIONS.iter().map(|row| row.action).collect(),
    }
}

#[test]
fn every_reason_is_one_short_sentence_without_time_and_key() {
    for refusal in refusals() {
        for action in actions_of(&refusal) {
            let sentence = refusal.sentence(action);
            let length = sentence.chars().count();
            assert!(length <= 96, "{length} characters: {sentence}");
            assert!(
                sentence.ends_with('.') && !sentence.ends_with(".."),
                "{sentence}"
            );
            assert!(sentence.contains(" disabled: "), "{sentence}");
            let words: Vec<&str> = sentence.split([' ', '(', ')', '.', ',']).collect();
            for time in ["s", "ms", "seconds", "minutes", "ago", "since"] {
                assert!(!words.contains(&time), "elapsed time in: {sentence}");
            }
            let key = words
                .iter()
                .any(|word| word.len() == 1 && *word != "a" && *word != "n");
            assert!(!key, "a key in: {sentence}");
        }
    }
}

#[test]
fn every_code_is_one_of_the_contract() {
    let contract = [
        "not_running",
        "already_waiting",
        "already_starting",
        "still_starting",
        "already_running",
        "already_stopping",
        "still_stopping",
        "port_held_by_service",
        "port_held",
        "port_held_by_user",
        "port_unseen",
        "survivor",
        "no_recover",
        "recovering",
        "port_not_ours",
        "port_silent",
        "no_port",
        "port_free",
        "port_own",
        "holder_unseen",
        "holder_of_user",
        "holder_protected",
        "busy",
        "not_configured",
        "shutting_down",
        "owner_silent",
    ];
    let refusals = refusals();
    let mut codes: Vec<&str> = refusals.iter().map(Refusal::code).collect();
    codes.dedup();
    assert_eq!(codes, contract);
}

#[test]
fn a_refused_ask_is_written_down_with_the_holder_and_changes_nothing() {
    let mut bench = Bench::new([web("orders", 8103)]);
    let other = RunId::from_random(2);
    let _ = bench.sees("orders", vec![of_run("payments", other, 61)]);
    let before = format!("{:?}", bench.world.services);
    let decision = bench.ask("orders", Action::Start);
    assert_eq!(format!("{:?}", bench.world.services), before);
    let [line] = decision.events.as_slice() else {
        panic!("{:?}", decision.events)
    };
    assert_eq!(line.code.as_deref(), Some("port_held_by_service"));
    assert_eq!(line.data["holder"]["service"], "payments");
    assert!(decision.effects.is_empty());
}

#[test]
fn nothing_may_be_asked_while_oats_leaves() {
    let mut bench = stages::running();
    let _ = bench.take(Input::Leave {
        how: Leaving::StopAll,
        by: crate::model::Actor::HUMAN,
    });
    assert_eq!(bench.refusal("orders", Action::Stop), Refusal::ShuttingDown);
    let decision = bench.take(Input::Up {
        services: vec![name("orders")],
        by: crate::model::Actor::CLI,
    });
    assert_eq!(decision.answer, Some(Err(Refusal::ShuttingDown)));
    assert_eq!(bench.service("orders").want, crate::model::Want::Down);
}
