//! Several services at once: the menu of those that are marked, and the question about them.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::{Line, Span},
};

use super::{
    Scene, bar, keys, menu,
    text::{Pen, cut_middle, cut_words, width, wrap},
};
use crate::{
    keymap::Command,
    model::{Action, ServiceName, ServiceView, State, plan},
    tui::{
        menu as choices,
        state::{BatchMenu, Many, View},
    },
};

/// The widest question.
pub(super) const COLUMNS: usize = 84;
/// With fewer rows than this only the names are listed.
const LISTED: usize = 6;
/// A name takes at most this.
const NAME: usize = 24;

/// Draws the menu of the marked services; returns where its focused entry stands.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    open: &BatchMenu,
) -> Option<Position> {
    let views = views(scene, open.services.iter());
    let rows: Vec<menu::Row> = choices::ACTIONS
        .into_iter()
        .map(|action| {
            let (can, text) = count(&views, action);
            // Where there is little room the number alone: half a reason helps nobody.
            let short = text.split(';').next().filter(|_| area.width < 60);
            let text = short.unwrap_or(&text).to_owned();
            let command = Command::of_action(action);
            let key = command.and_then(|command| keys::label(scene, command));
            menu::Row {
                key: key.unwrap_or_default(),
                label: action.label(),
                text,
                enabled: can > 0,
            }
        })
        .collect();
    let title = match open.services.as_slice() {
        [one] => format!("Actions for the marked {one}"),
        many => format!("Actions for {} marked services", many.len()),
    };
    menu::draw_rows(buffer, area, scene, &title, &rows, open.focused)
}

/// Draws what the keys would do to the marked services, where there are any and nothing is
/// said; says whether it did.
pub(super) fn draw_bar(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) -> bool {
    let marks = &scene.ui.list.marks;
    if marks.is_empty() || scene.ui.view != View::Services || bar::said(scene).is_some() {
        return false;
    }
    let theme = scene.theme;
    let views = views(scene, marks.iter());
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.keep(1).skip(1);
    pen.put(
        &format!("{} {} marked", theme.mark(), marks.len()),
        theme.strong(),
    );
    for action in choices::ACTIONS {
        let (can, _) = choices::can(&views, action);
        let Some([key, label]) = keys::action(scene, action).filter(|_| can > 0) else {
            continue;
        };
        let of = if can == views.len() {
            String::new()
        } else {
            format!(" {can}")
        };
        if key.width() + label.width() + of.len() + 2 > pen.room() {
            break;
        }
        pen.skip(2).put(&key.content, key.style);
        pen.put(&label.content, label.style).put(&of, theme.dim());
    }
    if let Some([key, label]) = keys::hint(scene, &[Command::NavBack], "unmarks") {
        let room = key.width() + label.width() + 3;
        if room <= pen.room() {
            pen.put(&format!(" {} ", theme.bar()), theme.dim());
            pen.put(&key.content, key.style)
                .put(&label.content, label.style);
        }
    }
    true
}

/// The services that are still there.
pub(super) fn views<'a>(
    scene: Scene<'a>,
    names: impl Iterator<Item = &'a ServiceName>,
) -> Vec<&'a ServiceView> {
    let all = &scene.snapshot.services;
    names
        .filter_map(|name| all.get(name).map(AsRef::as_ref))
        .collect()
}

/// How many can, and in words: "3 of 4 can; orders: service is not running".
pub(super) fn count(views: &[&ServiceView], action: Action) -> (usize, String) {
    let (can, first) = choices::can(views, action);
    let text = match first {
        None if can == 0 => "none is left".to_owned(),
        None if can == 1 => "it can; asks first".to_owned(),
        None => format!("all {can} can; asks first"),
        Some((view, why)) => format!("{can} of {} can; {}: {why}", views.len(), view.name),
    };
    (can, text)
}

/// "Stop 3 of 4 marked services?"
pub(super) fn title(many: &Many) -> String {
    let label = many.action.label();
    let (can, all) = (many.targets.len(), many.size());
    let noun = match (many.marked, all) {
        (true, 1) => "marked service",
        (true, _) => "marked services",
        (false, 1) => "service",
        (false, _) => "services",
    };
    if can == all {
        format!("{label} {all} {noun}?")
    } else {
        format!("{label} {can} of {all} {noun}?")
    }
}

