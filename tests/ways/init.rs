//! `oats init`.

use std::{fs, net::TcpListener};

use crate::{oats, text};

#[test]
fn what_it_writes_is_a_project_without_a_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let made = oats(dir.path(), &["init"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert_eq!(
        text(&made.stdout),
        "wrote services/web.toml\nwrote oats.toml\nnext: oats up\n"
    );
    let checked = oats(dir.path(), &["check"]);
    assert_eq!(checked.status.code(), Some(0));
    assert_eq!(text(&checked.stdout), "1 service, no problems: web\n");
    let files = fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(files, 2, "services and oats.toml, nothing else");
}

#[test]
fn another_folder_is_made_and_named_in_the_next_command() {
    let dir = tempfile::tempdir().unwrap();
    let made = oats(dir.path(), &["init", "new"]);
    assert!(text(&made.stdout).ends_with("next: oats up --root new\n"));
    let checked = oats(dir.path(), &["check", "--root", "new"]);
    assert_eq!(checked.status.code(), Some(0));
    let missing = oats(dir.path(), &["init", "no/such/folder"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("no/such/folder"));
    assert!(!dir.path().join("no").exists());
}

#[test]
fn what_is_there_is_never_written_over() {
    for there in ["services/mine.toml", "oats.toml"] {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("services")).unwrap();
        fs::write(dir.path().join(there), "# mine\n").unwrap();
        let refused = oats(dir.path(), &["init"]);
        assert_eq!(refused.status.code(), Some(2));
        let said = text(&refused.stderr);
        assert!(
            said.contains(&format!("{there} is there already")),
            "{said}"
        );
        assert_eq!(
            fs::read_to_string(dir.path().join(there)).unwrap(),
            "# mine\n"
        );
        let services = fs::read_dir(dir.path().join("services")).unwrap().count();
        assert_eq!(services, usize::from(there != "oats.toml"));
    }
}

#[test]
fn a_port_that_is_taken_is_not_chosen() {
    // Taken by this test, or by somebody else: both are taken.
    let _taken = TcpListener::bind(("127.0.0.1", 8000));
    let dir = tempfile::tempdir().unwrap();
    oats(dir.path(), &["init"]);
    let file = fs::read_to_string(dir.path().join("services/web.toml")).unwrap();
    let port = file.lines().find_map(|line| line.strip_prefix("port = "));
    let port: u16 = port.unwrap().parse().unwrap();
    assert!((8001..8100).contains(&port), "{file}");
}

#[test]
fn what_it_writes_runs() {
    crate::support::isolated(|| {
        let project = crate::support::project::Project::new();
        assert_eq!(oats(project.path(), &["init"]).status.code(), Some(0));
        // Others may want the port meanwhile.
        let file = project.read("services/web.toml");
        let port = file
            .lines()
            .find(|line| line.starts_with("port = "))
            .unwrap();
        let free = format!("port = {}", crate::support::free_port());
        project.file("services/web.toml", &file.replace(port, &free));
        let mut owner = std::process::Command::new(env!("CARGO_BIN_EXE_oats"))
            .args(["serve", "--up"])
            .current_dir(project.path())
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        crate::support::wait_until("it is healthy", || {
            let status = project.status();
            status.is_some_and(|status| status["services"]["web"]["health"] == "healthy")
        });
        crate::support::kill(owner.id(), "TERM");
        assert_eq!(owner.wait().unwrap().code(), Some(0));
    });
}
