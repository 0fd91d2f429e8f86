//! Leaving by keys.

use crate::{
    console::Console,
    shop::Shop,
    support::{isolated, kill, lives},
};

const QUESTION: &str = "Leave while 2 services run?";
const CTRL_C: &str = "\x03";

#[test]
fn quitting_asks_and_staying_changes_nothing() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        for answer in ["\x1b", "\r", "n", "q"] {
            console.press("q");
            console.sees(QUESTION);
            console.press(answer);
            console.misses(QUESTION);
        }
        assert!(console.ended().is_none());
        shop.assert_untouched(pids);
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn what_is_left_running_lives_on_and_is_taken_over() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("q");
        console.sees(QUESTION);
        console.press("l\r");
        assert_eq!(console.wait_end().code, 0);
        shop.assert_untouched(pids);
        assert_eq!(shop.once(), Some(0));
        shop.adopt_and_stop(pids);
    });
}

#[test]
fn stopping_all_leaves_nothing() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("q");
        console.sees(QUESTION);
        console.press("ll\r");
        assert_eq!(console.wait_end().code, 0);
        assert!(!pids.iter().any(|pid| lives(*pid)));
        assert_eq!(shop.field("orders", "phase"), "stopped");
        assert_eq!(shop.once(), Some(1));
    });
}

#[test]
fn ctrl_c_twice_stops_all_and_leaves() {
    isolated(|| {
        let (_shop, mut console, pids) = Shop::open();
        console.press(CTRL_C);
        console.sees(QUESTION);
        console.press(CTRL_C);
        assert_eq!(console.wait_end().code, 0);
        assert!(!pids.iter().any(|pid| lives(*pid)));
    });
}

#[test]
fn sigint_is_ctrl_c() {
    isolated(|| {
        let (_shop, mut console, pids) = Shop::open();
        kill(console.pid(), "INT");
        console.sees(QUESTION);
        kill(console.pid(), "INT");
        assert_eq!(console.wait_end().code, 0);
        assert!(!pids.iter().any(|pid| lives(*pid)));
    });
}

#[test]
fn where_nothing_runs_nothing_is_asked() {
    isolated(|| {
        let shop = Shop::new();
        let mut console = Console::args(&shop.project, &[]);
        console.sees("2 services: 2 stopped");
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
    });
}
