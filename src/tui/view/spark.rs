//! The last ten minutes of one service in a few columns: full is its limit, for all alike.

use ratatui::style::Style;

use super::{Scene, text::Pen};
use crate::{
    model::{ServiceView, State},
    tui::trend::Seen,
};

/// The limit where none is told, in milliseconds: that of services which say nothing else.
const LIMIT: f64 = 500.0;

/// How long a probe may take.
pub(super) fn limit(view: &ServiceView) -> f64 {
    view.probe.limit_ms.filter(|it| *it > 0.0).unwrap_or(LIMIT)
}

/// Draws so many columns; `tint` says how a style looks there.
pub(super) fn put(
    pen: &mut Pen<'_>,
    scene: Scene<'_>,
    view: &ServiceView,
    columns: usize,
    tint: impl Fn(Style) -> Style,
) {
    let Some(trend) = scene.ui.trends.of(&view.name) else {
        pen.skip(u16::try_from(columns).unwrap_or(0));
        return;
    };
    let theme = scene.theme;
    let calm = if view.pid.is_some() {
        Style::new()
    } else {
        theme.dim()
    };
    let limit = limit(view);
    for seen in trend.columns(scene.snapshot.written_at, columns) {
        match seen {
            Seen::Nothing => pen.skip(1),
            Seen::Failed => pen.put(theme.no_answer(), tint(theme.reason(State::Degraded))),
            Seen::Passed(millis) => pen.put(theme.spark(millis / limit), tint(calm)),
        };
    }
}

/// Whether anything is known of a service.
pub(super) fn is_known(scene: Scene<'_>, view: &ServiceView) -> bool {
    let trend = scene.ui.trends.of(&view.name);
    trend.is_some_and(|trend| {
        let mut columns = trend.columns(scene.snapshot.written_at, 1);
        columns.any(|seen| seen != Seen::Nothing)
    })
}
