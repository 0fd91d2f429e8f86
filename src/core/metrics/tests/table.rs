//! Histories, and what they come to.

use super::*;
use crate::model::{metrics::UpState, run::Restarts};

/// Healthy and wanted seconds of the last ten minutes.
fn shares(story: &Story, at: f64) -> (f64, f64, f64) {
    let share = story.report(at).availability.ten_minutes;
    (share.healthy_s, share.wanted_s, share.unknown_s)
}

#[test]
fn availability_is_healthy_time_of_wanted_time() {
    let up = || Story::new().up(10.0);
    let died = || up().exit(31.0, false, false);
    let stopped = || up().ask(31.0, Action::Stop).exit(32.0, true, false);
    let table = [
        ("no line tells of it", Story::new(), 50.0, (0.0, 0.0, 0.0)),
        ("it comes up", up(), 31.0, (20.0, 21.0, 579.0)),
        ("it died", died(), 51.0, (20.0, 41.0, 559.0)),
        ("it was stopped", stopped(), 51.0, (20.0, 21.0, 559.0)),
        (
            "it was sick",
            up().health(31.0, "unhealthy").health(41.0, "healthy"),
            51.0,
            (30.0, 41.0, 559.0),
        ),
        (
            "a task has completed",
            up().exit(31.0, false, true),
            51.0,
            (20.0, 21.0, 559.0),
        ),
        (
            "nobody watched in between",
            up().owner(21.0, "left").owner(31.0, "came"),
            51.0,
            (10.0, 11.0, 589.0),
        ),
        (
            "it was found running",
            up().owner(21.0, "left")
                .owner(31.0, "came")
                .line(31.0, EventKind::Adoption, |_| {})
                .health(33.0, "healthy"),
            51.0,
            (28.0, 29.0, 571.0),
        ),
        (
            "it was dead, and the next owner still wants it",
            died().owner(41.0, "left").owner(61.0, "came"),
            71.0,
            (20.0, 41.0, 559.0),
        ),
        ("a window is full", up(), 1000.0, (600.0, 600.0, 0.0)),
    ];
    for (what, story, at, expected) in table {
        let (healthy, wanted, unknown) = shares(&story, at);
        assert!(near(healthy, expected.0), "{what}: healthy {healthy}");
        assert!(near(wanted, expected.1), "{what}: wanted {wanted}");
        // What lies before it was first wanted is not known either.
        assert!(near(unknown, expected.2), "{what}: unknown {unknown}");
    }
    assert_eq!(Story::new().report(5.0).availability.day.ratio, None);
    let ratio = died().report(51.0).availability.hour.ratio.unwrap();
    assert!(near(ratio, 20.0 / 41.0));
}

#[test]
fn a_killed_owner_watched_until_its_last_sign_of_life() {
    let mut story = Story::new().up(10.0);
    story.metrics.alive_at(moment(21.0).wall);
    let story = story
        .owner(31.0, "came")
        .line(31.0, EventKind::Adoption, |_| {})
        .health(31.0, "healthy");
    assert_eq!(shares(&story, 41.0), (20.0, 21.0, 579.0));
    // Without one, its last line is all that is known.
    let story = Story::new().up(10.0).owner(31.0, "came");
    assert_eq!(shares(&story, 41.0), (0.0, 1.0, 599.0));
}

#[test]
fn after_a_boot_nothing_is_wanted_and_the_wall_clock_tells_how_long_it_took() {
    let mut story = Story::new().up(10.0).owner(21.0, "left");
    story.boot = 1;
    let now = Moment {
        mono: Mono(Duration::from_secs(5)),
        wall: moment(60.0).wall,
    };
    let story = story.line(60.0, EventKind::Owner, |line| {
        line.service = None;
        line.mono_ms = 5000;
        line.reason = Some("came".to_owned());
    });
    let later = Moment {
        mono: Mono(now.mono.0 + Duration::from_secs(10)),
        wall: moment(70.0).wall,
    };
    let share = story
        .metrics
        .report(&name(), later)
        .availability
        .ten_minutes;
    assert!(near(share.healthy_s, 10.0) && near(share.wanted_s, 11.0));
    let strip = story.metrics.strip(&name(), later, 10_000, 7);
    let (off, out, up, down) = (
        UpState::Unwanted,
        UpState::Unknown,
        UpState::Healthy,
        UpState::Down,
    );
    assert_eq!(strip, [out, down, up, out, out, out, off]);
}

#[test]
fn a_wall_clock_that_is_set_disturbs_nothing() {
    let story = Story::new().up(10.0);
    let story = story.line(31.0, EventKind::Exit, |line| {
        line.at = Wall::from_millis(0);
        line.data = json!({ "asked": false });
    });
    assert_eq!(shares(&story, 51.0), (20.0, 41.0, 559.0));
}

#[test]
fn repairs_and_failures_have_their_means() {
    // Dead for 4 s, restarted and dead again, healthy 6 s after the first death; later sick for 2 s.
    let story = Story::new()
        .up(10.0)
        .exit(31.0, false, false)
        .starts(33.0, Actor::POLICY, Action::Start)
        .exit(34.0, false, false)
        .starts(35.0, Actor::POLICY, Action::Start)
        .health(37.0, "healthy")
        .health(67.0, "unhealthy")
        .health(69.0, "healthy");
    let report = story.report(89.0);
    assert_eq!((report.failures, report.repairs), (2, 2));
    assert!(near(report.mttr_s.unwrap(), f64::midpoint(6.0, 2.0)));
    assert!(near(report.mtbf_s.unwrap(), (20.0 + 30.0 + 20.0) / 2.0));
    assert_eq!(report.last_failure.unwrap().reason, "health");
    // Stopped before it was well again: a failure, and no repair.
    let story = story
        .exit(89.0, false, false)
        .ask(99.0, Action::Stop)
        .up(200.0);
    let report = story.report(300.0);
    assert_eq!((report.failures, report.repairs), (3, 2));
    // Nobody has failed, nothing was repaired.
    let report = Story::new().up(10.0).report(100.0);
    assert_eq!((report.mttr_s, report.mtbf_s), (None, None));
    assert_eq!(report.last_failure, None);
}

