//! Questions: what will happen, what will not, and the choices.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::Line,
};

use super::{
    Scene, batch, boxed,
    text::{Pen, cells, width, wrap},
    tile::rows_from,
};
use crate::{
    model::{ServiceName, plan},
    tui::state::{Choice, Many, Question, QuestionKind},
};

/// A question is never wider than this.
const COLUMNS: usize = 66;
/// Names are listed on at most so many rows.
const LIST_ROWS: usize = 5;

/// Draws a question over `area`; returns where its focused choice stands.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    question: &Question,
) -> Option<Position> {
    if let QuestionKind::Many(many) = &question.kind {
        return draw_many(buffer, area, scene, many, question);
    }
    let choices = question.kind.choices();
    let labels: Vec<&str> = choices
        .iter()
        .map(|choice| label(&question.kind, *choice))
        .collect();
    let columns = COLUMNS.min(usize::from(area.width.saturating_sub(4)));
    let mut body = Vec::new();
    for (rows, text) in body_of(scene, &question.kind) {
        body.extend(
            wrap(&text, columns, rows, scene.theme.cut())
                .into_iter()
                .map(|row| Line::raw(row.into_owned())),
        );
    }
    let title = title(scene, &question.kind);
    let choices_width: usize = labels.iter().map(|label| width(label) + 6).sum();
    let widest = body.iter().map(Line::width).max().unwrap_or(0);
    let wish = widest
        .max(choices_width)
        .max(width(&title) + 2)
        .min(columns);
    let frame = boxed::centred(area, wish, body.len() + 2);
    let inner = boxed::draw(buffer, frame, scene, &title, None);
    boxed::lines(buffer, inner, scene, &body);
    let row = rows_from(inner, inner.height.saturating_sub(1));
    draw_choices(buffer, row, scene, &labels, question.focused)
}

/// Draws a question about several services: all of them, as far as there is room.
fn draw_many(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    many: &Many,
    question: &Question,
) -> Option<Position> {
    let columns = batch::COLUMNS.min(usize::from(area.width.saturating_sub(4)));
    let rows = usize::from(area.height.saturating_sub(4));
    let body = batch::question(scene, many, columns, rows);
    let title = batch::title(many);
    let widest = body.iter().map(Line::width).max().unwrap_or(0);
    let wish = widest.max(width(&title) + 4).min(columns);
    let frame = boxed::centred(area, wish, body.len() + 2);
    let inner = boxed::draw(buffer, frame, scene, &title, None);
    boxed::lines(buffer, inner, scene, &body);
    let row = rows_from(inner, inner.height.saturating_sub(1));
    let labels = question.kind.choices().iter();
    let labels: Vec<&str> = labels.map(|it| label(&question.kind, *it)).collect();
    draw_choices(buffer, row, scene, &labels, question.focused)
}

/// The choices side by side, the focused one in reverse video.
fn draw_choices(
    buffer: &mut Buffer,
    row: Rect,
    scene: Scene<'_>,
    labels: &[&str],
    focused: usize,
) -> Option<Position> {
    let mut at = None;
    let mut x = row.x;
    for (index, label) in labels.iter().enumerate() {
        let style = if index == focused {
            at = Some(Position::new(x, row.y));
            scene.theme.selected(scene.theme.strong())
        } else {
            ratatui::style::Style::new()
        };
        let text = format!("[ {label} ]");
        let offset = x.saturating_sub(row.x).min(row.width);
        let rest = Rect::new(x, row.y, row.width - offset, row.height);
        Pen::new(buffer, rest, scene.theme.cut()).put(&text, style);
        x = x.saturating_add(cells(width(&text) + 2));
    }
    at
}

