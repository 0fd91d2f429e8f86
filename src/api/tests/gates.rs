use std::net::Ipv4Addr;

use hyper::header::{HeaderName, HeaderValue};

use super::*;

#[path = "gates_any.rs"]
mod any;
#[path = "gates_hosts.rs"]
mod hosts;

const TOKEN: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const LOCAL: Peer = Peer::Tcp(IpAddr::V4(Ipv4Addr::LOCALHOST));
const SOCKET: Peer = Peer::Socket { own: true };

fn rules() -> Rules {
    Rules {
        address: Some(([127, 0, 0, 1], 9000).into()),
        token: Token::known(TOKEN),
    }
}

/// A request, told in few words.
struct Ask {
    peer: Peer,
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
}

/// A good request to read the truth over TCP.
fn good() -> Ask {
    Ask {
        peer: LOCAL,
        method: "GET",
        target: "/api/status".to_owned(),
        headers: vec![
            ("host", "127.0.0.1:9000".to_owned()),
            ("authorization", format!("Bearer {TOKEN}")),
        ],
    }
}

impl Ask {
    fn over(mut self, peer: Peer) -> Self {
        self.peer = peer;
        self
    }

    fn to(mut self, method: &'static str, target: &str) -> Self {
        self.method = method;
        target.clone_into(&mut self.target);
        self
    }

