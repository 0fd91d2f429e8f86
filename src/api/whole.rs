//! What concerns the whole root: up, down, reload.

use std::{collections::BTreeMap, time::Duration};

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
        Action, Actor, Phase, ServiceName, Snapshot,
        control::{Asked, Denied, Down, DownBody, Up, UpBody, WaitQuery},
        plan,
        snapshot::OwnerMode,
    },
    supervisor::{Answer, Ask, Command, Leaving},
};

/// How long the order of need is kept when a service does not end.
const ORDER_WITHIN: Duration = Duration::from_mins(2);

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

/// Asks every service to stop that can be: at once those that no other one needs, each of the
/// others once those that need it have ended.
async fn stop_all(desk: &Desk, snapshot: &Snapshot, by: &Actor) -> Vec<Asked> {
    let order = dependents_first(snapshot);
    let (now, later): (Vec<_>, Vec<_>) = order
        .iter()
        .cloned()
        .partition(|name| !is_needed(snapshot, name));
    let mut answers = BTreeMap::new();
    for service in now {
        let answer = stop(desk, &service, by).await;
        answers.insert(service, answer);
    }
    if !later.is_empty() {
        tokio::spawn(stop_later(desk.clone(), later, by.clone()));
    }
    let asked = order.into_iter().map(|service| {
        let (seq, denied) = match answers.remove(&service) {
            Some(Ok(seq)) => (Some(seq), None),
            Some(Err(refusal)) => (None, Some(Denied::of(Action::Stop, &refusal))),
            None => (None, None),
        };
        Asked {
            service,
            seq,
            denied,
        }
    });
    asked.collect()
}

/// Stops each of these once no other service needs it; the rest in any case after a while.
async fn stop_later(desk: Desk, mut later: Vec<ServiceName>, by: Actor) {
    let mut truth = desk.handle.watch();
    let over = tokio::time::sleep(ORDER_WITHIN);
    tokio::pin!(over);
    while !later.is_empty() {
        let snapshot = truth.borrow_and_update().clone();
        let (ready, rest): (Vec<_>, Vec<_>) = later
            .into_iter()
            .partition(|name| !is_needed(&snapshot, name));
        for service in ready {
            // A refusal stands in the ledger.
            let _written = stop(&desk, &service, &by).await;
        }
        later = rest;
        tokio::select! {
            changed = truth.changed() => if changed.is_err() { return },
            () = &mut over => break,
        }
    }
    for service in later {
        let _written = stop(&desk, &service, &by).await;
    }
}

async fn stop(desk: &Desk, service: &ServiceName, by: &Actor) -> Answer {
    let ask = Ask::new(service.clone(), Action::Stop, by.clone());
    send(desk, Command::Ask(ask)).await
}

/// Whether a service that needs this one lives, or is about to.
fn is_needed(snapshot: &Snapshot, name: &ServiceName) -> bool {
    let view = snapshot.services.get(name);
    let needed_by = view.map_or(&[][..], |view| &view.needed_by);
    needed_by.iter().any(|other| {
        let other = snapshot.services.get(other);
        other.is_some_and(|other| match other.phase {
            Phase::Starting
            | Phase::Running
            | Phase::Stopping
            | Phase::Waiting
            | Phase::Backoff => true,
            Phase::Stopped | Phase::Failed => false,
        })
    })
}

/// Every service that can be stopped, those first that need others.
fn dependents_first(snapshot: &Snapshot) -> Vec<ServiceName> {
    let mut order = plan::needed_first(snapshot);
    order.reverse();
    order.retain(|name| {
        let view = snapshot.services.get(name);
        view.is_some_and(|view| view.actions.stop.allowed)
    });
    order
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
