//! What a decision brought about, in short words.

use crate::{
    core::{Decision, Draft, Effect},
    model::{Action, EventKind, Outcome},
};

/// A result in words.
pub(super) fn said(line: &Draft) -> String {
    let action = line.action.map_or("survivor", Action::id);
    let result = line.result.unwrap_or(Outcome::Refused).word();
    match &line.reason {
        Some(reason) => format!("{action} {result}: {reason}"),
        None => format!("{action} {result}"),
    }
}

/// The effects as short words: "prepare a", "signal a SIGTERM".
pub(super) fn effects(decision: &Decision) -> Vec<String> {
    decision.effects.iter().map(effect).collect()
}

/// An effect as short words.
pub(super) fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Prepare { service, clean, .. } => match clean {
            Some(_) => format!("prepare {service}, cleaning"),
            None => format!("prepare {service}"),
        },
        Effect::Spawn { service, .. } => format!("spawn {service}"),
        Effect::Signal {
            service, signal, ..
        } => format!("signal {service} {signal}"),
        Effect::Look { service, .. } => format!("look {service}"),
        Effect::Sweep { service, .. } => format!("sweep {service}"),
        Effect::Release { .. } => "release".to_owned(),
        Effect::Adopt { service, .. } => format!("adopt {service}"),
        Effect::Probe {
            service, witness, ..
        } => match witness {
            true => format!("probe {service} and its port"),
            false => format!("probe {service}"),
        },
        Effect::Recover { service, .. } => format!("recover {service}"),
        Effect::SignalHolder {
            service,
            target,
            force,
            ..
        } => format!(
            "{} to PID {} on the port of {service}",
            force.signal(),
            target.pid
        ),
        Effect::EndLeftover { service, .. } => format!("end leftover {service}"),
        Effect::LookAtPort { service } => format!("look at port {service}"),
        Effect::Survivor {
            service, target, ..
        } => format!("survivor {} of {service}", target.pid),
        Effect::WatchSurvivor { service, target } => {
            format!("watch survivor {} of {service}", target.pid)
        }
        Effect::Left => "left".to_owned(),
    }
}

/// The ledger lines as short words: "ask start a by human", "result start a done".
pub(super) fn events(decision: &Decision) -> Vec<String> {
    decision.events.iter().map(event).collect()
}

/// A ledger line as short words.
fn event(line: &Draft) -> String {
    let mut words = vec![line.kind.word().to_owned()];
    if let Some(action) = line.action {
        words.push(action.to_string());
    }
    if let Some(service) = &line.service {
        words.push(service.to_string());
    }
    match line.kind {
        EventKind::Ask => words.extend(line.actor.as_ref().map(|by| format!("by {by}"))),
        EventKind::Result => words.extend(line.result.map(|it| it.word().to_owned())),
        EventKind::Refusal => words.extend(line.code.clone()),
        EventKind::Health => {
            let word = |key: &str| line.data[key].as_str().unwrap().to_owned();
            words.push(format!("{} to {}", word("from"), word("to")));
        }
        EventKind::Port => {
            let class = |key: &str| line.data[key]["class"].as_str().unwrap().to_owned();
            words.push(format!("{} to {}", class("from"), class("to")));
        }
        EventKind::Start
        | EventKind::Exit
        | EventKind::Adoption
        | EventKind::Config
        | EventKind::Owner => {}
    }
    words.join(" ")
}
