//! The log that fills the screen.

use ratatui::layout::Rect;

use super::*;
use crate::{
    model::{LogLine, Stream, clean},
    tui::{
        samples::{self, name},
        state::{LogView, Streams, View},
        view::{logs, scene::Scene},
    },
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

/// A shop that says more than usual.
pub(super) fn looked(size: (u16, u16)) -> UiState {
    let shop = samples::shop();
    let mut ui = samples::ui(&shop, size);
    ui.cursor = Some(name("payments"));
    for (service, stream, text) in [
        (
            "payments",
            Stream::Stderr,
            "ERROR upstream auth: timeout after 400 ms",
        ),
        (
            "auth",
            Stream::Stdout,
            r#"{"level":"warn","msg":"slow query","took_ms":388}"#,
        ),
        (
            "payments",
            Stream::Stdout,
            "level=debug msg=\"retry 2 of 3\"",
        ),
        (
            "orders",
            Stream::Stderr,
            "Traceback (most recent call last):",
        ),
        ("payments", Stream::Stderr, "warning: the cache is cold"),
        ("payments", Stream::Stdout, "注文 7 を受け付けました"),
    ] {
        push(&mut ui, service, stream, text);
    }
    ui
}

pub(super) fn push(ui: &mut UiState, service: &str, stream: Stream, text: &str) {
    let line = LogLine {
        service: name(service),
        stream,
        at: Some(samples::now()),
        pos: None,
        text: text.to_owned(),
    };
    let ring = ui.logs.entry(name(service)).or_default();
    ring.push(ui.arrived, line);
    ui.arrived += 1;
}

pub(super) fn of_payments() -> LogView {
    LogView {
        service: Some(name("payments")),
        ..LogView::default()
    }
}

pub(super) fn check(file: &str, snapshot: &Snapshot, ui: &UiState, theme: &Theme) {
    sheet(file, ui.size, &picture(snapshot, ui, theme));
}

fn sheet(file: &str, size: (u16, u16), picture: &Picture) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!(format!("{file}_{}x{}", size.0, size.1), picture.sheet());
    });
}

/// The view alone, on a screen of this size.
pub(super) fn alone(snapshot: &Snapshot, ui: &UiState, view: &LogView) -> Picture {
    let mut buffer = Buffer::empty(Rect::new(0, 0, ui.size.0, ui.size.1));
    let keymap = Keymap::builtin();
    let theme = theme();
    let shown = crate::tui::rows::shown(snapshot, ui);
    let scene = Scene {
        snapshot,
        ui,
        shown: &shown,
        keymap: &keymap,
        own: None,
        theme: &theme,
    };
    let area = buffer.area;
    let cursor = logs::draw(&mut buffer, area, scene, view);
    Picture { buffer, cursor }
}

/// Paused, with an error that was jumped to.
fn paused(ui: &UiState) -> LogView {
    let ring = &ui.logs[&name("payments")];
    let lines = &ring.lines;
    LogView {
        anchor: Some(lines[lines.len() - 3].number),
        cursor: Some(lines[lines.len() - 4].number),
        left: 8,
        ..of_payments()
    }
}

#[test]
fn the_log_of_one_service_and_of_all() {
    let shop = samples::shop();
    for size in SIZES {
        let mut ui = looked(size);
        ui.view = View::Logs(of_payments());
        check("log_following", &shop, &ui, &theme());
        ui.view = View::Logs(paused(&ui));
        check("log_paused", &shop, &ui, &theme());
        ui.view = View::Logs(LogView::default());
        check("log_merged", &shop, &ui, &theme());
        ui.view = View::Logs(LogView {
            streams: Streams::Stderr,
            ..of_payments()
        });
        check("log_stderr", &shop, &ui, &theme());
        ui.logs.clear();
        ui.view = View::Logs(of_payments());
        check("log_empty", &shop, &ui, &theme());
    }
}

#[test]
fn the_log_on_a_narrow_screen() {
    let shop = samples::shop();
    let mut ui = looked((40, 10));
    for (file, view) in [
        ("log_alone_following", of_payments()),
        ("log_alone_paused", paused(&ui)),
        ("log_alone_merged", LogView::default()),
    ] {
        sheet(file, ui.size, &alone(&shop, &ui, &view));
    }
    ui.logs.clear();
    sheet(
        "log_alone_empty",
        ui.size,
        &alone(&shop, &ui, &of_payments()),
    );
}

#[test]
fn errors_are_seen_without_colour() {
    let shop = samples::shop();
    let mut ui = looked((80, 24));
    ui.view = View::Logs(of_payments());
    let mono = Theme {
        colour: Colour::Mono,
        glyphs: Glyphs::Ascii,
        ..theme()
    };
    check("log_mono", &shop, &ui, &mono);
}

