//! What the plain console prints, and what it does of what is typed.

use std::{
    collections::BTreeSet,
    io::{self, Write as _},
    thread,
};

use tokio::sync::mpsc;

use super::{FIRST_WITHIN, LEAVE_WITHIN, News, REFUSED};
use crate::{
    app::say,
    cli::{
        Exit,
        plain::{self, Stamp, Teller, Typed},
    },
    io::clock::Clock,
    model::{Action, Actor, ServiceName},
    supervisor::{Ask, Command, Feed, Handle, Leaving, Link},
};

/// The plain console at work.
pub(super) struct Plain {
    pub(super) handle: Handle,
    pub(super) clock: Clock,
    pub(super) owns: bool,
    pub(super) stamp: Stamp,
    pub(super) logs: bool,
    pub(super) watched: BTreeSet<ServiceName>,
    pub(super) teller: Teller,
    /// What was refused to the person here.
    pub(super) refused: Vec<(ServiceName, Action)>,
    pub(super) to_itself: mpsc::Sender<News>,
    /// How it ends, once that is known.
    pub(super) exit: Option<Exit>,
}

/// Nobody reads any more, or it is over.
struct Over(Exit);

impl Plain {
    pub(super) async fn run(
        mut self,
        mut feed: mpsc::Receiver<Feed>,
        mut news: mpsc::Receiver<News>,
        mut typed: mpsc::Receiver<News>,
    ) -> Exit {
        let mut truth = self.handle.watch();
        let mut open = true;
        if self.handle.snapshot().services.is_empty() {
            // An owner that has just begun: how the services are comes before what happens to them.
            let _nothing_to_tell = tokio::time::timeout(FIRST_WITHIN, truth.changed()).await;
        }
        let over = async {
            self.tell_changes()?;
            loop {
                tokio::select! {
                    biased;
                    it = feed.recv(), if open => match it {
                        Some(it) => self.take_feed(it)?,
                        None => open = false,
                    },
                    changed = truth.changed(), if open => {
                        if changed.is_ok() {
                            truth.borrow_and_update();
                            self.tell_changes()?;
                        } else {
                            open = false;
                        }
                    }
                    Some(it) = typed.recv() => self.take(it)?,
                    it = news.recv() => match it {
                        Some(it) => self.take(it)?,
                        None => return Err(Over(self.exit.unwrap_or(Exit::Internal))),
                    },
                }
            }
        };
        let over: Result<std::convert::Infallible, Over> = over.await;
        let Err(Over(exit)) = over;
        exit
    }

    /// Prints a line. A reader that has gone leaves a window; an owner leaves, and lets the
    /// services run on, as one whose terminal has gone.
    fn line(&self, text: &str) -> Result<(), Over> {
        let line = self.stamp.line(self.clock.now().wall, text);
        let mut out = io::stdout().lock();
        let written = out.write_all(line.as_bytes()).and_then(|()| out.flush());
        let Err(error) = written else { return Ok(()) };
        let closed = error.kind() == io::ErrorKind::BrokenPipe;
        if !closed {
            say(&format!("oats: could not write to stdout: {error}"));
        }
        let exit = if closed {
            Exit::Done
        } else {
            Exit::NotAsWanted
        };
        if self.owns {
            let _gone = self
                .handle
                .send(Command::leave(Leaving::Detach, Actor::HUMAN), |_| {});
            thread::park_timeout(LEAVE_WITHIN);
        }
        Err(Over(exit))
    }

    fn lines(&self, lines: impl IntoIterator<Item = String>) -> Result<(), Over> {
        lines.into_iter().try_for_each(|line| self.line(&line))
    }

    fn tell_changes(&mut self) -> Result<(), Over> {
        self.watch_logs();
        let lines = self.teller.tell(&self.handle.snapshot());
        self.lines(lines)
    }

    /// Looks at the logs of all services that there are now, or at none.
    fn watch_logs(&mut self) {
        let services: BTreeSet<ServiceName> = if self.logs {
            self.handle.snapshot().services.keys().cloned().collect()
        } else {
            BTreeSet::new()
        };
        if services != self.watched {
            self.watched.clone_from(&services);
            let _ended = self.handle.send(Command::WatchLogs(services), |_| {});
        }
    }

