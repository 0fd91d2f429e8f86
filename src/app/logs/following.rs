//! What is written from now on.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    thread,
};

use tokio::sync::mpsc;

use super::{Job, Stop, say, stop};
use crate::{
    app::headless::runtime,
    cli::{
        Exit,
        logs::{Entry, Verdict},
    },
    io::{logs::Follower, platform},
    model::{
        LogLine, ServiceName, Signal, Stream,
        reading::{Messages, time_of},
    },
};

/// The messages of streams.
type Streams = BTreeMap<(ServiceName, Stream), Messages>;

impl Job<'_> {
    /// Prints what is written from now on.
    pub(super) fn follow(&self, from: &mut Vec<[u64; 2]>) -> Exit {
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(exit) => return exit,
        };
        let from = std::mem::take(from);
        runtime.block_on(async {
            match self.following(from).await {
                Ok(Stop(exit)) => exit,
                Err(trouble) => {
                    say(&format!("oats: could not {trouble}"));
                    Exit::NotAsWanted
                }
            }
        })
    }

    async fn following(&self, from: Vec<[u64; 2]>) -> Result<Stop, String> {
        let catch = |signal| platform::catch(signal).map_err(|error| error.to_string());
        let (mut interrupt, mut terminate) = (catch(Signal::INT)?, catch(Signal::TERM)?);
        let mut follower = Follower::new(&self.root).map_err(|error| error.to_string())?;
        for (service, from) in self.services.iter().zip(from) {
            follower.go_on(service.clone(), from);
        }
        let (writer, mut ended) = writer()?;
        let mut messages = BTreeMap::new();
        let pass_on = async {
            loop {
                let lines = follower.next().await;
                let block = self.block(&lines, &mut messages);
                if writer.send(block).await.is_err() {
                    // Why it has ended it says itself.
                    std::future::pending::<()>().await;
                }
            }
        };
        Ok(tokio::select! {
            () = interrupt.next() => Stop(Exit::Interrupted),
            () = terminate.next() => Stop(Exit::Interrupted),
            stopped = ended.recv() => stopped.unwrap_or(Stop(Exit::Internal)),
            () = pass_on => Stop(Exit::Internal),
        })
    }

    /// Lines as they are printed. What oats has to say itself goes to stderr.
    fn block(&self, lines: &[LogLine], messages: &mut Streams) -> String {
        let mut block = String::new();
        for line in lines {
            if line.stream == Stream::Oats {
                say(&format!("oats: {}: {}", line.service, line.text));
            } else if self.args.stream.list().contains(&line.stream) {
                let told = time_of(&line.text, &self.calendar);
                let key = (line.service.clone(), line.stream);
                let entry = Entry {
                    service: &line.service,
                    stream: line.stream,
                    at: told.or(line.at),
                    level: messages
                        .entry(key)
                        .or_default()
                        .next(&line.text, told.is_some()),
                    pos: line.pos,
                    text: &line.text,
                };
                if self.sift.judge(&entry) == Verdict::Meant {
                    block += &self.print.line(&entry, self.sift.hits());
                }
            }
        }
        block
    }
}

/// Starts the thread that writes to stdout, so that a reader who does not read keeps nobody from
/// hearing Ctrl-C. Returns where blocks go, one at a time, and where the end is told.
fn writer() -> Result<(mpsc::Sender<String>, mpsc::Receiver<Stop>), String> {
    let (sender, mut blocks) = mpsc::channel::<String>(1);
    let (end, ended) = mpsc::channel(2);
    let gone = end.clone();
    let write = move || {
        let mut out = io::stdout().lock();
        while let Some(block) = blocks.blocking_recv() {
            let written = out.write_all(block.as_bytes()).and_then(|()| out.flush());
            if let Err(error) = written {
                // Nobody listens any more when the end has come another way.
                let _ = end.blocking_send(stop(&error));
                return;
            }
        }
    };
    let watch = move || {
        platform::wait_for_reader_gone();
        let _ = gone.blocking_send(Stop(Exit::Done));
    };
    let start = |name: &str, body: Box<dyn FnOnce() + Send>| {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(body);
        let trouble = |error: io::Error| format!("start a thread that writes: {error}");
        thread.map(drop).map_err(trouble)
    };
    start("oats-output", Box::new(write))?;
    start("oats-reader-gone", Box::new(watch))?;
    Ok((sender, ended))
}
