//! Bytes from outside reach no cell as anything but letters, wherever they stand.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    model::{LogLine, Stream, TreeMember, clean},
    tui::{
        samples,
        state::{Density, DetailView, EventsView, LogView, View},
    },
};

/// Bytes that do harm to a terminal, between others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\x1b]52;c;c2VjcmV0\x07".to_vec()),
        Just(b"\x1b[2J\x1b[10;10H".to_vec()),
        Just(b"\x1b]0;title\x1b\\".to_vec()),
        Just(b"\x1bP$q\x1b\\\x9b31m\x9d0;x\x9c".to_vec()),
        Just(
            "\u{202e}\u{200b}\u{2066}e\u{301}\u{301}"
                .as_bytes()
                .to_vec()
        ),
        Just("日本語👩\u{200d}👧🇩🇪".as_bytes().to_vec()),
        Just(b"\r\n\t\0\x08\x7f".to_vec()),
        Just(b"\x1b[38;5;9".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..24),
        "[a-z ]{0,12}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Everything that comes from outside says this.
fn said_everywhere(text: &str, snapshot: &mut Snapshot) {
    for view in snapshot.services.values_mut() {
        let view = Arc::make_mut(view);
        view.description = Some(text.to_owned());
        view.health_reason = view.health_reason.is_some().then(|| text.to_owned());
        view.probe.detail = Some(text.to_owned());
        for process in view.holder.iter_mut().flat_map(|it| &mut it.processes) {
            process.command = Some(text.to_owned());
            process.cwd = Some(text.to_owned());
            text.clone_into(&mut process.user);
        }
        for survivor in &mut view.survivors {
            text.clone_into(&mut survivor.command);
        }
        if let Some(exit) = &mut view.last_exit {
            exit.stderr_tail = vec![text.to_owned(); 3];
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_from_outside_reaches_the_screen_as_letters_only(
        bytes in bytes(),
        view in 0_u8..6,
        columns in 30_u16..130,
        left in 0_usize..40,
    ) {
        let text = clean::line(&bytes);
        let mut snapshot = samples::states();
        said_everywhere(&clean::plain(&String::from_utf8_lossy(&bytes)), &mut snapshot);
        let mut ui = samples::ui(&snapshot, (columns, 30));
        for name in snapshot.services.keys() {
            let ring = ui.logs.entry(name.clone()).or_default();
            let line = LogLine {
                service: name.clone(),
                stream: Stream::Stderr,
                at: Some(samples::now()),
                pos: None,
                text: text.clone(),
            };
            ring.push(ui.arrived, line);
            ui.arrived += 1;
            ui.tree.extend(view_of_process(&snapshot, name, &text));
        }
        let service = samples::name("search");
        ui.cursor = Some(service.clone());
        ui.view = match view {
            0 | 1 => View::Services,
            2 => View::Detail(DetailView::default()),
            3 => View::Logs(LogView { left, ..LogView::default() }),
            4 => View::Logs(LogView { service: Some(service), left, ..LogView::default() }),
            _ => View::Events(EventsView::default()),
        };
        ui.chosen = Some(if view == 0 { Density::Panes } else { Density::Table });
        let picture = picture(&snapshot, &ui, &theme());
        for cell in &picture.buffer.content {
            prop_assert!(!cell.symbol().chars().any(|c| c.is_control() || is_invisible(c)), "{cell:?}");
        }
        for row in picture.rows() {
            prop_assert!(unicode_width::UnicodeWidthStr::width(row.as_str()) <= usize::from(columns));
        }
    }
}

/// A process whose command line is this.
fn view_of_process(
    snapshot: &Snapshot,
    name: &crate::model::ServiceName,
    text: &str,
) -> Option<TreeMember> {
    let pid = snapshot.services[name].pid?;
    Some(TreeMember {
        pid,
        parent: pid,
        command: text.to_owned(),
    })
}

/// Whether a character changes the order of others without being seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
