//! The life of a demo service, from its arguments to its exit code.

use std::{io, net::SocketAddr, process::ExitCode, rc::Rc, time::Duration};

use tokio::{
    runtime::Builder,
    sync::{mpsc, watch},
    task::{self, LocalSet},
    time::sleep,
};

use super::{
    args::DemoArgs, child, death::Death, faults::Fault, lines, note::Note, server::Door,
    service::Service, shop::role_of, traffic,
};
use crate::{
    io::platform::fork::{self, EndRequests},
    model::Signal,
};

/// Runs `oats demo-service` until its end, on a runtime of its own.
pub fn main(args: DemoArgs) -> ExitCode {
    if let Some(kinship) = args.child {
        return child::live(&args.name, kinship);
    }
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed("cannot start", &error),
    };
    let end = LocalSet::new().block_on(&runtime, serve(args));
    // A child that is just being started is not waited for.
    runtime.shutdown_background();
    match end {
        Ok(Death::Code(code)) => ExitCode::from(code),
        Ok(Death::Signal(signal)) => failed("cannot crash", &fork::die_by(signal)),
        Err(code) => code,
    }
}

/// Serves until asked to end, or made to crash.
async fn serve(args: DemoArgs) -> Result<Death, ExitCode> {
    let mut requests = EndRequests::new().map_err(|error| failed("cannot hear signals", &error))?;
    tokio::select! {
        () = slow_start(&args) => {}
        _ = requests.next() => return Ok(stopping()),
    }
    let (door_orders, orders) = mpsc::channel(1);
    let (death, mut deaths) = mpsc::channel(1);
    let port = args.port.unwrap_or(role_of(args.name.as_str()).port);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let door = Door::open(address, orders)
        .await
        .map_err(|error| failed(&format!("cannot listen on {address}"), &error))?;
    let address = door.address();
    let traffic = args.traffic.period();
    let service = Rc::new(Service::new(args, door_orders, death));
    lines::say(&format!("{} listening on {address}", service.name));
    if service.never_healthy {
        lines::complain("never healthy: told so by --never-healthy");
    }

    let (stop, stopped) = watch::channel(false);
    let serving = task::spawn_local(door.serve(Rc::clone(&service), stopped));
    if let Some(period) = traffic {
        task::spawn_local(traffic::send(address, period));
    }
    tokio::select! {
        () = asked_to_end(&mut requests, &service) => {}
        Some(death) = deaths.recv() => return Ok(death),
    }
    let end = stopping();
    stop.send_replace(true);
    drop(serving.await);
    Ok(end)
}

/// Waits before listening, as long as the arguments and a note of the last run say.
async fn slow_start(args: &DemoArgs) {
    let mut delay = Duration::from_millis(args.slow_start_ms);
    if let Some(folder) = &args.state_dir {
        let note = Note::new(folder, &args.name);
        match note.heed() {
            Ok(more) => delay = delay.saturating_add(more),
            Err(error) => lines::complain(&format!(
                "slow start: {} is not heeded: {}",
                note.path().display(),
                lines::cause(&error)
            )),
        }
    }
    if !delay.is_zero() {
        lines::complain(&format!("slow start: listens in {} ms", delay.as_millis()));
        sleep(delay).await;
    }
}

/// Returns when the service shall end, and will.
async fn asked_to_end(requests: &mut EndRequests, service: &Service) {
    while requests.next().await == Signal::TERM && service.active.has(Fault::IgnoreTerm) {
        lines::complain("SIGTERM ignored: fault ignore_term");
    }
}

/// The last line of a service that ends well.
fn stopping() -> Death {
    lines::say("stopping");
    Death::Code(0)
}

/// Says what could not be done, and why.
fn failed(what: &str, error: &io::Error) -> ExitCode {
    lines::complain(&format!("{what}: {}", lines::cause(error)));
    ExitCode::FAILURE
}
