//! How services fared.

use serde_json::{Value, json};

use super::{Named, count, list, null_or, number, object, one_of, refer, text, time};

/// A map from names to one shape.
fn by_name(of: &str) -> Value {
    json!({"type": "object", "additionalProperties": refer(of)})
}

pub(super) fn metrics() -> Named {
    let mut named = parts();
    named.extend([
        (
            "Metrics",
            object([
                ("schema", count()),
                ("at", time()),
                ("services", by_name("ServiceMetrics")),
            ]),
        ),
        (
            "ServiceMetrics",
            object([
                ("uptime_s", null_or(count())),
                ("cpu_pct", null_or(number())),
                ("mem_bytes", null_or(count())),
                (
                    "availability",
                    object([
                        ("10m", refer("Share")),
                        ("1h", refer("Share")),
                        ("24h", refer("Share")),
                    ]),
                ),
                ("failures", count()),
                ("repairs", count()),
                ("mttr_s", null_or(number())),
                ("mtbf_s", null_or(number())),
                ("last_failure", null_or(refer("LastFailure"))),
                ("restarts", refer("RestartCounts")),
                ("restarts_24h", refer("RestartCounts")),
                (
                    "latency",
                    object([
                        ("10m", null_or(refer("Quantiles"))),
                        ("1h", null_or(refer("Quantiles"))),
                    ]),
                ),
                ("actions", by_name("ActionTimes")),
            ]),
        ),
        (
            "History",
            object([
                ("schema", count()),
                ("service", refer("Name")),
                ("at", time()),
                ("span_s", count()),
                ("step_s", count()),
                ("metrics", refer("ServiceMetrics")),
                ("points", list(refer("Point"))),
            ]),
        ),
    ]);
    named
}

fn parts() -> Named {
    vec![
        (
            "Share",
            object([
                ("ratio", null_or(number())),
                ("healthy_s", number()),
                ("wanted_s", number()),
                ("unknown_s", number()),
            ]),
        ),
        (
            "LastFailure",
            object([("at", time()), ("seq", count()), ("reason", text())]),
        ),
        (
            "RestartCounts",
            object([("manual", count()), ("policy", count()), ("arena", count())]),
        ),
        (
            "Quantiles",
            object([
                ("count", count()),
                ("p50_ms", number()),
                ("p95_ms", number()),
                ("p99_ms", number()),
                ("max_ms", number()),
            ]),
        ),
        (
            "ActionTimes",
            object([
                ("done", count()),
                ("not_done", count()),
                ("p50_ms", null_or(count())),
                ("p95_ms", null_or(count())),
                ("max_ms", null_or(count())),
            ]),
        ),
        (
            "Point",
            object([
                (
                    "state",
                    one_of(["unwanted", "unknown", "healthy", "unhealthy", "down"]),
                ),
                ("p50_ms", null_or(number())),
                ("p95_ms", null_or(number())),
                ("max_ms", null_or(number())),
                ("cpu_pct", null_or(number())),
                ("mem_bytes", null_or(count())),
                ("probes", count()),
                ("failed", count()),
            ]),
        ),
    ]
}
