//! Service files as people write them: what is taken, and the exact words about what is not.

#![cfg(test)]

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use oats::{
    cli::check,
    io::config::known_keys,
    model::ServiceDef,
    supervisor::{Loaded, RootError, SMALLEST_SERVICE, find_root, load},
};
use proptest::prelude::*;
use tempfile::TempDir;

/// A folder of this package.
fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    File::create(path).unwrap().write_all(bytes).unwrap();
}

/// A root with one service.
fn one_service(name: &str, bytes: &[u8]) -> TempDir {
    let root = TempDir::new().unwrap();
    write(&root.path().join(format!("services/{name}.toml")), bytes);
    root
}

/// Loads what is in a folder, with `/bin/oats` as the program.
fn load_dir(root: &Path) -> Result<Loaded, Vec<oats::io::config::Diagnostic>> {
    load(root, Path::new("/bin/oats"))
}

/// The only service of a root that holds this text.
fn only_service(text: &str) -> ServiceDef {
    let root = one_service("only", text.as_bytes());
    let loaded = load_dir(root.path()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let mut def = loaded.services.first().unwrap().as_ref().clone();
    def.cwd = def.cwd.strip_prefix(root.path()).unwrap().to_owned();
    def
}

/// Every case of a folder as a root: a folder is one already, a file becomes its only service.
fn cases(folder: &str) -> Vec<(String, TempDir)> {
    let entries = fs::read_dir(here("tests").join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let root = if path.is_dir() {
                let root = TempDir::new().unwrap();
                copy(&path, root.path());
                root
            } else {
                one_service(&name, &fs::read(&path).unwrap())
            };
            (name, root)
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            write(&target, &fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn every_bad_root_is_refused_in_these_words() {
    for (name, root) in cases("config_bad") {
        let (text, code) = check::report(&load_dir(root.path()));
        assert_eq!(code, 3, "{name} was taken: {text}");
        insta::assert_snapshot!(format!("bad_{name}"), text);
    }
}

#[test]
fn every_good_root_becomes_these_definitions() {
    for (name, root) in cases("config_ok") {
        let result = load_dir(root.path());
        let (text, code) = check::report(&result);
        assert_eq!(code, 0, "{name} was refused: {text}");
        let shown = format!("{text}{:#?}", result.unwrap());
        let shown = shown.replace(root.path().to_str().unwrap(), "ROOT");
        insta::assert_snapshot!(format!("ok_{name}"), shown);
    }
}

#[test]
fn the_shipped_services_are_the_shop() {
    let loaded = load_dir(&here("")).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let shown: Vec<String> = loaded
        .services
        .iter()
        .map(|def| {
            let needs: Vec<&str> = def.depends_on.iter().map(|n| n.service.as_str()).collect();
            let port = def.port.unwrap();
            assert!(def.arena && !def.autostart && def.description.is_some());
            assert_eq!(def.group.as_deref(), Some("shop"));
            assert_eq!(def.health.kind.to_string(), "GET /healthz");
            assert!(def.recover.as_ref().unwrap().asks_own_port());
            format!(
                "{} {port} needs [{}]: {}",
                def.name,
                needs.join(" "),
                def.command
            )
        })
        .collect();
    insta::assert_snapshot!("shipped_services", shown.join("\n"));
}

#[test]
fn each_shipped_service_calls_what_it_depends_on() {
    let loaded = load_dir(&here("")).unwrap();
    for def in &loaded.services {
        let argv = def.command.argv();
        let called: Vec<&str> = argv
            .windows(2)
            .filter(|pair| pair[0] == "--needs")
            .map(|pair| pair[1].as_str())
            .collect();
        let needed = def.depends_on.iter().map(|need| {
            let mut others = loaded.services.iter();
            let other = others.find(|other| other.name == need.service).unwrap();
            format!("{}=http://127.0.0.1:{}", other.name, other.port.unwrap())
        });
        assert_eq!(called, needed.collect::<Vec<_>>(), "{}", def.name);
    }
}

/// The TOML blocks of the documentation.
fn documented() -> Vec<String> {
    let text = fs::read_to_string(here("docs/service-files.md")).unwrap();
    let blocks = text.split("```toml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_documentation_names_every_key() {
    let text = fs::read_to_string(here("docs/service-files.md")).unwrap();
    for key in known_keys() {
        let table = ["health", "recover", "stop", "restart", "logs"].contains(&key.as_str());
        let named = if table {
            format!("### `[{key}]`")
        } else {
            format!("| `{key}` |")
        };
        assert!(text.contains(&named), "{named} is missing");
    }
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let blocks = documented();
    let full = blocks
        .iter()
        .find(|block| block.contains("Exactly one"))
        .unwrap();
    let plain = only_service("command = [\"npm\", \"run\", \"dev\"]");
    assert_eq!(only_service(full), plain);

    // The commented lines hold the defaults of what is only there once it is asked for.
    let asked = "command = [\"npm\", \"run\", \"dev\"]\nport = 8103\n";
    let short = format!("{asked}health.http = \"/healthz\"\nrecover.http = \"/recover\"\n");
    let long = format!(
        "{asked}port_owner = \"own\"\n\
         health = {{ http = \"/healthz\", expect = \"200-299\" }}\n\
         recover = {{ http = \"/recover\", timeout = \"5s\" }}\n"
    );
    assert_eq!(only_service(&short), only_service(&long));
    for line in [
        "# port_owner  = \"own\"",
        "# expect      = \"200-299\"",
        "# timeout     = \"5s\"",
    ] {
        assert!(full.contains(line), "{line} is missing");
    }
}

#[test]
fn every_example_of_the_documentation_is_taken() {
    let blocks = documented();
    assert_eq!(blocks.len(), 4);
    for block in blocks {
        let root = one_service("example", b"command = [\"true\"]\n");
        let is_settings = block.starts_with("# oats.toml");
        let path = if is_settings {
            "oats.toml"
        } else {
            "services/example.toml"
        };
        write(&root.path().join(path), block.as_bytes());
        for other in ["auth", "migrate"] {
            let path = root.path().join(format!("services/{other}.toml"));
            write(&path, b"command = [\"true\"]\n");
        }
        let (text, code) = check::report(&load_dir(root.path()));
        assert_eq!(code, 0, "{text}{block}");
    }
}

#[test]
fn the_smallest_service_is_enough() {
    let def = only_service(SMALLEST_SERVICE);
    assert_eq!(def.command.to_string(), "python3 -m http.server 8000");
}

#[test]
fn a_file_that_is_no_text_is_named() {
    let root = TempDir::new().unwrap();
    let services = root.path().join("services");
    write(
        &services.join("latin1.toml"),
        b"description = \"caf\xe9\"\n",
    );
    write(&services.join("long.toml"), &vec![b'#'; (256 << 10) + 1]);
    std::os::unix::fs::symlink("nowhere", services.join("dangling.toml")).unwrap();
    std::os::unix::fs::symlink("/dev/null", services.join("device.toml")).unwrap();
    fs::create_dir(root.path().join("oats.toml")).unwrap();
    let (text, code) = check::report(&load_dir(root.path()));
    assert_eq!(code, 3);
    insta::assert_snapshot!("bad_bytes", text);
}

#[test]
fn a_deeply_nested_file_is_refused_without_a_crash() {
    for text in [
        format!("command = {}", "[".repeat(100_000)),
        format!("{}x = 1", "a.".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
    ] {
        let root = one_service("deep", text.as_bytes());
        let problems = load_dir(root.path()).unwrap_err();
        assert!(problems.iter().all(|problem| problem.line >= 1));
        assert!(
            problems
                .iter()
                .all(|problem| problem.to_string().len() < 2000)
        );
    }
}

#[test]
fn the_root_is_the_nearest_folder_upwards() {
    let outer = TempDir::new().unwrap();
    let top = outer.path().canonicalize().unwrap();
    write(&top.join("oats.toml"), b"");
    write(&top.join("inner/services/a.toml"), b"");
    write(&top.join("inner/deep/services/README.md"), b"");
    let find = |start: &str| find_root(None, &top.join(start)).unwrap();
    assert_eq!(find("."), top);
    assert_eq!(find("inner/services"), top.join("inner"));
    assert_eq!(find("inner/deep/services"), top.join("inner"));
    let named = find_root(Some(&top.join("inner/deep/../deep")), &top).unwrap();
    assert_eq!(named, top.join("inner/deep"));
}

#[test]
fn a_missing_root_says_what_was_looked_for_and_shows_a_service_file() {
    let empty = TempDir::new().unwrap();
    let path = empty.path().canonicalize().unwrap();
    let named = find_root(Some(&path), &path).unwrap_err();
    let text = named.to_string().replace(path.to_str().unwrap(), "DIR");
    insta::assert_snapshot!("no_root_named", text);
    let gone = find_root(Some(&path.join("gone")), &path).unwrap_err();
    assert!(matches!(gone, RootError::Unusable { .. }));
    let searched = RootError::NotFound {
        start: "/a/b".into(),
    };
    insta::assert_snapshot!("no_root_found", searched.to_string());
}

#[test]
fn the_root_of_another_user_is_refused() {
    let root = one_service("a", b"");
    let path = root.path();
    // Only root can give a file away; for anybody else the root is simply his own.
    let given = std::os::unix::fs::chown(path.join("services"), Some(65_534), None);
    if given.is_ok() {
        let refused = find_root(None, path).unwrap_err();
        assert!(
            matches!(refused, RootError::OtherUser { owner: 65_534, .. }),
            "{refused}"
        );
        let refused = find_root(Some(path), path).unwrap_err();
        assert!(refused.to_string().contains("another user"), "{refused}");
    } else {
        assert_eq!(find_root(None, path).unwrap(), path.canonicalize().unwrap());
    }
}

/// Lines that are right, or nearly.
fn line() -> impl Strategy<Value = String> {
    let keys = prop::sample::select(known_keys());
    let values = prop::sample::select(vec![
        "1",
        "\"\"",
        "\"5s\"",
        "true",
        "[]",
        "[\"a\"]",
        "{}",
        "\"{port}\"",
        "\"/x\"",
        "8103",
        "\"http://a/\"",
        "[[",
        "\"32MiB\"",
        "{ service = \"only\" }",
        "[{ service = \"b\" }]",
    ]);
    (keys, values).prop_map(|(key, value)| format!("{key} = {value}\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_taken_whole_or_refused_with_a_place(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        taken_whole_or_refused(&bytes);
    }

    #[test]
    fn any_lines_are_taken_whole_or_refused_with_a_place(
        lines in prop::collection::vec(line(), 0..8),
    ) {
        taken_whole_or_refused(lines.concat().as_bytes());
    }

    #[test]
    fn a_typing_mistake_in_a_key_is_always_reported(
        key in prop::sample::select(known_keys()),
        letter in "[a-z_]",
        at in any::<prop::sample::Index>(),
    ) {
        let mut typed = key.clone();
        typed.insert_str(at.index(key.len() + 1), &letter);
        prop_assume!(!known_keys().contains(&typed));
        let root = one_service("only", format!("command = [\"a\"]\n{typed} = 1\n").as_bytes());
        prop_assert!(load_dir(root.path()).is_err());
    }
}

fn taken_whole_or_refused(bytes: &[u8]) {
    let root = one_service("only", bytes);
    match load_dir(root.path()) {
        Ok(loaded) => assert_eq!(loaded.services.len(), 1),
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert_eq!(problem.file, "services/only.toml");
                assert!(problem.line >= 1 && problem.column >= 1);
                let controls = |c: char| c.is_control() && c != '\n';
                assert!(!problem.to_string().contains(controls), "{problem:?}");
            }
        }
    }
}
