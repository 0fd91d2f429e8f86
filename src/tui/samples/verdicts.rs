//! What may be done to a sample.

use crate::model::{
    Action, Phase, Refusal, ServiceView, Want,
    snapshot::{Actions, Verdict},
};

pub(super) fn refused_all() -> Actions {
    let no = |action| Verdict::refused(action, &Refusal::ShuttingDown);
    Actions {
        start: no(Action::Start),
        stop: no(Action::Stop),
        kill: no(Action::Kill),
        restart: no(Action::Restart),
        recover: no(Action::Recover),
        free_port: no(Action::FreePort),
    }
}

/// The verdicts of contract section 1, as far as the samples need them.
pub(crate) fn verdicts(view: &ServiceView) -> Actions {
    let yes = || Verdict::allowed(None);
    let no = Verdict::refused;
    let dead = |action| no(action, &Refusal::NotRunning(action));
    let held = view.holder.as_ref().filter(|h| h.class.is_foreign());
    let start = match (view.phase, view.survivors.first(), held, view.port) {
        (_, Some(survivor), _, _) => no(Action::Start, &Refusal::Survivor(survivor.pid)),
        (Phase::Stopped | Phase::Failed | Phase::Backoff, _, Some(holder), Some(port)) => {
            no(Action::Start, &Refusal::PortHeld(port, holder.clone()))
        }
        (Phase::Stopped | Phase::Failed | Phase::Backoff, ..) => yes(),
        (Phase::Waiting, ..) => no(
            Action::Start,
            &Refusal::AlreadyWaiting(view.waiting_for[0].clone()),
        ),
        (Phase::Starting, ..) => no(Action::Start, &Refusal::AlreadyStarting),
        (Phase::Running, ..) => no(Action::Start, &Refusal::AlreadyRunning(view.pid)),
        (Phase::Stopping, ..) => no(Action::Start, &Refusal::StillStopping(view.pid)),
    };
    let runs = view.phase == Phase::Running;
    let lives = matches!(
        view.phase,
        Phase::Starting | Phase::Running | Phase::Stopping
    );
    let later = |action| match view.phase {
        Phase::Running => yes(),
        Phase::Starting => no(action, &Refusal::StillStarting),
        Phase::Stopping => no(action, &Refusal::StillStopping(view.pid)),
        Phase::Stopped | Phase::Waiting | Phase::Backoff | Phase::Failed => dead(action),
    };
    Actions {
        start,
        stop: match view.phase {
            Phase::Stopping => no(Action::Stop, &Refusal::AlreadyStopping(view.pid)),
            Phase::Running | Phase::Starting | Phase::Waiting | Phase::Backoff => yes(),
            Phase::Failed if view.want == Want::Up => yes(),
            Phase::Stopped | Phase::Failed => dead(Action::Stop),
        },
        kill: if lives { yes() } else { dead(Action::Kill) },
        restart: later(Action::Restart),
        recover: later(Action::Recover),
        free_port: match (view.port, held) {
            (None, _) => no(Action::FreePort, &Refusal::NoPort),
            (Some(_), Some(_)) => yes(),
            (Some(port), None) if runs => no(Action::FreePort, &Refusal::PortOwn(port)),
            (Some(port), None) => no(Action::FreePort, &Refusal::PortFree(port)),
        },
    }
}
