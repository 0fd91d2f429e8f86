//! What the tests with real processes share.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tempfile::TempDir;

use super::super::{
    child::Child,
    end::sweep,
    harden::prepare_process,
    identity::identify,
    proc::{self, Stat},
    spawn::{SpawnPlan, Spawner},
    tree::TreeQuery,
};
use crate::model::{ExitStatus, Identity, Pid, RunId};

/// Set in the process of a test that runs alone.
const ALONE: &str = "OATS_TEST_ALONE";

/// Runs a test in a process of its own that is prepared like oats: being the parent of orphans,
/// and reaping them, is not for a process that other tests share.
pub(super) fn alone(test: &str, body: impl FnOnce()) {
    alone_under(&[], test, body);
}

/// The same, started through another program.
#[expect(clippy::disallowed_methods, reason = "starts this test program itself")]
pub(super) fn alone_under(wrapper: &[&str], test: &str, body: impl FnOnce()) {
    if env::var_os(ALONE).is_some() {
        prepare_process().unwrap();
        body();
        return;
    }
    let mut argv: Vec<OsString> = wrapper.iter().map(OsString::from).collect();
    argv.push(env::current_exe().unwrap().into());
    argv.push(format!("io::platform::linux::tests::{test}").into());
    let output = Command::new(&argv[0])
        .args(&argv[1..])
        .args(["--exact", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains("1 passed"), "no such test: {said}");
}

/// Waits until something is so.
#[track_caller]
pub(super) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..4000 {
        if condition() {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
    panic!("waited 20 s for: {what}");
}

/// Runs a future to its end.
pub(super) fn block_on<T>(future: impl Future<Output = T> + Send) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// How a child ended, reaped.
#[track_caller]
pub(super) fn ended(child: &Child) -> ExitStatus {
    until("the child ends", || proc::is_dead(child.identity().pid));
    child.reap().unwrap()
}

/// A plan with this environment besides PATH, its output thrown away.
pub(super) fn plan(argv: &[&str], extra: &[(&str, &str)]) -> SpawnPlan {
    let null = || File::options().write(true).open("/dev/null").unwrap();
    let path = (OsString::from("PATH"), env::var_os("PATH").unwrap());
    let extra = extra
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    SpawnPlan {
        argv: argv.iter().map(|&word| word.to_owned()).collect(),
        cwd: PathBuf::from("/"),
        env: extra.chain([path]).collect(),
        stdout: null(),
        stderr: null(),
    }
}

/// A folder as the root of a project.
pub(super) fn root() -> TempDir {
    TempDir::new().unwrap()
}

/// A run of a service in a root. Everything of it is killed in the end.
pub(super) struct Run {
    pub(super) child: Child,
    pub(super) query: TreeQuery,
}

impl Run {
    /// Starts a run with the tag of this root.
    pub(super) fn start(spawner: &mut Spawner, root: &Path, argv: &[&str]) -> Self {
        let run = RunId(uuid::Uuid::new_v4());
        let tag = [
            ("OATS_RUN", run.to_string()),
            ("OATS_ROOT", root.to_str().unwrap().to_owned()),
            ("OATS_SERVICE", "web".to_owned()),
        ];
        let tag = tag.each_ref().map(|(name, value)| (*name, value.as_str()));
        let child = spawner.spawn(&plan(argv, &tag)).unwrap();
        let query = TreeQuery::new(run, root.to_owned(), *child.identity());
        Self { child, query }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        sweep(&mut self.query);
        self.child.reap();
    }
}

/// A leader with one child of every kind.
pub(super) struct Kinds {
    pub(super) run: Run,
    pub(super) of: BTreeMap<String, Identity>,
}

impl Kinds {
    pub(super) fn start(spawner: &mut Spawner, root: &Path, more: &[&str]) -> Self {
        let out = root.join("kinds");
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/io/platform/linux/tests/kinds.py"
        );
        let argv = ["python3", script, out.to_str().unwrap()];
        let run = Run::start(spawner, root, &[&argv, more].concat());
        until("the script has started its children", || out.exists());
        let text = fs::read_to_string(out).unwrap();
        let of: BTreeMap<String, Identity> = text
            .lines()
            .map(|line| {
                let (kind, pid) = line.split_once(' ').unwrap();
                let pid = Pid(pid.parse().unwrap());
                (kind.to_owned(), identify(pid).unwrap())
            })
            .collect();
        for (kind, identity) in &of {
            until("each child is what it should be", || {
                settled(kind, identity)
            });
        }
        Self { run, of }
    }

    /// Who of the children lives.
    pub(super) fn living(&self) -> Vec<&str> {
        let living = self.of.iter().filter(|(_, identity)| is_living(identity));
        living.map(|(kind, _)| kind.as_str()).collect()
    }
}

fn settled(kind: &str, identity: &Identity) -> bool {
    let stat = Stat::read(identity.pid).unwrap();
    let napping = proc::command(identity.pid).is_some_and(|line| line == "sleep 60");
    let stands = match kind {
        "group" => stat.group == stat.pid && stat.session != stat.pid,
        "session" | "both" | "bare-session" => stat.session == stat.pid,
        _ => stat.group != stat.pid,
    };
    napping && stands
}

/// Whether this process has not ended.
pub(super) fn is_living(identity: &Identity) -> bool {
    super::super::identity::process_exists(identity)
}
