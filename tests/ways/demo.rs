//! `oats demo`.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    net::TcpListener,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    console::Console,
    in_terminal, oats,
    support::{isolated, kill, lives, wait_until},
    text,
};

const QUESTION: &str = "Leave while 5 services run?";

/// A temporary folder in which the demo lives, and the right to open it: two of them at the same
/// moment could choose the same ports.
struct Place {
    tmp: TempDir,
    _turn: File,
}

impl Place {
    fn new() -> Self {
        let turn = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo.lock");
        let turn = File::create(turn).unwrap();
        turn.lock().unwrap();
        Self {
            tmp: tempfile::tempdir().unwrap(),
            _turn: turn,
        }
    }

    /// The folder of the demo.
    fn demo(&self) -> PathBuf {
        let uid = oats::io::platform::effective_uid();
        self.tmp.path().join(format!("oats-demo-{uid}"))
    }

    fn start(&self) -> Console {
        let mut command = in_terminal(self.tmp.path(), &["demo"]);
        command.env("TMPDIR", self.tmp.path());
        Console::spawn(command)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.demo().join(name)).unwrap_or_default()
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.read("data/status.json")).unwrap_or_default()
    }

    /// Opens the demo and waits until the shop is healthy, on the screen too; its PIDs.
    fn open(&self) -> (Console, BTreeMap<String, u32>) {
        let mut console = self.start();
        let owner = console.pid();
        let pids = console.wait_for("the shop is healthy", |text| {
            let status = self.status();
            let pids = (status["owner"]["pid"] == owner).then(|| healthy(&status))?;
            let shown = text.contains("5 services: 5 up") || text.matches("UP").count() >= 5;
            (pids.len() == 5 && shown).then_some(pids)
        });
        (console, pids)
    }

    /// The ports in the files.
    fn ports(&self) -> Vec<u16> {
        let port = |name: &str| {
            let file = self.read(&format!("services/{name}.toml"));
            let line = file.lines().find(|line| line.starts_with("port")).unwrap();
            line.rsplit(' ').next().unwrap().parse().unwrap()
        };
        ["gateway", "auth", "orders", "inventory", "payments"]
            .map(port)
            .to_vec()
    }

    /// Nothing is left of it.
    fn assert_gone(&self) {
        let left: Vec<_> = fs::read_dir(self.tmp.path()).unwrap().flatten().collect();
        let left = left.iter().map(fs::DirEntry::file_name);
        let left: Vec<_> = left.filter(|name| name != "home").collect();
        assert!(left.is_empty(), "{left:?} is left");
    }
}

/// The PIDs of what is healthy.
fn healthy(status: &Value) -> BTreeMap<String, u32> {
    let services = status["services"].as_object().into_iter().flatten();
    services
        .filter(|(_, view)| view["health"] == "healthy")
        .filter_map(|(name, view)| {
            let pid = u32::try_from(view["pid"].as_u64()?).ok()?;
            Some((name.clone(), pid))
        })
        .collect()
}

fn stop_all(mut console: Console, pids: &BTreeMap<String, u32>) {
    console.press("q");
    console.sees(QUESTION);
    console.press("ll\r");
    let end = console.wait_end();
    assert_eq!(end.code, 0, "{}", end.text);
    assert!(!pids.values().any(|pid| lives(*pid)), "all are stopped");
}

fn leave_running(mut console: Console, pids: &BTreeMap<String, u32>) {
    console.press("q");
    console.sees(QUESTION);
    console.press("l\r");
    let end = console.wait_end();
    assert_eq!(end.code, 0);
    assert!(end.text.contains("the demo runs on"), "{}", end.text);
    assert!(pids.values().all(|pid| lives(*pid)), "all run on");
}

#[test]
fn one_command_shows_a_healthy_shop_and_leaves_nothing_when_it_is_stopped() {
    isolated(|| {
        let place = Place::new();
        let (console, pids) = place.open();
        let mode = fs::metadata(place.demo()).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o700);
        assert!(place.read("oats.toml").contains("made by `oats demo`"));
        stop_all(console, &pids);
        place.assert_gone();
    });
}

#[test]
fn what_runs_on_is_kept_and_taken_over_as_it_is() {
    isolated(|| {
        let place = Place::new();
        let (console, pids) = place.open();
        let ports = place.ports();
        leave_running(console, &pids);
        let (console, again) = place.open();
        assert_eq!(again, pids, "the same processes");
        assert_eq!(place.ports(), ports, "the same ports");
        stop_all(console, &pids);
        place.assert_gone();
    });
}

