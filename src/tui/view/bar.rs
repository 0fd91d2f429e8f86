//! The action line: what can be done to the service in focus, and why the rest cannot.

use std::borrow::Cow;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::Span,
};

use super::{
    Scene, batch, keys, logs, needs,
    story::by,
    text::{Pen, cells, cut_middle, width},
};
use crate::{
    keymap::Command,
    model::{Action, Phase, ServiceView, State},
    tui::state::{Tone, View},
};

/// A name takes at most this on the action line.
const NAME: usize = 24;
/// And this where there is little room.
const NAME_NARROW: usize = 16;

/// Draws the action line; returns where the cursor is when something is typed there.
pub(super) fn draw_actions(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) -> Option<Position> {
    if scene.ui.list.typing.is_some() && scene.ui.leaving.is_none() {
        return Some(draw_prompt(buffer, area, scene));
    }
    if let View::Logs(view) = &scene.ui.view
        && let Some(typing) = &view.typing
        && scene.ui.leaving.is_none()
    {
        return Some(logs::draw_prompt(buffer, area, scene, view, typing));
    }
    if batch::draw_bar(buffer, area, scene) {
        return None;
    }
    let plan = plan(area.width, scene);
    let mut pen = Pen::new(buffer, area, scene.theme.cut());
    pen.keep(1).skip(1);
    if let Some(name) = &plan.name {
        pen.put(name, scene.theme.strong());
    }
    for span in &plan.hints {
        pen.put(&span.content, span.style);
    }
    if !plan.sentence.is_empty() {
        if plan.name.is_some() || !plan.hints.is_empty() {
            pen.put(&format!(" {} ", scene.theme.bar()), scene.theme.dim());
        }
        pen.say(&plan.sentence, plan.style);
    }
    None
}

/// What stands on the action line.
struct Plan {
    name: Option<String>,
    /// Pairs of a key and a label.
    hints: Vec<Span<'static>>,
    sentence: String,
    style: Style,
}

/// What stands on an action line of so many columns.
fn plan(columns: u16, scene: Scene<'_>) -> Plan {
    let room = usize::from(columns).saturating_sub(2);
    // Where the keys of the services do not work, none is offered.
    let view = focused(scene).filter(|_| scene.ui.view.acts());
    let (sentence, style) = said(scene).unwrap_or_else(|| {
        let why = view.and_then(|view| {
            let more = needs::sentence(scene, view);
            more.or_else(|| why_not(view).map(str::to_owned))
        });
        (why.unwrap_or_default(), Style::new())
    });
    if scene.ui.leaving.is_some() {
        return Plan {
            name: None,
            hints: Vec::new(),
            sentence,
            style,
        };
    }
    let most = if columns < 120 { NAME_NARROW } else { NAME };
    let name = view.map(|view| cut_middle(view.name.as_str(), most, scene.theme.cut()));
    let mut hints: Vec<Span<'static>> = view.map(|view| hints(scene, view)).unwrap_or_default();
    let message = scene.ui.message.as_ref();
    let urgent = message.is_some_and(|message| message.tone == Tone::Error);
    let lead = name.as_deref().map_or(0, |name| width(name) + 3);
    let fitted = fit(room, lead, &hints, &sentence, urgent);
    // The name gives way to a key that would else not be seen.
    let bare = Some(fit(room, 3, &hints, &sentence, urgent));
    let bare = bare.filter(|(kept, _)| fitted.0 == 0 && *kept > 0 && !urgent);
    let name = name.filter(|_| bare.is_none());
    let (kept, sentence) = bare.unwrap_or(fitted);
    // The name is under the cursor as well: it gives way before a fact is cut.
    let name = name.filter(|_| lead + width(&sentence) <= room);
    let sentence = sentence.into_owned();
    hints.truncate(kept);
    Plan {
        name: name.map(std::borrow::Cow::into_owned),
        hints,
        sentence,
        style,
    }
}

/// Draws the filter while it is typed, and how many services match.
fn draw_prompt(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) -> Position {
    let theme = scene.theme;
    let (matching, all) = (scene.shown.matching, scene.shown.all);
    let found = format!("  {matching} of {all}");
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.keep(1).skip(1).put("/", theme.key());
    let room = pen.room().saturating_sub(width(&found) + 1);
    let typed = &scene.ui.list.filter;
    // The end is where letters are typed: the beginning gives way.
    let hidden = typed.char_indices().map(|(at, _)| at);
    let tails = hidden.filter_map(|at| typed.get(at..));
    let tail = tails.into_iter().find(|tail| width(tail) <= room);
    pen.put(tail.unwrap_or_default(), theme.strong());
    let caret = pen.position();
    let style = if matching == 0 || scene.ui.list.wrong().is_some() {
        theme.warning()
    } else {
        theme.dim()
    };
    pen.put(theme.caret(), Style::new()).put(&found, style);
    caret
}

