//! `oats down` and `oats reload`: what is asked of the owner as a whole.

use std::{collections::BTreeSet, path::Path};

use serde_json::{Value, json};

use super::{
    act::{RESULT_WITHIN, answered, unreached},
    find_root, headless,
    headless::runtime,
    own_path, print,
    progress::Progress,
    say,
    truth::{self, Truth},
};
use crate::{
    cli::{
        Exit,
        down::{self, DownArgs, Left, ReloadArgs, Reloaded},
        plan::{self, Way},
    },
    io::{
        clock::Clock,
        control::{Control, Reply},
        ledger::Trail,
        platform, status,
    },
    model::{
        Event, EventKind, Identity, Outcome, Seq, ServiceName, Signal, clean,
        control::{Accepted, CLI, Denied, Down},
        snapshot::{Owner, OwnerMode},
    },
    supervisor,
};

/// `oats reload`.
pub(super) fn reload(root: Option<&Path>, args: &ReloadArgs, clock: Clock) -> Exit {
    truth::owned(root, "there is nobody to reload the files", clock)
        .and_then(|truth| reload_in(&truth, args, clock))
        .unwrap_or_else(|exit| exit)
}

fn reload_in(truth: &Truth, args: &ReloadArgs, clock: Clock) -> Result<Exit, Exit> {
    let mut trail = trail_of(truth)?;
    let reply = ask(truth, "/api/reload?wait=60s", &json!({}))?;
    let answer: Result<Accepted, Denied> = reply.accepted().map_err(|error| unreached(&error))?;
    let accepted = match answer {
        Ok(accepted) => accepted,
        Err(denied) => {
            say(&format!("oats: {}", clean::plain(&denied.reason)));
            return Err(Exit::Refused);
        }
    };
    let Some(result) = accepted.result else {
        say("oats: the owner is still reading the files after 60s");
        return Err(Exit::RanOut);
    };
    let events = runtime()?.block_on(until_written(&mut trail, accepted.seq, clock));
    let of_files = |event: &Event| event.kind == EventKind::Config;
    let changes: Vec<Event> = events.into_iter().filter(of_files).collect();
    let fine = result.result == Outcome::Done;
    let problems = match truth::published(&truth.root, clock) {
        Some((snapshot, _)) if !fine => snapshot.problems,
        Some(_) | None => Vec::new(),
    };
    let reloaded = Reloaded {
        result: result.result,
        reason: result.reason,
        changes,
        problems,
    };
    if args.json {
        super::print_json(&reloaded);
    } else if fine {
        print(reloaded.text().as_bytes());
    } else {
        say(reloaded.text().trim_end());
    }
    Ok(match result.result {
        Outcome::Done => Exit::Done,
        Outcome::Failed => Exit::BadFiles,
        Outcome::Superseded | Outcome::Refused => Exit::NotAsWanted,
    })
}

/// What is written up to the result of an ask, which follows its answer at once.
async fn until_written(trail: &mut Trail, ask: Seq, clock: Clock) -> Vec<Event> {
    const WITHIN: std::time::Duration = std::time::Duration::from_secs(1);
    let ends = clock.now().mono.after(WITHIN);
    let mut events: Vec<Event> = Vec::new();
    let is_end = |event: &Event| event.kind == EventKind::Result && event.cause == Some(ask);
    loop {
        if let Err(error) = trail.read(|event| events.push(event)) {
            say(&format!("oats: could not read the ledger: {error}"));
            return events;
        }
        if events.iter().any(is_end) || clock.now().mono >= ends {
            return events;
        }
        trail.grown().await;
    }
}

/// `oats down`.
pub(super) fn run(root: Option<&Path>, args: &DownArgs, clock: Clock) -> Exit {
    let dir = match find_root(root) {
        Ok(dir) => dir,
        Err(exit) => return exit,
    };
    let paths = supervisor::paths(&dir, &own_path());
    if truth::published(&paths, clock).is_none() {
        return without_owner(&dir, clock);
    }
    truth::owned(Some(&dir), "nothing was stopped", clock)
        .and_then(|truth| leave(&truth, args, clock))
        .unwrap_or_else(|exit| exit)
}

/// Nobody can be asked: says what runs.
fn without_owner(dir: &Path, clock: Clock) -> Exit {
    let snapshot = match headless::look(dir, clock) {
        Ok(snapshot) => snapshot,
        Err(exit) => return exit,
    };
    let dir = dir.display();
    let living = down::living(&snapshot);
    if living.is_empty() {
        say(&format!(
            "oats: nobody owns {dir}, and none of its services runs"
        ));
    } else {
        say(&format!(
            "oats: nobody owns {dir}; still running: {}: start an owner with oats or oats serve, \
             which takes them over, then oats down",
            down::named(&living)
        ));
    }
    Exit::NeedsOwner
}

/// The ledger from now on.
fn trail_of(truth: &Truth) -> Result<Trail, Exit> {
    let ledger = truth.root.ledger_file();
    Trail::from_now(&ledger).map_err(|error| {
        let ledger = ledger.display();
        say(&format!("oats: could not read {ledger}: {error}"));
        Exit::NotAsWanted
    })
}

