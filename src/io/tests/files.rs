use super::*;
use crate::io::platform::fsx::plant;

#[test]
fn a_file_is_replaced_and_private_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("status.json");
    replace(&path, b"old").unwrap();
    replace(&path, b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(plant::mode(&path), 0o600);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn what_a_crash_left_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("status.json");
    let leftover = dir.path().join("status.json.tmp");
    File::create(&leftover).unwrap().write_all(b"half").unwrap();
    replace(&path, b"whole").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"whole");
    assert!(!leftover.exists());
}

#[test]
fn a_planted_link_is_never_written_through() {
    let dir = tempfile::tempdir().unwrap();
    let victim = dir.path().join("victim");
    File::create(&victim).unwrap().write_all(b"mine").unwrap();
    let path = dir.path().join("status.json");
    plant::link(&victim, &dir.path().join("status.json.tmp"));
    plant::link(&victim, &path);
    replace(&path, b"new").unwrap();
    assert_eq!(fs::read(&victim).unwrap(), b"mine");
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert!(path.symlink_metadata().unwrap().is_file());
}

#[test]
fn when_it_cannot_be_replaced_the_old_one_stays_and_no_rest_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("status.json");
    fs::create_dir(&folder).unwrap();
    let error = replace(&folder, b"new").unwrap_err();
    assert!(matches!(error, FileError::Rename { .. }));
    assert!(folder.is_dir());
    assert!(!dir.path().join("status.json.tmp").exists());
    let missing = dir.path().join("no/such/status.json");
    assert!(matches!(
        replace(&missing, b"new").unwrap_err(),
        FileError::Write { .. }
    ));
}

#[test]
fn a_reader_sees_the_old_or_the_new_bytes_but_never_half() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("status.json");
    let versions = [vec![b'a'; 100_000], vec![b'b'; 200_000]];
    replace(&path, &versions[0]).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..200 {
                replace(&path, &versions[round % 2]).unwrap();
            }
        });
        while !writer.is_finished() {
            assert!(versions.contains(&fs::read(&path).unwrap()));
        }
    });
}

#[test]
fn the_folders_of_a_root_are_made_once_and_kept_out_of_version_control() {
    let dir = tempfile::tempdir().unwrap();
    let root = Root::new(dir.path());
    prepare(&root).unwrap();
    prepare(&root).unwrap();
    for folder in [
        "data",
        "data/runs",
        "data/run",
        "data/logtimes",
        "service_logs",
    ] {
        assert_eq!(plant::mode(&dir.path().join(folder)), 0o700, "{folder}");
    }
    for folder in [&root.data_dir, &root.log_dir] {
        assert_eq!(fs::read(folder.join(".gitignore")).unwrap(), GITIGNORE);
    }
}

#[test]
fn a_gitignore_that_is_there_stays_and_the_root_itself_gets_none() {
    let dir = tempfile::tempdir().unwrap();
    let mut root = Root::new(dir.path());
    root.log_dir = dir.path().to_owned();
    fs::create_dir(&root.data_dir).unwrap();
    let kept = root.data_dir.join(".gitignore");
    File::create(&kept).unwrap().write_all(b"mine\n").unwrap();
    prepare(&root).unwrap();
    assert_eq!(fs::read(kept).unwrap(), b"mine\n");
    assert!(!dir.path().join(".gitignore").exists());
}

#[test]
fn a_root_has_one_owner_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("oats.lock");
    let first = Lock::acquire(&path).unwrap();
    assert!(matches!(Lock::acquire(&path), Err(LockError::Held)));
    drop(first);
    // A child that another test is just spawning may hold the descriptor until its exec.
    let tries = std::iter::repeat_with(|| {
        std::thread::park_timeout(std::time::Duration::from_millis(5));
        Lock::acquire(&path)
    });
    assert!(tries.take(1000).any(|lock| lock.is_ok()));
    plant::link(&path, &dir.path().join("link"));
    assert!(matches!(
        Lock::acquire(&dir.path().join("link")),
        Err(LockError::Open { .. })
    ));
}