/// The act and its target.
pub(super) fn title(scene: Scene<'_>, kind: &QuestionKind) -> String {
    let pid_of = |service: &ServiceName| scene.snapshot.services.get(service)?.pid;
    match kind {
        QuestionKind::Kill { service, pid } => with_pid("Kill", service, *pid),
        QuestionKind::Affects {
            service, restart, ..
        } => {
            let verb = if *restart { "Restart" } else { "Stop" };
            with_pid(verb, service, pid_of(service))
        }
        QuestionKind::Many(many) => batch::title(many),
        QuestionKind::Quit { running } => match running.len() {
            1 => "Leave while 1 service runs?".to_owned(),
            more => format!("Leave while {more} services run?"),
        },
    }
}

/// "Kill payments (PID 48205)?"
fn with_pid(verb: &str, service: &ServiceName, pid: Option<crate::model::Pid>) -> String {
    let pid = pid.map(|pid| format!(" (PID {pid})")).unwrap_or_default();
    format!("{verb} {service}{pid}?")
}

/// What will happen and what will not: paragraphs, each with the rows it may take.
fn body_of(scene: Scene<'_>, kind: &QuestionKind) -> Vec<(usize, String)> {
    match kind {
        QuestionKind::Kill { service, .. } => {
            let view = scene.snapshot.services.get(service);
            let tree = match view.map_or(0, |view| view.processes) {
                0 | 1 => "its whole process tree".to_owned(),
                many => format!("all {many} processes of its tree"),
            };
            let mut out = vec![
                (3, format!("SIGKILL goes to {tree}, at once.")),
                (
                    3,
                    "It cannot save or finish anything. Nothing restarts it.".to_owned(),
                ),
            ];
            let dependents = plan::hurts(scene.snapshot, service);
            if !dependents.is_empty() {
                let text = format!("Running services need it: {}.", list(&dependents));
                out.push((LIST_ROWS, text));
            }
            out
        }
        QuestionKind::Affects {
            restart,
            dependents,
            ..
        } => {
            let (act, then) = if *restart {
                (
                    "It is stopped, then started again.",
                    "They run on, without it until it is back.",
                )
            } else {
                (
                    "It is asked to end, then made to. Nothing restarts it.",
                    "They run on, without it, and may become unhealthy.",
                )
            };
            vec![
                (3, act.to_owned()),
                (
                    LIST_ROWS,
                    format!("Running services need it: {}.", list(dependents)),
                ),
                (3, then.to_owned()),
            ]
        }
        // Drawn as a list of its own.
        QuestionKind::Many(_) => Vec::new(),
        QuestionKind::Quit { running } => vec![
            (LIST_ROWS, format!("Running: {}.", list(running))),
            (
                3,
                "Left running, they log on, and the next oats takes them over.".to_owned(),
            ),
            (
                3,
                "Stopped, each one ends before those that it needs.".to_owned(),
            ),
        ],
    }
}

/// Names in a sentence: the first ones, and how many more.
fn list(names: &[ServiceName]) -> String {
    const SHOWN: usize = 16;
    let mut out = String::new();
    for (at, name) in names.iter().take(SHOWN).enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        out.push_str(name.as_str());
    }
    match names.len().saturating_sub(SHOWN) {
        0 => out,
        more => format!("{out} and {more} more"),
    }
}

/// What a choice is called.
pub(super) fn label(kind: &QuestionKind, choice: Choice) -> &'static str {
    match (choice, kind) {
        (Choice::No, QuestionKind::Quit { .. }) => "Stay",
        (
            Choice::No,
            QuestionKind::Kill { .. } | QuestionKind::Affects { .. } | QuestionKind::Many(_),
        ) => "Cancel",
        (Choice::Yes, QuestionKind::Affects { restart: true, .. }) => "Restart",
        (Choice::Yes, QuestionKind::Affects { restart: false, .. }) => "Stop",
        (Choice::Yes, QuestionKind::Kill { .. }) => "Kill",
        (Choice::Yes, QuestionKind::Many(many)) => many.action.label(),
        (Choice::Yes, QuestionKind::Quit { .. }) => "Leave",
        (Choice::StopAll, _) => "Stop all and leave",
        (Choice::LeaveRunning, _) => "Leave them running",
    }
}
