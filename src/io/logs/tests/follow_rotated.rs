//! Followed through rotations, and through what others do to a log.

use super::*;

/// Rotates a log of which somebody writes until he has ended; returns how often.
fn rotate_until(root: &Root, name: &ServiceName, is_over: impl Fn() -> bool) -> u32 {
    let log = root.log_file(name, Stream::Stdout).unwrap();
    let spec = LogSpec {
        max_bytes: 256 << 10,
        keep: 1000,
    };
    let (mut head, mut count) = (LogHead::default(), 0);
    while !is_over() {
        let rotation = Rotation {
            log: &log,
            spec: &spec,
            writers: Writers::Some,
            stop: &AtomicBool::new(false),
            way: None,
        };
        let mut note = |head| {
            let mut record = RunRecord::plain(name.clone(), LogPositions::default());
            record.set_log_head(Stream::Stdout, head);
            records::write(root, &record).map_err(io::Error::other)
        };
        count += u32::from(rotation.run(&mut head, &mut note).unwrap());
        thread::yield_now();
    }
    count
}

#[test]
fn whoever_follows_sees_each_line_once_through_rotations_at_full_speed() {
    let mut place = Place::new();
    files::prepare(&place.root).unwrap();
    let name: ServiceName = "web".parse().unwrap();
    place.write("web", Stream::Stdout, "");
    let mut file = place.open("web", Stream::Stdout);
    let total = 300_000_usize;
    let writer = thread::spawn(move || {
        for number in 0..total {
            file.write_all(format!("line {number}\n").as_bytes())
                .unwrap();
        }
    });
    let (root, rotated) = (place.root.clone(), name.clone());
    let rotator = thread::spawn(move || rotate_until(&root, &rotated, || writer.is_finished()));
    run(async {
        place.follower.go_on(name, [0, 0]);
        place.until(&format!("line {}", total - 1)).await;
    });
    assert!(rotator.join().unwrap() > 3);
    let expected: Vec<String> = (0..total).map(|n| format!("line {n}")).collect();
    assert!(place.texts() == expected);
    let mut pos = 0;
    for line in &place.seen {
        assert_eq!(line.pos, Some(pos), "{}", line.text);
        pos += line.text.len() as u64 + 1;
    }
}

#[test]
fn whoever_looks_sees_no_line_twice_through_rotations_and_positions_that_rise() {
    let mut place = Place::new();
    files::prepare(&place.root).unwrap();
    let name: ServiceName = "web".parse().unwrap();
    place.write("web", Stream::Stdout, "");
    place.watch(&["web"]);
    let mut file = place.open("web", Stream::Stdout);
    let total = 20_000_usize;
    let writer = thread::spawn(move || {
        for number in 0..total {
            let line = format!("line {number} {}\n", "x".repeat(100));
            file.write_all(line.as_bytes()).unwrap();
            if number % 100 == 0 {
                // Slow enough for somebody who looks.
                file.sync_data().unwrap();
            }
        }
        file.write_all(b"the end\n").unwrap();
    });
    let root = place.root.clone();
    let rotator = thread::spawn(move || rotate_until(&root, &name, || writer.is_finished()));
    run(place.until("the end"));
    assert!(rotator.join().unwrap() > 1);
    let seen: Vec<_> = place
        .seen
        .iter()
        .filter(|line| line.stream == Stream::Stdout)
        .collect();
    assert!(seen.is_sorted_by(|a, b| a.pos < b.pos));
    let numbers = seen
        .iter()
        .filter_map(|line| line.text.split(' ').nth(1)?.parse::<usize>().ok());
    let numbers: Vec<usize> = numbers.collect();
    assert!(numbers.is_sorted_by(|a, b| a < b));
    let is_skipped = place.seen.iter().any(|line| line.text.contains("skipped"));
    assert!(is_skipped || numbers.len() == total, "{}", numbers.len());
}

#[test]
fn a_log_that_somebody_else_cuts_is_read_on_and_its_lines_have_no_position_until_it_is_known() {
    run(async {
        let mut place = Place::new();
        files::prepare(&place.root).unwrap();
        let name: ServiceName = "web".parse().unwrap();
        place.write("web", Stream::Stdout, "before, and long\n");
        place.watch(&["web"]);
        place.until("before, and long").await;
        let file = place.open("web", Stream::Stdout);
        file.set_len(0).unwrap();
        place.write("web", Stream::Stdout, "cut\n");
        place.until("cut").await;
        let mut record = RunRecord::plain(name, LogPositions::default());
        let mut head = LogHead {
            base: 17,
            ..LogHead::default()
        };
        head.more.lost = 17;
        record.set_log_head(Stream::Stdout, head);
        records::write(&place.root, &record).unwrap();
        place.write("web", Stream::Stdout, "known\n");
        place.until("known").await;
        let pos: Vec<_> = place.seen.iter().map(|line| line.pos).collect();
        assert_eq!(pos, [Some(0), None, Some(21)]);
    });
}

#[test]
fn the_last_lines_of_both_streams_lie_in_time_as_they_were_noted() {
    run(async {
        let mut place = Place::new();
        files::prepare(&place.root).unwrap();
        let service: ServiceName = "web".parse().unwrap();
        place.write("web", Stream::Stdout, "a\nc\ne\n");
        place.write("web", Stream::Stderr, "b\nd\n");
        for (second, stdout, stderr) in [(0, 0, 0), (1, 2, 0), (2, 2, 2), (3, 4, 2), (4, 4, 4)] {
            let growth = Growth {
                service: service.clone(),
                positions: LogPositions { stdout, stderr },
                is_start: false,
            };
            append(&place.root, Wall::from_millis(second * 1000), &[growth]).unwrap();
        }
        place.watch(&["web"]);
        place.until("e").await;
        assert_eq!(place.texts(), ["a", "b", "c", "d", "e"]);
        let times: Vec<_> = place.seen.iter().map(|line| line.at).collect();
        let at = |second: i64| Some(Wall::from_millis(second * 1000));
        assert_eq!(times, [at(1), at(2), at(3), at(4), None]);
    });
}
