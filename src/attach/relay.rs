//! Commands of the window, as requests to the owner.

use std::time::Duration;

use serde_json::json;

use super::Looked;
use crate::{
    io::control::{Control, ControlError, Reply},
    model::{
        Action, Force, FreeWith, Port, Refusal, Seq, ServiceName, Snapshot, SurvivorChoice, Target,
        control::{Accepted, ActionQuery, When},
    },
    supervisor::{Answer, Ask, Command},
};

/// How long the owner may take for an answer. It waits for nothing, so it is there at once.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Passes a command on, and gives the answer.
pub(super) async fn pass(
    command: Command,
    looked_at: &Looked,
    control: Option<&Control>,
    truth: &Snapshot,
) -> Answer {
    match command {
        Command::WatchLogs(services) => {
            looked_at.logs.send_replace(services);
            return Ok(Seq(0));
        }
        Command::WatchTree(service) => {
            looked_at.tree.send_replace(service);
            return Ok(Seq(0));
        }
        // The owner stays: only this window leaves.
        Command::Leave { .. } => return Ok(Seq(0)),
        Command::Ask(_)
        | Command::Up { .. }
        | Command::Survivor { .. }
        | Command::Reload { .. } => {}
    }
    let Some(control) = control else {
        return Err(Refusal::OwnerSilent);
    };
    let asked = tokio::time::timeout(ANSWER_WITHIN, ask(command, control, truth)).await;
    match asked {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            tracing::warn!(target: "api", "could not {error}");
            Err(Refusal::OwnerSilent)
        }
        Err(_late) => Err(Refusal::OwnerSilent),
    }
}

async fn ask(
    command: Command,
    control: &Control,
    truth: &Snapshot,
) -> Result<Answer, ControlError> {
    match command {
        Command::Ask(ask) if ask.action == Action::FreePort => free(&ask, control, truth).await,
        Command::Ask(ask) => {
            let query = ActionQuery {
                only: ask.only,
                when: ask.when_free.then_some(When::Free),
                only_refusal: ask.only_refusal,
                ..ActionQuery::default()
            };
            let path = format!(
                "/api/actions/{}/{}{}",
                ask.action,
                ask.service,
                text_of(&query)
            );
            answer(&control.post(&path, "{}".to_owned()).await?)
        }
        Command::Up { services, .. } => {
            let body = json!({ "services": services }).to_string();
            answer(&control.post("/api/up", body).await?)
        }
        Command::Survivor {
            service,
            target,
            choice,
            ..
        } => survivor(&service, target, choice, control).await,
        Command::Reload { .. } => answer(&control.post("/api/reload", "{}".to_owned()).await?),
        Command::Leave { .. } | Command::WatchTree(_) | Command::WatchLogs(_) => Ok(Ok(Seq(0))),
    }
}

/// The query as it stands in a URL. Its values need no escaping.
fn text_of(query: &ActionQuery) -> String {
    let mut parts = Vec::new();
    if query.only {
        parts.push("only=true");
    }
    if query.when.is_some() {
        parts.push("when=free");
    }
    if query.only_refusal {
        parts.push("only_refusal=true");
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!("?{}", parts.join("&"))
    }
}

/// The owner's answer to an ask.
fn answer(reply: &Reply) -> Result<Answer, ControlError> {
    let answer = reply.accepted::<Accepted>()?;
    Ok(match answer {
        Ok(accepted) => Ok(accepted.seq),
        Err(denied) => Err(denied.relayed()),
    })
}

/// Frees a port: looks at it once more, and confirms with the nonce that this look gives.
async fn free(ask: &Ask, control: &Control, truth: &Snapshot) -> Result<Answer, ControlError> {
    let view = truth.services.get(&ask.service);
    let Some(port) = view.and_then(|view| view.port) else {
        return Ok(Err(Refusal::NoPort));
    };
    let path = format!("/api/ports/{port}");
    let reply = control.get(&path).await?;
    let look: serde_json::Value = match reply.accepted()? {
        Ok(look) => look,
        Err(denied) => return Ok(Err(denied.relayed())),
    };
    let FreeWith {
        stranger,
        then_start,
    } = ask.free;
    let force = match stranger {
        Some((target, force)) => {
            if let Err(refusal) = is_still(&look, port, target) {
                return Ok(Err(refusal));
            }
            force
        }
        None => Force::Term,
    };
    let body = json!({
        "service": ask.service,
        "nonce": look.get("nonce"),
        "force": word(force),
        "then_start": then_start,
    });
    let path = format!("/api/ports/{port}/free");
    answer(&control.post(&path, body.to_string()).await?)
}

/// Whether the process that was confirmed still holds the port.
fn is_still(look: &serde_json::Value, port: Port, target: Target) -> Result<(), Refusal> {
    let processes = look
        .pointer("/holder/processes")
        .and_then(serde_json::Value::as_array);
    let same = |process: &serde_json::Value| {
        process.get("pid").and_then(serde_json::Value::as_u64) == Some(u64::from(target.pid.0))
            && process
                .get("start_ticks")
                .and_then(serde_json::Value::as_u64)
                == Some(target.start_ticks)
    };
    if processes.is_some_and(|all| all.iter().any(same)) {
        Ok(())
    } else {
        Err(Refusal::PortFree(port))
    }
}

fn word(force: Force) -> &'static str {
    match force {
        Force::Term => "term",
        Force::Kill => "kill",
    }
}

/// Decides about a process in doubt, with the nonce that a fresh look gives.
async fn survivor(
    service: &ServiceName,
    target: Target,
    choice: SurvivorChoice,
    control: &Control,
) -> Result<Answer, ControlError> {
    let path = format!("/api/services/{service}/survivors");
    let look: serde_json::Value = match control.get(&path).await?.accepted()? {
        Ok(look) => look,
        Err(denied) => return Ok(Err(denied.relayed())),
    };
    let number =
        |entry: &serde_json::Value, key| entry.get(key).and_then(serde_json::Value::as_u64);
    let survivors = look.get("survivors").and_then(serde_json::Value::as_array);
    let entry = survivors.into_iter().flatten().find(|entry| {
        number(entry, "pid") == Some(u64::from(target.pid.0))
            && number(entry, "start_ticks") == Some(target.start_ticks)
    });
    let choice = match choice {
        SurvivorChoice::Adopt => "adopt",
        SurvivorChoice::End(force) => word(force),
    };
    let nonce = entry.and_then(|entry| entry.get("nonce"));
    let body = json!({ "nonce": nonce, "choice": choice });
    answer(&control.post(&path, body.to_string()).await?)
}
