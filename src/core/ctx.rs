//! What every rule needs at hand: the time, chance, and the place where results are put.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::{
    asks::Wish,
    effect::{Decision, Draft, Effect},
    gate::Door,
    input::{FreeNews, Input, Leaving},
    life::Life,
    redefine,
    rng::Rng,
    world::{OpenAsk, Service},
};
use crate::model::{
    Action, Actor, EventKind, Moment, Outcome, Refusal, Seq, ServiceName, snapshot::LastAction,
};

/// What every rule needs at hand.
pub(super) struct Ctx<'a> {
    /// The time of this decision.
    pub(super) now: Moment,
    /// Chance.
    pub(super) rng: &'a mut Rng,
    /// Whether oats is leaving.
    pub(super) leaving: Option<Leaving>,
    /// The number of the next ledger line.
    pub(super) seq: &'a mut Seq,
    /// What comes out.
    pub(super) out: &'a mut Decision,
    /// What follows at once, as inputs of their own.
    pub(super) follow: &'a mut VecDeque<Input>,
}

/// Why an ask failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// The code of the reason, where it has one.
    pub(super) code: Option<String>,
    /// The reason.
    pub(super) reason: String,
    /// Whether the last lines of stderr belong to it.
    pub(super) with_stderr_tail: bool,
}

impl Failure {
    /// A failure that needs no more explanation.
    pub(super) fn plain(reason: impl Into<String>) -> Self {
        Self {
            code: None,
            reason: reason.into(),
            with_stderr_tail: false,
        }
    }

    /// The failure of an ask that met a refusal on its way.
    pub(super) fn refused(refusal: &Refusal) -> Self {
        Self {
            code: Some(refusal.code().to_owned()),
            ..Self::plain(refusal.text())
        }
    }

    /// A failure that the output of the service may explain.
    pub(super) fn with_tail(reason: impl Into<String>) -> Self {
        Self {
            with_stderr_tail: true,
            ..Self::plain(reason)
        }
    }
}

