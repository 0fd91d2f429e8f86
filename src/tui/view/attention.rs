//! The second row: the worst trouble in one sentence, and the key of the likeliest cure.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    Scene, keys,
    text::{Pen, width},
};
use crate::model::{Action, ServiceView, State};

/// Draws the worst trouble; leaves the row empty when there is none.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>) {
    let mut troubles: Vec<(u8, State, &ServiceView)> = scene
        .snapshot
        .services
        .values()
        .filter_map(|view| {
            let state = State::of(view);
            Some((state.trouble()?, state, &**view))
        })
        .collect();
    let problems = &scene.snapshot.problems;
    let total = troubles.len() + problems.len();
    // The first one in name order among those that are equally bad.
    troubles.sort_by_key(|(rank, _, _)| *rank);
    let theme = scene.theme;
    let (sentence, style, cure) = match (problems.first(), troubles.first()) {
        (Some(problem), _) => (
            format!(
                "{} line {}: {}",
                problem.file, problem.line, problem.message
            ),
            theme.alarm(),
            Vec::new(),
        ),
        (None, Some((_, state, view))) => (
            scene.teller().trouble(view, *state),
            theme.state(*state),
            cure(scene, view, *state),
        ),
        (None, None) => return,
    };
    let more = (total > 1).then(|| Span::styled(format!("  +{} more", total - 1), style));
    let with_cure = more.clone().into_iter().chain(cure);
    let mut pen = Pen::new(buffer, area, theme.cut());
    pen.keep(1).put(" ! ", style);
    // The sentence matters most: what stands beside it gives way.
    let room = pen.room();
    let beside: [Line<'_>; 2] = [with_cure.collect(), more.into_iter().collect()];
    let fits = |line: &&Line<'_>| width(&sentence) + line.width() <= room;
    if let Some(right) = beside.iter().find(fits).or(beside.last()) {
        pen.line_right(right);
    }
    pen.say(&sentence, style);
}

/// The key of what would most likely help. A key acts on the service in focus: when that is
/// another one, this is said.
fn cure(scene: Scene<'_>, view: &ServiceView, state: State) -> Vec<Span<'static>> {
    let candidates: &[Action] = match state {
        State::Degraded => &[Action::Recover, Action::Restart],
        State::Fail | State::Retry => &[Action::Start],
        State::Port => &[Action::FreePort],
        State::Doubt | State::Up | State::Start | State::Wait | State::Ends | State::Stop => &[],
    };
    let allowed = candidates
        .iter()
        .find(|action| view.actions.get(**action).allowed);
    let Some(hint) = allowed.and_then(|action| keys::action(scene, *action)) else {
        return Vec::new();
    };
    let lead = if scene.ui.cursor.as_ref() == Some(&view.name) {
        "  "
    } else {
        "  select it, then "
    };
    std::iter::once(Span::raw(lead)).chain(hint).collect()
}
