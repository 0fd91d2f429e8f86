//! What can be asked for, and where.

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::Response,
    routing::{get, post},
};

use super::{
    Desk, actions,
    answer::{self, Refused},
};
use crate::{
    io::status,
    model::{ServiceName, control::Denied},
};

/// Every route.
pub(super) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/api/health", get(health))
        .route("/api/status", get(truth))
        .route("/api/services/{name}", get(service))
        .route("/api/actions/{action}/{name}", post(actions::act))
        .fallback(nowhere)
        .with_state(desk)
}

async fn health() -> Response<Body> {
    answer::with_type(200, "text/plain; charset=utf-8", "ok\n")
}

/// The published truth, as it stands in status.json.
async fn truth(State(desk): State<Desk>) -> Result<Response<Body>, Refused> {
    let bytes = status::encode(&desk.handle.snapshot()).map_err(internal)?;
    Ok(answer::bytes_of_json(200, bytes))
}

/// One service of it.
async fn service(
    State(desk): State<Desk>,
    Path(name): Path<String>,
) -> Result<Response<Body>, Refused> {
    let snapshot = desk.handle.snapshot();
    let name = name.parse::<ServiceName>().ok();
    match name.and_then(|name| snapshot.services.get(&name)) {
        Some(view) => Ok(answer::json(200, view)),
        None => Err(no_such_service()),
    }
}

/// There is no such service.
pub(super) fn no_such_service() -> Refused {
    Refused(
        404,
        Denied::new("no_such_service", "There is no such service."),
    )
}

/// Something of oats itself broke.
pub(super) fn internal(error: impl std::fmt::Display) -> Refused {
    tracing::error!(target: "api", "could not answer: {error}");
    Refused(500, Denied::new("internal", "oats could not answer."))
}

async fn nowhere() -> Refused {
    Refused(
        404,
        Denied::new("no_such_route", "There is nothing here; see /openapi.json."),
    )
}
