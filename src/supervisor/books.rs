//! What is written down of a decision: the run record, the ledger, oats's own lines.

use std::sync::Arc;

use serde_json::json;

use super::{actor::Actor, handle::Feed, writer::Job};
use crate::{
    core::{Decision, Draft, Service, record},
    io::logs,
    model::{Event, EventKind, LogLine, Moment, Outcome, RunRecord, ServiceName, Stream},
};

impl Actor {
    /// Writes, says and publishes what a decision brought about.
    pub(super) fn write_down(&mut self, decision: &mut Decision, now: Moment) {
        for name in &decision.changed {
            if let Some(service) = self.world.services.get(name) {
                let record = self.record_of(service, now);
                self.write_record(name, record);
            }
        }
        for service in std::mem::take(&mut decision.gone) {
            let record = self.record_of(&service, now);
            self.write_record(&service.def.name, record);
        }
        self.press
            .changed(std::mem::take(&mut decision.changed), now.mono);
        self.press.sampled(std::mem::take(&mut decision.sampled));
        let events: Vec<Event> = std::mem::take(&mut decision.events)
            .into_iter()
            .map(|draft| self.stamp(draft, now))
            .collect();
        let moved = |event: &Event| matches!(event.kind, EventKind::Start | EventKind::Health);
        if events.iter().any(moved) {
            // A tree that has just come up has children by now: the next beat looks for them.
            self.next_member_look = now.mono;
        }
        let told: Vec<Arc<Event>> = events.iter().cloned().map(Arc::new).collect();
        for event in &told {
            self.tell(Feed::Event(Arc::clone(event)));
        }
        self.recorders.meter.take(&told);
        let looked_at = |event: &Event| event.service == self.watched_tree;
        self.charts_due |= events.iter().any(looked_at);
        self.recorders.events.record(told);
        if !events.is_empty() {
            self.hands.writer.send(Job::Events(events));
        }
        self.say(std::mem::take(&mut decision.lines), now);
    }

    /// Says something about services, as lines of oats's own.
    pub(super) fn say(&self, lines: Vec<(ServiceName, String)>, now: Moment) {
        let lines: Vec<LogLine> = lines
            .into_iter()
            .map(|(service, text)| {
                tracing::info!(target: "services", "{service}: {text}");
                LogLine {
                    service,
                    stream: Stream::Oats,
                    at: Some(now.wall),
                    pos: None,
                    text,
                }
            })
            .collect();
        if !lines.is_empty() {
            self.recorders.said.record(lines.iter().cloned());
            self.tell(Feed::Lines(lines));
        }
    }

    /// Tells the window. One that does not keep up misses lines, which lie on disk as well.
    pub(super) fn tell(&self, feed: Feed) {
        let _ = self.feed.try_send(feed);
    }

    /// The run record of a service.
    fn record_of(&self, service: &Service, now: Moment) -> Option<RunRecord> {
        let marks = self.hands.marks(&service.def.name);
        let boot_id = &self.hands.boot_id;
        record::of(service, boot_id, marks.base, marks.at_start, now)
    }

    /// Writes the run records of all services.
    pub(super) fn write_records(&mut self, now: Moment) {
        for name in self.names() {
            let service = self.world.services.get(&name);
            let record = service.and_then(|service| self.record_of(service, now));
            self.write_record(&name, record);
        }
    }

    /// Writes the run record of a service when a field of it changed.
    fn write_record(&mut self, name: &ServiceName, record: Option<RunRecord>) {
        if let Some(record) = record
            && self.written.get(name) != Some(&record)
        {
            self.hands
                .writer
                .send(Job::Record(Box::new(record.clone())));
            self.written.insert(name.clone(), record);
        }
    }

    /// Adds what only the shell knows to a ledger line.
    fn stamp(&self, draft: Draft, now: Moment) -> Event {
        let log_at = draft
            .service
            .as_ref()
            .map(|service| self.hands.heads.positions(&self.hands.root, service));
        let mut data = draft.data;
        if draft.with_stderr_tail
            && let Some(service) = &draft.service
        {
            data = json!({ "stderr_tail": self.stderr_tail(service) });
        }
        Event {
            seq: draft.seq,
            at: now.wall,
            mono_ms: u64::try_from(now.mono.0.as_millis()).unwrap_or(u64::MAX),
            boot_id: self.hands.boot_id.clone(),
            kind: draft.kind,
            service: draft.service,
            run: draft.run,
            actor: draft.actor,
            action: draft.action,
            cause: draft.cause,
            result: draft.result,
            code: draft.code,
            reason: draft.reason,
            duration_ms: draft.duration_ms,
            log_at,
            data,
        }
    }

    /// The last lines that the present run wrote to stderr.
    pub(super) fn stderr_tail(&self, service: &ServiceName) -> Vec<String> {
        let marks = self.hands.marks(service);
        let from = marks.at_start.stderr.saturating_sub(marks.base.stderr);
        let hole = self.hands.heads.of(service, Stream::Stderr).more.hole;
        let Some(path) = self.hands.root.log_file(service, Stream::Stderr) else {
            return Vec::new();
        };
        logs::stderr_tail(&path, from.max(hole))
    }

    /// Ends the asks that an owner before has accepted and can end no more.
    pub(super) fn close_asks(&mut self, asks: Vec<Event>) {
        let now = self.hands.clock.now();
        let mut events = Vec::new();
        for ask in asks {
            let seq = self.world.next_seq;
            self.world.next_seq = seq.next();
            let took = now.wall.since(ask.at).as_millis();
            let draft = Draft {
                seq,
                kind: EventKind::Result,
                service: ask.service,
                run: ask.run,
                actor: ask.actor,
                action: ask.action,
                cause: Some(ask.seq),
                result: Some(Outcome::Superseded),
                code: None,
                reason: Some("its owner ended".to_owned()),
                duration_ms: u64::try_from(took).ok(),
                data: serde_json::Value::Null,
                with_stderr_tail: false,
            };
            events.push(self.stamp(draft, now));
        }
        if !events.is_empty() {
            let told = events.iter().cloned().map(Arc::new);
            self.recorders.events.record(told);
            self.hands.writer.send(Job::Events(events));
        }
    }

    /// Writes down that the owner came or left.
    pub(super) fn owner_event(&mut self, what: &str) {
        let now = self.hands.clock.now();
        let seq = self.world.next_seq;
        self.world.next_seq = seq.next();
        let draft = Draft {
            seq,
            kind: EventKind::Owner,
            service: None,
            run: None,
            actor: None,
            action: None,
            cause: None,
            result: None,
            code: None,
            reason: Some(what.to_owned()),
            duration_ms: None,
            data: json!({ "pid": self.owner.pid, "mode": self.owner.mode }),
            with_stderr_tail: false,
        };
        let event = self.stamp(draft, now);
        let told = Arc::new(event.clone());
        self.tell(Feed::Event(Arc::clone(&told)));
        self.recorders.meter.take(std::slice::from_ref(&told));
        self.recorders.events.record([told]);
        self.hands.writer.send(Job::Events(vec![event]));
    }
}
