//! What a service finds in its environment, and what its recover program does.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command as Process, Stdio},
};

use crate::support::{isolated, kill, lives, owner::Running, project::Project, wait_until};
use oats::{
    model::{Action, Outcome, Phase, health::HealthWord},
    supervisor::Leaving,
};

#[test]
fn a_changed_env_file_counts_at_the_next_start() {
    isolated(|| {
        let project = Project::new();
        project.file(".env", "export SAID='one' # first\n");
        let shell = "shell = \"echo said $SAID; exec sleep 620\"\nenv_file = \".env\"\n";
        project.service("orders", shell);
        let oats = Running::open(&project);
        let said = |text: &str| {
            let log = project.read("service_logs/orders_stdout.log");
            log.lines().last() == Some(text)
        };
        oats.act("orders", Action::Start);
        wait_until("the first value is there", || said("said one"));
        project.file(".env", "SAID=\"two\"\n");
        oats.act("orders", Action::Restart);
        wait_until("the new value is there", || said("said two"));
        project.file(".env", "# fine\nSAID two\n");
        let after = oats.act("orders", Action::Restart);
        assert_eq!(after.phase, Phase::Failed);
        let last = after.last_action.as_ref().unwrap();
        assert_eq!(last.result, Outcome::Failed);
        let reason = "env file .env:2: expected NAME=VALUE, found no \"=\"";
        assert_eq!(after.health_reason.as_deref(), Some(reason));
        project.file(".env", "SAID=three\n");
        oats.act("orders", Action::Start);
        wait_until("it starts again", || said("said three"));
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_service_of_an_active_python_venv_runs_its_python_and_is_heard_at_once() {
    isolated(|| {
        let project = Project::new();
        let venv = project.path().join("venv");
        let path = env::var_os("PATH").unwrap();
        let python = env::split_paths(&path)
            .map(|folder| folder.join("python3"))
            .find(|python| python.is_file())
            .unwrap();
        let script = "#!/bin/sh\necho \"$VIRTUAL_ENV\" > \"$VIRTUAL_ENV/ran\"\nexec ";
        let script = format!("{script}{} \"$@\"\n", python.display());
        project.file("venv/bin/python3", &script);
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(venv.join("bin/python3"), executable).unwrap();
        project.service(
            "app",
            "command = [\"python3\", \"-c\", \"import time; print('up'); time.sleep(621)\"]\n",
        );
        let folders = [venv.join("bin")]
            .into_iter()
            .chain(env::split_paths(&path));
        let mut owner = Process::new(env!("CARGO_BIN_EXE_oats"))
            .args(["--root".as_ref(), project.path().as_os_str()])
            .args(["serve", "--up"])
            .env("PATH", env::join_paths(folders).unwrap())
            .env("VIRTUAL_ENV", &venv)
            .env_remove("PYTHONUNBUFFERED")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("its line is in the log", || {
            project.read("service_logs/app_stdout.log") == "up\n"
        });
        assert_eq!(project.read("venv/ran"), format!("{}\n", venv.display()));
        wait_until("its pid is published", || {
            let pid = project.status().and_then(|status| {
                let pid = status["services"]["app"]["pid"].as_u64()?;
                u32::try_from(pid).ok()
            });
            pid.is_some_and(lives)
        });
        kill(owner.id(), "TERM");
        assert!(owner.wait().unwrap().success());
    });
}

/// A service that is ill while there is a file `ill`, and recovers in this way.
fn patient(project: &Project, name: &str, recover: &str) {
    let toml = format!(
        "command = [\"sleep\", \"622\"]\nenv_file = [\".env\"]\n[health]\n\
         exec = [\"sh\", \"-c\", \"test ! -e ill\"]\ninterval = \"50ms\"\ntimeout = \"10s\"\n\
         [recover]\n{recover}"
    );
    project.service(name, &toml);
}

#[test]
fn a_recover_program_heals_its_service() {
    isolated(|| {
        let project = Project::new();
        project.file(".env", "SECRET=s3\n");
        let program = "rm ill; echo $OATS_SERVICE $OATS_RUN $SECRET > healed";
        let recover = format!("exec = [\"sh\", \"-c\", \"{program}\"]\n");
        patient(&project, "orders", &recover);
        let oats = Running::open(&project);
        oats.act("orders", Action::Start);
        let well = oats.wait_healthy("orders");
        project.file("ill", "");
        oats.wait("orders", "is unhealthy", |view| {
            view.health == HealthWord::Unhealthy
        });
        let after = oats.act("orders", Action::Recover);
        assert_eq!(after.last_action.as_ref().unwrap().result, Outcome::Done);
        let again = oats.wait_healthy("orders");
        assert_eq!((again.pid, again.run), (well.pid, well.run));
        let healed = format!("orders {} s3\n", well.run.unwrap());
        assert_eq!(project.read("healed"), healed);
        oats.leave(Leaving::StopAll);
    });
}

#[test]
fn a_recover_program_that_fails_says_its_last_words() {
    isolated(|| {
        let project = Project::new();
        project.file(".env", "");
        for (name, program, timeout) in [
            ("fails", "echo one >&2; echo no database >&2; exit 3", "20s"),
            ("hangs", "echo stuck >&2; sleep 623 & sleep 624", "400ms"),
            ("silent", "exit 4", "20s"),
        ] {
            let recover =
                format!("exec = [\"sh\", \"-c\", \"{program}\"]\ntimeout = \"{timeout}\"");
            patient(&project, name, &recover);
        }
        patient(&project, "missing", "exec = [\"./no-such-program\"]\n");
        let oats = Running::open(&project);
        for (name, says) in [
            ("fails", "exit 3: no database"),
            ("hangs", "no exit in 400 ms: stuck"),
            ("silent", "exit 4"),
            ("missing", "could not run \"./no-such-program\""),
        ] {
            oats.act(name, Action::Start);
            oats.wait_healthy(name);
            let after = oats.act(name, Action::Recover);
            let last = after.last_action.as_ref().unwrap();
            assert_eq!(last.result, Outcome::Failed, "{name}");
            let reason = last.reason.as_deref().unwrap();
            assert!(reason.contains(says), "{name}: {reason}");
            assert_eq!(after.phase, Phase::Running);
        }
        let data = fs::read_dir(project.path().join("data")).unwrap();
        let names = data.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let scratch: Vec<String> = names.filter(|name| name.starts_with("recover")).collect();
        assert_eq!(scratch, Vec::<String>::new());
        oats.leave(Leaving::StopAll);
    });
}
