//! The first two rows: what this is and how many are well; and the worst trouble.

use std::path::Path;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, keys,
    text::{Pen, cut_middle},
};
use crate::{
    keymap::Command,
    model::{ServiceName, Snapshot, State, snapshot::OwnerMode, state},
    supervisor::Link,
    tui::state::{MERGED, View},
};

/// Which page of panes is shown, when there are several: this one, and how many.
pub(super) type Page = Option<(usize, usize)>;

/// Draws the header.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, page: Page) {
    let room = usize::from(area.width);
    let left = lefts(scene);
    let right = rights(scene, page);
    let fits = |pair: &(&Line<'_>, &Line<'_>)| pair.0.width() + pair.1.width() + 3 <= room;
    let last = left.last().zip(right.last());
    // The first pair that fits: what is at the right shrinks first, but for what hides services.
    let found = if hidden(scene).is_empty() {
        let pairs = left
            .iter()
            .flat_map(|left| right.iter().map(move |right| (left, right)));
        pairs.into_iter().find(fits)
    } else {
        // How many are in trouble stays.
        let left = left.get(..left.len().saturating_sub(1)).unwrap_or_default();
        let pairs = right
            .iter()
            .flat_map(|right| left.iter().map(move |left| (left, right)));
        pairs.into_iter().find(fits)
    };
    let mut pen = Pen::new(buffer, area, scene.theme.cut());
    if let Some((left, right)) = found.or(last) {
        pen.keep(1).line_right(right).keep(1).line(left);
    }
}

/// Draws the header of a view that is not all services: the way to it.
pub(super) fn draw_trail(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, view: &View) {
    let cursor = scene.ui.cursor.as_ref().map_or("-", |name| name.as_str());
    let all = match scene.snapshot.services.len() {
        count if count > MERGED => format!("{MERGED} of {count} services"),
        _ => "all services".to_owned(),
    };
    let chosen = chosen(scene.snapshot, view);
    let parts: Vec<&str> = match view {
        View::Services => Vec::new(),
        View::Detail(_) => vec![cursor],
        View::Logs(log) => vec![
            "logs",
            log.service
                .as_ref()
                .map_or(chosen.as_deref().unwrap_or(&all), |it| it.as_str()),
        ],
        View::Events(events) => match &events.service {
            Some(service) => vec!["events", service.as_str()],
            None => vec!["events"],
        },
        View::Own => vec!["oats's own log"],
    };
    let right = rights(scene, None);
    // That this is a window onto another process is said where there is room.
    let attached = scene.ui.link.is_some().then(|| right.iter().rev().nth(1));
    let right = attached.flatten().or(right.last());
    let mut pen = Pen::new(buffer, area, scene.theme.cut());
    pen.keep(1);
    if let Some(right) = right {
        pen.line_right(right);
    }
    pen.keep(1).skip(1).put("oats", scene.theme.strong());
    for part in std::iter::once(project(scene.snapshot).as_str()).chain(parts) {
        pen.put(&format!(" {} ", scene.theme.step()), scene.theme.dim())
            .put(part, Style::new());
    }
}

/// The services that were chosen to be shown together: "api + search (2 of 7)".
fn chosen(snapshot: &Snapshot, view: &View) -> Option<String> {
    let View::Logs(log) = view else { return None };
    let count = log.chosen.len();
    let names: Vec<&str> = log.chosen.iter().take(3).map(ServiceName::as_str).collect();
    let more = if count > names.len() { " + ..." } else { "" };
    let all = snapshot.services.len();
    (count > 0).then(|| format!("{}{more} ({count} of {all})", names.join(" + ")))
}

/// The left part, longest first: name, project, counts.
fn lefts(scene: Scene<'_>) -> Vec<Line<'static>> {
    if scene.snapshot.services.is_empty() {
        let none = vec![Span::raw("no services")];
        return vec![left(scene, true, none.clone()), left(scene, false, none)];
    }
    let counts = state::counts(scene.snapshot);
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let noun = if total == 1 { "service" } else { "services" };
    let heads = [format!("{total} {noun}:"), format!("{total}:")];
    let [long, short] = heads.map(|head| counted(scene, head, &counts, State::counted));
    let words = counted(scene, format!("{total}:"), &counts, State::word);
    let summed = |most| summed(scene, total, &counts, most);
    let mut out = vec![
        left(scene, true, long),
        left(scene, true, short),
        left(scene, true, words),
        left(scene, true, summed(4)),
        left(scene, false, summed(4)),
    ];
    // Where there is little room: without the bar, then without the least telling counts.
    for most in (1..=4).rev() {
        let mut spans = vec![Span::raw(" "), Span::styled("oats ", scene.theme.strong())];
        spans.extend(summed(most));
        out.push(Line::from(spans));
    }
    out
}

/// Name, project where it is wanted, and counts.
fn left(scene: Scene<'_>, project: bool, counted: Vec<Span<'static>>) -> Line<'static> {
    let bar = || Span::styled(format!(" {} ", scene.theme.bar()), scene.theme.dim());
    let mut spans = vec![Span::raw(" "), Span::styled("oats", scene.theme.strong())];
    if project {
        spans.extend([bar(), Span::raw(self::project(scene.snapshot))]);
    }
    spans.push(bar());
    spans.extend(counted);
    Line::from(spans)
}

