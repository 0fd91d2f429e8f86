//! The first two rows: what this is and how many are well; and the worst trouble.

use std::path::Path;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{Scene, text::Pen};
use crate::model::{Snapshot, State, snapshot::OwnerMode, state};

/// Which page of panes is shown, when there are several: this one, and how many.
pub(super) type Page = Option<(usize, usize)>;

/// Draws the header.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, page: Page) {
    let room = usize::from(area.width);
    let left = lefts(scene);
    let right = rights(scene, page);
    // The first pair that fits: what is at the right shrinks first.
    let pairs = left
        .iter()
        .flat_map(|left| right.iter().map(move |right| (left, right)));
    let fits = pairs
        .clone()
        .find(|(left, right)| left.width() + right.width() + 2 <= room);
    let mut pen = Pen::new(buffer, area, scene.theme.cut());
    if let Some((left, right)) = fits.or_else(|| pairs.last()) {
        pen.keep(1).line_right(right).keep(1).line(left);
    }
}

/// The left part, longest first: name, project, counts.
fn lefts(scene: Scene<'_>) -> Vec<Line<'static>> {
    let counts = state::counts(scene.snapshot);
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let noun = if total == 1 { "service" } else { "services" };
    let project = project(scene.snapshot);
    let heads = [format!("{total} {noun}:"), format!("{total}:")];
    let [long, short] = heads.map(|head| counted(scene, head, &counts, State::counted));
    let words = counted(scene, format!("{total}:"), &counts, State::word);
    let forms = [
        (Some(&project), long),
        (Some(&project), short),
        (Some(&project), words),
        (Some(&project), summed(scene, total, &counts)),
        (None, summed(scene, total, &counts)),
    ];
    let line = |(project, counted): (Option<&String>, Vec<Span<'static>>)| {
        let bar = || Span::styled(format!(" {} ", scene.theme.bar()), scene.theme.dim());
        let mut spans = vec![Span::raw(" "), Span::styled("oats", scene.theme.strong())];
        if let Some(project) = project {
            spans.extend([bar(), Span::raw(project.clone())]);
        }
        spans.push(bar());
        spans.extend(counted);
        Line::from(spans)
    };
    forms.into_iter().map(line).collect()
}

/// "10: 1 up 5 bad 1 off 3 busy"
fn summed(scene: Scene<'_>, total: usize, counts: &[(State, usize)]) -> Vec<Span<'static>> {
    let mut spans = vec![Span::raw(format!("{total}:"))];
    for (count, word) in sums(counts) {
        let bad = word == BAD;
        let style = if bad {
            scene.theme.alarm()
        } else {
            Style::new()
        };
        spans.push(Span::raw(" "));
        spans.push(Span::styled(format!("{count} {word}"), style));
    }
    spans
}

/// What services in trouble are called where there is little room.
const BAD: &str = "bad";

/// Counts in four words, the most telling first, those without any left out.
pub(super) fn sums(counts: &[(State, usize)]) -> Vec<(usize, &'static str)> {
    let mut out = vec![(0, "up"), (0, BAD), (0, "off"), (0, "busy")];
    for (state, count) in counts {
        let word = match state {
            State::Up => "up",
            State::Start | State::Wait | State::Ends => "busy",
            State::Stop => "off",
            State::Degraded | State::Retry | State::Fail | State::Port | State::Doubt => BAD,
        };
        for (sum, _) in out.iter_mut().filter(|(_, other)| *other == word) {
            *sum += count;
        }
    }
    out.retain(|(sum, _)| *sum > 0);
    out
}

/// "5 services: 4 up 1 degraded", or with the words of the table: "5: 4 UP 1 DEGR".
fn counted(
    scene: Scene<'_>,
    head: String,
    counts: &[(State, usize)],
    word: fn(State) -> &'static str,
) -> Vec<Span<'static>> {
    if counts.is_empty() {
        return vec![Span::raw("no services")];
    }
    let mut spans = vec![Span::raw(head)];
    for (state, count) in counts {
        let style = match state.trouble() {
            Some(_) => scene.theme.state(*state),
            None => Style::new(),
        };
        spans.push(Span::raw(" "));
        spans.push(Span::styled(format!("{count} {}", word(*state)), style));
    }
    spans
}

/// The right part, longest first: page, who owns the root, where it can be reached.
fn rights(scene: Scene<'_>, page: Page) -> Vec<Line<'static>> {
    let owner = match &scene.snapshot.owner {
        Some(owner) => match owner.mode {
            OwnerMode::Console => "owner",
            OwnerMode::Serve => "serve",
        },
        None => "no owner",
    };
    let dot = scene.theme.dot();
    let page = page.map(|(at, of)| format!("page {at} of {of}"));
    let live = || Span::styled("LIVE", scene.theme.strong());
    let mut out = Vec::new();
    let api = scene.snapshot.api.as_deref();
    for parts in [
        vec![page.as_deref(), Some(owner), api],
        vec![page.as_deref(), Some(owner)],
        vec![page.as_deref()],
    ] {
        let mut spans = Vec::new();
        for part in parts.into_iter().flatten() {
            spans.push(Span::raw(format!("{part} {dot} ")));
        }
        spans.push(live());
        out.push(Line::from(spans));
    }
    out
}

/// The name of the project: the root's own folder.
fn project(snapshot: &Snapshot) -> String {
    let name = Path::new(&snapshot.root).file_name();
    name.map_or_else(
        || "/".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}