/// What has to be said before any reason: how oats leaves, what was done, what is under way.
pub(super) fn said(scene: Scene<'_>) -> Option<(String, Style)> {
    if let Some(how) = &scene.ui.leaving {
        return Some((leaving(scene, how), scene.theme.strong()));
    }
    if let Some(message) = &scene.ui.message {
        let times = match message.times {
            0 | 1 => String::new(),
            many => format!(" x{many}"),
        };
        let style = scene.theme.tone(message.tone);
        return Some((format!("{}{times}", message.text), style));
    }
    let pending = focused(scene)?.pending.as_ref()?;
    let age = scene.snapshot.written_at.since(pending.since).as_secs();
    let what = pending.action.row().progressive;
    let text = format!("{what} for {age} s, asked by {}", by(&pending.by));
    Some((text, scene.theme.state(State::Start)))
}

/// How many of the hints are shown, and how much of the sentence: a long sentence is shortened
/// after its key fact first, then the least likely actions give way.
fn fit<'a>(
    room: usize,
    lead: usize,
    hints: &[Span<'_>],
    sentence: &'a str,
    urgent: bool,
) -> (usize, Cow<'a, str>) {
    let taken = |kept: usize| -> usize { hints.iter().take(kept).map(Span::width).sum() };
    let all = hints.len() / 2;
    let fewest = if urgent { 0 } else { all.min(2) };
    for least in [all, fewest, 0] {
        for form in forms(sentence) {
            for kept in (least..=all).rev() {
                if lead + taken(kept * 2) + width(&form) <= room {
                    return (kept * 2, form);
                }
            }
        }
    }
    (0, shortest(sentence, |form| width(form) <= room))
}

/// A sentence, and what may stand for it where there is little room, the longest first.
fn forms(sentence: &str) -> [Cow<'_, str>; 4] {
    [
        Cow::Borrowed(sentence),
        after_pid(sentence, true),
        after_pid(sentence, false),
        without_pid(sentence),
    ]
}

/// The longest form of a sentence that fits; the shortest when none does.
pub(super) fn shortest(sentence: &str, fits: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let [whole, named, numbered, bare] = forms(sentence);
    let longer = [whole, named, numbered].into_iter();
    longer.into_iter().find(|form| fits(form)).unwrap_or(bare)
}

/// A sentence that ends after its first PID, and after the command in brackets behind it.
fn after_pid(sentence: &str, with_command: bool) -> Cow<'_, str> {
    // Where the reason begins with a PID, what follows is the fact.
    let leads = |at: &usize| sentence.get(..*at).is_some_and(|it| it.ends_with(": "));
    let digits = sentence.find("PID ").filter(|at| !leads(at));
    let digits = digits.map(|at| at + 4);
    let end = digits.and_then(|start| {
        let rest = sentence.get(start..)?;
        let more = rest.find(|c: char| !c.is_ascii_digit())?;
        let behind = rest.get(more..)?;
        let command = behind.starts_with(" (").then(|| behind.find(')')).flatten();
        let command = command.filter(|_| with_command).map_or(0, |at| at + 1);
        Some(start + more + command)
    });
    let bracket = |text: &str| text.matches('(').count() > text.matches(')').count();
    match end.and_then(|end| sentence.get(..end)) {
        Some(text) if bracket(text) => Cow::Owned(format!("{text}).")),
        Some(text) => Cow::Owned(format!("{text}.")),
        None => Cow::Borrowed(sentence),
    }
}

/// A sentence without the "(PID n)" at its end: the PID of the service itself is on the screen.
fn without_pid(sentence: &str) -> Cow<'_, str> {
    match sentence.split_once(" (PID ") {
        Some((text, rest)) if rest.ends_with(").") => Cow::Owned(format!("{text}.")),
        Some(_) | None => after_pid(sentence, false),
    }
}

/// The service in focus.
pub(super) fn focused(scene: Scene<'_>) -> Option<&ServiceView> {
    let cursor = scene.ui.cursor.as_ref()?;
    scene.snapshot.services.get(cursor).map(AsRef::as_ref)
}

