//! The mouse: only where it was asked for, and on what is drawn.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::tui::{
    mouse::DOUBLE,
    samples,
    state::{Density, View},
};

fn bench(density: Density) -> Bench {
    let mut bench = Bench::new(samples::shop(), (120, 36));
    bench.ui.chosen = Some(density);
    bench.take(Msg::Snapshot);
    bench
}

fn send(bench: &mut Bench, kind: MouseEventKind, (column, row): (u16, u16)) -> Vec<Effect> {
    bench.take(Msg::Input(Input::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: crossterm::event::KeyModifiers::NONE,
    })))
}

fn click(bench: &mut Bench, at: (u16, u16)) -> Vec<Effect> {
    send(bench, MouseEventKind::Down(MouseButton::Left), at)
}

/// Where the picture says that the cursor is.
fn cursor(bench: &Bench) -> (u16, u16) {
    let at = crate::tui::view::cursor(&bench.snapshot, &bench.ui, &bench.keymap).unwrap();
    (at.x, at.y)
}

#[test]
fn nothing_is_asked_of_the_terminal_until_somebody_wants_the_mouse() {
    let mut bench = bench(Density::Table);
    assert_eq!(click(&mut bench, (4, 5)), []);
    assert!(
        bench
            .press(Command::MouseToggle)
            .contains(&Effect::Mouse(true))
    );
    assert!(
        bench
            .press(Command::MouseToggle)
            .contains(&Effect::Mouse(false))
    );
    assert_eq!(click(&mut bench, (4, 5)), []);
}

#[test]
fn a_click_selects_the_service_that_is_drawn_there_and_two_open_it() {
    for density in [Density::Panes, Density::Table, Density::Grid] {
        let mut bench = bench(density);
        bench.press(Command::MouseToggle);
        let places: Vec<_> = (0..5)
            .map(|row| {
                bench.press(Command::MoveFirst);
                (0..row).for_each(|_| bench.press_key_of(density));
                (bench.ui.cursor.clone(), cursor(&bench))
            })
            .collect();
        for (service, at) in places {
            bench.later(DOUBLE * 2);
            click(&mut bench, at);
            assert_eq!(
                (&bench.ui.cursor, &bench.ui.view),
                (&service, &View::Services)
            );
        }
        let at = cursor(&bench);
        bench.later(DOUBLE * 2);
        click(&mut bench, at);
        bench.later(DOUBLE * 2);
        click(&mut bench, at);
        assert_eq!(bench.ui.view, View::Services, "too slow");
        bench.later(DOUBLE / 2);
        click(&mut bench, at);
        assert!(matches!(bench.ui.view, View::Detail(_)), "{density:?}");
    }
}

impl Bench {
    /// One service on, in the order of the list.
    fn press_key_of(&mut self, density: Density) {
        let on = match density {
            Density::Table => Command::MoveDown,
            Density::Panes | Density::Grid => Command::MoveRight,
        };
        self.press(on);
    }
}

#[test]
fn a_click_on_a_key_that_is_offered_does_what_it_names() {
    let mut bench = bench(Density::Table);
    bench.press(Command::MouseToggle);
    let (columns, rows) = bench.ui.size;
    let mut opened = Vec::new();
    for x in 0..columns {
        let mut fresh = Bench::new(bench.snapshot.clone(), bench.ui.size);
        fresh.ui = bench.ui.clone();
        click(&mut fresh, (x, rows - 1));
        let what = match (&fresh.ui.overlay, &fresh.ui.view) {
            (Some(Overlay::Menu(_)), _) => "menu",
            (Some(Overlay::Help { .. }), _) => "help",
            (Some(Overlay::Question(_)), _) => "quit",
            (None, View::Logs(_)) => "log",
            (None, View::Detail(_)) => "detail",
            _ => continue,
        };
        if opened.last() != Some(&what) {
            opened.push(what);
        }
    }
    assert_eq!(opened, ["detail", "log", "menu", "help", "quit"]);
    bench.select("payments");
    bench.ui.message = None;
    let line = (0..columns).find(|x| {
        let mut fresh = Bench::new(bench.snapshot.clone(), bench.ui.size);
        fresh.ui = bench.ui.clone();
        click(&mut fresh, (*x, rows - 2));
        fresh.question().is_some()
    });
    assert!(line.is_some(), "the action line offers to stop payments");
}

#[test]
fn a_click_on_a_choice_focuses_it_and_one_more_takes_it() {
    let mut bench = bench(Density::Table);
    bench.press(Command::MouseToggle);
    bench.select("payments");
    bench.press(Command::ActionsOpen);
    let first = bench.ui.overlay.clone();
    let (x, y) = cursor(&bench);
    bench.press(Command::Menu(crate::keymap::command::MenuCommand::Step(
        crate::keymap::command::Step::Last,
    )));
    let below = cursor(&bench);
    assert_ne!(below, (x, y));
    click(&mut bench, (x + 3, y));
    assert_eq!(bench.ui.overlay, first, "it is focused");
    click(&mut bench, (x + 3, y));
    assert_ne!(bench.ui.overlay, first, "it is taken");
}

#[test]
fn the_wheel_moves_the_list_under_it() {
    let mut bench = bench(Density::Table);
    bench.press(Command::MouseToggle);
    bench.press(Command::MoveFirst);
    let at = cursor(&bench);
    send(&mut bench, MouseEventKind::ScrollDown, at);
    assert_eq!(bench.ui.cursor_row, 1);
    send(&mut bench, MouseEventKind::ScrollUp, at);
    assert_eq!(bench.ui.cursor_row, 0);
}
