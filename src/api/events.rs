//! The ledger: what happened, and what happens.

use std::io;

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, Response, header},
};

use super::{
    Desk,
    answer::{self, Refused},
    cursor::{Cursor, News},
    look::{bad_query, internal},
    sse::{self, Gone, Outlet},
};
use crate::{
    io::ledger,
    model::{
        Seq,
        control::{Events, EventsQuery, Gap},
    },
};

/// Lines of an answer where nothing is said about it.
const LINES: usize = 100;
/// Of so many of the last lines those are found that are asked for without a number.
const LOOKED_THROUGH: usize = 20_000;
/// Lines of an answer at most.
const MOST: usize = 5000;

/// `GET /api/events`.
pub(super) async fn events(
    State(desk): State<Desk>,
    query: Result<Query<EventsQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response<Body>, Refused> {
    let Query(query) = query.map_err(|error| bad_query(&error.body_text()))?;
    let limit = query.limit.unwrap_or(LINES);
    if limit > MOST {
        return Err(bad_query(&format!("limit is at most {MOST}")));
    }
    let ledger = desk.root.ledger_file();
    if query.follow || wants_stream(&headers) {
        let since = last_read(&headers)?.or(query.since).map(Seq);
        let cursor = Cursor::new(&desk.handle, ledger, since);
        return Ok(sse::answer(|outlet| tell_events(cursor, query, outlet)));
    }
    let events = match query.since.map(Seq) {
        Some(since) => {
            let cursor = Cursor::new(&desk.handle, ledger, Some(since));
            oldest(cursor, &query, limit).await
        }
        None => newest(&desk, &query, limit).await?,
    };
    Ok(answer::json(200, &events))
}

/// Whether a client asks for a stream by what it accepts.
fn wants_stream(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter();
    accepts
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/event-stream"))
}

/// The last line that a client that comes back has read.
fn last_read(headers: &HeaderMap) -> Result<Option<u64>, Refused> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(bad_query("Last-Event-ID is the number of a ledger line")),
    }
}

/// The first lines after a line.
async fn oldest(mut cursor: Cursor, query: &EventsQuery, limit: usize) -> Events {
    let (mut events, mut missed) = (Vec::new(), false);
    while events.len() < limit
        && let Some(news) = cursor.past().await
    {
        for news in news {
            match news {
                News::Gap(_) => missed = true,
                News::Line(event) if query.wants(&event) && events.len() < limit => {
                    events.push(event.as_ref().clone());
                }
                News::Line(_) => {}
            }
        }
    }
    Events { events, missed }
}

/// The last lines: those of the files, and what the owner has not written there yet.
async fn newest(desk: &Desk, query: &EventsQuery, limit: usize) -> Result<Events, Refused> {
    let ledger = desk.root.ledger_file();
    let read = tokio::task::spawn_blocking(move || ledger::latest(&ledger, LOOKED_THROUGH));
    let mut events = match read.await.map_err(internal)? {
        Ok(events) => events,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(internal(error)),
    };
    let last = events.last().map(|event| event.seq);
    let recent = desk.handle.events().take().items;
    let newer = recent.iter().filter(|event| Some(event.seq) > last);
    events.extend(newer.map(|event| event.as_ref().clone()));
    events.retain(|event| query.wants(event));
    events.drain(..events.len().saturating_sub(limit));
    Ok(Events {
        events,
        missed: false,
    })
}

/// Tells lines as they are written.
async fn tell_events(mut cursor: Cursor, query: EventsQuery, outlet: Outlet) -> Result<(), Gone> {
    while let Some(news) = outlet.beating(cursor.next()).await? {
        for news in news {
            match news {
                News::Gap(missed) => outlet.tell("gap", None, &Gap { missed }).await?,
                News::Line(event) if query.wants(&event) => {
                    outlet.tell("ledger", Some(event.seq), &*event).await?;
                }
                News::Line(_) => {}
            }
        }
    }
    Ok(())
}
