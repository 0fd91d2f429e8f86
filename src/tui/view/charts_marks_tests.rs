use proptest::prelude::*;

use super::*;
use crate::{
    model::{Actor, Wall},
    tui::samples,
};

fn event(seq: u64, at: i64, kind: EventKind, action: Option<Action>) -> Event {
    let mut event = samples::events().remove(0);
    event.seq = Seq(seq);
    event.at = Wall::from_millis(at);
    event.kind = kind;
    event.action = action;
    event.service = Some(samples::name("auth"));
    event.actor = action.map(|_| Actor::HUMAN);
    event
}

fn story(marks: &[Mark]) -> String {
    marks.iter().map(|mark| mark.act.letter()).collect()
}

fn mark(at: i64) -> Mark {
    Mark {
        at,
        act: Act::Died,
        by: By(None),
        failed: true,
    }
}

#[test]
fn a_sequence_of_actions_reads_as_one_story() {
    let mut events = VecDeque::new();
    let mut seq = 0;
    let actions = [
        Action::Start,
        Action::Stop,
        Action::Start,
        Action::Kill,
        Action::Start,
    ];
    for (action, at) in actions.into_iter().zip((0..).step_by(100)) {
        seq += 2;
        events.push_back(Arc::new(event(seq, at, EventKind::Ask, Some(action))));
        let mut result = event(seq + 1, at + 50, EventKind::Result, Some(action));
        result.cause = Some(Seq(seq));
        result.result = Some(Outcome::Done);
        events.push_back(Arc::new(result));
    }
    events.push_back(Arc::new(event(90, 900, EventKind::Exit, None)));
    let name = samples::name("auth");
    let marks: Vec<Mark> = of(&events, &name).collect();
    assert_eq!(story(&marks), "STSKS!");
    assert_eq!(marks[1].at, 100, "it stands where it was asked for");
    assert_eq!(
        legend(&marks),
        "S start 3, T stop 1, K kill 1, ! died 1; by y you 5"
    );
    // Closer together than a column, they stand side by side in their order.
    let placed = place(&marks, (0, 3_600_000), 60);
    let columns: Vec<usize> = placed.iter().map(|(column, _)| *column).collect();
    assert_eq!(columns, [0, 1, 2, 3, 4, 5]);
    assert_eq!(by_actor(&events, -1), "you 5");
}

#[test]
fn a_result_without_its_ask_stands_where_the_ask_was() {
    let mut result = event(3, 5000, EventKind::Result, Some(Action::Recover));
    result.duration_ms = Some(2000);
    result.result = Some(Outcome::Failed);
    let events = VecDeque::from([Arc::new(result)]);
    let name = samples::name("auth");
    let marks: Vec<Mark> = of(&events, &name).collect();
    assert_eq!((marks[0].at, marks[0].failed), (3000, true));
    assert_eq!(of(&events, &samples::name("other")).count(), 0);
}

proptest! {
    #[test]
    fn marks_keep_their_order_and_stay_on_the_axis(
        mut times in proptest::collection::vec(0_i64..3_600_000, 0..200),
        columns in 1_usize..150,
    ) {
        times.sort_unstable();
        let marks: Vec<Mark> = times.into_iter().map(mark).collect();
        let placed = place(&marks, (0, 3_600_000), columns);
        prop_assert_eq!(placed.len(), marks.len().min(columns));
        prop_assert!(placed.iter().all(|(column, _)| *column < columns));
        for pair in placed.windows(2) {
            prop_assert!(pair[0].0 < pair[1].0 && pair[0].1.at <= pair[1].1.at);
        }
    }
}
