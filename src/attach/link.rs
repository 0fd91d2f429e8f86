//! The connection to the owner: opened, listened to, and opened again.

use std::{sync::Arc, time::Duration};

use reqwest::Response;
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

use super::{
    Attached, Looked,
    pieces::{Pieces, Sent},
    relay, stale,
};
use crate::{
    io::{
        control::{self, Control},
        ledger, status,
    },
    model::{
        Event, LogLine, Seq, ServiceName, Snapshot,
        control::{CONSOLE, Processes},
        root::Root,
    },
    supervisor::{
        Command, Envelope, Feed, Link, Standing, book, charts, owner, tails, tape::Recorder,
    },
};

/// How long the owner may be silent: it says something each second.
const SILENT_AFTER: Duration = Duration::from_secs(3);
/// How long is waited between two tries to reach an owner.
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How long a command waits for a connection that is on its way.
const FIRST_WITHIN: Duration = Duration::from_secs(3);
/// How often the page of a service is asked for while it is looked at.
const LOOK_EACH: Duration = Duration::from_secs(1);
/// With how many looks its charts are asked for: a bucket of them is ten seconds.
const CHARTS_EACH: u64 = 10;
/// Ledger lines of the past that a window is told.
const HISTORY: usize = 500;

/// The client of the owner while there is one.
type Reachable = watch::Receiver<Option<Control>>;

impl Attached {
    /// Keeps the window's ends going until the window is gone.
    pub async fn run(self) {
        let Self {
            root,
            clock,
            inbox,
            truth,
            recorders,
            feed,
            looked_at,
            looks,
        } = self;
        let logs = looked_at.logs.subscribe();
        tokio::spawn(tails::follow(root.clone(), logs, feed.clone()));
        tokio::spawn(book::serve(root.clone(), looks, feed.clone()));
        let (connected, reachable) = watch::channel(None);
        let page = looked_at.tree.subscribe();
        tokio::spawn(look_at_one(page, reachable.clone(), feed.clone()));
        let commands = pass_on(inbox, looked_at, reachable, truth.subscribe());
        let mut ear = Ear {
            heard: tell_history(&root, &feed),
            truth,
            events: recorders.events,
            said: recorders.said,
            feed,
        };
        let services = ear.truth.borrow().services.keys().cloned().collect();
        charts::tell_past(&root, services, clock.now().wall, &ear.feed);
        let listening = async {
            loop {
                let published = status::read(&root.status_file()).ok();
                let alive = published.is_some_and(|snapshot| {
                    owner::standing(&snapshot, clock.now()) == Standing::Alive
                });
                if alive && let Ok(control) = Control::of(&root, CONSOLE) {
                    let why = ear.listen(&control, &connected).await;
                    tracing::info!(target: "api", "the connection to the owner ended: {why}");
                }
                connected.send_replace(None);
                ear.lost();
                sleep(AGAIN_AFTER).await;
            }
        };
        tokio::select! {
            // The window is gone when nobody can send commands any more.
            () = commands => {}
            () = listening => {}
        }
    }
}

/// Tells the window what owners wrote into the ledger last; the number of the last line.
fn tell_history(root: &Root, feed: &mpsc::Sender<Feed>) -> Seq {
    let events = ledger::latest(&root.ledger_file(), HISTORY).unwrap_or_default();
    let last = events.last().map_or(Seq(0), |event| event.seq);
    let events = events.into_iter().map(Arc::new).collect();
    // The first message: there is room.
    let _gone = feed.try_send(Feed::History(events));
    last
}

/// Passes commands on, one after the other, until nobody can send any more.
async fn pass_on(
    mut inbox: mpsc::Receiver<Envelope>,
    looked_at: Looked,
    mut reachable: Reachable,
    truth: watch::Receiver<Arc<Snapshot>>,
) {
    while let Some(Envelope { command, reply }) = inbox.recv().await {
        let control = match &command {
            Command::WatchLogs(_)
            | Command::WatchTree(_)
            | Command::Book(_)
            | Command::Leave { .. } => None,
            Command::Ask(_)
            | Command::Up { .. }
            | Command::Survivor { .. }
            | Command::Reload { .. } => {
                let reached = timeout(FIRST_WITHIN, reachable.wait_for(Option::is_some)).await;
                reached.ok().and_then(Result::ok).and_then(|it| it.clone())
            }
        };
        let truth = truth.borrow().clone();
        reply(relay::pass(command, &looked_at, control.as_ref(), &truth).await);
    }
}

/// Asks for the page of the service that is looked at, as long as it is: its processes, and how it
/// fared.
async fn look_at_one(
    mut looked_at: watch::Receiver<Option<ServiceName>>,
    reachable: Reachable,
    feed: mpsc::Sender<Feed>,
) {
    let mut looks = 0_u64;
    loop {
        let service = looked_at.borrow_and_update().clone();
        let Some(service) = service else {
            looks = 0;
            if looked_at.changed().await.is_err() {
                return;
            }
            continue;
        };
        let control = reachable.borrow().clone();
        if let Some(control) = control {
            let path = format!("/api/services/{service}/processes");
            if let Some(Processes { service, processes }) = ask(&control, &path).await {
                let members = processes;
                let _full = feed.try_send(Feed::Tree { service, members });
            }
            if looks.is_multiple_of(CHARTS_EACH) {
                let path = format!("/api/metrics/{service}/history");
                if let Some(history) = ask(&control, &path).await {
                    let _full = feed.try_send(Feed::Charts(history));
                }
            }
            looks += 1;
        }
        tokio::select! {
            changed = looked_at.changed() => {
                looks = 0;
                if changed.is_err() {
                    return;
                }
            }
            () = sleep(LOOK_EACH) => {}
        }
    }
}