    fn take_feed(&mut self, feed: Feed) -> Result<(), Over> {
        match feed {
            Feed::Lines(lines) if self.logs => self.lines(lines.iter().filter_map(plain::log)),
            Feed::Event(event) => {
                let own = |(service, action): &(ServiceName, Action)| {
                    plain::is_refusal_of(&event, service, *action)
                };
                if let Some(at) = self.refused.iter().position(own) {
                    self.refused.remove(at);
                    return Ok(());
                }
                self.lines(plain::event(&event))
            }
            Feed::Link(Link::Lost) => self.line("the owner does not answer; this is its last word"),
            Feed::Link(Link::Connected) => self.line("connected with the owner"),
            Feed::Lines(_)
            | Feed::History(_)
            | Feed::Tree { .. }
            | Feed::Charts(_)
            | Feed::Past(_)
            | Feed::Book(_) => Ok(()),
        }
    }

    fn take(&mut self, news: News) -> Result<(), Over> {
        match news {
            News::Typed(line) => match plain::parse(&line, &self.handle.snapshot()) {
                Ok(typed) => self.obey(typed),
                Err(sentence) => self.line(&sentence),
            },
            News::Answer(service, action, Err(refusal)) => {
                let snapshot = self.handle.snapshot();
                let port = snapshot.services.get(&service).and_then(|view| view.port);
                self.line(&plain::refusal(&service, action, &refusal, port))
            }
            News::Answer(service, action, Ok(_)) => {
                self.forget(&service, action);
                Ok(())
            }
            News::Leaving(text) => self.leaving(text),
            News::Ended(Ok(())) => {
                self.tell_changes()?;
                let now = || plain::exit_of(&self.handle.snapshot());
                Err(Over(self.exit.unwrap_or_else(now)))
            }
            News::Ended(Err(error)) => {
                say(&format!("oats: {error}"));
                Err(Over(Exit::Internal))
            }
        }
    }

    /// It will end: how is decided by how things are now.
    fn leaving(&mut self, text: &str) -> Result<(), Over> {
        let exit = *self
            .exit
            .get_or_insert_with(|| plain::exit_of(&self.handle.snapshot()));
        self.line(text)?;
        if self.owns { Ok(()) } else { Err(Over(exit)) }
    }

    fn forget(&mut self, service: &ServiceName, action: Action) {
        let found = self
            .refused
            .iter()
            .position(|it| *it == (service.clone(), action));
        if let Some(at) = found {
            self.refused.remove(at);
        }
    }

    /// Does what was typed.
    fn obey(&mut self, typed: Typed) -> Result<(), Over> {
        let snapshot = self.handle.snapshot();
        match typed {
            Typed::Nothing => Ok(()),
            Typed::Act(action, names) => names.into_iter().try_for_each(|it| self.ask(it, action)),
            Typed::Up => {
                let services = snapshot.services.keys().cloned().collect();
                let by = Actor::HUMAN;
                self.send(Command::Up { services, by })
            }
            Typed::List(names) => {
                let views = snapshot.services.values();
                let views = views.filter(|it| names.is_empty() || names.contains(&it.name));
                self.lines(views.map(|view| plain::service(view)))
            }
            Typed::Why(name) => {
                let view = snapshot.services.get(&name);
                self.lines(view.into_iter().flat_map(|view| plain::why(view)))
            }
            Typed::Logs(on) => {
                self.logs = on;
                self.watch_logs();
                self.line(if on {
                    "logs are shown"
                } else {
                    "logs are not shown"
                })
            }
            Typed::Help => self.lines(plain::HELP.lines().map(str::to_owned)),
            Typed::Quit if self.owns => {
                self.leaving("stopping all services")?;
                self.send(Command::leave(Leaving::StopAll, Actor::HUMAN))
            }
            Typed::Detach if self.owns => {
                self.leaving("leaving; the services run on")?;
                self.send(Command::leave(Leaving::Detach, Actor::HUMAN))
            }
            Typed::Quit | Typed::Detach => self.leaving("leaving; the owner goes on"),
        }
    }

    fn send(&self, command: Command) -> Result<(), Over> {
        match self.handle.send(command, |_| {}) {
            Ok(()) => Ok(()),
            Err(silent) => self.line(&silent.to_string()),
        }
    }

    fn ask(&mut self, service: ServiceName, action: Action) -> Result<(), Over> {
        self.refused.push((service.clone(), action));
        if self.refused.len() > REFUSED {
            self.refused.remove(0);
        }
        let (name, to_itself) = (service.clone(), self.to_itself.clone());
        let sent = self.handle.send(
            Command::Ask(Ask::new(service, action, Actor::HUMAN)),
            move |answer| {
                let _full = to_itself.try_send(News::Answer(name, action, answer));
            },
        );
        match sent {
            Ok(()) => Ok(()),
            Err(silent) => self.line(&silent.to_string()),
        }
    }
}
