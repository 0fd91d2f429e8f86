//! What probe outcomes and the port's holder mean together: health that names its witness.

use super::{
    holder::PortState,
    life::{Streak, Watch},
};
use crate::model::{
    Health, HolderClass, ProbeOutcome, ServiceDef,
    service::{PortOwner, ProbeKind},
};

/// Adds an outcome to the rows; a row that is long enough turns the streak.
pub fn count(def: &ServiceDef, watch: &mut Watch, outcome: ProbeOutcome) {
    let spec = &def.health;
    if outcome.ok {
        watch.successes = watch.successes.saturating_add(1);
        watch.failures = 0;
        if watch.successes >= spec.successes {
            watch.streak = Streak::Passing;
        }
    } else {
        watch.failures = watch.failures.saturating_add(1);
        watch.successes = 0;
        if watch.failures >= spec.failures {
            let (subject, of) = (subject(def), spec.failures);
            watch.streak = Streak::Failing {
                reason: format!("{subject}: {} ({of} of {of})", outcome.detail),
            };
        }
    }
    watch.last = Some(outcome);
}

/// The verdict on everything that was seen.
///
/// A frozen process, an imposter on the port and a port that nobody listens on count at once; probe
/// outcomes count in rows. Without a look at the port there is no witness, so nothing is healthy.
pub fn judge(def: &ServiceDef, watch: &Watch, port: Option<&PortState>) -> Health {
    if watch.frozen {
        return Health::Unhealthy {
            reason: "process is frozen (state T)".to_owned(),
        };
    }
    if let Some(reason) = imposter(def, port) {
        return Health::Unhealthy { reason };
    }
    match &watch.streak {
        Streak::Unknown => Health::Unknown,
        Streak::Failing { reason } => Health::Unhealthy {
            reason: reason.clone(),
        },
        Streak::Passing => passing(def, port),
    }
}

/// The verdict on a service whose probes pass.
fn passing(def: &ServiceDef, port: Option<&PortState>) -> Health {
    let (Some(number), PortOwner::Own) = (def.port, def.port_owner) else {
        let lone = def.health.kind == ProbeKind::Alive && def.port.is_none();
        let reason = lone.then(|| "alive is healthy: neither probe nor port is set".to_owned());
        return Health::Healthy { reason };
    };
    match port {
        None => Health::Unknown,
        Some(port) if port.holder.class == HolderClass::Free => Health::Unhealthy {
            reason: format!("nothing listens on port {number}"),
        },
        Some(port) if port.is_unseen() => Health::Healthy {
            reason: Some("holder not visible".to_owned()),
        },
        Some(_) => Health::Healthy { reason: None },
    }
}

/// What is probed, as the subject of a reason: "GET /healthz", "port 8101".
pub fn subject(def: &ServiceDef) -> String {
    match (&def.health.kind, def.port) {
        (ProbeKind::Listen, Some(port)) => format!("port {port}"),
        (kind, _) => kind.to_string(),
    }
}

/// Who stands on the port instead of this service. Somebody whom we cannot see may be this service.
fn imposter(def: &ServiceDef, port: Option<&PortState>) -> Option<String> {
    let number = def.port?;
    let port = port?;
    if def.port_owner == PortOwner::Any || port.is_unseen() {
        return None;
    }
    match port.holder.class {
        HolderClass::Own | HolderClass::Free | HolderClass::Unseen => None,
        HolderClass::OwnLeftover
        | HolderClass::OtherService
        | HolderClass::Stranger
        | HolderClass::OtherUser => {
            let who = port.holder.who();
            Some(format!(
                "port {number} is held by {who}, not by this service"
            ))
        }
    }
}
