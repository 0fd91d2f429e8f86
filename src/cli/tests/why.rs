use serde_json::{Value, json};

use super::*;
use crate::cli::tests::{event, now, snapshot, view};

const AT: &str = "2026-01-01T12:00:00.000Z";

fn stranger(class: &str, service: Option<&str>) -> Value {
    json!({"class": class, "service": service, "processes": [{
        "pid": 7, "start_ticks": 1, "user": "ann", "command": "/usr/sbin/nginx -g x", "cwd": "/",
        "parent_pid": 1, "started_at": AT, "address": "127.0.0.1:80"}]})
}

fn waits_for(name: &str) -> Value {
    json!([{"kind": "service", "name": name, "condition": "healthy"}])
}

fn exit(code: i32, asked: bool) -> Value {
    json!({"at": AT, "code": code, "signal": null, "asked": asked,
        "stderr_tail": ["one", "two", "three", "no config\u{1b}[2J"]})
}

/// What is said about the first of these services, times as they are here.
fn said(views: Vec<ServiceView>, events: &[Event]) -> Vec<String> {
    let first = views[0].name.clone();
    let snapshot = snapshot(views);
    let view = snapshot.services[&first].clone();
    let answer = answer(&view, &snapshot, events, now());
    let time = words::when(now(), now());
    let facts = serde_json::to_value(&answer.facts).unwrap();
    assert!(
        facts
            .as_array()
            .unwrap()
            .iter()
            .all(|fact| fact["fact"].is_string())
    );
    answer
        .sentences
        .iter()
        .map(|it| it.replace(&time, "T"))
        .collect()
}

fn one(changes: &Value) -> Vec<String> {
    said(vec![view("web", changes)], &[])
}

#[test]
fn a_wait_is_followed_down_to_its_root() {
    let waiting = |name, on| {
        view(
            name,
            &json!({"phase": "waiting", "waiting_for": waits_for(on)}),
        )
    };
    let chain = |root| said(vec![waiting("a", "b"), waiting("b", "c"), root], &[]);
    let failed = view(
        "c",
        &json!({"phase": "failed", "want": "up", "phase_since": AT,
        "health_reason": "exited with code 1", "last_exit": exit(1, false)}),
    );
    let expected = [
        "a waits until b is healthy.",
        "b waits until c is healthy.",
        "c failed since T: exited with code 1.",
        "The last run of c ended at T: exited with code 1. Last on stderr: two | three | no config",
        "c is still wanted, but nothing starts it by itself.",
        "What helps: oats logs c, then oats start c.",
    ];
    assert_eq!(chain(failed), expected);
    let stopped = chain(view("c", &json!({"phase_since": AT})));
    let expected = [
        "c is stopped since T; nobody has asked for it since.",
        "What helps: oats start c.",
    ];
    assert_eq!(stopped[2..], expected);
    let sick = chain(view(
        "c",
        &json!({"phase": "running", "health": "unhealthy",
        "health_reason": "GET /healthz: 503 (3 of 3)"}),
    ));
    assert_eq!(
        sick[2],
        "c runs but is unhealthy: GET /healthz: 503 (3 of 3)."
    );
    let blocked = chain(view(
        "c",
        &json!({"port": 80, "holder": stranger("stranger", None)}),
    ));
    assert_eq!(
        blocked[3..],
        [
            "Port 80, which c needs, is held by PID 7 (nginx), user ann, running /usr/sbin/nginx -g x.",
            "What helps: oats port 80 --free."
        ]
    );
}

#[test]
fn a_circle_ends() {
    let waiting = |name, on| {
        view(
            name,
            &json!({"phase": "waiting", "waiting_for": waits_for(on)}),
        )
    };
    let said = said(vec![waiting("a", "b"), waiting("b", "a")], &[]);
    assert_eq!(
        said.last().unwrap(),
        "a was named above: these wait for each other."
    );
}

#[test]
fn a_taken_port_is_told_by_who_holds_it() {
    let held = |class, service| one(&json!({"port": 80, "holder": stranger(class, service)}));
    let who = "PID 7 (nginx), user ann, running /usr/sbin/nginx -g x";
    for (class, service, expected) in [
        (
            "stranger",
            None,
            format!("Port 80, which web needs, is held by {who}."),
        ),
        (
            "other-service",
            Some("db"),
            format!("Port 80, which web needs, is held by service db, {who}."),
        ),
        (
            "other-user",
            None,
            format!("Port 80, which web needs, is held by {who}, a process of another user."),
        ),
        (
            "unseen",
            None,
            "Port 80, which web needs, is in use by a process that you may not see.".to_owned(),
        ),
        (
            "own-leftover",
            Some("web"),
            format!(
                "Port 80 is held by {who}, which an earlier run of web left behind; a start ends it first."
            ),
        ),
    ] {
        assert_eq!(held(class, service)[1], expected);
    }
    let waits = one(
        &json!({"phase": "waiting", "port": 80, "holder": stranger("stranger", None),
        "waiting_for": [{"kind": "port", "port": 80}]}),
    );
    assert_eq!(
        waits[0],
        "web waits until port 80 is free, and starts by itself then."
    );
    assert_eq!(waits[2], "What helps: oats port 80 --free.");
}

