//! A stranger on the port of a service: what it began with.

use crate::{
    console::Console,
    support::{isolated, lives, project::Project, stranger::Stranger, wait_until},
};

/// A root with `orders`, the port of which somebody else holds, and the console on it.
fn held(more: &[&str]) -> (Project, Stranger, Console) {
    let project = Project::new();
    let port = project.demo("orders", "");
    let stranger = Stranger::on(port, more);
    let mut console = Console::args(&project, &[]);
    console.sees("PORT!");
    console.press("p");
    console.sees(&format!("Port {port} is taken"));
    (project, stranger, console)
}

/// Leaves; whatever runs is stopped.
fn leave(mut console: Console) {
    console.press("Q");
    console.sees("Stop all and leave");
    console.press("\x03");
    assert_eq!(console.wait_end().code, 0);
}

#[test]
fn a_stranger_ends_once_its_pid_was_typed_and_the_service_starts() {
    isolated(|| {
        let (_project, stranger, mut console) = held(&[]);
        let pid = stranger.pid().to_string();
        console.sees(&format!("PID {pid}"));
        console.press("2");
        console.sees("SIGTERM to PID:");
        // Another number does nothing.
        console.press("1\r");
        console.sees(&format!("type {pid} to go on"));
        assert!(stranger.lives());
        console.press("\x15");
        console.press(&pid);
        console.sees(&format!("SIGTERM to PID: {pid}"));
        console.press("\r");
        wait_until("the stranger has ended", || !stranger.lives());
        console.press("\x1b");
        console.wait_until("orders is up", |text| {
            text.contains("UP    orders") && text.contains("healthy")
        });
        leave(console);
    });
}

#[test]
fn waiting_for_the_port_starts_the_service_when_the_stranger_has_left() {
    isolated(|| {
        let (_project, stranger, mut console) = held(&[]);
        console.press("1");
        console.sees("WAIT");
        assert!(stranger.lives());
        let pid = stranger.pid();
        drop(stranger);
        wait_until("the stranger has ended", || !lives(pid));
        console.wait_until("orders is up", |text| {
            text.contains("UP    orders") && text.contains("healthy")
        });
        leave(console);
    });
}
