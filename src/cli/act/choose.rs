//! Whom an action is for, and in which order they are asked.

use std::collections::BTreeSet;

use super::ActArgs;
use crate::{
    io::config,
    model::{Action, Phase, ServiceName, ServiceView, Snapshot, clean, plan},
};

/// Whom an action is for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The services, in the order in which they are asked.
    pub services: Vec<ServiceName>,
    /// Sentences about names that are none.
    pub unknown: Vec<String>,
    /// What to say when there is nothing to do.
    pub nothing: Option<String>,
}

/// The services that are meant: needed ones first, for an end those that need them first.
pub fn choose(snapshot: &Snapshot, action: Action, args: &ActArgs) -> Chosen {
    let mut chosen = Chosen::default();
    let mut meant = BTreeSet::new();
    for word in &args.names {
        match snapshot.services.keys().find(|name| name.as_str() == word) {
            Some(name) => {
                meant.insert(name.clone());
            }
            None => chosen.unknown.push(unknown(snapshot, word)),
        }
    }
    if args.all || args.group.is_some() {
        let group: Vec<&ServiceView> = snapshot
            .services
            .values()
            .map(AsRef::as_ref)
            .filter(|view| args.group.is_none() || view.group == args.group)
            .collect();
        if group.is_empty()
            && let Some(name) = &args.group
        {
            chosen.unknown.push(no_group(snapshot, name));
        } else {
            let fits = group.iter().filter(|view| makes_sense(action, view));
            meant.extend(fits.map(|view| view.name.clone()));
            if meant.is_empty() {
                chosen.nothing = Some(nothing(action, group.len()));
            }
        }
    }
    chosen.services = in_order(snapshot, action, &meant);
    chosen
}

/// What to say about a name that is no service.
pub fn unknown(snapshot: &Snapshot, word: &str) -> String {
    let word = clean::plain(word);
    let names = snapshot.services.keys().map(ServiceName::as_str);
    let help = config::suggest_service(&word, names);
    format!("there is no service \"{word}\": {help}")
}

fn no_group(snapshot: &Snapshot, name: &str) -> String {
    let views = snapshot.services.values();
    let groups: BTreeSet<&str> = views.filter_map(|view| view.group.as_deref()).collect();
    let name = clean::plain(name);
    if groups.is_empty() {
        return format!("there is no group \"{name}\": no service file sets one");
    }
    let groups: Vec<String> = groups.into_iter().map(clean::plain).collect();
    format!(
        "there is no group \"{name}\"; there are: {}",
        groups.join(", ")
    )
}

/// Whether a service is worth asking when it was not named itself.
fn makes_sense(action: Action, view: &ServiceView) -> bool {
    match (action, view.phase) {
        (Action::Start, Phase::Stopped | Phase::Failed | Phase::Backoff)
        | (Action::Stop, Phase::Waiting | Phase::Starting | Phase::Running | Phase::Backoff)
        | (Action::Kill, Phase::Starting | Phase::Running | Phase::Stopping)
        | (Action::Restart, Phase::Running) => true,
        (Action::Recover, Phase::Running) => {
            view.actions.recover.code.as_deref() != Some("no_recover")
        }
        (
            Action::Start
            | Action::Stop
            | Action::Kill
            | Action::Restart
            | Action::Recover
            | Action::FreePort,
            _,
        ) => false,
    }
}

fn nothing(action: Action, services: usize) -> String {
    let (verb, why) = match action {
        Action::Start => ("start", "runs, or is on its way"),
        Action::Stop => ("stop", "is stopped"),
        Action::Kill => ("kill", "has no process"),
        Action::Restart => ("restart", "is not running"),
        Action::Recover => ("recover", "is not running, or has no recover step"),
        Action::FreePort => ("free", "has nothing to free"),
    };
    match services {
        0 => format!("nothing to {verb}: there are no services"),
        1 => format!("nothing to {verb}: the one service {why}"),
        _ => format!("nothing to {verb}: each of the {services} services {why}"),
    }
}

/// Needed ones first; those that end or are ended the other way round.
fn in_order(
    snapshot: &Snapshot,
    action: Action,
    meant: &BTreeSet<ServiceName>,
) -> Vec<ServiceName> {
    let mut order = plan::needed_first(snapshot);
    order.retain(|name| meant.contains(name));
    match action {
        Action::Stop | Action::Kill => order.reverse(),
        Action::Start | Action::Restart | Action::Recover | Action::FreePort => {}
    }
    order
}

#[cfg(test)]
#[path = "../tests/choose.rs"]
mod tests;
