//! Logs over the API.

use serde_json::Value;

use crate::{
    serving::Serving,
    support::{isolated, project::Project, wait_for},
};

fn texts(lines: &Value) -> Vec<String> {
    let lines = lines.as_array().unwrap();
    let text = |line: &Value| line["text"].as_str().unwrap().to_owned();
    lines.iter().map(text).collect()
}

#[test]
fn the_last_lines_of_a_log_are_told_by_stream() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "talker",
            "shell = \"for i in $(seq 300); do echo out $i; echo err $i >&2; done; sleep 637\"\n",
        );
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let empty = client.get("/api/logs/talker").json();
        assert_eq!(texts(&empty["lines"]), [""; 0]);
        client.post("/api/actions/start/talker", "{}");
        let tail = |query: &str| client.get(&format!("/api/logs/talker?{query}")).json();
        wait_for("everything is written", || {
            let lines = texts(&tail("tail=1&stream=stderr")["lines"]);
            (lines == ["err 300"]).then_some(())
        });
        let out = tail("tail=3&stream=stdout");
        assert_eq!(texts(&out["lines"]), ["out 298", "out 299", "out 300"]);
        assert_eq!(out["lines"][0]["stream"], "stdout");
        assert_eq!(texts(&out["oats"]), [""; 0]);
        let both = tail("tail=4");
        let lines = texts(&both["lines"]);
        assert_eq!(lines.len(), 4);
        for line in ["out 299", "out 300", "err 299", "err 300"] {
            assert!(lines.iter().any(|it| it == line), "{lines:?}");
        }
        assert!(!texts(&both["oats"]).is_empty());
        assert_eq!(texts(&tail("")["lines"]).len(), 100);
        assert_eq!(texts(&tail("tail=1000&stream=stdout")["lines"]).len(), 300);
        assert_eq!(texts(&tail("tail=0")["lines"]).len(), 0);
        for wrong in ["tail=10001", "tail=-1", "stream=oats", "path=x"] {
            let reply = client.get(&format!("/api/logs/talker?{wrong}"));
            assert_eq!(reply.denied(400), "query", "{wrong}");
        }
    });
}

#[test]
fn a_log_is_followed_from_its_tail_on_without_loss_or_double() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "counter",
            "shell = \"i=0; while true; do i=$((i+1)); echo line $i; sleep 0.002; done\"\n",
        );
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        client.post("/api/actions/start/counter", "{}");
        wait_for("something is written", || {
            let lines = client.get("/api/logs/counter?tail=30").json();
            (texts(&lines["lines"]).len() == 30).then_some(())
        });
        let mut stream = client.listen("/api/logs/counter?tail=20&follow=true&stream=stdout");
        let mut numbers: Vec<u64> = Vec::new();
        while numbers.len() < 300 {
            let heard = stream.next().unwrap();
            assert_eq!(heard.event, "line");
            let json = heard.json();
            let text = json["text"].as_str().unwrap();
            numbers.push(text.strip_prefix("line ").unwrap().parse().unwrap());
            assert_eq!(json["at"].is_null(), numbers.len() <= 20, "{json}");
        }
        let expected: Vec<u64> = (numbers[0]..).take(300).collect();
        assert_eq!(numbers, expected);
    });
}

#[test]
fn what_oats_says_is_told_between_the_lines_as_it_happens() {
    isolated(|| {
        let project = Project::new();
        project.service("talker", "shell = \"echo hello; sleep 638\"\n");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let mut stream = client.listen("/api/logs/talker?follow=true");
        client.post("/api/actions/start/talker", "{}");
        let mut streams = Vec::new();
        while !(streams.contains(&"oats".to_owned()) && streams.contains(&"stdout".to_owned())) {
            let json = stream.next().unwrap().json();
            assert!(json["at"].is_string(), "{json}");
            streams.push(json["stream"].as_str().unwrap().to_owned());
        }
    });
}