/// The actions that may happen, the likeliest first: pairs of a key and a label.
fn hints(scene: Scene<'_>, view: &ServiceView) -> Vec<Span<'static>> {
    let order = match State::of(view) {
        State::Degraded => [
            Action::Recover,
            Action::Restart,
            Action::Stop,
            Action::Kill,
            Action::Start,
        ],
        State::Up | State::Start | State::Wait | State::Ends => [
            Action::Stop,
            Action::Restart,
            Action::Recover,
            Action::Kill,
            Action::Start,
        ],
        State::Retry | State::Fail | State::Stop | State::Port | State::Doubt => [
            Action::Start,
            Action::Stop,
            Action::Restart,
            Action::Kill,
            Action::Recover,
        ],
    };
    let allowed = order
        .into_iter()
        .filter(|action| view.actions.get(*action).allowed);
    let hints = allowed.filter_map(|action| keys::action(scene, action));
    // What the trouble asks for is a look, not an action.
    let look = match State::of(view) {
        State::Port => keys::hint(scene, &[Command::PortShow], "Port"),
        State::Doubt => keys::hint(scene, &[Command::SurvivorShow], "Doubt"),
        State::Up
        | State::Degraded
        | State::Start
        | State::Wait
        | State::Ends
        | State::Retry
        | State::Fail
        | State::Stop => None,
    };
    look.into_iter()
        .chain(hints)
        .flat_map(|[key, label]| {
            let key = Span::styled(format!("  {}", key.content), key.style);
            [key, label]
        })
        .collect()
}

/// The reason that is most likely asked for.
fn why_not(view: &ServiceView) -> Option<&str> {
    let order: &[Action] = match view.phase {
        Phase::Stopped | Phase::Failed | Phase::Backoff => &[Action::Start, Action::Recover],
        Phase::Running if State::of(view) == State::Degraded => &[Action::Recover, Action::Start],
        Phase::Running | Phase::Starting | Phase::Waiting | Phase::Stopping => {
            &[Action::Start, Action::Recover]
        }
    };
    let refused = order.iter().map(|action| view.actions.get(*action));
    refused
        .filter(|verdict| !verdict.allowed)
        .find_map(|verdict| verdict.reason.as_deref())
}

/// What is left to do before oats leaves.
fn leaving(scene: Scene<'_>, how: &str) -> String {
    let alive = scene
        .snapshot
        .services
        .values()
        .filter(|view| view.pid.is_some());
    let mut names = alive.map(|view| view.name.as_str());
    let shown: Vec<&str> = names.by_ref().take(6).collect();
    let more = names.count();
    match (shown.as_slice(), more) {
        ([], _) => format!("Leaving: {how}."),
        (shown, 0) => format!("Leaving: {how}. Alive: {}.", shown.join(", ")),
        (shown, more) => format!(
            "Leaving: {how}. Alive: {} and {more} more.",
            shown.join(", ")
        ),
    }
}

/// The keys of the action line, each with the column where it begins.
pub(super) fn placed_actions(columns: u16, scene: Scene<'_>) -> Vec<(u16, keys::Hint)> {
    let typing = scene.ui.list.typing.is_some();
    if typing || scene.ui.leaving.is_some() {
        return Vec::new();
    }
    let plan = plan(columns, scene);
    let mut x = 1 + plan.name.as_deref().map_or(0, width);
    let mut out = Vec::new();
    for pair in plan.hints.chunks(2) {
        let [key, label] = pair else { continue };
        let wide = key.width() + label.width();
        out.push((
            cells(x + 2),
            [
                Span::raw(key.content.trim_start().to_owned()),
                label.clone(),
            ],
        ));
        x += wide;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_only_behind_its_key_fact() {
        let long = "Start disabled: port 8080 is held by PID 48211 (python3). p frees it.";
        let cut = |columns: usize| shortest(long, |form| width(form) <= columns).into_owned();
        assert_eq!(cut(80), long);
        assert_eq!(
            cut(60),
            "Start disabled: port 8080 is held by PID 48211 (python3)."
        );
        for columns in [0, 20, 50] {
            assert_eq!(
                cut(columns),
                "Start disabled: port 8080 is held by PID 48211."
            );
        }
        let service = "Start disabled: port 80 is held by service web (PID 7).";
        assert_eq!(
            shortest(service, |form| form.len() < 50),
            "Start disabled: port 80 is held by service web."
        );
        assert_eq!(shortest("No fact at all.", |_| false), "No fact at all.");
    }
}
