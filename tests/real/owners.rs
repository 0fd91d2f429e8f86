//! Owners that are killed at any moment, again and again: nothing is lost, doubled or harmed.

use std::{
    collections::BTreeMap,
    env, fs,
    process::{Child, Command as Process, Stdio},
    time::{Duration, Instant},
};

use oats::{
    io::platform::{leads_its_session, tagged},
    model::Phase,
    supervisor::Leaving,
};

use crate::support::{
    DEADLINE, isolated, kill, lives, owner::Running, project::Project, wait_for, wait_until,
};

/// How often: a number from the environment for a long run, or a few times.
fn rounds(variable: &str, few: usize) -> usize {
    let set = env::var(variable).ok().and_then(|text| text.parse().ok());
    set.unwrap_or(few)
}

/// An owner in a process of its own, of a program that may lie anywhere.
fn serve(program: &str, project: &Project) -> Child {
    start(program, &["--up"], project)
}

/// One that starts only what these arguments say.
fn serve_with(args: &[&str], project: &Project) -> Child {
    start(env!("CARGO_BIN_EXE_oats"), args, project)
}

fn start(program: &str, args: &[&str], project: &Project) -> Child {
    Process::new(program)
        .arg("--root")
        .arg(project.path())
        .arg("serve")
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills an owner, and waits until it is gone.
fn kill_9(mut owner: Child) {
    kill(owner.id(), "KILL");
    let _ = owner.wait();
}

/// Says what was measured; shown with `--nocapture` in the process of the test.
#[expect(clippy::print_stderr, reason = "a measurement is for people")]
fn report(what: &str) {
    eprintln!("{what}");
}

/// The leaders that live, by service. Each service has at most one.
fn leaders(project: &Project) -> BTreeMap<String, Vec<u32>> {
    let root = project.path().canonicalize().unwrap();
    let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (pid, tag) in tagged(&root) {
        if leads_its_session(pid) && lives(pid.0) {
            found
                .entry(tag.service.to_string())
                .or_default()
                .push(pid.0);
        }
    }
    found
}

/// Whether this owner shows every service healthy.
fn all_healthy(project: &Project, owner: &Child) -> bool {
    let Some(status) = project.status() else {
        return false;
    };
    let services = status["services"].as_object().unwrap();
    status["owner"]["pid"] == owner.id()
        && services.values().all(|view| view["health"] == "healthy")
}

/// Stops everything, by the owner that is there.
fn stop_all(mut owner: Child, project: &Project) {
    kill(owner.id(), "TERM");
    assert_eq!(owner.wait().unwrap().code(), Some(0));
    wait_until("nothing is left", || leaders(project).is_empty());
}

/// Chance for the moments of the kills, from a seed that a failure can name.
struct Dice(u64);

impl Dice {
    /// A number below `below`.
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % below
    }
}

#[test]
fn an_owner_killed_around_a_spawn_leaves_no_second_copy() {
    isolated(|| {
        let mut dice = Dice(u64::from(std::process::id()));
        for round in 0..rounds("OATS_SPAWN_KILLS", 20) {
            let project = Project::new();
            for name in ["auth", "orders", "payments"] {
                project.demo(name, "");
            }
            let seed = dice.0;
            let owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
            let runs = project.path().join("data/runs");
            wait_until("an intent is written down", || {
                fs::read_dir(&runs).is_ok_and(|mut entries| entries.next().is_some())
            });
            std::thread::park_timeout(Duration::from_micros(dice.roll(5000)));
            kill_9(owner);
            let survivors = leaders(&project);
            let next = serve(env!("CARGO_BIN_EXE_oats"), &project);
            let complete = Instant::now() + DEADLINE;
            while !all_healthy(&project, &next) {
                let status = project.status();
                let in_time = Instant::now() < complete;
                assert!(
                    in_time,
                    "round {round}, seed {seed}: {survivors:?}: {status:#?}"
                );
                std::thread::park_timeout(Duration::from_millis(10));
            }
            let now = leaders(&project);
            let told = format!("round {round}, seed {seed}: {survivors:?} became {now:?}");
            assert_eq!(now.len(), 3, "{told}");
            assert!(now.values().all(|pids| pids.len() == 1), "{told}");
            for (service, pids) in &survivors {
                assert_eq!(now.get(service), Some(pids), "{told}");
            }
            stop_all(next, &project);
        }
    });
}

