//! `oats port --free`: the ladder, each step after its PID was typed. With an owner the owner does
//! it; without one a stranger is ended here.

use std::{
    io::{BufRead as _, IsTerminal as _, Write as _},
    time::Duration,
};

use serde::Deserialize;
use serde_json::json;

use super::{
    act::{ANSWER_WITHIN, RESULT_WITHIN, answered, unreached},
    headless::runtime,
    port::{Place, pid_of, show},
    progress::Progress,
    say,
};
use crate::{
    cli::{
        Exit,
        port::{PortArgs, Seen},
    },
    io::{
        clock::Clock,
        control::{Control, Reply},
        platform::{self, Delivery, PortListener},
    },
    model::{
        Force, HolderClass, HolderProcess, Outcome, Pid, Refusal, Target, clean,
        control::{Accepted, CLI, Denied},
    },
};

/// How long a process may take to end.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the owner may take.
const WAIT: &str = "60s";
/// The pause between two looks at the port.
const PAUSE: Duration = Duration::from_millis(50);

/// Walks the ladder until the port is free, or somebody says no.
pub(super) fn run(place: &Place, args: &PortArgs, clock: Clock) -> Exit {
    let exit = ladder(place, args, clock).unwrap_or_else(|exit| exit);
    if args.json
        && let Ok((seen, _)) = place.look(clock)
    {
        show(&seen, true, clock);
    }
    exit
}

fn ladder(place: &Place, args: &PortArgs, clock: Clock) -> Result<Exit, Exit> {
    let mut asked: Option<(Pid, Force)> = None;
    loop {
        let (seen, listeners) = place.look(clock)?;
        if seen.free {
            super::print(if args.json {
                b""
            } else {
                b"the port is free\n"
            });
            return Ok(Exit::Done);
        }
        let (process, pid) = may_be_ended(place, &seen, &listeners)?;
        let force = match asked {
            Some((before, Force::Kill)) if before == pid => {
                say(&format!("oats: PID {pid} did not end after SIGKILL"));
                return Err(Exit::NotAsWanted);
            }
            Some((before, Force::Term)) if before == pid => Force::Kill,
            Some(_) | None if args.kill => Force::Kill,
            Some(_) | None => Force::Term,
        };
        if !args.json {
            show(&seen, false, clock);
        }
        confirm(args, process, pid, force, asked.is_some())?;
        asked = Some((pid, force));
        let by_owner = place.owned && seen.service.is_some();
        runtime()?.block_on(async {
            if by_owner {
                through_owner(place, &seen, process, force).await?;
            } else {
                signal(process, pid, force)?;
            }
            gone(place, pid, clock).await
        })?;
    }
}

/// Whom the ladder is about now; or why nobody may be ended.
fn may_be_ended<'a>(
    place: &Place,
    seen: &'a Seen,
    listeners: &[PortListener],
) -> Result<(&'a HolderProcess, Pid), Exit> {
    let refuse = |refusal: &Refusal| {
        say(&format!("oats: {}", seen.refused(refusal)));
        Exit::Refused
    };
    if let Some(refusal) = seen.refusal() {
        return Err(refuse(&refusal));
    }
    let process = seen.processes.iter().find(|process| process.pid.is_some());
    let Some((process, pid)) = process.and_then(|it| Some((it, it.pid?))) else {
        return Err(refuse(&Refusal::HolderUnseen(seen.port)));
    };
    let owner = place.snapshot.as_ref().and_then(|it| it.owner.as_ref());
    let tag = listeners
        .iter()
        .filter(|listener| pid_of(listener) == Some(pid))
        .find_map(|listener| listener.owner.as_ref()?.tag.clone());
    let is_oats = tag.is_none() && process.short_name().as_deref() == Some("oats");
    if is_oats || owner.is_some_and(|owner| owner.pid == pid) {
        return Err(refuse(&Refusal::HolderProtected(pid)));
    }
    let Some(tag) = tag else {
        return Ok((process, pid));
    };
    let here = place.root.as_ref().is_some_and(|root| root.dir == tag.root);
    if here && (!place.owned || seen.service.is_some()) {
        return Ok((process, pid));
    }
    // What an owner knows it stops itself; a service of another root is never touched from here.
    let root = clean::plain(&tag.root.display().to_string());
    say(&format!(
        "oats: Free port disabled: PID {pid} is service {} of {root} (oats --root {root} stop {}).",
        tag.service, tag.service
    ));
    Err(Exit::Refused)
}

