//! The rule below the lines, and the search while it is typed.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    super::{
        Scene, keys, say,
        text::{Pen, width},
    },
    far,
    page::{self, Shape},
};
use crate::{
    keymap::{Command, command::PromptCommand},
    model::reading::{Kind, Level},
    tui::{
        layout,
        rings::Pile,
        state::{Kept, LogView, Streams, Times, Typing, View},
        theme::Weight,
    },
};

/// The rule below the lines: which of how many, whether it follows, what is left out.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &LogView,
    pile: &Pile<'_>,
    lines: (Option<&Kept>, Option<&Kept>),
) {
    let theme = scene.theme;
    let glyph = theme.rule_glyph(Weight::Heavy);
    let rule = theme.rule(Weight::Heavy);
    let parts = rule_parts(scene, view, pile, lines);
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

/// That it is paused, and how many lines are new; `below` are those of the shown log below the
/// screen.
fn paused(scene: Scene<'_>, view: &LogView, below: u64) -> String {
    let new = match &scene.ui.book.window {
        None => Some(below),
        Some(window) => window.ever.and_then(|ever| {
            let ring = scene.ui.logs.get(view.service.as_ref()?)?;
            let since = ring.so_far().of(view.streams);
            Some(below + since.saturating_sub(ever.of(view.streams)))
        }),
    };
    match new {
        Some(new) => format!("PAUSED +{} new", number(new)),
        None => "PAUSED".to_owned(),
    }
}

/// What the rule says, in this order; the smallest number stays longest.
fn rule_parts(
    scene: Scene<'_>,
    view: &LogView,
    pile: &Pile<'_>,
    (lowest, under): (Option<&Kept>, Option<&Kept>),
) -> Vec<(u8, Span<'static>)> {
    let theme = scene.theme;
    let plain = |text: String| Span::raw(text);
    let all = pile.count();
    let rank = lowest.map_or(0, |kept| pile.rank(kept.number));
    let line = under.map_or(0, |kept| pile.rank(kept.number));
    let window = scene.ui.book.window.as_ref();
    let how = match view.anchor {
        None => plain("following".to_owned()),
        Some(_) => Span::styled(paused(scene, view, all - rank), theme.warning()),
    };
    let place = match (window, under) {
        (Some(window), Some(kept)) => far::place(window, &kept.line),
        _ => format!("line {} of {}", number(line), number(all)),
    };
    let mut parts = vec![(2, plain(place)), (0, how)];
    if let Some(search) = &scene.ui.book.search {
        let text = far::searching(scene, search.progress);
        parts.push((0, Span::styled(text, theme.strong())));
    }
    if let Some(found) = found(view, pile, under) {
        let style = if pile.hits() == 0 {
            theme.warning()
        } else {
            theme.strong()
        };
        parts.push((1, Span::styled(found, style)));
    }
    parts.extend(filters(scene, view, pile));
    match pile.errors() {
        0 => {}
        1 => parts.push((6, Span::styled("1 error", theme.alarm()))),
        many => parts.push((
            6,
            Span::styled(format!("{} errors", number(many)), theme.alarm()),
        )),
    }
    if view.left > 0 && !view.wrap {
        parts.push((4, plain(format!("from column {}", view.left + 1))));
    }
    if !view.marks.is_empty() {
        parts.push((5, plain(format!("{} marked", say::count(view.marks.len())))));
    }
    let dropped = pile.unfiltered().dropped();
    parts.push((7, plain(format!("{} dropped", number(dropped)))));
    let wrap = if view.wrap { "on" } else { "off" };
    parts.push((8, plain(format!("wrap {wrap}"))));
    let zero = match (view.times, view.anchor) {
        (Times::Relative, Some(_)) => " to the cursor",
        (Times::Relative, None) => " to the newest",
        (Times::Local | Times::Utc | Times::Off, _) => "",
    };
    parts.push((9, plain(format!("time {}{zero}", view.times.word()))));
    parts
}

/// What is left out, and how much of it.
fn filters(scene: Scene<'_>, view: &LogView, pile: &Pile<'_>) -> Vec<(u8, Span<'static>)> {
    let theme = scene.theme;
    let streams = match view.streams {
        Streams::Both => Span::raw("stdout and stderr"),
        Streams::Stderr => Span::styled("stderr only", theme.strong()),
        Streams::Stdout => Span::styled("stdout only", theme.strong()),
    };
    let mut parts = vec![(if view.streams == Streams::Both { 7 } else { 3 }, streams)];
    match view.least {
        Some(least) => {
            let text = format!("level {} or worse", level_word(least));
            parts.push((2, Span::styled(text, theme.strong())));
        }
        None => parts.push((9, Span::raw("all levels"))),
    }
    if view.only && view.search.is_some() {
        let hidden = pile.unfiltered().count().saturating_sub(pile.count());
        let text = format!("only matching, {} hidden", number(hidden));
        parts.push((2, Span::styled(text, theme.strong())));
    }
    if view.cleared > 0 {
        parts.push((5, Span::raw("cleared")));
    }
    parts
}

/// "/timeout 2 of 17"
fn found(view: &LogView, pile: &Pile<'_>, under: Option<&Kept>) -> Option<String> {
    let needle = view.search.as_ref()?;
    let all = pile.hits();
    if all == 0 {
        return Some(format!("no match for \"{}\"", needle.as_str()));
    }
    let cursor = under.filter(|_| view.anchor.is_some());
    let at = cursor.map(|kept| pile.hits_to(kept.number));
    let is_hit = cursor.is_some_and(|kept| needle.is_in(&kept.line.text));
    Some(match at.filter(|_| is_hit) {
        Some(at) => format!("match {} of {}", number(at), number(all)),
        None if all == 1 => "1 match".to_owned(),
        None => format!("{} matches", number(all)),
    })
}

/// A level as a filter calls it.
pub(super) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

fn number(number: u64) -> String {
    say::count(usize::try_from(number).unwrap_or(usize::MAX))
}

/// Draws the search while it is typed: how it is meant, and what it finds; returns where the next
/// letter will stand.
pub(in crate::tui::view) fn draw_prompt(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &LogView,
    typing: &Typing,
) -> Position {
    let theme = scene.theme;
    let pile = Pile::of(scene.ui.lines(), scene.snapshot, view);
    let kind = match typing.kind {
        Kind::Text => "text",
        Kind::Regex => "regex",
    };
    let kind = match keys::label(scene, Command::Prompt(PromptCommand::Regex)) {
        Some(key) if area.width >= 60 => format!("  {kind} ({key})"),
        Some(_) | None => format!("  {kind}"),
    };
    let found = match (&typing.problem, &view.search) {
        (Some(_), _) => "  not complete".to_owned(),
        (None, None) => String::new(),
        (None, Some(_)) => {
            let shape = Shape::new(
                scene.snapshot,
                view,
                (scene.ui.size.0, layout::log_view_rows(scene.ui.size)),
            );
            let page = page::page(&pile, view, shape);
            let under = page.get(page::cursor(&page, view)).map(|it| it.kept);
            let found = found(view, &pile, under).unwrap_or_default();
            let found = if pile.hits() == 0 { "no match" } else { &found };
            format!("  {found}")
        }
    };
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.keep(1).skip(1).put("/", theme.key());
    let room = pen.room().saturating_sub(width(&found) + width(&kind) + 1);
    // The end is where letters are typed: the beginning gives way.
    let tails = typing.text.char_indices().map(|(at, _)| at);
    let mut tails = tails.filter_map(|at| typing.text.get(at..));
    let tail = tails.find(|tail| width(tail) <= room);
    pen.put(tail.unwrap_or_default(), theme.strong());
    let caret = pen.position();
    let style = if view.search.is_some() && pile.hits() == 0 {
        theme.warning()
    } else {
        Style::new()
    };
    pen.put(theme.caret(), Style::new())
        .put(&found, style)
        .put(&kind, theme.dim());
    caret
}

/// Draws below the prompt why what was typed cannot be looked for; says whether it did.
pub(in crate::tui::view) fn draw_problem(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
) -> bool {
    let View::Logs(view) = &scene.ui.view else {
        return false;
    };
    let typing = view.typing.as_ref().filter(|_| scene.ui.overlay.is_none());
    let Some(problem) = typing.and_then(|typing| typing.problem.as_ref()) else {
        return false;
    };
    let mut pen = Pen::new(buffer, area, scene.theme.cut());
    pen.keep(1).skip(1).say(problem, scene.theme.alarm());
    true
}
