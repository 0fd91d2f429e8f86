//! `/openapi.json`: the table of routes, as a document for programs.

use axum::{body::Body, http::Response};
use serde_json::{Map, Value, json};

use super::{
    answer,
    route::{Content, Route, Verb},
    routes::table,
    schemas::{self, refer},
};

/// The version of the specification that the document follows.
const VERSION: &str = "3.1.0";
/// Denials that any route but `/api/health` may give, and what they mean.
const ALWAYS: [(u16, &str); 6] = [
    (400, "The query or the body is wrong."),
    (401, "The token is missing or wrong."),
    (
        403,
        "A page of another origin, or not this user on this machine.",
    ),
    (421, "The Host header does not name this API."),
    (500, "oats broke."),
    (503, "The owner takes nothing more."),
];
/// Denials that what acts may give as well.
const ACTING: [(u16, &str); 4] = [
    (408, "The body is too slow."),
    (413, "The body is too large."),
    (415, "The body is not JSON, or packed."),
    (
        429,
        "Too many actions; Retry-After says when it may be tried again.",
    ),
];

/// `GET /openapi.json`.
pub(super) async fn document() -> Response<Body> {
    answer::json(200, &written(&table()))
}

/// The document.
fn written(table: &[Route]) -> Value {
    let mut paths = Map::new();
    for route in table {
        let place = paths.entry(route.path).or_insert_with(|| json!({}));
        let verb = match route.verb {
            Verb::Get => "get",
            Verb::Post => "post",
        };
        if let Some(place) = place.as_object_mut() {
            place.insert(verb.to_owned(), operation(route));
        }
    }
    json!({
        "openapi": VERSION,
        "info": {
            "title": "oats control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What windows of oats see and ask for. See docs/control-api.md.",
        },
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The text of data/run/token.",
                },
            },
            "schemas": schemas::all(),
        },
    })
}

/// One route.
fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "summary": route.about,
        "parameters": parameters(route),
        "responses": responses(route),
    });
    if let Some(body) = route.body {
        let schema = refer(body);
        let body = json!({"content": {"application/json": {"schema": schema}}});
        insert(&mut operation, "requestBody", body);
    }
    if is_open(route) {
        insert(&mut operation, "security", json!([]));
    }
    operation
}

fn insert(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

/// Whether it needs no token.
fn is_open(route: &Route) -> bool {
    route.path == super::gates::HEALTH
}

/// What stands in the path, then what may stand in the query.
fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        let schema = match name {
            "action" => json!({"enum": ["start", "stop", "kill", "recover", "restart"]}),
            "port" => refer("Port"),
            _ => refer("Name"),
        };
        Some(json!({"name": name, "in": "path", "required": true, "schema": schema}))
    });
    let in_query = route.query.iter().map(|(name, kind, about)| {
        json!({
            "name": name, "in": "query", "required": false, "description": about,
            "schema": {"type": kind},
        })
    });
    in_path.chain(in_query).collect()
}

/// Successes, then denials.
fn responses(route: &Route) -> Value {
    let mut responses = Map::new();
    for (status, content) in &route.gives {
        let about = match status {
            202 => "Accepted; it goes on.",
            504 => "The wait ran out; it goes on.",
            _ => "The answer.",
        };
        let (kind, what) = match content {
            Content::Json(name) => ("application/json", json!({"schema": refer(name)})),
            Content::Text => ("text/plain", json!({"schema": {"type": "string"}})),
            Content::Events(names) => {
                let data: Vec<Value> = names.iter().map(|name| refer(name)).collect();
                let about = "Each data line is one of these in JSON.";
                let items = json!({"description": about, "anyOf": data});
                ("text/event-stream", json!({"schema": items}))
            }
        };
        let response = responses
            .entry(status.to_string())
            .or_insert_with(|| json!({"description": about, "content": {}}));
        if let Some(content) = response.pointer_mut("/content") {
            insert(content, kind, what);
        }
    }
    let denial = |about: &str| {
        let content = json!({"application/json": {"schema": refer("Denied")}});
        json!({"description": about, "content": content})
    };
    let own = route.refuses.iter().map(|status| match status {
        404 => (404, "There is no such thing."),
        410 => (410, "The nonce is good no more."),
        other => (*other, "Refused: the code, the reason and what would help."),
    });
    let always = ALWAYS.into_iter().filter(|(status, _)| {
        let needs_token = matches!(status, 400 | 401 | 500 | 503);
        !(is_open(route) && needs_token)
    });
    let acting = ACTING.into_iter().filter(|_| route.verb == Verb::Post);
    for (status, about) in own.chain(always).chain(acting) {
        responses.insert(status.to_string(), denial(about));
    }
    Value::Object(responses)
}
