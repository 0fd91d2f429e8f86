//! A second console in a root that has an owner: the same truth, the same keys, the same reasons.

use std::process::{Child, Command, Stdio};

use crate::{
    console::Console,
    shop::{NAMES, Shop},
    support::{isolated, kill, lives, wait_for, wait_until},
};

const ESC: &str = "\x1b";

/// An owner without a terminal, and a console that is attached to it.
struct Pair {
    shop: Shop,
    owner: Child,
    pids: [u32; 2],
}

/// Starts `oats serve --up` on a root.
fn serve(shop: &Shop) -> Child {
    Command::new(env!("CARGO_BIN_EXE_oats"))
        .arg("--root")
        .arg(shop.project.path())
        .args(["serve", "--up"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until an owner has both services healthy; their PIDs.
fn healthy(shop: &Shop, owner: &Child) -> [u32; 2] {
    wait_for("both are healthy", || {
        let status = shop.project.status()?;
        let mine = status["owner"]["pid"] == owner.id();
        mine.then_some([shop.healthy(NAMES[0])?, shop.healthy(NAMES[1])?])
    })
}

impl Pair {
    fn open() -> (Self, Console) {
        let shop = Shop::new();
        let owner = serve(&shop);
        let pids = healthy(&shop, &owner);
        let mut console = Console::args(&shop.project, &[]);
        console.sees(&format!("attached to serve (PID {})", owner.id()));
        shop.wait_healthy(&mut console);
        (Self { shop, owner, pids }, console)
    }

    /// The owner and the services live; then all is stopped.
    fn end(mut self) {
        assert!(self.owner.try_wait().unwrap().is_none(), "the owner lives");
        kill(self.owner.id(), "TERM");
        assert_eq!(self.owner.wait().unwrap().code(), Some(0));
        assert!(!self.pids.iter().any(|pid| lives(*pid)));
    }

    /// Kills the owner.
    fn kill_owner(&mut self) {
        kill(self.owner.id(), "KILL");
        let _ = self.owner.wait();
    }
}

#[test]
fn a_second_console_leaves_at_once_and_touches_nothing() {
    isolated(|| {
        let (pair, mut console) = Pair::open();
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
        pair.shop.assert_untouched(pair.pids);
        pair.end();
    });
}

#[test]
fn signals_and_a_panic_end_the_window_only() {
    isolated(|| {
        let (pair, console) = Pair::open();
        kill(console.pid(), "TERM");
        assert_eq!(console.wait_end().code, 0);
        if cfg!(debug_assertions) {
            let mut console = Console::args(&pair.shop.project, &[]);
            pair.shop.wait_healthy(&mut console);
            kill(console.pid(), "USR2");
            assert_eq!(console.wait_end().code, 70);
        }
        pair.shop.assert_untouched(pair.pids);
        pair.end();
    });
}

#[test]
fn what_is_pressed_is_done_by_the_owner_for_a_human() {
    isolated(|| {
        let (pair, mut console) = Pair::open();
        // The cursor is on inventory, which orders needs.
        console.press("\t");
        console.press("x");
        console.sees("stopped by you");
        wait_until("orders is gone", || !lives(pair.pids[1]));
        console.press("R");
        console.sees("Recover disabled: service is not running.");
        let refusal = wait_for("the refusal is written down", || {
            let lines = pair.shop.project.ledger();
            lines.into_iter().find(|line| line["kind"] == "refusal")
        });
        assert_eq!(refusal["actor"]["kind"], "human");
        assert_eq!(
            refusal["reason"],
            "Recover disabled: service is not running."
        );
        console.press("s");
        console.wait_until("orders is back", |_| pair.shop.healthy("orders").is_some());
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
        pair.end();
    });
}

#[test]
fn logs_events_and_processes_are_seen_as_in_the_owner() {
    isolated(|| {
        let (pair, mut console) = Pair::open();
        console.press("\r");
        console.sees("Identity");
        console.sees("attached · LIVE");
        console.sees("demo-service inventory");
        console.press(ESC);
        console.misses("Identity");
        console.press("l");
        let port = pair.shop.ports[0];
        let (status, _) = crate::support::http(port, "GET", "/status", &[], "");
        assert_eq!(status, 200);
        console.sees("GET /status");
        console.press(ESC);
        console.misses("logs ›");
        console.press("4");
        console.sees("newest first");
        console.sees(&format!("PID {}", pair.pids[0]));
        console.press(ESC);
        console.misses("newest first");
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
        pair.end();
    });
}

#[test]
fn a_window_outlives_its_owner_and_comes_back_to_the_next_one() {
    isolated(|| {
        let (mut pair, mut console) = Pair::open();
        console.press("\t");
        pair.kill_owner();
        console.sees("OWNER GONE");
        // The last word stays, and nothing can be done.
        console.sees(&pair.pids[0].to_string());
        console.press("x");
        console.sees("Stop disabled: the owner does not answer.");
        pair.shop.assert_untouched(pair.pids);
        pair.owner = serve(&pair.shop);
        console.sees(&format!("attached to serve (PID {})", pair.owner.id()));
        console.misses("OWNER GONE");
        // The cursor stands where it stood.
        console.press("x");
        wait_until("orders is stopped", || !lives(pair.pids[1]));
        assert!(lives(pair.pids[0]));
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
        pair.end();
    });
}

#[test]
fn a_frozen_owner_is_said_to_be_silent() {
    isolated(|| {
        let (pair, mut console) = Pair::open();
        kill(pair.owner.id(), "STOP");
        console.sees("OWNER GONE");
        kill(pair.owner.id(), "CONT");
        console.misses("OWNER GONE");
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
        pair.end();
    });
}

#[test]
fn up_in_a_root_with_an_owner_starts_there_and_shows_it() {
    isolated(|| {
        let shop = Shop::new();
        let mut owner = Command::new(env!("CARGO_BIN_EXE_oats"))
            .arg("--root")
            .arg(shop.project.path())
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("it owns the root", || {
            shop.project
                .status()
                .is_some_and(|status| status["owner"]["pid"] == owner.id())
        });
        let mut console = Console::up(&shop.project);
        let pids = shop.wait_healthy(&mut console);
        console.press("q");
        assert_eq!(console.wait_end().code, 0);
        shop.assert_untouched(pids);
        kill(owner.id(), "TERM");
        assert_eq!(owner.wait().unwrap().code(), Some(0));
    });
}