#[test]
fn a_service_that_dies_again_and_again_says_when_it_comes_back_or_why_not() {
    let retry = one(
        &json!({"phase": "backoff", "retry": {"at": AT, "attempt": 2, "of": 8},
        "last_exit": exit(3, false)}),
    );
    assert_eq!(
        retry[..2],
        [
            "web died and is started again at T: that was death 2 in a row, and at 8 the restart policy gives up.",
            "The last run of web ended at T: exited with code 3. Last on stderr: two | three | no config"
        ]
    );
    let deaths: Vec<Event> = [500, 2000, 5700]
        .iter()
        .map(|at| event(*at, "exit", &json!({"service": "web", "mono_ms": at})))
        .collect();
    let view = view(
        "web",
        &json!({"phase": "failed",
        "health_reason": "exited with code 3; gave up: 3 deaths within 2 min; start it by hand to try again"}),
    );
    let gave_up = said(vec![view], &deaths);
    assert_eq!(
        gave_up[1],
        "The restart policy gave up on web after 3 deaths in a row, within 5.20 s; a start by hand begins anew."
    );
}

#[test]
fn a_running_service_says_what_ails_it() {
    let sick = |reason: &str, more: &Value| {
        let mut changes =
            json!({"phase": "running", "health": "unhealthy", "health_reason": reason, "pid": 9});
        for (key, value) in more.as_object().unwrap() {
            changes[key] = value.clone();
        }
        one(&changes)
    };
    let imposter = sick(
        "port 80 is held by PID 7 (nginx), not by this service",
        &json!({"port": 80, "holder": stranger("stranger", None)}),
    );
    assert_eq!(
        imposter[0],
        "web runs but is unhealthy: port 80 is held by PID 7 (nginx), user ann, running /usr/sbin/nginx -g x, \
         not by web. Whatever answers there is somebody else."
    );
    let frozen = sick("process is frozen (state T)", &json!({}));
    assert_eq!(
        frozen[0],
        "web runs but is unhealthy: its process (PID 9) is frozen (state T), so it does nothing until somebody lets it go on."
    );
    let healthy = one(
        &json!({"phase": "running", "health": "healthy", "adopted": true, "pid": 9,
        "started_at": AT}),
    );
    assert_eq!(
        healthy,
        [
            "web runs and is healthy.",
            "web was running already (PID 9) since T when this owner came, and was taken over as it ran; how it exits may stay unknown."
        ]
    );
}

#[test]
fn a_stopped_service_says_who_stopped_it_or_that_nobody_ever_started_it() {
    assert_eq!(one(&json!({})), ["web was never started."]);
    let stopped = view(
        "web",
        &json!({"phase_since": AT, "last_exit": exit(0, true)}),
    );
    let done = |action: &str| {
        let actor = json!({"kind": "api", "name": "bot"});
        event(
            4,
            "result",
            &json!({"service": "web", "action": action, "result": "done", "actor": actor}),
        )
    };
    let by = |events: &[Event]| said(vec![stopped.clone()], events)[0].clone();
    assert_eq!(by(&[done("stop")]), "web was stopped by api:bot at T.");
    assert_eq!(by(&[done("kill")]), "web was killed by api:bot at T.");
    // A run began since.
    let began = event(5, "start", &json!({"service": "web"}));
    assert_eq!(
        by(&[done("stop"), began]),
        "web is stopped since T; nobody has asked for it since."
    );
    let published = one(
        &json!({"phase_since": AT, "last_action": {"action": "stop", "by": "human",
        "result": "done", "reason": null, "duration_ms": 5, "at": AT}}),
    );
    assert_eq!(
        published[0],
        "web was stopped by a person at the console at T."
    );
    let probe = json!({"kind": "none", "ok": null, "detail": null, "latency_ms": null, "at": null, "failures": 0});
    let task = one(&json!({"probe": probe, "last_exit": exit(0, false)}));
    assert_eq!(
        task,
        ["web has done its work: it is a task and ended with code 0 at T."]
    );
    let doubt = one(
        &json!({"survivors": [{"pid": 8, "start_ticks": 1, "started_at": null,
        "command": "java x", "why": "its tag is missing"}]}),
    );
    assert_eq!(
        doubt[0],
        "PID 8 (java x) may be an earlier run of web: its tag is missing. It is left alone until you decide about it in the console."
    );
}

#[test]
fn what_may_be_done_stands_below_with_what_helps() {
    let refused = json!({"allowed": false, "code": "port_held", "reason":
        "Start disabled: port 80 is held by PID 7 (nginx).", "hint": "Free the port first.",
        "hint_action": "free_port"});
    let mut web = view("web", &json!({"port": 80}));
    web.actions.start = serde_json::from_value(refused).unwrap();
    let snapshot = snapshot(vec![web.clone()]);
    let text = text(
        &answer(&web, &snapshot, &[], now()),
        &web,
        Paint { colours: false },
    );
    let expected = "\
web  STOP
  web was never started.
what may be done:
  Start      Start disabled: port 80 is held by PID 7 (nginx). Free the port first. (oats port 80 --free)
  Stop       yes
";
    assert!(text.starts_with(expected), "{text}");
}
