//! What must hold for every picture.

use proptest::prelude::*;

use super::*;
use crate::{
    model::{ServiceName, State},
    tui::{
        samples,
        state::{
            Before, Density, DetailView, Message, Overlay, Question, QuestionKind, Sort, Tone, View,
        },
    },
};

/// Every sample, small and large.
fn projects() -> Vec<Snapshot> {
    vec![
        samples::empty(),
        samples::shop(),
        samples::states(),
        samples::fifty(),
        samples::hostile(),
        samples::grouped(50),
        samples::grouped(500),
    ]
}

/// Something that covers the view, or nothing.
fn overlay(choice: u8, focused: usize, names: Vec<ServiceName>) -> Option<Overlay> {
    let service = names.first().cloned().unwrap_or_else(|| samples::name("x"));
    let kind = match choice {
        0 => return None,
        1 => return Some(Overlay::Help { top: focused * 9 }),
        2 => QuestionKind::Kill { service, pid: None },
        3 => QuestionKind::Affects {
            service,
            restart: focused > 0,
            dependents: names,
        },
        _ => QuestionKind::Quit { running: names },
    };
    Some(Overlay::Question(Question { kind, focused }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_size_can_be_drawn(
        columns in 0_u16..300,
        rows in 0_u16..100,
        project in 0_usize..7,
        cursor in 0_usize..60,
        top in 0_usize..80,
        behind in 0_usize..80,
        density in 0_u8..3,
        hides in 0_u8..6,
        looks in 0_u8..4,
        covered in 0_u8..5,
        focused in 0_usize..4,
        said in any::<bool>(),
    ) {
        let snapshot = projects().swap_remove(project);
        let names: Vec<ServiceName> = snapshot.services.keys().cloned().collect();
        let mut ui = samples::ui(&snapshot, (columns, rows));
        ui.chosen = Some(match density {
            0 => Density::Panes,
            1 => Density::Table,
            _ => Density::Grid,
        });
        ui.list.problems = hides == 1;
        ui.list.filter = ["", "", "api", "日本", "nothing at all like it", ""][usize::from(hides)].to_owned();
        ui.list.typing = (hides > 3).then(Before::default);
        ui.list.sort = Sort::ALL[focused];
        ui.cursor = names.get(cursor).cloned();
        ui.cursor_row = cursor;
        ui.table_top = top;
        ui.logs.values_mut().for_each(|ring| ring.behind = behind);
        ui.overlay = overlay(covered, focused, names);
        ui.message = said.then(|| Message {
            text: "日本語 ".repeat(90),
            tone: Tone::Error,
            times: 3,
            until: crate::model::Mono::default(),
        });
        let theme = Theme {
            colour: if looks & 1 == 0 { Colour::Ansi } else { Colour::Mono },
            glyphs: if looks & 2 == 0 { Glyphs::Unicode } else { Glyphs::Ascii },
            zone: TimeZone::UTC,
            palette: crate::model::theme::Palette::TERMINAL,
        };
        let picture = picture(&snapshot, &ui, &theme);
        for row in picture.rows() {
            prop_assert!(unicode_width::UnicodeWidthStr::width(row.as_str()) <= usize::from(columns));
        }
        if let Some(cursor) = picture.cursor {
            prop_assert!(cursor.x < columns && cursor.y < rows);
        }
    }
}

#[test]
fn a_screen_that_is_smaller_than_the_state_says_can_be_drawn() {
    let shop = samples::shop();
    let ui = samples::ui(&shop, (200, 60));
    let keymap = Keymap::builtin();
    for (columns, rows) in [(0, 0), (1, 1), (90, 3), (5, 60), (80, 24)] {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal
            .draw(|frame| draw(frame, &shop, &ui, &keymap, &theme(), None))
            .unwrap();
    }
}

#[test]
fn every_state_is_told_by_its_word_and_trouble_is_in_the_first_three_rows() {
    for state in State::ALL {
        let view = samples::service(1, "thing", Some(8080), 5, state);
        let snapshot = samples::snapshot("/p", [view]);
        for density in [Density::Panes, Density::Table] {
            let mut ui = samples::ui(&snapshot, (80, 24));
            ui.chosen = Some(density);
            let rows = picture(&snapshot, &ui, &theme()).rows();
            let word = format!("{} {:<5} ", state.symbol(), state.word());
            assert!(rows.iter().any(|row| row.contains(&word)), "{state:?}");
            let attention = rows[1].starts_with(" ! ") && rows[1].contains("thing");
            assert_eq!(attention, state.trouble().is_some(), "{state:?}");
        }
    }
}

#[test]
fn mono_uses_no_colour_and_no_theme_of_ours_sets_a_background() {
    let states = samples::states();
    let ui = samples::ui(&states, (120, 36));
    for colour in [Colour::Ansi, Colour::Mono] {
        let theme = Theme { colour, ..theme() };
        let picture = picture(&states, &ui, &theme);
        for cell in &picture.buffer.content {
            assert_eq!(cell.bg, Color::Reset);
            assert!(colour == Colour::Ansi || cell.fg == Color::Reset);
        }
    }
}

#[test]
fn the_terminal_cursor_stands_on_what_is_in_focus() {
    let shop = samples::shop();
    for density in [Density::Panes, Density::Table, Density::Grid] {
        let mut ui = samples::ui(&shop, (120, 36));
        ui.chosen = Some(density);
        let picture = picture(&shop, &ui, &theme());
        let cursor = picture.cursor.unwrap();
        let row = &picture.rows()[usize::from(cursor.y)];
        assert_eq!(picture.buffer[cursor].symbol(), "▲", "{row}");
        assert!(row.contains("payments"), "{row}");
    }
}

#[test]
fn the_cursor_row_is_seen_wherever_the_table_was_scrolled() {
    let fifty = samples::fifty();
    for (at, name) in fifty.services.keys().enumerate() {
        for top in [0, 20, 500] {
            let mut ui = samples::ui(&fifty, (80, 24));
            ui.chosen = Some(Density::Table);
            ui.cursor = Some(name.clone());
            ui.cursor_row = at;
            ui.table_top = top;
            let rows = picture(&fifty, &ui, &theme()).rows();
            let shown = rows.iter().filter(|row| row.starts_with('>'));
            let shown: Vec<_> = shown.collect();
            assert_eq!(shown.len(), 1);
            assert!(shown[0].contains(name.as_str()));
        }
    }
}

#[test]
fn no_key_is_shown_that_is_not_bound() {
    let shop = samples::shop();
    let ui = samples::ui(&shop, (200, 60));
    let (keymap, _) = Keymap::parse("[services]\n\"service.recover\" = [\"f12\"]\n");
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    let done = terminal
        .draw(|frame| draw(frame, &shop, &ui, &keymap, &theme(), None))
        .unwrap();
    let buffer = done.buffer.clone();
    let rows = Picture {
        buffer,
        cursor: None,
    }
    .rows();
    assert!(rows[1].ends_with("F12 Recover"), "{}", rows[1]);
    let actions = &rows[58];
    assert!(actions.starts_with(" payments  F12 Recover │ Start disabled"));
    assert_eq!(rows[59], "");
}

#[test]
fn only_the_rows_that_are_seen_are_built() {
    let many = samples::many(500);
    let mut ui = samples::ui(&many, (200, 60));
    ui.chosen = Some(Density::Table);
    let rows = picture(&many, &ui, &theme()).rows();
    assert!(rows[1].contains("86 in trouble"), "{}", rows[1]);
    assert!(rows.iter().any(|row| row.contains("/500 ")));
}

#[test]
fn the_cure_of_a_service_out_of_focus_says_so_and_gives_way_to_the_sentence() {
    let shop = samples::shop();
    let sentence = " ! payments is unhealthy: GET /healthz answered 503 (3 of 3)";
    for (columns, hint) in [(120, "select it, then R Recover"), (80, "")] {
        let mut ui = samples::ui(&shop, (columns, 36));
        ui.cursor = Some(samples::name("auth"));
        let rows = picture(&shop, &ui, &theme()).rows();
        assert!(
            rows[1].starts_with(sentence) && rows[1].ends_with(hint),
            "{}",
            rows[1]
        );
    }
}

/// A service in the list, in its pane and on its page.
fn everywhere(view: crate::model::ServiceView) -> [String; 3] {
    let name = view.name.clone();
    let snapshot = samples::snapshot("/p", [view]);
    let views = [
        (Some(Density::Table), View::Services),
        (Some(Density::Panes), View::Services),
        (None, View::Detail(DetailView { top: 0 })),
    ];
    views.map(|(chosen, view)| {
        let mut ui = samples::ui(&snapshot, (120, 36));
        ui.cursor = Some(name.clone());
        (ui.chosen, ui.view) = (chosen, view);
        picture(&snapshot, &ui, &theme()).rows()[2..].join("\n")
    })
}

#[test]
fn a_back_off_says_everywhere_when_it_ends_and_which_try_it_is() {
    for text in everywhere(samples::service(1, "web", Some(8080), 5, State::Retry)) {
        assert!(text.contains("again in 8 s (2 of 5)"), "{text}");
    }
}

#[test]
fn giving_up_is_explained_everywhere_with_what_helps() {
    let mut view = samples::service(1, "web", Some(8080), 5, State::Fail);
    let why = "exited with code 1; gave up: 8 deaths within 2 min; start it by hand to try again";
    view.health_reason = Some(why.to_owned());
    for text in everywhere(view) {
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn the_key_that_starts_everything_stands_before_the_first_steps() {
    let stopped = samples::service(1, "web", Some(8080), 0, State::Stop);
    let at_rest = samples::snapshot("/p", [stopped]);
    for (snapshot, expected) in [
        (at_rest, "S starts"),
        (
            samples::snapshot("/p", [samples::service(1, "web", Some(8080), 5, State::Up)]),
            "New here?",
        ),
    ] {
        for size in [(40, 12), (80, 24), (120, 36)] {
            let mut ui = samples::ui(&snapshot, size);
            ui.tour = crate::tui::tour::Tour::first();
            let rows = picture(&snapshot, &ui, &theme()).rows();
            let row = rows.iter().find(|row| row.contains(expected));
            assert!(
                row.is_some_and(|row| size.0 < 80 || !row.contains('…')),
                "{rows:#?}"
            );
        }
    }
}
