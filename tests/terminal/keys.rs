//! What keys do.

use oats::keymap::{Keymap, Sequence};

use crate::{
    shop::Shop,
    support::{isolated, kill, lives, wait_until},
};

/// The key that answers nothing and goes back.
const ESC: &str = "\x1b";
const CTRL_L: &str = "\x0c";
const CTRL_Z: &str = "\x1a";

#[test]
fn the_console_opens_and_shows_each_service() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.sees("2 services: 2 up");
        for (port, pid) in shop.ports.iter().zip(pids) {
            console.sees(&format!("PID {pid}"));
            console.sees(&format!(":{port} own"));
            console.sees(&format!("listening on 127.0.0.1:{port}"));
        }
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn stopping_a_service_that_others_need_asks_and_names_them() {
    isolated(|| {
        let (shop, mut console, [inventory, orders]) = Shop::open();
        let question = format!("Stop inventory (PID {inventory})?");
        console.press("x");
        console.sees(&question);
        console.sees("need it: orders");
        console.press(ESC);
        console.misses(&question);
        assert!(lives(inventory));
        assert_eq!(shop.field("inventory", "want"), "up");
        // The harmless answer comes first; the other one stands to its right.
        console.press("x");
        console.sees(&question);
        console.press("\r");
        console.misses(&question);
        assert_eq!(shop.field("inventory", "want"), "up");
        console.press("x");
        console.sees(&question);
        console.press("l\r");
        console.wait_until("inventory is stopped", |text| {
            text.contains("STOP  inventory") && shop.field("inventory", "phase") == "stopped"
        });
        assert!(!lives(inventory) && lives(orders));
        shop.leave_stopped(console, [inventory, orders]);
    });
}

#[test]
fn what_cannot_work_says_why() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("G");
        console.sees("orders  x Stop");
        console.press("s");
        console.sees(&format!(
            "Start disabled: service is already running (PID {}).",
            pids[1]
        ));
        console.press("x");
        console.wait_until("orders is stopped", |text| text.contains("STOP  orders"));
        console.press("R");
        console.sees("Recover disabled: service is not running.");
        console.press("s");
        let again = shop.wait_healthy(&mut console);
        assert!(again[0] == pids[0] && again[1] != pids[1]);
        shop.leave_stopped(console, again);
    });
}

#[test]
fn killing_always_asks_and_its_harmless_choice_is_focused() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        let question = format!("Kill orders (PID {})?", pids[1]);
        console.press("\x1b[C");
        console.sees("orders  x Stop");
        console.press("X");
        console.sees(&question);
        console.press("\r");
        console.misses(&question);
        assert!(lives(pids[1]));
        console.press("X");
        console.sees(&question);
        console.press("y");
        console.wait_until("orders is killed", |text| {
            text.contains("STOP  orders") && shop.field("orders", "phase") == "stopped"
        });
        assert!(!lives(pids[1]));
        assert_eq!(shop.field("orders", "last_exit")["signal"], "SIGKILL");
        assert_eq!(shop.field("orders", "want"), "down");
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn a_key_that_means_nothing_says_so_and_help_shows_those_that_do() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("d");
        console.sees("d is not bound. ? shows the keys.");
        console.press("?");
        console.sees("Recover: run the recover step");
        console.sees("panes, table or grid");
        // What has no view yet has no key, and no line.
        let help = console.text();
        assert!(!help.contains("Free port"), "{help}");
        let bound: Vec<String> = Keymap::builtin()
            .rows()
            .flat_map(|(_, keys)| keys.iter().map(Sequence::label).collect::<Vec<_>>())
            .collect();
        let first_keys: Vec<&str> = help
            .lines()
            .filter_map(|line| line.split_once("│   ")?.1.split(' ').next())
            .collect();
        assert!(first_keys.len() > 20, "{help}");
        for key in first_keys {
            let is_bound = "↑↓←→".contains(key) || bound.iter().any(|label| label == key);
            assert!(is_bound, "{key:?} is bound");
        }
        console.press("?");
        console.misses("panes, table or grid");
        console.press("?");
        console.sees("panes, table or grid");
        console.press(ESC);
        console.misses("panes, table or grid");
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn v_changes_between_panes_and_table() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        let is_table = |text: &str| text.contains("STATE NAME");
        assert!(!is_table(&console.text()));
        console.press("v");
        console.wait_until("the table is shown", is_table);
        console.press("v");
        console.wait_until("panes are shown", |text| !is_table(text));
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn a_small_terminal_gets_three_plain_lines_and_the_rest_back_with_its_size() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.resize(39, 9);
        console.sees("q quit (asks first)");
        let text = console.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "oats 2: 2 up",
                "too small for 40x10, is 39x9",
                "q quit (asks first)"
            ]
        );
        // A little more is a console already.
        console.resize(40, 10);
        console.sees("UP    orders");
        console.resize(120, 36);
        console.sees(&format!("PID {}", pids[0]));
        console.sees("2 services: 2 up");
        console.misses("too small");
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn suspending_is_refused_with_its_reason() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        let reason = "Suspend disabled: 2 services are supervised by this console.";
        console.press(CTRL_Z);
        console.sees(reason);
        console.press(ESC);
        console.misses(reason);
        kill(console.pid(), "TSTP");
        console.sees(reason);
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn a_spoilt_screen_is_drawn_anew() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        for spoil in 0..2 {
            console.scribble();
            if spoil == 0 {
                console.press(CTRL_L);
            } else {
                kill(console.pid(), "CONT");
            }
            console.sees("oats │ oats-test-");
            console.sees(&format!("listening on 127.0.0.1:{}", shop.ports[1]));
            console.sees("q quit");
        }
        wait_until("the owner is still there", || shop.owner() == console.pid());
        shop.leave_stopped(console, pids);
    });
}
