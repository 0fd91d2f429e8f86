//! Who listens on a port, and how it is freed.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

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
    look::{bad_query, internal},
    nonces::Purpose,
};
use crate::{
    io::platform::{self, PortListener, PortScanner},
    model::{
        Action, Force, FreeWith, Holder, HolderClass, HolderProcess, Pid, Port, ServiceName,
        ServiceView, Snapshot, Target,
        control::{Denied, FreeBody, Nonce, PortView, WaitQuery},
    },
    supervisor::{Ask, Command},
};

/// How long the owner may take to see what a fresh look sees: it looks once a second, later on a busy
/// machine.
const SETTLE: Duration = Duration::from_secs(3);

/// `GET /api/ports/{port}`.
pub(super) async fn port(
    State(desk): State<Desk>,
    Path(port): Path<String>,
) -> Result<Response<Body>, Refused> {
    let port = number(&port)?;
    let clock = desk.clock;
    let look = tokio::task::spawn_blocking(move || {
        let ports = BTreeSet::from([port]);
        let mut seen = PortScanner::new()?.scan(&ports, &[], clock.now().mono)?;
        Ok::<_, platform::SocketError>(seen.remove(&port).unwrap_or_default())
    });
    let seen = look.await.map_err(internal)?.map_err(internal)?;
    let view = match declared(&desk.handle.snapshot(), port) {
        Some((name, _)) => of_service(&desk, port, &name, &seen).await?,
        None => of_nobody(&desk, port, &seen),
    };
    Ok(answer::json(200, &view))
}

/// A port, by its number.
fn number(text: &str) -> Result<Port, Refused> {
    let number = text.parse().ok().and_then(Port::new);
    number.ok_or_else(|| {
        let reason = "A port is a number from 1 to 65535.";
        Refused(400, Denied::new("port", reason))
    })
}

/// The service that declares a port.
fn declared(snapshot: &Snapshot, port: Port) -> Option<(ServiceName, Arc<ServiceView>)> {
    let mut services = snapshot.services.iter();
    let found = services.find(|(_, view)| view.port == Some(port))?;
    Some((found.0.clone(), found.1.clone()))
}

/// Who holds the port of a service, as every window is told; what was seen just now is waited for.
async fn of_service(
    desk: &Desk,
    port: Port,
    name: &ServiceName,
    seen: &[PortListener],
) -> Result<PortView, Refused> {
    let pids = |processes: &[HolderProcess]| -> BTreeSet<Option<Pid>> {
        processes.iter().map(|process| process.pid).collect()
    };
    let now: Vec<HolderProcess> = seen.iter().map(PortListener::to_holder_process).collect();
    let mut truth = desk.handle.watch();
    let agrees = |snapshot: &Arc<Snapshot>| {
        let view = snapshot.services.get(name);
        let holder = view.and_then(|view| view.holder.as_ref());
        holder.is_some_and(|holder| pids(&holder.processes) == pids(&now))
    };
    // Who comes and goes all the time is told as it was seen last.
    let _either_way = tokio::time::timeout(SETTLE, truth.wait_for(agrees))
        .await
        .is_ok();
    let snapshot = desk.handle.snapshot();
    let Some(view) = snapshot.services.get(name) else {
        return Ok(of_nobody(desk, port, seen));
    };
    let holder = view.holder.clone().unwrap_or(Holder::FREE);
    let may_end = holder.class == HolderClass::Stranger && view.actions.free_port.allowed;
    let targets = if may_end {
        targets(&holder)
    } else {
        BTreeSet::new()
    };
    let nonces = targets.into_iter().map(|(pid, start_ticks)| {
        let target = Target { pid, start_ticks };
        let now = desk.clock.now().mono;
        desk.nonces.give(Purpose::Free(port), target, now)
    });
    Ok(PortView {
        port,
        service: Some(name.clone()),
        class: holder.class,
        held_by: holder.service,
        processes: holder.processes,
        free_port: Some(view.actions.free_port.clone()),
        nonces: nonces
            .collect::<Result<Vec<Nonce>, _>>()
            .map_err(internal)?,
    })
}

/// Every process that can be pointed at.
fn targets(holder: &Holder) -> BTreeSet<(Pid, u64)> {
    let processes = holder.processes.iter();
    processes
        .filter_map(|process| Some((process.pid?, process.start_ticks?)))
        .collect()
}

/// Who holds a port that no service of this root declares.
fn of_nobody(desk: &Desk, port: Port, seen: &[PortListener]) -> PortView {
    let served = |listener: &PortListener| {
        let tag = listener.owner.as_ref()?.tag.as_ref()?;
        (tag.root == desk.root.dir).then(|| tag.service.clone())
    };
    let class = |listener: &PortListener| match &listener.owner {
        _ if served(listener).is_some() => HolderClass::OtherService,
        Some(owner) if platform::can_signal(owner.uid) => HolderClass::Stranger,
        None if platform::can_signal(listener.uid) => HolderClass::Unseen,
        Some(_) | None => HolderClass::OtherUser,
    };
    PortView {
        port,
        service: None,
        // The order of the classes is from the nearest to the most foreign.
        class: seen.iter().map(class).max().unwrap_or(HolderClass::Free),
        held_by: seen.iter().find_map(served),
        processes: seen.iter().map(PortListener::to_holder_process).collect(),
        free_port: None,
        nonces: Vec::new(),
    }
}

/// `POST /api/ports/{port}/free`.
pub(super) async fn free(
    State(desk): State<Desk>,
    Path(port): Path<String>,
    query: Result<Query<WaitQuery>, QueryRejection>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Refused> {
    let Query(query) = query.map_err(|error| bad_query(&error.body_text()))?;
    let wait = actions::wait(query.wait.as_deref())?;
    let body: FreeBody = body::parse(&bytes)?;
    let port = number(&port)?;
    let (name, view) = declared(&desk.handle.snapshot(), port).ok_or_else(|| {
        let reason = format!("No service of this root declares port {port}.");
        Refused(404, Denied::new("no_such_service", reason))
    })?;
    let class = view.holder.as_ref().map(|holder| holder.class);
    let stranger = match body.nonce {
        Some(nonce) => {
            let now = desk.clock.now().mono;
            let target = desk.nonces.redeem(&nonce, &Purpose::Free(port), now);
            let target = target.ok_or_else(|| old_nonce(&format!("/api/ports/{port}")))?;
            Some((target, body.force.unwrap_or(Force::Term)))
        }
        None if view.actions.free_port.allowed && class == Some(HolderClass::Stranger) => {
            let reason =
                format!("The holder was not confirmed: get a nonce from /api/ports/{port}.");
            return Err(Refused(409, Denied::new("not_confirmed", reason)));
        }
        None => None,
    };
    let ask = Ask {
        free: FreeWith {
            stranger,
            then_start: body.then_start,
        },
        ..Ask::new(name.clone(), Action::FreePort, by(&headers))
    };
    let about = actions::About {
        service: Some(name),
        action: Some(Action::FreePort),
        ..actions::About::default()
    };
    actions::ask(&desk, Command::Ask(ask), about, wait).await
}

/// A nonce that is good no more, or never was for this.
pub(super) fn old_nonce(from: &str) -> Refused {
    let reason = format!(
        "The nonce is used, older than 30 s, or for something else: get a new one from {from}."
    );
    Refused(410, Denied::new("nonce", reason))
}