#[test]
fn why_there_is_nothing_to_read_is_said() {
    let states = samples::states();
    let text = |view: &LogView, ui: &UiState| alone(&states, ui, view).rows().join("\n");
    let mut ui = samples::ui(&states, (100, 20));
    let errors_only = LogView {
        service: Some(name("api")),
        streams: Streams::Stderr,
        ..LogView::default()
    };
    ui.logs.clear();
    push(&mut ui, "api", Stream::Stdout, "hello");
    let seen = text(&errors_only, &ui);
    assert!(
        seen.contains("0 of 1 lines are from stderr. s shows other streams."),
        "{seen}"
    );
    ui.logs.clear();
    for (service, view) in &states.services {
        let of = LogView {
            service: Some(service.clone()),
            ..LogView::default()
        };
        let seen = text(&of, &ui);
        assert!(seen.contains("No output yet. "), "{seen}");
        assert_eq!(seen.contains("Started "), view.uptime_s.is_some(), "{seen}");
        assert!(
            seen.contains(&view.logs.stdout) && seen.contains(&view.logs.stderr),
            "{seen}"
        );
    }
    let nobody = LogView {
        service: Some(name("nobody")),
        ..LogView::default()
    };
    assert!(text(&nobody, &ui).contains("There is no service nobody any more."));
}

#[test]
fn hostile_lines_keep_the_columns() {
    let shop = samples::shop();
    let marker = "2 ms from here";
    let hostile: [&[u8]; 10] = [
        &vec![b'x'; 1_000_000],
        &"日本語のログ".repeat(60).into_bytes(),
        &"e\u{301}\u{301}".repeat(200).into_bytes(),
        "\u{301}\u{200b}\u{202e}\u{feff}right to left".as_bytes(),
        "👩\u{200d}👩\u{200d}👧 👍🏽 🇩🇪".as_bytes(),
        b"\0\x07\x08\x7f\x1b[2J\x1b[10;10Hmoved\x1b]0;title\x07",
        b"a\rb\tc\x0bd\x0c",
        b"\xff\xfe\x80 not UTF-8 \xc3",
        b"\x1b[31mred without end",
        b"\x1b[",
    ];
    for columns in [40, 60, 80, 121] {
        for left in [0, 1, 3, 8, 400] {
            let mut ui = samples::ui(&shop, (columns, 24));
            ui.logs.clear();
            for bytes in hostile {
                push(&mut ui, "payments", Stream::Stderr, &clean::line(bytes));
                push(&mut ui, "auth", Stream::Stdout, marker);
            }
            let view = LogView {
                left,
                ..LogView::default()
            };
            let picture = alone(&shop, &ui, &view);
            for cell in &picture.buffer.content {
                assert!(!cell.symbol().chars().any(char::is_control), "{cell:?}");
            }
            let rows = picture.rows();
            assert!(rows.iter().all(|row| {
                unicode_width::UnicodeWidthStr::width(row.as_str()) <= usize::from(columns)
            }));
            // The name, the mark and the text of each row begin in the same columns.
            let start = match columns {
                40 => 1,
                _ => 14,
            };
            for (at, y) in (0..20).zip(0..) {
                let cell = |x: u16| picture.buffer[(x, y)].symbol();
                let name = if at % 2 == 0 { "p" } else { "a" };
                assert_eq!(cell(start), name, "{rows:#?}");
                let mark = if at % 2 == 0 { "!" } else { " " };
                assert_eq!(cell(start + 10), mark, "{rows:#?}");
                if at % 2 == 1 && left < 8 {
                    let shown: String = marker.chars().skip(left).collect();
                    assert!(rows[usize::from(y)].ends_with(&shown), "{rows:#?}");
                    assert!(shown.starts_with(cell(start + 13)), "{rows:#?}");
                }
            }
        }
    }
}

#[test]
fn any_size_can_be_drawn() {
    let shop = samples::shop();
    for columns in 0..90 {
        for rows in 0..9 {
            let ui = looked((columns, rows));
            for view in [of_payments(), paused(&ui), LogView::default()] {
                let picture = alone(&shop, &ui, &view);
                let inside = picture
                    .cursor
                    .is_none_or(|at| picture.buffer.area.contains(at));
                assert!(inside || columns == 0 || rows < 2, "{columns}x{rows}");
            }
        }
    }
}

#[test]
fn the_title_says_when_not_all_services_are_merged() {
    for (services, title) in [(100, "all services"), (300, "100 of 300 services")] {
        let many = samples::many(services);
        let mut ui = samples::ui(&many, (80, 24));
        ui.view = View::Logs(LogView::default());
        let rows = picture(&many, &ui, &theme()).rows();
        assert!(rows[0].contains(title), "{}", rows[0]);
    }
}
