//! Two demo services, one of which needs the other.

use std::process::{Command, Stdio};

use crate::{
    console::Console,
    support::{kill, lives, project::Project, wait_for, wait_until},
};

/// A root with `inventory` and with `orders`, which needs it.
pub(crate) struct Shop {
    /// The root.
    pub(crate) project: Project,
    /// The port of each.
    pub(crate) ports: [u16; 2],
}

/// In the question whether to leave it stops all.
const CTRL_C: &str = "\x03";

/// Their names, in the order of the screen.
pub(crate) const NAMES: [&str; 2] = ["inventory", "orders"];

impl Shop {
    /// The files; nothing runs.
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// The files, with more in that of `inventory`.
    pub(crate) fn with(more: &str) -> Self {
        let project = Project::new();
        let inventory = project.demo("inventory", more);
        let orders = project.demo("orders", "depends_on = [\"inventory\"]\n");
        Self {
            project,
            ports: [inventory, orders],
        }
    }

    /// Opens `oats up` on it, and waits until both are healthy on the screen.
    pub(crate) fn open() -> (Self, Console, [u32; 2]) {
        Self::open_with("")
    }

    /// The same, with more in the file of `inventory`.
    pub(crate) fn open_with(more: &str) -> (Self, Console, [u32; 2]) {
        let shop = Self::with(more);
        let mut console = Console::up(&shop.project);
        let pids = shop.wait_healthy(&mut console);
        (shop, console, pids)
    }

    /// Waits until both are healthy, for this owner and on the screen; their PIDs.
    pub(crate) fn wait_healthy(&self, console: &mut Console) -> [u32; 2] {
        console.wait_for("both are healthy", |text| {
            let pids = [self.healthy(NAMES[0])?, self.healthy(NAMES[1])?];
            pids.iter()
                .all(|pid| text.contains(&pid.to_string()))
                .then_some(pids)
        })
    }

    /// The PID of a service that is healthy.
    pub(crate) fn healthy(&self, name: &str) -> Option<u32> {
        let status = self.project.status()?;
        let view = &status["services"][name];
        (view["health"] == "healthy")
            .then(|| view["pid"].as_u64())?
            .and_then(|pid| u32::try_from(pid).ok())
    }

    /// A field of a service in status.json.
    pub(crate) fn field(&self, name: &str, key: &str) -> serde_json::Value {
        let status = self.project.status().unwrap_or_default();
        status["services"][name][key].clone()
    }

    /// `inventory` is killed from outside: the restart policy brings it back. Its new PID.
    pub(crate) fn restarts_inventory(&self, pids: [u32; 2]) -> u32 {
        kill(pids[0], "KILL");
        let again = wait_for("inventory runs again", || {
            let new = self.healthy("inventory")?;
            (new != pids[0]).then_some(new)
        });
        assert_eq!(self.field("inventory", "restarts")["policy"], 1);
        again
    }

    /// The PID of the owner.
    pub(crate) fn owner(&self) -> u32 {
        let status = self.project.status().unwrap();
        u32::try_from(status["owner"]["pid"].as_u64().unwrap()).unwrap()
    }

    /// Both live, and write to their logs.
    pub(crate) fn assert_untouched(&self, pids: [u32; 2]) {
        for ((name, port), pid) in NAMES.iter().zip(self.ports).zip(pids) {
            assert!(lives(pid), "{name} lives");
            let log = format!("service_logs/{name}_stdout.log");
            let before = self.project.read(&log).len();
            // What it is asked for stands in its log.
            let (status, _) = crate::support::http(port, "GET", "/status", &[], "");
            assert_eq!(status, 200, "{name} answers");
            wait_until(&format!("{name} logs on"), || {
                self.project.read(&log).len() > before
            });
        }
    }

    /// `oats --once`: its exit code.
    pub(crate) fn once(&self) -> Option<i32> {
        Command::new(env!("CARGO_BIN_EXE_oats"))
            .arg("--root")
            .arg(self.project.path())
            .arg("--once")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .code()
    }

    /// The next oats takes both over as they are, and stops them.
    pub(crate) fn adopt_and_stop(&self, pids: [u32; 2]) {
        let mut console = Console::args(&self.project, &[]);
        assert_eq!(self.wait_healthy(&mut console), pids);
        console.sees("inventory");
        let owner = console.pid();
        console.wait_until("status.json is that of the next oats", |_| {
            self.owner() == owner
        });
        for name in NAMES {
            assert_eq!(self.field(name, "adopted"), true, "{name} was adopted");
        }
        self.leave_stopped(console, pids);
    }

    /// Leaves, all services being stopped; those with these PIDs are gone then.
    pub(crate) fn leave_stopped(&self, console: Console, pids: [u32; 2]) {
        self.leave_stopped_checking(console, pids, |_| {});
    }

    /// The same, and everything that was ever written is looked at.
    pub(crate) fn leave_stopped_checking(
        &self,
        mut console: Console,
        pids: [u32; 2],
        check: impl FnOnce(&[u8]),
    ) {
        console.press("Q");
        console.sees("Stop all and leave");
        console.press(CTRL_C);
        let end = console.wait_end();
        assert_eq!(end.code, 0);
        check(&end.bytes);
        assert!(!pids.iter().any(|pid| lives(*pid)), "all are stopped");
        for name in NAMES {
            assert_eq!(self.field(name, "phase"), "stopped");
        }
    }
}

/// Ends services from outside, after everything that was to be seen.
pub(crate) fn end(pids: [u32; 2]) {
    for pid in pids {
        kill(pid, "KILL");
    }
    wait_until("both are gone", || !pids.iter().any(|pid| lives(*pid)));
}
