//! The last minutes of every service, small enough to keep for all of them: what the sparklines of
//! the list are drawn from, and the hour of all services together.
//!
//! *Owns*: a few bytes per service. *Never*: reads a clock, draws. *Talks to*: `model`.

use std::{collections::BTreeMap, time::Duration};

use crate::model::{
    ServiceName, ServiceView, Snapshot, State, Wall, Want,
    health::HealthWord,
    metrics::{BUCKET, Past, UpState},
};

/// Cells of ten seconds that are drawn: ten minutes.
pub const CELLS: u32 = 60;
/// Cells that are kept: so that the oldest column is whole wherever it begins.
const KEPT: usize = 64;
/// A probe failed in this cell.
const FAILED: u8 = u8::MAX;
/// Codes of a doubling: neighbours differ by 6.5 %.
const FINE: f64 = 11.0;
/// Minutes of the strip of all services.
pub const MINUTES: usize = 60;

/// How the probes of some time went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen {
    /// None is known.
    Nothing,
    /// At least one failed.
    Failed,
    /// All passed; the longest took so many milliseconds.
    Passed(f64),
}

/// The probes of one service in the last ten minutes, a byte for each ten seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// The newest cell: tens of seconds since 1970.
    index: u32,
    /// When the last probe was that is counted.
    at: Wall,
    /// A cell stands at its number modulo their count.
    cells: [u8; KEPT],
}

impl Default for Trend {
    fn default() -> Self {
        Self {
            index: 0,
            at: Wall::from_millis(0),
            cells: [0; KEPT],
        }
    }
}

/// Which cell a time belongs to.
pub fn index(at: Wall) -> u32 {
    u32::try_from(number(at, BUCKET)).unwrap_or(0)
}

/// Which of the spans of this length since 1970 a time belongs to.
fn number(at: Wall, span: Duration) -> u64 {
    u64::try_from(at.millis()).unwrap_or(0) / 1000 / span.as_secs().max(1)
}

fn place(index: u32) -> usize {
    index as usize % KEPT
}

impl Trend {
    /// Notes a probe; one that is known already, or older than the last, changes nothing.
    pub fn probed(&mut self, at: Wall, ok: bool, latency_ms: Option<f64>) {
        if at <= self.at {
            return;
        }
        self.at = at;
        self.note(index(at), if ok { code(latency_ms) } else { FAILED });
    }

    /// Notes what was measured before anybody looked. What was seen since is kept.
    fn past(&mut self, past: &Past) {
        let newest = self.index.max(past.index);
        if newest - past.index >= cells() {
            return;
        }
        let code = if past.failed {
            FAILED
        } else {
            code(past.longest_ms)
        };
        self.note(past.index, code);
    }

    fn note(&mut self, index: u32, code: u8) {
        if index > self.index {
            // The cells in between have no probe.
            let gap = (index - self.index).min(cells());
            for step in 0..gap {
                if let Some(cell) = self.cells.get_mut(place(index - step)) {
                    *cell = 0;
                }
            }
            self.index = index;
        }
        if let Some(cell) = self.cells.get_mut(place(index)) {
            *cell = (*cell).max(code);
        }
    }

    fn cell(&self, index: u32) -> u8 {
        if index > self.index || self.index - index >= cells() {
            return 0;
        }
        self.cells.get(place(index)).copied().unwrap_or(0)
    }

    /// The last ten minutes before `now` in so many columns, oldest first. A column has the same
    /// cells as long as it is seen, so that what is drawn only ever moves to the left.
    pub fn columns(&self, now: Wall, columns: usize) -> impl Iterator<Item = Seen> {
        let columns = u32::try_from(columns).unwrap_or(CELLS).clamp(1, CELLS);
        let many = CELLS / columns;
        let last = index(now) / many;
        (0..columns).map(move |column| {
            let first = (last + 1 + column).saturating_sub(columns) * many;
            let worst = (first..first + many).map(|index| self.cell(index)).max();
            seen(worst.unwrap_or(0))
        })
    }
}

fn cells() -> u32 {
    u32::try_from(KEPT).unwrap_or(CELLS)
}

/// A latency in a byte; a longer one is never less.
fn code(latency_ms: Option<f64>) -> u8 {
    let Some(millis) = latency_ms else { return 0 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded on both sides"
    )]
    let code = ((1.0 + millis.max(0.0) * 8.0).log2() * FINE + 1.0)
        .round()
        .clamp(1.0, f64::from(FAILED - 1)) as u8;
    code
}