/// All services of a question, each with its state, its process and what would be done, then those
/// that are left out with their reason; and what it means for others.
pub(super) fn question(
    scene: Scene<'_>,
    many: &Many,
    columns: usize,
    rows: usize,
) -> Vec<Line<'static>> {
    let mut after: Vec<Line<'static>> = Vec::new();
    let mut said = sentences(scene, many);
    if rows < LISTED {
        // What happens to others is the last thing to go.
        said.pop();
    }
    for text in said {
        let lines = wrap(&text, columns, 2, scene.theme.cut());
        after.extend(lines.into_iter().map(|row| Line::raw(row.into_owned())));
    }
    // The names matter more than what is said about them.
    after.truncate(rows.saturating_sub(2));
    let room = rows.saturating_sub(after.len());
    let mut out = listed(scene, many, columns);
    if out.len() > room && room < LISTED {
        out = named(scene, many, columns, room);
    }
    if out.len() > room {
        let kept = room.saturating_sub(1);
        let more = out.len() - kept;
        out.truncate(kept);
        let rest = match (many.targets.len().saturating_sub(kept), many.refused.len()) {
            (_, 0) => format!("and {more} more"),
            (0, _) => format!("and {more} more that are left out"),
            (_, left) => format!("and {more} more; {left} of all are left out"),
        };
        out.push(Line::styled(rest, scene.theme.dim()));
    }
    out.extend(after);
    out
}

/// The names only, where there is little room.
fn named(scene: Scene<'_>, many: &Many, columns: usize, rows: usize) -> Vec<Line<'static>> {
    let names = |names: Vec<&str>| names.join(", ");
    let cut = scene.theme.cut();
    let targets = many.targets.iter().map(|(name, _)| name.as_str());
    let refused = many.refused.iter().map(|(name, _)| name.as_str());
    let (targets, refused) = (names(targets.collect()), names(refused.collect()));
    let left = usize::from(!refused.is_empty() && rows > 1);
    let mut out: Vec<Line<'static>> = wrap(&targets, columns, rows - left, cut)
        .into_iter()
        .map(|row| Line::raw(row.into_owned()))
        .collect();
    if left > 0 {
        let text = format!("left out: {refused}");
        let text = cut_words(&text, columns, cut).into_owned();
        out.push(Line::styled(text, scene.theme.dim()));
    }
    out
}

/// One row for each service.
fn listed(scene: Scene<'_>, many: &Many, columns: usize) -> Vec<Line<'static>> {
    let targets = many.targets.iter().map(|(name, pid)| (name, *pid, None));
    let refused = many.refused.iter();
    let refused = refused.map(|(name, why)| (name, None, Some(why.as_str())));
    let all: Vec<_> = targets.chain(refused).collect();
    let name_width = all.iter().map(|(name, ..)| name.as_str().len()).max();
    let name_width = name_width.unwrap_or(0).min(NAME.min(columns / 2));
    let theme = scene.theme;
    let row = |(name, pid, why): (&ServiceName, _, Option<&str>)| {
        let view = scene.snapshot.services.get(name);
        let state = view.map_or(State::Stop, |view| State::of(view));
        let (symbol, word) = (theme.symbol(state), state.word());
        let short = cut_middle(name.as_str(), name_width, theme.cut());
        let pad = name_width.saturating_sub(width(&short));
        let lead = format!("{symbol} {word:<5} ");
        let pid = match pid {
            Some(pid) => format!("  PID {pid}"),
            None => String::new(),
        };
        let text = match (why, view) {
            (Some(why), _) => format!("  left out: {why}"),
            (None, Some(view)) => {
                // What it means for others is said once, below.
                let does = menu::does(scene, view, many.action);
                let does = does.split(';').next().unwrap_or(&does);
                format!("{pid}  {does}")
            }
            (None, None) => "  gone".to_owned(),
        };
        let taken = width(&lead) + name_width;
        let text = cut_words(&text, columns.saturating_sub(taken), theme.cut()).into_owned();
        let (lead_style, style) = match why {
            Some(_) => (theme.dim(), theme.dim()),
            None => (theme.state(state), ratatui::style::Style::new()),
        };
        Line::from(vec![
            Span::styled(lead, lead_style),
            Span::styled(format!("{short}{}", " ".repeat(pad)), lead_style),
            Span::styled(text, style),
        ])
    };
    all.into_iter().map(row).collect()
}

/// What happens to all of them, and to services that are not among them.
fn sentences(scene: Scene<'_>, many: &Many) -> Vec<String> {
    let what = match many.action {
        Action::Start => "Each one waits for what it needs.",
        Action::Stop => "Nothing restarts them.",
        Action::Kill => "They cannot save or finish anything. Nothing restarts them.",
        Action::Restart => "Each one is stopped, then started again.",
        Action::Recover => "They keep running.",
        Action::FreePort => "Whoever holds their ports is ended.",
    };
    let mut out = vec![what.to_owned()];
    let hurts = matches!(many.action, Action::Stop | Action::Kill | Action::Restart);
    if !hurts {
        return out;
    }
    let mut others: Vec<ServiceName> = Vec::new();
    for (name, _) in &many.targets {
        for dependent in plan::hurts(scene.snapshot, name) {
            let among = many.targets.iter().any(|(name, _)| *name == dependent);
            if !among && !others.contains(&dependent) {
                others.push(dependent);
            }
        }
    }
    others.sort();
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().take(8).map(ServiceName::as_str).collect();
        let more = others.len() - names.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let names = names.join(", ");
        // First: it is what one would not think of.
        out.insert(
            0,
            format!("Not among them, but running and in need of them: {names}{more}."),
        );
    }
    out
}
