//! The window is closed.

use std::fs;

use crate::{
    console::{Console, Start},
    shop::Shop,
    support::{isolated, lives, wait_for, wait_until},
};

/// Ticks of CPU time, of which there are a hundred in a second, that its end may cost a program.
const FEW: u64 = 50;

/// CPU time a process has used, in ticks; `None` when it is gone.
fn ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    let field = |at: usize| rest.split(' ').nth(at)?.parse::<u64>().ok();
    Some(field(11)? + field(12)?)
}

/// Closes the window; the program must end, and not spin until then.
fn closes(shop: &Shop, console: Console, pids: [u32; 2]) {
    let owner = shop.owner();
    let mut spent = ticks(owner).unwrap();
    let before = spent;
    let mut child = console.close();
    wait_until("oats has ended", || {
        spent = ticks(owner).unwrap_or(spent);
        !lives(owner)
    });
    assert!(spent - before <= FEW, "it spun: {} ticks", spent - before);
    let status = wait_for("the program is over", || child.try_wait().unwrap());
    assert!(status.success(), "{status}");
    shop.assert_untouched(pids);
    shop.adopt_and_stop(pids);
}

#[test]
fn a_closed_window_ends_the_console_and_leaves_the_services() {
    isolated(|| {
        let (shop, console, pids) = Shop::open();
        closes(&shop, console, pids);
    });
}

#[test]
fn a_closed_window_is_noticed_without_sighup() {
    isolated(|| {
        let shop = Shop::new();
        let mut console = Console::start(&Start {
            project: &shop.project,
            args: &["up"],
            env: &[],
            below_a_shell: true,
        });
        let pids = shop.wait_healthy(&mut console);
        assert_ne!(shop.owner(), console.pid());
        closes(&shop, console, pids);
    });
}
