//! What a flood of log lines leaves undisturbed.

use std::{
    env, fs,
    io::Write as _,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use oats::{
    model::Action,
    supervisor::{Command, Leaving},
};
use serde_json::Value;

use crate::support::{isolated, owner::Running, project::Project, wait_until};

/// 100,000 lines a second, in one go each second, for as long as it lives.
const FLOOD: &str = "shell = \"while :; do seq 100000; sleep 1; done\"\n";

/// How long the flood is looked at: 5 s, or `OATS_FLOOD_SECONDS`.
fn patience() -> Duration {
    let asked = env::var("OATS_FLOOD_SECONDS").ok();
    Duration::from_secs(asked.and_then(|text| text.parse().ok()).unwrap_or(5))
}

/// How old a status is, in seconds.
fn age(status: &Value) -> f64 {
    let written: jiff::Timestamp = status["written_at"].as_str().unwrap().parse().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs_f64() - written.as_duration().as_secs_f64()
}

#[test]
fn status_json_stays_whole_and_fresh_while_a_log_that_is_looked_at_floods() {
    isolated(|| {
        let project = Project::new();
        project.service("flood", FLOOD);
        project.demo("calm", "");
        let owner = Running::open(&project);
        owner
            .send(Command::WatchLogs(["flood".parse().unwrap()].into()))
            .unwrap();
        owner.act("calm", Action::Start);
        owner.act("flood", Action::Start);
        let log = project.path().join("service_logs/flood_stdout.log");
        wait_until("the log floods", || {
            fs::metadata(&log).is_ok_and(|meta| meta.len() > 500_000)
        });
        let path = project.path().join("data/status.json");
        let begin = Instant::now();
        let (mut first, mut last, mut looks, mut oldest) = (None, 0, 0, 0.0_f64);
        while begin.elapsed() < patience() {
            let text = fs::read_to_string(&path).unwrap();
            let status: Value = serde_json::from_str(&text).unwrap();
            let seq = status["seq"].as_u64().unwrap();
            assert!(seq >= last, "{seq} after {last}");
            first.get_or_insert(seq);
            last = seq;
            let age = age(&status);
            oldest = oldest.max(age);
            assert!(age < 2.5, "it is {age} s old");
            assert_eq!(status["services"]["calm"]["health"], "healthy");
            looks += 1;
            std::thread::park_timeout(Duration::from_millis(20));
        }
        let said = format!("{looks} reads, the oldest {oldest:.2} s old\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        assert!(last > first.unwrap() + 2, "seq rises");
        owner.leave(Leaving::StopAll);
    });
}