#[test]
fn a_console_that_was_killed_leaves_a_demo_that_is_taken_over() {
    isolated(|| {
        let place = Place::new();
        let (console, pids) = place.open();
        kill(console.pid(), "KILL");
        console.wait_end_as_it_is();
        let (console, again) = place.open();
        assert_eq!(again, pids);
        stop_all(console, &pids);
        place.assert_gone();
    });
}

#[test]
fn other_ports_are_chosen_when_one_is_taken() {
    isolated(|| {
        let place = Place::new();
        // Taken by this test, or by somebody else: both are taken.
        let _taken = TcpListener::bind(("127.0.0.1", 8103));
        let (console, pids) = place.open();
        let ports = place.ports();
        assert!(
            ports.iter().all(|port| !(8101..=8105).contains(port)),
            "{ports:?}"
        );
        let gateway = place.read("services/gateway.toml");
        assert!(gateway.contains(&format!("orders=http://127.0.0.1:{}", ports[2])));
        // They work together over these ports.
        wait_until("orders are taken", || {
            place.read("service_logs/orders_stdout.log").lines().count() > 2
        });
        stop_all(console, &pids);
        place.assert_gone();
    });
}

#[test]
fn a_second_one_is_attached_to_the_first_and_changes_nothing() {
    isolated(|| {
        let place = Place::new();
        let (console, pids) = place.open();
        let owner = console.pid();
        let mut second = place.start();
        second.sees(&format!("attached to console (PID {owner})"));
        second.press("q");
        assert_eq!(second.wait_end().code, 0);
        assert!(pids.values().all(|pid| lives(*pid)));
        stop_all(console, &pids);
        place.assert_gone();
    });
}

#[test]
fn a_service_that_outlives_a_stop_from_outside_keeps_the_folder() {
    isolated(|| {
        let place = Place::new();
        let (console, pids) = place.open();
        kill(console.pid(), "TERM");
        assert_eq!(console.wait_end().code, 0);
        assert!(place.demo().join("services/gateway.toml").exists());
        assert!(pids.values().all(|pid| lives(*pid)));
        let (console, again) = place.open();
        assert_eq!(again, pids);
        stop_all(console, &pids);
        place.assert_gone();
    });
}

#[test]
fn a_folder_that_cannot_be_trusted_is_refused_and_left_alone() {
    isolated(|| {
        let refused = |place: &Place, why: &str| {
            let end = place.start().wait_end_without_screen();
            assert_eq!(end.code, 2, "{}", end.text);
            let said = end.text.replace('\n', "");
            assert!(said.contains(why) && said.contains("TMPDIR"), "{said}");
        };
        let place = Place::new();
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), place.demo()).unwrap();
        refused(&place, "it is a symbolic link");
        assert!(fs::read_dir(elsewhere.path()).unwrap().next().is_none());
        fs::remove_file(place.demo()).unwrap();

        fs::write(place.demo(), "").unwrap();
        refused(&place, "it is not a folder");
        fs::remove_file(place.demo()).unwrap();

        fs::create_dir(place.demo()).unwrap();
        fs::set_permissions(place.demo(), fs::Permissions::from_mode(0o770)).unwrap();
        refused(&place, "others may write to it (mode 0770)");
        fs::set_permissions(place.demo(), fs::Permissions::from_mode(0o700)).unwrap();

        fs::write(place.demo().join("precious"), "").unwrap();
        refused(&place, "there is something else in it");
        assert_eq!(fs::read_dir(place.demo()).unwrap().count(), 1);
        fs::remove_file(place.demo().join("precious")).unwrap();

        // Only root can give a folder away.
        if std::os::unix::fs::chown(place.demo(), Some(65_534), None).is_ok() {
            refused(&place, "it belongs to another user (uid 65534)");
        }
    });
}

#[test]
fn without_a_terminal_it_names_the_other_way() {
    let dir = tempfile::tempdir().unwrap();
    let out = oats(dir.path(), &["demo"]);
    assert_eq!(out.status.code(), Some(2));
    let said = text(&out.stderr);
    assert!(
        said.contains("`oats init`") && said.contains("`oats serve --up`"),
        "{said}"
    );
    let out = oats(dir.path(), &["demo", "--root", "."]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("leave out --root"));
}
