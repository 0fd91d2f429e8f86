//! A process that may be an earlier run of a service: what agrees, what does not, what to do.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::{Line, Span},
};

use super::{
    Scene,
    choice::{self, Row},
    say,
    text::wrap,
};
use crate::tui::{
    state::SurvivorDialog,
    survivor::{self, CHOICES},
};

/// The widest dialog.
const COLUMNS: usize = 90;
/// Columns of the names of facts.
const NAME: usize = 10;

/// Draws the dialog over `area`; returns where its focused choice stands, or the next digit.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    open: &SurvivorDialog,
) -> Option<Position> {
    let view = scene.snapshot.services.get(&open.service)?;
    let theme = scene.theme;
    let pid = open.target.pid;
    let columns = usize::from(area.width.saturating_sub(4)).min(COLUMNS);
    let mut facts = Vec::new();
    let mut add = |name: &str, text: &str| {
        let rows = wrap(text, columns.saturating_sub(NAME), 4, theme.cut());
        for (at, row) in rows.into_iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            facts.push(Line::from(vec![
                Span::styled(format!("{name:<NAME$}"), theme.dim()),
                Span::raw(row.into_owned()),
            ]));
        }
    };
    match survivor::of(view, open.target) {
        Some(survivor) => {
            let since = survivor.started_at.map(|at| {
                let when = say::when(at, scene.snapshot.written_at, &theme.zone);
                let age = scene.snapshot.written_at.since(at).as_secs();
                format!("   since {when} ({})", say::span(age))
            });
            add(
                "Process",
                &format!("PID {pid}{}", since.unwrap_or_default()),
            );
            add("Command", &survivor.command);
            add("Doubt", &survivor.why);
        }
        None => add("Process", &format!("PID {pid} is not in doubt any more")),
    }
    facts.push(Line::default());
    let title = format!("Is PID {pid} an earlier run of {}?", view.name);
    if let Some(entry) = &open.entry {
        let signal = choice::signal(entry.force);
        let text =
            format!("{signal} goes to PID {pid}. It is not surely ours: type its PID to go on.");
        return Some(choice::draw_entry(
            buffer, area, scene, &title, facts, entry, &text,
        ));
    }
    let labels: Vec<String> = CHOICES
        .iter()
        .map(|act| survivor::label(*act, view.name.as_str(), pid))
        .collect();
    let rows: Vec<Row<'_>> = CHOICES
        .iter()
        .zip(&labels)
        .enumerate()
        .map(|(at, (act, label))| Row {
            label,
            note: survivor::note(*act),
            refused: None,
            focused: at == open.focused,
        })
        .collect();
    choice::draw(buffer, area, scene, &title, facts, &rows)
}