/// "10: 1 up 5 bad 1 off 3 busy"
fn summed(
    scene: Scene<'_>,
    total: usize,
    counts: &[(State, usize)],
    most: usize,
) -> Vec<Span<'static>> {
    let mut spans = vec![Span::raw(format!("{total}:"))];
    for (count, word) in sums(counts).into_iter().take(most) {
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

/// The right part, longest first: what hides services, page, who owns the root, where it can be
/// reached.
fn rights(scene: Scene<'_>, page: Page) -> Vec<Line<'static>> {
    let owner = owner(scene);
    let theme = scene.theme;
    let dot = theme.dot();
    let page = page.map(|(at, of)| format!("page {at} of {of}"));
    let hidden = hidden(scene);
    let api = scene.snapshot.api.as_deref();
    let ending = match scene.ui.link {
        Some(Link::Lost) => Span::styled("OWNER GONE", theme.alarm()),
        Some(Link::Connected) | None => Span::styled("LIVE", theme.strong()),
    };
    let line = |hidden: Option<&String>, parts: &[Option<&str>]| {
        let mut spans = Vec::new();
        if let Some(hidden) = hidden {
            spans.push(Span::styled(hidden.clone(), theme.warning()));
            spans.push(Span::raw(format!(" {dot} ")));
        }
        // Otherwise nobody could mark text any more.
        let mouse = scene.ui.pointer.on.then_some("mouse: Shift selects text");
        for part in mouse.iter().chain(parts.iter().flatten()) {
            spans.push(Span::raw(format!("{part} {dot} ")));
        }
        spans.push(ending.clone());
        Line::from(spans)
    };
    let page = page.as_deref();
    let long = hidden.first();
    let mut out = Vec::new();
    if hidden.is_empty() {
        out.push(line(None, &[page, Some(&owner), api]));
        out.push(line(None, &[page, Some(&owner)]));
        if scene.ui.link.is_some() {
            out.push(line(None, &[page, Some("attached")]));
        }
    }
    out.push(line(long, &[page]));
    // That something is hidden is said whatever else there is no room for.
    for hidden in hidden {
        out.push(Line::styled(hidden, theme.warning()));
    }
    out
}

/// Who owns the root, and whether that is somebody else than this window.
fn owner(scene: Scene<'_>) -> String {
    let Some(owner) = &scene.snapshot.owner else {
        return "no owner".to_owned();
    };
    match (scene.ui.link, owner.mode) {
        (Some(_), mode) => format!("attached to {} (PID {})", mode.word(), owner.pid),
        (None, OwnerMode::Console) => "owner".to_owned(),
        (None, OwnerMode::Serve) => "serve".to_owned(),
    }
}

/// What is marked and what hides services, longest first: "2 marked, Esc clears",
/// "filter: web (47 of 50 hidden), Esc clears". Nothing when nothing does, or while it is typed.
fn hidden(scene: Scene<'_>) -> Vec<String> {
    let list = &scene.ui.list;
    if list.typing.is_some() || scene.ui.view != View::Services {
        return Vec::new();
    }
    let marked = (!list.marks.is_empty()).then(|| marked(scene));
    let (shown, all) = (scene.shown.matching, scene.shown.all);
    let filter = list.in_force().trim();
    let what = |columns| match (filter, list.problems) {
        ("", _) => "problems only".to_owned(),
        (filter, problems) => {
            let filter = cut_middle(filter, columns, scene.theme.cut());
            let problems = if problems { ", problems only" } else { "" };
            format!("filter: {filter}{problems}")
        }
    };
    let hides = |columns, of: bool| {
        let hidden = all - shown;
        let of = if of {
            format!(" of {all}")
        } else {
            String::new()
        };
        list.hides()
            .then(|| format!("{} ({hidden}{of} hidden)", what(columns)))
    };
    let dot = scene.theme.dot();
    let join = |hides: Option<String>| {
        let parts: Vec<String> = marked.iter().cloned().chain(hides).collect();
        parts.join(&format!(" {dot} "))
    };
    let mut out = Vec::new();
    if marked.is_none() && !list.hides() {
        return out;
    }
    if let Some(key) = keys::label(scene, Command::NavBack) {
        out.push(format!("{}, {key} clears", join(hides(24, true))));
    }
    out.push(join(hides(24, true)));
    out.push(join(hides(12, false)));
    // Marks say on whom a key acts: they are the last to go.
    out.extend(marked);
    out
}

/// How many services are marked, and how many of them are not shown.
fn marked(scene: Scene<'_>) -> String {
    let marks = &scene.ui.list.marks;
    let seen = scene.shown.services.iter().map(|item| &item.view.name);
    let folded = scene.shown.groups.iter().flat_map(|group| &group.hidden);
    let shown = seen.chain(folded.copied());
    let shown = shown.filter(|name| marks.contains(*name)).count();
    match marks.len() - shown.min(marks.len()) {
        0 => format!("{} marked", marks.len()),
        hidden => format!("{} marked, {hidden} not shown", marks.len()),
    }
}

/// The name of the project: the root's own folder.
fn project(snapshot: &Snapshot) -> String {
    let name = Path::new(&snapshot.root).file_name();
    name.map_or_else(
        || "/".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}
