//! Buckets, bars and scales: pure arithmetic.

use crate::model::metrics::{Point, UpState};

/// The points of each of so many cells, oldest first.
pub(super) fn cells(points: &[Point], columns: usize) -> impl Iterator<Item = &[Point]> {
    let many = points.len();
    let columns = columns.min(many).max(1);
    (0..columns).map(move |cell| {
        let (from, to) = (cell * many / columns, (cell + 1) * many / columns);
        points.get(from..to).unwrap_or_default()
    })
}

/// The largest value of each cell; `None` where nothing was measured.
pub(super) fn fold(
    points: &[Point],
    columns: usize,
    of: impl Fn(&Point) -> Option<f64>,
) -> Vec<Option<f64>> {
    cells(points, columns)
        .map(|cell| cell.iter().filter_map(&of).reduce(f64::max))
        .collect()
}

/// Whether something is so anywhere in each cell.
pub(super) fn any(points: &[Point], columns: usize, of: fn(&Point) -> bool) -> Vec<bool> {
    cells(points, columns)
        .map(|cell| cell.iter().any(of))
        .collect()
}

/// The smallest 1, 2 or 5 with zeros that is not less.
pub(super) fn nice(value: f64) -> f64 {
    let value = value.max(1.0);
    let tens = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * tens);
    let fits = steps.into_iter().find(|step| *step >= value);
    fits.unwrap_or(value)
}

/// In which of so many rows, from 0 at the bottom, a share of the height ends.
pub(super) fn row_of(share: f64, height: usize) -> usize {
    let last = height.saturating_sub(1);
    let ends = |row: &usize| share * rows(height) <= rows(row + 1);
    (0..last).find(ends).unwrap_or(last)
}

/// The row above a bar, or the highest one: where a sign stands that belongs to it.
pub(super) fn above(share: f64, height: usize) -> usize {
    if share <= 0.0 {
        return 0;
    }
    (row_of(share, height) + 1).min(height.saturating_sub(1))
}

/// How much of a row a bar fills; `None` where it does not reach it.
pub(super) fn part(share: f64, row: usize, height: usize) -> Option<f64> {
    let part = share * rows(height) - rows(row);
    (part > 0.0).then(|| part.min(1.0))
}

fn rows(count: usize) -> f64 {
    u16::try_from(count).map_or(f64::MAX, f64::from)
}

/// The stretches in which it was wanted and not healthy, as numbers of points. What follows a time in
/// which it was not wanted, or not watched, is a start and none.
pub(super) fn outages(points: &[Point]) -> Vec<usize> {
    let sick = |state| matches!(state, UpState::Unhealthy | UpState::Down);
    let mut found = Vec::new();
    let mut before = UpState::Unwanted;
    let mut inside = false;
    for point in points {
        let (was, now) = (sick(before), sick(point.state));
        if now && before == UpState::Healthy {
            found.push(0);
            inside = true;
        } else if !(now && was) {
            inside = false;
        }
        if inside && let Some(last) = found.last_mut() {
            *last += 1;
        }
        before = point.state;
    }
    found
}

/// A row with times at its ends and, where they fit, at its quarters; each stands at its own column.
pub(super) fn times(columns: usize, span_s: u64, label: impl Fn(u64) -> String) -> String {
    const WIDE: usize = 5;
    let parts: usize = match columns {
        60.. => 4,
        30.. => 2,
        12.. => 1,
        _ => return String::new(),
    };
    let mut row = String::new();
    for at in 0..=parts {
        let ago =
            span_s * u64::try_from(parts - at).unwrap_or(0) / u64::try_from(parts).unwrap_or(1);
        let from = match at {
            0 => 0,
            at if at == parts => columns.saturating_sub(WIDE),
            at => (at * columns / parts).saturating_sub(WIDE / 2),
        };
        let blank = from.saturating_sub(row.len());
        row.push_str(&" ".repeat(blank));
        row.push_str(&label(ago));
    }
    row
}

#[cfg(test)]
#[path = "charts_tests.rs"]
mod tests;
