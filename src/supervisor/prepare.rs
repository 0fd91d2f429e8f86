//! The way to a spawn: leftovers ended, the port looked at, the intent on disk.

use tokio::sync::oneshot;

use super::{
    hands::{Hands, Note},
    writer::Job,
};
use crate::{
    core::{Fact, Input, Prepared, Service, World, effect::LastRun, holder, record},
    io::platform::{self, TreeQuery},
    model::{HolderClass, Moment, Pid, RunId, ServiceName, service::PortOwner},
};

/// Whether every process was searched for leftovers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Searched {
    /// Only our own children told.
    OwnChildren,
    /// All processes, by tag.
    Everything,
}

impl Hands {
    /// Begins the way to a spawn. For a run that we parented our own children tell cheaply whether
    /// anything outlived it; else every process is searched.
    pub(super) fn prepare(
        &mut self,
        world: &World,
        service: &ServiceName,
        run: RunId,
        clean: Option<&LastRun>,
        now: Moment,
    ) -> Vec<Input> {
        let query = clean.and_then(|last| self.left_over_query(service, last));
        match query {
            Some((query, last)) if !last.parented || !self.spawner.leftovers(&query).is_empty() => {
                self.clean(service.clone(), run, query);
                Vec::new()
            }
            Some(_) | None => self.cleaned(world, service, run, 0, Searched::OwnChildren, now),
        }
    }

    /// What to look for to find what the last run left behind.
    fn left_over_query<'a>(
        &self,
        service: &ServiceName,
        last: &'a LastRun,
    ) -> Option<(TreeQuery, &'a LastRun)> {
        let leader = last.identity?;
        Some((
            self.runs
                .query_left_over(service, last.run, leader, &self.root),
            last,
        ))
    }

    /// Ends what the last run left behind.
    fn clean(&mut self, service: ServiceName, run: RunId, mut query: TreeQuery) {
        let notes = self.notes.clone();
        tokio::task::spawn_blocking(move || {
            let there = platform::look(&mut query).len();
            let left = platform::sweep(&mut query);
            let ended = there.saturating_sub(left.len());
            let _ = notes.blocking_send(Note::Cleaned {
                service,
                run,
                ended,
                left,
            });
        });
    }

    /// Leftovers that do not end keep the service from starting.
    pub(super) fn not_cleaned(service: ServiceName, run: RunId, left: &[Pid]) -> Vec<Input> {
        let pids: Vec<String> = left.iter().map(ToString::to_string).collect();
        let reason = format!("PID {} of the run before does not end", pids.join(", "));
        vec![prepared(service, run, Prepared::Failed(reason))]
    }

    /// No leftovers: now the port, then the intent.
    pub(super) fn cleaned(
        &mut self,
        world: &World,
        service: &ServiceName,
        run: RunId,
        ended: usize,
        searched: Searched,
        now: Moment,
    ) -> Vec<Input> {
        let Some(record) = world.services.get(service) else {
            return Vec::new();
        };
        if record.life.run() != Some(run) {
            return Vec::new();
        }
        if let Some(listeners) = self.look_at_port(world, service, now) {
            let class = holder::classify(record, &listeners).holder.class;
            let blocked = class != HolderClass::Free && record.def.port_owner == PortOwner::Own;
            if blocked
                && searched == Searched::OwnChildren
                && let Some((query, _)) = record
                    .last_run
                    .as_ref()
                    .and_then(|last| self.left_over_query(service, last))
            {
                // The cheap look may have missed one of ours.
                self.clean(service.clone(), run, query);
                return Vec::new();
            }
            if blocked {
                return vec![prepared(service.clone(), run, Prepared::Blocked(listeners))];
            }
        }
        self.write_intent(record, run, ended, now);
        Vec::new()
    }

    /// Writes the intent; the spawn waits for its word.
    fn write_intent(&mut self, service: &Service, run: RunId, ended: usize, now: Moment) {
        let marks = self.marks(&service.def.name);
        let record = record::of(service, &self.boot_id, marks.base, marks.at_start, now);
        let Some(record) = record else { return };
        let (reply, written) = oneshot::channel();
        let def = service.def.clone();
        self.writer.send(Job::Intent {
            def,
            record: Box::new(record),
            reply,
        });
        let (notes, name) = (self.notes.clone(), service.def.name.clone());
        tokio::spawn(async move {
            let written = written
                .await
                .unwrap_or_else(|_gone| Err("the writer of run records is gone".to_owned()));
            let _ = notes
                .send(Note::Intent {
                    service: name,
                    run,
                    ended,
                    written,
                })
                .await;
        });
    }
}

/// The end of the way to a spawn.
pub(super) fn prepared(service: ServiceName, run: RunId, prepared: Prepared) -> Input {
    Input::Fact {
        service,
        run,
        fact: Fact::Prepared(prepared),
    }
}
