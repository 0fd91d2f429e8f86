//! Searches, wrapped and open lines in the log that fills the screen.

use super::{
    logs::{alone, check, looked, of_payments, push},
    *,
};
use crate::{
    model::{
        Stream, clean,
        reading::{Kind, Level, Needle},
    },
    tui::{
        samples::{self, name},
        state::{LogView, Message, Times, Tone, Typing, View},
    },
};

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 36), (200, 60), (40, 10)];

/// A search for a text, with the cursor on its last hit.
fn searched(ui: &UiState, text: &str) -> LogView {
    let needle = Needle::new(text, Kind::Text).unwrap();
    let lines = &ui.logs[&name("payments")].lines;
    let hit = lines.iter().rev().find(|it| needle.is_in(&it.line.text));
    LogView {
        search: Some(needle),
        anchor: lines.back().map(|it| it.number),
        cursor: hit.map(|it| it.number),
        ..of_payments()
    }
}

#[test]
fn a_search_its_prompt_and_its_mistakes() {
    let shop = samples::shop();
    for size in SIZES {
        let mut ui = looked(size);
        let view = searched(&ui, "retry");
        ui.view = View::Logs(view.clone());
        check("log_search", &shop, &ui, &theme());
        ui.view = View::Logs(LogView {
            only: true,
            least: Some(Level::Debug),
            ..view.clone()
        });
        check("log_only", &shop, &ui, &theme());
        let typing = |text: &str, problem: Option<&str>| {
            Some(Box::new(Typing {
                text: text.to_owned(),
                kind: Kind::Regex,
                problem: problem.map(str::to_owned),
                ..Typing::default()
            }))
        };
        ui.view = View::Logs(LogView {
            typing: typing("retry", None),
            ..view.clone()
        });
        check("log_typing", &shop, &ui, &theme());
        ui.view = View::Logs(LogView {
            typing: typing("re(try", Some("unclosed group")),
            ..view
        });
        check("log_typing_wrong", &shop, &ui, &theme());
    }
    let mut ui = looked((80, 24));
    ui.view = View::Logs(searched(&ui, "retry"));
    let mono = Theme {
        colour: Colour::Mono,
        glyphs: Glyphs::Ascii,
        ..theme()
    };
    check("log_search_mono", &shop, &ui, &mono);
}

#[test]
fn open_lines_wrapped_lines_and_times() {
    let shop = samples::shop();
    for size in SIZES {
        let mut ui = looked(size);
        let json = r#"{"level":"error","msg":"upstream search: timeout after 400 ms","trace":"9f2c11","retry":2,"route":"/v1/search"}"#;
        push(&mut ui, "payments", Stream::Stdout, json);
        let newest = ui.arrived - 1;
        push(&mut ui, "payments", Stream::Stdout, &"word ".repeat(60));
        let view = LogView {
            anchor: Some(newest + 1),
            cursor: Some(newest),
            turned: [newest].into(),
            marks: [newest, newest + 1].into(),
            wrap: true,
            times: Times::Relative,
            ..of_payments()
        };
        ui.view = View::Logs(view);
        check("log_open", &shop, &ui, &theme());
    }
}

#[test]
fn what_hides_everything_says_how_it_is_undone() {
    let shop = samples::shop();
    let ui = looked((100, 20));
    let text = |view: &LogView| alone(&shop, &ui, view).rows().join("\n");
    let nothing = LogView {
        only: true,
        ..searched(&ui, "nothing holds this")
    };
    let seen = text(&nothing);
    assert!(
        seen.contains("lines hold \"nothing holds this\". Esc clears the search."),
        "{seen}"
    );
    let both = LogView {
        least: Some(Level::Error),
        ..nothing
    };
    assert!(text(&both).contains("holds this\" and are error or worse. Esc clears"));
    let cleared = LogView {
        cleared: ui.arrived,
        ..of_payments()
    };
    assert!(text(&cleared).contains("The view was cleared"));
}

#[test]
fn hostile_lines_with_hits_stay_in_their_columns() {
    let shop = samples::shop();
    let wide = "日本needle語のログ".repeat(30);
    let combining = "e\u{301}needle\u{301}\u{301}".repeat(40);
    let long = b"needle ".repeat(150_000);
    let hostile: [&[u8]; 6] = [
        &long,
        b"\x1b]52;c;ZXZpbA==\x07needle \x1b[2J\x1b[31mneedle\x1b[0m",
        wide.as_bytes(),
        combining.as_bytes(),
        b"nul\0needle\0\0",
        b"\xff\xfeneedle\t\tneedle",
    ];
    for columns in [40, 41, 61, 80, 120] {
        for (wrap, left) in [(false, 0), (false, 1), (false, 7), (true, 0)] {
            let mut ui = samples::ui(&shop, (columns, 24));
            ui.logs.clear();
            for raw in hostile {
                push(&mut ui, "payments", Stream::Stdout, &clean::line(raw));
            }
            let view = LogView {
                left,
                wrap,
                ..searched(&ui, "needle")
            };
            let picture = alone(&shop, &ui, &view);
            for cell in &picture.buffer.content {
                assert!(!cell.symbol().chars().any(char::is_control), "{cell:?}");
            }
            for row in picture.rows() {
                let width = unicode_width::UnicodeWidthStr::width(row.as_str());
                assert!(width <= usize::from(columns), "{row}");
            }
            let marked = picture.styles().join("").contains('v');
            assert!(marked || left > 0, "hits are in reverse video");
        }
    }
}

#[test]
fn what_is_typed_is_seen_whatever_is_said_meanwhile() {
    let shop = samples::shop();
    let mut ui = looked((80, 24));
    ui.view = View::Logs(LogView {
        typing: Some(Box::new(Typing {
            text: "retry".to_owned(),
            ..Typing::default()
        })),
        ..of_payments()
    });
    ui.message = Some(Message {
        text: "Start of auth is done.".to_owned(),
        tone: Tone::Info,
        times: 1,
        until: crate::model::Mono::default(),
    });
    let rows = picture(&shop, &ui, &theme()).rows();
    assert!(rows.iter().any(|row| row.contains("/retry")), "{rows:#?}");
}
