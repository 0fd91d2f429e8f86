//! What can be done to a service, and why the rest cannot.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

use super::{
    Scene, boxed, keys, needs, say,
    table::position,
    text::{Pen, Side, cut_middle, width},
};
use crate::{
    keymap::Command,
    model::{Action, HolderClass, Phase, ServiceView},
    tui::{
        menu::{self, Entry},
        state::Menu,
    },
};

/// Columns of a key, and of a label.
const KEY: usize = 6;
const LABEL: usize = 9;
/// The widest menu.
const COLUMNS: usize = 96;

/// A row of the menu.
pub(super) struct Row {
    pub(super) key: String,
    pub(super) label: &'static str,
    pub(super) text: String,
    pub(super) enabled: bool,
}

/// Draws the menu over `area`; returns where its focused entry stands.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    open: &Menu,
) -> Option<Position> {
    let view = scene.snapshot.services.get(&open.service)?;
    let rows: Vec<Row> = menu::entries(view)
        .into_iter()
        .map(|entry| row(scene, view, entry))
        .collect();
    let name = cut_middle(view.name.as_str(), 32, scene.theme.cut());
    let title = format!("Actions for {name}");
    draw_rows(buffer, area, scene, &title, &rows, open.focused)
}

/// Draws the rows of a menu in a box; returns where the focused one stands.
pub(super) fn draw_rows(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    title: &str,
    rows: &[Row],
    focused: usize,
) -> Option<Position> {
    let widest = rows.iter().map(|row| width(&row.text)).max().unwrap_or(0);
    let most = usize::from(area.width.saturating_sub(4)).min(COLUMNS);
    let columns = (2 + KEY + LABEL + 2 + widest).max(width(title) + 4);
    let frame = boxed::centred(area, columns.min(most), rows.len());
    let shown = usize::from(frame.height.saturating_sub(2));
    let focused = focused.min(rows.len().saturating_sub(1));
    let top = (focused + 1).saturating_sub(shown);
    let foot = position(top, shown, rows.len());
    let inner = boxed::draw(buffer, frame, scene, title, foot.as_deref());
    let mut at = None;
    for (place, (row, area)) in rows.iter().skip(top).zip(inner.rows()).enumerate() {
        if place + top == focused {
            at = Some(area.as_position());
        }
        draw_row(buffer, area, scene, row, place + top == focused);
    }
    at
}

/// One entry; a disabled one stays in its place, dimmed, and can be focused.
fn draw_row(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, row: &Row, focused: bool) {
    let theme = scene.theme;
    let base = if row.enabled {
        Style::new()
    } else {
        theme.dim()
    };
    let (mark, base, key) = if focused {
        let calm = theme.selected(base);
        buffer.set_style(area.intersection(buffer.area), calm);
        (">", calm, calm)
    } else {
        (" ", base, theme.key())
    };
    Pen::new(buffer, area, theme.cut())
        .put(mark, base)
        .skip(1)
        .column(&row.key, KEY, Side::Left, key)
        .column(row.label, LABEL, Side::Left, base)
        .skip(2)
        .say(&row.text, base);
}

/// What stands in the row of an entry.
fn row(scene: Scene<'_>, view: &ServiceView, entry: Entry) -> Row {
    let command = entry.command();
    let key = command.and_then(|command| keys::label(scene, command));
    let (label, refused, text) = match entry {
        Entry::Action(action) => {
            let verdict = view.actions.get(action);
            let reason = verdict.reason.as_deref().filter(|_| !verdict.allowed);
            let hint = verdict.hint.clone();
            let text = hint.unwrap_or_else(|| does(scene, view, action));
            (action.label(), reason.map(without_label), text)
        }
        Entry::Look(command) => {
            let row = command.row();
            let refused = menu::refused(command, Some(view));
            (
                row.map_or("", |row| row.label),
                refused.as_deref().map(without_label),
                looks(scene, view, command),
            )
        }
    };
    Row {
        key: key.unwrap_or_default(),
        label,
        enabled: refused.is_none(),
        text: refused.unwrap_or(text),
    }
}

/// "disabled: service is not running." of "Stop disabled: service is not running."
fn without_label(reason: &str) -> String {
    match reason.find("disabled") {
        Some(at) => reason.get(at..).unwrap_or(reason).to_owned(),
        None => reason.to_owned(),
    }
}

/// What an action would do to this service.
pub(super) fn does(scene: Scene<'_>, view: &ServiceView, action: Action) -> String {
    let clause = needs::clause(scene, view, action);
    let needed = || {
        clause
            .as_ref()
            .map_or_else(String::new, |it| format!("; {it}"))
    };
    match action {
        Action::Start => match &clause {
            None => "start it".to_owned(),
            Some(clause) => format!("start it, {clause}"),
        },
        Action::Stop => match view.phase {
            Phase::Waiting => "end the wait".to_owned(),
            Phase::Backoff => "end the retries".to_owned(),
            Phase::Stopped | Phase::Failed => "nobody wants it up any more".to_owned(),
            Phase::Starting | Phase::Running | Phase::Stopping => {
                format!("ask its process tree to end, then make it{}", needed())
            }
        },
        Action::Kill => match view.processes {
            0 | 1 => "SIGKILL at once; asks first".to_owned(),
            many => format!("SIGKILL to its {many} processes at once; asks first"),
        },
        Action::Restart => format!("stop it, then start it{}", needed()),
        Action::Recover => "run its recover step; it keeps running".to_owned(),
        Action::FreePort => action.row().about.to_owned(),
    }
}

/// What is there to look at.
fn looks(scene: Scene<'_>, view: &ServiceView, command: Command) -> String {
    let about = command.row().map_or("", |row| row.about).to_owned();
    if command == Command::PortShow {
        let port = view.port.map(|port| port.to_string()).unwrap_or_default();
        let Some(holder) = &view.holder else {
            return about;
        };
        return match holder.class {
            HolderClass::Free => format!("{port} is free"),
            HolderClass::Own => format!("{port} is held by {} (its own)", holder.who()),
            HolderClass::OwnLeftover
            | HolderClass::OtherService
            | HolderClass::Stranger
            | HolderClass::OtherUser
            | HolderClass::Unseen => {
                format!("{port} is held by {}: what can be done", holder.who())
            }
        };
    }
    if command == Command::LogsOpen {
        return match scene.ui.logs.get(&view.name) {
            Some(ring) if !ring.lines.is_empty() => {
                format!("{} lines here", say::count(ring.lines.len()))
            }
            _ => about,
        };
    }
    if command == Command::SurvivorShow
        && let Some(first) = view.survivors.first()
    {
        return format!("PID {} may be an earlier run: decide", first.pid);
    }
    about
}
