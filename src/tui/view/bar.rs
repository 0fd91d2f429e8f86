//! The last two rows: what can be done to the service in focus and why the rest cannot; the keys.

use std::borrow::Cow;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, keys,
    story::by,
    text::{Pen, cut_middle, width},
};
use crate::{
    model::{Action, Phase, ServiceView, State},
    tui::state::Tone,
};

/// A name takes at most this on the action line.
const NAME: usize = 24;
/// And this where there is little room.
const NAME_NARROW: usize = 16;

/// Draws the action line.
pub(super) fn draw_actions(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let room = usize::from(area.width).saturating_sub(2);
    let mut pen = Pen::new(buffer, area, scene.theme.cut());
    pen.keep(1).skip(1);
    if let Some(how) = &scene.ui.leaving {
        pen.say(&leaving(scene, how), scene.theme.strong());
        return;
    }
    let view = focused(scene);
    let most = if area.width < 120 { NAME_NARROW } else { NAME };
    let name = view.map(|view| cut_middle(view.name.as_str(), most, scene.theme.cut()));
    let hints: Vec<Span<'static>> = view.map(|view| hints(scene, view)).unwrap_or_default();
    let (sentence, style) = sentence(scene, view);
    let urgent = scene
        .ui
        .message
        .as_ref()
        .is_some_and(|m| m.tone == Tone::Error);
    let lead = name.as_deref().map_or(0, |name| width(name) + 3);
    let (kept, sentence) = fit(room, lead, &hints, &sentence, urgent);
    if let Some(name) = &name {
        pen.put(name, scene.theme.strong());
    }
    for span in hints.iter().take(kept) {
        pen.put(&span.content, span.style);
    }
    if !sentence.is_empty() {
        if name.is_some() {
            pen.put(&format!(" {} ", scene.theme.bar()), scene.theme.dim());
        }
        pen.say(&sentence, style);
    }
}

/// What is said beside the actions: a message, else what is under way, else the reason that is
/// most likely asked for.
fn sentence(scene: Scene<'_>, view: Option<&ServiceView>) -> (String, Style) {
    let plain = Style::new();
    if let Some(message) = &scene.ui.message {
        let times = match message.times {
            0 | 1 => String::new(),
            many => format!(" x{many}"),
        };
        let style = scene.theme.tone(message.tone);
        return (format!("{}{times}", message.text), style);
    }
    let Some(view) = view else {
        return (String::new(), plain);
    };
    if let Some(pending) = &view.pending {
        let age = scene.snapshot.written_at.since(pending.since).as_secs();
        let what = pending.action.row().progressive;
        let text = format!("{what} for {age} s, asked by {}", by(&pending.by));
        return (text, scene.theme.state(State::Start));
    }
    (why_not(view).unwrap_or_default().to_owned(), plain)
}

/// How many of the hints are shown, and how much of the sentence: a long sentence is shortened
/// after its PID first, then the least likely actions give way.
fn fit<'a>(
    room: usize,
    lead: usize,
    hints: &[Span<'_>],
    sentence: &'a str,
    urgent: bool,
) -> (usize, Cow<'a, str>) {
    let taken = |kept: usize| -> usize { hints.iter().take(kept).map(Span::width).sum() };
    let forms = [
        Cow::Borrowed(sentence),
        after_pid(sentence),
        without_pid(sentence),
    ];
    let all = hints.len() / 2;
    let fewest = if urgent { 0 } else { all.min(2) };
    for least in [all, fewest, 0] {
        for form in &forms {
            for kept in (least..=all).rev() {
                if lead + taken(kept * 2) + width(form) <= room {
                    return (kept * 2, form.clone());
                }
            }
        }
    }
    let [_, _, shortest] = forms;
    (0, shortest)
}

/// A sentence that ends after its first PID.
fn after_pid(sentence: &str) -> Cow<'_, str> {
    let digits = sentence.find("PID ").map(|at| at + 4);
    let end = digits.and_then(|start| {
        let rest = sentence.get(start..)?;
        let more = rest.find(|c: char| !c.is_ascii_digit())?;
        Some(start + more)
    });
    let bracket = |text: &str| text.contains('(') && !text.contains(')');
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
        Some(_) | None => after_pid(sentence),
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
    hints
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

/// Draws the footer: as many keys as fit, the most useful first.
pub(super) fn draw_keys(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, all: &[[Span<'_>; 2]]) {
    let mut pen = Pen::new(buffer, area, scene.theme.cut());
    pen.skip(1);
    for [key, label] in all {
        if key.width() + label.width() > pen.room() {
            break;
        }
        pen.line(&Line::from(vec![key.clone(), label.clone()]))
            .skip(2);
    }
}
