//! Seeing: the truth, one service of it, its processes.

use axum::{
    body::Body,
    extract::{Path, State},
    http::Response,
};

use super::{
    Desk,
    answer::{self, Refused},
    sse::{self, Gone, Outlet},
};
use crate::{
    io::{
        platform::{TreeQuery, proc},
        status::{self, StatusEncoder},
    },
    model::{
        Identity, ServiceName, ServiceView, TreeMember,
        control::{Denied, Processes},
    },
};

/// Processes of one service that are told of at most.
const MOST: usize = 1000;

/// `GET /api/health`.
pub(super) async fn health() -> Response<Body> {
    answer::with_type(200, "text/plain; charset=utf-8", "ok\n")
}

/// `GET /api/status`: the published truth, as it stands in status.json.
pub(super) async fn truth(State(desk): State<Desk>) -> Result<Response<Body>, Refused> {
    let bytes = status::encode(&desk.handle.snapshot()).map_err(internal)?;
    Ok(answer::bytes_of_json(200, bytes))
}

/// `GET /api/status/stream`: the truth as it changes.
pub(super) async fn truths(State(desk): State<Desk>) -> Response<Body> {
    sse::answer(|outlet| tell_truths(desk, outlet))
}

/// Tells the truth again and again; to a slow reader only the newest.
async fn tell_truths(desk: Desk, outlet: Outlet) -> Result<(), Gone> {
    let mut truth = desk.handle.watch();
    drop(desk);
    let mut encoder = StatusEncoder::new();
    loop {
        let snapshot = truth.borrow_and_update().clone();
        let bytes = encoder.encode(&snapshot).map_err(|error| {
            tracing::error!(target: "api", "could not write the status as JSON: {error}");
            Gone
        })?;
        outlet
            .tell_bytes("status", Some(snapshot.seq), &bytes)
            .await?;
        if outlet.beating(truth.changed()).await?.is_err() {
            // The owner has left.
            return Ok(());
        }
    }
}

/// `GET /api/services/{name}`.
pub(super) async fn service(
    State(desk): State<Desk>,
    Path(name): Path<String>,
) -> Result<Response<Body>, Refused> {
    let (_, view) = find(&desk, &name)?;
    Ok(answer::json(200, &*view))
}

/// `GET /api/services/{name}/processes`.
pub(super) async fn processes(
    State(desk): State<Desk>,
    Path(name): Path<String>,
) -> Result<Response<Body>, Refused> {
    let (name, view) = find(&desk, &name)?;
    let leader = match (view.run, view.pid, view.start_ticks) {
        (Some(run), Some(pid), Some(start_ticks)) => {
            let leader = Identity {
                pid,
                start_ticks,
                pidfd_ino: None,
            };
            Some((run, leader))
        }
        _ => None,
    };
    let members = match leader {
        Some((run, leader)) => {
            let query = TreeQuery::new(run, desk.root.dir.clone(), leader);
            let look = tokio::task::spawn_blocking(move || members(query));
            look.await.map_err(internal)?
        }
        None => Vec::new(),
    };
    let processes = Processes {
        service: name,
        processes: members,
    };
    Ok(answer::json(200, &processes))
}

/// Everybody in a tree, by pid. Blocks.
fn members(mut query: TreeQuery) -> Vec<TreeMember> {
    let found = query.look().into_iter().filter(|it| !it.stat.is_over());
    let mut members: Vec<TreeMember> = found
        .take(MOST)
        .map(|member| TreeMember {
            pid: member.stat.pid,
            parent: member.stat.parent,
            command: proc::command(member.stat.pid).unwrap_or_default(),
        })
        .collect();
    members.sort_by_key(|member| member.pid);
    members
}

/// One service, looked up by its name.
pub(super) fn find(
    desk: &Desk,
    name: &str,
) -> Result<(ServiceName, std::sync::Arc<ServiceView>), Refused> {
    let snapshot = desk.handle.snapshot();
    let name = name.parse::<ServiceName>().ok();
    let found = name.and_then(|name| {
        let view = snapshot.services.get(&name)?.clone();
        Some((name, view))
    });
    found.ok_or_else(no_such_service)
}

/// There is no such service.
pub(super) fn no_such_service() -> Refused {
    Refused(
        404,
        Denied::new("no_such_service", "There is no such service."),
    )
}

/// A query that is not understood.
pub(super) fn bad_query(what: &str) -> Refused {
    let reason = format!("The query is wrong: {what}.");
    Refused(400, Denied::new("query", reason))
}

/// Something of oats itself broke.
pub(super) fn internal(error: impl std::fmt::Display) -> Refused {
    tracing::error!(target: "api", "could not answer: {error}");
    Refused(500, Denied::new("internal", "oats could not answer."))
}