#[test]
fn of_a_service_that_is_sick_and_then_dies_the_death_is_told() {
    let story = Story::new()
        .up(10.0)
        .health(20.0, "unhealthy")
        .exit(21.0, false, false)
        .starts(22.0, Actor::POLICY, Action::Start)
        .health(23.0, "unhealthy");
    let report = story.report(30.0);
    assert_eq!(report.failures, 1);
    assert_eq!(report.last_failure.unwrap().reason, "exit");
}

#[test]
fn time_in_which_nobody_watched_lengthens_no_repair() {
    let story = Story::new()
        .up(10.0)
        .exit(21.0, false, false)
        .owner(24.0, "left")
        .owner(1000.0, "came")
        .ask(1001.0, Action::Start)
        .starts(1001.0, Actor::HUMAN, Action::Start)
        .health(1003.0, "healthy");
    assert!(near(story.report(1010.0).mttr_s.unwrap(), 3.0 + 3.0));
}

#[test]
fn an_asked_end_is_no_failure_and_one_while_nobody_wants_it_neither() {
    let story = Story::new()
        .up(10.0)
        .ask(20.0, Action::Restart)
        .exit(21.0, true, false)
        .starts(21.0, Actor::HUMAN, Action::Restart)
        .health(22.0, "healthy")
        .ask(30.0, Action::Kill)
        .exit(31.0, false, false);
    assert_eq!(story.report(60.0).failures, 0);
}

#[test]
fn restarts_are_told_apart_by_who_has_caused_them_and_grow_old() {
    let felix = Actor {
        kind: crate::model::ActorKind::Felix,
        name: None,
    };
    let story = Story::new()
        .up(10.0)
        .starts(20.0, Actor::HUMAN, Action::Restart)
        .starts(30.0, Actor::POLICY, Action::Start)
        .starts(40.0, Actor::POLICY, Action::Start)
        .starts(50.0, felix, Action::Restart);
    let expected = Restarts {
        manual: 1,
        policy: 2,
        arena: 1,
    };
    assert_eq!(story.report(60.0).restarts_24h, expected);
    let tomorrow = story.report(24.0 * 3600.0 + 45.0).restarts_24h;
    assert_eq!((tomorrow.total(), tomorrow.arena), (1, 1));
}

#[test]
fn actions_have_their_durations_by_nearest_rank() {
    let mut story = Story::new();
    for took in 1..=20 {
        story = story.result(1.0, Action::Start, Outcome::Done, took * 10);
    }
    let story = story
        .result(2.0, Action::Start, Outcome::Failed, 9999)
        .result(2.0, Action::Stop, Outcome::Superseded, 1);
    let report = story.report(3.0);
    let start = report.actions[&Action::Start];
    assert_eq!((start.done, start.not_done), (20, 1));
    assert_eq!(
        (start.p50_ms, start.p95_ms, start.max_ms),
        (Some(100), Some(190), Some(200))
    );
    let stop = report.actions[&Action::Stop];
    assert_eq!((stop.done, stop.not_done, stop.max_ms), (0, 1, None));
}

#[test]
fn services_that_are_wanted_together_are_wanted_although_one_was_refused() {
    let story = Story::new().line(10.0, EventKind::Ask, |line| {
        line.service = None;
        line.action = Some(Action::Start);
        line.data = json!({ "services": ["orders", "auth"] });
    });
    assert_eq!(shares(&story, 30.0), (0.0, 20.0, 580.0));
}

#[test]
fn a_strip_shows_the_worst_of_each_step() {
    let story = Story::new()
        .up(10.0)
        .health(25.5, "unhealthy")
        .health(25.6, "healthy")
        .ask(40.0, Action::Stop)
        .exit(40.1, true, false);
    let strip = story.metrics.strip(&name(), moment(60.0), 10_000, 7);
    let (off, out, up) = (UpState::Unwanted, UpState::Unknown, UpState::Healthy);
    let (sick, down) = (UpState::Unhealthy, UpState::Down);
    assert_eq!(strip, [out, out, down, sick, up, off, off]);
    let other: ServiceName = "nobody".parse().unwrap();
    assert_eq!(
        story.metrics.strip(&other, moment(60.0), 10_000, 2),
        [out, out]
    );
}

#[test]
fn memory_stays_bounded_however_much_happens() {
    let mut story = Story::new().up(1.0);
    story.lines.clear();
    for at in 0..20_000_u32 {
        let to = if at % 2 == 0 { "unhealthy" } else { "healthy" };
        story = story.health(f64::from(at) + 10.0, to);
        story.lines.clear();
    }
    let report = story.report(20_010.0);
    assert_eq!(report.failures, 4096);
    let hour = report.availability.hour;
    assert!(near(hour.ratio.unwrap(), 0.5) && near(hour.wanted_s, 3600.0));
    // A memory that is full is shorter, and says so.
    assert!(report.availability.day.unknown_s > 80_000.0);
}
