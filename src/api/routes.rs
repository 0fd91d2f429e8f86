//! What can be asked for, and where: one table, from which requests are routed and the document at
//! `/openapi.json` is written.

use axum::Router;

use super::{
    Desk, actions,
    answer::Refused,
    events, logs, look, metrics, openapi, ports,
    route::{Choice, Content, Route, get, post},
    survivors, whole,
};
use crate::model::control::Denied;

const WAIT: Choice = (
    "wait",
    "string",
    "how long to wait for the result, like 30s or 500ms",
);
const ACT: &[Choice] = &[
    WAIT,
    (
        "only",
        "boolean",
        "start just this one, without what it needs",
    ),
    (
        "when",
        "string",
        "\"free\": wait for a taken port instead of being refused",
    ),
    ("dry_run", "boolean", "only tell what would happen"),
    (
        "only_refusal",
        "boolean",
        "only write down a refusal that was shown",
    ),
];
const EVENTS: &[Choice] = &[
    (
        "since",
        "integer",
        "only lines after this one, oldest first",
    ),
    (
        "limit",
        "integer",
        "at most so many lines: 100 without it, 5000 at most",
    ),
    ("service", "string", "only lines about this service"),
    (
        "actor",
        "string",
        "only what this one did: human, cli, api, api:NAME",
    ),
    ("kind", "string", "only lines of this kind"),
    (
        "follow",
        "boolean",
        "go on as lines are written, as server-sent events",
    ),
];
const LOGS: &[Choice] = &[
    (
        "tail",
        "integer",
        "so many of the last lines: 100 without it, 10000 at most",
    ),
    ("stream", "string", "stdout, stderr or both"),
    (
        "follow",
        "boolean",
        "go on as lines are written, as server-sent events",
    ),
];

/// Every route.
pub(super) fn table() -> Vec<Route> {
    let mut table = truths();
    table.extend(happenings());
    table.extend(ports_and_doubts());
    table.extend(acts());
    table
}

fn truths() -> Vec<Route> {
    vec![
        get(
            "/api/health",
            "Whether somebody is there. Needs no token.",
            look::health,
        )
        .gives(200, Content::Text),
        get(
            "/api/status",
            "The truth, byte for byte data/status.json.",
            look::truth,
        )
        .gives(200, Content::Json("Status")),
        get(
            "/api/status/stream",
            "The truth as it changes; a slow reader gets the newest.",
            look::truths,
        )
        .gives(200, Content::Events(&["Status"])),
        get(
            "/api/services/{name}",
            "One service of the truth.",
            look::service,
        )
        .gives(200, Content::Json("Service"))
        .refuses(&[404]),
        get(
            "/api/services/{name}/processes",
            "The process tree of a service.",
            look::processes,
        )
        .gives(200, Content::Json("Processes"))
        .refuses(&[404]),
        get("/openapi.json", "This document.", openapi::document)
            .gives(200, Content::Json("Document")),
    ]
}

/// What happens over time.
fn happenings() -> Vec<Route> {
    vec![
        get(
            "/api/events",
            "Ledger lines. Server-sent events with follow=true or Accept: text/event-stream, \
             resumed by Last-Event-ID.",
            events::events,
        )
        .query(EVENTS)
        .gives(200, Content::Json("Events"))
        .gives(200, Content::Events(&["Event", "Gap"])),
        get("/api/logs/{name}", "What a service says.", logs::logs)
            .query(LOGS)
            .gives(200, Content::Json("LogTail"))
            .gives(200, Content::Events(&["Line", "Gap"]))
            .refuses(&[404]),
        get(
            "/api/said",
            "What oats says about all services from now on, as server-sent events.",
            logs::said,
        )
        .gives(200, Content::Events(&["LogLine", "Gap"])),
        get(
            "/api/metrics",
            "How services fared: availability, MTTR, MTBF, restarts, durations, latencies.",
            metrics::report,
        )
        .gives(200, Content::Json("Metrics")),
        get(
            "/api/metrics/{name}/history",
            "What was measured of a service, in buckets.",
            metrics::history,
        )
        .query(&[("span", "string", "1h (without it) or 24h")])
        .gives(200, Content::Json("History"))
        .refuses(&[404]),
        get(
            "/metrics",
            "The same for Prometheus, in its text format 0.0.4.",
            metrics::exposition,
        )
        .gives(200, Content::Text),
    ]
}

