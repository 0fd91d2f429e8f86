use super::*;

/// Hosts that are none of ours, however near they come.
const FOREIGN: [&str; 49] = [
    "evil.com",
    "evil.com:9000",
    "127.evil.com:9000",
    "localhost.evil:9000",
    "localhost.evil.com:9000",
    "127.0.0.1.evil.com:9000",
    "evil.com#127.0.0.1:9000",
    "[::1:9000",
    "[::1]",
    "::1",
    "::1:9000",
    "[::ffff:127.0.0.1]:9000",
    "[0:0:0:0:0:0:0:1]:9000",
    "0",
    "0:9000",
    "0.0.0.0:9000",
    "127.1:9000",
    "127.0.0.2:9000",
    "2130706433",
    "2130706433:9000",
    "0x7f000001:9000",
    "017700000001:9000",
    "127.0.0.1.:9000",
    "localhost.:9000",
    "LOCALHOST:9000",
    "LocalHost:9000",
    "127.0.0.1",
    "localhost",
    "",
    " 127.0.0.1:9000",
    "127.0.0.1:9000 ",
    "127.0.0.1 :9000",
    "127.0.0.1:09000",
    "127.0.0.1:+9000",
    "127.0.0.1:9001",
    "127.0.0.1:900",
    "127.0.0.1:90000",
    "127.0.0.1:",
    "127.0.0.1:9000:9000",
    "user@127.0.0.1:9000",
    "127.0.0.1:9000@evil.com",
    "user:password@localhost:9000",
    "127.0.0.1:9000/",
    "127.0.0.1:9000,evil.com",
    "http://127.0.0.1:9000",
    "localhost\u{e9}:9000",
    "127.0.0.1\t:9000",
    "*",
    "*:9000",
];

#[test]
fn only_an_exact_host_is_ours() {
    for host in ["127.0.0.1:9000", "localhost:9000", "[::1]:9000"] {
        assert_eq!(good().with("host", host).status(), 0, "{host}");
    }
    for host in FOREIGN {
        let ask = good().with("host", host);
        assert_eq!(ask.status(), 421, "{host:?} with the right token");
        let health = good().without("authorization").with("host", host);
        assert_eq!(health.to("GET", "/api/health").status(), 421, "{host:?}");
    }
    assert_eq!(good().without("host").status(), 421, "no host");
    let doubled = good().and("host", "127.0.0.1:9000");
    assert_eq!(doubled.status(), 421, "the same host twice");
    assert_eq!(good().and("host", "evil.com").status(), 421);
    assert_eq!(
        good()
            .with("host", "evil.com")
            .and("host", "localhost:9000")
            .status(),
        421
    );
}

#[test]
fn over_the_socket_a_name_alone_will_do_and_a_foreign_one_will_not() {
    for host in ["localhost", "127.0.0.1", "[::1]", "localhost:9000"] {
        assert_eq!(good().over(SOCKET).with("host", host).status(), 0, "{host}");
    }
    for host in ["evil.com", "localhost:80", "localhost.", "", "LOCALHOST"] {
        assert_eq!(
            good().over(SOCKET).with("host", host).status(),
            421,
            "{host}"
        );
    }
}

#[test]
fn an_absolute_target_names_the_same_host() {
    let to = |target: &str| good().to("GET", target).status();
    assert_eq!(to("http://127.0.0.1:9000/api/status"), 0);
    for target in [
        "http://evil.com/api/status",
        "http://evil.com:9000/api/status",
        "http://localhost:9000/api/status",
        "http://127.0.0.1:9001/api/status",
        "http://127.0.0.1/api/status",
        "http://user@127.0.0.1:9000/api/status",
        "http://127.0.0.1:9000@evil.com/api/status",
    ] {
        assert_eq!(to(target), 421, "{target}");
    }
    assert_eq!(good().to("CONNECT", "evil.com:443").status(), 421);
    assert_eq!(good().to("CONNECT", "127.0.0.1:9000").status(), 405);
}

#[test]
fn the_host_is_looked_at_before_the_token_so_that_a_rebound_page_learns_nothing() {
    let with_token = good().with("host", "evil.com");
    let without = good().without("authorization").with("host", "evil.com");
    assert_eq!(with_token.status(), without.status());
}

#[test]
fn where_there_is_no_port_nobody_is_answered_over_tcp() {
    let rules = Rules {
        address: None,
        token: Token::known(TOKEN),
    };
    let mut headers = HeaderMap::new();
    headers.append("host", HeaderValue::from_static("localhost:9000"));
    let head = Head {
        peer: LOCAL,
        method: &Method::GET,
        uri: &Uri::from_static("/api/health"),
        headers: &headers,
    };
    assert_eq!(check(&head, &rules).map_err(|it| it.0), Err(421));
}
