//! Who is kept out, and who is bounded: hostile and broken clients never disturb the others.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    serving::{Serving, read_status},
    support::{isolated, project::Project, wait_for, wait_until},
};

fn demo() -> Project {
    let project = Project::new();
    project.demo("orders", "");
    project
}

#[test]
fn what_is_meant_for_another_host_is_turned_away() {
    isolated(|| {
        let project = demo();
        let serving = Serving::root(&project, &[]);
        let (client, port) = (serving.client(), serving.port);
        let token = serving.token();
        let status = |head: &str| {
            let bearer = format!("Authorization: Bearer {token}");
            let request = format!("{head}\r\nConnection: close\r\n{bearer}\r\n\r\n");
            client.raw(&request).unwrap().status
        };
        assert_eq!(
            status(&format!(
                "GET /api/status HTTP/1.1\r\nHost: localhost:{port}"
            )),
            200
        );
        for host in [
            "evil.com",
            "localhost",
            "127.0.0.1:1",
            "127.0.0.1.evil.com",
            "user@localhost",
        ] {
            let head = format!("GET /api/status HTTP/1.1\r\nHost: {host}");
            assert_eq!(status(&head), 421, "{host}");
        }
        let doubled = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nHost: localhost:{port}");
        assert_eq!(status(&doubled), 421);
        assert_eq!(status("GET /api/health HTTP/1.1"), 421, "no host");
        assert_eq!(
            status("GET /api/health HTTP/1.0"),
            421,
            "no host in HTTP/1.0"
        );
        let absolute = format!("GET http://evil.com/api/status HTTP/1.1\r\nHost: localhost:{port}");
        assert_eq!(status(&absolute), 421);
    });
}

#[test]
fn what_a_page_of_another_origin_sends_is_turned_away() {
    isolated(|| {
        let project = demo();
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let page = client.with("Origin: http://evil.com");
        assert_eq!(page.get("/api/status").denied(403), "origin");
        let act = page.post("/api/actions/start/orders", "{}");
        assert_eq!(act.denied(403), "origin");
        let preflight = page.ask("OPTIONS", "/api/actions/start/orders", None);
        assert_eq!(preflight.denied(403), "origin");
        for reply in [act, preflight, client.get("/api/status")] {
            assert_eq!(reply.header("access-control-allow-origin"), "");
            assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin");
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            assert_eq!(reply.header("cache-control"), "no-store");
        }
        let form = client
            .head("POST", "/api/actions/start/orders", None)
            .replace(
                "\r\n\r\n",
                "\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
            );
        assert_eq!(client.raw(&form).unwrap().denied(415), "content_type");
        assert_eq!(serving.stranger().get("/api/status").denied(401), "token");
        let in_url = format!("/api/status?token={}", serving.token());
        let in_url = serving.stranger().get(&in_url);
        assert_eq!(in_url.denied(401), "token");
        let health = serving.stranger().get("/api/health");
        assert_eq!((health.status, health.text().as_str()), (200, "ok\n"));
        let orders = client.get("/api/services/orders").json();
        assert_eq!(orders["phase"], "stopped", "nothing of this has started it");
    });
}

#[test]
fn heads_and_bodies_are_bounded() {
    isolated(|| {
        let project = demo();
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let large = "x".repeat(10 * 1024 * 1024);
        assert_eq!(client.post("/api/up", &large).denied(413), "body_too_large");
        let just = format!("{{\"services\":[{}]}}", " ".repeat(64 * 1024 - 15));
        assert_eq!(
            client.post("/api/up", &just).status,
            202,
            "64 KiB are taken"
        );
        let expects = client.with("Expect: 100-continue");
        let head = expects.head("POST", "/api/up", Some(&large));
        assert_eq!(client.raw(&head).unwrap().denied(413), "body_too_large");
        let packed = client.with("Content-Encoding: gzip").post("/api/up", "{}");
        assert_eq!(packed.denied(415), "content_encoding");
        let long = client.with(&format!("X-Long: {}", "x".repeat(20 * 1024)));
        assert_eq!(
            long.raw(&long.head("GET", "/api/status", None))
                .map_or(431, |it| it.status),
            431
        );
        let mut many = client.clone();
        many.more.extend((0..70).map(|n| format!("X-{n}: 1")));
        assert_eq!(
            many.raw(&many.head("GET", "/api/status", None))
                .map_or(431, |it| it.status),
            431
        );
        // A body without end: it is cut off, however long it goes on.
        let mut stream = client.connect().unwrap();
        let head = client
            .with("Content-Type: application/json")
            .with("Transfer-Encoding: chunked")
            .head("POST", "/api/up", None);
        stream.write_all(head.as_bytes()).unwrap();
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        let begin = Instant::now();
        let mut sent = 0;
        while stream.write_all(chunk.as_bytes()).is_ok() {
            sent += 1;
            assert!(sent < 4096 && begin.elapsed() < Duration::from_secs(30));
        }
        assert_eq!(client.get("/api/status").status, 200);
    });
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for_long() {
    isolated(|| {
        let project = demo();
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let begin = Instant::now();
        let head = client.head("POST", "/api/up", Some("{\"services\":[]}"));
        assert_eq!(client.raw(&(head + "{")).unwrap().denied(408), "body_slow");
        assert!(begin.elapsed() >= Duration::from_secs(5));
        // Neither is a head, and nobody is told why.
        let begin = Instant::now();
        let mut stream = client.connect().unwrap();
        stream.write_all(b"GET /api/status HT").unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty() && begin.elapsed() >= Duration::from_secs(3));
    });
}

