//! The list of events: newest first, the one under the cursor told whole.

use std::sync::Arc;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use serde_json::Value;

use super::{
    Scene, boxed, happened,
    page::Page,
    say,
    text::{Pen, Side, cells, cut_middle},
    tile::rows_from,
};
use crate::{
    model::{ActorKind, Event, Wall},
    tui::{happenings, state::EventsView, theme::Weight},
};

/// Rows of the part that tells one event whole, where there is room.
const WHOLE: u16 = 9;
/// From so many rows on there is room.
const ROOM: u16 = 18;
/// An actor, a service's name, an action takes at most this.
const NAME: usize = 16;

/// Events that followed and are named.
const FOLLOWED: usize = 2;
/// Log lines so close to an event belong to it, in milliseconds.
const NEAR_MS: u64 = 5000;

/// Draws the list; returns where its cursor is.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &EventsView,
) -> Option<Position> {
    let listed = happenings::listed(scene.ui, view);
    let area = if area.height >= ROOM {
        minutes(buffer, area, scene, &listed);
        rows_from(area, 1)
    } else {
        area
    };
    let below = if area.height >= ROOM { WHOLE } else { 1 };
    let rows = usize::from(area.height.saturating_sub(below));
    let list = Rect {
        height: cells(rows),
        ..area
    };
    let at = happenings::place(&listed, view);
    // The cursor stands where it is seen, and the newest at the top as long as it fits.
    let top = (at + 1).saturating_sub(rows);
    let mut cursor = None;
    if listed.is_empty() {
        let text = if scene.ui.events.is_empty() {
            "Nothing happened yet."
        } else {
            "No event is like that."
        };
        Pen::new(buffer, list, scene.theme.cut())
            .skip(1)
            .put(text, scene.theme.dim());
    }
    let columns = Columns::new(&listed, usize::from(area.width));
    for (place, (event, row)) in listed.iter().skip(top).zip(list.rows()).enumerate() {
        let focused = place + top == at;
        if focused {
            cursor = Some(row.as_position());
        }
        draw_event(buffer, row, scene, event, columns, focused);
    }
    let rest = rows_from(area, list.height);
    rule(buffer, rest, scene, view, (at, listed.len()));
    if let Some(event) = listed.get(at) {
        let lines = whole(scene, event, usize::from(area.width));
        boxed::lines(buffer, rows_from(rest, 1), scene, &lines);
    }
    cursor
}

/// How many of the listed events there were in each of the last 60 minutes.
fn minutes(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, listed: &[&Arc<Event>]) {
    let theme = scene.theme;
    let now = scene.snapshot.written_at;
    let counts = happenings::minutes(listed, now);
    let most = counts.iter().copied().max().unwrap_or(0);
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.skip(1).put("last hour ", theme.dim());
    for count in counts {
        if count == 0 {
            pen.skip(1);
        } else {
            pen.put(
                theme.spark(f64::from(count) / f64::from(most)),
                Style::new(),
            );
        }
    }
    if most > 0 {
        pen.put_whole(&format!("  full = {most} a minute"), theme.dim());
    }
}

/// How wide the columns are.
#[derive(Clone, Copy)]
struct Columns {
    clock: usize,
    who: usize,
    service: usize,
    what: usize,
}

impl Columns {
    fn new(listed: &[&Arc<Event>], columns: usize) -> Self {
        let widest = |text: fn(&Event) -> &str| {
            let widths = listed.iter().map(|event| text(event).len());
            widths.max().unwrap_or(0).min(NAME)
        };
        Self {
            clock: if columns < 100 { 8 } else { 12 },
            who: widest(happened::who),
            service: widest(happened::service),
            what: widest(happened::what),
        }
    }
}

/// One event on one row.
fn draw_event(
    buffer: &mut Buffer,
    row: Rect,
    scene: Scene<'_>,
    event: &Event,
    columns: Columns,
    focused: bool,
) {
    let theme = scene.theme;
    let tint = |style: Style| {
        if focused {
            theme.selected(style)
        } else {
            style
        }
    };
    if focused {
        buffer.set_style(row.intersection(buffer.area), tint(Style::new()));
    }
    let clock = if columns.clock > 8 {
        say::clock_millis(event.at, &theme.zone)
    } else {
        say::clock(event.at, &theme.zone)
    };
    let service = cut_middle(happened::service(event), columns.service, theme.cut());
    let mark = if focused { ">" } else { " " };
    Pen::new(buffer, row, theme.cut())
        .put(mark, tint(Style::new()))
        .column(&clock, columns.clock, Side::Left, tint(theme.dim()))
        .skip(1)
        .column(
            happened::who(event),
            columns.who,
            Side::Left,
            tint(Style::new()),
        )
        .skip(1)
        .column(&service, columns.service, Side::Left, tint(theme.strong()))
        .skip(1)
        .column(
            happened::what(event),
            columns.what,
            Side::Left,
            tint(Style::new()),
        )
        .skip(1)
        .say(
            &happened::outcome(event),
            tint(happened::style(event, scene)),
        );
}

