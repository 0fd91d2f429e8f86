//! Faults that change answers.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    http::Reply,
    running::{Running, eventually},
};

/// A request, and how long its answer took.
fn timed(service: &Running, method: &str, path: &str) -> (Reply, Duration) {
    let start = Instant::now();
    let reply = service.ask(method, path);
    (reply, start.elapsed())
}

#[test]
fn slow_delays_work_and_nothing_that_sheds_it_or_looks_at_it() {
    let service = Running::faulty("payments");
    let delay = Duration::from_millis(300);
    service.fault(r#"{"fault":"slow","delay_ms":300}"#);
    for (method, path) in [("POST", "/charge"), ("GET", "/work")] {
        let (reply, took) = timed(&service, method, path);
        assert_eq!(reply.status, 200);
        assert!(took >= delay, "{path}: {took:?}");
    }

    // With a delay longer than the patience of this test, all others must still answer.
    service.fault(r#"{"fault":"slow","delay_ms":600000}"#);
    assert_eq!(service.ask("GET", "/healthz").status, 200);
    let status = service.ask("GET", "/status").json();
    assert_eq!(status["faults"], json!(["slow"]));
    let reply = service.ask("POST", "/recover").json();
    assert_eq!(reply, json!({"cleared": ["slow"], "kept": []}));
    assert_eq!(service.ask("POST", "/charge").status, 200);
    assert_eq!(
        service.stderr(),
        "fault slow on\nfault slow on\nfault slow off\n"
    );
}

#[test]
fn slow_delays_health_when_told_to_and_answers_when_it_is_shed() {
    let service = Running::faulty("payments");
    service.fault(r#"{"fault":"slow","delay_ms":200,"jitter_ms":50,"health":true}"#);
    let (reply, took) = timed(&service, "GET", "/healthz");
    assert_eq!(reply.status, 200);
    assert!(took >= Duration::from_millis(200), "{took:?}");

    service.fault(r#"{"fault":"slow","delay_ms":600000,"health":true,"for_ms":200}"#);
    assert_eq!(service.ask("GET", "/healthz").status, 200);
    service.await_complaint("fault slow off");
}

#[test]
fn error_rate_fails_exactly_its_share_of_the_work() {
    let service = Running::faulty("payments");
    service.fault(r#"{"fault":"error_rate"}"#);
    let mut talk = service.talk().unwrap();
    let mut failed = 0;
    for _ in 0..100 {
        let reply = talk.ask("POST", "/charge", &[], "").unwrap();
        if reply.status == 200 {
            continue;
        }
        assert!(reply.teaches(500).starts_with("error_rate | "));
        failed += 1;
    }
    assert_eq!(failed, 50);
    // Neither a probe nor a look is work.
    assert!((0..4).all(|_| service.ask("GET", "/healthz").status == 200));
    assert_eq!(service.ask("GET", "/status").json()["errors"], 50);

    service.fault(r#"{"fault":"error_rate","percent":100}"#);
    service.ask("POST", "/charge").teaches(500);
    let reply = service.ask("POST", "/recover").json();
    assert_eq!(reply["cleared"], json!(["error_rate"]));
    assert!((0..4).all(|_| service.ask("POST", "/charge").status == 200));
}

#[test]
fn one_that_lies_about_its_health_passes_its_probe_and_does_no_work() {
    let service = Running::faulty("payments");
    service.fault(r#"{"fault":"lie_about_health"}"#);
    assert_eq!(service.ask("GET", "/healthz").json()["status"], "ok");
    let told = service.ask("POST", "/charge").teaches(503);
    assert!(told.starts_with("lie_about_health | "), "{told}");
    assert_eq!(
        service.ask("GET", "/status").json()["faults"],
        json!(["lie_about_health"])
    );
    // It says so even when it is ill and knows it.
    service.fault(r#"{"fault":"refuse_health"}"#);
    assert_eq!(service.ask("GET", "/healthz").status, 200);

    let reply = service.ask("POST", "/recover").json();
    assert_eq!(
        reply["cleared"],
        json!(["refuse_health", "lie_about_health"])
    );
    assert_eq!(service.ask("POST", "/charge").status, 200);
}

#[test]
fn a_recover_that_fails_sheds_nothing_until_its_times_are_over() {
    let service = Running::faulty("payments");
    service.fault(r#"{"fault":"refuse_health"}"#);
    service.fault(r#"{"fault":"fail_recover","times":2}"#);
    assert_eq!(service.left("fail_recover"), json!({"times": 2}));
    let told = service.ask("POST", "/recover").teaches(500);
    assert!(told.starts_with("fail_recover | "), "{told}");
    assert_eq!(service.left("fail_recover"), json!({"times": 1}));
    service.ask("POST", "/recover").teaches(500);
    service.ask("GET", "/healthz").teaches(503);
    assert_eq!(
        service.ask("GET", "/status").json()["faults"],
        json!(["refuse_health"])
    );

    let reply = service.ask("POST", "/recover").json();
    assert_eq!(reply, json!({"cleared": ["refuse_health"], "kept": []}));
    assert_eq!(
        service.stderr(),
        "fault refuse_health on\nfault fail_recover on\nfault fail_recover off\nfault refuse_health off\n"
    );
}

#[test]
fn a_recover_that_fails_without_a_number_fails_until_its_time_is_over() {
    let service = Running::faulty("payments");
    service.fault(r#"{"fault":"fail_recover"}"#);
    assert!((0..5).all(|_| service.ask("POST", "/recover").status == 500));
    assert_eq!(service.left("fail_recover"), Value::Null);

    service.fault(r#"{"fault":"fail_recover","for_ms":60000}"#);
    let ms = service.left("fail_recover")["ms"].as_u64().unwrap();
    assert!(ms > 0 && ms <= 60_000, "{ms}");
    service.ask("POST", "/recover").teaches(500);
    service.fault(r#"{"fault":"fail_recover","for_ms":100}"#);
    eventually("recover works", || {
        (service.ask("POST", "/recover").status == 200).then_some(())
    });
}
