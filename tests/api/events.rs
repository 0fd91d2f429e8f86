//! The ledger over the API.

use serde_json::{Value, json};

use crate::{
    client::{Client, Heard},
    serving::Serving,
    support::{isolated, project::Project},
};

/// Starts and stops a service again and again.
fn stir(client: &Client, times: usize) {
    for _ in 0..times {
        for action in ["start", "stop"] {
            let reply = client.post(&format!("/api/actions/{action}/idle?wait=20s"), "{}");
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
    }
}

fn idle() -> Project {
    let project = Project::new();
    project.service("idle", "command = [\"sleep\", \"636\"]\n");
    project
}

fn seqs(events: &Value) -> Vec<u64> {
    let events = events["events"].as_array().unwrap();
    events
        .iter()
        .map(|it| it["seq"].as_u64().unwrap())
        .collect()
}

#[test]
fn the_ledger_is_read_by_number_and_filtered() {
    isolated(|| {
        let project = idle();
        let mut serving = Serving::root(&project, &[]);
        let client = serving.client().with("Oats-Client: cli");
        stir(&client, 2);
        let all = client.get("/api/events?since=0&limit=5000").json();
        assert_eq!(all["missed"], false);
        assert_eq!(all["events"].as_array().unwrap(), &project.ledger());
        let all = seqs(&all);
        let after = client.get(&format!("/api/events?since={}", all[3])).json();
        assert_eq!(seqs(&after), all[4..]);
        let first = client.get("/api/events?since=0&limit=3").json();
        assert_eq!(seqs(&first), all[..3]);
        let last = client.get("/api/events?limit=3").json();
        assert_eq!(seqs(&last), all[all.len() - 3..]);
        let asks = client
            .get("/api/events?kind=ask&actor=cli&service=idle")
            .json();
        assert_eq!(asks["events"].as_array().unwrap().len(), 4);
        for filter in ["actor=human", "actor=api", "service=other", "kind=config"] {
            let none = client.get(&format!("/api/events?{filter}")).json();
            assert_eq!(none["events"], json!([]), "{filter}");
        }
        for wrong in [
            "limit=5001",
            "since=x",
            "kind=party",
            "service=A",
            "color=red",
        ] {
            let reply = client.get(&format!("/api/events?{wrong}"));
            assert_eq!(reply.denied(400), "query", "{wrong}");
        }
        // What an owner before has written is there, too.
        serving.crash();
        drop(serving);
        let serving = Serving::root(&project, &[]);
        let later = serving
            .client()
            .get("/api/events?since=0&limit=5000")
            .json();
        assert!(seqs(&later).starts_with(&all));
        assert_eq!(later["missed"], false);
    });
}

#[test]
fn a_stream_of_the_ledger_is_resumed_without_loss_or_double() {
    isolated(|| {
        let project = idle();
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        stir(&client, 1);
        let busy = client.clone();
        let stirring = std::thread::spawn(move || stir(&busy, 6));
        let mut heard: Vec<Heard> = Vec::new();
        let enough = |heard: &[Heard]| {
            let is_stop = |it: &&Heard| it.json()["kind"] == "result";
            heard.iter().filter(is_stop).count() >= 14
        };
        let mut connections = 0;
        while !enough(&heard) {
            // Cut off after every five lines; the first one begins at the beginning.
            let mut stream = match heard.last() {
                Some(last) => {
                    let id = format!("Last-Event-ID: {}", last.id.unwrap());
                    let accepts = "Accept: text/event-stream";
                    client.with(&id).with(accepts).listen("/api/events?since=3")
                }
                None => client.listen("/api/events?since=0&follow=true"),
            };
            connections += 1;
            for _ in 0..5 {
                if enough(&heard) {
                    break;
                }
                heard.push(stream.next().expect("the stream goes on"));
            }
        }
        assert!(connections > 3);
        stirring.join().unwrap();
        let ids: Vec<u64> = heard.iter().map(|heard| heard.id.unwrap()).collect();
        let expected: Vec<u64> = (1..=ids.len() as u64).collect();
        assert_eq!(ids, expected);
        let ledger = project.read("data/events.jsonl");
        for (heard, line) in heard.iter().zip(ledger.lines()) {
            assert_eq!(
                (heard.event.as_str(), heard.data.as_str()),
                ("ledger", line)
            );
        }
    });
}

#[test]
fn a_stream_without_a_number_begins_with_what_comes_and_is_filtered() {
    isolated(|| {
        let project = idle();
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        stir(&client, 1);
        let before = project.ledger().len() as u64;
        let mut stream = client.listen("/api/events?follow=true&kind=result");
        stir(&client, 1);
        let (first, second) = (stream.next().unwrap(), stream.next().unwrap());
        assert!(first.id.unwrap() > before && second.id > first.id);
        for heard in [first, second] {
            assert_eq!(heard.json()["kind"], "result");
        }
        let wrong = client.with("Last-Event-ID: yesterday");
        assert_eq!(wrong.get("/api/events?follow=true").denied(400), "query");
    });
}

#[test]
fn a_stream_ends_with_its_owner() {
    isolated(|| {
        let project = idle();
        let mut serving = Serving::root(&project, &[]);
        let client = serving.client();
        let mut events = client.listen("/api/events?follow=true");
        let mut status = client.listen("/api/status/stream");
        let mut logs = client.listen("/api/logs/idle?follow=true");
        let down = client.post("/api/down", "{}");
        assert_eq!(down.status, 202, "{}", down.text());
        assert_eq!(serving.wait_end(), Some(0));
        let mut last = None;
        while let Some(heard) = events.next() {
            last = Some(heard.json());
        }
        let last = last.unwrap();
        assert_eq!(
            (&last["kind"], &last["reason"]),
            (&json!("owner"), &json!("left"))
        );
        while status.next().is_some() {}
        while logs.next().is_some() {}
    });
}
