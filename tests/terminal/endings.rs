//! Ends that nobody chose with a key: signals, a panic, the terminal's end is in `hang_up`.

use crate::{
    shop::{Shop, end},
    support::{isolated, kill},
};

/// The console ends by a signal that it can act on, and leaves everything as it was.
fn leaves_by(signal: &str) {
    let (shop, console, pids) = Shop::open();
    kill(console.pid(), signal);
    assert_eq!(console.wait_end().code, 0, "the exit code after {signal}");
    shop.assert_untouched(pids);
    end(pids);
}

#[test]
fn sigterm_restores_the_terminal_and_leaves_the_services() {
    isolated(|| leaves_by("TERM"));
}

#[test]
fn sighup_restores_the_terminal_and_leaves_the_services() {
    isolated(|| leaves_by("HUP"));
}

#[test]
fn sigquit_restores_the_terminal_and_leaves_the_services() {
    isolated(|| leaves_by("QUIT"));
}

#[test]
fn sigterm_in_a_question_leaves_as_well() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("q");
        console.sees("Leave while 2 services run?");
        kill(console.pid(), "TERM");
        assert_eq!(console.wait_end().code, 0);
        shop.assert_untouched(pids);
        end(pids);
    });
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_restores_the_terminal_says_what_happened_and_leaves_the_services() {
    isolated(|| {
        let (shop, console, pids) = Shop::open();
        kill(console.pid(), "USR2");
        let it = console.wait_end();
        assert_eq!(it.code, 70);
        assert!(it.text.contains("SIGUSR2 asked for it"), "{}", it.text);
        shop.assert_untouched(pids);
        shop.adopt_and_stop(pids);
    });
}

#[test]
fn after_kill_9_the_services_live_and_the_next_console_takes_them_over() {
    isolated(|| {
        let (shop, console, pids) = Shop::open();
        kill(console.pid(), "KILL");
        assert_eq!(console.wait_end_as_it_is().code, 128);
        shop.assert_untouched(pids);
        shop.adopt_and_stop(pids);
    });
}
