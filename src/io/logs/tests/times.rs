use super::*;

fn place() -> (tempfile::TempDir, Root, ServiceName) {
    let dir = tempfile::tempdir().unwrap();
    let root = Root::new(dir.path());
    files::prepare(&root).unwrap();
    (dir, root, "web".parse().unwrap())
}

fn growth(name: &ServiceName, stdout: u64, stderr: u64) -> Growth {
    Growth {
        service: name.clone(),
        positions: LogPositions { stdout, stderr },
        is_start: false,
    }
}

fn write(path: &Path, bytes: &[u8]) {
    File::create(path).unwrap().write_all(bytes).unwrap();
}

fn at(second: i64) -> Wall {
    Wall::from_millis(second * 1000)
}

#[test]
fn a_byte_was_written_by_the_first_look_that_saw_it() {
    let (_dir, root, name) = place();
    for (second, stdout, stderr) in [(1, 100, 0), (2, 200, 0), (5, 200, 50)] {
        append(&root, at(second), &[growth(&name, stdout, stderr)]).unwrap();
    }
    let times = Times::read(&root, &name).unwrap();
    let of = |pos| times.of(Stream::Stdout, pos);
    assert_eq!(
        [99, 100, 199, 200].map(of),
        [None, Some(at(2)), Some(at(2)), None]
    );
    assert_eq!(times.of(Stream::Stderr, 0), Some(at(5)));
    assert_eq!(times.position_at(Stream::Stdout, at(0)), None);
    assert_eq!(times.position_at(Stream::Stdout, at(4)), Some(200));
    assert_eq!(times.position_at(Stream::Stderr, at(9)), Some(50));
}

#[test]
fn a_file_that_is_gone_torn_or_strange_is_no_obstacle() {
    let (_dir, root, name) = place();
    let path = root.log_times_file(&name);
    assert_eq!(Times::read(&root, &name).unwrap(), Times::default());
    append(&root, at(1), &[growth(&name, 1, 0)]).unwrap();
    let whole = std::fs::read(&path).unwrap();
    write(&path, &[&whole[..], b"half a record"].concat());
    append(&root, at(2), &[growth(&name, 2, 0)]).unwrap();
    assert_eq!(Times::read(&root, &name).unwrap().marks().len(), 2);
    std::fs::remove_file(&path).unwrap();
    append(&root, at(3), &[growth(&name, 3, 0)]).unwrap();
    assert_eq!(Times::read(&root, &name).unwrap().marks().len(), 1);
    write(&path, b"something else, and long enough for it");
    assert_eq!(Times::read(&root, &name).unwrap(), Times::default());
    append(&root, at(4), &[growth(&name, 4, 0)]).unwrap();
    assert_eq!(Times::read(&root, &name).unwrap().marks().len(), 1);
}

#[test]
fn positions_that_go_back_begin_the_notes_anew() {
    let (_dir, root, name) = place();
    append(&root, at(1), &[growth(&name, 100, 0)]).unwrap();
    let start = Growth {
        is_start: true,
        ..growth(&name, 50, 0)
    };
    append(&root, at(2), &[start]).unwrap();
    append(&root, at(2), &[growth(&name, 100, 0)]).unwrap();
    assert_eq!(Times::read(&root, &name).unwrap().marks().len(), 1);
    append(&root, at(3), &[growth(&name, 10, 0)]).unwrap();
    let times = Times::read(&root, &name).unwrap();
    assert_eq!(times.marks()[0].at, at(3));
    assert_eq!(times.marks().len(), 1);
}

#[test]
fn the_notes_are_bounded() {
    let (_dir, root, name) = place();
    let marks: Vec<Mark> = (0..i64::try_from(MOST).unwrap())
        .map(|second| Mark {
            at: at(second),
            positions: LogPositions {
                stdout: u64::try_from(second).unwrap() + 1,
                stderr: 0,
            },
        })
        .collect();
    anew(&root.log_times_file(&name), &marks).unwrap();
    append(&root, at(50_000), &[growth(&name, MOST + 1, 0)]).unwrap();
    let times = Times::read(&root, &name).unwrap();
    assert_eq!(times.marks().len(), STAY);
    assert_eq!(times.marks().last().unwrap().at, at(50_000));
}