fn seen(code: u8) -> Seen {
    match code {
        0 => Seen::Nothing,
        FAILED => Seen::Failed,
        code => Seen::Passed((((f64::from(code) - 1.0) / FINE).exp2() - 1.0) / 8.0),
    }
}

/// All services together in one minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Minute {
    /// The worst that any of them was.
    state: UpState,
    /// Looks at services that were wanted.
    wanted: u32,
    /// Of them, at services that were healthy.
    healthy: u32,
}

/// The last minutes of every service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trends {
    services: BTreeMap<ServiceName, Trend>,
    minutes: Vec<Minute>,
    /// The newest minute: since 1970.
    minute: u64,
    /// The last second in which all were looked at.
    second: u64,
}

impl Trends {
    /// Takes what a snapshot says. Those that are gone are forgotten.
    pub fn take(&mut self, snapshot: &Snapshot) {
        let known = |name: &ServiceName| snapshot.services.contains_key(name);
        if self.services.len() > snapshot.services.len() {
            self.services.retain(|name, _| known(name));
        }
        for (name, view) in &snapshot.services {
            let (Some(at), Some(ok)) = (view.probe.at, view.probe.ok) else {
                continue;
            };
            if let Some(trend) = self.services.get_mut(name) {
                trend.probed(at, ok, view.probe.latency_ms);
            } else {
                let mut trend = Trend::default();
                trend.probed(at, ok, view.probe.latency_ms);
                self.services.insert(name.clone(), trend);
            }
        }
        let second = number(snapshot.written_at, Duration::from_secs(1));
        if second > self.second {
            self.second = second;
            self.look(snapshot);
        }
    }

    /// Takes what was measured before anybody looked.
    pub fn fill(&mut self, past: &[(ServiceName, Vec<Past>)]) {
        for (name, cells) in past {
            let trend = self.services.entry(name.clone()).or_default();
            for cell in cells {
                trend.past(cell);
            }
        }
    }

    /// How all services are, once a second.
    fn look(&mut self, snapshot: &Snapshot) {
        let minute = number(snapshot.written_at, Duration::from_mins(1));
        if self.minutes.is_empty() {
            self.minutes = vec![Minute::default(); MINUTES];
        } else {
            let gap = usize::try_from(minute.saturating_sub(self.minute)).unwrap_or(MINUTES);
            let gap = gap.min(MINUTES);
            self.minutes.rotate_left(gap);
            let from = MINUTES - gap;
            if let Some(new) = self.minutes.get_mut(from..) {
                new.fill(Minute::default());
            }
        }
        self.minute = minute;
        let Some(last) = self.minutes.last_mut() else {
            return;
        };
        for view in snapshot.services.values() {
            let state = state(view);
            last.state = last.state.max(state);
            last.wanted += u32::from(state > UpState::Unknown);
            last.healthy += u32::from(state == UpState::Healthy);
        }
    }

    /// The probes of a service.
    pub fn of(&self, name: &ServiceName) -> Option<&Trend> {
        self.services.get(name)
    }

    /// The worst of all services in each of the last 60 minutes, oldest first.
    pub fn strip(&self) -> impl Iterator<Item = UpState> {
        self.minutes.iter().map(|minute| minute.state)
    }

    /// The share of the looks at wanted services in the last hour that found them healthy; `None`
    /// when none was wanted.
    pub fn availability(&self) -> Option<f64> {
        let sum = |of: fn(&Minute) -> u32| self.minutes.iter().map(of).map(u64::from).sum::<u64>();
        let (wanted, healthy) = (sum(|it| it.wanted), sum(|it| it.healthy));
        #[expect(clippy::cast_precision_loss, reason = "counts of an hour")]
        let ratio = (wanted > 0).then(|| healthy as f64 / wanted as f64);
        ratio
    }
}

/// How a service is, as its uptime counts it.
fn state(view: &ServiceView) -> UpState {
    let lives = view.pid.is_some();
    match (view.want, lives, view.health) {
        // What was completed is wanted no more.
        (Want::Down, ..) => UpState::Unwanted,
        (Want::Up, true, HealthWord::Healthy) => UpState::Healthy,
        (Want::Up, true, HealthWord::Unhealthy) => UpState::Unhealthy,
        (Want::Up, ..) if State::of(view) == State::Stop => UpState::Unwanted,
        (Want::Up, ..) => UpState::Down,
    }
}

#[cfg(test)]
#[path = "trend_tests.rs"]
mod tests;
