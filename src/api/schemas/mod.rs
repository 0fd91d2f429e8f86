//! The shapes of what goes over the control API, as JSON Schema. A test compares them with real
//! answers.

mod metrics;
mod truth;

use serde_json::{Map, Value, json};

/// A schema by its name.
pub(super) fn refer(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An object that always has all of these keys, and no others.
fn object<const N: usize>(keys: [(&str, Value); N]) -> Value {
    let required: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
    let required = json!(required);
    let mut schema = optional(keys);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("required".to_owned(), required);
    }
    schema
}

/// An object that may have some of these keys, and no others.
fn optional<const N: usize>(keys: [(&str, Value); N]) -> Value {
    keyed([
        ("type", json!("object")),
        ("additionalProperties", json!(false)),
        ("properties", keyed(keys)),
    ])
}

fn list(of: Value) -> Value {
    keyed([("type", json!("array")), ("items", of)])
}

fn null_or(schema: Value) -> Value {
    let either = vec![schema, json!({"type": "null"})];
    keyed([("anyOf", Value::Array(either))])
}

fn keyed<const N: usize>(keys: [(&str, Value); N]) -> Value {
    let keys = keys.into_iter();
    Value::Object(keys.map(|(key, value)| (key.to_owned(), value)).collect())
}

fn one_of<const N: usize>(words: [&str; N]) -> Value {
    json!({"type": "string", "enum": words.as_slice()})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn number() -> Value {
    json!({"type": "number"})
}

fn yes_no() -> Value {
    json!({"type": "boolean"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn anything() -> Value {
    json!({})
}

/// Every schema, by its name.
pub(super) fn all() -> Value {
    let mut schemas = Map::new();
    let parts = words()
        .into_iter()
        .chain(truth::truth())
        .chain(truth::parts_of_a_service())
        .chain(happenings())
        .chain(ports())
        .chain(trees())
        .chain(acts())
        .chain(metrics::metrics());
    for (name, schema) in parts {
        schemas.insert(name.to_owned(), schema);
    }
    Value::Object(schemas)
}

type Named = Vec<(&'static str, Value)>;

fn words() -> Named {
    vec![
        (
            "Name",
            json!({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$"}),
        ),
        (
            "Port",
            json!({"type": "integer", "minimum": 1, "maximum": 65535}),
        ),
        (
            "Action",
            one_of(["start", "stop", "kill", "restart", "recover", "free_port"]),
        ),
        (
            "Outcome",
            one_of(["done", "failed", "superseded", "refused"]),
        ),
        (
            "Class",
            one_of([
                "own",
                "own-leftover",
                "other-service",
                "stranger",
                "other-user",
                "unseen",
                "free",
            ]),
        ),
        (
            "Denied",
            object([
                ("code", text()),
                ("reason", text()),
                ("hint", null_or(text())),
                ("hint_action", null_or(refer("Action"))),
            ]),
        ),
        ("Nothing", optional([])),
        ("Document", json!({"type": "object"})),
    ]
}

fn happenings() -> Named {
    let actor = object([("kind", text()), ("name", null_or(text()))]);
    vec![
        (
            "Event",
            object([
                ("seq", count()),
                ("at", time()),
                ("mono_ms", count()),
                ("boot_id", text()),
                ("kind", text()),
                ("service", null_or(refer("Name"))),
                ("run", null_or(text())),
                ("actor", null_or(actor)),
                ("action", null_or(refer("Action"))),
                ("cause", null_or(count())),
                ("result", null_or(refer("Outcome"))),
                ("code", null_or(text())),
                ("reason", null_or(text())),
                ("duration_ms", null_or(count())),
                (
                    "log_at",
                    null_or(object([("stdout", count()), ("stderr", count())])),
                ),
                ("data", anything()),
            ]),
        ),
        (
            "Events",
            object([("events", list(refer("Event"))), ("missed", yes_no())]),
        ),
        ("Gap", object([("missed", count())])),
        (
            "Line",
            object([
                ("at", null_or(time())),
                ("stream", one_of(["stdout", "stderr", "oats"])),
                ("text", text()),
            ]),
        ),
        (
            "LogLine",
            object([
                ("service", text()),
                ("at", null_or(time())),
                ("stream", one_of(["stdout", "stderr", "oats"])),
                ("text", text()),
            ]),
        ),
        (
            "LogTail",
            object([
                ("lines", list(refer("Line"))),
                ("oats", list(refer("Line"))),
            ]),
        ),
    ]
}

fn ports() -> Named {
    let mut named = vec![
        (
            "Holder",
            object([
                ("class", refer("Class")),
                ("service", null_or(refer("Name"))),
                ("processes", list(refer("HolderProcess"))),
            ]),
        ),
        (
            "HolderProcess",
            object([
                ("pid", null_or(count())),
                ("start_ticks", null_or(count())),
                ("user", text()),
                ("command", null_or(text())),
                ("cwd", null_or(text())),
                ("parent_pid", null_or(count())),
                ("started_at", null_or(time())),
                ("address", text()),
            ]),
        ),
        (
            "PortView",
            object([
                ("port", refer("Port")),
                ("service", null_or(refer("Name"))),
                ("class", refer("Class")),
                ("held_by", null_or(refer("Name"))),
                ("processes", list(refer("HolderProcess"))),
                ("free_port", null_or(refer("Verdict"))),
                ("nonces", list(refer("Nonce"))),
            ]),
        ),
        (
            "Nonce",
            object([
                ("pid", count()),
                ("start_ticks", count()),
                ("nonce", text()),
                ("valid_s", count()),
            ]),
        ),
        (
            "FreeBody",
            optional([
                ("nonce", null_or(text())),
                ("force", null_or(one_of(["term", "kill"]))),
                ("then_start", yes_no()),
            ]),
        ),
    ];
    named.extend(doubts());
    named
}

fn trees() -> Named {
    vec![(
        "Processes",
        object([
            ("service", refer("Name")),
            (
                "processes",
                list(object([
                    ("pid", count()),
                    ("parent", count()),
                    ("command", text()),
                ])),
            ),
        ]),
    )]
}

fn doubts() -> Named {
    let survivor = || {
        [
            ("pid", count()),
            ("start_ticks", count()),
            ("started_at", null_or(time())),
            ("command", text()),
            ("why", text()),
        ]
    };
    let [pid, start_ticks, started_at, command, why] = survivor();
    let doubtful = object([
        pid,
        start_ticks,
        started_at,
        command,
        why,
        ("nonce", text()),
        ("valid_s", count()),
    ]);
    vec![
        ("Survivor", object(survivor())),
        (
            "Survivors",
            object([("service", refer("Name")), ("survivors", list(doubtful))]),
        ),
        (
            "SurvivorBody",
            object([
                ("nonce", text()),
                ("choice", one_of(["adopt", "term", "kill"])),
            ]),
        ),
    ]
}

fn acts() -> Named {
    let result = object([
        ("result", refer("Outcome")),
        ("code", null_or(text())),
        ("reason", null_or(text())),
        ("duration_ms", count()),
    ]);
    vec![
        (
            "Accepted",
            object([
                ("seq", count()),
                ("service", null_or(refer("Name"))),
                ("action", null_or(refer("Action"))),
                ("brings", list(refer("Name"))),
                ("hurts", list(refer("Name"))),
                ("result", null_or(result)),
            ]),
        ),
        (
            "DryRun",
            object([
                ("action", refer("Action")),
                ("verdict", refer("Verdict")),
                ("brings", list(refer("Name"))),
                ("hurts", list(refer("Name"))),
            ]),
        ),
        (
            "AcceptedOrDryRun",
            json!({"anyOf": [refer("Accepted"), refer("DryRun")]}),
        ),
        (
            "UpBody",
            optional([("services", null_or(list(refer("Name"))))]),
        ),
        (
            "Up",
            object([("seq", count()), ("services", list(refer("Name")))]),
        ),
        ("DownBody", optional([("leave_running", yes_no())])),
        (
            "Down",
            object([
                ("seq", null_or(count())),
                ("owner_leaves", yes_no()),
                ("owner_pid", null_or(count())),
                ("asked", list(refer("Asked"))),
            ]),
        ),
        (
            "Asked",
            object([
                ("service", refer("Name")),
                ("seq", null_or(count())),
                ("denied", null_or(refer("Denied"))),
            ]),
        ),
    ]
}
