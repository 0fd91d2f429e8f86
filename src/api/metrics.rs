//! How services fared: as JSON, and as Prometheus reads it.

use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::Response,
};
use serde::Deserialize;

use super::{
    Desk,
    answer::{self, Refused},
    look::{bad_query, internal, no_such_service},
    prometheus,
};
use crate::{model::ServiceName, supervisor::meters::Span};

/// What a history may be asked for with.
#[derive(Deserialize)]
pub(super) struct HistoryQuery {
    span: Option<String>,
}

/// `GET /api/metrics`.
pub(super) async fn report(State(desk): State<Desk>) -> Result<Response<Body>, Refused> {
    let report = aside(move || {
        let snapshot = desk.handle.snapshot();
        let now = desk.clock.now();
        desk.handle.metrics().report(&snapshot, &desk.root, now)
    })
    .await?;
    Ok(answer::json(200, &report))
}

/// `GET /metrics`.
pub(super) async fn exposition(State(desk): State<Desk>) -> Result<Response<Body>, Refused> {
    let text = aside(move || {
        let snapshot = desk.handle.snapshot();
        let now = desk.clock.now();
        let report = desk.handle.metrics().report(&snapshot, &desk.root, now);
        prometheus::text(&snapshot, &report)
    })
    .await?;
    Ok(answer::with_type(200, prometheus::CONTENT_TYPE, text))
}

/// `GET /api/metrics/{name}/history?span=1h`, or `span=24h`.
pub(super) async fn history(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> Result<Response<Body>, Refused> {
    let name: ServiceName = name.parse().map_err(|_bad| no_such_service())?;
    let Query(query) = query.map_err(|error| bad_query(&error.body_text()))?;
    let span = match query.span.as_deref() {
        None | Some("1h") => Span::Hour,
        Some("24h") => Span::Day,
        Some(_) => return Err(bad_query("span is \"1h\" or \"24h\"")),
    };
    let history = aside(move || {
        let (snapshot, now) = (desk.handle.snapshot(), desk.clock.now());
        let meters = desk.handle.metrics();
        meters.history(&snapshot, &desk.root, &name, span, now)
    })
    .await?;
    let history = history.ok_or_else(no_such_service)?;
    Ok(answer::json(200, &history))
}

/// Reads files without keeping other clients waiting.
async fn aside<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> Result<T, Refused> {
    tokio::task::spawn_blocking(read).await.map_err(internal)
}