/// Something to read; `None` where the owner does not tell: it is asked again soon.
async fn ask<T: serde::de::DeserializeOwned>(control: &Control, path: &str) -> Option<T> {
    let reply = timeout(SILENT_AFTER, control.get(path)).await.ok()?.ok()?;
    reply.json().ok()
}

/// What listens to the owner, and tells the window.
struct Ear {
    truth: watch::Sender<Arc<Snapshot>>,
    events: Recorder<Arc<Event>>,
    said: Recorder<LogLine>,
    feed: mpsc::Sender<Feed>,
    /// The number of the last ledger line.
    heard: Seq,
}

impl Ear {
    /// Listens until the owner is silent or gone. Why it ended.
    async fn listen(
        &mut self,
        control: &Control,
        connected: &watch::Sender<Option<Control>>,
    ) -> String {
        match self.open_and_hear(control, connected).await {
            Ok(never) => match never {},
            Err(why) => why,
        }
    }

    async fn open_and_hear(
        &mut self,
        control: &Control,
        connected: &watch::Sender<Option<Control>>,
    ) -> Result<std::convert::Infallible, String> {
        let events = format!("/api/events?follow=true&since={}", self.heard);
        let mut truth = Stream::open(control, "/api/status/stream").await?;
        let mut events = Stream::open(control, &events).await?;
        let mut said = Stream::open(control, "/api/said").await?;
        loop {
            tokio::select! {
                heard = timeout(SILENT_AFTER, truth.next()) => {
                    let Ok(heard) = heard else {
                        return Err("it is silent".to_owned());
                    };
                    let newest = heard?.into_iter().rfind(|sent| sent.kind == "status");
                    if let Some(newest) = newest {
                        self.truth.send_replace(Arc::new(read(&newest)?));
                    }
                    if connected.borrow().is_none() {
                        connected.send_replace(Some(control.clone()));
                        let _full = self.feed.try_send(Feed::Link(Link::Connected));
                    }
                }
                heard = events.next() => self.hear_events(&heard?).await?,
                heard = said.next() => {
                    let heard = heard?;
                    let lines = heard.iter().filter(|it| it.kind == "said").map(read);
                    let lines: Vec<LogLine> = lines.collect::<Result<_, _>>()?;
                    self.said.record(lines.iter().cloned());
                    let _full = self.feed.try_send(Feed::Lines(lines));
                }
            }
        }
    }

    async fn hear_events(&mut self, sent: &[Sent]) -> Result<(), String> {
        for sent in sent.iter().filter(|sent| sent.kind == "ledger") {
            let event: Arc<Event> = Arc::new(read(sent)?);
            self.heard = event.seq;
            self.events.record([event.clone()]);
            // After a long absence there are many: the window sets the pace.
            let told = self.feed.send(Feed::Event(event)).await;
            told.map_err(|_gone| "the window is gone".to_owned())?;
        }
        for _gap in sent.iter().filter(|sent| sent.kind == "gap") {
            tracing::warn!(target: "api", "some ledger lines are gone: oats events tells what is left");
        }
        Ok(())
    }

    /// The owner cannot be reached: its last word stays, and nothing can be done.
    fn lost(&self) {
        let silent = stale::silent(&self.truth.borrow());
        if **self.truth.borrow() != silent {
            self.truth.send_replace(Arc::new(silent));
            let _full = self.feed.try_send(Feed::Link(Link::Lost));
        }
    }
}

/// What an event carries.
fn read<T: serde::de::DeserializeOwned>(sent: &Sent) -> Result<T, String> {
    serde_json::from_slice(&sent.data).map_err(|error| format!("it says what is no JSON: {error}"))
}

/// An answer that goes on.
struct Stream {
    response: Response,
    pieces: Pieces,
}

impl Stream {
    async fn open(control: &Control, path: &str) -> Result<Self, String> {
        let response = timeout(SILENT_AFTER, control.open(path)).await;
        let response = response
            .map_err(|_late| "it does not answer".to_owned())?
            .map_err(|error| error.to_string())?;
        match response.status().as_u16() {
            200 => Ok(Self {
                response,
                pieces: Pieces::default(),
            }),
            status => Err(format!("it answers {path} with {status}")),
        }
    }

    /// What came next. Nothing is lost when the future is dropped.
    async fn next(&mut self) -> Result<Vec<Sent>, String> {
        let piece = self.response.chunk().await;
        let piece = piece.map_err(|error| control::unreachable(&error).to_string())?;
        let piece = piece.ok_or("it has closed the connection")?;
        self.pieces
            .take(&piece)
            .map_err(|_too_long| "it says too much at once".to_owned())
    }
}
