//! The truth over the API is the truth of status.json.

use serde_json::Value;

use crate::{
    serving::Serving,
    support::{isolated, lives, project::Project, wait_for},
};

#[test]
fn the_status_is_status_json_byte_for_byte() {
    isolated(|| {
        let project = Project::new();
        project.demo("payments", "");
        project.demo("orders", "depends_on = [\"payments\"]\n");
        let serving = Serving::root(&project, &["--up"]);
        serving.wait_healthy("orders");
        for client in [serving.client(), serving.over_socket()] {
            let bytes = wait_for("both tell the same publication", || {
                let reply = client.get("/api/status");
                assert_eq!(reply.status, 200);
                let file = project.read("data/status.json").into_bytes();
                let seq = |bytes: &[u8]| {
                    let json: Value = serde_json::from_slice(bytes).unwrap();
                    json["seq"].clone()
                };
                (seq(&reply.body) == seq(&file)).then_some((reply.body, file))
            });
            assert_eq!(bytes.0, bytes.1);
        }
        let one = serving.client().get("/api/services/orders").json();
        assert_eq!(one["name"], "orders");
        assert_eq!(one["depends_on"][0]["service"], "payments");
    });
}

#[test]
fn the_status_is_told_as_it_changes() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let serving = Serving::root(&project, &[]);
        let mut stream = serving.client().listen("/api/status/stream");
        let first = stream.next().unwrap();
        assert_eq!(first.event, "status");
        assert_eq!(first.json()["seq"], first.id.unwrap());
        let reply = serving.client().post("/api/actions/start/orders", "{}");
        assert_eq!(reply.status, 202);
        let is_healthy = |json: &Value| json["services"]["orders"]["health"] == "healthy";
        let heard = stream.until("orders is healthy", |heard| is_healthy(&heard.json()));
        let seqs: Vec<u64> = heard.iter().map(|heard| heard.id.unwrap()).collect();
        assert!(seqs.is_sorted_by(|a, b| a < b), "{seqs:?}");
        drop(stream);
    });
}

#[test]
fn the_process_tree_of_a_service_is_told_with_everybody_in_it() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "tree",
            "command = [\"sh\", \"-c\", \"sleep 631 & setsid sleep 632 & wait\"]\n",
        );
        project.service("idle", "command = [\"sleep\", \"633\"]\n");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        client.post("/api/actions/start/tree", "{}");
        let pid = serving.wait("tree", "runs", |it| it["pid"].is_u64())["pid"].clone();
        let processes = wait_for("the tree has three processes", || {
            let reply = client.get("/api/services/tree/processes").json();
            let processes = reply["processes"].as_array().unwrap().clone();
            // Between fork and exec a child is still called as its shell is.
            let runs = |end: &str| {
                let commands = processes.iter().filter_map(|it| it["command"].as_str());
                commands.into_iter().any(|it| it.ends_with(end))
            };
            let is_whole = processes.len() == 3 && runs("sleep 631") && runs("sleep 632");
            is_whole.then_some(processes)
        });
        assert!(processes.iter().any(|it| it["pid"] == pid));
        for process in &processes {
            assert!(lives(
                u32::try_from(process["pid"].as_u64().unwrap()).unwrap()
            ));
        }
        let idle = client.get("/api/services/idle/processes").json();
        assert_eq!(idle["processes"].as_array().unwrap().len(), 0);
    });
}

#[test]
fn names_are_looked_up_and_never_joined() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        project.file("service_logs/secret.txt", "hidden\n");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        for name in [
            "nobody",
            "%2e%2e",
            "..%2f..%2fetc%2fpasswd",
            "orders%00",
            "ORDERS",
            "orders%20",
            "%C3%B6rders",
            "%ff",
            "secret",
            "-",
            "orders%2f..%2forders",
        ] {
            for path in ["/api/services/", "/api/logs/"] {
                let reply = client.get(&format!("{path}{name}"));
                assert!(
                    matches!(reply.status, 400 | 404),
                    "{path}{name}: {}",
                    reply.status
                );
                assert!(!reply.text().contains("hidden"));
            }
            let reply = client.post(&format!("/api/actions/start/{name}"), "{}");
            assert!(
                matches!(reply.status, 400 | 404),
                "{name}: {}",
                reply.status
            );
        }
        for path in [
            "/api/services/../status",
            "/api/../etc/passwd",
            "/api//status",
        ] {
            assert_eq!(client.get(path).status, 404, "{path}");
        }
    });
}
