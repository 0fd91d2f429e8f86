//! Acting: an ask, its answer, and its result for those who wait.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, Response, header},
};
use serde::Serialize;
use tokio::sync::oneshot;

use super::{
    Desk,
    answer::{self, Refused},
    routes::no_such_service,
};
use crate::{
    model::{
        Action, Actor, EventKind, Refusal, Seq, ServiceName,
        action::ACTIONS,
        control::{self, Accepted, ActionQuery, AskResult, CLIENT_HEADER, Denied},
        plan,
        snapshot::Verdict,
    },
    supervisor::{Answer, Ask, Command, tape::Tape},
};

/// The longest that anybody may wait for a result.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// What an action would do.
#[derive(Serialize)]
struct DryRun<'a> {
    action: Action,
    verdict: &'a Verdict,
    brings: Vec<ServiceName>,
    hurts: Vec<ServiceName>,
}

/// `POST /api/actions/{action}/{name}`.
pub(super) async fn act(
    State(desk): State<Desk>,
    Path((action, name)): Path<(String, String)>,
    query: Result<Query<ActionQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response<Body>, Refused> {
    let Query(query) = query.map_err(|error| bad_query(&error.body_text()))?;
    let wait = query.wait.as_deref().map(duration).transpose()?;
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
        let verdict = view.actions.get(row.action);
        return Ok(answer::json(
            200,
            &DryRun {
                action: row.action,
                verdict,
                brings,
                hurts,
            },
        ));
    }
    let ask = Ask {
        only: query.only,
        when_free: query.when.is_some(),
        only_refusal: query.only_refusal,
        ..Ask::new(name.clone(), row.action, by(&headers))
    };
    let events = desk.handle.events().from_now();
    let seq = send(&desk, Command::Ask(ask))
        .await
        .map_err(|refusal| Refused(409, Denied::of(row.action, &refusal)))?;
    let mut accepted = Accepted {
        seq,
        service: Some(name),
        action: Some(row.action),
        brings,
        hurts,
        result: None,
    };
    let Some(wait) = wait else {
        return Ok(answer::json(202, &accepted));
    };
    accepted.result = tokio::time::timeout(wait, result_of(seq, events))
        .await
        .unwrap_or_default();
    let status = if accepted.result.is_some() { 200 } else { 504 };
    Ok(answer::json(status, &accepted))
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

/// How an ask ended, once it has.
async fn result_of(
    seq: Seq,
    mut events: Tape<std::sync::Arc<crate::model::Event>>,
) -> Option<AskResult> {
    loop {
        let news = events.next().await?;
        let end = news
            .items
            .into_iter()
            .find(|event| event.kind == EventKind::Result && event.cause == Some(seq));
        if let Some(end) = end {
            return Some(AskResult {
                result: end.result?,
                code: end.code.clone(),
                reason: end.reason.clone(),
                duration_ms: end.duration_ms.unwrap_or_default(),
            });
        }
    }
}

/// A duration like "30s" or "500ms".
fn duration(text: &str) -> Result<Duration, Refused> {
    let millis = |digits: &str, unit: u64| digits.parse::<u64>().ok()?.checked_mul(unit);
    let parsed = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(digits), _) => millis(digits, 1),
        (None, Some(digits)) => millis(digits, 1000),
        (None, None) => None,
    };
    parsed
        .map(Duration::from_millis)
        .filter(|wait| *wait <= LONGEST_WAIT)
        .ok_or_else(|| bad_query("wait is a time like \"30s\" or \"500ms\", of at most an hour"))
}

fn bad_query(what: &str) -> Refused {
    let reason = format!("The query is wrong: {what}.");
    Refused(400, Denied::new("query", reason))
}
