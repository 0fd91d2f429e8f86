//! With ASCII glyphs nothing of oats's own is drawn with anything else.

use super::{picture, theme};
use crate::{
    model::{Pid, ServiceName, Snapshot},
    tui::{
        port::PortAct,
        samples,
        state::{
            Density, DetailView, EventsView, LogView, Menu, Overlay, Palette, PortDialog, Question,
            QuestionKind, UiState, View,
        },
        theme::{Glyphs, Theme},
    },
};

/// Fails where a row holds what is not ASCII.
fn check(what: &str, snapshot: &Snapshot, ui: &UiState) {
    let ascii = Theme {
        glyphs: Glyphs::Ascii,
        ..theme()
    };
    for row in picture(snapshot, ui, &ascii).rows() {
        let foreign: Vec<char> = row.chars().filter(|c| !(' '..='~').contains(c)).collect();
        assert!(
            foreign.is_empty(),
            "{what} {:?}: {foreign:?} in {row}",
            ui.size
        );
    }
}

fn views(snapshot: &Snapshot) -> Vec<View> {
    let service = snapshot.services.keys().next().cloned();
    vec![
        View::Detail(DetailView::default()),
        View::Logs(LogView {
            service,
            ..LogView::default()
        }),
        View::Logs(LogView::default()),
        View::Events(EventsView::default()),
        View::Own,
    ]
}

fn overlays(snapshot: &Snapshot) -> Vec<Overlay> {
    let running: Vec<ServiceName> = snapshot.services.keys().cloned().collect();
    let question = |kind| Overlay::Question(Question { kind, focused: 0 });
    let mut all = vec![
        Overlay::Help { top: 0 },
        Overlay::Help { top: 30 },
        Overlay::Palette(Palette::default()),
        question(QuestionKind::Quit {
            running: running.clone(),
        }),
    ];
    for service in running.iter().take(12).cloned() {
        all.push(question(QuestionKind::Kill {
            service: service.clone(),
            pid: Some(Pid(7)),
        }));
        all.push(question(QuestionKind::Affects {
            service: service.clone(),
            restart: true,
            dependents: running.clone(),
        }));
        all.push(Overlay::Menu(Menu {
            service: service.clone(),
            focused: 1,
        }));
        all.push(Overlay::Port(PortDialog {
            service,
            focused: PortAct::Leave,
            entry: None,
        }));
    }
    all
}

#[test]
fn every_view_is_ascii_where_that_was_chosen() {
    let projects = [
        ("empty", samples::empty()),
        ("shop", samples::shop()),
        ("states", samples::states()),
        ("fifty", samples::fifty()),
    ];
    for (name, mut snapshot) in projects {
        // What services say of themselves is theirs.
        for view in snapshot.services.values_mut() {
            std::sync::Arc::make_mut(view).description = None;
        }
        for size in [(30, 3), (40, 10), (80, 24), (120, 36), (200, 60)] {
            let mut ui = samples::ui(&snapshot, size);
            ui.logs.clear();
            ui.cursor = snapshot.services.keys().next().cloned();
            for density in [Density::Panes, Density::Table, Density::Grid] {
                ui.chosen = Some(density);
                check(name, &snapshot, &ui);
            }
            for view in views(&snapshot) {
                ui.view = view;
                check(name, &snapshot, &ui);
            }
            ui.view = View::Services;
            for overlay in overlays(&snapshot) {
                ui.overlay = Some(overlay);
                check(name, &snapshot, &ui);
            }
        }
    }
}
