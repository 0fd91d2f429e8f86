//! Faults that eat what the machine has: memory, processor time, space in the log.

use std::time::{Duration, Instant};

use oats::{io::platform::proc::Stat, model::Pid};
use serde_json::json;

use crate::running::{Running, eventually};

/// One MiB.
const MIB: u64 = 1024 * 1024;

fn stat(service: &Running) -> Stat {
    Stat::read(Pid(service.pid())).unwrap()
}

/// Its resident memory, in MiB.
fn resident_mb(service: &Running) -> u64 {
    let page = u64::try_from(rustix::param::page_size()).unwrap();
    stat(service).rss_pages * page / MIB
}

fn recover(service: &Running, fault: &str) {
    let reply = service.ask("POST", "/recover").json();
    assert_eq!(reply, json!({"cleared": [fault], "kept": []}));
    let expected = format!("fault {fault} off");
    assert!(service.stderr().lines().any(|line| line == expected));
    let status = service.ask("GET", "/status").json();
    assert_eq!(status.get("faults"), Some(&json!([])));
}

#[test]
fn memory_leak_takes_real_memory_up_to_its_bound_and_gives_it_back() {
    let service = Running::faulty("payments");
    // Twice: what an allocator learns from the first time must not keep the memory of the second.
    for _ in 0..2 {
        let before = resident_mb(&service);
        service.fault(r#"{"fault":"memory_leak","mb_per_s":1024,"max_mb":96}"#);
        let left =
            || service.ask("GET", "/status").json()["faults_left"]["memory_leak"]["mb"].clone();
        eventually("all is taken", || (left() == json!(0)).then_some(()));
        let most = resident_mb(&service);
        assert!(most >= before + 90, "{before} MiB, then {most} MiB");
        assert!(most <= before + 160, "{before} MiB, then {most} MiB");
        assert_eq!(service.ask("POST", "/charge").status, 200);

        recover(&service, "memory_leak");
        eventually("the memory is given back", || {
            (resident_mb(&service) <= before + 16).then_some(())
        });
    }
}

#[test]
fn a_memory_leak_grows_with_time() {
    let service = Running::faulty("payments");
    let start = Instant::now();
    service.fault(r#"{"fault":"memory_leak","mb_per_s":20,"max_mb":1024,"for_ms":600000}"#);
    let left = || service.left("memory_leak");
    eventually("10 MiB are taken", || {
        (left()["mb"].as_u64()? <= 1014).then_some(())
    });
    assert!(start.elapsed() >= Duration::from_millis(500));
    assert!(left()["ms"].as_u64().unwrap() > 0);
    recover(&service, "memory_leak");
}

#[test]
fn cpu_burn_burns_until_recover() {
    let service = Running::faulty("payments");
    let burnt = || stat(&service).cpu_ticks;
    let (before, threads) = (burnt(), stat(&service).threads);
    service.fault(r#"{"fault":"cpu_burn","cores_pct":100}"#);
    eventually("half a second is burnt", || {
        (burnt() >= before + 50).then_some(())
    });
    assert_eq!(service.ask("GET", "/healthz").status, 200);

    recover(&service, "cpu_burn");
    eventually("its thread is gone", || {
        (stat(&service).threads == threads).then_some(())
    });
    eventually("it stops", || {
        let then = burnt();
        std::thread::park_timeout(Duration::from_millis(300));
        (burnt() <= then + 2).then_some(())
    });
}

#[test]
fn a_burn_of_a_small_share_leaves_the_rest() {
    let service = Running::faulty("payments");
    let (start, before) = (Instant::now(), stat(&service).cpu_ticks);
    service.fault(r#"{"fault":"cpu_burn","cores_pct":20}"#);
    eventually("a fifth of a second is burnt", || {
        (stat(&service).cpu_ticks >= before + 20).then_some(())
    });
    // At full speed this would have taken a fifth of the time.
    assert!(start.elapsed() >= Duration::from_millis(500));
}

/// The numbers of the flood's lines in a log, each of the whole width.
fn numbers(log: &str, width: usize) -> Vec<u64> {
    let lines = log.lines().filter(|line| line.starts_with("flood "));
    let number = |line: &str| {
        assert_eq!(line.len(), width, "{line}");
        line.split(' ').nth(1).unwrap().parse().unwrap()
    };
    lines.map(number).collect()
}

#[test]
fn log_flood_writes_numbered_lines_and_ends_after_its_bytes() {
    let service = Running::faulty("payments");
    let body = r#"{"fault":"log_flood","lines_per_s":0,"bytes":1000000,"width":99}"#;
    assert_eq!(service.fault(body).status, 200);
    service.await_complaint("fault log_flood off");
    service.await_complaint("fault log_flood: 10000 lines, 1000000 bytes on stdout");
    let all: Vec<u64> = (1..=10_000).collect();
    assert_eq!(numbers(&service.stdout(), 99), all);
    assert_eq!(service.ask("GET", "/status").json()["faults"], json!([]));
}

#[test]
fn a_flood_can_be_of_a_single_long_line() {
    let service = Running::faulty("payments");
    let body = r#"{"fault":"log_flood","lines_per_s":1000,"bytes":1048577,"width":1048576}"#;
    assert_eq!(service.fault(body).status, 200);
    service.await_complaint("fault log_flood off");
    assert_eq!(numbers(&service.stdout(), 1_048_576), [1]);
}

#[test]
fn the_service_goes_on_answering_in_a_flood_that_recover_ends() {
    let service = Running::faulty("payments");
    let body = r#"{"fault":"log_flood","lines_per_s":2000,"bytes":1073741824,"stream":"stderr"}"#;
    service.fault(body);
    let count = || numbers(whole_lines(&service.stderr()), 80).len();
    eventually("there are lines", || (count() >= 200).then_some(()));
    assert_eq!(service.ask("POST", "/charge").status, 200);
    let left = service.left("log_flood")["bytes"].as_u64().unwrap();
    assert!(left > 0 && left < 1_073_741_824, "{left}");

    recover(&service, "log_flood");
    let total = eventually("it says how much it was", || {
        let log = service.stderr();
        let last = log.lines().last()?;
        let rest = last.strip_prefix("fault log_flood: ")?;
        rest.split(' ').next()?.parse::<usize>().ok()
    });
    assert_eq!(count(), total);
}

/// A log without a last line that is still being written.
fn whole_lines(log: &str) -> &str {
    log.rsplit_once('\n').map_or("", |(whole, _)| whole)
}
