use std::{fs::File, io::Write};

use super::*;
use crate::{io::platform::fsx::plant, model::log::LogPositions};

fn record(name: &str) -> RunRecord {
    RunRecord::plain(name.parse().unwrap(), LogPositions::default())
}

fn root() -> (tempfile::TempDir, Root) {
    let dir = tempfile::tempdir().unwrap();
    let root = Root::new(dir.path());
    files::prepare(&root).unwrap();
    (dir, root)
}

#[test]
fn records_come_back_in_name_order() {
    let (_dir, root) = root();
    let (mut a, b) = (record("a"), record("b"));
    write(&root, &b).unwrap();
    write(&root, &a).unwrap();
    a.restarts.manual = 3;
    write(&root, &a).unwrap();
    assert_eq!(read_all(&root), (vec![a, b], Vec::new()));
}

#[test]
fn a_root_without_records_has_no_problem() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(read_all(&Root::new(dir.path())), (Vec::new(), Vec::new()));
}

#[test]
fn bad_records_are_told_and_left_and_do_not_hide_the_good_ones() {
    let (_dir, root) = root();
    let runs = root.data_dir.join("runs");
    let plant = |name: &str, text: &[u8]| {
        File::create(runs.join(name))
            .unwrap()
            .write_all(text)
            .unwrap();
    };
    let good = record("good");
    write(&root, &good).unwrap();
    let whole = serde_json::to_vec(&good).unwrap();
    plant("cut.json", &whole[..whole.len() / 2]);
    plant("empty.json", b"");
    plant("other.json", &whole);
    let mut newer = record("newer");
    newer.schema = 2;
    plant("newer.json", &serde_json::to_vec(&newer).unwrap());
    plant("good.json.tmp", b"left by a crash");
    plant::pipe(&runs.join("pipe.json"));
    std::fs::create_dir(runs.join("dir.json")).unwrap();

    let (records, problems) = read_all(&root);
    assert_eq!(records, [good]);
    let files: Vec<_> = problems.iter().map(|p| p.file.as_str()).collect();
    assert_eq!(
        files,
        ["cut", "dir", "empty", "newer", "other", "pipe"]
            .map(|name| format!("data/runs/{name}.json"))
    );
    let told = |name: &str| {
        let file = format!("data/runs/{name}.json");
        let problem = problems.iter().find(|problem| problem.file == file);
        problem.unwrap().clone()
    };
    assert!(told("cut").column > 1);
    assert!(told("newer").message.contains("schema 2"));
    assert!(told("other").message.contains("another service: good"));
    for problem in &problems {
        assert!(root.dir.join(&problem.file).exists());
    }
}
