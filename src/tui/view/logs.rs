//! The log that fills the screen.

use std::path::Path;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, keys, say,
    tail::{self, Precision},
    text::{Pen, Side, cut_middle, width, wrap},
};
use crate::{
    keymap::{Command, command::LogCommand},
    model::{ServiceView, reading::Level},
    tui::{
        rings::{Pile, merged},
        state::{Kept, LogView, Streams},
        theme::Weight,
    },
};

/// Columns of the screen from which on a line says when it arrived, and how exactly.
const TIMES: [(u16, Precision); 2] = [(60, Precision::Millis), (50, Precision::Seconds)];
/// Columns that the name of a service takes at most.
const NAME: usize = 16;

/// Draws the view; returns where the cursor is: on the line that was jumped to, or the lowest one.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &LogView,
) -> Option<Position> {
    let pile = Pile::of(&scene.ui.logs, scene.snapshot, view);
    let height = area.height.checked_sub(1)?;
    let (lines, rule) = (
        Rect { height, ..area },
        Rect::new(area.x, area.y + height, area.width, 1),
    );
    let rows = usize::from(height);
    let page = pile.page(view.anchor, rows);
    draw_rule(buffer, rule, scene, view, &pile, page.last().copied());
    let Some(lowest) = page.last() else {
        draw_empty(buffer, lines, scene, view, &pile);
        return Some(lines.as_position());
    };
    // Rows of lines that have been dropped since stay blank: what is left does not move.
    let ever = usize::try_from(pile.ever_to(lowest.number)).unwrap_or(rows);
    let blank = rows.min(ever).saturating_sub(page.len());
    let names = view.service.is_none().then(|| name_columns(scene));
    let mut cursor = None;
    for (row, kept) in lines.rows().skip(blank).zip(&page) {
        let is_found = view.found == Some(kept.number);
        draw_line(buffer, row, scene, kept, names, view.left, is_found);
        if is_found || kept.number == lowest.number && cursor.is_none() {
            cursor = Some(row.as_position());
        }
    }
    cursor
}

/// The columns that the names of the merged services take.
fn name_columns(scene: Scene<'_>) -> usize {
    let names = merged(scene.snapshot).into_iter();
    let widest = names.map(|name| width(name.as_str())).max();
    widest.unwrap_or(0).min(NAME)
}

/// One line: when, whose, from which stream, how serious, and what it says.
fn draw_line(
    buffer: &mut Buffer,
    row: Rect,
    scene: Scene<'_>,
    kept: &Kept,
    names: Option<usize>,
    left: usize,
    is_found: bool,
) {
    let (theme, line) = (scene.theme, &kept.line);
    let mut pen = Pen::new(buffer, row, theme.cut());
    if is_found {
        pen.put(">", theme.key());
    } else {
        pen.skip(1);
    }
    if let Some((_, precision)) = TIMES.iter().find(|(from, _)| row.width >= *from) {
        tail::put_time(&mut pen, theme, line, *precision).skip(1);
    }
    if let Some(columns) = names {
        let name = cut_middle(line.service.as_str(), columns, theme.cut());
        pen.column(&name, columns, Side::Left, Style::new()).skip(1);
    }
    let base = tail::text_style(theme, line, Style::new());
    tail::put_mark(&mut pen, theme, line, base);
    match kept.level {
        Some(level @ Level::Error) => pen.put(level.letter(), theme.alarm()),
        Some(level @ Level::Warning) => pen.put(level.letter(), theme.warning()),
        Some(level @ (Level::Info | Level::Debug)) => pen.put(level.letter(), theme.dim()),
        None => pen.skip(1),
    };
    tail::put_text(pen.skip(1), theme, &line.text, base, left);
}

/// The rule below the lines: which of how many, whether it follows, what is left out.
fn draw_rule(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &LogView,
    pile: &Pile<'_>,
    lowest: Option<&Kept>,
) {
    let theme = scene.theme;
    let glyph = theme.rule_glyph(Weight::Heavy);
    let rule = theme.rule(Weight::Heavy);
    let parts = rule_parts(scene, view, pile, lowest);
    // What matters least gives way where there is no room.
    let room = usize::from(area.width).saturating_sub(2 * 2 + 2);
    let mut by_weight: Vec<usize> = (0..parts.len()).collect();
    by_weight.sort_by_key(|at| parts.get(*at).map(|(weight, _)| *weight));
    let mut kept = Vec::new();
    let mut used = 0;
    for at in by_weight {
        let Some((_, part)) = parts.get(at) else {
            continue;
        };
        let columns = part.width() + if kept.is_empty() { 0 } else { 3 };
        if used + columns > room {
            break;
        }
        used += columns;
        kept.push(at);
    }
    kept.sort_unstable();
    let mut line = Line::default();
    for (_, part) in kept.iter().filter_map(|at| parts.get(*at)) {
        if !line.spans.is_empty() {
            line.push_span(Span::styled(format!(" {} ", theme.dot()), theme.dim()));
        }
        line.push_span(part.clone());
    }
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.put(&glyph.repeat(2), rule);
    if !line.spans.is_empty() {
        pen.skip(1).line(&line).skip(1);
    }
    pen.fill(glyph, 0, rule);
}

