//! What reaches the actor: commands of clients, reports of tasks.

use super::{
    actor::Actor,
    handle::{Answer, Ask, Command, Envelope},
    hands::{Hands, Note},
    prepare::{Searched, prepared},
};
use crate::{
    core::{
        Fact, Input, Prepared,
        gate::{self, Door},
        input::{AskWith, Doubt},
    },
    model::{Action, ExitStatus, ProbeOutcome, Refusal, RunId, RunRecord, ServiceName},
};

impl Actor {
    /// Takes a command of a client.
    pub(super) fn command(&mut self, envelope: Envelope) {
        let Envelope { command, reply } = envelope;
        let answer = match command {
            Command::Ask(ask) => self.ask(ask),
            Command::Up { services, by } => {
                let seq = self.world.next_seq;
                self.take(Input::Up { services, by }).unwrap_or(Ok(seq))
            }
            Command::Survivor {
                service,
                target,
                choice,
                by,
            } => {
                let seq = self.world.next_seq;
                let doubt = Doubt::Asked { target, choice, by };
                self.take(Input::Doubt { service, doubt })
                    .unwrap_or(Ok(seq))
            }
            Command::Leave { how, by } => {
                let seq = self.world.next_seq;
                let now = self.hands.clock.now();
                self.press.changed(self.names(), now.mono);
                self.take(Input::Leave { how, by });
                Ok(seq)
            }
            Command::Reload { by } => self.reload(by),
            Command::WatchTree(service) => {
                self.watch_tree(service);
                Ok(self.world.next_seq)
            }
            Command::WatchLogs(services) => {
                self.watched_logs.send_replace(services);
                Ok(self.world.next_seq)
            }
            Command::Book(look) => {
                let sent = self.looker.try_send(look);
                sent.map(|()| self.world.next_seq)
                    .map_err(|_full| Refusal::OwnerSilent)
            }
        };
        reply(answer);
    }

    /// Takes an ask. What depends on the port is decided on a fresh look at it.
    fn ask(&mut self, ask: Ask) -> Answer {
        let Ask {
            service,
            action,
            by,
            only,
            when_free,
            free,
            only_refusal,
        } = ask;
        if matches!(action, Action::Start | Action::Recover | Action::FreePort) {
            self.look_at_port(&service);
        }
        if only_refusal && self.would_pass(&service, action) {
            return Ok(self.world.next_seq);
        }
        let with = AskWith {
            only,
            when_free,
            free,
        };
        let seq = self.world.next_seq;
        let input = Input::Ask {
            service,
            action,
            by,
            with,
            cause: None,
        };
        self.take(input).unwrap_or(Ok(seq))
    }

    /// Looks at the port of a service.
    fn look_at_port(&mut self, service: &ServiceName) {
        let now = self.hands.clock.now();
        if let Some(listeners) = self.hands.look_at_port(&self.world, service, now) {
            let service = service.clone();
            self.take(Input::Port { service, listeners });
        }
    }

    /// Whether the gate would let an ask through now.
    fn would_pass(&self, service: &ServiceName, action: Action) -> bool {
        let door = if self.world.leaving.is_some() {
            Door::Closed
        } else {
            Door::Open
        };
        let service = self.world.services.get(service);
        service.is_some_and(|service| gate::check(service, action, door).is_ok())
    }

    /// Takes a report of a task.
    pub(super) fn note(&mut self, note: Note) {
        match note {
            Note::Seen(input) => drop(self.take(input)),
            Note::Cleaned {
                service,
                run,
                ended,
                left,
            } => {
                let now = self.hands.clock.now();
                let inputs = if left.is_empty() {
                    let searched = Searched::Everything;
                    self.hands
                        .cleaned(&self.world, &service, run, ended, searched, now)
                } else {
                    Hands::not_cleaned(service, run, &left)
                };
                for input in inputs {
                    self.take(input);
                }
            }
            Note::Intent {
                service,
                run,
                ended,
                written,
            } => {
                self.intent(service, run, ended, written);
            }
            Note::Exited {
                service,
                run,
                status,
            } => self.exited(service, run, status),
            Note::Probed {
                service,
                run,
                outcome,
                witness,
                helper,
            } => {
                if let Some(helper) = helper {
                    self.hands.spawner.forget(&helper);
                }
                self.probed(service, run, outcome, witness);
            }
            Note::LogRead { service, run, log } => self.hands.eyes.keep_log(service, run, *log),
            Note::FilesChanged => self.read_files(),
            Note::FilesRead(reading) => self.files_read(*reading),
            Note::HelperEnded(helper) => self.hands.spawner.forget(&helper),
            Note::Members(members) => self.hands.remember_members(members),
        }
    }

    /// A leader ended. Its line says who holds the port after that.
    fn exited(&mut self, service: ServiceName, run: RunId, status: ExitStatus) {
        let stderr_tail = self.stderr_tail(&service);
        let now = self.hands.clock.now();
        let listeners = self.hands.look_at_port(&self.world, &service, now);
        let fact = Fact::Exited {
            status,
            stderr_tail,
            listeners,
        };
        let name = service.clone();
        self.take(Input::Fact { service, run, fact });
        // Its port is free now, or held by what it left behind: that is told at once.
        self.look_at_port(&name);
    }

    /// The intent is on disk, or cannot be.
    fn intent(
        &mut self,
        service: ServiceName,
        run: RunId,
        ended: usize,
        written: Result<RunRecord, String>,
    ) {
        let fact = match written {
            Ok(record) => {
                let marks = self.hands.runs.marks.entry(service.clone()).or_default();
                marks.base = record.log_base;
                marks.at_start = record.log_at_start;
                self.written.insert(service.clone(), record);
                Prepared::Clear { ended }
            }
            Err(reason) => Prepared::Failed(reason),
        };
        self.take(prepared(service, run, fact));
    }

    /// A probe ended. The first that passes is followed by a look at the port in the same wake-up:
    /// health names its witness.
    fn probed(&mut self, service: ServiceName, run: RunId, outcome: ProbeOutcome, witness: bool) {
        if witness && outcome.ok {
            self.look_at_port(&service);
        }
        self.recorders.meter.probed(&service, &outcome);
        let fact = Fact::Probed(outcome);
        self.take(Input::Fact { service, run, fact });
    }
}
