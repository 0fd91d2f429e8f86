//! `oats why`, about real services.

use crate::{
    Serve, err, json, out,
    support::{isolated, kill, project::Project, stranger::Stranger, wait_for},
    wait_key,
};

/// What is said, once it holds this.
fn said(project: &Project, name: &str, holds: &str) -> String {
    wait_for(&format!("it says: {holds}"), || {
        let said = out(project, &["why", name], 0);
        said.contains(holds).then_some(said)
    })
}

#[test]
fn a_service_that_waits_says_for_whom_and_what_became_of_that_one() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "db",
            "shell = \"echo disk is full >&2; exit 3\"\nport = 1\n",
        );
        project.demo("orders", "depends_on = [\"db\"]\n");
        let _owner = Serve::of(&project, &[]);
        out(&project, &["start", "orders"], 0);
        wait_key(&project, "db", "phase", "failed");
        let text = said(&project, "orders", "orders waits until db is healthy.");
        assert!(text.starts_with("orders  WAIT\n"), "{text}");
        assert!(text.contains("db failed since "), "{text}");
        assert!(
            text.contains("exited with code 3. Last on stderr: disk is full"),
            "{text}"
        );
        assert!(
            text.contains("What helps: oats logs db, then oats start db."),
            "{text}"
        );
        assert!(
            text.contains("Start disabled: service is already waiting for db."),
            "{text}"
        );
        let facts = json(&project, &["why", "orders", "db", "--json"], 0);
        assert_eq!(facts[0]["state"], "WAIT");
        assert_eq!(facts[0]["facts"][0]["fact"], "waits_for");
        assert_eq!(facts[0]["facts"][1]["service"], "db");
        assert_eq!(facts[1]["service"], "db");
        let wrong = err(&project, &["why", "ordres"], 2);
        assert!(wrong.contains("did you mean \"orders\"?"), "{wrong}");
    });
}

#[test]
fn a_taken_port_and_an_imposter_are_named() {
    isolated(|| {
        let project = Project::new();
        let port = project.demo("web", "");
        let stranger = Stranger::on(port, &[]);
        // A look is enough: nobody owns the root.
        let text = out(&project, &["why", "web"], 0);
        let who = format!(
            "Port {port}, which web needs, is held by PID {} (",
            stranger.pid()
        );
        assert!(
            text.starts_with("web  PORT!\n") && text.contains(&who),
            "{text}"
        );
        assert!(text.contains("web was never started."), "{text}");
        assert!(
            text.contains(&format!("What helps: oats port {port} --free.")),
            "{text}"
        );
        drop(stranger);
        // A service that never listens, while somebody else does on its port.
        project.service(
            "web",
            &format!("command = [\"sleep\", \"635\"]\nport = {port}\n[health]\ntcp = true\n"),
        );
        let _owner = Serve::of(&project, &["--up"]);
        wait_key(&project, "web", "phase", "starting");
        let stranger = Stranger::on(port, &[]);
        let text = said(
            &project,
            "web",
            "not by web. Whatever answers there is somebody else.",
        );
        let who = format!(
            "web runs but is unhealthy: port {port} is held by PID {} (",
            stranger.pid()
        );
        assert!(text.contains(&who), "{text}");
    });
}

#[test]
fn a_service_that_dies_again_and_again_says_when_it_is_tried_next_and_when_no_more() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "flaky",
            "shell = \"echo no config >&2; exit 7\"\nport = 1\n[restart]\npolicy = \"on-failure\"\n\
             first_delay = \"1h\"\nmax_delay = \"1h\"\n",
        );
        project.service(
            "hopeless",
            "shell = \"exit 8\"\nport = 2\n[restart]\npolicy = \"on-failure\"\n\
             give_up = { deaths = 2, within = \"60s\" }\n",
        );
        let _owner = Serve::of(&project, &["--up"]);
        wait_key(&project, "flaky", "phase", "backoff");
        let text = said(&project, "flaky", "flaky died and is started again at ");
        assert!(
            text.contains("that was death 2 in a row, and at 8 the restart policy gives up."),
            "{text}"
        );
        assert!(
            text.contains("exited with code 7. Last on stderr: no config"),
            "{text}"
        );
        let text = said(
            &project,
            "hopeless",
            "The restart policy gave up on hopeless after 2 deaths in a row, within ",
        );
        assert!(text.contains("a start by hand begins anew"), "{text}");
    });
}

#[test]
fn an_adopted_a_frozen_and_a_stopped_one_say_so() {
    isolated(|| {
        let project = Project::new();
        project.demo("web", "");
        let owner = Serve::of(&project, &["--up"]);
        let web = wait_key(&project, "web", "health", "healthy");
        owner.crash();
        let _owner = Serve::of(&project, &[]);
        let text = said(&project, "web", "web runs and is healthy since ");
        let adopted = format!("web was running already (PID {}) since ", web["pid"]);
        assert!(text.contains(&adopted), "{text}");
        let pid = u32::try_from(web["pid"].as_u64().unwrap()).unwrap();
        kill(pid, "STOP");
        let text = said(&project, "web", "is frozen (state T)");
        assert!(text.contains("What helps: oats restart web."), "{text}");
        out(&project, &["kill", "web", "--wait"], 0);
        said(&project, "web", "web was killed by the command line at ");
    });
}
