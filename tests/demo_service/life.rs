//! How a service starts and ends.

use rustix::process::Signal;

use crate::running::Running;

#[test]
fn the_first_line_says_where_it_listens() {
    let service = Running::start("payments", &[]);
    let address = service.address();
    assert!(address.ip().is_loopback() && address.port() != 0);
    let log = service.stdout();
    assert_eq!(log, format!("payments listening on {address}\n"));
    assert_eq!(service.stderr(), "");
}

#[test]
fn a_taken_port_is_said_and_ends_it_with_1() {
    let holder = Running::start("auth", &[]);
    let port = holder.address().port().to_string();
    let mut late = Running::spawn("orders", &["--port", &port]);
    assert_eq!(late.exit().code(), Some(1));
    let line = format!("cannot listen on 127.0.0.1:{port}: address already in use\n");
    assert_eq!(late.stderr(), line);
    assert_eq!(late.stdout(), "");
    assert_eq!(holder.ask("GET", "/healthz").status, 200);
}

#[test]
fn sigterm_and_sigint_end_it_with_0_though_a_client_stays_connected() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut service = Running::start("payments", &[]);
        let mut talk = service.talk().unwrap();
        talk.ask("GET", "/healthz", &[], "").unwrap();
        let _silent = service.talk().unwrap();
        service.signal(signal);
        assert_eq!(service.exit().code(), Some(0));
        assert!(service.stdout().ends_with("\nstopping\n"));
        assert_eq!(service.stderr(), "");
    }
}

#[test]
fn it_listens_again_on_the_same_port_right_after_its_end() {
    let mut first = Running::start("payments", &[]);
    let mut talk = first.talk().unwrap();
    talk.ask("GET", "/healthz", &[], "").unwrap();
    let port = first.address().port().to_string();
    first.signal(Signal::KILL);
    first.exit();
    let mut second = Running::spawn("payments", &["--port", &port]);
    second.await_listening();
    assert_eq!(second.ask("GET", "/healthz").status, 200);
}

#[test]
fn one_that_is_never_healthy_works_and_cannot_be_cured() {
    let service = Running::start("payments", &["--never-healthy"]);
    service.ask("GET", "/healthz").teaches(503);
    assert_eq!(service.ask("POST", "/recover").status, 200);
    service.ask("GET", "/healthz").teaches(503);
    assert_eq!(service.ask("POST", "/charge").status, 200);
    assert!(service.stderr().contains("never healthy"));
}

#[test]
fn wrong_arguments_are_refused_before_anything_starts() {
    for args in [
        &["--needs", "payments"][..],
        &["--traffic", "often"],
        &["--port", "70000"],
    ] {
        let mut service = Running::spawn("orders", args);
        assert_eq!(service.exit().code(), Some(2), "{args:?}");
        assert_eq!(service.stdout(), "");
    }
}
