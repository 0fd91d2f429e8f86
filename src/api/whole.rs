//! What concerns the whole root: up, down, reload.

use std::collections::BTreeSet;

use axum::{
    body::{Body, Bytes},
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, Response},
};

use super::{
    Desk,
    actions::{self, Nothing, by, denied, send},
    answer::{self, Refused},
    body,
    look::bad_query,
};
use crate::{
    model::{
        Action, Actor, Seq, ServiceName, Snapshot,
        control::{Asked, Denied, Down, DownBody, Up, UpBody, WaitQuery},
        snapshot::OwnerMode,
    },
    supervisor::{Ask, Command, Leaving},
};

/// `POST /api/up`.
pub(super) async fn up(
    State(desk): State<Desk>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Refused> {
    let UpBody { services } = body::parse(&bytes)?;
    let snapshot = desk.handle.snapshot();
    let services = services.unwrap_or_else(|| snapshot.services.keys().cloned().collect());
    let unknown = |name: &&ServiceName| !snapshot.services.contains_key(*name);
    if let Some(name) = services.iter().find(unknown) {
        let reason = format!("There is no service {name}.");
        return Err(Refused(404, Denied::new("no_such_service", reason)));
    }
    let command = Command::Up {
        services: services.clone(),
        by: by(&headers),
    };
    let seq = send(&desk, command)
        .await
        .map_err(|refusal| denied("Up", &refusal))?;
    Ok(answer::json(202, &Up { seq, services }))
}

/// `POST /api/down`.
pub(super) async fn down(
    State(desk): State<Desk>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Refused> {
    let DownBody { leave_running } = body::parse(&bytes)?;
    let snapshot = desk.handle.snapshot();
    let owner = snapshot.owner.as_ref();
    let owner_pid = owner.map(|owner| owner.pid);
    let by = by(&headers);
    if owner.is_none_or(|owner| owner.mode == OwnerMode::Serve) {
        let how = if leave_running {
            Leaving::Detach
        } else {
            Leaving::StopAll
        };
        let seq = send(&desk, Command::leave(how, by))
            .await
            .map_err(|refusal| denied("Down", &refusal))?;
        let down = Down {
            seq: Some(seq),
            owner_leaves: true,
            owner_pid,
            asked: Vec::new(),
        };
        return Ok(answer::json(202, &down));
    }
    if leave_running {
        let pid = owner_pid.map_or_else(String::new, |pid| format!(" with PID {pid}"));
        let reason = format!("The owner is the console{pid}: leave it there, with its own key.");
        return Err(Refused(409, Denied::new("owner_is_console", reason)));
    }
    let asked = stop_all(&desk, &snapshot, &by).await;
    let down = Down {
        seq: asked.iter().find_map(|asked| asked.seq),
        owner_leaves: false,
        owner_pid,
        asked,
    };
    Ok(answer::json(202, &down))
}

/// Asks every living service to stop.
async fn stop_all(desk: &Desk, snapshot: &Snapshot, by: &Actor) -> Vec<Asked> {
    let mut asked = Vec::new();
    for service in dependents_first(snapshot) {
        let ask = Ask::new(service.clone(), Action::Stop, by.clone());
        let answer: Result<Seq, _> = send(desk, Command::Ask(ask)).await;
        let (seq, denied) = match answer {
            Ok(seq) => (Some(seq), None),
            Err(refusal) => (None, Some(Denied::of(Action::Stop, &refusal))),
        };
        asked.push(Asked {
            service,
            seq,
            denied,
        });
    }
    asked
}

/// Every service that can be stopped, those first that need others.
fn dependents_first(snapshot: &Snapshot) -> Vec<ServiceName> {
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    for name in snapshot.services.keys() {
        visit(snapshot, name, &mut seen, &mut order);
    }
    order.retain(|name| {
        let view = snapshot.services.get(name);
        view.is_some_and(|view| view.actions.stop.allowed)
    });
    order
}

fn visit(
    snapshot: &Snapshot,
    name: &ServiceName,
    seen: &mut BTreeSet<ServiceName>,
    order: &mut Vec<ServiceName>,
) {
    let Some(view) = snapshot.services.get(name) else {
        return;
    };
    if !seen.insert(name.clone()) {
        return;
    }
    for dependent in &view.needed_by {
        visit(snapshot, dependent, seen, order);
    }
    order.push(name.clone());
}

/// `POST /api/reload`.
pub(super) async fn reload(
    State(desk): State<Desk>,
    query: Result<Query<WaitQuery>, QueryRejection>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Refused> {
    let Query(query) = query.map_err(|error| bad_query(&error.body_text()))?;
    let wait = actions::wait(query.wait.as_deref())?;
    let Nothing {} = body::parse(&bytes)?;
    let command = Command::Reload { by: by(&headers) };
    actions::ask(&desk, command, actions::About::default(), wait).await
}
