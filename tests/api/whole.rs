//! What concerns the whole root: up, down, leaving.

use serde_json::{Value, json};

use crate::{
    client::{Client, Way},
    console::Console,
    serving::{Serving, read_status},
    support::{isolated, kill, lives, project::Project, wait_for},
};

#[test]
fn up_wants_services_up_with_what_they_need() {
    isolated(|| {
        let project = Project::new();
        project.demo("payments", "");
        project.demo("orders", "depends_on = [\"payments\"]\n");
        project.service("idle", "command = [\"sleep\", \"640\"]\n");
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let unknown = client.post("/api/up", "{\"services\":[\"orders\",\"nobody\"]}");
        assert_eq!(unknown.denied(404), "no_such_service");
        let up = client.post("/api/up", "{\"services\":[\"orders\"]}");
        assert_eq!(
            (up.status, &up.json()["services"]),
            (202, &json!(["orders"]))
        );
        serving.wait_healthy("orders");
        serving.wait_healthy("payments");
        let idle = client.get("/api/services/idle").json();
        assert_eq!(idle["want"], "down");
        let all = client.post("/api/up", "{\"services\":null}");
        assert_eq!(all.status, 202, "{}", all.text());
        serving.wait_healthy("idle");
    });
}

#[test]
fn down_stops_everything_and_takes_socket_and_token_away() {
    isolated(|| {
        let project = Project::new();
        project.service("idle", "command = [\"sleep\", \"641\"]\n");
        let mut serving = Serving::root(&project, &["--up"]);
        let pid = serving.wait_healthy("idle")["pid"].as_u64().unwrap();
        let client = serving.client().with("Oats-Client: cli");
        let down = client.post("/api/down", "{\"leave_running\":false}");
        assert_eq!(down.status, 202, "{}", down.text());
        assert_eq!(down.json()["owner_leaves"], true);
        assert_eq!(down.json()["owner_pid"], serving.pid());
        assert_eq!(serving.wait_end(), Some(0));
        assert!(!lives(u32::try_from(pid).unwrap()));
        for file in ["data/run/oats.sock", "data/run/token"] {
            assert!(!project.path().join(file).exists(), "{file} is left");
        }
        let status = read_status(project.path()).unwrap();
        assert_eq!(
            (&status["api"], &status["socket"]),
            (&Value::Null, &Value::Null)
        );
    });
}

#[test]
fn down_can_leave_the_services_running_and_is_answered_before_the_owner_goes() {
    isolated(|| {
        let project = Project::new();
        project.service("idle", "command = [\"sleep\", \"642\"]\n");
        let mut serving = Serving::root(&project, &["--up"]);
        let pid = serving.wait_healthy("idle")["pid"].clone();
        let down = serving
            .client()
            .post("/api/down", "{\"leave_running\":true}");
        assert_eq!(down.status, 202, "{}", down.text());
        assert_eq!(serving.wait_end(), Some(0));
        drop(serving);
        let pid_left = u32::try_from(pid.as_u64().unwrap()).unwrap();
        assert!(lives(pid_left));
        let serving = Serving::root(&project, &[]);
        serving.wait("idle", "is adopted", |it| it["pid"] == pid);
        drop(serving);
        kill(pid_left, "KILL");
    });
}

#[test]
fn down_stops_the_services_of_a_console_dependents_first_and_the_console_stays() {
    isolated(|| {
        let project = Project::new();
        project.file("oats.toml", "api = \"off\"\n");
        project.demo("alone", "");
        project.demo("base", "");
        project.demo("above", "depends_on = [\"base\"]\n");
        project.service("never", "command = [\"sleep\", \"645\"]\n");
        let mut console = Console::args(&project, &["up", "alone", "above"]);
        let owner = wait_for("everything is healthy", || {
            let status = read_status(project.path())?;
            let services = &status["services"];
            let is_up = |name: &&str| services[*name]["health"] == "healthy";
            let all = ["alone", "base", "above"].iter().all(is_up);
            (all && status["owner"]["mode"] == "console").then(|| status["owner"]["pid"].clone())
        });
        let token = project.read("data/run/token");
        let socket = project.path().join("data/run/oats.sock");
        let client = Client::new(Way::Socket(socket), Some(token));
        let left = client.post("/api/down", "{\"leave_running\":true}");
        assert_eq!(left.denied(409), "owner_is_console");
        assert!(
            left.text().contains(&format!("PID {owner}")),
            "{}",
            left.text()
        );
        let down = client.post("/api/down", "{}");
        assert_eq!(down.status, 202, "{}", down.text());
        let down = down.json();
        assert_eq!(
            (&down["owner_leaves"], &down["owner_pid"]),
            (&json!(false), &owner)
        );
        let asked: Vec<&str> = down["asked"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["service"].as_str().unwrap())
            .collect();
        assert_eq!(asked, ["alone", "above", "base"]);
        wait_for("everything has stopped", || {
            let status = read_status(project.path())?;
            let is_down = |name: &&str| status["services"][*name]["phase"] == "stopped";
            ["alone", "base", "above"].iter().all(is_down).then_some(())
        });
        assert_eq!(console.ended(), None, "the console is still there");
        kill(console.pid(), "TERM");
        assert_eq!(console.wait_end().code, 0);
    });
}
