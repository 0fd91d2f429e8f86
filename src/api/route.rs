//! One thing that can be asked for: everything that is written about it, once.

use axum::{
    handler::Handler,
    routing::{MethodFilter, MethodRouter, on},
};

use super::Desk;

/// How a route is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// To read.
    Get,
    /// To act.
    Post,
}

/// What a success looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// JSON, by the name of its schema.
    Json(&'static str),
    /// Lines of text.
    Text,
    /// Server-sent events; what their data are, by the names of their schemas.
    Events(&'static [&'static str]),
}

/// A choice in the query of a URL: its name, the type of its value, what it means.
pub(super) type Choice = (&'static str, &'static str, &'static str);

/// One thing that can be asked for.
pub(super) struct Route {
    pub(super) verb: Verb,
    pub(super) path: &'static str,
    pub(super) about: &'static str,
    pub(super) query: &'static [Choice],
    /// The schema of the body.
    pub(super) body: Option<&'static str>,
    pub(super) gives: Vec<(u16, Content)>,
    /// Which denials it may answer, beside those of the gates.
    pub(super) refuses: &'static [u16],
    pub(super) handler: MethodRouter<Desk>,
}

impl Route {
    fn new<H, T>(verb: Verb, path: &'static str, about: &'static str, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        let filter = match verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        };
        Self {
            verb,
            path,
            about,
            query: &[],
            body: None,
            gives: Vec::new(),
            refuses: &[],
            handler: on(filter, handler),
        }
    }

    /// With these choices.
    pub(super) fn query(mut self, query: &'static [Choice]) -> Self {
        self.query = query;
        self
    }

    /// With a body of this schema.
    pub(super) fn body(mut self, schema: &'static str) -> Self {
        self.body = Some(schema);
        self
    }

    /// With one more success.
    pub(super) fn gives(mut self, status: u16, content: Content) -> Self {
        self.gives.push((status, content));
        self
    }

    /// With these denials of its own.
    pub(super) fn refuses(mut self, statuses: &'static [u16]) -> Self {
        self.refuses = statuses;
        self
    }
}

/// Something to read.
pub(super) fn get<H, T>(path: &'static str, about: &'static str, handler: H) -> Route
where
    H: Handler<T, Desk>,
    T: 'static,
{
    Route::new(Verb::Get, path, about, handler)
}

/// Something to do.
pub(super) fn post<H, T>(path: &'static str, about: &'static str, handler: H) -> Route
where
    H: Handler<T, Desk>,
    T: 'static,
{
    Route::new(Verb::Post, path, about, handler)
}
