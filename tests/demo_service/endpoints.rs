//! What a single service answers.

use serde_json::{Value, json};

use crate::running::Running;

#[test]
fn healthz_is_shallow_and_leaves_no_line() {
    let service = Running::start("payments", &[]);
    let reply = service.ask("GET", "/healthz");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json(), json!({"status": "ok", "name": "payments"}));
    assert_eq!(service.ask("HEAD", "/healthz").status, 200);
    assert_eq!(service.ask("GET", "/status").json()["requests"], 0);

    assert_eq!(service.ask("POST", "/charge").status, 200);
    let log = service.stdout();
    assert!(!log.contains("healthz"), "{log}");
}

#[test]
fn every_other_request_leaves_one_line() {
    let service = Running::start("auth", &[]);
    service.ask("GET", "/check");
    service.ask("GET", "/nothing?secret=1");
    let log = service.stdout();
    let lines: Vec<&str> = log.lines().skip(1).collect();
    let [check, nothing] = lines.as_slice() else {
        panic!("{log}");
    };
    assert!(
        check.starts_with("GET /check 200 ") && check.ends_with(" ms"),
        "{check}"
    );
    assert!(nothing.starts_with("GET /nothing 404 "), "{nothing}");
}

#[test]
fn status_tells_about_the_service_itself() {
    let service = Running::start("payments", &[]);
    for _ in 0..3 {
        service.ask("POST", "/charge");
    }
    let status = service.ask("GET", "/status").json();
    assert_eq!(status["name"], "payments");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["pid"], service.pid());
    assert!(status["uptime_s"].is_u64());
    assert_eq!(
        (&status["requests"], &status["errors"]),
        (&json!(3), &json!(0))
    );
    assert_eq!(status["latency_ms"]["of"], 3);
    let latency = |which: &str| status["latency_ms"][which].as_f64().unwrap();
    assert!(latency("p50") > 0.0 && latency("p50") <= latency("p95"));
    assert_eq!(status["dependencies"], json!({}));
    assert_eq!(status["faults"], json!([]));
}

#[test]
fn each_of_the_shop_does_its_work_under_its_own_name() {
    for (name, method, path) in [
        ("auth", "GET", "/check"),
        ("inventory", "POST", "/reserve"),
        ("payments", "POST", "/charge"),
        ("stranger", "POST", "/work"),
    ] {
        let service = Running::start(name, &[]);
        for (method, path) in [(method, path), ("GET", "/work"), ("POST", "/work")] {
            let reply = service.ask(method, path);
            assert_eq!(reply.status, 200, "{name} {method} {path}");
            assert_eq!(reply.json()["done"], true);
        }
    }
}

#[test]
fn head_answers_as_get_does_but_for_the_body() {
    let service = Running::start("auth", &[]);
    for path in ["/healthz", "/check", "/nothing"] {
        let get = service.ask("GET", path);
        let mut talk = service.talk().unwrap();
        let head = talk.ask("HEAD", path, &[], "").unwrap();
        assert_eq!(head.status, get.status);
        for name in ["content-type", "content-length"] {
            assert_eq!(head.header(name), get.header(name), "{path}");
        }
        // A body would be taken for the head of this answer.
        assert_eq!(talk.ask("GET", "/healthz", &[], "").unwrap().status, 200);
    }
}

#[test]
fn a_connection_is_kept_over_answers_of_every_kind() {
    let service = Running::start("payments", &[]);
    let mut talk = service.talk().unwrap();
    for (method, path, status) in [
        ("GET", "/healthz", 200),
        ("POST", "/charge", 200),
        ("GET", "/nothing", 404),
        ("PUT", "/work", 405),
        ("POST", "/recover", 200),
        ("GET", "/status", 200),
    ] {
        let reply = talk.ask(method, path, &[], "").unwrap();
        assert_eq!(reply.status, status, "{method} {path}");
        reply.json();
    }
}

#[test]
fn what_cannot_be_answered_is_refused_with_a_hint() {
    let service = Running::start("orders", &[]);
    let told = service.ask("GET", "/nothing").teaches(404);
    assert!(
        told.contains("/nothing") && told.contains("/status"),
        "{told}"
    );

    for (method, path, allow) in [
        ("POST", "/healthz", "GET, HEAD"),
        ("DELETE", "/status", "GET, HEAD"),
        ("GET", "/recover", "POST"),
        ("GET", "/fault", "POST"),
        ("OPTIONS", "/work", "GET, HEAD, POST"),
    ] {
        let reply = service.ask(method, path);
        let told = reply.teaches(405);
        assert_eq!(reply.header("allow"), allow);
        assert!(told.contains(method) && told.contains(allow), "{told}");
    }
}

#[test]
fn a_body_that_is_not_the_json_it_claims_to_be_is_refused() {
    let service = Running::start("payments", &[]);
    let json = ["Content-Type: application/json; charset=utf-8"];
    let post = |headers: &[&str], body: &str| {
        let mut talk = service.talk().unwrap();
        talk.ask("POST", "/work", headers, body).unwrap()
    };
    let told = post(&json, "{\"order\":").teaches(400);
    assert!(told.contains("not JSON"), "{told}");
    assert_eq!(post(&json, "{\"order\":1}").status, 200);
    assert_eq!(post(&[], "order=1").status, 200);
}

#[test]
fn a_body_over_64_kib_is_refused_whatever_its_size() {
    let service = Running::start("payments", &[]);
    let post = |size: usize| {
        let mut talk = service.talk().unwrap();
        talk.ask("POST", "/work", &[], &"x".repeat(size)).unwrap()
    };
    assert_eq!(post(64 * 1024).status, 200);
    for size in [64 * 1024 + 1, 500_000] {
        let reply = post(size);
        assert!(reply.teaches(413).contains("65536"));
        assert_eq!(reply.header("connection"), "close");
    }
    // Of this one only the head is sent: the refusal must not wait for the rest.
    let mut talk = service.talk().unwrap();
    let claim = ["Content-Length: 99999999999"];
    let reply = talk
        .ask_with_own_length("POST", "/work", &claim, "")
        .unwrap();
    reply.teaches(413);
}

#[test]
fn recover_on_a_well_service_has_nothing_to_shed() {
    let service = Running::start("payments", &[]);
    let reply = service.ask("POST", "/recover");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json(), json!({"cleared": [], "kept": []}));
    assert_eq!(
        service.ask("GET", "/status").json()["faults"],
        Value::Array(vec![])
    );
}
