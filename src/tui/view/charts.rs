//! How a service fared in the last hour, as charts that share one time axis, and a few numbers.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, charts_bars as bars, charts_marks as marks,
    charts_numbers::{self, percent},
    page::{Heading, Page},
    say,
};
use crate::model::{
    ServiceView, State,
    metrics::{Point, ServiceHistory, UpState},
};

/// Columns left of a chart: its name, or a value of its axis.
const GUTTER: usize = 9;
/// Pages with fewer rows see each chart in one row.
const LOW: usize = 16;
/// Rows of the latencies, from so many rows of the page on.
const HEIGHTS: [(usize, usize); 3] = [(40, 7), (26, 5), (LOW, 3)];
/// A limit that is so many times above the longest latency would press all bars flat.
const FAR: f64 = 8.0;

/// Draws the section into a page of which so many rows are seen at once.
pub(super) fn draw(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView, rows: usize) {
    let history = scene.ui.charts.as_deref();
    let history = history.filter(|history| history.service == view.name && is_told(history));
    let Some(history) = history else {
        page.section("Last hour");
        page.say("No data yet.", scene.theme.dim());
        return;
    };
    let chart = Chart {
        scene,
        view,
        history,
        columns: page
            .columns()
            .saturating_sub(GUTTER + 1)
            .min(history.points.len())
            .max(1),
        // What has ended is not mistaken for what is.
        calm: if view.pid.is_some() {
            Style::new()
        } else {
            scene.theme.dim()
        },
    };
    chart.latency(page, rows);
    chart.uptime(page);
    chart.acts(page);
    if rows >= LOW {
        chart.load(page);
    }
    chart.axis(page);
    charts_numbers::draw(page, scene, &history.metrics);
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

/// The charts of one service.
struct Chart<'a> {
    scene: Scene<'a>,
    view: &'a ServiceView,
    history: &'a ServiceHistory,
    /// Columns of the time axis.
    columns: usize,
    /// How what is well looks.
    calm: Style,
}

