//! `/openapi.json` says what is routed, and what is routed is as it says.

use serde_json::{Value, json};

use crate::{
    client::Client,
    fits::fits,
    serving::Serving,
    support::{isolated, project::Project, stranger::Stranger},
};

/// The document, and a client that asks by it.
struct Sheet {
    document: Value,
    client: Client,
}

impl Sheet {
    /// The schema of an answer.
    fn schema(&self, path: &str, verb: &str, status: u16, kind: &str) -> &Value {
        let responses = &self.document["paths"][path][verb]["responses"];
        let schema = &responses[status.to_string()]["content"][kind]["schema"];
        assert!(
            !schema.is_null(),
            "{verb} {path}: no answer {status} in {kind}"
        );
        schema
    }

    /// Checks that a route with its parameters filled in answers with this status, as it says.
    fn asks(&self, path: &str, verb: &str, filled: &str, body: Option<&str>, status: u16) -> Value {
        let reply = self.client.ask(&verb.to_uppercase(), filled, body);
        assert_eq!(reply.status, status, "{verb} {filled}: {}", reply.text());
        let json = reply.json();
        let schema = self.schema(path, verb, status, "application/json");
        let fitting = fits(&json, schema, &self.document);
        assert_eq!(fitting, Ok(()), "{verb} {filled}");
        json
    }
}

fn fill(path: &str, port: u16) -> String {
    path.replace("{name}", "orders")
        .replace("{action}", "start")
        .replace("{port}", &port.to_string())
}

#[test]
fn every_route_of_the_document_is_there_and_no_other_method_of_it() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let document = client.get("/openapi.json").json();
        assert_eq!(document["openapi"], "3.1.0");
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() >= 15, "{:?}", paths.keys());
        for (path, verbs) in paths {
            let filled = fill(path, port);
            for verb in ["get", "post", "put", "delete", "patch", "head"] {
                let is_there = verbs.get(verb).is_some();
                // What would be done is not: nothing is a body here.
                let body = (verb == "post").then_some("[]");
                // Streams go on for ever; they are asked for with a query that is wrong.
                let stream = path.ends_with("stream") || path == "/api/said";
                if is_there && stream {
                    client.listen(&filled);
                    continue;
                }
                if verb == "head" {
                    continue;
                }
                let reply = client.ask(&verb.to_uppercase(), &filled, body);
                let denied = matches!(reply.status, 404 | 405);
                assert_eq!(denied, !is_there, "{verb} {filled}: {}", reply.text());
            }
        }
        for nowhere in [
            "/",
            "/api",
            "/api/",
            "/api/status/",
            "/api/actions",
            "/api/kill",
            "/v1",
        ] {
            assert_eq!(
                client.get(nowhere).denied(404),
                "no_such_route",
                "{nowhere}"
            );
        }
    });
}

const ACT: &str = "/api/actions/{action}/{name}";
const START: &str = "/api/actions/start/orders";

#[test]
fn answers_are_as_the_document_says() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        project.service("task", "command = [\"true\"]\n");
        let wrong = "command = [\"false\"]\n[restart]\npolicy = \"on-failure\"\n";
        project.service("wrong", wrong);
        project.demo("gateway", "depends_on = [\"orders\"]\n");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let document = client.get("/openapi.json").json();
        let sheet = Sheet { document, client };
        while_a_stranger_is_there(&sheet, port);
        let dry_run = format!("{START}?dry_run=true");
        sheet.asks(ACT, "post", &dry_run, Some("{}"), 200);
        sheet.asks("/api/up", "post", "/api/up", Some("{}"), 202);
        serving.wait_healthy("gateway");
        sheet.asks(ACT, "post", START, Some("{}"), 409);
        what_can_be_read(&sheet);
        sheet.asks("/api/down", "post", "/api/down", Some("{"), 400);
        sheet.asks("/api/down", "post", "/api/down", Some("{}"), 202);
    });
}

/// Refused, waiting, restarted and freed: while somebody else holds a port.
fn while_a_stranger_is_there(sheet: &Sheet, port: u16) {
    let _stranger = Stranger::on(port, &[]);
    let path = format!("/api/ports/{port}");
    let held = sheet.asks("/api/ports/{port}", "get", &path, None, 200);
    assert_eq!(held["class"], "stranger");
    sheet.asks(ACT, "post", START, Some("{}"), 409);
    for (name, status) in [("nobody", 404), ("gateway", 202), ("wrong", 202)] {
        let start = format!("/api/actions/start/{name}");
        sheet.asks(ACT, "post", &start, Some("{}"), status);
    }
    let status = sheet.asks("/api/status", "get", "/api/status", None, 200);
    assert_eq!(status["services"].as_object().unwrap().len(), 4);
    let nonce = &held["nonces"][0]["nonce"];
    let body = json!({"nonce": nonce, "force": "kill", "then_start": false}).to_string();
    let free = format!("{path}/free?wait=20s");
    for status in [200, 410] {
        sheet.asks("/api/ports/{port}/free", "post", &free, Some(&body), status);
    }
}

fn what_can_be_read(sheet: &Sheet) {
    let service = "/api/services/{name}";
    let (processes, survivors) = (
        &format!("{service}/processes"),
        &format!("{service}/survivors"),
    );
    let history = "/api/metrics/{name}/history";
    for (path, filled, status) in [
        ("/api/status", "/api/status", 200),
        (service, "/api/services/orders", 200),
        (service, "/api/services/nobody", 404),
        (processes, "/api/services/orders/processes", 200),
        (survivors, "/api/services/orders/survivors", 200),
        ("/api/events", "/api/events?since=0&limit=5000", 200),
        ("/api/events", "/api/events?x=y", 400),
        ("/openapi.json", "/openapi.json", 200),
        ("/api/metrics", "/api/metrics", 200),
        (history, "/api/metrics/orders/history?span=24h", 200),
        (history, "/api/metrics/orders/history?span=1y", 400),
        (history, "/api/metrics/nobody/history", 404),
    ] {
        sheet.asks(path, "get", filled, None, status);
    }
    let tail = sheet.asks("/api/logs/{name}", "get", "/api/logs/orders", None, 200);
    assert!(!tail["lines"].as_array().unwrap().is_empty());
    let mut stream = sheet.client.listen("/api/events?since=0&follow=true");
    let events = sheet.schema("/api/events", "get", 200, "text/event-stream");
    let first = stream.next().unwrap().json();
    assert_eq!(fits(&first, events, &sheet.document), Ok(()));
}
