//! A terminal that nobody reads holds up the console, and nothing else.

use std::fs;

use crate::{
    console::Console,
    shop::{Shop, end},
    support::{isolated, kill, lives, wait_for, wait_until},
};

const CTRL_L: &str = "\x0c";

/// Whether the main thread of a process hangs in a write: that is the first argument of a system
/// call that does not return, the terminal being descriptor 1.
fn hangs_in_a_write(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/task/{pid}/syscall"))
        .is_ok_and(|call| call.split(' ').nth(1) == Some("0x1"))
}

/// Draws until the console hangs; the screen is not read any more.
pub(crate) fn clog(console: &mut Console) {
    let owner = console.pid();
    wait_until("the console hangs in a write", || {
        // Each draws the whole screen.
        console.press(CTRL_L);
        hangs_in_a_write(owner)
    });
}

#[test]
fn a_terminal_that_nobody_reads_holds_up_no_service() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open_with("[restart]\npolicy = \"on-failure\"\n");
        clog(&mut console);
        let again = shop.restarts_inventory(pids);
        let owner = console.pid();
        assert!(hangs_in_a_write(owner));
        kill(owner, "TERM");
        let code = wait_for("oats has ended", || console.ended());
        assert_eq!(code, 0);
        assert!(lives(again) && lives(pids[1]));
        // Modes are switched off by output, which had no room; settings are not.
        console.assert_settings();
        console.wait_end_as_it_is();
        shop.assert_untouched([again, pids[1]]);
        shop.adopt_and_stop([again, pids[1]]);
    });
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_ends_the_program_although_nobody_reads_of_it() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        clog(&mut console);
        kill(console.pid(), "USR2");
        let code = wait_for("oats has ended", || console.ended());
        assert_eq!(code, 70);
        console.assert_settings();
        console.wait_end_as_it_is();
        shop.assert_untouched(pids);
        end(pids);
    });
}
