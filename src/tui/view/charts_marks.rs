//! What was done to a service, as marks on a time axis.

use std::{collections::VecDeque, sync::Arc};

use crate::model::{Action, ActorKind, Event, EventKind, Outcome, Seq, ServiceName};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// An action.
    Asked(Action),
    /// It ended, and nobody had asked for that.
    Died,
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct By(Option<ActorKind>);

/// Everything that leaves a mark, in the order of the legend.
const ACTS: [Act; 7] = [
    Act::Asked(Action::Start),
    Act::Asked(Action::Stop),
    Act::Asked(Action::Kill),
    Act::Asked(Action::Restart),
    Act::Asked(Action::Recover),
    Act::Asked(Action::FreePort),
    Act::Died,
];

/// Everybody who leaves one.
const ACTORS: [By; 7] = [
    By(Some(ActorKind::Human)),
    By(Some(ActorKind::Cli)),
    By(Some(ActorKind::Api)),
    By(Some(ActorKind::Policy)),
    By(Some(ActorKind::Villain)),
    By(Some(ActorKind::Felix)),
    By(None),
];

impl Act {
    /// Its mark.
    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::Asked(Action::Start) => "S",
            Self::Asked(Action::Stop) => "T",
            Self::Asked(Action::Kill) => "K",
            Self::Asked(Action::Restart) => "R",
            Self::Asked(Action::Recover) => "C",
            Self::Asked(Action::FreePort) => "P",
            Self::Died => "!",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Asked(Action::Start) => "start",
            Self::Asked(Action::Stop) => "stop",
            Self::Asked(Action::Kill) => "kill",
            Self::Asked(Action::Restart) => "restart",
            Self::Asked(Action::Recover) => "recover",
            Self::Asked(Action::FreePort) => "free port",
            Self::Died => "died",
        }
    }
}

impl By {
    /// Its mark.
    pub(super) fn letter(self) -> &'static str {
        match self.0 {
            Some(ActorKind::Human) => "y",
            Some(ActorKind::Cli) => "c",
            Some(ActorKind::Api) => "a",
            Some(ActorKind::Policy) => "o",
            Some(ActorKind::Villain) => "V",
            Some(ActorKind::Felix) => "F",
            None => " ",
        }
    }

    /// Its name.
    pub(super) fn word(self) -> &'static str {
        match self.0 {
            Some(ActorKind::Human) => "you",
            Some(ActorKind::Cli) => "command line",
            Some(ActorKind::Api) => "api",
            Some(ActorKind::Policy) => "oats",
            Some(ActorKind::Villain) => "Villain",
            Some(ActorKind::Felix) => "Felix",
            None => "",
        }
    }
}

/// A mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// When it was asked for, or happened: milliseconds since 1970.
    pub(super) at: i64,
    /// What was done.
    pub(super) act: Act,
    /// Who did it.
    pub(super) by: By,
    /// It came to nothing, or was a death.
    pub(super) failed: bool,
}

/// The marks of one service, oldest first. An ask and its result are one: the ask says when, the
/// result how it ended.
pub(super) fn of<'a>(
    events: &'a VecDeque<Arc<Event>>,
    service: &'a ServiceName,
) -> impl Iterator<Item = Mark> {
    let mut marks: Vec<(Option<Seq>, Mark)> = Vec::new();
    let mine = events
        .iter()
        .filter(|it| it.service.as_ref() == Some(service));
    for event in mine {
        let failed = event.result == Some(Outcome::Failed);
        let mark = |act, failed| Mark {
            at: event.at.millis(),
            act,
            by: By(event.actor.as_ref().map(|actor| actor.kind)),
            failed,
        };
        match (event.kind, event.action) {
            (EventKind::Ask, Some(action)) => {
                marks.push((Some(event.seq), mark(Act::Asked(action), false)));
            }
            (EventKind::Result, Some(action)) => {
                let mut asks = marks.iter_mut().rev();
                if let Some((_, ask)) = asks.find(|(ask, _)| ask.is_some() && *ask == event.cause) {
                    ask.failed = failed;
                } else {
                    let took = i64::try_from(event.duration_ms.unwrap_or(0)).unwrap_or(0);
                    let mut mark = mark(Act::Asked(action), failed);
                    mark.at -= took;
                    marks.push((None, mark));
                }
            }
            // An exit without a cause is one that nobody asked for.
            (EventKind::Exit, _) if event.cause.is_none() => {
                marks.push((None, mark(Act::Died, true)));
            }
            _ => {}
        }
    }
    marks.sort_by_key(|(_, mark)| mark.at);
    marks.into_iter().map(|(_, mark)| mark)
}

/// Where each mark stands: at its time where that is free, else beside it, always in their order. Of
/// more marks than columns the latest are shown.
pub(super) fn place(marks: &[Mark], (from, to): (i64, i64), columns: usize) -> Vec<(usize, Mark)> {
    let skip = marks.len().saturating_sub(columns);
    let span = (to - from).max(1);
    let mut free = 0;
    let mut placed: Vec<(usize, Mark)> = Vec::new();
    for mark in marks.iter().skip(skip) {
        let many = i64::try_from(columns).unwrap_or(i64::MAX);
        let column = (mark.at - from).clamp(0, span - 1).saturating_mul(many) / span;
        let column = usize::try_from(column).unwrap_or(0).max(free);
        free = column + 1;
        placed.push((column, *mark));
    }
    let mut end = columns;
    for (column, _) in placed.iter_mut().rev() {
        *column = (*column).min(end.saturating_sub(1));
        end = *column;
    }
    placed
}

/// What the letters mean that are there, and how often: "S start 2, K kill 1 by y you 3".
pub(super) fn legend(marks: &[Mark]) -> String {
    let count = |is: &dyn Fn(&Mark) -> bool| marks.iter().filter(|mark| is(mark)).count();
    let acts = ACTS.iter().filter_map(|act| {
        let many = count(&|mark| mark.act == *act);
        (many > 0).then(|| format!("{} {} {many}", act.letter(), act.word()))
    });
    let actors = ACTORS.iter().filter_map(|by| {
        let many = count(&|mark| mark.by == *by);
        (many > 0 && by.0.is_some()).then(|| format!("{} {} {many}", by.letter(), by.word()))
    });
    let acts: Vec<String> = acts.collect();
    let actors: Vec<String> = actors.collect();
    if actors.is_empty() {
        return acts.join(", ");
    }
    format!("{}; by {}", acts.join(", "), actors.join(", "))
}

/// How often each actor has done something since a time, in words: "you 9, oats 7".
pub(super) fn by_actor(events: &VecDeque<Arc<Event>>, since: i64) -> String {
    let kind = |event: &Arc<Event>| {
        let asked = event.kind == EventKind::Result && event.at.millis() > since;
        event
            .actor
            .as_ref()
            .filter(|_| asked)
            .map(|actor| actor.kind)
    };
    let told = ACTORS.iter().filter_map(|by| {
        let many = events
            .iter()
            .filter_map(kind)
            .filter(|it| Some(*it) == by.0)
            .count();
        (many > 0).then(|| format!("{} {many}", by.word()))
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "charts_marks_tests.rs"]
mod tests;
