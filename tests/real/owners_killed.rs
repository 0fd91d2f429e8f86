//! Owners that are killed again and again, over services at work and around spawns. A long run is
//! `OATS_OWNER_KILLS=50 OATS_SPAWN_KILLS=200 cargo test --test real owners`.

use std::{
    env, fs,
    process::{Child, Command as Process, Stdio},
    time::{Duration, Instant},
};

use crate::{
    owners::{all_healthy, kill_9, leaders, serve, stop_all},
    support::{DEADLINE, isolated, project::Project, wait_until},
};

/// How often: a number from the environment for a long run, or a few times.
fn rounds(variable: &str, few: usize) -> usize {
    let set = env::var(variable).ok().and_then(|text| text.parse().ok());
    set.unwrap_or(few)
}

/// Says what was measured; shown with `--nocapture` in the process of the test.
#[expect(clippy::print_stderr, reason = "a measurement is for people")]
fn report(what: &str) {
    eprintln!("{what}");
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
        let view = follow(&project, "s0");
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
            assert_unbroken(name, &written(name));
        }
        // Whoever looked all the while has seen each line once, in order.
        let lines = |text: &str| text.lines().filter(|line| !line.is_empty()).count();
        let all = lines(&written("s0"));
        wait_until("the last line is shown", || {
            lines(&project.read("view.txt")) >= all
        });
        kill_9(view);
        assert_unbroken("the view of s0", &project.read("view.txt"));
    });
}

/// `oats logs -f` of a service from its first line on, into `view.txt`.
fn follow(project: &Project, name: &str) -> Child {
    let view = fs::File::create(project.path().join("view.txt")).unwrap();
    Process::new(env!("CARGO_BIN_EXE_oats"))
        .arg("--root")
        .arg(project.path())
        .args(["logs", name, "--follow", "-n", "all", "--stream", "stdout"])
        .stdin(Stdio::null())
        .stdout(view)
        .spawn()
        .unwrap()
}

/// Every number once and in order, from 0 on; only the last line may be torn.
fn assert_unbroken(what: &str, text: &str) {
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let number = |line: &str| -> usize {
        let word = line.split_whitespace().last().unwrap();
        word.parse().unwrap_or_else(|_| panic!("{what}: {line:?}"))
    };
    let numbers: Vec<usize> = whole.lines().map(number).collect();
    assert!(numbers.len() > 30, "{what}: {} lines", numbers.len());
    assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>(), "{what}");
}