impl Ctx<'_> {
    /// Whether oats still takes asks.
    pub(super) fn door(&self) -> Door {
        match self.leaving {
            None => Door::Open,
            Some(_) => Door::Closed,
        }
    }

    /// Something to do.
    pub(super) fn effect(&mut self, effect: Effect) {
        self.out.effects.push(effect);
    }

    /// A line beside the output of the service.
    pub(super) fn say(&mut self, service: &Service, text: impl Into<String>) {
        self.out.lines.push((service.def.name.clone(), text.into()));
    }

    /// Something about this service changed that may wait for the next beat.
    pub(super) fn sampled(&mut self, name: &ServiceName) {
        self.out.sampled.insert(name.clone());
    }

    /// The published truth of this service may have changed.
    pub(super) fn touch(&mut self, name: &ServiceName) {
        self.out.changed.insert(name.clone());
    }

    /// Writes a line into the ledger.
    pub(super) fn write(
        &mut self,
        kind: EventKind,
        service: Option<&Service>,
        fill: impl FnOnce(&mut Draft),
    ) -> Seq {
        let seq = *self.seq;
        *self.seq = seq.next();
        let mut draft = Draft {
            seq,
            kind,
            service: service.map(|service| service.def.name.clone()),
            run: service.and_then(|service| service.life.run()),
            actor: None,
            action: None,
            cause: None,
            result: None,
            code: None,
            reason: None,
            duration_ms: None,
            data: Value::Null,
            with_stderr_tail: false,
        };
        fill(&mut draft);
        self.out.events.push(draft);
        seq
    }

    /// Moves a service to where it is now, and lets those who wait for it look again.
    pub(super) fn enter(&mut self, service: &mut Service, life: Life) {
        service.life = life;
        if !service.life.is_live() {
            redefine::take_up(service, self);
        }
        self.touch(&service.def.name);
        self.wake_others(service);
    }

    /// Lets the services look again that may wait for this one: those that need it, and while
    /// oats is leaving, those that it needs.
    pub(super) fn wake_others(&mut self, service: &Service) {
        for name in &service.needed_by {
            self.follow.push_back(Input::Recheck {
                service: name.clone(),
            });
        }
        if self.leaving.is_some() {
            for need in &service.def.depends_on {
                self.follow.push_back(Input::Recheck {
                    service: need.service.clone(),
                });
            }
        }
    }

    /// Accepts an ask. One that is still open is superseded.
    pub(super) fn open(&mut self, service: &mut Service, wish: &Wish) -> Seq {
        self.supersede(service, wish.action);
        let seq = self.write(EventKind::Ask, Some(service), |draft| {
            draft.actor = Some(wish.by.clone());
            draft.action = Some(wish.action);
            draft.cause = wish.cause;
        });
        service.open = Some(OpenAsk {
            seq,
            action: wish.action,
            by: wish.by.clone(),
            since: self.now,
            with: wish.with,
            frees: None,
        });
        self.touch(&service.def.name);
        seq
    }

    /// Ends an open ask because another one takes its place.
    pub(super) fn supersede(&mut self, service: &mut Service, by: Action) {
        let why = Failure::plain(format!("{by} took its place"));
        self.end(service, Outcome::Superseded, Some(why));
    }

    /// Ends the open ask well, where there is one.
    pub(super) fn done(&mut self, service: &mut Service) {
        self.end(service, Outcome::Done, None);
    }

    /// Ends the open ask badly, where there is one.
    pub(super) fn failed(&mut self, service: &mut Service, failure: Failure) {
        self.end(service, Outcome::Failed, Some(failure));
    }

    /// How long something took that began then, in milliseconds.
    pub(super) fn took(&self, since: Moment) -> u64 {
        let took = self.now.mono.since(since.mono);
        u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
    }

    /// Ends the open ask, where there is one.
    pub(super) fn end(&mut self, service: &mut Service, result: Outcome, why: Option<Failure>) {
        let Some(open) = service.open.take() else {
            return;
        };
        let duration_ms = self.took(open.since);
        let (code, reason, tail) = match why {
            Some(why) => (why.code, Some(why.reason), why.with_stderr_tail),
            None => (None, None, false),
        };
        self.write(EventKind::Result, Some(service), |draft| {
            draft.actor = Some(open.by.clone());
            draft.action = Some(open.action);
            draft.cause = Some(open.seq);
            draft.result = Some(result);
            draft.code.clone_from(&code);
            draft.reason.clone_from(&reason);
            draft.duration_ms = Some(duration_ms);
            draft.with_stderr_tail = tail;
        });
        if let Some(freeing) = open.frees {
            let name = &service.def.name;
            let news = match (result, &reason) {
                (Outcome::Failed, Some(why)) => {
                    FreeNews::Refused(format!("{name} could not be stopped: {why}"))
                }
                // Superseded: it ends all the same, only otherwise.
                _ => FreeNews::Ended,
            };
            self.follow.push_back(Input::Freed {
                service: freeing.service,
                seq: freeing.seq,
                news,
            });
        }
        service.last_action = Some(LastAction {
            action: open.action,
            by: open.by.to_string(),
            result,
            reason,
            duration_ms,
            at: self.now.wall,
        });
        self.touch(&service.def.name);
    }

    /// Writes a refusal down. The service itself does not change.
    pub(super) fn refuse(
        &mut self,
        service: Option<&Service>,
        action: Action,
        by: &Actor,
        cause: Option<Seq>,
        refusal: &Refusal,
    ) -> Seq {
        self.write(EventKind::Refusal, service, |draft| {
            draft.actor = Some(by.clone());
            draft.action = Some(action);
            draft.cause = cause;
            draft.result = Some(Outcome::Refused);
            draft.code = Some(refusal.code().to_owned());
            draft.reason = Some(refusal.sentence(action));
            if let Some(holder) = refusal.holder() {
                draft.data = json!({ "holder": holder });
            }
        })
    }
}