/// The rule below the list: how many, and which.
fn rule(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &EventsView,
    (at, count): (usize, usize),
) {
    let theme = scene.theme;
    let (glyph, style) = (theme.rule_glyph(Weight::Heavy), theme.rule(Weight::Heavy));
    let dot = theme.dot();
    let place = if count == 0 { 0 } else { at + 1 };
    let left = format!(
        " {} of {} {dot} newest first ",
        say::count(place),
        say::count(count)
    );
    let who = match view.who {
        None => "all",
        Some(None) => "only seen",
        Some(Some(kind)) => actor(kind),
    };
    let service = view.service.as_ref().map_or("all", |name| name.as_str());
    let result = if view.failures { "failures" } else { "all" };
    let right = Line::from(vec![
        Span::raw(format!(
            " who: {who} {dot} service: {service} {dot} {result} "
        )),
        Span::styled(glyph.repeat(2), style),
    ]);
    Pen::new(buffer, area, theme.cut())
        .put(&glyph.repeat(2), style)
        .put(&left, Style::new())
        .line_right(&right)
        .fill(glyph, 0, style);
}

/// An actor as the list calls it.
fn actor(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Human => "you",
        ActorKind::Cli => "cli",
        ActorKind::Api => "api",
        ActorKind::Policy => "oats",
        ActorKind::Villain => "Villain",
        ActorKind::Felix => "Felix",
    }
}

/// What an event has brought about, and what else came of the same cause.
fn followed(page: &mut Page<'_>, scene: Scene<'_>, event: &Event) {
    let followed = scene.ui.events.iter().filter(|other| {
        other.cause.is_some() && (other.cause == Some(event.seq) || other.cause == event.cause)
    });
    for (at, next) in followed
        .filter(|other| other.seq > event.seq)
        .take(FOLLOWED)
        .enumerate()
    {
        let text = format!(
            "{} {} {}, {}",
            happened::who(next),
            happened::what(next),
            happened::service(next),
            say::clock(next.at, &scene.theme.zone)
        );
        page.fact(if at == 0 { "Followed" } else { "" }, &text, Style::new());
    }
}

/// How many kept lines its service has written within a few seconds of it.
fn near(scene: Scene<'_>, event: &Event) -> Option<String> {
    let ring = scene.ui.logs.get(event.service.as_ref()?)?;
    let lines = ring.lines.iter().filter_map(|kept| kept.line.at);
    let apart = |at: Wall| at.millis().abs_diff(event.at.millis());
    let count = lines.filter(|at| apart(*at) <= NEAR_MS).count();
    (count > 0).then(|| format!("{} lines within 5 s of it", say::count(count)))
}

/// One event told whole.
fn whole(scene: Scene<'_>, event: &Event, columns: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(scene.theme, columns);
    let plain = Style::new();
    let sentence = format!(
        "{} {} {}: {}",
        happened::who(event),
        happened::what(event),
        happened::service(event),
        happened::outcome(event)
    );
    page.say(&sentence, happened::style(event, scene));
    let cause = event.cause.and_then(|cause| {
        let mut events = scene.ui.events.iter();
        events.find(|other| other.seq == cause)
    });
    if let Some(cause) = cause {
        let text = format!(
            "{} {} {}, {}",
            happened::who(cause),
            happened::what(cause),
            happened::service(cause),
            say::clock(cause.at, &scene.theme.zone)
        );
        page.fact("Cause", &text, plain);
    }
    followed(&mut page, scene, event);
    if let Some(text) = near(scene, event) {
        page.fact("Log", &text, plain);
    }
    if let Some(millis) = event.duration_ms {
        page.fact("Took", &say::took(millis), plain);
    }
    if let Some(run) = event.run {
        page.fact("Run", &run.to_string(), scene.theme.dim());
    }
    let tail = event.data.get("stderr_tail").and_then(Value::as_array);
    let mut tail: Vec<&str> = tail
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    // The last lines say why.
    let skip = tail.len().saturating_sub(4);
    for (at, line) in tail.drain(..).skip(skip).enumerate() {
        let name = if at == 0 { "Its stderr" } else { "" };
        page.fact(name, line, scene.theme.dim());
    }
    page.into_lines()
}
