//! What a new owner, or a look without one, finds of the runs before: contract section 3.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    core::{Finding, Input, input::AskWith},
    io::platform::{self, Tag},
    model::{
        Action, Actor, Identity, Pid, RunRecord, ServiceName, Wall, Want, root::Root,
        run::RunState, snapshot::Survivor,
    },
};

/// What is there of the runs before, as the first inputs of a world.
///
/// A service that is not `configured` is told of only where something of it lives.
pub(super) fn findings(
    root: &Root,
    boot_id: &str,
    records: Vec<RunRecord>,
    configured: &BTreeSet<ServiceName>,
) -> Vec<Input> {
    let tagged = platform::tagged(&root.dir);
    let mut inputs = Vec::new();
    let mut last: BTreeMap<ServiceName, RunRecord> = BTreeMap::new();
    let mut without_file = BTreeSet::new();
    for record in records {
        let finding = if record.boot_id == boot_id {
            finding(&record, root, &tagged)
        } else {
            Finding::OtherBoot
        };
        if !configured.contains(&record.service) && !matches!(finding, Finding::Alive(_)) {
            without_file.insert(record.service.clone());
        }
        last.insert(record.service.clone(), record.clone());
        inputs.push(Input::Found { record, finding });
    }
    for (service, survivors) in survivors(&tagged, &last, &without_file, root, boot_id) {
        inputs.push(Input::Survivors { service, survivors });
    }
    inputs
}

/// The starts that the owner before had accepted and not brought to an end: what waited, or was
/// between the two halves of a restart. An unasked end is the restart policy's affair.
pub(super) fn unfinished(
    boot_id: &str,
    records: &[RunRecord],
    known: &BTreeSet<ServiceName>,
) -> Vec<Input> {
    let wanted = records.iter().filter(|record| {
        let unasked = record.last_exit.as_ref().is_some_and(|exit| !exit.asked);
        record.boot_id == boot_id
            && known.contains(&record.service)
            && record.state == RunState::Ended
            && record.want == Want::Up
            && !unasked
    });
    let start = |record: &RunRecord| Input::Ask {
        service: record.service.clone(),
        action: Action::Start,
        by: Actor::POLICY,
        with: AskWith::default(),
        cause: None,
    };
    wanted.map(start).collect()
}

/// What is there of one recorded run of this boot.
fn finding(record: &RunRecord, root: &Root, tagged: &[(Pid, Tag)]) -> Finding {
    match record.state {
        RunState::Ended => Finding::Nothing,
        RunState::Intent => {
            // It may have been spawned a moment before the owner died: then its leader has the tag
            // and leads its own session.
            let leader = tagged
                .iter()
                .filter(|(_, tag)| Some(tag.run) == record.run && tag.service == record.service)
                .find(|(pid, _)| platform::leads_its_session(*pid))
                .and_then(|(pid, _)| platform::identify(*pid));
            leader.map_or(Finding::Nothing, Finding::Alive)
        }
        RunState::Spawned => match record.identity() {
            Some(recorded) if lives(&recorded) => match platform::identify(recorded.pid) {
                Some(identity) if is_proved(record, root) => Finding::Alive(identity),
                Some(_) | None => Finding::Nothing,
            },
            Some(_) | None => Finding::Dead,
        },
    }
}

/// Whether the recorded process is there, and is still the same one.
fn lives(recorded: &Identity) -> bool {
    !platform::proc::is_dead(recorded.pid)
        && platform::identify(recorded.pid).is_some_and(|found| found.agrees(recorded))
}

/// Whether the recorded leader, whose identity agrees, is surely the recorded run: by its tag; or, as
/// many servers write over their environment, without any tag by the inode of its pidfd, which the
/// kernel gives to no second process of a boot.
fn is_proved(record: &RunRecord, root: &Root) -> bool {
    let Some(pid) = record.pid else { return false };
    match Tag::read(pid) {
        Some(tag) => {
            Some(tag.run) == record.run && tag.service == record.service && tag.root == root.dir
        }
        None => record.pidfd_ino.is_some(),
    }
}

/// Processes that may be an earlier run of a service: their sign is weaker than the contract asks.
fn survivors(
    tagged: &[(Pid, Tag)],
    last: &BTreeMap<ServiceName, RunRecord>,
    without_file: &BTreeSet<ServiceName>,
    root: &Root,
    boot_id: &str,
) -> BTreeMap<ServiceName, Vec<Survivor>> {
    let mut found: BTreeMap<ServiceName, Vec<Survivor>> = BTreeMap::new();
    let doubtful: Vec<&RunRecord> = last
        .values()
        .filter(|record| record.state == RunState::Spawned && record.boot_id == boot_id)
        .filter(|record| record.identity().is_some_and(|recorded| lives(&recorded)))
        .filter(|record| !is_proved(record, root))
        .collect();
    for record in &doubtful {
        if let Some(pid) = record.pid {
            let differs = match Tag::read(pid) {
                None => "it carries no tag".to_owned(),
                Some(tag) if tag.root != root.dir => {
                    format!("its tag names another project, {}", tag.root.display())
                }
                Some(tag) if tag.service != record.service => {
                    format!("its tag names service {}", tag.service)
                }
                Some(tag) => format!("its tag names another run, {}", tag.run),
            };
            let agrees = "PID and start time with the run record";
            add(&mut found, &record.service, pid, why(agrees, &differs));
        }
    }
    for (pid, tag) in tagged {
        if doubtful.iter().any(|record| record.pid == Some(*pid)) {
            continue;
        }
        let differs = match last.get(&tag.service) {
            None => "no run of this service is recorded".to_owned(),
            Some(record) if record.run == Some(tag.run) => {
                if !without_file.contains(&tag.service) {
                    // It belongs to the run, or the next start ends it.
                    continue;
                }
                "the first process of its run has ended".to_owned()
            }
            Some(_) => format!("the tag names another run than the last one, {}", tag.run),
        };
        let agrees = "it carries the tag of this service";
        add(&mut found, &tag.service, *pid, why(agrees, &differs));
    }
    found
}

/// What agrees, and what does not.
fn why(agrees: &str, differs: &str) -> String {
    format!("Agrees: {agrees}. Differs: {differs}.")
}

/// Adds a survivor, unless it is gone by now.
fn add(
    found: &mut BTreeMap<ServiceName, Vec<Survivor>>,
    service: &ServiceName,
    pid: Pid,
    why: String,
) {
    let Some(identity) = platform::identify(pid) else {
        return;
    };
    let survivor = Survivor {
        pid,
        start_ticks: identity.start_ticks,
        started_at: started_at(identity.start_ticks),
        command: platform::proc::command(pid).unwrap_or_default(),
        why,
    };
    found.entry(service.clone()).or_default().push(survivor);
}

/// When a process with these start ticks started.
fn started_at(start_ticks: u64) -> Option<Wall> {
    platform::wall_of_ticks(start_ticks)
}
