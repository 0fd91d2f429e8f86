//! The ledger: what happened, and what happens.

use std::collections::VecDeque;

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, Response, header},
};

use super::{
    Desk,
    answer::{self, Refused},
    cursor::{Cursor, News},
    look::bad_query,
    sse::{self, Gone, Outlet},
};
use crate::model::{
    Seq,
    control::{Events, EventsQuery, Gap},
};

/// Lines of an answer where nothing is said about it.
const LINES: usize = 100;
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
    let since = query.since.map(Seq);
    let cursor = Cursor::new(&desk.handle, ledger, Some(since.unwrap_or_default()));
    let events = match since {
        Some(_) => oldest(cursor, &query, limit).await,
        None => newest(cursor, &query, limit).await,
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

/// The last lines.
async fn newest(mut cursor: Cursor, query: &EventsQuery, limit: usize) -> Events {
    let mut last = VecDeque::new();
    while let Some(news) = cursor.past().await {
        for news in news {
            if let News::Line(event) = news
                && query.wants(&event)
            {
                last.push_back(event);
            }
        }
        last.drain(..last.len().saturating_sub(limit));
    }
    Events {
        events: last.iter().map(|event| event.as_ref().clone()).collect(),
        missed: false,
    }
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
