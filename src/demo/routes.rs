//! Which request does what.

use std::rc::Rc;

use hyper::{
    HeaderMap, Method, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HOST},
    http::request::Parts,
};
use serde::de::IgnoredAny;
use serde_json::json;

use super::{answer::Answer, faults::Fault, harm, lines, service::Service, wish};

/// The header without which no fault is taken: no web page can send it.
const FAULT_HEADER: &str = "x-oats-fault";

/// The hosts by which a service on this machine is asked; another one is a web page in disguise.
const LOCAL_HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// What a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// Shallow health: asked by probes, not logged, not counted.
    Health,
    /// Deep health.
    Status,
    /// Sheds faults.
    Recover,
    /// Does work, through those it needs.
    Work,
    /// Takes a fault.
    Fault,
}

impl Route {
    /// What a path of this service stands for.
    pub(super) fn of(service: &Service, path: &str) -> Option<Self> {
        match path {
            "/healthz" => Some(Self::Health),
            "/status" => Some(Self::Status),
            "/recover" => Some(Self::Recover),
            "/work" => Some(Self::Work),
            "/fault" => Some(Self::Fault),
            other if other == service.role.path => Some(Self::Work),
            _ => None,
        }
    }

    /// The methods it takes.
    fn allow(self) -> &'static str {
        match self {
            Self::Health | Self::Status => "GET, HEAD",
            Self::Recover | Self::Fault => "POST",
            Self::Work => "GET, HEAD, POST",
        }
    }
}

/// The refusal that needs no body to be read.
pub(super) fn refusal(service: &Service, parts: &Parts) -> Option<Answer> {
    let path = parts.uri.path();
    let Some(route) = Route::of(service, path) else {
        let error = format!("there is no {}", lines::foreign(path));
        let hint = "try /healthz, /status, /work or /recover";
        return Some(Answer::error(StatusCode::NOT_FOUND, &error, hint));
    };
    let allow = route.allow();
    let method = parts.method.as_str();
    if !allow.split(", ").any(|allowed| allowed == method) {
        return Some(Answer::not_allowed(method, path, allow));
    }
    (route == Route::Fault)
        .then(|| fault_refusal(service, &parts.headers))
        .flatten()
}

/// Why a fault may not be laid by this request.
fn fault_refusal(service: &Service, headers: &HeaderMap) -> Option<Answer> {
    let forbidden = |error, hint| Some(Answer::error(StatusCode::FORBIDDEN, error, hint));
    if !service.allow_faults {
        return forbidden(
            "this service takes no faults",
            "start it with --allow-faults",
        );
    }
    if !is_local(headers) {
        return forbidden(
            "faults are taken from this machine only",
            "ask 127.0.0.1 by that name",
        );
    }
    if headers.get(FAULT_HEADER).is_none_or(|value| value != "1") {
        return forbidden("the header X-Oats-Fault is missing", "send X-Oats-Fault: 1");
    }
    (!is_json(headers)).then(|| {
        Answer::error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a fault is asked for in JSON",
            "send Content-Type: application/json",
        )
    })
}

/// Whether the request names this machine as its host.
fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let Some(host) = host else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    LOCAL_HOSTS.contains(&name)
}

/// Whether the body says that it is JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Does what the request asks for.
pub(super) async fn answer(service: &Rc<Service>, parts: &Parts, body: Bytes) -> Answer {
    let claims_json = is_json(&parts.headers) && !body.is_empty();
    if claims_json && let Err(error) = serde_json::from_slice::<IgnoredAny>(&body) {
        return Answer::bad_request(
            &format!("the body is not JSON: {error}"),
            "send JSON, or no body",
        );
    }
    match Route::of(service, parts.uri.path()) {
        Some(Route::Health) => {
            service.active.late(true).await;
            health(service)
        }
        Some(Route::Status) => Answer::ok(service.status().await),
        Some(Route::Recover) => harm::recover(service).await,
        Some(Route::Work) => {
            service.active.late(false).await;
            work(service).await
        }
        Some(Route::Fault) => match wish::parse(&body) {
            Ok(wish) => harm::lay(service, wish).await,
            Err(refused) => refused,
        },
        // Refused before its body was read.
        None => Answer::error(
            StatusCode::NOT_FOUND,
            "there is nothing here",
            "try /status",
        ),
    }
}

/// Shallow health.
fn health(service: &Service) -> Answer {
    if service.never_healthy {
        let hint = "start it without --never-healthy";
        return Answer::error(StatusCode::SERVICE_UNAVAILABLE, "never_healthy", hint);
    }
    let lies = service.active.has(Fault::LieAboutHealth);
    if service.active.has(Fault::RefuseHealth) && !lies {
        return refused(Fault::RefuseHealth);
    }
    Answer::ok(json!({"status": "ok", "name": service.name}))
}

/// 503, because of this fault.
fn refused(fault: Fault) -> Answer {
    sick(StatusCode::SERVICE_UNAVAILABLE, fault)
}

/// This status, because of this fault.
fn sick(status: StatusCode, fault: Fault) -> Answer {
    Answer::error(status, fault.row().name, "POST /recover sheds it")
}

/// Does its part of the work, after those it needs did theirs.
async fn work(service: &Service) -> Answer {
    for fault in [Fault::RefuseHealth, Fault::LieAboutHealth] {
        if service.active.has(fault) {
            return refused(fault);
        }
    }
    if service.active.work_fails() {
        return sick(StatusCode::INTERNAL_SERVER_ERROR, Fault::ErrorRate);
    }
    for need in &service.needs {
        if let Err(trouble) = need.work().await {
            lines::complain(&trouble.line);
            let hint = format!("{}; look at {}/status", trouble.line, need.url());
            return Answer::error(StatusCode::BAD_GATEWAY, &trouble.error, &hint);
        }
    }
    let through: Vec<&str> = service
        .needs
        .iter()
        .map(|need| need.name().as_str())
        .collect();
    Answer::ok(json!({"name": service.name, "done": true, "through": through}))
}

/// Whether a request is a probe.
pub(super) fn is_probe(method: &Method, path: &str) -> bool {
    path == "/healthz" && (method == Method::GET || method == Method::HEAD)
}
