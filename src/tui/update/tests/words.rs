//! No text names a key: with every key bound elsewhere no usual key is to be read anywhere.

use jiff::tz::TimeZone;
use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::{
    keymap::{COMMANDS, Context, Sheet},
    tui::{samples, theme::Theme, tour::Tour, view},
};

/// The default, every key of it replaced: each context has a letter of its own, so that nothing
/// clashes.
fn strange() -> Keymap {
    use std::fmt::Write as _;
    let mut text = String::from("inherits = \"none\"\n");
    let letters: Vec<char> = ('\u{430}'..='\u{44f}')
        .chain('\u{3b1}'..='\u{3c9}')
        .chain('\u{561}'..='\u{586}')
        .collect();
    let mut next = letters.iter();
    for context in Context::ALL {
        if !matches!(
            context,
            Context::Services | Context::Global | Context::Detail
        ) {
            next = letters.iter();
        }
        writeln!(text, "[{}]", context.id()).unwrap();
        for row in COMMANDS.iter().filter(|row| row.context == context) {
            let key = next.next().map_or_else(String::new, ToString::to_string);
            writeln!(text, "\"{}\" = [\"alt+{key}\"]", row.id).unwrap();
        }
    }
    let (sheet, _) = Sheet::read(None, &text);
    let mut map = Keymap::default();
    map.lay(&sheet);
    map
}

/// All that is to be read on the screen.
fn read(bench: &Bench) -> Vec<String> {
    let (columns, rows) = bench.ui.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let theme = Theme::from_env(|_| None, TimeZone::UTC);
    let done = terminal
        .draw(|frame| {
            view::draw(
                frame,
                &bench.snapshot,
                &bench.ui,
                &bench.keymap,
                &theme,
                None,
            );
        })
        .unwrap();
    let cells = done.buffer.content();
    let row =
        |row: &[ratatui::buffer::Cell]| row.iter().map(ratatui::buffer::Cell::symbol).collect();
    cells.chunks(usize::from(columns)).map(row).collect()
}

/// The first key among the words of a row that the default keymap binds: names, and single signs
/// that stand where a key would stand, before a word that it explains.
fn named(row: &str, hints: &[String]) -> Option<String> {
    let names = [
        "Esc",
        "Enter",
        "Tab",
        "Shift-Tab",
        "Space",
        "Backspace",
        "PgUp",
        "PgDn",
        "Home",
        "End",
        "Ctrl-",
        "F1",
        "F5",
        "F7",
        "F9",
        "F10",
    ];
    let words: Vec<&str> = row
        .split([' ', '│', '─', '━'])
        .filter(|it| !it.is_empty())
        .collect();
    let name = names.iter().find(|name| {
        let held = name.ends_with('-');
        words.iter().any(|word| {
            let bare = word.trim_matches([',', '.', ':', '(', ')', ';']);
            bare == **name || (held && bare.starts_with(**name))
        })
    });
    if let Some(name) = name {
        return Some((*name).to_owned());
    }
    hints
        .iter()
        .find(|hint| row.contains(hint.as_str()))
        .cloned()
}

/// Every key of the default before exactly the word of its command, as a footer or a sentence has
/// it.
fn usual() -> Vec<String> {
    let map = Keymap::builtin();
    map.rows()
        .flat_map(|(row, keys)| keys.iter().map(move |key| (row, key)))
        .map(|(row, key)| format!(" {} {} ", key.label(), row.label))
        .collect()
}

#[test]
fn no_text_names_a_key_that_is_not_bound() {
    let (map, hints) = (strange(), usual());
    for row in COMMANDS {
        assert!(map.label(row.command).is_some(), "{} has no key", row.id);
    }
    let stages = [samples::states(), samples::empty()];
    for snapshot in stages {
        for size in [(40, 12), (120, 36)] {
            for row in COMMANDS {
                let mut bench = Bench::new(snapshot.clone(), size);
                bench.keymap = map.clone();
                bench.ui.tour = Tour::first();
                let names: Vec<_> = bench.snapshot.services.keys().cloned().collect();
                for name in names.iter().map(Some).chain([None]).take(3) {
                    bench.ui.overlay = None;
                    bench.ui.leave = None;
                    if let Some(name) = name {
                        bench.ui.list = crate::tui::state::List::default();
                        bench.take(Msg::Snapshot);
                        if bench.shown().index_of(name).is_some() {
                            bench.select(name.as_str());
                        }
                    }
                    bench.press(row.command);
                    bench.press_key("f24".parse().unwrap());
                    for line in read(&bench) {
                        assert_eq!(named(&line, &hints), None, "{}: {line}", row.id);
                    }
                }
            }
        }
    }
}
