//! Logs that are rotated while a service writes.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use oats::{
    io::logs::{Source, past, times::Times},
    model::{Action, Event, Phase, Stream},
    supervisor::Leaving,
};

use crate::support::{isolated, owner::Running, project::Project, wait_until};

/// 200,000 lines, then it waits.
const COUNTS: &str = "shell = \"seq 1 200000; exec sleep 629\"\n\
                      [logs]\nmax_size = \"64KiB\"\nkeep = 1000\n";

/// Writes on and on, a little at a time.
const WRITES_ON: &str = "shell = '''n=0; while :; do seq $n $((n+999)); n=$((n+1000)); sleep 0.01; done'''\n\
                         [logs]\nmax_size = \"64KiB\"\nkeep = 1000\n";

fn archive(project: &Project, number: u32) -> PathBuf {
    let name = format!("service_logs/orders_stdout.log.{number}.gz");
    project.path().join(name)
}

fn source(project: &Project) -> Source {
    let loaded = oats::supervisor::load(project.path(), Path::new("oats")).unwrap();
    Source::new(&loaded.root, &"orders".parse().unwrap(), Stream::Stdout)
}

/// Every line that is left.
fn lines(project: &Project) -> Vec<String> {
    let mut lines = Vec::new();
    let mut take = |line| {
        lines.push(line);
        Ok(())
    };
    past::past(
        &source(project),
        past::Count::All,
        past::Unended::Left,
        &mut take,
    )
    .unwrap();
    lines
}

/// What archives and file hold, put together by hand.
fn by_hand(project: &Project, archives: u32) -> String {
    let mut text = String::new();
    for number in (1..=archives).rev() {
        let file = File::open(archive(project, number)).unwrap();
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut text)
            .unwrap();
    }
    let live = project.read("service_logs/orders_stdout.log");
    text + live.trim_start_matches('\0')
}

fn events(project: &Project) -> Vec<Event> {
    let text = project.read("data/events.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_log_that_grows_too_long_is_rotated_while_its_service_runs_and_loses_nothing() {
    isolated(|| {
        let project = Project::new();
        project.service("orders", COUNTS);
        let owner = Running::open(&project);
        owner.act("orders", Action::Start);
        let log = project.path().join("service_logs/orders_stdout.log");
        wait_until("the log was rotated", || {
            archive(&project, 1).exists() && fs::metadata(&log).unwrap().len() < 70_000
        });
        let expected: Vec<String> = (1..=200_000).map(|n| format!("{n}\n")).collect();
        let expected = expected.concat();
        wait_until("all of it is there", || lines(&project).len() == 200_000);
        let count = (1..1000_u32)
            .take_while(|n| archive(&project, *n).exists())
            .count();
        assert!(by_hand(&project, u32::try_from(count).unwrap()) == expected);
        owner.leave(Leaving::StopAll);
        let record = project.read("data/runs/orders.json");
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        assert!(record["log_base"]["stdout"].as_u64().unwrap() > 1_000_000);
        let written = expected.len() as u64;
        let positions = events(&project)
            .into_iter()
            .filter_map(|event| event.log_at);
        let positions: Vec<u64> = positions.map(|at| at.stdout).collect();
        assert!(positions.is_sorted(), "{positions:?}");
        assert_eq!(positions.last(), Some(&written));
    });
}

#[test]
fn the_notes_of_when_it_was_written_are_right_through_rotations_and_owners() {
    isolated(|| {
        let project = Project::new();
        project.service("orders", WRITES_ON);
        let loaded = oats::supervisor::load(project.path(), Path::new("oats")).unwrap();
        let times = || Times::read(&loaded.root, &"orders".parse().unwrap()).unwrap();
        let mut owner = Running::open(&project);
        owner.act("orders", Action::Start);
        wait_until("it was rotated", || archive(&project, 2).exists());
        owner.leave(Leaving::Detach);
        let noted = times().marks().len();
        owner = Running::open(&project);
        wait_until("it is noted on", || times().marks().len() > noted + 1);
        let times = times();
        assert!(
            times
                .marks()
                .is_sorted_by_key(|mark| (mark.at, mark.positions.stdout))
        );
        owner.leave(Leaving::StopAll);
        let lines = lines(&project);
        let expected: Vec<String> = (0..lines.len()).map(|n| n.to_string()).collect();
        assert!(lines == expected, "{} lines", lines.len());
    });
}

#[test]
fn a_service_that_cuts_its_own_log_is_named() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "orders",
            "shell = '''seq 1000; while [ ! -e go ]; do sleep 0.02; done; echo x > /dev/stdout; exec sleep 631'''\n",
        );
        let owner = Running::open(&project);
        owner.act("orders", Action::Start);
        owner.wait("orders", "runs", |view| view.phase == Phase::Running);
        let idx = project.path().join("data/logtimes/orders.idx");
        wait_until("its log was noted", || {
            fs::metadata(&idx).is_ok_and(|it| it.len() > 40)
        });
        project.file("go", "");
        wait_until("it is told", || {
            let record = project.read("data/runs/orders.json");
            let record: serde_json::Value = serde_json::from_str(&record).unwrap();
            record["log_heads"]["stdout"]["lost"].as_u64() == Some(3893)
        });
        owner.leave(Leaving::StopAll);
        let positions = events(&project)
            .into_iter()
            .filter_map(|event| event.log_at);
        let positions: Vec<u64> = positions.map(|at| at.stdout).collect();
        assert!(positions.is_sorted(), "{positions:?}");
        assert_eq!(positions.last(), Some(&3895));
    });
}