fn ports_and_doubts() -> Vec<Route> {
    vec![
        get(
            "/api/ports/{port}",
            "Who listens on a port, with what is needed to end a stranger.",
            ports::port,
        )
        .gives(200, Content::Json("PortView")),
        post(
            "/api/ports/{port}/free",
            "Frees the port of a service.",
            ports::free,
        )
        .query(&[WAIT])
        .body("FreeBody")
        .gives(202, Content::Json("Accepted"))
        .gives(200, Content::Json("Accepted"))
        .gives(504, Content::Json("Accepted"))
        .refuses(&[404, 409, 410]),
        get(
            "/api/services/{name}/survivors",
            "Processes that may be an earlier run of a service.",
            survivors::survivors,
        )
        .gives(200, Content::Json("Survivors"))
        .refuses(&[404]),
        post(
            "/api/services/{name}/survivors",
            "Decides about one of them.",
            survivors::decide,
        )
        .query(&[WAIT])
        .body("SurvivorBody")
        .gives(202, Content::Json("Accepted"))
        .gives(200, Content::Json("Accepted"))
        .gives(504, Content::Json("Accepted"))
        .refuses(&[404, 409, 410]),
    ]
}

fn acts() -> Vec<Route> {
    vec![
        post(
            "/api/actions/{action}/{name}",
            "Start, stop, kill, recover or restart a service.",
            actions::act,
        )
        .query(ACT)
        .body("Nothing")
        .gives(202, Content::Json("Accepted"))
        .gives(200, Content::Json("AcceptedOrDryRun"))
        .gives(504, Content::Json("Accepted"))
        .refuses(&[404, 409]),
        post(
            "/api/up",
            "Wants services up, with what they need.",
            whole::up,
        )
        .body("UpBody")
        .gives(202, Content::Json("Up"))
        .refuses(&[404, 409]),
        post(
            "/api/down",
            "Stops all services and ends a serve owner; a console stays.",
            whole::down,
        )
        .body("DownBody")
        .gives(202, Content::Json("Down"))
        .refuses(&[409]),
        post(
            "/api/reload",
            "Reads the files of the root anew.",
            whole::reload,
        )
        .query(&[WAIT])
        .body("Nothing")
        .gives(202, Content::Json("Accepted"))
        .gives(200, Content::Json("Accepted"))
        .gives(504, Content::Json("Accepted"))
        .refuses(&[409]),
    ]
}

/// Routes requests by the table.
pub(super) fn router(desk: Desk) -> Router {
    let routed = table().into_iter().fold(Router::new(), |router, route| {
        router.route(route.path, route.handler)
    });
    routed
        .method_not_allowed_fallback(not_that_way)
        .fallback(nowhere)
        .with_state(desk)
}

async fn nowhere() -> Refused {
    let reason = "There is nothing here; see /openapi.json.";
    Refused(404, Denied::new("no_such_route", reason))
}

async fn not_that_way() -> Refused {
    let reason = "This is not asked that way; see /openapi.json.";
    Refused(405, Denied::new("method", reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{route::Verb, schemas};

    #[test]
    fn every_schema_that_a_route_names_is_there_and_every_one_is_used() {
        let schemas = schemas::all();
        let text = schemas.to_string();
        let mut used: Vec<&str> = vec!["Denied"];
        for route in table() {
            used.extend(route.body);
            for (_, content) in &route.gives {
                match content {
                    Content::Json(name) => used.push(name),
                    Content::Events(names) => used.extend(*names),
                    Content::Text => {}
                }
            }
        }
        for name in &used {
            assert!(schemas.get(name).is_some(), "there is no schema {name}");
        }
        for name in schemas.as_object().unwrap().keys() {
            let reference = format!("#/components/schemas/{name}\"");
            let is_used = used.contains(&name.as_str()) || text.contains(&reference);
            assert!(is_used, "nothing uses the schema {name}");
        }
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(schemas.get(name).is_some(), "there is no schema {name}");
        }
    }

    #[test]
    fn what_acts_is_a_post_and_what_reads_is_a_get() {
        for route in table() {
            let acts = route.body.is_some();
            assert_eq!(acts, route.verb == Verb::Post, "{}", route.path);
        }
    }
}