impl Chart<'_> {
    fn fold(&self, of: fn(&Point) -> Option<f64>) -> Vec<Option<f64>> {
        bars::fold(&self.history.points, self.columns, of)
    }

    /// A row of a chart, with what stands left of it.
    fn row(&self, page: &mut Page<'_>, name: &str, cells: Vec<Span<'static>>) {
        let mut spans = vec![Span::styled(format!(" {name:<8}"), self.scene.theme.dim())];
        spans.extend(cells);
        page.line(Line::from(spans));
    }

    /// How long probes took, with the limit as a line. A failed one has a sign of its own.
    fn latency(&self, page: &mut Page<'_>, rows: usize) {
        let theme = self.scene.theme;
        let limit = self.view.probe.limit_ms.filter(|limit| *limit > 0.0);
        let told = self.history.metrics.latency.hour;
        let told = told.map(|it| {
            let of = say::latency;
            let (p50, p95, max) = (of(it.p50_ms), of(it.p95_ms), of(it.max_ms));
            format!("p50 {p50}  p95 {p95}  max {max}")
        });
        let values = self.fold(|point| point.p95_ms);
        let failed = bars::any(&self.history.points, self.columns, |point| point.failed > 0);
        let largest = values.iter().flatten().copied().fold(0.0, f64::max);
        let near = limit.filter(|limit| largest * FAR >= *limit);
        let sign = theme.no_answer();
        let legend = match (limit.map(say::latency), near) {
            (Some(limit), Some(_)) => format!("{} limit {limit}, {sign} failed", theme.limit()),
            (Some(limit), None) => format!("limit {limit} is far above, {sign} failed"),
            (None, _) => format!("{sign} failed"),
        };
        page.heading(&Heading {
            title: "Latency",
            legend: &legend,
            right: told.as_deref().unwrap_or_default(),
        });
        if values.iter().all(Option::is_none) && !failed.contains(&true) {
            let why = if limit.is_some() {
                "no data yet"
            } else {
                "its probe asks nothing that takes time"
            };
            return page.fact("Latency", why, theme.dim());
        }
        let height = HEIGHTS.iter().find(|(from, _)| rows >= *from);
        let height = height.map_or(1, |(_, height)| *height);
        let full = bars::nice(near.unwrap_or(0.0).max(largest));
        let scale = Scale {
            full,
            limit,
            near,
            at_limit: near.map(|limit| bars::row_of(limit / full, height)),
            height,
        };
        for row in (0..height).rev() {
            let mut spans = vec![Span::styled(scale.label(row, self.scene), theme.dim())];
            let cells = values.iter().zip(&failed);
            spans.extend(cells.map(|(value, failed)| self.bar(&scale, row, *value, *failed)));
            page.line(Line::from(spans));
        }
    }

    /// One cell of the latencies.
    fn bar(&self, scale: &Scale, row: usize, value: Option<f64>, failed: bool) -> Span<'static> {
        let theme = self.scene.theme;
        let over = value
            .zip(scale.limit)
            .is_some_and(|(it, limit)| it >= limit);
        let bar = value.map_or(0.0, |value| value / scale.full);
        let loud = theme.reason(State::Degraded);
        if failed && row == bars::above(bar, scale.height) {
            Span::styled(theme.no_answer(), loud)
        } else if let Some(share) = bars::part(bar, row, scale.height) {
            Span::styled(theme.spark(share), if over { loud } else { self.calm })
        } else if Some(row) == scale.at_limit && scale.height > 1 {
            Span::styled(theme.limit(), theme.dim())
        } else {
            Span::raw(" ")
        }
    }

    /// How it was, cell by cell: the worst of each cell.
    fn uptime(&self, page: &mut Page<'_>) {
        let theme = self.scene.theme;
        let states = [
            (UpState::Healthy, "up"),
            (UpState::Unhealthy, "unhealthy"),
            (UpState::Down, "down"),
            (UpState::Unknown, "not watched"),
        ];
        let legend = states.map(|(state, word)| format!("{} {word}", theme.uptime(state)));
        let ratio = percent(self.history.metrics.availability.hour);
        // A stop and a start within one point look like an outage: each real one is a failure, too.
        let failures = usize::try_from(self.history.metrics.failures).unwrap_or(usize::MAX);
        let outages = bars::outages(&self.history.points).len().min(failures);
        let right = match outages {
            0 => format!("{ratio} up, no outage"),
            1 => format!("{ratio} up, 1 outage"),
            many => format!("{ratio} up, {many} outages"),
        };
        page.heading(&Heading {
            title: "Uptime",
            legend: &legend.join(" "),
            right: &right,
        });
        let cell = |cell: &[Point]| {
            let state = cell.iter().map(|point| point.state).max();
            let state = state.unwrap_or_default();
            let style = match state {
                UpState::Healthy => self.calm,
                UpState::Unhealthy => theme.reason(State::Degraded),
                UpState::Down => theme.reason(State::Fail),
                UpState::Unknown | UpState::Unwanted => theme.dim(),
            };
            Span::styled(theme.uptime(state), style)
        };
        let cells = bars::cells(&self.history.points, self.columns);
        self.row(page, "Uptime", cells.map(cell).collect());
    }

    /// What was done to it, below what came of it.
    fn acts(&self, page: &mut Page<'_>) {
        let theme = self.scene.theme;
        let span = (
            self.history.at.millis() - i64::try_from(self.history.span_s).unwrap_or(0) * 1000,
            self.history.at.millis(),
        );
        let marks = marks::of(&self.scene.ui.events, &self.view.name);
        let marks: Vec<_> = marks.filter(|mark| mark.at > span.0).collect();
        if marks.is_empty() {
            return self.row(
                page,
                "Actions",
                vec![Span::styled("none in this hour", theme.dim())],
            );
        }
        let placed = marks::place(&marks, span, self.columns);
        let mut acts = vec![Span::raw(" "); self.columns];
        let mut actors = acts.clone();
        for (column, mark) in placed {
            let style = if mark.failed {
                theme.reason(State::Fail)
            } else {
                self.calm
            };
            if let Some(cell) = acts.get_mut(column) {
                *cell = Span::styled(mark.act.letter(), style);
            }
            if let Some(cell) = actors.get_mut(column) {
                *cell = Span::styled(mark.by.letter(), theme.dim());
            }
        }
        self.row(page, "Actions", acts);
        self.row(page, "by", actors);
        page.fact("", &marks::legend(&marks), theme.dim());
    }

    /// What it has used.
    fn load(&self, page: &mut Page<'_>) {
        #[expect(clippy::cast_precision_loss, reason = "only drawn")]
        let memory = self.fold(|point| point.mem_bytes.map(|bytes| bytes as f64));
        let cpu = self.fold(|point| point.cpu_pct);
        let points = &self.history.points;
        let most_cpu = points.iter().filter_map(|it| it.cpu_pct).reduce(f64::max);
        let most_memory = points.iter().filter_map(|it| it.mem_bytes).max();
        let full = match (most_cpu, most_memory) {
            (Some(cpu), Some(memory)) => {
                format!("full {} of a core, {}", say::cpu(cpu), say::memory(memory))
            }
            (Some(cpu), None) => format!("full {} of a core", say::cpu(cpu)),
            (None, Some(memory)) => format!("full {}", say::memory(memory)),
            (None, None) => String::new(),
        };
        let metrics = &self.history.metrics;
        let now = match (metrics.cpu_pct, metrics.mem_bytes) {
            (Some(cpu), Some(memory)) => {
                format!("now {}, {}", say::cpu(cpu), say::memory(memory))
            }
            _ => String::new(),
        };
        page.heading(&Heading {
            title: "CPU and memory",
            legend: &full,
            right: &now,
        });
        for (name, values) in [("CPU", cpu), ("Memory", memory)] {
            let most = values.iter().flatten().copied().fold(0.0, f64::max);
            if values.iter().all(Option::is_none) {
                page.fact(name, "no data yet", self.scene.theme.dim());
                continue;
            }
            let cell = |value: &Option<f64>| match value {
                Some(value) => {
                    let share = if most > 0.0 { value / most } else { 0.0 };
                    Span::styled(self.scene.theme.spark(share), self.calm)
                }
                None => Span::raw(" "),
            };
            self.row(page, name, values.iter().map(cell).collect());
        }
    }

    /// The times below all charts.
    fn axis(&self, page: &mut Page<'_>) {
        let (at, zone) = (self.history.at, &self.scene.theme.zone);
        let label = |seconds: u64| {
            let then = at.millis() - i64::try_from(seconds).unwrap_or(0) * 1000;
            let clock = say::clock(crate::model::Wall::from_millis(then), zone);
            clock.get(..5).unwrap_or_default().to_owned()
        };
        let row = bars::times(self.columns, self.history.span_s, label);
        self.row(page, "", vec![Span::styled(row, self.scene.theme.dim())]);
    }
}

/// How high the latencies are drawn.
struct Scale {
    /// What full means, in milliseconds.
    full: f64,
    /// How long a probe may take, in milliseconds.
    limit: Option<f64>,
    /// The same where it is drawn.
    near: Option<f64>,
    /// The row in which it is drawn.
    at_limit: Option<usize>,
    /// Rows.
    height: usize,
}

impl Scale {
    /// What stands left of a row.
    fn label(&self, row: usize, scene: Scene<'_>) -> String {
        let (axis, bar) = (scene.theme.axis(), scene.theme.bar());
        match row {
            _ if self.height == 1 => " Latency ".to_owned(),
            row if Some(row) == self.at_limit => label(axis, self.near.unwrap_or(self.full)),
            row if row + 1 == self.height => label(axis, self.full),
            0 => format!("{:>7} {axis}", 0),
            _ => format!("{:>7} {bar}", ""),
        }
    }
}

/// A value at the axis.
fn label(axis: &str, millis: f64) -> String {
    format!("{:>7} {axis}", say::latency(millis))
}
