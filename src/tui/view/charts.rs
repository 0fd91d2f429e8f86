//! How a service fared in the last hour, as small charts and a few numbers.

use std::fmt::Write as _;

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Scene, page::Page, say, text::width};
use crate::model::{
    ServiceView, State,
    metrics::{Point, Quantiles, ServiceHistory, ServiceMetrics, Share, UpState},
    run::Restarts,
};

/// Columns of a chart at most: more of them tell no more.
const WIDEST: usize = 72;
/// Columns that the name of a fact and its margins take.
const NAME: usize = 13;
/// Columns of what is said beside a chart.
const BESIDE: usize = 24;
/// Terminals with fewer rows see the uptime only.
const LOW: u16 = 16;

/// The section of the page.
pub(super) fn draw(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView) {
    page.section("Last hour");
    let history = scene.ui.charts.as_deref();
    let history = history.filter(|history| history.service == view.name && is_told(history));
    let Some(history) = history else {
        page.say("No data yet.", scene.theme.dim());
        return;
    };
    let columns = usize::from(scene.ui.size.0).saturating_sub(NAME);
    let beside = columns >= BESIDE * 2;
    let columns = columns
        .saturating_sub(if beside { BESIDE } else { 0 })
        .clamp(1, WIDEST);
    strip(page, scene, history, columns);
    if scene.ui.size.1 >= LOW {
        let metrics = &history.metrics;
        let latency = metrics.latency.hour.map(latencies);
        let chart = |of: fn(&Point) -> Option<f64>| fold(&history.points, columns, of);
        let charts = [
            ("Latency", chart(|point| point.p95_ms), latency),
            ("CPU", chart(|point| point.cpu_pct), most_cpu(history)),
            ("Memory", chart(memory), most_memory(history)),
        ];
        for (name, values, text) in charts {
            let text = text.unwrap_or_default();
            spark(page, scene, name, &values, if beside { &text } else { "" });
            if !beside && !text.is_empty() {
                page.fact("", &text, Style::new());
            }
        }
    }
    numbers(page, scene, &history.metrics);
}

/// Whether anything at all is known.
fn is_told(history: &ServiceHistory) -> bool {
    let known = |point: &Point| {
        !matches!(point.state, UpState::Unknown | UpState::Unwanted)
            || point.cpu_pct.is_some()
            || point.p50_ms.is_some()
    };
    history.points.iter().any(known) || history.metrics.availability.day.ratio.is_some()
}

/// How it was, cell by cell: the worst of each cell.
fn strip(page: &mut Page<'_>, scene: Scene<'_>, history: &ServiceHistory, columns: usize) {
    let theme = scene.theme;
    let mut spans = vec![name(scene, "Uptime")];
    for cell in cells(&history.points, columns) {
        let state = cell.iter().map(|point| point.state).max();
        let state = state.unwrap_or_default();
        let style = match state {
            UpState::Healthy => Style::new(),
            UpState::Unhealthy => theme.reason(State::Degraded),
            UpState::Down => theme.reason(State::Fail),
            UpState::Unknown | UpState::Unwanted => theme.dim(),
        };
        spans.push(Span::styled(theme.uptime(state), style));
    }
    page.line(Line::from(spans));
}

/// A chart of one row, from 0 to the largest value; nothing where nothing was measured.
fn spark(page: &mut Page<'_>, scene: Scene<'_>, title: &str, values: &[Option<f64>], beside: &str) {
    let largest = values.iter().flatten().copied().fold(0.0, f64::max);
    if values.iter().all(Option::is_none) {
        page.fact(title, "no data yet", scene.theme.dim());
        return;
    }
    let mut row = String::new();
    for value in values {
        match value {
            Some(value) => row.push_str(scene.theme.spark(share(*value, largest))),
            None => row.push(' '),
        }
    }
    let mut spans = vec![name(scene, title), Span::raw(row)];
    if !beside.is_empty() && width(beside) < BESIDE {
        spans.push(Span::styled(format!(" {beside}"), scene.theme.dim()));
    }
    page.line(Line::from(spans));
}

/// A value as a share of the largest one.
fn share(value: f64, largest: f64) -> f64 {
    if largest > 0.0 { value / largest } else { 0.0 }
}

fn name(scene: Scene<'_>, title: &str) -> Span<'static> {
    Span::styled(format!(" {title:<11}"), scene.theme.dim())
}

/// The points of each of so many cells, oldest first.
fn cells(points: &[Point], columns: usize) -> impl Iterator<Item = &[Point]> {
    let many = points.len();
    let columns = columns.min(many).max(1);
    (0..columns).map(move |cell| {
        let (from, to) = (cell * many / columns, (cell + 1) * many / columns);
        points.get(from..to).unwrap_or_default()
    })
}

/// The largest value of each cell.
fn fold(points: &[Point], columns: usize, of: fn(&Point) -> Option<f64>) -> Vec<Option<f64>> {
    cells(points, columns)
        .map(|cell| cell.iter().filter_map(of).reduce(f64::max))
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "only drawn")]
fn memory(point: &Point) -> Option<f64> {
    point.mem_bytes.map(|bytes| bytes as f64)
}

fn latencies(it: Quantiles) -> String {
    let (p50, p95) = (say::latency(it.p50_ms), say::latency(it.p95_ms));
    format!("p50 {p50}, p95 {p95}")
}

fn most_cpu(history: &ServiceHistory) -> Option<String> {
    let values = history.points.iter().filter_map(|point| point.cpu_pct);
    let most = say::cpu(values.reduce(f64::max)?);
    Some(match history.metrics.cpu_pct {
        Some(now) => format!("{} now, most {most}", say::cpu(now)),
        None => format!("most {most}"),
    })
}

fn most_memory(history: &ServiceHistory) -> Option<String> {
    let most = history.points.iter().filter_map(|point| point.mem_bytes);
    let most = say::memory(most.max()?);
    Some(match history.metrics.mem_bytes {
        Some(now) => format!("{} now, most {most}", say::memory(now)),
        None => format!("most {most}"),
    })
}

/// What cannot be drawn.
fn numbers(page: &mut Page<'_>, scene: Scene<'_>, metrics: &ServiceMetrics) {
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
fn percent(share: Share) -> String {
    match share.ratio {
        None => "-".to_owned(),
        Some(ratio) if ratio >= 1.0 => "100%".to_owned(),
        Some(ratio) => format!("{:.2}%", (ratio * 10_000.0).floor() / 100.0),
    }
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
