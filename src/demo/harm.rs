//! Faults come, and go.

use std::{io, rc::Rc, time::Duration};

use hyper::StatusCode;
use serde_json::{Map, json};
use tokio::{
    task::{self, AbortHandle},
    time::sleep,
};

use super::{
    answer::Answer,
    child::{self, Kinship},
    faults::{Death, Fault, Wish},
    lines,
    server::DoorWish,
    service::Service,
};
use crate::io::platform::fork::Environment;

/// The pause between two tries to listen again.
const TRY_AGAIN: Duration = Duration::from_millis(250);

/// Does what was wished for.
pub(super) async fn lay(service: &Rc<Service>, wish: Wish) -> Answer {
    match wish {
        Wish::Crash { death, after } => crash(service, death, after),
        Wish::Lasting { fault, lasts } => set_on(service, fault, lasts).await,
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
async fn set_on(service: &Rc<Service>, fault: Fault, lasts: Option<Duration>) -> Answer {
    if fault == Fault::ReleasePort
        && let Err(error) = service.door(DoorWish::Shut).await
    {
        return could_not("release the port", &error);
    }
    service.put(fault, lasts.map(|lasts| timer(service, fault, lasts)));
    let name = fault.row().name;
    lines::complain(&format!("fault {name} on"));
    let for_ms = lasts.map(|lasts| lasts.as_millis());
    Answer::ok(json!({"fault": name, "for_ms": for_ms}))
}

/// Takes a fault away after its time.
fn timer(service: &Rc<Service>, fault: Fault, lasts: Duration) -> AbortHandle {
    let service = Rc::clone(service);
    let waiting = async move {
        sleep(lasts).await;
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
    lines::complain(&format!("fault {} off", fault.row().name));
    service.take(fault);
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

/// 500, with the cause.
fn could_not(what: &str, error: &io::Error) -> Answer {
    let cause = lines::cause(error);
    Answer::error(
        StatusCode::INTERNAL_SERVER_ERROR,
        &format!("could not {what}: {cause}"),
        "see the service's stderr",
    )
}
