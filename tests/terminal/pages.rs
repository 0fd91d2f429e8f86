//! The views beside the services: one service, its log, the events, oats's own log.

use crate::{
    console::Console,
    shop::Shop,
    support::{isolated, lives, project::Project},
};

const ESC: &str = "\x1b";

#[test]
fn a_service_has_a_page_with_its_process_its_port_and_what_can_be_done() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("\r");
        console.sees("Identity");
        console.sees(&format!("{}   started", pids[0]));
        console.sees(&format!(":{} own", shop.ports[0]));
        // Page down: what is below its charts.
        console.press("\x1b[6~");
        console.sees(&format!("127.0.0.1:{}", shop.ports[0]));
        console.sees("Needed by  orders");
        // The next service has its own page.
        console.press("\x1b[C");
        console.sees(&format!("{}   started", pids[1]));
        // Actions are asked for from here, too.
        console.press("x");
        console.wait_until("orders is stopped", |text| {
            text.contains("stopped by you") && !lives(pids[1])
        });
        console.press(ESC);
        console.sees("UP    inventory");
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn what_happened_is_listed_and_told_whole() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("4");
        console.sees("newest first");
        console.sees(&format!("PID {}", pids[0]));
        console.press("w");
        console.misses("who: all");
        console.press(ESC);
        console.misses("newest first");
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn oats_says_what_it_does_in_a_log_of_its_own() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("6");
        console.sees("Targets");
        console.sees(&format!("inventory: started with PID {}", pids[0]));
        // Without its targets there is more room for the lines.
        console.press("h");
        console.misses("Targets");
        console.press(ESC);
        console.sees("UP    inventory");
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn the_processes_of_a_service_stand_below_their_parents() {
    isolated(|| {
        let project = Project::new();
        project.service("family", "shell = \"sleep 1000 & sleep 1001; wait\"\n");
        let mut console = Console::up(&project);
        console.sees("UP    family");
        console.press("\r");
        console.wait_until("both children are there", |text| {
            text.contains("Processes")
                && text.contains("  sleep 1000")
                && text.contains("  sleep 1001")
        });
        console.press("Q");
        console.sees("Stop all and leave");
        console.press("\x03");
        assert_eq!(console.wait_end().code, 0);
    });
}

#[test]
fn what_happened_under_the_owner_before_is_listed_too() {
    isolated(|| {
        let (shop, console, pids) = Shop::open();
        shop.leave_stopped(console, pids);
        let mut console = Console::args(&shop.project, &[]);
        console.sees("STOP");
        console.press("4");
        console.sees(&format!("PID {}", pids[0]));
        console.press("q");
        console.misses("newest first");
        // Nothing runs: it leaves at once.
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
    });
}
