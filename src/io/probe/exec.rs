//! Probes and recover steps that are programs: exit 0 passes.

use std::{fs::File, io, path::Path, time::Duration};

use tokio::{task::spawn_blocking, time::timeout};

use super::seen::spoken;
use crate::{
    io::{
        files,
        platform::{Helper, fsx},
    },
    model::{ExitStatus, clean},
};

/// How long somebody may take to die of SIGKILL before we go on without having seen it.
const DYING: Duration = Duration::from_secs(1);

/// How much of what a program said is looked at for its last line, in bytes.
const SAID: u64 = 4 * 1024;
/// How much of that line is shown, in bytes.
const LAST_LINE: usize = 200;

/// What a program that was run said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOutcome {
    /// Whether it returned 0 in time.
    pub ok: bool,
    /// How it ended: "exit 1", "killed by SIGKILL", "no exit in 500 ms".
    pub detail: String,
}

/// Waits for a program to end and reaps it. When it takes too long, it is killed, with everybody
/// it started. The spawner that started it must forget it afterwards.
pub async fn wait(helper: Helper, at_most: Duration) -> ExecOutcome {
    let watch = helper.child().exit_watch();
    if let Ok(status) = timeout(at_most, watch.wait()).await {
        helper.child().reap();
        return ExecOutcome {
            ok: status.is_success(),
            detail: detail(status),
        };
    }
    let watch = helper.child().exit_watch();
    // The helper moves along: should this task be dropped, its tree is killed all the same.
    let ending = spawn_blocking(move || {
        helper.kill_tree();
        helper
    });
    if let Ok(helper) = ending.await {
        // It was sent SIGKILL: only the kernel can make this long.
        if timeout(DYING, watch.wait()).await.is_ok() {
            helper.child().reap();
        }
    }
    ExecOutcome {
        ok: false,
        detail: format!("no exit in {}", spoken(at_most)),
    }
}

/// What a program says on stderr: a file that has no name any more, so that nothing of it stays.
#[derive(Debug)]
pub struct Said(File);

impl Said {
    /// A file for it, made at `path` and gone from there at once; and the end to write into.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn new(path: &Path) -> io::Result<(Self, File)> {
        files::discard(path);
        let write = fsx::create_new(path)?;
        let read = fsx::open_read(path);
        files::discard(path);
        Ok((Self(read?), write))
    }

    /// The last line that says something, fit to be shown.
    pub fn last_line(&self) -> Option<String> {
        let len = self.0.metadata().ok()?.len();
        let mut bytes = vec![0; usize::try_from(len.min(SAID)).ok()?];
        let filled = fsx::read_at(&self.0, &mut bytes, len.saturating_sub(SAID)).ok()?;
        bytes.truncate(filled);
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines().rev().map(clean::plain);
        let line = lines.find(|line| !line.trim().is_empty())?;
        let line = line.trim();
        let end = line.floor_char_boundary(LAST_LINE);
        line.get(..end).map(str::to_owned)
    }
}

fn detail(status: ExitStatus) -> String {
    match status {
        ExitStatus::Code(code) => format!("exit {code}"),
        ExitStatus::Signal(_) => status.to_string(),
        ExitStatus::Unknown => "exit unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        env, fs,
        path::{Path, PathBuf},
    };

    use super::*;
    use crate::{
        io::platform::{Spawner, identify, process_exists},
        model::{Identity, Pid},
    };

    fn helper(argv: &[&str]) -> Helper {
        let path = ("PATH".into(), env::var_os("PATH").unwrap());
        let argv = argv.iter().map(|&word| word.to_owned()).collect();
        Spawner::new()
            .spawn_helper(argv, BTreeMap::from([path]), PathBuf::from("/"))
            .unwrap()
    }

    async fn outcome(script: &str) -> (bool, String) {
        let helper = helper(&["sh", "-c", script]);
        let identity = *helper.identity();
        let outcome = wait(helper, Duration::from_secs(20)).await;
        assert!(identify(identity.pid) != Some(identity), "it was reaped");
        (outcome.ok, outcome.detail)
    }

    #[tokio::test]
    async fn a_program_passes_with_0_and_says_how_it_ended() {
        assert_eq!(outcome("exit 0").await, (true, "exit 0".to_owned()));
        assert_eq!(outcome("exit 1").await, (false, "exit 1".to_owned()));
        let killed = "killed by SIGKILL".to_owned();
        assert_eq!(outcome("kill -9 $$").await, (false, killed));
    }

    #[tokio::test]
    async fn output_does_not_block_a_program() {
        let script = "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2";
        assert_eq!(outcome(script).await, (true, "exit 0".to_owned()));
    }

    /// The identities in a file of numbers, once it is there.
    async fn written(file: &Path) -> Vec<Identity> {
        for _ in 0..4000 {
            if let Ok(text) = fs::read_to_string(file) {
                let pids = text.split_whitespace().map(|pid| Pid(pid.parse().unwrap()));
                return pids.map(|pid| identify(pid).unwrap()).collect();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("waited 20 s for {}", file.display());
    }

    #[tokio::test]
    async fn after_its_time_a_program_is_killed_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("pids");
        let script = "import os, sys, time\n\
            session = os.fork()\n\
            if session == 0: os.setsid(); os.execvp('sleep', ['sleep', '60'])\n\
            plain = os.fork()\n\
            if plain == 0: os.execvp('sleep', ['sleep', '60'])\n\
            open(sys.argv[1] + '.new', 'w').write('%d %d %d' % (os.getpid(), session, plain))\n\
            os.rename(sys.argv[1] + '.new', sys.argv[1])\n\
            time.sleep(60)\n";
        let helper = helper(&["python3", "-c", script, out.to_str().unwrap()]);
        let started = written(&out).await;
        assert!(started.len() == 3 && started.iter().all(process_exists));
        let outcome = wait(helper, Duration::from_millis(20)).await;
        assert_eq!(outcome.detail, "no exit in 20 ms");
        assert!(!outcome.ok);
        assert!(!started.iter().any(process_exists));
    }

    #[tokio::test]
    async fn a_helper_that_nobody_waits_for_is_killed() {
        let helper = helper(&["sleep", "60"]);
        let child = helper.child().clone();
        drop(helper);
        let status = child.exit_watch().wait().await;
        assert_eq!(status.to_string(), "killed by SIGKILL");
        child.reap();
    }

    #[tokio::test]
    async fn the_last_line_of_stderr_is_heard_and_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("said.tmp");
        for (script, last) in [
            (
                "echo out; echo first >&2; printf '\x1b[31mlast\x1b[0m\n\n' >&2",
                Some("last"),
            ),
            (
                "head -c 100000 /dev/zero | tr '\\0' x >&2; printf '\n end' >&2",
                Some("end"),
            ),
            ("echo out", None),
        ] {
            let (said, stderr) = Said::new(&path).unwrap();
            assert!(!path.exists());
            let env = BTreeMap::from([("PATH".into(), env::var_os("PATH").unwrap())]);
            let argv = ["sh", "-c", script].map(str::to_owned).to_vec();
            let helper = Spawner::new().spawn_heard_helper(argv, env, "/".into(), stderr);
            assert!(wait(helper.unwrap(), Duration::from_secs(20)).await.ok);
            assert_eq!(said.last_line().as_deref(), last, "{script}");
        }
    }
}