/// A service that writes numbered lines as fast as two milliseconds allow, and answers a probe.
fn chatty(project: &Project, name: &str) {
    let script = "import itertools,time\n\
                  for number in itertools.count():\n    print(number, flush=True)\n    time.sleep(0.002)";
    let script = script.replace('\n', "\\n");
    project.service(
        name,
        &format!("command = [\"python3\", \"-c\", \"{script}\"]\n[restart]\npolicy = \"always\"\n"),
    );
}

#[test]
fn twelve_services_under_load_outlive_their_owners() {
    isolated(|| {
        let project = Project::new();
        let names: Vec<String> = (0..12).map(|number| format!("s{number}")).collect();
        for name in &names {
            chatty(&project, name);
        }
        let mut owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
        wait_until("all run", || all_healthy(&project, &owner));
        let before = leaders(&project);
        assert_eq!(before.len(), 12);
        let mut longest = Duration::ZERO;
        let written = |name: &str| project.read(&format!("service_logs/{name}_stdout.log"));
        for round in 0..rounds("OATS_OWNER_KILLS", 3) {
            let lines = written("s11").lines().count();
            wait_until("more is written", || {
                written("s11").lines().count() > lines + 30
            });
            kill_9(owner);
            owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
            let begun = Instant::now();
            wait_until("the picture is complete", || all_healthy(&project, &owner));
            let took = begun.elapsed();
            assert!(took < DEADLINE, "round {round}");
            longest = longest.max(took);
            let status = project.status().unwrap();
            for name in &names {
                let view = &status["services"][name];
                assert_eq!(view["adopted"], true, "round {round}, {name}: {view}");
                assert_eq!(
                    view["restarts"]["policy"], 0,
                    "round {round}, {name}: {view}"
                );
            }
            assert_eq!(leaders(&project), before, "round {round}");
        }
        report(&format!(
            "the picture was complete after at most {longest:?}"
        ));
        stop_all(owner, &project);
        for name in &names {
            let text = written(name);
            let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
            let numbers: Vec<usize> = whole.lines().map(|line| line.parse().unwrap()).collect();
            assert!(numbers.len() > 30, "{name} wrote {} lines", numbers.len());
            assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>(), "{name}");
        }
    });
}

#[test]
fn the_exit_code_of_an_adopted_service_is_known() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "task",
            "shell = \"until [ -e go ]; do sleep 0.05; done; exit 42\"\n[health]\nexec = [\"true\"]\n",
        );
        let owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
        wait_until("it runs", || all_healthy(&project, &owner));
        kill_9(owner);
        let oats = Running::open(&project);
        assert!(oats.wait_healthy("task").adopted);
        project.file("go", "");
        let after = oats.wait("task", "has ended", |view| view.phase == Phase::Failed);
        assert_eq!(after.last_exit.as_ref().unwrap().code, Some(42));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_server_that_wrote_over_its_environment_is_adopted_by_its_kernel_identity() {
    isolated(|| {
        let project = Project::new();
        project.service("bare", "shell = \"exec env -i sleep 619\"\n");
        let owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
        let bare = || {
            let view = project.status()?["services"]["bare"].clone();
            let pid = u32::try_from(view["pid"].as_u64()?).unwrap();
            let environ = fs::read(format!("/proc/{pid}/environ")).ok()?;
            (view["health"] == "healthy" && environ.is_empty()).then_some(pid)
        };
        let pid = wait_for("it runs without a tag", bare);
        kill_9(owner);
        let record = project.read("data/runs/bare.json");
        let oats = Running::open(&project);
        if record.contains("\"pidfd_ino\":null") {
            // An older kernel gives no identity beyond PID and start time: it stays in doubt.
            assert_eq!(oats.view("bare").survivors[0].pid.0, pid);
            oats.leave(Leaving::Detach);
            kill(pid, "KILL");
            return;
        }
        let view = oats.wait_healthy("bare");
        assert_eq!((view.pid.unwrap().0, view.adopted), (pid, true));
        oats.leave(Leaving::StopAll);
        assert!(!lives(pid));
    });
}

