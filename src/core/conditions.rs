//! What a service needs before it starts, and whether that is there.

use super::{
    asks::Services,
    life::{Life, StartStep, Then},
    world::Service,
};
use crate::model::{
    Health, ServiceName,
    service::{Condition, Need},
};

/// The needs of a service that are not met now.
pub(super) fn unmet(services: &Services, name: &ServiceName) -> Vec<Need> {
    let Some(service) = services.get(name) else {
        return Vec::new();
    };
    let met = |need: &&Need| {
        services
            .get(&need.service)
            .is_some_and(|other| is_met(other, need.condition))
    };
    let needs = service.def.depends_on.iter();
    needs.filter(|need| !met(need)).cloned().collect()
}

/// The services that must be asked so that these needs can be met: those that nothing is under way
/// for. A service that waits is looked through, for what it waits for.
pub(super) fn to_ask(services: &Services, unmet: &[Need]) -> Vec<ServiceName> {
    let mut asked = Vec::new();
    for need in unmet {
        let Some(other) = services.get(&need.service) else {
            continue;
        };
        match &other.life {
            Life::Stopped { .. }
            | Life::Failed { .. }
            | Life::Backoff { .. }
            | Life::Stopping {
                then: Then::Rest, ..
            } => asked.push(need.service.clone()),
            Life::Waiting { .. } => {
                let further = self::unmet(services, &need.service);
                asked.extend(to_ask(services, &further));
            }
            Life::Starting { .. }
            | Life::Running { .. }
            | Life::Stopping {
                then: Then::Start | Then::Up { .. },
                ..
            } => {}
        }
    }
    asked.sort();
    asked.dedup();
    asked
}

/// Whether a service has reached a condition.
fn is_met(service: &Service, condition: Condition) -> bool {
    match condition {
        Condition::Started => match &service.life {
            Life::Running { .. }
            | Life::Starting {
                step: StartStep::Probing { .. },
                ..
            } => true,
            Life::Starting {
                step: StartStep::Preparing | StartStep::Spawning,
                ..
            }
            | Life::Stopped { .. }
            | Life::Waiting { .. }
            | Life::Stopping { .. }
            | Life::Backoff { .. }
            | Life::Failed { .. } => false,
        },
        Condition::Healthy => matches!(service.life.health(), Health::Healthy { .. }),
        Condition::Completed => service.is_completed(),
    }
}
