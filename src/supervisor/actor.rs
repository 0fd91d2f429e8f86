//! The one task that owns the world: receive, decide, act, publish.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use tokio::sync::{mpsc, watch};

use super::{
    book::Looker,
    handle::{Answer, Envelope, Feed, Recorders},
    hands::{Hands, Note},
    ports,
    press::{Press, Samples},
    reload::Reloading,
    samples,
    writer::Job,
};
use crate::{
    core::{self, Effect, Input, World},
    io::{files::Lock, platform::Caught},
    model::{Moment, Mono, RunRecord, ServiceName, snapshot::Owner},
};

/// The beat: status.json, the port watch and the samples.
const BEAT: Duration = Duration::from_secs(1);
/// The pace of the port watch while a service waits for its port.
const PORT_PACE: Duration = Duration::from_millis(250);
/// Inputs taken before what changed is published.
const BATCH: usize = 256;

/// The one task that owns the world.
pub(super) struct Actor {
    pub(super) lock: Lock,
    pub(super) world: World,
    pub(super) hands: Hands,
    pub(super) press: Press,
    pub(super) owner: Owner,
    pub(super) inbox: mpsc::Receiver<Envelope>,
    pub(super) notes: mpsc::Receiver<Note>,
    pub(super) feed: mpsc::Sender<Feed>,
    pub(super) recorders: Recorders,
    pub(super) watched_logs: watch::Sender<BTreeSet<ServiceName>>,
    pub(super) looker: Looker,
    pub(super) watched_tree: Option<ServiceName>,
    /// Whether the window is to be told with the next beat how that service fared.
    pub(super) charts_due: bool,
    pub(super) samples: Samples,
    pub(super) reloading: Reloading,
    pub(super) written: BTreeMap<ServiceName, RunRecord>,
    pub(super) next_beat: Mono,
    pub(super) next_port_look: Mono,
    pub(super) next_member_look: Mono,
    pub(super) left: bool,
    /// Another owner has taken its place.
    pub(super) displaced: bool,
}

impl Actor {
    /// Runs until oats has left; whether its folder is still its own then.
    pub(super) async fn run(
        mut self,
        mut child_ends: Caught,
        findings: Vec<Input>,
        starts: Vec<Input>,
    ) -> bool {
        self.owner_event("came");
        self.press.sampled(self.names());
        for input in findings {
            self.take(input);
        }
        // Who holds a port can be told once the runs are known, and must be before the first start.
        self.look_at_ports(self.hands.clock.now());
        for input in starts {
            self.take(input);
        }
        self.beat(self.hands.clock.now());
        while !self.left {
            let now = self.hands.clock.now().mono;
            let wait = self.next_wake().since(now);
            tokio::select! {
                biased;
                Some(envelope) = self.inbox.recv() => self.command(envelope),
                Some(note) = self.notes.recv() => self.note(note),
                () = child_ends.next() => {
                    self.hands.spawner.reap_orphans();
                }
                () = tokio::time::sleep(wait) => {}
            }
            self.drain();
            self.keep_time();
        }
        self.hands.log_looks.stop();
        if self.displaced {
            // What lies there is the next owner's.
            self.hands.writer.abandon();
            return false;
        }
        self.owner_event("left");
        self.press.announce(None, None);
        let over = self.recorders.meter.close();
        self.hands.writer.send(Job::Buckets(over));
        let now = self.hands.clock.now();
        self.press.changed(self.names(), now.mono);
        self.publish(now);
        self.hands.writer.finish();
        true
    }

    /// Every service.
    pub(super) fn names(&self) -> Vec<ServiceName> {
        self.world.services.keys().cloned().collect()
    }

    /// When something is next due.
    fn next_wake(&self) -> Mono {
        let mut wake = self.next_beat;
        if let Some(deadline) = self.world.next_deadline() {
            wake = wake.min(deadline);
        }
        if let Some(due) = self.press.due() {
            wake = wake.min(due);
        }
        if self.next_port_look < wake && self.world.waits_for_a_port() {
            wake = self.next_port_look;
        }
        wake
    }

    /// Takes what lies there already, so that it is published together.
    fn drain(&mut self) {
        for _ in 0..BATCH {
            if let Ok(note) = self.notes.try_recv() {
                self.note(note);
            } else if let Ok(envelope) = self.inbox.try_recv() {
                self.command(envelope);
            } else {
                return;
            }
        }
    }

    /// Does what time alone makes due.
    fn keep_time(&mut self) {
        let now = self.hands.clock.now();
        if self
            .world
            .next_deadline()
            .is_some_and(|due| due <= now.mono)
        {
            self.take(Input::Tick);
        }
        if self.next_beat <= now.mono {
            self.look_at_ports(now);
            self.beat(now);
        } else if self.next_port_look <= now.mono && self.world.waits_for_a_port() {
            self.look_at_ports(now);
        }
        if self.press.due().is_some_and(|due| due <= now.mono) {
            self.publish(now);
        }
    }

    /// The beat: samples, then everything that moved by itself is published.
    fn beat(&mut self, now: Moment) {
        self.next_beat = now.mono.next_on_grid(BEAT);
        self.keep_place(now);
        if self.next_member_look <= now.mono {
            self.next_member_look = now.mono.after(samples::MEMBERS_EVERY);
            self.hands.look_for_members();
        }
        for input in self.hands.sample(&mut self.samples, now) {
            self.take(input);
        }
        let lines = self.hands.look_at_logs(&self.world, now);
        self.say(lines, now);
        self.measure(now);
        self.tell_tree();
        let living = self
            .world
            .services
            .values()
            .filter(|service| service.life.is_live());
        self.press.sampled(
            living
                .map(|service| service.def.name.clone())
                .collect::<Vec<_>>(),
        );
        self.publish(now);
    }

    /// Publishes what has changed.
    fn publish(&mut self, now: Moment) {
        let snapshot = self.press.publish(&self.world, &self.samples, now);
        self.hands.writer.send(Job::Status(snapshot));
    }

    /// Looks at all declared ports.
    pub(super) fn look_at_ports(&mut self, now: Moment) {
        self.next_port_look = now.mono.after(PORT_PACE);
        let kin = self.hands.runs.kin();
        let seen = self
            .hands
            .ports
            .look(&ports::declared(&self.world), &kin, now.mono);
        let seen = match seen {
            Ok(seen) => seen,
            Err(error) => {
                tracing::warn!(target: "ports", "could not look at the ports: {error}");
                return;
            }
        };
        let inputs: Vec<Input> = self
            .world
            .services
            .values()
            .filter_map(|service| {
                let listeners = seen.get(&service.def.port?)?.clone();
                Some(Input::Port {
                    service: service.def.name.clone(),
                    listeners,
                })
            })
            .collect();
        for input in inputs {
            self.take(input);
        }
    }

    /// Decides on one input and carries out what follows, at once or by tasks.
    pub(super) fn take(&mut self, input: Input) -> Option<Answer> {
        let mut answer = None;
        let mut queue = VecDeque::from([input]);
        while let Some(input) = queue.pop_front() {
            let now = self.hands.clock.now();
            let mut decision = core::decide(&mut self.world, input, now);
            answer = answer.or(decision.answer.take());
            self.write_down(&mut decision, now);
            for effect in decision.effects {
                self.left |= effect == Effect::Left;
                queue.extend(self.hands.perform(&self.world, effect, now));
            }
        }
        answer
    }
}
