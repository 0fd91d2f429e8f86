//! A service that this one needs.

use std::{cell::RefCell, net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    args::Need,
    client::{self, CallError, Reply},
    lines,
    shop::role_of,
    tally::millis,
};
use crate::model::ServiceName;

/// How long a service waits for another.
const PATIENCE: Duration = Duration::from_secs(1);

/// A service that this one needs, and how the last call went.
#[derive(Debug)]
pub(super) struct Dependency {
    name: ServiceName,
    address: SocketAddr,
    last_error: RefCell<Option<String>>,
}

/// Work that another service did not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What the caller of this service is told.
    pub(super) error: String,
    /// What stands in this service's own log.
    pub(super) line: String,
}

impl Dependency {
    /// The service that a need names.
    pub(super) fn new(need: Need) -> Self {
        Self {
            name: need.name,
            address: need.address,
            last_error: RefCell::new(None),
        }
    }

    /// Its name.
    pub(super) fn name(&self) -> &ServiceName {
        &self.name
    }

    /// Where to look at it.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets it do its part.
    pub(super) async fn work(&self) -> Result<(), Trouble> {
        let role = role_of(self.name.as_str());
        let outcome = client::call(role.method, self.address, role.path, PATIENCE).await;
        let result = judge(&self.name, outcome);
        let error = result.as_ref().err().map(|trouble| trouble.line.clone());
        self.last_error.replace(error);
        result
    }

    /// How it is right now, as JSON.
    pub(super) async fn look(&self) -> Value {
        let start = Instant::now();
        let outcome = client::call("GET", self.address, "/healthz", PATIENCE).await;
        let took = start.elapsed();
        let status = outcome.as_ref().ok().map(|reply| reply.status);
        json!({
            "url": self.url(),
            "ok": status.is_some_and(|status| status.is_success()),
            "status": status.map(|status| status.as_u16()),
            "error": outcome.err().map(|error| error.to_string()),
            "latency_ms": millis(took),
            "last_work_error": *self.last_error.borrow(),
        })
    }
}

/// What an outcome means.
fn judge(name: &ServiceName, outcome: Result<Reply, CallError>) -> Result<(), Trouble> {
    match outcome {
        Ok(reply) if reply.status.is_success() => Ok(()),
        Ok(reply) => {
            let status = reply.status.as_u16();
            let why = said(&reply);
            Err(Trouble {
                error: format!("{name} answered {status}"),
                line: match why {
                    // It only passes on what somebody behind it said.
                    Some(why) if status == 502 => format!("{name}: {why}"),
                    Some(why) => format!("{name}: {status} {why}"),
                    None => format!("{name}: {status}"),
                },
            })
        }
        Err(error) => Err(Trouble {
            error: format!("{name} did not answer"),
            line: format!("{name}: {error}"),
        }),
    }
}

/// The error that a service names in its answer.
fn said(reply: &Reply) -> Option<String> {
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    body.get("error")?.as_str().map(lines::foreign)
}

#[cfg(test)]
mod tests {
    use hyper::{StatusCode, body::Bytes};

    use super::*;

    fn line(status: u16, body: &'static str) -> String {
        let reply = Reply {
            status: StatusCode::from_u16(status).unwrap(),
            body: Bytes::from_static(body.as_bytes()),
        };
        judge(&"payments".parse().unwrap(), Ok(reply))
            .map_or_else(|trouble| trouble.line, |()| "done".to_owned())
    }

    #[test]
    fn the_log_says_what_the_other_service_said() {
        assert_eq!(line(200, "{}"), "done");
        assert_eq!(
            line(503, r#"{"error":"refuse_health"}"#),
            "payments: 503 refuse_health"
        );
        assert_eq!(
            line(502, r#"{"error":"bank answered 500"}"#),
            "payments: bank answered 500"
        );
        assert_eq!(line(404, "<html>"), "payments: 404");
    }
}
