use proptest::prelude::*;

use super::*;

/// Values that come near to what is looked for, and any bytes that a header may hold.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let near = [
        "127.0.0.1:9000",
        "localhost:9000",
        "evil.com",
        "http://localhost:9000",
        "null",
        "none",
        "application/json",
        "Bearer ",
        "Bearer 00",
        "",
    ];
    let near = proptest::sample::select(near.to_vec()).prop_map(|text| text.as_bytes().to_vec());
    let any = proptest::collection::vec(
        any::<u8>().prop_filter("a header", |byte| *byte >= 32 && *byte != 127),
        0..80,
    );
    prop_oneof![near, any]
}

fn name() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "host",
        "origin",
        "sec-fetch-site",
        "authorization",
        "content-type",
        "cookie",
        "x-other",
    ])
}

proptest! {
    #[test]
    fn it_never_panics_and_nobody_gets_everything_without_the_token(
        loopback: bool,
        method in proptest::sample::select(vec!["GET", "POST", "PUT", "OPTIONS", "HEAD", "X"]),
        target in proptest::sample::select(vec![
            "/api/health", "/api/status", "/api/down", "*", "http://evil.com/api/health", "/%00",
        ]),
        headers in proptest::collection::vec((name(), value()), 0..12),
    ) {
        let peer = if loopback { LOCAL } else { SOCKET };
        let mut map = HeaderMap::new();
        for (name, value) in &headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                map.append(*name, value);
            }
        }
        let (method, uri) = (method.parse().unwrap(), target.parse().unwrap());
        let head = Head { peer, method: &method, uri: &uri, headers: &map };
        let scope = check(&head, &rules());
        prop_assert_ne!(scope.as_ref().ok(), Some(&Scope::Operate));
        if let Ok(Scope::Anybody) = scope {
            prop_assert_eq!(uri.path(), HEALTH);
            prop_assert_eq!(map.get_all("host").iter().count(), 1);
        }
        // The right token opens only what the gates before it let through.
        let right = HeaderValue::from_str(&format!("Bearer {TOKEN}")).unwrap();
        map.insert("authorization", right);
        let head = Head { peer, method: &method, uri: &uri, headers: &map };
        if check(&head, &rules()).is_ok() {
            prop_assert!(map.get("origin").is_none_or(|it| it == "http://localhost:9000"));
            prop_assert!(method == Method::GET || method == Method::POST);
        }
    }
}
