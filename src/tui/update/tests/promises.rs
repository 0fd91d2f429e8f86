//! What holds whatever is pressed and whatever happens.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::{
    keymap::COMMANDS,
    model::{Phase, Pid},
    tui::{
        layout,
        own::OwnLog,
        rows::{self, Row},
        samples,
        state::{Density, View},
        theme::Theme,
        view,
    },
};

/// Something that can happen to a console.
#[derive(Debug, Clone)]
enum Step {
    /// A key of a command.
    Bound(usize),
    /// A key of a command about several services.
    Marking(usize),
    /// Any other key.
    Letter(char),
    /// Text is pasted.
    Paste(String),
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

/// Commands that mark, act on what is marked, and answer: pressed more often than others.
const MARKING: [Command; 9] = [
    Command::MarkToggle,
    Command::MarkAll,
    Command::ServiceStop,
    Command::ServiceKill,
    Command::ServicesStart,
    Command::ServiceRestart,
    Command::ActionsOpen,
    Command::FilterEdit,
    Command::DialogYes,
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..COMMANDS.len()).prop_map(Step::Bound),
        3 => (0..MARKING.len()).prop_map(Step::Marking),
        1 => any::<char>().prop_map(Step::Letter),
        1 => (0..=300u16, 0..=100u16).prop_map(|(x, y)| Step::Resize(x, y)),
        1 => (0..6u8).prop_map(Step::Project),
        1 => "[a-z:0-9 ]{0,9}".prop_map(Step::Paste),
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
        3 => samples::fifty(),
        4 => samples::grouped(50),
        _ => samples::grouped(130),
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
        Step::Marking(n) => bench.take(typed(bench.keymap.keys(MARKING[*n])[0])),
        Step::Letter(c) => bench.take(typed(Key::plain(Code::Char(*c)))),
        Step::Paste(text) => bench.take(Msg::Input(Input::Paste(text.clone()))),
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

/// The cursor names a service that exists and is shown, at its row, on the screen; or there is
/// none, and nothing is shown.
fn check_cursor(bench: &Bench) {
    let (ui, services) = (&bench.ui, &bench.snapshot.services);
    let shown = rows::shown(&bench.snapshot, ui);
    assert_eq!(ui.cursor.is_some(), !shown.services.is_empty());
    if let Some(cursor) = &ui.cursor {
        assert!(services.contains_key(cursor));
        assert_eq!(shown.index_of(cursor), Some(ui.cursor_row));
    }
    if shown.density == Density::Table && ui.cursor.is_some() {
        let rows = layout::table_rows(ui.size, shown.rows.len());
        let at = shown.row_of(ui.cursor_row);
        assert_eq!(shown.rows[at], Row::Service(ui.cursor_row));
        assert!(ui.table_top <= at && ui.table_top < shown.rows.len());
        assert!(rows == 0 || at < ui.table_top + rows);
    }
    let hidden: usize = shown.groups.iter().map(|group| group.folded).sum();
    assert_eq!(shown.services.len() + hidden, shown.matching);
    if ui.list.filter.trim().is_empty() && !ui.list.problems {
        assert_eq!(shown.matching, services.len());
    }
    assert!(ui.list.typing.is_none() || ui.view == View::Services);
    assert!(ui.list.marks.iter().all(|it| services.contains_key(it)));
    assert!(ui.watched.iter().all(|it| services.contains_key(it)));
    assert!(ui.logs.keys().all(|it| services.contains_key(it)));
}

/// Every picture can be drawn, and stays inside a screen that is a little larger than it should be.
fn check_picture(bench: &Bench) {
    let (columns, rows) = bench.ui.size;
    let mut terminal = Terminal::new(TestBackend::new(columns + 3, rows + 2)).unwrap();
    let theme = Theme::from_env(|_| None, TimeZone::UTC);
    let own = OwnLog::default();
    let done = terminal
        .draw(|frame| {
            let (snapshot, ui) = (&bench.snapshot, &bench.ui);
            view::draw(frame, snapshot, ui, &bench.keymap, &theme, Some(&own));
        })
        .unwrap();
    for (at, cell) in done.buffer.content().iter().enumerate() {
        let (x, y) = done.buffer.pos_of(at);
        let inside = x < columns && y < rows;
        assert!(
            inside || cell.symbol() == " ",
            "{:?} at {x},{y}",
            cell.symbol()
        );
        assert!(
            !cell.symbol().chars().any(char::is_control),
            "{:?}",
            cell.symbol()
        );
    }
}

/// What a dialog is about never changes while it is open, and a pid is typed for one process.
fn check_targets(before: Option<&Overlay>, after: Option<&Overlay>) {
    let about = |overlay: Option<&Overlay>| match overlay? {
        Overlay::Menu(open) => Some((open.service.clone(), None, None)),
        Overlay::Batch(open) => {
            let first = open.services.first().cloned()?;
            Some((first, None, None))
        }
        Overlay::Port(open) => {
            let typed = open.entry.as_ref().map(|entry| (entry.target, entry.force));
            Some((open.service.clone(), None, typed))
        }
        Overlay::Survivor(open) => {
            let typed = open.entry.as_ref().map(|entry| (entry.target, entry.force));
            Some((open.service.clone(), Some(open.target), typed))
        }
        Overlay::Help { .. }
        | Overlay::Question(_)
        | Overlay::Palette(_)
        | Overlay::LogServices(_) => None,
    };
    let (Some(before), Some(after)) = (about(before), about(after)) else {
        return;
    };
    assert_eq!(before.0, after.0);
    // A menu is about a service alone, and leads to the dialog about one of its processes.
    if let (Some(before), Some(after)) = (before.1, after.1) {
        assert_eq!(before, after);
    }
    if let (Some(before), Some(after)) = (before.2, after.2) {
        assert_eq!(before, after);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_panics_and_every_promise_is_kept(
        first in 0..6u8,
        size in (0..=300u16, 0..=100u16),
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut bench = Bench::new(project(first), size);
        check_cursor(&bench);
        for step in &steps {
            let asked = bench.question().cloned();
            let refused: Vec<_> = bench.snapshot.services.values().flat_map(|view| {
                let all = COMMANDS.iter().filter_map(|row| row.action);
                let no = all.filter(|action| !view.actions.get(*action).allowed);
                no.map(|action| (view.name.clone(), action)).collect::<Vec<_>>()
            }).collect();
            let before = bench.ui.clone();
            let effects = happen(&mut bench, step);
            check_cursor(&bench);
            check_picture(&bench);
            // A dialog's target never changes: it stays, goes, or gives way to the way out.
            if let (Some(asked), Some(now)) = (&asked, bench.question()) {
                let way_out = matches!(now, QuestionKind::Quit { .. });
                prop_assert!(asked == now || way_out);
            }
            check_targets(before.overlay.as_ref(), bench.ui.overlay.as_ref());
            // What was typed before a question was drawn does nothing.
            let key = matches!(
                step,
                Step::Bound(_) | Step::Marking(_) | Step::Letter(_)
            );
            if before.unseen && before.leave.is_none() && key {
                let message = bench.ui.message.clone();
                prop_assert_eq!(&bench.ui, &UiState { message, ..before.clone() });
                prop_assert_eq!(sent(&effects), vec![]);
            }
            // A disabled action is only asked for so that it is refused; nothing else changes.
            for wish in sent(&effects) {
                let Wish::Ask(ask) = wish else { continue };
                let refused = refused.contains(&(ask.service.clone(), ask.action));
                // A start that waits for its port does not mind that the port is taken.
                if ask.when_free {
                    prop_assert_eq!(ask.action, Action::Start);
                    continue;
                }
                // A port is freed only out of its dialog.
                if ask.action == Action::FreePort {
                    prop_assert!(matches!(before.overlay, Some(Overlay::Port(_))));
                    continue;
                }
                // A batch asks only for what may happen, and only for what it named.
                if let Some(QuestionKind::Many(many)) = &asked {
                    prop_assert!(!refused);
                    prop_assert_eq!(ask.action, many.action);
                    let named = |(name, _): &(_, _)| *name == ask.service;
                    prop_assert!(many.targets.iter().any(named));
                    continue;
                }
                if asked.is_none() && refused {
                    let told = bench.ui.told.last().unwrap();
                    prop_assert_eq!((&told.service, told.action), (&ask.service, ask.action));
                    prop_assert_eq!(bench.said(), told.text.as_str());
                    prop_assert_eq!(&bench.ui.overlay, &before.overlay);
                    prop_assert_eq!(&bench.ui.cursor, &before.cursor);
                    prop_assert_eq!(&bench.ui.chosen, &before.chosen);
                    prop_assert_eq!(bench.ui.leave, None);
                }
                // Kill is never sent without its question, but to be refused.
                if ask.action == Action::Kill && !refused {
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