#[test]
fn half_open_clients_by_the_hundred_delay_nobody() {
    isolated(|| {
        let project = demo();
        let serving = Serving::root(&project, &["--up"]);
        serving.wait_healthy("orders");
        let pid = serving.wait_healthy("orders")["pid"].clone();
        let mut held = Vec::new();
        for number in 0..500 {
            let mut stream = TcpStream::connect(("127.0.0.1", serving.port)).unwrap();
            if number % 2 == 0 {
                stream
                    .write_all(b"POST /api/down HTTP/1.1\r\nHost: local")
                    .unwrap();
            }
            held.push(stream);
        }
        let client = serving.client();
        let seq = || {
            read_status(project.path()).unwrap()["seq"]
                .as_u64()
                .unwrap()
        };
        let (begin, first) = (Instant::now(), seq());
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let asked = Instant::now();
            assert_eq!(client.get("/api/status").status, 200);
            slowest = slowest.max(asked.elapsed());
        }
        assert!(slowest < Duration::from_secs(1), "{slowest:?}");
        wait_until("status.json goes on", || seq() >= first + 3);
        // Three beats of a second each, on a busy machine.
        assert!(
            begin.elapsed() < Duration::from_secs(8),
            "{:?}",
            begin.elapsed()
        );
        let orders = client.get("/api/services/orders").json();
        assert_eq!(
            (&orders["pid"], &orders["health"]),
            (&pid, &Value::from("healthy"))
        );
        // They are cut off, all of them.
        for mut stream in held {
            stream
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            let mut rest = Vec::new();
            let ended = stream.read_to_end(&mut rest);
            let is_cut =
                ended.is_ok() || ended.unwrap_err().kind() != std::io::ErrorKind::WouldBlock;
            assert!(is_cut && rest.is_empty());
        }
    });
}

#[test]
fn a_reader_that_reads_nothing_is_dropped_and_the_others_are_told() {
    isolated(|| {
        let project = Project::new();
        project.service(
            "flood",
            "shell = \"yes 'a line that is told again and again'\"\n",
        );
        let serving = Serving::root(&project, &[]);
        let client = serving.client();
        let mut deaf = client.connect().unwrap();
        let head = client.head("GET", "/api/logs/flood?follow=true", None);
        deaf.write_all(head.as_bytes()).unwrap();
        client.post("/api/actions/start/flood", "{}");
        let mut good = client.listen("/api/events?since=0&follow=true");
        good.until("the service has started", |heard| {
            heard.json()["kind"] == "start"
        });
        // It is cut off after 5 s without progress; what is in between is not read.
        wait_for("the deaf one is cut off", || {
            assert_eq!(client.get("/api/health").status, 200);
            let open = std::fs::read_to_string(format!("/proc/{}/net/tcp", serving.pid())).unwrap();
            let local = format!("0100007F:{:04X}", serving.port);
            let established = |line: &&str| {
                let words: Vec<&str> = line.split_whitespace().collect();
                words.get(1) == Some(&local.as_str()) && words.get(3) == Some(&"01")
            };
            // What is left is the reader of events.
            (open.lines().filter(established).count() <= 1).then_some(())
        });
        client.post("/api/actions/kill/flood", "{}");
        good.until("it has ended", |heard| heard.json()["kind"] == "exit");
        drop(deaf);
    });
}

#[test]
fn too_many_actions_at_once_are_put_off() {
    isolated(|| {
        let project = demo();
        let serving = Serving::root(&project, &[]);
        let client = serving.over_socket();
        let mut replies =
            (0..80).map(|_| client.post("/api/actions/stop/orders?dry_run=true", "{}"));
        let late = replies
            .find(|reply| reply.status != 200)
            .expect("80 at once are too many");
        assert_eq!(late.denied(429), "too_many");
        assert_eq!(late.header("retry-after"), "1");
        assert_eq!(client.get("/api/status").status, 200, "reading goes on");
        wait_until("it may act again", || {
            client
                .post("/api/actions/stop/orders?dry_run=true", "{}")
                .status
                == 200
        });
    });
}