    /// With one more header.
    fn and(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    /// With another value of a header.
    fn with(self, name: &'static str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// The status of its denial; 0 when it is let in.
    fn status(&self) -> u16 {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        let head = Head {
            peer: self.peer,
            method: &self.method.parse().unwrap(),
            uri: &self.target.parse().unwrap(),
            headers: &headers,
        };
        check(&head, &rules()).map_or_else(|(status, _)| status, |_scope| 0)
    }
}

#[test]
fn who_is_not_on_this_machine_or_not_this_user_is_turned_away() {
    let other = |text: &str| Peer::Tcp(text.parse().unwrap());
    assert_eq!(good().status(), 0);
    assert_eq!(good().over(other("::1")).status(), 0);
    assert_eq!(good().over(other("127.9.9.9")).status(), 0);
    assert_eq!(good().over(SOCKET).status(), 0);
    for peer in [
        other("192.168.0.7"),
        other("10.0.0.1"),
        other("::ffff:10.0.0.1"),
        other("fe80::1"),
        other("0.0.0.0"),
        Peer::Socket { own: false },
    ] {
        assert_eq!(good().over(peer).status(), 403, "{peer:?}");
        let health = good().over(peer).to("GET", "/api/health");
        assert_eq!(health.status(), 403, "{peer:?}");
    }
}

#[test]
fn no_page_of_another_origin_reads_or_acts() {
    for origin in [
        "http://127.0.0.1:9000",
        "http://localhost:9000",
        "http://[::1]:9000",
    ] {
        assert_eq!(good().and("origin", origin).status(), 0, "{origin}");
    }
    for origin in [
        "http://evil.com",
        "https://evil.com",
        "null",
        "",
        "http://localhost:3000",
        "http://localhost",
        "https://localhost:9000",
        "http://127.0.0.1:9000/",
        "127.0.0.1:9000",
        "http://127.0.0.1:9000.evil.com",
        "http://evil.com:9000",
        "HTTP://LOCALHOST:9000",
        "file://",
        "chrome-extension://abcdef",
        "http://user@localhost:9000",
    ] {
        let read = good().and("origin", origin);
        assert_eq!(read.status(), 403, "{origin:?} reads");
        let act = read
            .to("POST", "/api/down")
            .and("content-type", "application/json");
        assert_eq!(act.status(), 403, "{origin:?} acts");
        let health = good().and("origin", origin).to("GET", "/api/health");
        assert_eq!(
            health.status(),
            403,
            "{origin:?} looks whether we are there"
        );
    }
    let two = good()
        .and("origin", "http://localhost:9000")
        .and("origin", "http://evil.com");
    assert_eq!(two.status(), 403);
    for (site, status) in [
        ("none", 0),
        ("same-origin", 0),
        ("same-site", 403),
        ("cross-site", 403),
        ("", 403),
        ("None", 403),
        ("none, cross-site", 403),
    ] {
        assert_eq!(
            good().and("sec-fetch-site", site).status(),
            status,
            "{site}"
        );
    }
    let two = good()
        .and("sec-fetch-site", "none")
        .and("sec-fetch-site", "cross-site");
    assert_eq!(two.status(), 403);
}

#[test]
fn only_the_token_in_its_header_opens() {
    let longer = format!("Bearer {TOKEN}0");
    let wrong = format!("Bearer {}", TOKEN.replace("00", "01"));
    let upper = format!("Bearer {}", TOKEN.to_uppercase());
    let short = format!("Bearer {}", TOKEN.get(..63).unwrap());
    let basic = format!("Basic {TOKEN}");
    let spaced = format!("Bearer  {TOKEN}");
    let lower = format!("bearer {TOKEN}");
    let trailing = format!("Bearer {TOKEN} ");
    for value in [
        "",
        "Bearer",
        "Bearer ",
        TOKEN,
        &longer,
        &wrong,
        &upper,
        &short,
        &basic,
        &spaced,
        &lower,
        &trailing,
        "Bearer null",
        "Bearer undefined",
    ] {
        assert_eq!(
            good().with("authorization", value).status(),
            401,
            "{value:?}"
        );
    }
    assert_eq!(good().without("authorization").status(), 401);
    let right = format!("Bearer {TOKEN}");
    assert_eq!(good().and("authorization", &right).status(), 401, "doubled");
    for target in [
        format!("/api/status?token={TOKEN}"),
        format!("/api/status?access_token={TOKEN}"),
        format!("/api/status?authorization=Bearer%20{TOKEN}"),
    ] {
        let ask = good().without("authorization").to("GET", &target);
        assert_eq!(ask.status(), 401, "{target}");
    }
    let cookie = good()
        .without("authorization")
        .and("cookie", &format!("token={TOKEN}"));
    assert_eq!(cookie.status(), 401);
}

#[test]
fn only_the_health_route_needs_no_token() {
    let open = |target: &str| good().without("authorization").to("GET", target).status();
    assert_eq!(open("/api/health"), 0);
    assert_eq!(open("/api/health?x=1"), 0);
    for target in [
        "/api/health/",
        "//api/health",
        "/api/health/../status",
        "/api/%68ealth",
        "/API/HEALTH",
        "/api/health%00",
        "/api/healthz",
        "/",
        "/openapi.json",
        "/api/status",
        "/metrics",
        "/api/health;x",
        "/nowhere",
    ] {
        assert_eq!(open(target), 401, "{target}");
    }
}

#[test]
fn only_get_and_post_are_known_and_nobody_is_told_what_is_allowed() {
    let asked = |method| good().to(method, "/api/status").status();
    for method in [
        "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "QUERY", "get", "PROPFIND",
    ] {
        assert_eq!(asked(method), 405, "{method}");
        let health = good().to(method, "/api/health").status();
        assert_eq!(health, 405, "{method}");
    }
    assert_eq!(asked("OPTIONS"), 403);
    let stranger = good().without("authorization");
    assert_eq!(stranger.to("DELETE", "/api/status").status(), 401);
    let star = good().to("OPTIONS", "*");
    assert_eq!(star.status(), 403);
    let preflight = good()
        .without("authorization")
        .and("origin", "http://evil.com")
        .and("access-control-request-method", "POST");
    assert_eq!(preflight.to("OPTIONS", "/api/down").status(), 403);
    let overridden = good().and("x-http-method-override", "POST");
    assert_eq!(overridden.to("PUT", "/api/down").status(), 405);
}

#[test]
fn what_acts_says_that_it_is_json() {
    let post = || good().to("POST", "/api/actions/stop/orders");
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        " application/json ;charset=utf-8",
    ] {
        assert_eq!(post().and("content-type", kind).status(), 0, "{kind}");
    }
    for kind in [
        "",
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json2",
        "application/jsonp",
        "application/ld+json",
        "text/json",
        "application/json, text/plain",
        "json",
        ";",
    ] {
        assert_eq!(post().and("content-type", kind).status(), 415, "{kind:?}");
    }
    assert_eq!(
        post().status(),
        415,
        "none at all, as a form of an old page has it"
    );
    let two = post()
        .and("content-type", "application/json")
        .and("content-type", "text/plain");
    assert_eq!(two.status(), 415);
}
