//! status.json, field by field, in the order of contract section 3.

use std::process::{Command as Process, Stdio};

use crate::support::{isolated, kill, project::Project, wait_until};

/// The keys of each object, in order; `?` marks an object that may be null.
const TOP: &str = "schema source api socket root seq written_at boot_id owner problems services";
const OWNER: &str = "pid start_ticks started_at mode version";
const SERVICE: &str = "name description group phase phase_since want health health_reason probe \
    pid start_ticks run adopted started_at uptime_s waiting_for retry last_exit port holder \
    survivors restarts cpu_pct mem_bytes processes depends_on needed_by logs pending last_action \
    actions pending_changes";
const PROBE: &str = "kind ok detail latency_ms at failures limit_ms";
const HOLDER: &str = "class service processes";
const PROCESS: &str = "pid start_ticks user command cwd parent_pid started_at address";
const RESTARTS: &str = "manual policy arena";
const LAST_ACTION: &str = "action by result reason duration_ms at";
const ACTIONS: &str = "start stop kill restart recover free_port";
const VERDICT: &str = "allowed code reason hint hint_action";

/// The keys of a JSON object in the order they are written.
fn keys(object: &str) -> Vec<String> {
    let (mut depth, mut in_text, mut escaped) = (0, false, false);
    let (mut keys, mut word) = (Vec::new(), String::new());
    for c in object.chars() {
        if in_text {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_text = false,
                _ => word.push(c),
            }
            continue;
        }
        match c {
            '"' => {
                in_text = true;
                word.clear();
            }
            ':' if depth == 1 => keys.push(word.clone()),
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    keys
}

/// The text of the value of a key, from its first brace on.
fn value<'a>(text: &'a str, key: &str) -> &'a str {
    let at = text
        .find(&format!("\"{key}\":"))
        .unwrap_or_else(|| panic!("no key {key}"));
    let rest = &text[at..];
    &rest[rest
        .find('{')
        .unwrap_or_else(|| panic!("{key} is no object"))..]
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn status_json_holds_exactly_the_fields_of_the_contract_in_their_order() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let mut owner = Process::new(env!("CARGO_BIN_EXE_oats"))
            .args([
                "--root".as_ref(),
                project.path().as_os_str(),
                "serve".as_ref(),
            ])
            .arg("--up")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("it is up and sampled", || {
            project.status().is_some_and(|status| {
                let service = &status["services"]["orders"];
                service["health"] == "healthy" && service["cpu_pct"].is_number()
            })
        });
        let text = project.read("data/status.json");
        let service = value(&text, "orders");
        assert_eq!(keys(&text), words(TOP));
        assert_eq!(keys(value(&text, "owner")), words(OWNER));
        assert_eq!(keys(service), words(SERVICE));
        for (key, expected) in [
            ("probe", PROBE),
            ("holder", HOLDER),
            ("processes", PROCESS),
            ("restarts", RESTARTS),
            ("last_action", LAST_ACTION),
            ("actions", ACTIONS),
            ("recover", VERDICT),
        ] {
            let part = if key == "recover" {
                value(service, "actions")
            } else {
                service
            };
            assert_eq!(keys(value(part, key)), words(expected), "{key}");
        }
        types(&project);
        seq_rises(&project);
        kill(owner.id(), "TERM");
        let _ = owner.wait();
    });
}

/// The values are of the types the contract names.
fn types(project: &Project) {
    let status = project.status().unwrap();
    assert_eq!(
        (&status["schema"], &status["source"]),
        (&1.into(), &"owner".into())
    );
    let time = status["written_at"].as_str().unwrap();
    assert!(
        time.len() == 24 && time.ends_with('Z') && time.as_bytes()[19] == b'.',
        "{time}"
    );
    let service = &status["services"]["orders"];
    for key in [
        "pid",
        "start_ticks",
        "uptime_s",
        "port",
        "processes",
        "mem_bytes",
    ] {
        assert!(service[key].is_u64(), "{key} is {}", service[key]);
    }
    for key in [
        "phase",
        "want",
        "health",
        "run",
        "started_at",
        "phase_since",
    ] {
        assert!(service[key].is_string(), "{key} is {}", service[key]);
    }
    for key in ["retry", "pending", "last_exit", "description", "group"] {
        assert!(service[key].is_null(), "{key} is {}", service[key]);
    }
    assert!(service["probe"]["latency_ms"].is_f64());
    assert_eq!(service["actions"]["start"]["code"], "already_running");
    assert_eq!(service["actions"]["start"]["hint_action"], "restart");
    assert_eq!(service["logs"]["stdout"], "service_logs/orders_stdout.log");
}

/// It is written again and again, each time with a higher number.
fn seq_rises(project: &Project) {
    let first = project.status().unwrap()["seq"].as_u64().unwrap();
    wait_until("it is written three times more", || {
        project
            .status()
            .is_some_and(|status| status["seq"].as_u64().unwrap() >= first + 3)
    });
}
