//! Commands of the window, as requests to the owner.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use super::Looked;
use crate::{
    io::control::{Control, ControlError},
    model::{
        Action, Force, Refusal, Seq, ServiceName, Snapshot, SurvivorChoice, Target,
        control::{
            Accepted, ActionQuery, Choice, Denied, FreeBody, Nonce, PortView, SurvivorBody,
            Survivors, Up, UpBody, When,
        },
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
        Command::Book(look) => {
            let sent = looked_at.looker.try_send(look);
            return sent.map(|()| Seq(0)).map_err(|_full| Refusal::OwnerSilent);
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
            let (action, service, query) = (ask.action, &ask.service, text_of(&query));
            let path = format!("/api/actions/{action}/{service}{query}");
            let accepted = post::<Accepted>(control, &path, &Nothing {}).await?;
            Ok(accepted.map(|accepted| accepted.seq))
        }
        Command::Up { services, .. } => {
            let services = Some(services);
            let up = post::<Up>(control, "/api/up", &UpBody { services }).await?;
            Ok(up.map(|up| up.seq))
        }
        Command::Survivor {
            service,
            target,
            choice,
            ..
        } => survivor(&service, target, choice, control).await,
        Command::Reload { .. } => {
            let accepted = post::<Accepted>(control, "/api/reload", &Nothing {}).await?;
            Ok(accepted.map(|accepted| accepted.seq))
        }
        Command::Leave { .. }
        | Command::WatchTree(_)
        | Command::WatchLogs(_)
        | Command::Book(_) => Ok(Ok(Seq(0))),
    }
}

/// An empty body.
#[derive(Serialize)]
struct Nothing {}

/// Sends something to be done; what the owner said, or why it refused.
async fn post<T: DeserializeOwned>(
    control: &Control,
    path: &str,
    body: &impl Serialize,
) -> Result<Result<T, Refusal>, ControlError> {
    let body =
        serde_json::to_string(body).map_err(|error| ControlError::Strange(error.to_string()))?;
    let answer = control.post(path, body).await?.accepted()?;
    Ok(answer.map_err(Denied::relayed))
}

/// Asks for something to read; why not, where it is refused.
async fn get<T: DeserializeOwned>(
    control: &Control,
    path: &str,
) -> Result<Result<T, Refusal>, ControlError> {
    let answer = control.get(path).await?.accepted()?;
    Ok(answer.map_err(Denied::relayed))
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

/// Frees a port: looks at it once more, and confirms with the nonce that this look gives.
async fn free(ask: &Ask, control: &Control, truth: &Snapshot) -> Result<Answer, ControlError> {
    let view = truth.services.get(&ask.service);
    if ask.only_refusal {
        // There is no key for it, so no window has refused it.
        return Ok(Ok(Seq(0)));
    }
    let Some(port) = view.and_then(|view| view.port) else {
        return Ok(Err(Refusal::NoPort));
    };
    let mut body = FreeBody {
        then_start: ask.free.then_start,
        ..FreeBody::default()
    };
    if let Some((target, force)) = ask.free.stranger {
        let look = match get::<PortView>(control, &format!("/api/ports/{port}")).await? {
            Ok(look) => look,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let seen = |it: &&Nonce| it.pid == target.pid && it.start_ticks == target.start_ticks;
        let Some(nonce) = look.nonces.iter().find(seen) else {
            let (pid, code) = (target.pid, "holder_gone");
            let reason = format!("PID {pid} does not hold port {port} any more");
            return Ok(Err(Denied::new(code, reason).relayed()));
        };
        body.nonce = Some(nonce.nonce.clone());
        body.force = Some(force);
    }
    let path = format!("/api/ports/{port}/free");
    let accepted = post::<Accepted>(control, &path, &body).await?;
    Ok(accepted.map(|accepted| accepted.seq))
}

/// Decides about a process in doubt, with the nonce that a fresh look gives.
async fn survivor(
    service: &ServiceName,
    target: Target,
    choice: SurvivorChoice,
    control: &Control,
) -> Result<Answer, ControlError> {
    let path = format!("/api/services/{service}/survivors");
    let look = match get::<Survivors>(control, &path).await? {
        Ok(look) => look,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut doubtful = look.survivors.into_iter();
    let entry = doubtful
        .find(|it| it.survivor.pid == target.pid && it.survivor.start_ticks == target.start_ticks);
    let Some(entry) = entry else {
        return Ok(Err(gone(target)));
    };
    let choice = match choice {
        SurvivorChoice::Adopt => Choice::Adopt,
        SurvivorChoice::End(Force::Term) => Choice::Term,
        SurvivorChoice::End(Force::Kill) => Choice::Kill,
    };
    let nonce = entry.nonce;
    let accepted = post::<Accepted>(control, &path, &SurvivorBody { nonce, choice }).await?;
    Ok(accepted.map(|accepted| accepted.seq))
}

/// The process is no survivor any more.
fn gone(target: Target) -> Refusal {
    let pid = target.pid;
    let reason = format!("PID {pid} is not in doubt any more");
    Denied::new("survivor_gone", reason).relayed()
}
