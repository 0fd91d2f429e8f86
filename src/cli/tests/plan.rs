use serde_json::json;

use super::*;
use crate::cli::tests::{event, name, snapshot, view};

fn ask(seq: u64, at: u64, service: &str, action: &str, cause: Option<u64>) -> Event {
    let changes = json!({"mono_ms": at, "service": service, "action": action, "cause": cause});
    event(seq, "ask", &changes)
}

fn end(seq: u64, at: u64, service: &str, cause: u64, result: &str) -> Event {
    let changes = json!({"mono_ms": at, "service": service, "cause": cause, "result": result});
    event(seq, "result", &changes)
}

fn spawned(seq: u64, at: u64, service: &str) -> Event {
    event(seq, "start", &json!({"mono_ms": at, "service": service}))
}

/// orders needs inventory and payments; gateway needs orders; mail is alone.
fn shop() -> Snapshot {
    let needs = |names: &[&str]| {
        let needs = names.iter();
        needs
            .map(|it| json!({"service": it, "condition": "healthy"}))
            .collect::<Vec<_>>()
    };
    snapshot(vec![
        view("gateway", &json!({"depends_on": needs(&["orders"])})),
        view(
            "orders",
            &json!({"depends_on": needs(&["inventory", "payments"]), "needed_by": ["gateway"]}),
        ),
        view("inventory", &json!({"needed_by": ["orders"]})),
        view("payments", &json!({"needed_by": ["orders"]})),
        view("mail", &json!({})),
    ])
}

/// A start of gateway that brings three more, with a stranger's lines in between.
fn start() -> Vec<Event> {
    vec![
        ask(10, 1000, "gateway", "start", None),
        ask(11, 1000, "orders", "start", Some(10)),
        ask(12, 1001, "inventory", "start", Some(11)),
        ask(13, 1001, "payments", "start", Some(11)),
        ask(14, 1002, "mail", "start", None),
        spawned(15, 1010, "inventory"),
        spawned(16, 1012, "payments"),
        end(17, 1100, "mail", 14, "failed"),
        end(18, 1210, "inventory", 12, "done"),
        end(19, 1400, "payments", 13, "done"),
        spawned(20, 1405, "orders"),
        end(21, 1600, "orders", 11, "done"),
        spawned(22, 1604, "gateway"),
        end(23, 1900, "gateway", 10, "done"),
    ]
}

#[test]
fn a_start_tells_who_waited_for_whom_and_the_longest_chain() {
    let plan = of(&start(), &[Seq(10)], &shop(), Way::Up).unwrap();
    let table = plan.table(Way::Up);
    let expected = "\
order and times:
  inventory  ready        0.21 s
  payments   ready        0.40 s
  orders     ready        0.60 s  waited 0.40 s for payments, 0.21 s for inventory
  gateway    ready        0.90 s  waited 0.60 s for orders
longest chain: payments, then orders, then gateway, 0.90 s in all
";
    assert_eq!(table, expected);
    assert!(plan.is_worth_telling());
    assert!(plan.steps.iter().all(|step| step.service != name("mail")));
}

#[test]
fn whoever_began_before_the_other_was_there_did_not_wait_for_it() {
    let mut events = start();
    // orders needed payments to be started only.
    events.insert(10, spawned(15, 1300, "orders"));
    events.sort_by_key(|event| event.mono_ms);
    let plan = of(&events, &[Seq(10)], &shop(), Way::Up).unwrap();
    let orders = plan
        .steps
        .iter()
        .find(|it| it.service == name("orders"))
        .unwrap();
    let waited: Vec<&str> = orders
        .waited_for
        .iter()
        .map(|it| it.service.as_str())
        .collect();
    assert_eq!(waited, ["inventory"]);
    let chain: Vec<&str> = plan.longest_chain.iter().map(ServiceName::as_str).collect();
    assert_eq!(chain, ["inventory", "orders", "gateway"]);
}

#[test]
fn what_goes_on_or_failed_is_told_so() {
    let events = vec![
        ask(1, 0, "orders", "start", None),
        ask(2, 0, "inventory", "start", Some(1)),
        end(3, 50, "inventory", 2, "failed"),
    ];
    let plan = of(&events, &[Seq(1)], &shop(), Way::Up).unwrap();
    let table = plan.table(Way::Up);
    assert!(
        table.contains("  inventory  failed       0.05 s\n"),
        "{table}"
    );
    assert!(table.contains("  orders     goes on"), "{table}");
}

#[test]
fn a_common_end_goes_the_other_way_round() {
    let events = vec![
        ask(1, 100, "gateway", "stop", None),
        ask(2, 100, "mail", "stop", None),
        end(3, 150, "mail", 2, "done"),
        end(4, 200, "gateway", 1, "done"),
        ask(5, 200, "orders", "stop", None),
        end(6, 300, "orders", 5, "done"),
    ];
    let plan = of(&events, &leaving(&events), &shop(), Way::Down).unwrap();
    let expected = "\
order and times:
  mail     stopped      0.05 s
  gateway  stopped      0.10 s
  orders   stopped      0.20 s  waited 0.10 s for gateway
longest chain: gateway, then orders, 0.20 s in all
";
    assert_eq!(plan.table(Way::Down), expected);
}

#[test]
fn nothing_asked_is_no_plan_and_one_alone_is_none_to_tell() {
    assert_eq!(of(&[], &[Seq(1)], &shop(), Way::Up), None);
    assert_eq!(of(&start(), &[], &shop(), Way::Up), None);
    let plan = of(&start(), &[Seq(14)], &shop(), Way::Up).unwrap();
    assert!(!plan.is_worth_telling());
}
