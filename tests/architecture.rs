//! The shape of the program, held by a test: who may import whom, which words pure layers may not
//! hold, where platform types may stand, how long a file may be.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Who may import whom. Nothing points up, peers never meet.
const ALLOWED: [(&str, &[&str]); 12] = [
    ("model", &[]),
    ("core", &["model"]),
    ("io", &["model"]),
    ("keymap", &["model"]),
    ("supervisor", &["model", "core", "io"]),
    ("demo", &["model", "io"]),
    ("api", &["model", "io", "supervisor"]),
    ("attach", &["model", "io", "supervisor"]),
    ("tui", &["model", "keymap", "supervisor"]),
    ("cli", &["model", "io", "keymap", "supervisor", "demo"]),
    (
        "app",
        &[
            "model",
            "core",
            "io",
            "keymap",
            "supervisor",
            "demo",
            "api",
            "attach",
            "tui",
            "cli",
        ],
    ),
    ("main", &["app", "cli"]),
];

/// Layers that know no clock, no file, no socket, no runtime.
const PURE: [&str; 3] = ["model", "core", "keymap"];

/// What a pure layer may not hold.
const IMPURE_WORDS: [&str; 10] = [
    "tokio::",
    "std::fs",
    "std::net::Tcp",
    "std::process",
    "std::thread",
    "std::env",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "rustix::",
];

/// What only `io/platform` may hold.
const PLATFORM_WORDS: [&str; 9] = [
    "std::os::",
    "rustix::",
    "libc::",
    "nix::",
    "inotify::",
    "netlink_",
    "process_wrap",
    "tokio::signal::unix",
    "close_fds::",
];

/// The longest file, in lines.
const LONGEST: usize = 400;

/// How many `unsafe` blocks there are. A new one needs a reason, and a new number here.
const UNSAFE_BLOCKS: usize = 3;

/// Every source file below a folder, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let root = Path::new(env!("CARGO_MANIFEST_DIR"));
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} holds no sources");
    found
}

/// The layer a file of `src` belongs to.
fn layer(path: &Path) -> String {
    let part = path.components().nth(1).unwrap();
    part.as_os_str()
        .to_str()
        .unwrap()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The text without comments: what is only spoken of is not imported.
fn code(text: &str) -> String {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The top-level modules that a text names through `crate::` or `oats::`.
fn imports(text: &str) -> BTreeSet<String> {
    let word = |rest: &str| {
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    let mut found = BTreeSet::new();
    for prefix in ["crate::", "oats::"] {
        for (at, _) in text.match_indices(prefix) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = &text[at + prefix.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                found.extend(group_members(group).iter().map(|member| word(member)));
            } else {
                found.insert(word(rest));
            }
        }
    }
    found
}

/// The members of a `{a, b::{c}, d}` group, from after its opening brace.
fn group_members(text: &str) -> Vec<String> {
    let (mut depth, mut members, mut member) = (0_u32, Vec::new(), String::new());
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(member.trim().to_owned());
                member.clear();
                continue;
            }
            _ => {}
        }
        member.push(c);
    }
    members.push(member.trim().to_owned());
    members.retain(|member| !member.is_empty());
    members
}

#[test]
fn imports_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let layer = layer(&path);
        if layer == "lib" {
            continue;
        }
        let may = allowed
            .get(layer.as_str())
            .unwrap_or_else(|| panic!("no rule for {layer}"));
        for import in imports(&code(&text)) {
            let known = allowed.contains_key(import.as_str());
            if known && import != layer && !may.contains(&import.as_str()) {
                wrong.push(format!("{} imports {import}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_import_check_sees_every_form() {
    let text =
        "use crate::{core::{self, World}, io::clock};\nuse crate::tui;\nlet a = crate::cli::x();";
    let found: Vec<String> = imports(text).into_iter().collect();
    assert_eq!(found, ["cli", "core", "io", "tui"]);
}

#[test]
fn pure_layers_know_no_clock_file_socket_or_runtime() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        if !PURE.contains(&layer(&path).as_str())
            || path.components().any(|c| c.as_os_str() == "tests")
        {
            continue;
        }
        let code = code(&text);
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap();
        wrong.extend(
            IMPURE_WORDS
                .iter()
                .filter(|word| code.contains(**word))
                .map(|word| format!("{} holds {word}", path.display())),
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn platform_types_stand_only_in_io_platform() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        if path.starts_with("src/io/platform") {
            continue;
        }
        let code = code(&text);
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap();
        wrong.extend(
            PLATFORM_WORDS
                .iter()
                .filter(|word| code.contains(**word))
                .map(|word| format!("{} holds {word}", path.display())),
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_runtime_never_reaps_behind_our_back() {
    for (path, text) in sources("src") {
        assert!(
            !code(&text).contains("tokio::process"),
            "{}",
            path.display()
        );
    }
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let manifest = manifest.unwrap();
    let tokio = manifest
        .lines()
        .find(|line| line.starts_with("tokio ="))
        .unwrap();
    assert!(
        !tokio.contains("\"process\"") && !tokio.contains("\"full\""),
        "{tokio}"
    );
}

#[test]
fn no_file_is_too_long() {
    let mut long: Vec<String> = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines = text.lines().count();
        if lines > LONGEST {
            long.push(format!("{}: {lines} lines", path.display()));
        }
    }
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn unsafe_blocks_are_few_and_in_one_place() {
    let mut count = 0;
    for (path, text) in sources("src") {
        let blocks =
            code(&text).matches("unsafe {").count() + code(&text).matches("unsafe impl").count();
        assert!(
            blocks == 0 || path.starts_with("src/io/platform"),
            "{}",
            path.display()
        );
        count += blocks;
    }
    assert_eq!(count, UNSAFE_BLOCKS);
}

#[test]
fn there_is_no_global_state() {
    for (path, text) in sources("src") {
        for line in code(&text).lines().map(str::trim) {
            let is_static = line.starts_with("static ") || line.starts_with("pub static ");
            let shared = [
                "Mutex",
                "RwLock",
                "Cell",
                "Atomic",
                "Once",
                "Lazy",
                "static mut",
            ];
            let changes = shared.iter().any(|word| line.contains(word));
            assert!(!(is_static && changes), "{}: {line}", path.display());
        }
    }
}

#[test]
fn every_folder_says_what_it_owns() {
    for (path, text) in sources("src") {
        let is_layer = path.ends_with("mod.rs") && path.components().count() == 3;
        if is_layer {
            for word in ["*Owns*", "*Never*", "*Talks to*"] {
                assert!(
                    text.contains(word),
                    "{} does not say {word}",
                    path.display()
                );
            }
        }
    }
}
