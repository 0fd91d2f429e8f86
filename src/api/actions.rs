//! Acting: an ask, its answer, and its result for those who wait.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, Response, header},
};
use serde::Deserialize;
use tokio::sync::{oneshot, watch};

use super::{
    Desk,
    answer::{self, Refused},
    body,
    look::{bad_query, no_such_service},
};
use crate::{
    io::config,
    model::{
        Action, Actor, Event, EventKind, Outcome, Refusal, Seq, ServiceName, Snapshot, Wall,
        action::ACTIONS,
        control::{self, Accepted, ActionQuery, AskResult, CLIENT_HEADER, Denied, DryRun},
        plan,
        snapshot::Verdict,
    },
    supervisor::{Answer, Ask, Command, tape::Tape},
};

/// The longest that anybody may wait for a result.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// How long the owner may take to publish what it has written down: 50 ms, and some.
const PUBLISHED: Duration = Duration::from_millis(250);

/// The body of what needs none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What an accepted ask is about.
#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) service: Option<ServiceName>,
    pub(super) action: Option<Action>,
    pub(super) brings: Vec<ServiceName>,
    pub(super) hurts: Vec<ServiceName>,
}

/// `POST /api/actions/{action}/{name}`.
pub(super) async fn act(
    State(desk): State<Desk>,
    Path((action, name)): Path<(String, String)>,
    query: Result<Query<ActionQuery>, QueryRejection>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response<Body>, Refused> {
    let Query(query) = query.map_err(|error| bad_query(&error.body_text()))?;
    let wait = wait(query.wait.as_deref())?;
    let Nothing {} = body::parse(&bytes)?;
    let row = ACTIONS
        .iter()
        .find(|row| row.id == action && row.action != Action::FreePort)
        .ok_or_else(|| {
            Refused(
                404,
                Denied::new("no_such_action", "There is no such action."),
            )
        })?;
    let name: ServiceName = name.parse().map_err(|_bad| no_such_service())?;
    let snapshot = desk.handle.snapshot();
    let view = snapshot.services.get(&name).ok_or_else(no_such_service)?;
    let (brings, hurts) = match row.action {
        Action::Start if !query.only => (plan::brings(&snapshot, &name), Vec::new()),
        Action::Stop | Action::Kill | Action::Restart => {
            (Vec::new(), plan::hurts(&snapshot, &name))
        }
        Action::Start | Action::Recover | Action::FreePort => (Vec::new(), Vec::new()),
    };
    if query.dry_run {
        let mut verdict = view.actions.get(row.action).clone();
        let about_the_port = verdict
            .code
            .as_deref()
            .is_some_and(|it| it.starts_with("port_"));
        if query.when.is_some() && about_the_port {
            verdict = Verdict::allowed(Some("It waits until its port is free.".to_owned()));
        }
        let would = DryRun {
            action: row.action,
            verdict,
            brings,
            hurts,
        };
        return Ok(answer::json(200, &would));
    }
    let command = Command::Ask(Ask {
        only: query.only,
        when_free: query.when.is_some(),
        only_refusal: query.only_refusal,
        ..Ask::new(name.clone(), row.action, by(&headers))
    });
    let about = About {
        service: Some(name),
        action: Some(row.action),
        brings,
        hurts,
    };
    ask(&desk, command, about, wait).await
}

/// Asks the owner, and waits for the result where that is wanted: 202 without waiting, 200 with the
/// result, 504 when the time ran out and it goes on.
pub(super) async fn ask(
    desk: &Desk,
    command: Command,
    about: About,
    wait: Option<Duration>,
) -> Result<Response<Body>, Refused> {
    let (events, truth) = (desk.handle.events().from_now(), desk.handle.watch());
    let refused = |refusal: Refusal| match (about.action, &command) {
        (Some(action), _) => of_action(action, &refusal),
        (None, Command::Reload { .. }) => denied("Reload", &refusal),
        (None, _) => denied("Decision", &refusal),
    };
    let seq = send(desk, command.clone()).await.map_err(refused)?;
    let mut accepted = Accepted {
        seq,
        service: about.service,
        action: about.action,
        brings: about.brings,
        hurts: about.hurts,
        result: None,
    };
    let Some(wait) = wait else {
        return Ok(answer::json(202, &accepted));
    };
    let end = tokio::time::timeout(wait, result_of(seq, events)).await;
    if let Ok(Some(end)) = end {
        if let (Some(service), Some(_)) = (&accepted.service, accepted.action) {
            shown(service, end.at, truth).await;
        }
        accepted.result = Some(AskResult {
            result: end.result.unwrap_or(Outcome::Failed),
            code: end.code.clone(),
            reason: end.reason.clone(),
            duration_ms: end.duration_ms.unwrap_or_default(),
        });
    }
    let status = if accepted.result.is_some() { 200 } else { 504 };
    Ok(answer::json(status, &accepted))
}

/// The refusal of an action.
fn of_action(action: Action, refusal: &Refusal) -> Refused {
    Refused(status(refusal), Denied::of(action, refusal))
}

/// The refusal of something that is no action of a service.
pub(super) fn denied(what: &str, refusal: &Refusal) -> Refused {
    let reason = format!("{what} refused: {}.", refusal.text());
    Refused(status(refusal), Denied::new(refusal.code(), reason))
}

/// A refusal is a conflict with how things are; an owner that takes nothing more is not.
fn status(refusal: &Refusal) -> u16 {
    if matches!(refusal, Refusal::OwnerSilent) {
        503
    } else {
        409
    }
}

/// Who acts, as far as the client says.
pub(super) fn by(headers: &HeaderMap) -> Actor {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    control::actor(text(CLIENT_HEADER), text(header::USER_AGENT.as_str()))
}

/// Sends a command to the owner and waits for its answer.
pub(super) async fn send(desk: &Desk, command: Command) -> Answer {
    let (reply, answer) = oneshot::channel();
    let sent = desk.handle.send(command, move |answer| {
        // A client that is gone does not undo what it asked for.
        let _ = reply.send(answer);
    });
    match sent {
        Ok(()) => answer.await.unwrap_or(Err(Refusal::OwnerSilent)),
        Err(_silent) => Err(Refusal::OwnerSilent),
    }
}

/// The line that tells how an ask ended, once it has.
async fn result_of(seq: Seq, mut events: Tape<Arc<Event>>) -> Option<Arc<Event>> {
    loop {
        let mut news = events.next().await?.items.into_iter();
        let end = news.find(|event| event.kind == EventKind::Result && event.cause == Some(seq));
        if end.is_some() {
            return end;
        }
    }
}

/// Waits until the truth shows that an action has ended, so that whoever is told of it sees it.
async fn shown(service: &ServiceName, at: Wall, mut truth: watch::Receiver<Arc<Snapshot>>) {
    let shows = |snapshot: &Arc<Snapshot>| {
        let view = snapshot.services.get(service);
        let last = view.and_then(|view| view.last_action.as_ref());
        view.is_none() || last.is_some_and(|last| last.at >= at)
    };
    // The result is told in any case.
    let _either_way = tokio::time::timeout(PUBLISHED, truth.wait_for(shows))
        .await
        .is_ok();
}

/// How long to wait, like "30s" or "500ms".
pub(super) fn wait(text: Option<&str>) -> Result<Option<Duration>, Refused> {
    let Some(text) = text else {
        return Ok(None);
    };
    match config::duration(text).filter(|wait| *wait <= LONGEST_WAIT) {
        Some(wait) => Ok(Some(wait)),
        None => Err(bad_query(
            "wait is a time like \"30s\", \"500ms\" or \"1m30s\", of at most an hour",
        )),
    }
}
