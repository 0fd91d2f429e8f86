//! `oats down`.

use crate::{
    Serve,
    console::Console,
    in_terminal, json, out,
    support::{isolated, lives, project::Project},
    wait_key,
};

/// orders needs payments.
fn shop() -> Project {
    let project = Project::new();
    project.demo("payments", "");
    project.demo("orders", "depends_on = [\"payments\"]\n");
    project
}

fn pid(project: &Project, name: &str) -> u32 {
    let view = wait_key(project, name, "health", "healthy");
    u32::try_from(view["pid"].as_u64().unwrap()).unwrap()
}

#[test]
fn down_stops_all_in_reverse_order_and_ends_the_owner() {
    isolated(|| {
        let project = shop();
        let mut owner = Serve::of(&project, &["--up"]);
        let pids = ["payments", "orders"].map(|name| pid(&project, name));
        let said = out(&project, &["down"], 0);
        assert!(owner.0.wait().unwrap().success());
        assert!(pids.iter().all(|pid| !lives(*pid)));
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines[1].starts_with("  orders    stopped"), "{said}");
        assert!(lines[2].starts_with("  payments  stopped"), "{said}");
        assert!(lines[2].contains(" for orders"), "{said}");
        assert!(
            lines[3].starts_with("longest chain: orders, then payments, "),
            "{said}"
        );
        let expected = format!(
            "the owner (PID {}) has gone; nothing runs any more",
            owner.pid()
        );
        assert_eq!(lines[4], expected);
    });
}

#[test]
fn down_can_leave_the_services_running() {
    isolated(|| {
        let project = shop();
        let mut owner = Serve::of(&project, &["--up"]);
        let pids = ["payments", "orders"].map(|name| pid(&project, name));
        let left = json(&project, &["down", "--leave-running", "--json"], 0);
        assert!(owner.0.wait().unwrap().success());
        assert_eq!(left["owner_gone"], true);
        assert_eq!(left["running"], serde_json::json!(["orders", "payments"]));
        assert!(pids.iter().all(|pid| lives(*pid)));
        let _next = Serve::of(&project, &[]);
        assert_eq!(pids[1], pid(&project, "orders"));
    });
}

#[test]
fn down_of_a_console_stops_in_reverse_order_and_the_console_stays() {
    isolated(|| {
        let project = Project::new();
        project.demo("payments", "");
        // It takes a moment to end: the other one is stopped only then.
        project.service(
            "orders",
            "shell = \"trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.05; done\"\n\
             depends_on = [\"payments\"]\n",
        );
        let mut console = Console::spawn(in_terminal(project.path(), &["up"]));
        let pids = ["payments", "orders"].map(|name| pid(&project, name));
        console.sees("LIVE");
        let said = out(&project, &["down"], 0);
        assert!(said.contains("stays; nothing runs any more"), "{said}");
        assert!(pids.iter().all(|pid| !lives(*pid)));
        let ledger = project.ledger();
        let place = |kind: &str, service: &str| {
            let mut lines = ledger.iter();
            lines.position(|it| {
                it["kind"] == kind && it["service"] == service && it["actor"]["kind"] == "cli"
            })
        };
        let orders_ended = place("result", "orders").unwrap();
        assert!(
            orders_ended < place("ask", "payments").unwrap(),
            "{ledger:#?}"
        );
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
    });
}
