//! Which services are shown, and in which order.

use std::collections::BTreeSet;

use crate::model::{BadFilter, Filter, Mono, ServiceName};

/// Which services are shown, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// Only services that match this are shown; empty: all.
    pub filter: String,
    /// The filter is being typed: what was there before.
    pub typing: Option<Before>,
    /// Only services in trouble are shown.
    pub problems: bool,
    /// By which column they stand.
    pub sort: Sort,
    /// The other way round.
    pub inverted: bool,
    /// The order by a column that lives, kept so that rows do not dance.
    pub order: Vec<ServiceName>,
    /// When that order was made; `None`: it has to be made anew.
    pub sorted: Option<Mono>,
    /// Services that are marked: what acts acts on all of them. By identity, shown or not.
    pub marks: BTreeSet<ServiceName>,
    /// Groups that were folded by hand: what is up is one row. No group has an empty name.
    pub folded: BTreeSet<String>,
    /// Groups that were unfolded by hand.
    pub unfolded: BTreeSet<String>,
}

impl List {
    /// Whether services are hidden by a filter.
    pub fn hides(&self) -> bool {
        self.problems || !self.in_force().trim().is_empty()
    }

    /// The filter that is in force: while what is typed is none, the last one that was.
    pub fn in_force(&self) -> &str {
        match &self.typing {
            Some(before) if Filter::parse(&self.filter).is_err() => &before.good,
            Some(_) | None => &self.filter,
        }
    }

    /// What is wrong with the filter that is being typed.
    pub fn wrong(&self) -> Option<BadFilter> {
        self.typing.as_ref()?;
        Filter::parse(&self.filter).err()
    }
}

/// What was there before a filter was typed: it comes back when the filter is not wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// The filter.
    pub filter: String,
    /// The last text that was a filter.
    pub good: String,
    /// The service under the cursor.
    pub cursor: Option<ServiceName>,
}

/// By which column the services stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// By group, then by name.
    #[default]
    Name,
    /// The worst state first.
    State,
    /// By port.
    Port,
    /// The most CPU first.
    Cpu,
    /// The most memory first.
    Memory,
    /// The slowest probe first.
    Latency,
    /// The youngest first.
    Up,
    /// The most restarts first.
    Restarts,
}

impl Sort {
    /// Every order, as the keys go through them.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::State,
        Self::Port,
        Self::Cpu,
        Self::Memory,
        Self::Latency,
        Self::Up,
        Self::Restarts,
    ];

    /// What stands first, or first when it is the other way round.
    pub fn words(self, inverted: bool) -> &'static str {
        match (self, inverted) {
            (Self::Name, false) => "by name",
            (Self::Name, true) => "by name, backwards",
            (Self::State, false) => "by state, the worst first",
            (Self::State, true) => "by state, the best first",
            (Self::Port, false) => "by port, the lowest first",
            (Self::Port, true) => "by port, the highest first",
            (Self::Cpu, false) => "by CPU, the most first",
            (Self::Cpu, true) => "by CPU, the least first",
            (Self::Memory, false) => "by memory, the most first",
            (Self::Memory, true) => "by memory, the least first",
            (Self::Latency, false) => "by latency, the slowest first",
            (Self::Latency, true) => "by latency, the fastest first",
            (Self::Up, false) => "by time up, the youngest first",
            (Self::Up, true) => "by time up, the oldest first",
            (Self::Restarts, false) => "by restarts, the most first",
            (Self::Restarts, true) => "by restarts, the fewest first",
        }
    }

    /// Whether the large values stand first when nothing is the other way round.
    pub fn falls(self) -> bool {
        match self {
            Self::Name | Self::Port | Self::Up | Self::State => false,
            Self::Cpu | Self::Memory | Self::Latency | Self::Restarts => true,
        }
    }
}
