//! Faults come, and go.

use std::{io, rc::Rc, time::Duration};

use hyper::StatusCode;
use serde_json::{Map, json};
use tokio::{
    task::{self, AbortHandle},
    time::{sleep, timeout},
};

use super::{
    active::{Case, Failure},
    answer::Answer,
    child::{self, Kinship},
    death::Death,
    faults::Fault,
    lines,
    measures::Measure,
    server::DoorWish,
    service::Service,
    wish::Wish,
    worker::{Job, Worker},
};
use crate::io::platform::fork::Environment;

/// The pause between two tries to listen again.
const TRY_AGAIN: Duration = Duration::from_millis(250);

/// Does what was wished for.
pub(super) async fn lay(service: &Rc<Service>, wish: Wish) -> Answer {
    match wish {
        Wish::Crash { death, after } => crash(service, death, after),
        Wish::Lasting {
            fault,
            measure,
            lasts,
        } => set_on(service, fault, measure, lasts).await,
        Wish::Working { job, lasts } => set_to_work(service, job, lasts),
        Wish::SlowStart { delay } => slow_start(service, delay),
        Wish::Fork { kinds, environment } => fork(service, kinds, environment).await,
    }
}

/// Ends the process a moment later, so that the answer gets out.
fn crash(service: &Rc<Service>, death: Death, after: Duration) -> Answer {
    lines::complain("fault crash on");
    let service = Rc::clone(service);
    task::spawn_local(async move {
        sleep(after).await;
        service.die(death).await;
    });
    Answer::ok(json!({"fault": "crash", "after_ms": after.as_millis()})).and_close()
}

/// Gives the service a fault that lasts.
async fn set_on(
    service: &Rc<Service>,
    fault: Fault,
    measure: Measure,
    lasts: Option<Duration>,
) -> Answer {
    if fault == Fault::ReleasePort
        && let Err(error) = service.door(DoorWish::Shut).await
    {
        return could_not("release the port", &error);
    }
    let watch = lasts.map(|lasts| watch(service, fault, sleep(lasts)));
    service
        .active
        .put(fault, Case::new(measure, None, lasts, watch));
    is_on(fault, lasts)
}

/// Lets a thread do harm beside the service.
fn set_to_work(service: &Rc<Service>, job: Job, lasts: Option<Duration>) -> Answer {
    let fault = job.fault();
    let (worker, ended) = match Worker::start(job) {
        Ok(started) => started,
        Err(error) => return could_not("start a thread", &error),
    };
    let over = async move {
        let limit = lasts.unwrap_or(Duration::MAX);
        // Its time is up, or there is nothing left to do.
        drop(timeout(limit, ended).await);
    };
    let watch = Some(watch(service, fault, over));
    let case = Case::new(Measure::None, Some(worker), lasts, watch);
    service.active.put(fault, case);
    is_on(fault, lasts)
}

/// Leaves a note for the next run.
fn slow_start(service: &Service, delay: Duration) -> Answer {
    let Some(note) = &service.note else {
        return Answer::error(
            StatusCode::CONFLICT,
            "slow_start needs a folder for a note to the next run",
            "start the service with --state-dir DIR",
        );
    };
    let path = note.path().display().to_string();
    if let Err(error) = note.leave(delay) {
        return could_not(&format!("write {path}"), &error);
    }
    let fault = Fault::SlowStart;
    let case = Case::new(Measure::None, None, None, None);
    service.active.put(fault, case);
    let name = fault.row().name;
    lines::complain(&format!("fault {name} on"));
    Answer::ok(json!({"fault": name, "ms": delay.as_millis(), "note": path}))
}

/// 200 for a fault that is there now.
fn is_on(fault: Fault, lasts: Option<Duration>) -> Answer {
    let name = fault.row().name;
    lines::complain(&format!("fault {name} on"));
    let for_ms = lasts.map(|lasts| lasts.as_millis());
    Answer::ok(json!({"fault": name, "for_ms": for_ms}))
}

/// Takes a fault away when it is over.
fn watch(
    service: &Rc<Service>,
    fault: Fault,
    over: impl Future<Output = ()> + 'static,
) -> AbortHandle {
    let service = Rc::clone(service);
    let waiting = async move {
        over.await;
        while let Err(error) = lift(&service, fault).await {
            lines::complain(&format!(
                "fault {} stays: {}",
                fault.row().name,
                lines::cause(&error)
            ));
            sleep(TRY_AGAIN).await;
        }
    };
    task::spawn_local(waiting).abort_handle()
}

/// Takes a fault away.
async fn lift(service: &Service, fault: Fault) -> io::Result<()> {
    if fault == Fault::ReleasePort {
        service.door(DoorWish::Open).await?;
    }
    if fault == Fault::SlowStart
        && let Some(note) = &service.note
    {
        note.remove()?;
    }
    lines::complain(&format!("fault {} off", fault.row().name));
    service.active.take(fault);
    Ok(())
}

/// Starts children of these kinds.
async fn fork(service: &Service, kinds: Vec<Kinship>, environment: Environment) -> Answer {
    let name = service.name.clone();
    // Starting a process takes longer than anything else here: the service goes on meanwhile.
    let born = task::spawn_blocking(move || {
        let born = |kind| child::spawn(&name, kind, environment).map(|pid| (kind, pid));
        kinds.into_iter().map(born).collect::<Vec<_>>()
    });
    let mut children = Map::new();
    let mut failed = None;
    for birth in born.await.unwrap_or_default() {
        match birth {
            Ok((kind, pid)) => {
                service.adopt(pid);
                children.insert(kind.name().to_owned(), json!(pid));
            }
            Err(error) => failed = Some(could_not("start a child", &error)),
        }
    }
    lines::complain(&format!("fault fork_children: {} children", children.len()));
    failed.unwrap_or_else(|| Answer::ok(json!({"fault": "fork_children", "children": children})))
}

/// Sheds every fault that a living process can shed, and says which.
pub(super) async fn recover(service: &Service) -> Answer {
    if let Some(failure) = service.active.recover_fails() {
        return fail(service, failure).await;
    }
    let (mut cleared, mut kept) = (Vec::new(), Vec::new());
    let mut failed = None;
    for row in service.faults().into_iter().map(Fault::row) {
        if !row.recover_sheds {
            kept.push(row.name);
            continue;
        }
        match lift(service, row.fault).await {
            Ok(()) => cleared.push(row.name),
            Err(error) => failed = Some(could_not(&format!("shed {}", row.name), &error)),
        }
    }
    failed.unwrap_or_else(|| Answer::ok(json!({"cleared": cleared, "kept": kept})))
}

/// 500, and nothing shed.
async fn fail(service: &Service, failure: Failure) -> Answer {
    let fault = Fault::FailRecover;
    let hint = match failure {
        Failure::Again => "it ends by itself, or with a restart",
        Failure::Last => "this was the last time",
    };
    let name = fault.row().name;
    if failure == Failure::Last
        && let Err(error) = lift(service, fault).await
    {
        return could_not(&format!("end {name}"), &error);
    }
    Answer::error(StatusCode::INTERNAL_SERVER_ERROR, name, hint)
}

/// 500, with the cause.
fn could_not(what: &str, error: &io::Error) -> Answer {
    let cause = lines::cause(error);
    Answer::error(
        StatusCode::INTERNAL_SERVER_ERROR,
        &format!("could not {what}: {cause}"),
        "see the service's stderr",
    )
}
