//! Random histories: what happens, and to which services.

use proptest::prelude::*;

use super::{
    bench::{Tune, confirmed, ms, task, web},
    forest::{Dying, Nature},
};
use crate::{
    core::{Leaving, input::AskWith},
    model::{
        Action, Force, FreeWith, Port, ServiceDef, SurvivorChoice,
        action::ACTIONS,
        service::{Condition, PortOwner, ProbeKind, RestartPolicy},
    },
};

/// Something that happens.
#[derive(Debug, Clone)]
pub(super) enum Op {
    Ask(usize, Action, AskWith),
    Up(usize, usize),
    Deliver(usize),
    Pass(u64),
    Tick,
    LookAtPort(usize),
    StrangerComes(usize),
    StrangerGoes(usize),
    Dies(usize, i32),
    Becomes(usize, Nature),
    Freezes(usize, bool),
    NewOwner,
    EndSurvivors(usize),
    Decides(usize, SurvivorChoice),
    Edits(usize, Edit),
    Leave(Leaving),
}

/// What somebody does to a service file, which is then read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Edit {
    /// It is there as it was at first.
    Restore,
    /// It is taken away.
    TakeAway,
    /// What only a new process can take up.
    Env,
    /// A port that nobody has.
    Port,
    /// It is probed otherwise.
    Probe,
    /// It needs nothing any more.
    Free,
    /// Another policy.
    Policy(RestartPolicy),
}

impl Edit {
    /// The file afterwards, where there is one.
    pub(super) fn of(self, def: ServiceDef) -> Option<ServiceDef> {
        match self {
            Self::Restore => Some(def),
            Self::TakeAway => None,
            Self::Env => Some(def.with(|it| {
                let edits = it.env.len().to_string();
                it.env.insert(edits.clone(), edits);
            })),
            Self::Port => Some(def.with(|it| {
                let other = it.port.and_then(|port| Port::new(port.get() + 100));
                it.port = other.or(it.port);
            })),
            Self::Probe => Some(def.with(|it| {
                it.health.interval = ms(1000);
                it.health.kind = ProbeKind::Exec {
                    argv: vec!["/bin/true".to_owned()],
                };
            })),
            Self::Free => Some(def.with(|it| it.depends_on.clear())),
            Self::Policy(policy) => Some(def.policy(policy)),
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => Just(Edit::Restore),
        3 => Just(Edit::TakeAway),
        1 => Just(Edit::Env),
        1 => Just(Edit::Port),
        1 => Just(Edit::Probe),
        1 => Just(Edit::Free),
        1 => Just(Edit::Policy(RestartPolicy::Never)),
        1 => Just(Edit::Policy(RestartPolicy::Always)),
    ]
}

fn force() -> impl Strategy<Value = Force> {
    prop_oneof![Just(Force::Term), Just(Force::Kill)]
}

/// The choices of an ask: the stranger of the simulated world is confirmed, or one that is not there.
fn with() -> impl Strategy<Value = AskWith> {
    let stranger = prop::option::weighted(0.8, (7..9_u32, force()));
    let free = (stranger, any::<bool>()).prop_map(|(stranger, then_start)| match stranger {
        Some((pid, force)) => confirmed(pid, force, then_start),
        None => FreeWith {
            stranger: None,
            then_start,
        },
    });
    let with = (any::<bool>(), any::<bool>(), free);
    with.prop_map(|(only, when_free, free)| AskWith {
        only,
        when_free: when_free && only,
        free,
    })
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    let which = 0..5_usize;
    let choice = prop_oneof![
        force().prop_map(SurvivorChoice::End),
        Just(SurvivorChoice::Adopt)
    ];
    let action = (0..ACTIONS.len()).prop_map(|row| ACTIONS[row].action);
    let dying = prop_oneof![
        5 => Just(Dying::Willing),
        3 => Just(Dying::Stubborn),
        2 => Just(Dying::Tough)
    ];
    let nature = (
        prop::bool::weighted(0.2),
        dying,
        0..3_usize,
        prop::option::weighted(0.15, any::<bool>()),
        prop::bool::weighted(0.1),
    );
    let nature = nature.prop_map(|(sick, dying, children, unspawnable, uncleanable)| Nature {
        sick,
        dying,
        children,
        unspawnable,
        uncleanable,
    });
    let how = prop_oneof![
        Just(Leaving::Detach),
        Just(Leaving::StopAll),
        Just(Leaving::KillAll)
    ];
    prop_oneof![
        12 => (which.clone(), action, with()).prop_map(|(it, action, with)| Op::Ask(it, action, with)),
        8 => which.clone().prop_map(|it| Op::Ask(it, Action::Start, AskWith::default())),
        2 => (which.clone(), which.clone()).prop_map(|(a, b)| Op::Up(a, b)),
        40 => any::<usize>().prop_map(Op::Deliver),
        6 => (0..20_000_u64).prop_map(Op::Pass),
        12 => Just(Op::Tick),
        6 => which.clone().prop_map(Op::LookAtPort),
        2 => which.clone().prop_map(Op::StrangerComes),
        2 => which.clone().prop_map(Op::StrangerGoes),
        5 => (which.clone(), 0..3_i32).prop_map(|(it, code)| Op::Dies(it, code)),
        4 => (which.clone(), nature).prop_map(|(it, nature)| Op::Becomes(it, nature)),
        2 => (which.clone(), any::<bool>()).prop_map(|(it, frozen)| Op::Freezes(it, frozen)),
        1 => Just(Op::NewOwner),
        2 => (which.clone(), choice).prop_map(|(it, choice)| Op::Decides(it, choice)),
        1 => which.clone().prop_map(Op::EndSurvivors),
        4 => (which, edit()).prop_map(|(it, edit)| Op::Edits(it, edit)),
        1 => how.prop_map(Op::Leave),
    ]
}

/// A little of everything: tasks, ports, probes, needs, policies.
pub(super) fn defs() -> Vec<ServiceDef> {
    let quick = |def: ServiceDef| {
        def.with(|def| {
            def.health.interval = ms(20_000);
            def.restart.give_up_deaths = 4;
            def.restart.max_delay = ms(2000);
        })
    };
    [
        task("db").policy(RestartPolicy::OnFailure),
        task("migrate").needing("db", Condition::Started),
        web("api", 8101)
            .needing("db", Condition::Healthy)
            .needing("migrate", Condition::Completed)
            .policy(RestartPolicy::Always),
        web("site", 8102)
            .needing("api", Condition::Started)
            .with(|def| def.health.kind = ProbeKind::Listen),
        web("proxy", 8103)
            .policy(RestartPolicy::OnFailure)
            .with(|def| {
                def.port_owner = PortOwner::Any;
                def.health.successes = 2;
            }),
    ]
    .map(quick)
    .into()
}
