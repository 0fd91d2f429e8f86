//! What the tests with real processes share: a temporary root, an owner of it, and waiting for a
//! condition with a deadline.
pub(crate) mod owner;
pub(crate) mod project;
pub(crate) mod stranger;

use std::{
    env, fs,
    io::{Read as _, Seek as _},
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

use oats::model::{Pid, Target};

/// Long enough for a busy machine; a test that needs it all has failed.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// The variable that tells the inner process that it is one.
const INNER: &str = "OATS_TEST_INNER";
/// The variable that every process of one test inherits.
const LEAK_TAG: &str = "OATS_TEST_LEAK";

/// Runs a test in a process of its own: an owner adopts orphans and reaps children, which two
/// owners in one process would take from each other. Afterwards no process of the test may live.
pub(crate) fn isolated(body: impl FnOnce()) {
    isolated_by(&[], body);
}

/// The same with process numbers of its own, so that they can be given anew without a neighbour
/// being hit. `false` where the system does not allow that.
pub(crate) fn isolated_with_own_pids(body: impl FnOnce()) -> bool {
    let ways: [&[&str]; 2] = [
        &["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"],
        &[
            "unshare",
            "--user",
            "--map-root-user",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
        ],
    ];
    let works = |way: &&&[&str]| {
        let tried = Command::new(way[0])
            .args(&way[1..])
            .arg("true")
            .stderr(Stdio::null())
            .status();
        tried.is_ok_and(|status| status.success())
    };
    let inner = env::var_os(INNER).is_some();
    let way = if inner {
        Some(&ways[0])
    } else {
        ways.iter().find(works)
    };
    if let Some(way) = way {
        isolated_by(way, body);
    }
    way.is_some()
}

/// Runs a test in a process of its own, started by the program `by`.
fn isolated_by(by: &[&str], body: impl FnOnce()) {
    if env::var_os(INNER).is_some() {
        oats::io::platform::prepare_process().unwrap();
        body();
        return;
    }
    let thread = std::thread::current();
    let name = thread
        .name()
        .expect("a test runs on a thread with its name")
        .to_owned();
    let tag = format!("{name}-{}-{:?}", std::process::id(), Instant::now());
    // A file, not a pipe: a process that is left behind would hold a pipe open.
    let mut said = tempfile::tempfile().unwrap();
    let exe = env::current_exe().unwrap();
    let mut command = match by {
        [] => Command::new(exe),
        [program, args @ ..] => {
            let mut command = Command::new(program);
            command.args(args).arg(exe);
            command
        }
    };
    let status = command
        .args(["--exact", &name, "--nocapture", "--test-threads=1"])
        .env(INNER, "1")
        .env(LEAK_TAG, &tag)
        .stdin(Stdio::null())
        .stdout(said.try_clone().unwrap())
        .stderr(said.try_clone().unwrap())
        .process_group(0)
        .status()
        .unwrap();
    let leaked = end_tagged(&tag);
    let mut text = String::new();
    said.rewind().unwrap();
    said.read_to_string(&mut text).unwrap();
    assert!(status.success(), "{name} failed: {status}\n{text}");
    assert_eq!(leaked, Vec::<String>::new(), "{name} left processes behind");
}

/// Ends every process that carries the leak tag; says which there were.
fn end_tagged(tag: &str) -> Vec<String> {
    let wanted = format!("{LEAK_TAG}={tag}");
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
        if environ
            .split(|byte| *byte == 0)
            .any(|entry| entry == wanted.as_bytes())
        {
            let command = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            found.push(format!(
                "{pid}: {}",
                String::from_utf8_lossy(&command).replace('\0', " ")
            ));
            kill(u32::try_from(pid).unwrap(), "KILL");
        }
    }
    found
}

/// Sends a signal to one process, as a person would.
pub(crate) fn kill(pid: u32, signal: &str) {
    let _ = Command::new("kill")
        .args([&format!("-{signal}"), &pid.to_string()])
        .status();
}

/// Whether a process is there and no zombie.
pub(crate) fn lives(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| {
            stat.rsplit_once(") ")
                .map(|(_, rest)| rest.starts_with('Z'))
        })
        .is_some_and(|zombie| !zombie)
}

/// The start time of a process, in clock ticks since boot.
pub(crate) fn start_ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    rest.split(' ').nth(19).unwrap().parse().unwrap()
}

/// A process as a person points at it.
pub(crate) fn target(pid: u32) -> Target {
    Target {
        pid: Pid(pid),
        start_ticks: start_ticks(pid),
    }
}

/// Looks again and again until `look` finds something; fails with `what` after the deadline.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain until {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    wait_for(what, || holds().then_some(()));
}

/// A port that nobody listens on now. Each test process takes from a range of its own, below the
/// ports that the system gives away: a port that another test tries for a moment would be "taken".
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const RANGES: u32 = 768;
    let range = u16::try_from(std::process::id() % RANGES).unwrap();
    loop {
        let port = 20_000 + range * 16 + NEXT.fetch_add(1, Ordering::Relaxed) % 16;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// One HTTP request to a port of this machine; the status and the body.
pub(crate) fn http(
    port: u16,
    method: &str,
    path: &str,
    headers: &[&str],
    body: &str,
) -> (u16, String) {
    use std::io::Write as _;
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let headers: Vec<String> = headers
        .iter()
        .map(|header| format!("{header}\r\n"))
        .collect();
    let headers = headers.concat();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    let status = answer
        .split_whitespace()
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or(0);
    let body = answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned())
        .unwrap_or_default();
    (status, body)
}

/// Tells a demo service to misbehave.
pub(crate) fn fault(port: u16, json: &str) -> (u16, String) {
    http(
        port,
        "POST",
        "/fault",
        &["X-Oats-Fault: 1", "Content-Type: application/json"],
        json,
    )
}