/// Makes sure that a person means this process.
fn confirm(
    args: &PortArgs,
    process: &HolderProcess,
    pid: Pid,
    force: Force,
    again: bool,
) -> Result<(), Exit> {
    let name = clean::plain(&process.short_name().unwrap_or_default());
    if let Some(meant) = args.yes_end_pid {
        if meant != pid.0 {
            say(&format!(
                "oats: nothing was done: port {} is held by PID {pid} ({name}), not by PID {meant}",
                args.port
            ));
            return Err(Exit::Refused);
        }
        if again {
            say(&format!(
                "oats: PID {pid} still holds port {} after SIGTERM: add --kill to end it at once",
                args.port
            ));
            return Err(Exit::NotAsWanted);
        }
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        say(&format!(
            "oats: nothing was done: ending a process needs a terminal, where its PID is typed, or --yes-end-pid {pid}"
        ));
        return Err(Exit::Refused);
    }
    let signal = force.signal();
    let mut err = std::io::stderr();
    let _ = write!(
        err,
        "\nType {pid} to send {signal} to {name}; anything else leaves it: "
    );
    let _ = err.flush();
    let mut typed = String::new();
    let read = std::io::stdin().lock().read_line(&mut typed);
    if read.is_ok() && typed.trim() == pid.to_string() {
        return Ok(());
    }
    say("oats: nothing was done");
    Err(Exit::Refused)
}

/// What the owner says of a port: as much of it as is needed here.
#[derive(Deserialize)]
struct Offered {
    nonces: Vec<Proof>,
}

/// The proof that this process was seen.
#[derive(Deserialize)]
struct Proof {
    pid: Pid,
    start_ticks: u64,
    nonce: String,
}

/// Lets the owner end the holder. A stranger that outlives SIGTERM is no failure: the next step
/// is SIGKILL.
async fn through_owner(
    place: &Place,
    seen: &Seen,
    process: &HolderProcess,
    force: Force,
) -> Result<(), Exit> {
    let Some(root) = &place.root else {
        return Err(Exit::Internal);
    };
    let control = Control::of(root, CLI).map_err(|error| unreached(&error))?;
    let path = format!("/api/ports/{}", place.port);
    let offered: Offered = taken(&answered(ANSWER_WITHIN, control.get(&path)).await?)?;
    let meant = |proof: &Proof| {
        process.pid == Some(proof.pid) && process.start_ticks == Some(proof.start_ticks)
    };
    let nonce = offered.nonces.into_iter().find(meant);
    let stranger = seen.class == HolderClass::Stranger;
    if stranger && nonce.is_none() {
        say("oats: nothing was done: the port is held by somebody else by now");
        return Err(Exit::Refused);
    }
    let word = match force {
        Force::Term => "term",
        Force::Kill => "kill",
    };
    let nonce = nonce.map(|nonce| nonce.nonce);
    let body = json!({ "nonce": nonce, "force": word, "then_start": false });
    let path = format!("/api/ports/{}/free?wait={WAIT}", place.port);
    let reply = answered(RESULT_WITHIN, control.post(&path, body.to_string())).await?;
    let accepted: Accepted = taken(&reply)?;
    let Some(result) = accepted.result else {
        say(&format!(
            "oats: the port is not free after {WAIT}; the owner goes on"
        ));
        return Err(Exit::RanOut);
    };
    let goes_on = stranger && force == Force::Term;
    if result.result == Outcome::Done || goes_on {
        return Ok(());
    }
    let reason = result
        .reason
        .unwrap_or_else(|| result.result.word().to_owned());
    say(&format!("oats: {}", clean::plain(&reason)));
    Err(Exit::NotAsWanted)
}

/// The body of a success; a denial is said.
fn taken<T: serde::de::DeserializeOwned>(reply: &Reply) -> Result<T, Exit> {
    let answer: Result<T, Denied> = reply.accepted().map_err(|error| unreached(&error))?;
    answer.map_err(|denied| {
        say(&format!("oats: {}", clean::plain(&denied.reason)));
        Exit::Refused
    })
}

/// Signals exactly the process that was shown.
fn signal(process: &HolderProcess, pid: Pid, force: Force) -> Result<(), Exit> {
    let refused = |why: String| {
        say(&format!("oats: Free port disabled: {why}."));
        Exit::Refused
    };
    let Some(start_ticks) = process.start_ticks else {
        return Err(refused(format!("PID {pid} has ended")));
    };
    let target = Target { pid, start_ticks };
    let confirmed = platform::confirm(target).map_err(|why| refused(why.to_string()))?;
    match confirmed.signal(force.signal()) {
        Ok(Delivery::Sent | Delivery::Gone) => Ok(()),
        Err(error) => Err(refused(format!("PID {pid} cannot be signalled: {error}"))),
    }
}

/// Waits until this process holds the port no more, or patience ends.
async fn gone(place: &Place, pid: Pid, clock: Clock) -> Result<(), Exit> {
    let mut progress = Progress::new(clock);
    let ends = clock.now().mono.after(PATIENCE);
    loop {
        let (seen, _) = place.look(clock)?;
        let holds = seen.processes.iter().any(|it| it.pid == Some(pid));
        if !holds || clock.now().mono >= ends {
            progress.clear();
            return Ok(());
        }
        progress.line(&format!("waiting for PID {pid} to end"));
        tokio::time::sleep(PAUSE).await;
    }
}
