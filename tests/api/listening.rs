//! Where the API listens.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _};

use crate::{
    serving::{Serving, read_status},
    support::{free_port, isolated, project::Project},
};

#[test]
fn a_taken_port_is_answered_by_the_next_free_one_which_is_published() {
    isolated(|| {
        let project = Project::new();
        let port = free_port();
        let _taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
        // Its own services will want the port after it.
        let reserved = format!("command = [\"sleep\", \"643\"]\nport = {}\n", port + 1);
        project.service("wants", &reserved);
        project.file("oats.toml", &format!("api = \"127.0.0.1:{port}\"\n"));
        let serving = Serving::with_settings(project.path(), &[]);
        assert!(serving.port > port + 1, "{} after {port}", serving.port);
        assert_eq!(serving.client().get("/api/status").status, 200);
        let socket = read_status(project.path()).unwrap()["socket"].clone();
        assert!(socket.as_str().unwrap().ends_with("data/run/oats.sock"));
    });
}

#[test]
fn token_and_socket_are_for_their_user_alone_and_new_with_every_owner() {
    isolated(|| {
        let project = Project::new();
        let mut serving = Serving::root(&project, &[]);
        let mode = |file: &str| {
            let found = fs::symlink_metadata(project.path().join(file)).unwrap();
            found.permissions().mode() & 0o777
        };
        assert_eq!(mode("data/run"), 0o700);
        assert_eq!(
            (mode("data/run/token"), mode("data/run/oats.sock")),
            (0o600, 0o600)
        );
        let token = serving.token();
        assert_eq!(token.len(), 64);
        let old = serving.client();
        assert_eq!(old.get("/api/status").status, 200);
        serving.crash();
        drop(serving);
        // What the crash has left is in nobody's way.
        assert!(project.path().join("data/run/oats.sock").exists());
        let serving = Serving::root(&project, &[]);
        assert_ne!(serving.token(), token);
        assert_eq!(serving.over_socket().get("/api/status").status, 200);
        for (_, text) in artefacts(project.path()) {
            assert!(!text.contains(&serving.token()), "the token is told");
        }
    });
}

/// Every file of a root but the token itself.
fn artefacts(dir: &std::path::Path) -> Vec<(std::path::PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(artefacts(&path));
        } else if path.is_file() && !path.ends_with("run/token") {
            let bytes = fs::read(&path).unwrap();
            found.push((path, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    found
}

#[test]
fn a_root_in_a_deep_folder_has_its_socket_all_the_same() {
    isolated(|| {
        let outer = Project::new();
        let deep = format!("{}/{}", "x".repeat(100), "y".repeat(100));
        outer.file(
            &format!("{deep}/services/idle.toml"),
            "command = [\"sleep\", \"644\"]\n",
        );
        let port = free_port();
        let settings = format!("api = \"127.0.0.1:{port}\"\n");
        outer.file(&format!("{deep}/oats.toml"), &settings);
        let dir = outer.path().join(&deep);
        let serving = Serving::with_settings(&dir, &[]);
        let socket = read_status(&dir).unwrap()["socket"].clone();
        assert!(socket.as_str().unwrap().len() > 107);
        // The client of oats itself finds its way, too.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let root = oats::model::root::Root::new(&dir);
        let status = runtime.block_on(async {
            let control = oats::io::control::Control::of(&root, "cli").unwrap();
            control.get("/api/status").await.unwrap().status
        });
        assert_eq!(status, 200);
        drop(serving);
    });
}
