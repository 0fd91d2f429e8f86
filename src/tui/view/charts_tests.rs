use proptest::prelude::*;

use super::*;

fn points(states: &str) -> Vec<Point> {
    let state = |letter| match letter {
        'h' => UpState::Healthy,
        's' => UpState::Unhealthy,
        'd' => UpState::Down,
        '?' => UpState::Unknown,
        _ => UpState::Unwanted,
    };
    let point = |letter| Point {
        state: state(letter),
        ..Point::default()
    };
    states.chars().map(point).collect()
}

#[test]
fn scales_end_at_a_round_number() {
    let table = [
        (0.2, 1.0),
        (1.0, 1.0),
        (1.1, 2.0),
        (3.0, 5.0),
        (480.0, 500.0),
        (501.0, 1000.0),
    ];
    for (value, full) in table {
        assert!(
            (nice(value) - full).abs() < 1e-9,
            "{value}: {}",
            nice(value)
        );
    }
}

#[test]
fn bars_fill_their_rows_from_below() {
    assert_eq!(part(0.5, 0, 4), Some(1.0));
    assert_eq!(part(0.5, 1, 4), Some(1.0));
    assert_eq!(part(0.5, 2, 4), None);
    assert_eq!(part(0.125, 0, 4), Some(0.5));
    assert_eq!(part(0.0, 0, 4), None);
    assert_eq!(
        (
            row_of(0.5, 4),
            row_of(0.51, 4),
            row_of(9.0, 4),
            row_of(0.0, 4)
        ),
        (1, 2, 3, 0)
    );
    assert_eq!(
        (above(0.0, 4), above(0.5, 4), above(1.0, 4), above(1.0, 1)),
        (0, 2, 3, 0)
    );
}

#[test]
fn an_outage_is_a_stretch_and_an_asked_start_is_none() {
    assert_eq!(outages(&points("  ddhhsshhddsh")), [2, 3]);
    assert_eq!(outages(&points("hhd?dh")), [1]);
    assert!(outages(&points("  dddhh")).is_empty());
    assert!(outages(&[]).is_empty());
}

#[test]
fn times_stand_at_their_columns() {
    let label = |seconds: u64| {
        format!("-{:02}m ", seconds / 60)
            .chars()
            .take(5)
            .collect::<String>()
    };
    let row = times(80, 3600, label);
    assert_eq!(row.len(), 80);
    assert_eq!(row.find("-60m"), Some(0));
    assert_eq!(row.find("-30m"), Some(38));
    assert_eq!(row.find("-00m"), Some(75));
    assert_eq!(times(12, 3600, label).len(), 12);
    assert!(times(3, 3600, label).is_empty());
}

proptest! {
    #[test]
    fn every_point_is_in_exactly_one_cell(many in 0_usize..400, columns in 1_usize..300) {
        let all = vec![Point::default(); many];
        let lengths: Vec<usize> = cells(&all, columns).map(<[Point]>::len).collect();
        prop_assert_eq!(lengths.iter().sum::<usize>(), many);
        prop_assert!(lengths.len() <= columns);
        let (least, most) = (lengths.iter().min(), lengths.iter().max());
        prop_assert!(most.unwrap() - least.unwrap() <= 1);
    }

    #[test]
    fn a_bar_is_as_high_as_its_share(share in 0.0_f64..1.0, height in 1_usize..10) {
        let sum: f64 = (0..height).filter_map(|row| part(share, row, height)).sum();
        prop_assert!((sum - share * rows(height)).abs() < 1e-9);
    }
}
