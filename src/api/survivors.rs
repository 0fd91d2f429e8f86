//! Processes that may be an earlier run of a service, and what a person decides about them.

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, Response},
};

use super::{
    Desk,
    actions::{self, by},
    answer::{self, Refused},
    body,
    look::{bad_query, find, internal},
    nonces::Purpose,
    ports::old_nonce,
};
use crate::{
    model::{
        Target,
        control::{Doubtful, SurvivorBody, Survivors, WaitQuery},
    },
    supervisor::Command,
};

/// `GET /api/services/{name}/survivors`.
pub(super) async fn survivors(
    State(desk): State<Desk>,
    Path(name): Path<String>,
) -> Result<Response<Body>, Refused> {
    let (name, view) = find(&desk, &name)?;
    let mut survivors = Vec::new();
    for survivor in &view.survivors {
        let target = Target {
            pid: survivor.pid,
            start_ticks: survivor.start_ticks,
        };
        let purpose = Purpose::Survivor(name.clone());
        let now = desk.clock.now().mono;
        let nonce = desk.nonces.give(purpose, target, now).map_err(internal)?;
        survivors.push(Doubtful {
            survivor: survivor.clone(),
            nonce: nonce.nonce,
            valid_s: nonce.valid_s,
        });
    }
    let service = name;
    Ok(answer::json(200, &Survivors { service, survivors }))
}

/// `POST /api/services/{name}/survivors`.
pub(super) async fn decide(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    query: Result<Query<WaitQuery>, QueryRejection>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Refused> {
    let Query(query) = query.map_err(|error| bad_query(&error.body_text()))?;
    let wait = actions::wait(query.wait.as_deref())?;
    let (service, _) = find(&desk, &name)?;
    let SurvivorBody { nonce, choice } = body::parse(&bytes)?;
    let purpose = Purpose::Survivor(service.clone());
    let now = desk.clock.now().mono;
    let target = desk.nonces.redeem(&nonce, &purpose, now);
    let target = target.ok_or_else(|| old_nonce(&format!("/api/services/{service}/survivors")))?;
    let command = Command::Survivor {
        service: service.clone(),
        target,
        choice: choice.into(),
        by: by(&headers),
    };
    let about = actions::About {
        service: Some(service),
        ..actions::About::default()
    };
    actions::ask(&desk, command, about, wait).await
}
