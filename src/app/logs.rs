//! `oats logs`: reads the log files, and goes on as they grow. Takes no lock and asks no owner.

use std::{
    collections::BTreeSet,
    io::{self, BufWriter, IsTerminal as _, Write},
    path::Path,
    thread,
};

use tokio::sync::mpsc;

use super::{find_root, headless::runtime, own_path, say};
use crate::{
    cli::{
        Exit,
        logs::{LogsArgs, Print, select},
    },
    io::{
        config,
        logs::{
            Follower,
            past::{self, PastError, Unended},
        },
        platform,
    },
    model::{LogLine, ServiceName, Signal, Stream, root::Root},
    supervisor,
};

/// How much is gathered before it is written, in bytes.
const BLOCK: usize = 64 * 1024;

/// `oats logs`.
pub(super) fn run(root: Option<&Path>, args: &LogsArgs) -> Exit {
    let dir = match find_root(root) {
        Ok(dir) => dir,
        Err(exit) => return exit,
    };
    let root = supervisor::paths(&dir, &own_path());
    let services = match services(&root, args) {
        Ok(services) => services,
        Err(sentence) => {
            say(&format!("oats: {sentence}"));
            return Exit::Refused;
        }
    };
    let job = Job {
        print: Print::new(&services, args.stream, colours()),
        root,
        args,
        services,
    };
    match job.past() {
        Ok(mut from) if args.follow => job.follow(&mut from),
        Ok(_) => Exit::Done,
        Err(Stop(exit)) => exit,
    }
}

/// Whose logs are shown.
fn services(root: &Root, args: &LogsArgs) -> Result<Vec<ServiceName>, String> {
    let with_logs = past::services_with_logs(root);
    let files = config::list(root).unwrap_or_default();
    let with_file = files.into_iter().filter_map(|file| file.name.ok());
    let known: BTreeSet<ServiceName> = with_logs.iter().cloned().chain(with_file).collect();
    let known: Vec<ServiceName> = known.into_iter().collect();
    if !args.names.is_empty() {
        select(&args.names, &known)
    } else if args.follow {
        Ok(known)
    } else {
        Ok(with_logs.into_iter().collect())
    }
}

/// Whether whoever reads stdout sees colours.
pub(super) fn colours() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && set("NO_COLOR").is_none() && !is_dumb
}

/// It ends here.
struct Stop(Exit);

/// What a failed write means: a reader that has gone is nobody's fault.
fn stop(error: &io::Error) -> Stop {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Stop(Exit::Done);
    }
    say(&format!("oats: could not write to stdout: {error}"));
    Stop(Exit::NotAsWanted)
}

/// What is shown, and how.
struct Job<'a> {
    root: Root,
    args: &'a LogsArgs,
    services: Vec<ServiceName>,
    print: Print,
}

impl Job<'_> {
    /// Prints what is there already; returns for each service how far its files were read.
    fn past(&self) -> Result<Vec<[u64; 2]>, Stop> {
        let mut out = BufWriter::with_capacity(BLOCK, io::stdout());
        let (mut reached, mut unreadable) = (Vec::new(), false);
        if self.services.is_empty() {
            say("oats: there are no logs yet");
        }
        for service in &self.services {
            let mut from = [0; 2];
            let streams = [Stream::Stdout, Stream::Stderr];
            for (from, stream) in from.iter_mut().zip(streams) {
                if !self.args.stream.list().contains(&stream) {
                    continue;
                }
                match self.past_of(service, stream, &mut out) {
                    Ok(end) => *from = end,
                    Err(PastError::Take(error)) => return Err(stop(&error)),
                    Err(PastError::Read { path, source }) => {
                        let path = self.root.relative(&path).display();
                        say(&format!("oats: could not read {path}: {source}"));
                        unreadable = true;
                    }
                }
            }
            reached.push(from);
            let has_log = |stream| past::has_log(&self.root, service, stream);
            if !self.args.follow && !streams.into_iter().any(has_log) {
                say(&format!("oats: {service} has no logs yet"));
            }
        }
        out.flush().map_err(|error| stop(&error))?;
        if unreadable && !self.args.follow {
            return Err(Stop(Exit::NotAsWanted));
        }
        Ok(reached)
    }

    fn past_of(
        &self,
        service: &ServiceName,
        stream: Stream,
        out: &mut impl Write,
    ) -> Result<u64, PastError> {
        let log = self.root.log_file(service, stream).unwrap_or_default();
        let unended = if self.args.follow {
            Unended::Left
        } else {
            Unended::Shown
        };
        let mut take =
            |text: String| out.write_all(self.print.line(service, stream, &text).as_bytes());
        past::past(&log, self.args.lines, unended, &mut take)
    }

    /// Prints what is written from now on.
    fn follow(&self, from: &mut Vec<[u64; 2]>) -> Exit {
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
        let pass_on = async {
            loop {
                let lines = follower.next().await;
                let block = self.block(&lines);
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
    fn block(&self, lines: &[LogLine]) -> String {
        let mut block = String::new();
        for line in lines {
            if line.stream == Stream::Oats {
                say(&format!("oats: {}: {}", line.service, line.text));
            } else if self.args.stream.list().contains(&line.stream) {
                block += &self.print.line(&line.service, line.stream, &line.text);
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
