use serde_json::json;

use super::*;
use crate::cli::tests::{event as ledger, name, now, snapshot, view};

fn up(pid: u32) -> serde_json::Value {
    json!({"phase": "running", "health": "healthy", "want": "up", "pid": pid, "port": 8101,
        "holder": {"class": "own", "service": null, "processes": []}})
}

#[test]
fn each_service_is_told_once_and_then_only_when_it_has_changed() {
    let mut teller = Teller::default();
    let first = snapshot(vec![view("auth", &up(7)), view("web", &json!({}))]);
    assert_eq!(
        teller.tell(&first),
        ["auth UP, PID 7, port 8101 (own)", "web STOP"]
    );
    assert_eq!(teller.tell(&first), Vec::<String>::new());
    let mut sampled = up(7);
    sampled["cpu_pct"] = json!(3.5);
    sampled["health_reason"] = json!("another word for it");
    let second = snapshot(vec![view("auth", &sampled), view("web", &json!({}))]);
    assert_eq!(teller.tell(&second), Vec::<String>::new());
    let third = snapshot(vec![view("auth", &up(8))]);
    assert_eq!(
        teller.tell(&third),
        [
            "auth UP, PID 8, port 8101 (own)",
            "web is no longer a service"
        ]
    );
}

#[test]
fn what_is_asked_its_result_and_refusals_are_told_and_nothing_twice() {
    let human = json!({"kind": "human", "name": null});
    let ask = ledger(
        1,
        "ask",
        &json!({"service": "web", "action": "start", "actor": human}),
    );
    assert_eq!(
        event(&ask).as_deref(),
        Some("web start asked for (by human)")
    );
    let result = json!({"service": "web", "action": "start", "result": "done",
        "duration_ms": 210, "actor": human});
    let result = event(&ledger(2, "result", &result));
    assert_eq!(result.as_deref(), Some("web start done after 0.21 s"));
    let refusal = json!({"service": "web", "action": "recover", "actor": human,
        "reason": "Recover disabled: service is not running."});
    let refusal = ledger(3, "refusal", &refusal);
    assert!(event(&refusal).unwrap().contains("service is not running"));
    assert!(is_refusal_of(&refusal, &name("web"), Action::Recover));
    assert!(!is_refusal_of(&refusal, &name("web"), Action::Kill));
    assert_eq!(
        event(&ledger(4, "health", &json!({"service": "web"}))),
        None
    );
}

#[test]
fn commands_are_read_and_mistakes_name_what_was_meant() {
    let root = snapshot(vec![view("auth", &up(7)), view("web", &json!({}))]);
    let read = |line| parse(line, &root);
    let both = vec![name("web"), name("auth")];
    assert_eq!(read("  "), Ok(Typed::Nothing));
    assert_eq!(
        read("stop web auth"),
        Ok(Typed::Act(Action::Stop, both.clone()))
    );
    assert_eq!(read("stop all"), Ok(Typed::Act(Action::Stop, both)));
    assert_eq!(read("list auth"), Ok(Typed::List(vec![name("auth")])));
    assert_eq!(read("logs off"), Ok(Typed::Logs(false)));
    assert_eq!(read("quit"), Ok(Typed::Quit));
    let wrong = |line| read(line).unwrap_err();
    assert!(wrong("strat web").contains("did you mean start?"));
    assert!(wrong("stop wbe").contains("did you mean \"web\"?"));
    assert!(wrong("stop").contains("stop NAME, or stop all"));
    assert!(wrong("logs").contains("help shows how"));
    assert!(!wrong("a\u{1b}[2Jb").contains('\u{1b}'));
}

#[test]
fn no_line_holds_a_control_character() {
    let line = Stamp::Exact.line(now(), "web | a\u{1b}[31mred\u{7}\u{1b}]52;c;x\u{7}");
    assert!(
        line.starts_with("2026-01-01T12:00:00.000Z web | a"),
        "{line}"
    );
    assert!(!line.trim_end().chars().any(char::is_control), "{line:?}");
}

#[test]
fn the_exit_code_is_that_of_once_but_for_what_was_stopped() {
    let of = |views| exit_of(&snapshot(views));
    assert_eq!(
        of(vec![view("a", &up(7)), view("b", &json!({}))]),
        Exit::Done
    );
    assert_eq!(of(vec![view("b", &json!({}))]), Exit::Done);
    let failed = json!({"phase": "failed", "want": "up"});
    assert_eq!(
        of(vec![view("a", &up(7)), view("b", &failed)]),
        Exit::NotAsWanted
    );
}
