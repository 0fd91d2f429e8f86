//! How a service fared, in numbers.

use std::fmt::Write as _;

use ratatui::style::Style;

use super::{Scene, page::Page, say};
use crate::model::{
    metrics::{ServiceMetrics, Share},
    run::Restarts,
};

/// What cannot be drawn.
pub(super) fn draw(page: &mut Page<'_>, scene: Scene<'_>, metrics: &ServiceMetrics) {
    let plain = Style::new();
    let windows = &metrics.availability;
    let shares = [
        ("10 min", windows.ten_minutes),
        ("1 h", windows.hour),
        ("24 h", windows.day),
    ];
    let shares = shares.map(|(window, share)| format!("{window} {}", percent(share)));
    page.fact("Available", &shares.join("   "), plain);
    let mut text = match metrics.failures {
        0 => "none in 24 h".to_owned(),
        1 => "1 in 24 h".to_owned(),
        many => format!("{many} in 24 h"),
    };
    if let Some(mttr) = metrics.mttr_s {
        let _ = write!(text, "   MTTR {}", seconds(mttr));
    }
    if let Some(mtbf) = metrics.mtbf_s {
        let _ = write!(text, "   MTBF {}", seconds(mtbf));
    }
    page.fact("Failures", &text, plain);
    if let Some(last) = &metrics.last_failure {
        let when = say::when(last.at, scene.snapshot.written_at, &scene.theme.zone);
        page.fact("", &format!("last {when}: {}", last.reason), plain);
    }
    let restarts = metrics.restarts;
    let text = format!(
        "by hand {}, by policy {}, arena {}",
        restarts.manual, restarts.policy, restarts.arena
    );
    page.fact("Restarts", &text, plain);
}

/// Restarts by who caused them; the arena is left out where it has never played.
pub(super) fn restarts(restarts: Restarts) -> String {
    let Restarts {
        manual,
        policy,
        arena,
    } = restarts;
    let mut text = format!("{manual} by hand, {policy} by policy");
    if arena > 0 {
        let _ = write!(text, ", {arena} by the arena");
    }
    text
}

/// A share as people say it: only what is whole is 100 %.
pub(super) fn percent(share: Share) -> String {
    match share.ratio {
        None => "-".to_owned(),
        Some(ratio) if ratio >= 1.0 => "100%".to_owned(),
        Some(ratio) => format!("{:.2}%", (ratio * 10_000.0).floor() / 100.0),
    }
}

/// A ratio as people say it.
pub(super) fn whole(ratio: f64) -> String {
    percent(Share {
        ratio: Some(ratio),
        ..Share::default()
    })
}

/// Seconds as people say them.
fn seconds(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time of at most a day"
    )]
    let millis = (seconds * 1000.0).max(0.0) as u64;
    say::took(millis)
}
