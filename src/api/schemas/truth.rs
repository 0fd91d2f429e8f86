//! The shapes of the truth: status.json.

use serde_json::{Value, json};

use super::{Named, count, list, null_or, number, object, one_of, refer, text, time, yes_no};

pub(super) fn truth() -> Named {
    let owner = object([
        ("pid", count()),
        ("start_ticks", count()),
        ("started_at", time()),
        ("mode", one_of(["console", "serve"])),
        ("version", text()),
    ]);
    let problem = object([
        ("file", text()),
        ("line", count()),
        ("column", count()),
        ("message", text()),
    ]);
    vec![
        (
            "Status",
            object([
                ("schema", json!({"const": 1})),
                ("source", one_of(["owner", "look"])),
                ("api", null_or(text())),
                ("socket", null_or(text())),
                ("root", text()),
                ("seq", count()),
                ("written_at", time()),
                ("boot_id", text()),
                ("owner", null_or(owner)),
                ("problems", list(problem)),
                (
                    "services",
                    json!({"type": "object", "additionalProperties": refer("Service")}),
                ),
            ]),
        ),
        ("Service", service()),
    ]
}

fn service() -> Value {
    object([
        ("name", refer("Name")),
        ("description", null_or(text())),
        ("group", null_or(text())),
        (
            "phase",
            one_of([
                "stopped", "waiting", "starting", "running", "stopping", "backoff", "failed",
            ]),
        ),
        ("phase_since", null_or(time())),
        ("want", one_of(["up", "down"])),
        ("health", one_of(["unknown", "healthy", "unhealthy"])),
        ("health_reason", null_or(text())),
        ("probe", refer("Probe")),
        ("pid", null_or(count())),
        ("start_ticks", null_or(count())),
        ("run", null_or(text())),
        ("adopted", yes_no()),
        ("started_at", null_or(time())),
        ("uptime_s", null_or(count())),
        ("waiting_for", list(refer("WaitFor"))),
        ("retry", null_or(refer("Retry"))),
        ("last_exit", null_or(refer("Exit"))),
        ("port", null_or(refer("Port"))),
        ("holder", null_or(refer("Holder"))),
        ("survivors", list(refer("Survivor"))),
        ("restarts", refer("Restarts")),
        ("cpu_pct", null_or(number())),
        ("mem_bytes", null_or(count())),
        ("processes", count()),
        (
            "depends_on",
            list(object([("service", refer("Name")), ("condition", text())])),
        ),
        ("needed_by", list(refer("Name"))),
        ("logs", object([("stdout", text()), ("stderr", text())])),
        ("pending", null_or(refer("Pending"))),
        ("last_action", null_or(refer("LastAction"))),
        (
            "actions",
            object([
                ("start", refer("Verdict")),
                ("stop", refer("Verdict")),
                ("kill", refer("Verdict")),
                ("restart", refer("Verdict")),
                ("recover", refer("Verdict")),
                ("free_port", refer("Verdict")),
            ]),
        ),
        ("pending_changes", list(text())),
    ])
}

pub(super) fn parts_of_a_service() -> Named {
    let condition = one_of(["started", "healthy", "completed"]);
    let wait_for_service = object([
        ("kind", json!({"const": "service"})),
        ("name", refer("Name")),
        ("condition", condition),
    ]);
    let wait_for_port = object([("kind", json!({"const": "port"})), ("port", refer("Port"))]);
    let mut parts = vec![
        (
            "WaitFor",
            json!({"anyOf": [wait_for_service, wait_for_port]}),
        ),
        (
            "Probe",
            object([
                (
                    "kind",
                    one_of(["none", "listen", "http", "tcp", "exec", "log"]),
                ),
                ("ok", null_or(yes_no())),
                ("detail", null_or(text())),
                ("latency_ms", null_or(number())),
                ("at", null_or(time())),
                ("failures", count()),
                ("limit_ms", null_or(number())),
            ]),
        ),
        (
            "Retry",
            object([("at", time()), ("attempt", count()), ("of", count())]),
        ),
        (
            "Exit",
            object([
                ("at", time()),
                ("code", null_or(json!({"type": "integer"}))),
                ("signal", null_or(text())),
                ("asked", yes_no()),
                ("stderr_tail", list(text())),
            ]),
        ),
        (
            "Restarts",
            object([("manual", count()), ("policy", count()), ("arena", count())]),
        ),
    ];
    parts.extend(deeds_of_a_service());
    parts
}

fn deeds_of_a_service() -> Named {
    vec![
        (
            "Pending",
            object([
                ("action", refer("Action")),
                ("by", text()),
                ("since", time()),
            ]),
        ),
        (
            "LastAction",
            object([
                ("action", refer("Action")),
                ("by", text()),
                ("result", refer("Outcome")),
                ("reason", null_or(text())),
                ("duration_ms", count()),
                ("at", time()),
            ]),
        ),
        (
            "Verdict",
            object([
                ("allowed", yes_no()),
                ("code", null_or(text())),
                ("reason", null_or(text())),
                ("hint", null_or(text())),
                ("hint_action", null_or(refer("Action"))),
            ]),
        ),
    ]
}
