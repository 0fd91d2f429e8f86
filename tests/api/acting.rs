//! Actions: their answers, their refusals, and who did it.

use serde_json::{Value, json};

use crate::{
    serving::Serving,
    support::{free_port, isolated, project::Project, stranger::Stranger, wait_for},
};

/// The ledger line with this number.
fn line(project: &Project, seq: &Value) -> Value {
    wait_for("the line is in the ledger", || {
        let text = project.read("data/events.jsonl");
        let lines = text.lines().filter_map(|it| serde_json::from_str(it).ok());
        lines.into_iter().find(|line: &Value| &line["seq"] == seq)
    })
}

#[test]
fn an_action_is_accepted_waited_for_or_outwaited() {
    isolated(|| {
        let project = Project::new();
        project.demo("payments", "");
        project.demo("orders", "depends_on = [\"payments\"]\n");
        let silent = free_port();
        let slow = format!("command = [\"sleep\", \"634\"]\nport = {silent}\n");
        project.service("slow", &slow);
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let dry = client.post("/api/actions/start/orders?dry_run=true", "{}");
        assert_eq!(dry.status, 200);
        let dry = dry.json();
        assert_eq!(
            (&dry["brings"], &dry["verdict"]["allowed"]),
            (&json!(["payments"]), &json!(true))
        );
        let status = client.get("/api/status").json();
        assert_eq!(
            status["services"]["payments"]["phase"], "stopped",
            "nothing was done"
        );
        let started = client.post("/api/actions/start/orders?wait=20s", "");
        assert_eq!(started.status, 200, "{}", started.text());
        let started = started.json();
        assert_eq!(started["result"]["result"], "done");
        assert_eq!(started["brings"], json!(["payments"]));
        let stop = client
            .post("/api/actions/stop/payments?dry_run=true", "{}")
            .json();
        assert_eq!(stop["hurts"], json!(["orders"]));
        let at_once = client.post("/api/actions/restart/orders", "{}");
        assert_eq!(at_once.status, 202);
        assert_eq!(at_once.json()["result"], Value::Null);
        let result = project.result_of(oats::model::Seq(at_once.json()["seq"].as_u64().unwrap()));
        assert_eq!(result["result"], "done");
        // Nobody listens on its port, so its start goes on.
        let slow = client.post("/api/actions/start/slow?wait=200ms", "{}");
        assert_eq!(slow.status, 504, "{}", slow.text());
        assert_eq!(slow.json()["result"], Value::Null);
        serving.wait("slow", "is still starting", |it| it["phase"] == "starting");
        for (query, status) in [
            ("wait=x", 400),
            ("wait=2h", 400),
            ("only=maybe", 400),
            ("x=1", 400),
        ] {
            let reply = client.post(&format!("/api/actions/start/slow?{query}"), "{}");
            assert_eq!(reply.denied(status), "query", "{query}");
        }
        assert_eq!(
            client.post("/api/actions/explode/slow", "{}").denied(404),
            "no_such_action"
        );
        assert_eq!(
            client.post("/api/actions/free_port/slow", "{}").denied(404),
            "no_such_action"
        );
        let body = client.post("/api/actions/stop/slow", "{\"signal\":9}");
        assert_eq!(body.denied(400), "body");
    });
}

#[test]
fn only_starts_one_and_when_free_waits_for_a_port() {
    isolated(|| {
        let project = Project::new();
        project.demo("payments", "");
        project.demo("orders", "depends_on = [\"payments\"]\n");
        let port = project.demo("gateway", "");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let only = client.post("/api/actions/start/orders?only=true", "{}");
        assert_eq!((only.status, &only.json()["brings"]), (202, &json!([])));
        serving.wait_healthy("orders");
        let status = client.get("/api/services/payments").json();
        assert_eq!(status["phase"], "stopped");
        let stranger = Stranger::on(port, &[]);
        let refused = client.post("/api/actions/start/gateway", "{}");
        assert_eq!(refused.denied(409), "port_held");
        let waits = client.post("/api/actions/start/gateway?when=free", "{}");
        assert_eq!(waits.status, 202);
        serving.wait("gateway", "waits for its port", |it| {
            it["phase"] == "waiting"
        });
        drop(stranger);
        serving.wait_healthy("gateway");
    });
}

#[test]
fn a_refusal_is_the_verdict_that_every_window_shows() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let _stranger = Stranger::on(port, &[]);
        let shown = serving.wait("orders", "is seen to be blocked", |it| {
            it["actions"]["start"]["code"] == "port_held"
        });
        for action in ["start", "stop", "kill", "restart", "recover"] {
            let reply = client.post(&format!("/api/actions/{action}/orders"), "{}");
            assert_eq!(reply.status, 409, "{action}");
            let (told, verdict) = (reply.json(), &shown["actions"][action]);
            for key in ["code", "reason", "hint", "hint_action"] {
                assert_eq!(told[key], verdict[key], "{key} of {action}");
            }
            assert_eq!(told.as_object().unwrap().len(), 4);
        }
    });
}

#[test]
fn the_ledger_names_who_acted_as_the_client_does() {
    isolated(|| {
        let project = Project::new();
        project.service("idle", "command = [\"sleep\", \"635\"]\n");
        let serving = Serving::root(&project, &[]);
        let plain = serving.client();
        let clients = [
            (
                plain.with("User-Agent: curl/8.5.0"),
                json!({"kind": "api", "name": "curl"}),
            ),
            (
                plain.with("Oats-Client: cli"),
                json!({"kind": "cli", "name": null}),
            ),
            (
                plain.with("Oats-Client: console"),
                json!({"kind": "human", "name": null}),
            ),
            (
                plain.with("Oats-Client: deploy"),
                json!({"kind": "api", "name": "deploy"}),
            ),
            (
                serving.over_socket(),
                json!({"kind": "api", "name": "unnamed"}),
            ),
        ];
        for (client, actor) in clients {
            let started = client.post("/api/actions/start/idle?wait=20s", "{}");
            assert_eq!(started.status, 200, "{}", started.text());
            let seq = started.json()["seq"].clone();
            let ask = line(&project, &seq);
            assert_eq!((&ask["kind"], &ask["actor"]), (&json!("ask"), &actor));
            let result = project.result_of(oats::model::Seq(seq.as_u64().unwrap()));
            assert_eq!(result["actor"], actor);
            let refused = client.post("/api/actions/start/idle", "{}");
            assert_eq!(refused.denied(409), "already_running");
            let stopped = client.post("/api/actions/stop/idle?wait=20s", "{}");
            assert_eq!(stopped.status, 200, "{}", stopped.text());
            let refusal = project
                .ledger()
                .into_iter()
                .rfind(|it| it["kind"] == "refusal");
            assert_eq!(refusal.unwrap()["actor"], actor);
        }
    });
}

#[test]
fn what_a_client_that_goes_away_has_asked_for_is_done() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let mut stream = client.connect().unwrap();
        let head = client.head("POST", "/api/actions/start/orders?wait=20s", Some("{}"));
        std::io::Write::write_all(&mut stream, (head + "{}").as_bytes()).unwrap();
        serving.wait("orders", "is on its way", |it| it["phase"] != "stopped");
        drop(stream);
        serving.wait_healthy("orders");
    });
}
