//! The second row: the worst trouble in one sentence, and the key of the likeliest cure.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, keys,
    text::{Pen, width},
};
use crate::{
    keymap::Command,
    model::{Action, HolderClass, Phase, ServiceView, State},
};

/// Draws the worst trouble; leaves the row empty when there is none.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let services = scene.snapshot.services.values();
    let troubles = services.filter_map(|view| {
        let state = State::of(view);
        Some((state.trouble()?, state, &**view))
    });
    let (mut total, mut worst) = (0_usize, None::<(u8, State, &ServiceView)>);
    for trouble in troubles {
        total += 1;
        // The first one in name order among those that are equally bad.
        if worst.is_none_or(|(rank, _, _)| trouble.0 < rank) {
            worst = Some(trouble);
        }
    }
    let theme = scene.theme;
    let (sentence, style, cure) = match (problem(scene), worst) {
        (Some((text, style)), _) => (text, style, Vec::new()),
        (None, Some((_, state, view))) => (
            scene.teller().trouble(view, state),
            theme.state(state),
            cure(scene, view, state),
        ),
        (None, None) => match notice(scene) {
            Some((text, style)) => (text, style, Vec::new()),
            None => return draw_calm(buffer, area, scene),
        },
    };
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.keep(1).put(" ! ", style);
    // The sentence matters most: what stands beside it gives way, but for the number.
    let room = pen.room();
    let beside = besides(scene, total, cure, style);
    let fits = |line: &&Line<'_>| width(&sentence) + line.width() <= room;
    if let Some(right) = beside.iter().find(fits).or(beside.last()) {
        pen.line_right(right);
    }
    pen.say(&sentence, style);
}

/// Nothing is wrong: draws that nothing runs and the key that starts everything, else the first
/// steps of somebody who has never seen it.
fn draw_calm(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let mut pen = Pen::new(buffer, area, scene.theme.cut());
    let Some((text, hint)) = at_rest(scene) else {
        if let Some(step) = scene.ui.tour.says(scene.keymap) {
            pen.keep(1).skip(3).say(&step, Style::new());
        }
        return;
    };
    pen.keep(1).skip(3).put(&text, scene.theme.strong());
    if let Some([key, what]) = hint {
        pen.skip(2).put(&key.content, key.style);
        pen.put_whole(&what.content, what.style);
    }
}

/// That nothing runs, and the key that starts everything that is shown.
pub(super) fn at_rest(scene: Scene<'_>) -> Option<(String, Option<keys::Hint>)> {
    let services = &scene.snapshot.services;
    let rests = services
        .values()
        .all(|view| matches!(State::of(view), State::Stop));
    if services.is_empty() || !rests {
        return None;
    }
    let what = match scene.shown.matching {
        1 => "starts it".to_owned(),
        count => format!("starts all {count}"),
    };
    let hint = keys::hint(scene, &[Command::ServicesStart], &what);
    let hint = hint.filter(|_| scene.ui.view.acts() && scene.shown.matching > 0);
    Some(("Nothing runs.".to_owned(), hint))
}

/// What may stand beside the sentence, the longest first: the cure, how many are in trouble, and
/// the key that shows only these.
fn besides(
    scene: Scene<'_>,
    total: usize,
    cure: Vec<Span<'static>>,
    style: Style,
) -> Vec<Line<'static>> {
    if total < 2 {
        return vec![Line::from(cure), Line::default()];
    }
    let number = Span::styled(format!("  {total} in trouble"), style);
    let list = if scene.ui.list.problems {
        None
    } else {
        keys::hint(scene, &[Command::FilterProblems], "list")
    };
    let list: Vec<Span<'static>> = list
        .into_iter()
        .flat_map(|[key, word]| [Span::raw("  "), key, word])
        .collect();
    let number = || vec![number.clone()];
    vec![
        Line::from([cure, number(), list.clone()].concat()),
        Line::from([number(), list].concat()),
        Line::from(number()),
    ]
}

/// What is to be read beside the services: what is wrong in a file, then a notice, and where
/// something runs, the first steps.
pub(super) fn beside(scene: Scene<'_>) -> Option<(String, Style)> {
    let step = || {
        let step = scene.ui.tour.says(scene.keymap)?;
        at_rest(scene).is_none().then(|| (step, Style::new()))
    };
    problem(scene).or_else(|| notice(scene)).or_else(step)
}

/// What is wrong in a service file.
fn problem(scene: Scene<'_>) -> Option<(String, Style)> {
    let problem = scene.snapshot.problems.first()?;
    let (file, line, message) = (&problem.file, problem.line, &problem.message);
    Some((
        format!("{file} line {line}: {message}"),
        scene.theme.alarm(),
    ))
}

/// What has to be read once.
fn notice(scene: Scene<'_>) -> Option<(String, Style)> {
    let notice = scene.ui.notices.front()?;
    Some((notice.clone(), scene.theme.warning()))
}

/// The key of what would most likely help. A key acts on the service in focus: when that is
/// another one, this is said.
fn cure(scene: Scene<'_>, view: &ServiceView, state: State) -> Vec<Span<'static>> {
    let hint = cure_of(scene, view, state).filter(|_| scene.ui.view.acts());
    let Some(hint) = hint else {
        return Vec::new();
    };
    let lead = if scene.ui.cursor.as_ref() == Some(&view.name) {
        "  "
    } else {
        "  select it, then "
    };
    std::iter::once(Span::raw(lead)).chain(hint).collect()
}

/// The key itself: of an action that is allowed, or of a dialog that shows who is in the way.
fn cure_of(scene: Scene<'_>, view: &ServiceView, state: State) -> Option<keys::Hint> {
    let candidates: &[Action] = match state {
        State::Port => return keys::hint(scene, &[Command::PortShow], "look"),
        State::Doubt => return keys::hint(scene, &[Command::SurvivorShow], "look"),
        // A restart would run into the same holder again.
        State::Degraded | State::Start if is_imposed_on(view) => {
            return keys::hint(scene, &[Command::PortShow], "look");
        }
        State::Degraded => &[Action::Recover, Action::Restart],
        State::Fail | State::Retry => &[Action::Start],
        State::Up | State::Start | State::Wait | State::Ends | State::Stop => &[],
    };
    let mut allowed = candidates
        .iter()
        .filter(|action| view.actions.get(**action).allowed);
    allowed.find_map(|action| keys::action(scene, *action))
}

/// Whether a service runs while somebody else holds its port.
fn is_imposed_on(view: &ServiceView) -> bool {
    let class = view.holder.as_ref().map(|holder| holder.class);
    view.phase == Phase::Running
        && matches!(
            class,
            Some(HolderClass::OtherService | HolderClass::Stranger | HolderClass::OtherUser)
        )
}