#[test]
fn an_upgrade_of_the_program_takes_the_services_over() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        project.demo("auth", "");
        let place = tempfile::tempdir().unwrap();
        let program = place.path().join("oats");
        let install = || {
            let new = place.path().join("new");
            fs::copy(env!("CARGO_BIN_EXE_oats"), &new).unwrap();
            fs::rename(&new, &program).unwrap();
        };
        install();
        let owner = serve(program.to_str().unwrap(), &project);
        wait_until("all run", || all_healthy(&project, &owner));
        let before = leaders(&project);
        // The owner runs on while its program is replaced, and still starts its own demo services.
        install();
        kill(before["auth"][0], "KILL");
        let failed = || Some(project.status()?["services"]["auth"]["phase"] == "failed");
        wait_until("auth is failed", || failed() == Some(true));
        kill_9(owner);
        let owner = serve(program.to_str().unwrap(), &project);
        wait_until("all run again", || all_healthy(&project, &owner));
        assert_eq!(leaders(&project)["orders"], before["orders"]);
        assert_eq!(
            project.status().unwrap()["services"]["orders"]["adopted"],
            true
        );
        stop_all(owner, &project);
    });
}

#[test]
fn an_owner_whose_folder_is_removed_makes_it_anew_and_stays_the_only_one() {
    isolated(|| {
        let project = Project::new();
        project.demo("orders", "");
        let owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
        wait_until("it runs", || all_healthy(&project, &owner));
        let before = leaders(&project);
        fs::remove_dir_all(project.path().join("data")).unwrap();
        wait_until("the folder is there again", || {
            all_healthy(&project, &owner)
                && project.read("data/runs/orders.json").contains("spawned")
                && project.read("data/events.jsonl").contains("made it anew")
        });
        // Whoever wants to act finds the owner again.
        let restart = || {
            let mut oats = Process::new(env!("CARGO_BIN_EXE_oats"));
            oats.arg("--root").arg(project.path());
            oats.args(["stop", "orders", "--wait"]).output().unwrap()
        };
        wait_until("it can be asked again", || restart().status.success());
        wait_until("orders is stopped", || leaders(&project).is_empty());
        let second = Process::new(env!("CARGO_BIN_EXE_oats"))
            .arg("--root")
            .arg(project.path())
            .args(["serve", "--up"])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(second.status.code(), Some(2));
        assert_eq!(before.len(), 1);
        assert!(leaders(&project).is_empty(), "a second owner started it");
        stop_all(owner, &project);
    });
}

#[test]
fn what_was_wanted_and_not_there_yet_is_gone_on_with_by_the_next_owner() {
    isolated(|| {
        let project = Project::new();
        // It is never healthy: whoever needs it waits.
        project.service(
            "sick",
            "command = [\"sleep\", \"621\"]\n[health]\nexec = [\"false\"]\n",
        );
        project.service(
            "waits",
            "command = [\"sleep\", \"622\"]\ndepends_on = [\"sick\"]\n",
        );
        project.service(
            "dies",
            "shell = \"exit 4\"\n[restart]\npolicy = \"on-failure\"\nfirst_delay = \"1h\"\n\
             max_delay = \"1h\"\n",
        );
        let owner = serve(env!("CARGO_BIN_EXE_oats"), &project);
        let phase = |name: &str| {
            let status = project.status()?;
            status["services"][name]["phase"]
                .as_str()
                .map(str::to_owned)
        };
        let are = |owner: u32, waits: &str, dies: &str| {
            project
                .status()
                .is_some_and(|it| it["owner"]["pid"] == owner)
                && phase("waits").as_deref() == Some(waits)
                && phase("dies").as_deref() == Some(dies)
        };
        wait_until("one waits, one is tried again later", || {
            are(owner.id(), "waiting", "backoff")
        });
        let ask = || {
            let ledger = project.ledger();
            let mine = |it: &&serde_json::Value| it["kind"] == "ask" && it["service"] == "waits";
            ledger.iter().find(mine).map(|it| it["seq"].clone())
        };
        let asked = wait_for("its ask is written down", ask);
        kill_9(owner);
        let next = serve_with(&[], &project);
        wait_until("both are as they were", || {
            are(next.id(), "waiting", "backoff")
        });
        let status = project.status().unwrap();
        assert_eq!(status["services"]["waits"]["want"], "up");
        assert_eq!(status["services"]["dies"]["retry"]["attempt"], 2);
        wait_until("the ask of the owner before has an end", || {
            let ledger = project.ledger();
            ledger.iter().any(|it| {
                it["kind"] == "result" && it["cause"] == asked && it["result"] == "superseded"
            })
        });
        stop_all(next, &project);
    });
}
