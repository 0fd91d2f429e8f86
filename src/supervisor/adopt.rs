//! What a new owner, or a look without one, finds of the runs before: contract section 3.

use std::collections::BTreeMap;

use crate::{
    core::{Finding, Input},
    io::platform::{self, Tag},
    model::{
        Identity, Pid, RunRecord, ServiceName, Wall, root::Root, run::RunState, snapshot::Survivor,
    },
};

/// What is there of the runs before, as the first inputs of a world.
pub(super) fn findings(root: &Root, boot_id: &str, records: Vec<RunRecord>) -> Vec<Input> {
    let tagged = platform::tagged(&root.dir);
    let mut inputs = Vec::new();
    let mut last: BTreeMap<ServiceName, RunRecord> = BTreeMap::new();
    for record in records {
        let finding = if record.boot_id == boot_id {
            finding(&record, root, &tagged)
        } else {
            Finding::OtherBoot
        };
        last.insert(record.service.clone(), record.clone());
        inputs.push(Input::Found { record, finding });
    }
    for (service, survivors) in survivors(&tagged, &last, root) {
        inputs.push(Input::Survivors { service, survivors });
    }
    inputs
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
                Some(identity) if has_tag(record, root) => Finding::Alive(identity),
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

/// Whether the recorded leader carries the tag of the recorded run.
fn has_tag(record: &RunRecord, root: &Root) -> bool {
    let Some(pid) = record.pid else { return false };
    Tag::read(pid).is_some_and(|tag| {
        Some(tag.run) == record.run && tag.service == record.service && tag.root == root.dir
    })
}

/// Processes that may be an earlier run of a service: their sign is weaker than the contract asks.
fn survivors(
    tagged: &[(Pid, Tag)],
    last: &BTreeMap<ServiceName, RunRecord>,
    root: &Root,
) -> BTreeMap<ServiceName, Vec<Survivor>> {
    let mut found: BTreeMap<ServiceName, Vec<Survivor>> = BTreeMap::new();
    for (pid, tag) in tagged {
        let record = last.get(&tag.service);
        let why = match record {
            None => "it carries the tag of this service, but no run of it is recorded".to_owned(),
            Some(record) if record.run == Some(tag.run) => continue,
            Some(_) => format!(
                "it carries the tag of another run of this service, {}",
                tag.run
            ),
        };
        add(&mut found, &tag.service, *pid, why);
    }
    for record in last.values() {
        let doubtful = record.state == RunState::Spawned
            && record.identity().is_some_and(|recorded| lives(&recorded))
            && !has_tag(record, root);
        if doubtful && let Some(pid) = record.pid {
            let why = "its identity agrees with the record, but it carries no tag".to_owned();
            add(&mut found, &record.service, pid, why);
        }
    }
    found
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
