//! What holds whatever is pressed and whatever happens.

use proptest::prelude::*;

use super::*;
use crate::{
    keymap::COMMANDS,
    model::{Phase, Pid},
    tui::{layout, samples},
};

/// Something that can happen to a console.
#[derive(Debug, Clone)]
enum Step {
    /// A key of a command.
    Bound(usize),
    /// Any other key.
    Letter(char),
    /// A new size.
    Resize(u16, u16),
    /// The services of another project.
    Project(u8),
    /// A service stops, or gets another process.
    Service(usize, Option<u32>),
    /// A service vanishes.
    Gone(usize),
    /// The picture is drawn.
    Drawn,
    /// Time goes on, in seconds.
    Later(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..COMMANDS.len()).prop_map(Step::Bound),
        1 => any::<char>().prop_map(Step::Letter),
        1 => (0..=300u16, 0..=100u16).prop_map(|(x, y)| Step::Resize(x, y)),
        1 => (0..4u8).prop_map(Step::Project),
        2 => (0..50usize, proptest::option::of(1..9u32)).prop_map(|(n, pid)| Step::Service(n, pid)),
        1 => (0..50usize).prop_map(Step::Gone),
        4 => Just(Step::Drawn),
        1 => (0..10u64).prop_map(Step::Later),
    ]
}

fn project(number: u8) -> Snapshot {
    match number {
        0 => samples::empty(),
        1 => samples::shop(),
        2 => samples::states(),
        _ => samples::fifty(),
    }
}

/// Lets one thing happen.
fn happen(bench: &mut Bench, step: &Step) -> Vec<Effect> {
    let nth = |bench: &Bench, n: usize| {
        let names = bench.snapshot.services.keys();
        names
            .cycle()
            .nth(n % bench.snapshot.services.len().max(1))
            .cloned()
    };
    match step {
        Step::Bound(n) => bench.take(typed(bench.keymap.keys(COMMANDS[*n].command)[0])),
        Step::Letter(c) => bench.take(typed(Key::plain(Code::Char(*c)))),
        Step::Resize(columns, rows) => bench.take(Msg::Input(Input::Resize(*columns, *rows))),
        Step::Project(number) => {
            bench.snapshot = project(*number);
            bench.take(Msg::Snapshot)
        }
        Step::Service(n, pid) => match nth(bench, *n) {
            Some(service) => bench.change(service.as_str(), |view| {
                view.pid = pid.map(Pid);
                view.phase = if pid.is_some() {
                    Phase::Running
                } else {
                    Phase::Stopped
                };
            }),
            None => Vec::new(),
        },
        Step::Gone(n) => {
            if let Some(service) = nth(bench, *n) {
                bench.snapshot.services.remove(&service);
            }
            bench.take(Msg::Snapshot)
        }
        Step::Drawn => {
            bench.ui.unseen = false;
            Vec::new()
        }
        Step::Later(seconds) => {
            bench.later(Duration::from_secs(*seconds));
            Vec::new()
        }
    }
}

/// The cursor names a service that exists, at its row, on the screen; or there is none.
fn check_cursor(bench: &Bench) {
    let (ui, services) = (&bench.ui, &bench.snapshot.services);
    assert_eq!(ui.cursor.is_some(), !services.is_empty());
    if let Some(cursor) = &ui.cursor {
        let row = services.keys().position(|it| it == cursor);
        assert_eq!(row, Some(ui.cursor_row));
        let rows = layout::table_rows(ui.size, services.len());
        assert!(ui.table_top <= ui.cursor_row);
        assert!(rows == 0 || ui.cursor_row < ui.table_top + rows);
    }
    assert!(ui.watched.iter().all(|it| services.contains_key(it)));
    assert!(ui.logs.keys().all(|it| ui.watched.contains(it)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_panics_and_every_promise_is_kept(
        first in 0..4u8,
        size in (0..=300u16, 0..=100u16),
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut bench = Bench::new(project(first), size);
        check_cursor(&bench);
        for step in &steps {
            let asked = bench.question().cloned();
            let refused: Vec<Action> = match bench.ui.cursor.as_ref() {
                Some(cursor) => {
                    let actions = &bench.snapshot.services[cursor].actions;
                    let all = COMMANDS.iter().filter_map(|row| row.action);
                    all.filter(|action| !actions.get(*action).allowed).collect()
                }
                None => Vec::new(),
            };
            let before = bench.ui.clone();
            let effects = happen(&mut bench, step);
            check_cursor(&bench);
            // A dialog's target never changes: it stays, goes, or gives way to the way out.
            if let (Some(asked), Some(now)) = (&asked, bench.question()) {
                let way_out = matches!(now, QuestionKind::Quit { .. });
                prop_assert!(asked == now || way_out);
            }
            // What was typed before a question was drawn does nothing.
            let key = matches!(step, Step::Bound(_) | Step::Letter(_));
            if before.unseen && before.leave.is_none() && key {
                let message = bench.ui.message.clone();
                prop_assert_eq!(&bench.ui, &UiState { message, ..before.clone() });
                prop_assert_eq!(sent(&effects), vec![]);
            }
            // A disabled action is only asked for so that it is refused; nothing else changes.
            for wish in sent(&effects) {
                let Wish::Ask(ask) = wish else { continue };
                if asked.is_none() && refused.contains(&ask.action) {
                    let told = bench.ui.told.last().unwrap();
                    prop_assert_eq!((&told.service, told.action), (&ask.service, ask.action));
                    prop_assert_eq!(bench.said(), told.text.as_str());
                    prop_assert_eq!(&bench.ui.overlay, &before.overlay);
                    prop_assert_eq!(&bench.ui.cursor, &before.cursor);
                    prop_assert_eq!(&bench.ui.chosen, &before.chosen);
                    prop_assert_eq!(bench.ui.leave, None);
                }
                // Kill is never sent without its question, but to be refused.
                if ask.action == Action::Kill && !refused.contains(&Action::Kill) {
                    let killed = matches!(
                        &asked,
                        Some(QuestionKind::Kill { service, .. }) if *service == ask.service
                    );
                    prop_assert!(killed, "{:?}", asked);
                }
            }
        }
    }
}
