use proptest::prelude::*;

use super::*;
use crate::tui::samples;

/// A moment so many seconds after one that begins a column of any width.
fn at(seconds: i64) -> Wall {
    Wall::from_millis(1_767_268_800_000 + seconds * 1000)
}

fn drawn(trend: &Trend, now: i64, columns: usize) -> String {
    trend
        .columns(at(now), columns)
        .map(|seen| match seen {
            Seen::Nothing => ' ',
            Seen::Failed => 'x',
            Seen::Passed(millis) if millis < 10.0 => '_',
            Seen::Passed(_) => '#',
        })
        .collect()
}

#[test]
fn a_failed_probe_is_neither_zero_nor_the_longest() {
    let mut trend = Trend::default();
    trend.probed(at(0), true, Some(1.0));
    trend.probed(at(10), true, Some(400.0));
    trend.probed(at(20), false, Some(2.0));
    trend.probed(at(21), true, Some(500.0));
    assert_eq!(drawn(&trend, 29, 60).trim_start(), "_#x");
    assert_eq!(drawn(&trend, 29, 20).trim_start(), "x");
}

#[test]
fn what_lies_longer_back_than_ten_minutes_is_forgotten_and_gaps_stay_blank() {
    let mut trend = Trend::default();
    trend.probed(at(0), true, Some(1.0));
    trend.probed(at(40), true, Some(1.0));
    assert_eq!(drawn(&trend, 40, 60).trim_start(), "_   _");
    assert_eq!(drawn(&trend, 590, 60).trim_end(), "_   _");
    assert_eq!(drawn(&trend, 600, 60).trim_end(), "   _");
    trend.probed(at(10_000), true, Some(1.0));
    assert_eq!(drawn(&trend, 10_000, 60).trim_start(), "_");
}

#[test]
fn a_probe_is_counted_once_and_never_out_of_order() {
    let mut trend = Trend::default();
    trend.probed(at(30), true, Some(1.0));
    let before = trend.clone();
    trend.probed(at(30), false, None);
    trend.probed(at(20), false, None);
    assert_eq!(trend, before);
}

#[test]
fn the_past_fills_in_what_was_not_seen_and_keeps_what_was() {
    let mut trends = Trends::default();
    let name = samples::name("auth");
    let mut shop = samples::shop();
    shop.written_at = at(60);
    trends.take(&shop);
    let now = index(samples::now());
    let cell = |ago: u32, failed| Past {
        index: now - ago,
        longest_ms: Some(450.0),
        failed,
    };
    trends.fill(&[(
        name.clone(),
        vec![cell(2, false), cell(1, true), cell(99, true)],
    )]);
    let trend = trends.of(&name).unwrap();
    let columns: Vec<Seen> = trend.columns(samples::now(), 60).collect();
    assert!(matches!(columns[57], Seen::Passed(it) if (420.0..480.0).contains(&it)));
    assert_eq!(columns[58], Seen::Failed);
    assert!(matches!(columns[59], Seen::Passed(it) if it < 10.0));
    assert!(columns[..57].iter().all(|seen| *seen == Seen::Nothing));
}

#[test]
fn all_services_together_are_as_bad_as_the_worst_and_count_only_what_is_wanted() {
    let mut trends = Trends::default();
    assert_eq!(trends.availability(), None);
    let mut shop = samples::shop();
    for second in 0..10 {
        shop.written_at = at(second);
        trends.take(&shop);
        // Told again within the second, it counts once.
        trends.take(&shop);
    }
    assert_eq!(trends.availability(), Some(0.8));
    assert_eq!(trends.strip().last(), Some(UpState::Unhealthy));
    shop.written_at = at(120);
    shop.services.remove(&samples::name("payments"));
    trends.take(&shop);
    assert!(trends.of(&samples::name("payments")).is_none());
    let strip: Vec<UpState> = trends.strip().skip(57).collect();
    assert_eq!(
        strip,
        [UpState::Unhealthy, UpState::Unknown, UpState::Healthy]
    );
}

proptest! {
    #[test]
    fn a_latency_comes_back_within_a_twentieth_and_keeps_its_order(
        one in 0.2_f64..600_000.0,
        other in 0.2_f64..600_000.0,
    ) {
        prop_assert!(one <= other || code(Some(one)) >= code(Some(other)));
        match seen(code(Some(one))) {
            Seen::Passed(back) => prop_assert!((back / one - 1.0).abs() < 0.06, "{one} {back}"),
            other @ (Seen::Nothing | Seen::Failed) => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn a_column_only_ever_moves_to_the_left(
        probes in proptest::collection::vec((0_i64..900, any::<bool>(), 0.0_f64..900.0), 1..60),
        columns in prop::sample::select(vec![12_usize, 20, 30, 60]),
    ) {
        let mut probes = probes;
        probes.sort_by_key(|probe| probe.0);
        let mut trend = Trend::default();
        for (second, ok, latency) in probes {
            trend.probed(at(second), ok, Some(latency));
        }
        let step = 600 / i64::try_from(columns).unwrap();
        let before: Vec<Seen> = trend.columns(at(900), columns).collect();
        let after: Vec<Seen> = trend.columns(at(900 + step), columns).collect();
        prop_assert_eq!(before.len(), columns);
        prop_assert_eq!(&before[1..], &after[..columns - 1]);
    }
}