/// What the rule says, in this order; the smallest number stays longest.
fn rule_parts(
    scene: Scene<'_>,
    view: &LogView,
    pile: &Pile<'_>,
    lowest: Option<&Kept>,
) -> Vec<(u8, Span<'static>)> {
    let theme = scene.theme;
    let count = |number: u64| say::count(usize::try_from(number).unwrap_or(usize::MAX));
    let plain = |text: String| Span::raw(text);
    let all = pile.count();
    let rank = lowest.map_or(0, |kept| pile.rank(kept.number));
    let how = match view.anchor {
        None => plain("following".to_owned()),
        Some(_) => Span::styled(
            format!("PAUSED +{} new", count(all - rank)),
            theme.warning(),
        ),
    };
    let streams = match view.streams {
        Streams::Both => plain("stdout and stderr".to_owned()),
        Streams::Stderr => Span::styled("stderr only", theme.strong()),
        Streams::Stdout => Span::styled("stdout only", theme.strong()),
    };
    let mut parts = vec![
        (1, plain(format!("line {} of {}", count(rank), count(all)))),
        (0, how),
        (2, streams),
    ];
    match pile.errors() {
        0 => {}
        1 => parts.push((3, Span::styled("1 error", theme.alarm()))),
        many => parts.push((
            3,
            Span::styled(format!("{} errors", count(many)), theme.alarm()),
        )),
    }
    if view.left > 0 {
        parts.push((4, plain(format!("from column {}", view.left + 1))));
    }
    parts.push((5, plain(format!("{} dropped", count(pile.dropped())))));
    parts
}

/// Why there is nothing to read, and where the output goes.
fn draw_empty(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, view: &LogView, pile: &Pile<'_>) {
    let theme = scene.theme;
    let inner = Rect::new(
        area.x.saturating_add(1).min(area.right()),
        area.y,
        area.width.saturating_sub(2),
        area.height,
    );
    let mut rows = inner.rows();
    let texts = match pile.with(Streams::Both).count() {
        0 => silence(scene, view),
        hidden => filtered(scene, view.streams, hidden),
    };
    for (text, style) in texts {
        for part in wrap(&text, usize::from(inner.width), 4, theme.cut()) {
            let Some(row) = rows.next() else { return };
            Pen::new(buffer, row, theme.cut()).put(&part, style);
        }
    }
}

/// There are lines, but none of the streams that are shown.
fn filtered(scene: Scene<'_>, streams: Streams, hidden: u64) -> Vec<(String, Style)> {
    let stream = match streams {
        Streams::Both => "these streams",
        Streams::Stderr => "stderr",
        Streams::Stdout => "stdout",
    };
    let hidden = say::count(usize::try_from(hidden).unwrap_or(usize::MAX));
    let key = keys::label(scene, Command::Log(LogCommand::Stream));
    let help = key.map(|key| format!(" {key} shows other streams."));
    let text = format!(
        "0 of {hidden} lines are from {stream}.{}",
        help.unwrap_or_default()
    );
    vec![(text, Style::new())]
}

/// There is no line at all.
fn silence(scene: Scene<'_>, view: &LogView) -> Vec<(String, Style)> {
    let (plain, dim) = (Style::new(), scene.theme.dim());
    let services = &scene.snapshot.services;
    let (why, files) = if let Some(name) = &view.service {
        let Some(service) = services.get(name) else {
            return vec![(format!("There is no service {name} any more."), plain)];
        };
        let logs = &service.logs;
        (
            why_silent(service),
            vec![logs.stdout.clone(), logs.stderr.clone()],
        )
    } else {
        let alive = services.values().filter(|it| it.pid.is_some()).count();
        let (alive, all) = (say::count(alive), say::count(services.len()));
        let first = services.values().next();
        (
            format!("{alive} of {all} services have a process."),
            first.and_then(|view| folder(view)).into_iter().collect(),
        )
    };
    let mut out = vec![(format!("No output yet. {why}"), plain)];
    let columns = usize::from(scene.ui.size.0).saturating_sub(3);
    for (word, file) in ["Output goes to", "and to"].into_iter().zip(files) {
        let file = cut_middle(
            &file,
            columns.saturating_sub(width(word)),
            scene.theme.cut(),
        );
        out.push((format!("{word} {file}"), dim));
    }
    out
}

/// Why a service says nothing.
fn why_silent(view: &ServiceView) -> String {
    match (view.pid, view.uptime_s) {
        (Some(_), Some(up)) => format!("Started {} ago.", say::span(up)),
        (Some(_), None) => "It is just being started.".to_owned(),
        (None, _) if view.last_exit.is_some() => "It is not running.".to_owned(),
        (None, _) => "It was not started.".to_owned(),
    }
}

/// The folder of the logs.
fn folder(view: &ServiceView) -> Option<String> {
    let folder = Path::new(&view.logs.stdout).parent()?;
    Some(folder.display().to_string())
}
