//! What services say.

use std::{collections::VecDeque, io, time::SystemTime};

use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::Response,
};

use super::{
    Desk,
    answer::{self, Refused},
    look::{bad_query, internal, no_such_service},
    sse::{self, Gone, Outlet},
};
use crate::{
    io::logs::{
        Follower, Source,
        past::{self, Count, PastError, Unended},
    },
    model::{
        LogLine, ServiceName, Stream,
        control::{Gap, Line, LogTail, LogsQuery},
    },
    supervisor::tape::Tape,
};

/// Lines of an answer where nothing is said about it.
const LINES: u64 = 100;
/// Lines of an answer at most.
const MOST: u64 = 10_000;
/// Text of one stream that is held at most, in bytes: older lines give way.
const ROOM: usize = 4 * 1024 * 1024;

/// `GET /api/logs/{name}`.
pub(super) async fn logs(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    query: Result<Query<LogsQuery>, QueryRejection>,
) -> Result<Response<Body>, Refused> {
    let Query(query) = query.map_err(|error| bad_query(&error.body_text()))?;
    let wanted = query.tail.unwrap_or(LINES);
    if wanted > MOST {
        return Err(bad_query(&format!("tail is at most {MOST}")));
    }
    let name = known(&desk, &name)?;
    let mut said = desk.handle.said();
    let oats = if query.stream.has(Stream::Oats) {
        lines_of(said.take().items, &name, &query)
    } else {
        Vec::new()
    };
    let unended = if query.follow {
        Unended::Left
    } else {
        Unended::Shown
    };
    let (root, service) = (desk.root.clone(), name.clone());
    let tails = tokio::task::spawn_blocking(move || {
        let tail = |stream| {
            tail(
                &Source::new(&root, &service, stream),
                stream,
                wanted,
                unended,
            )
        };
        Ok::<_, PastError>([tail(Stream::Stdout)?, tail(Stream::Stderr)?])
    });
    let tails = tails.await.map_err(internal)?.map_err(internal)?;
    let ends = tails.each_ref().map(|tail| tail.end);
    let lines = merged(tails, &query, wanted);
    if !query.follow {
        return Ok(answer::json(200, &LogTail { lines, oats }));
    }
    let mut follower = Follower::new(&desk.root).map_err(internal)?;
    follower.go_on(name.clone(), ends);
    let watch = Watch {
        name,
        query,
        follower,
        said,
    };
    Ok(sse::answer(|outlet| watch.tell(lines, outlet)))
}

/// `GET /api/said`.
pub(super) async fn said(State(desk): State<Desk>) -> Response<Body> {
    let mut said = desk.handle.said().from_now();
    sse::answer(|outlet| async move {
        while let Some(news) = outlet.beating(said.next()).await? {
            if news.missed > 0 {
                let missed = news.missed;
                outlet.tell("gap", None, &Gap { missed }).await?;
            }
            for line in news.items {
                outlet.tell("said", None, &line).await?;
            }
        }
        Ok(())
    })
}

/// A service, by its name: one of those there are, or one whose logs are left.
fn known(desk: &Desk, name: &str) -> Result<ServiceName, Refused> {
    let name: ServiceName = name.parse().map_err(|_bad| no_such_service())?;
    let is_there = desk.handle.snapshot().services.contains_key(&name);
    if is_there || past::services_with_logs(&desk.root).contains(&name) {
        Ok(name)
    } else {
        Err(no_such_service())
    }
}

/// The last lines of one stream.
struct Tail {
    lines: VecDeque<Line>,
    /// Where in its file they end.
    end: u64,
    /// When it was written to last.
    written: Option<SystemTime>,
}

/// Reads the last lines of a log. Blocks.
fn tail(log: &Source, stream: Stream, wanted: u64, unended: Unended) -> Result<Tail, PastError> {
    let (mut lines, mut held) = (VecDeque::new(), 0);
    let mut take = |text: String| -> io::Result<()> {
        held += text.len();
        let at = None;
        lines.push_back(Line { at, stream, text });
        while held > ROOM
            && let Some(oldest) = lines.pop_front()
        {
            held -= oldest.text.len();
        }
        Ok(())
    };
    let end = past::past(log, Count::Last(wanted), unended, &mut take)?;
    let written = std::fs::metadata(log.log())
        .and_then(|it| it.modified())
        .ok();
    Ok(Tail {
        lines,
        end,
        written,
    })
}

/// The last lines of the streams that are wanted. Nobody knows how they lay in time; the stream that
/// was written to last ends them.
fn merged(tails: [Tail; 2], query: &LogsQuery, wanted: u64) -> Vec<Line> {
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    let [mut out, mut err] = tails;
    for (tail, stream) in [(&mut out, Stream::Stdout), (&mut err, Stream::Stderr)] {
        if !query.stream.has(stream) {
            tail.lines.clear();
        }
    }
    // Half for each, and what one leaves for the other.
    let for_out = wanted - err.lines.len().min(wanted / 2);
    let for_out = out.lines.len().min(for_out);
    let for_err = err.lines.len().min(wanted - for_out);
    out.lines.drain(..out.lines.len() - for_out);
    err.lines.drain(..err.lines.len() - for_err);
    let (older, newer) = if out.written > err.written {
        (err, out)
    } else {
        (out, err)
    };
    older.lines.into_iter().chain(newer.lines).collect()
}

/// Those of some lines that are about a service and wanted.
fn lines_of(lines: Vec<LogLine>, name: &ServiceName, query: &LogsQuery) -> Vec<Line> {
    let wanted = |line: &LogLine| line.service == *name && query.stream.has(line.stream);
    let lines = lines.into_iter().filter(wanted);
    lines
        .map(|line| Line {
            at: line.at,
            stream: line.stream,
            text: line.text,
        })
        .collect()
}

/// A log that is followed.
struct Watch {
    name: ServiceName,
    query: LogsQuery,
    follower: Follower,
    said: Tape<LogLine>,
}

impl Watch {
    /// Tells what is there already, then lines as they are written.
    async fn tell(mut self, lines: Vec<Line>, outlet: Outlet) -> Result<(), Gone> {
        for line in lines {
            outlet.tell("line", None, &line).await?;
        }
        loop {
            let next = async {
                tokio::select! {
                    lines = self.follower.next() => Some((0, lines)),
                    news = self.said.next() => news.map(|news| (news.missed, news.items)),
                }
            };
            let Some((missed, lines)) = outlet.beating(next).await? else {
                // The owner has left.
                return Ok(());
            };
            if missed > 0 {
                outlet.tell("gap", None, &Gap { missed }).await?;
            }
            for line in lines_of(lines, &self.name, &self.query) {
                outlet.tell("line", None, &line).await?;
            }
        }
    }
}