/// Posts to the owner.
fn ask(truth: &Truth, path: &str, body: &Value) -> Result<Reply, Exit> {
    let control = Control::of(&truth.root, CLI).map_err(|error| unreached(&error))?;
    runtime()?.block_on(answered(
        RESULT_WITHIN,
        control.post(path, body.to_string()),
    ))
}

fn leave(truth: &Truth, args: &DownArgs, clock: Clock) -> Result<Exit, Exit> {
    let Some(owner) = &truth.snapshot.owner else {
        return Err(Exit::Internal);
    };
    let mut trail = trail_of(truth)?;
    let reply = ask(
        truth,
        "/api/down",
        &json!({ "leave_running": args.leave_running }),
    )?;
    let answer: Result<Down, Denied> = reply.accepted().map_err(|error| unreached(&error))?;
    let down = match answer {
        Ok(down) => down,
        Err(denied) => {
            say(&format!("oats: {}", clean::plain(&denied.reason)));
            return Err(Exit::Refused);
        }
    };
    let mut open = BTreeSet::new();
    for asked in down.asked {
        match asked.denied {
            Some(denied) => say(&format!(
                "{}: {}",
                asked.service,
                clean::plain(&denied.reason)
            )),
            None => {
                open.insert(asked.service);
            }
        }
    }
    let stays = owner.mode == OwnerMode::Console && !args.leave_running;
    let open = stays.then_some(open);
    runtime()?.block_on(until_over(truth, owner, open, clock))?;
    let mut events: Vec<Event> = Vec::new();
    if let Err(error) = trail.read(|event| events.push(event)) {
        say(&format!("oats: could not read the ledger: {error}"));
    }
    let asks = plan::leaving(&events);
    let plan = plan::of(&events, &asks, &truth.snapshot, Way::Down);
    tell(truth, owner, stays, plan, (args, clock))
}

/// Waits until the owner is gone; where it stays, until each of the services that were asked has
/// ended once.
async fn until_over(
    truth: &Truth,
    owner: &Owner,
    mut open: Option<BTreeSet<ServiceName>>,
    clock: Clock,
) -> Result<(), Exit> {
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);
    let mut interrupt = platform::catch(Signal::INT).map_err(|error| {
        say(&format!("oats: could not {error}"));
        Exit::Internal
    })?;
    let identity = Identity {
        pid: owner.pid,
        start_ticks: owner.start_ticks,
        pidfd_ino: None,
    };
    let mut progress = Progress::new(clock);
    loop {
        let lives = platform::process_exists(&identity) && !platform::proc::is_dead(owner.pid);
        let now = truth::published(&truth.root, clock);
        let living = now.map(|(snapshot, _)| {
            let living = down::living(&snapshot);
            if let Some(open) = &mut open {
                open.retain(|name| living.iter().any(|view| view.name == *name));
            }
            (living.len(), down::named(&living))
        });
        let (count, names) = living.unwrap_or_default();
        if !lives || open.as_ref().is_some_and(BTreeSet::is_empty) {
            progress.clear();
            return Ok(());
        }
        if count == 0 {
            progress.line("waiting for the owner to end");
        } else {
            progress.line(&format!("waiting for {names}"));
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = interrupt.next() => {
                progress.clear();
                say("oats: interrupted; the owner goes on stopping");
                return Err(Exit::Interrupted);
            }
        }
    }
}

/// Says what came of it.
fn tell(
    truth: &Truth,
    owner: &Owner,
    stays: bool,
    plan: Option<plan::Plan>,
    (args, clock): (&DownArgs, Clock),
) -> Result<Exit, Exit> {
    let after = if stays {
        truth::published(&truth.root, clock).map(|(snapshot, _)| snapshot.into())
    } else {
        None
    };
    let after = match after {
        Some(snapshot) => snapshot,
        // Its last word; files that are wrong by now matter to nobody here.
        None => match status::read(&truth.root.status_file()) {
            Ok(last) => last.into(),
            Err(_gone) => headless::look(&truth.root.dir, clock)?,
        },
    };
    let living = down::living(&after);
    let left = Left {
        owner_gone: !stays,
        running: living.iter().map(|view| view.name.clone()).collect(),
        plan: plan.filter(plan::Plan::is_worth_telling),
    };
    if args.json {
        super::print_json(&left);
    } else {
        if let Some(plan) = &left.plan {
            print(plan.table(Way::Down).as_bytes());
        }
        let how = if stays {
            format!("the console (PID {}) stays", owner.pid)
        } else {
            format!("the owner (PID {}) has gone", owner.pid)
        };
        let what = match (living.as_slice(), args.leave_running) {
            ([], _) => "nothing runs any more".to_owned(),
            (living, true) => format!("left running: {}", down::named(living)),
            (living, false) => format!("still running: {}", down::named(living)),
        };
        print(format!("{how}; {what}\n").as_bytes());
    }
    if left.running.is_empty() || args.leave_running {
        Ok(Exit::Done)
    } else {
        Ok(Exit::NotAsWanted)
    }
}
