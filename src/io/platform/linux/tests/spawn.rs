//! What a new process finds.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use super::{
    super::{
        proc::{self, Stat},
        signals::catch_ignored_signals,
        spawn::{SpawnError, spawn},
    },
    support::{alone_under, block_on, ended, plan, root, until},
};
use crate::model::{ExitStatus, Pid, Signal};

/// A line of the status file of a process.
fn status(pid: Pid, name: &str) -> String {
    let text = fs::read_to_string(proc::file(pid, "status")).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    value.unwrap().trim_start_matches(':').trim().to_owned()
}

#[test]
fn a_process_starts_with_nothing_of_ours_but_what_it_was_given() {
    // As from nohup in a script: HUP, INT and QUIT ignored, a descriptor left open.
    let wrapper = [
        "sh",
        "-c",
        "trap '' HUP INT QUIT; exec \"$@\" 7</dev/null",
        "sh",
    ];
    let test = "spawn::a_process_starts_with_nothing_of_ours_but_what_it_was_given";
    alone_under(&wrapper, test, || {
        block_on(async { catch_ignored_signals() });
        let root = root();
        let log = root.path().join("log");
        let mut plan = plan(&["sleep", "60"], &[("A", "1")]);
        plan.stdout = File::options()
            .append(true)
            .create(true)
            .open(&log)
            .unwrap();
        plan.cwd = root.path().to_owned();
        let child = spawn(&plan).unwrap();
        let pid = child.identity().pid;
        let stat = Stat::read(pid).unwrap();
        assert_eq!((stat.session, stat.group), (pid, pid));
        let link = |fd: &str| fs::read_link(proc::file(pid, "fd").join(fd)).unwrap();
        // A program that is being loaded has its libraries open for a moment.
        until("only the three are open", || {
            let mut fds = proc::numbers_in(proc::file(pid, "fd"));
            fds.sort_unstable();
            fds == [0, 1, 2]
        });
        assert_eq!(link("0"), Path::new("/dev/null"));
        assert_eq!(link("1"), log);
        let info = fs::read_to_string(proc::file(pid, "fdinfo/1")).unwrap();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = i32::from_str_radix(flags.unwrap().trim(), 8).unwrap();
        assert_eq!(flags & 0o2000, 0o2000, "O_APPEND is kept");
        assert_eq!(status(pid, "SigBlk"), "0000000000000000");
        // Signals 32 and 33 belong to the C library and cannot be changed by anybody.
        let ignored = u64::from_str_radix(&status(pid, "SigIgn"), 16).unwrap();
        assert_eq!(ignored & !0x1_8000_0000, 0);
        assert_eq!(proc::cwd(pid).unwrap(), root.path());
        let environ = fs::read(proc::file(pid, "environ")).unwrap();
        let entries = environ
            .split(|byte| *byte == 0)
            .filter(|entry| !entry.is_empty());
        assert_eq!(entries.count(), 2, "PATH and A");
        child.signal(Signal::KILL).unwrap();
        ended(&child);
    });
}

#[test]
fn a_program_is_looked_for_in_the_path_of_the_plan() {
    let root = root();
    let program = root.path().join("only-here");
    fs::copy("/bin/true", &program).unwrap();
    let path = root.path().to_str().unwrap();
    let mut plan = plan(&["only-here"], &[]);
    plan.env.insert("PATH".into(), path.into());
    assert_eq!(ended(&spawn(&plan).unwrap()), ExitStatus::Code(0));
    plan.argv = vec!["./only-here".to_owned()];
    plan.cwd = root.path().to_owned();
    assert_eq!(ended(&spawn(&plan).unwrap()), ExitStatus::Code(0));
}

#[test]
fn a_failed_start_says_what_is_missing_and_that_it_will_stay_so() {
    let root = root();
    let file = root.path().join("notes");
    File::create(&file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let notes = file.to_str().unwrap();
    let error = |argv: &[&str], cwd: &Path| -> SpawnError {
        let mut plan = plan(argv, &[]);
        plan.cwd = cwd.to_owned();
        spawn(&plan).unwrap_err()
    };
    let cases = [
        (
            error(&["no-such-program"], root.path()),
            "run \"no-such-program\": no such file or directory",
        ),
        (
            error(&["./none"], root.path()),
            "run \"./none\": no such file or directory",
        ),
        (
            error(&["./notes"], root.path()),
            "run \"./notes\": permission denied",
        ),
        (
            error(&["./notes/x"], root.path()),
            "run \"./notes/x\": not a directory",
        ),
        (
            error(&["true"], Path::new("/no/such")),
            "enter the folder \"/no/such\": no such file or directory",
        ),
        (error(&[], root.path()), "run an empty command"),
    ];
    for (error, text) in cases {
        assert_eq!(error.to_string(), text);
        assert!(error.permanent(), "{text}");
        assert_eq!(
            error.hint().is_none(),
            text.ends_with("not a directory"),
            "{text}"
        );
    }
    let error_cwd = error(&["true"], &file).to_string();
    assert_eq!(
        error_cwd,
        format!("enter the folder \"{notes}\": not a directory")
    );
    assert!(error(&["true", "a\0b"], root.path()).permanent());
}

#[test]
fn a_start_that_the_machine_has_no_room_for_may_work_later() {
    let error = SpawnError::Program {
        program: "web".to_owned(),
        cause: rustix::io::Errno::AGAIN.into(),
    };
    assert!(!error.permanent());
    assert_eq!(
        error.to_string(),
        "run \"web\": resource temporarily unavailable"
    );
}

#[test]
fn nothing_is_left_behind_by_a_start_that_failed() {
    let root = root();
    let mut plan = plan(&["./none"], &[]);
    plan.cwd = root.path().to_owned();
    spawn(&plan).unwrap_err();
    let me = Pid(std::process::id());
    let zombie = |stat: &Stat| stat.parent == me && stat.is_zombie();
    // Other tests may be about to reap theirs.
    until("no child of this failed start is left", || {
        !proc::table().values().any(zombie)
    });
}
