//! Ports and doubtful processes: who is there, and what it takes to end somebody.

use serde_json::{Value, json};

use crate::{
    serving::Serving,
    support::{
        free_port, isolated, kill, lives, project::Project, start_ticks, stranger::Stranger,
    },
};

#[test]
fn a_port_tells_who_listens_and_what_they_are() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let of = |port: u16| client.get(&format!("/api/ports/{port}")).json();
        let free = of(port);
        assert_eq!(
            (&free["class"], &free["service"]),
            (&json!("free"), &json!("orders"))
        );
        assert_eq!(free["free_port"]["code"], "port_free");
        let stranger = Stranger::on(port, &[]);
        let held = of(port);
        assert_eq!(
            (&held["class"], &held["held_by"]),
            (&json!("stranger"), &Value::Null)
        );
        assert_eq!(held["processes"][0]["pid"], stranger.pid());
        assert!(
            held["processes"][0]["command"]
                .as_str()
                .unwrap()
                .contains("python3")
        );
        assert_eq!(held["nonces"][0]["pid"], stranger.pid());
        assert_eq!(
            held["nonces"][0]["start_ticks"],
            start_ticks(stranger.pid())
        );
        drop(stranger);
        assert_eq!(of(port)["class"], "free");
        client.post("/api/actions/start/orders?wait=20s", "{}");
        let own = of(port);
        assert_eq!(
            (&own["class"], &own["held_by"]),
            (&json!("own"), &json!("orders"))
        );
        assert_eq!(own["nonces"], json!([]));
        // One that no service declares.
        let other = free_port();
        assert_eq!(of(other)["class"], "free");
        let stranger = Stranger::on(other, &[]);
        let seen = of(other);
        assert_eq!(
            (&seen["class"], &seen["service"]),
            (&json!("stranger"), &Value::Null)
        );
        assert_eq!(
            (&seen["free_port"], &seen["nonces"]),
            (&Value::Null, &json!([]))
        );
        assert_eq!(seen["processes"][0]["pid"], stranger.pid());
        let reply = client.post(&format!("/api/ports/{other}/free"), "{}");
        assert_eq!(reply.denied(404), "no_such_service");
        for wrong in ["0", "65536", "x", "-1", "8101.5", "%00"] {
            let reply = client.get(&format!("/api/ports/{wrong}"));
            assert_eq!(reply.denied(400), "port", "{wrong}");
        }
    });
}

#[test]
fn a_stranger_is_ended_by_a_nonce_that_is_good_once_and_for_it_alone() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("orders", "");
        let other = project.demo("payments", "");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let free = |port: u16, body: &Value| {
            let path = format!("/api/ports/{port}/free?wait=20s");
            client.post(&path, &body.to_string())
        };
        assert_eq!(free(port, &json!({})).denied(409), "port_free");
        let mut stranger = Stranger::on(port, &[]);
        let nonce = |port: u16| {
            let held = client.get(&format!("/api/ports/{port}")).json();
            held["nonces"][0]["nonce"].as_str().unwrap().to_owned()
        };
        let first = nonce(port);
        assert_eq!(free(port, &json!({})).denied(409), "not_confirmed");
        assert_eq!(free(port, &json!({"nonce": "0123"})).denied(410), "nonce");
        assert_eq!(free(other, &json!({"nonce": first})).denied(410), "nonce");
        assert_eq!(
            free(port, &json!({"nonce": first, "force": "hup"})).denied(400),
            "body"
        );
        assert!(stranger.lives(), "nothing of this has touched it");
        let done = free(port, &json!({"nonce": first, "then_start": true}));
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(done.json()["result"]["result"], "done");
        let _ = stranger.0.wait();
        serving.wait_healthy("orders");
        assert_eq!(free(port, &json!({"nonce": first})).denied(410), "nonce");
        // A nonce is about a process, not about whoever holds the port when it is used.
        let stranger = Stranger::on(other, &[]);
        let old = nonce(other);
        drop(stranger);
        let next = Stranger::on(other, &[]);
        let reply = free(other, &json!({"nonce": old, "force": "kill"}));
        let is_untouched = reply.status == 409 || reply.json()["result"]["result"] == "failed";
        assert!(is_untouched, "{}", reply.text());
        assert!(next.lives());
    });
}

#[test]
fn a_doubtful_process_is_taken_over_or_ended_by_its_nonce() {
    isolated(|| {
        let project = Project::new();
        project.service("idle", "command = [\"sleep\", \"639\"]\n");
        let mut serving = Serving::root(&project, &[]);
        serving
            .client()
            .post("/api/actions/start/idle?wait=20s", "{}");
        let pid = serving.wait("idle", "runs", |it| it["pid"].is_u64())["pid"].clone();
        let pid = u32::try_from(pid.as_u64().unwrap()).unwrap();
        serving.crash();
        drop(serving);
        // Without its record nobody knows for sure what it is.
        std::fs::remove_file(project.path().join("data/runs/idle.json")).unwrap();
        let serving = Serving::root(&project, &[]);
        serving.wait("idle", "has a survivor", |it| {
            it["survivors"][0]["pid"] == pid
        });
        let client = serving.client();
        let path = "/api/services/idle/survivors";
        let told = client.get(path).json();
        assert_eq!(told["survivors"][0]["pid"], pid);
        let nonce = told["survivors"][0]["nonce"].clone();
        let decide = |nonce: &Value, choice: &str| {
            let body = json!({"nonce": nonce, "choice": choice});
            client.post(&format!("{path}?wait=20s"), &body.to_string())
        };
        assert_eq!(decide(&json!("x"), "kill").denied(410), "nonce");
        assert_eq!(decide(&nonce, "explode").denied(400), "body");
        assert!(lives(pid));
        let adopted = decide(&nonce, "adopt");
        assert_eq!(adopted.status, 200, "{}", adopted.text());
        assert_eq!(adopted.json()["result"]["result"], "done");
        serving.wait("idle", "is taken over", |it| {
            it["pid"] == pid && it["adopted"] == true
        });
        assert_eq!(decide(&nonce, "kill").denied(410), "nonce");
        assert_eq!(client.get(path).json()["survivors"], json!([]));
        kill(pid, "KILL");
    });
}
