use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::model::Port;

/// Longer than anything here takes, on the busiest machine.
const LONG: Duration = Duration::from_secs(20);
/// For what never comes.
const SHORT: Duration = Duration::from_millis(50);

/// A server that takes connections, one after the other, and does this with each.
async fn server<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> HttpUrl
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            answer(stream).await;
        }
    });
    url(port)
}

fn url(port: u16) -> HttpUrl {
    HttpUrl {
        tls: false,
        host: "127.0.0.1".to_owned(),
        port: Port::new(port).unwrap(),
        path: "/healthz?deep=1".to_owned(),
    }
}

/// Reads the head of a request.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// A server that answers every request with these bytes and closes.
async fn answering(bytes: impl Into<Vec<u8>>) -> HttpUrl {
    let bytes = bytes.into();
    server(move |mut stream| {
        let bytes = bytes.clone();
        async move {
            head(&mut stream).await;
            // The client may have had enough.
            drop(stream.write_all(&bytes).await);
        }
    })
    .await
}

/// A server that answers with these bytes and then does nothing for ever.
async fn hanging_after(bytes: &'static [u8]) -> HttpUrl {
    server(move |mut stream| async move {
        head(&mut stream).await;
        stream.write_all(bytes).await.unwrap();
        // Ends when the client lets go.
        drop(stream.read_u8().await);
    })
    .await
}

async fn get(url: &HttpUrl, limit: Duration) -> (bool, String) {
    let seen = http(
        &Https::default(),
        url,
        &StatusRanges(vec![(200, 299)]),
        limit,
    )
    .await;
    (seen.ok, seen.detail)
}

fn no(detail: &str) -> (bool, String) {
    (false, detail.to_owned())
}

#[tokio::test]
async fn the_status_decides_and_a_redirect_is_just_its_status() {
    let cases = [
        ("200 OK", "", true),
        ("204 No Content", "", true),
        ("503 Service Unavailable", "", false),
        ("302 Found", "Location: http://127.0.0.1:1/\r\n", false),
        ("404 Not Found", "", false),
    ];
    for (status, headers, ok) in cases {
        let url = answering(format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\n\r\n"
        ))
        .await;
        let (number, _) = status.split_once(' ').unwrap();
        assert_eq!(get(&url, LONG).await, (ok, number.to_owned()));
    }
    let url = answering("HTTP/1.0 200 OK\r\n\r\nbody until the end").await;
    assert_eq!(get(&url, LONG).await, (true, "200".to_owned()));
    let url = answering("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n").await;
    let expect = StatusRanges(vec![(302, 302)]);
    assert!(http(&Https::default(), &url, &expect, LONG).await.ok);
}

#[tokio::test]
async fn a_request_says_whom_it_wants_and_who_it_is_over_a_connection_of_its_own() {
    let (sender, mut heads) = tokio::sync::mpsc::channel(4);
    let url = server(move |mut stream| {
        let sender = sender.clone();
        async move {
            let head = head(&mut stream).await;
            sender.send(head).await.unwrap();
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            drop(stream.write_all(answer).await);
        }
    })
    .await;
    let named = HttpUrl {
        host: "localhost".to_owned(),
        ..url.clone()
    };
    for (url, host) in [(&url, "127.0.0.1"), (&named, "localhost")] {
        assert!(get(url, LONG).await.0);
        let head = heads.recv().await.unwrap().to_lowercase();
        assert!(head.starts_with("get /healthz?deep=1 http/1.1\r\n"));
        assert!(head.contains(&format!("host: {host}:{}\r\n", url.port)));
        assert!(head.contains("connection: close\r\n"));
        assert!(head.contains("user-agent: oats\r\n"));
    }
}

#[tokio::test]
async fn a_server_that_takes_no_connection_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = url(listener.local_addr().unwrap().port());
    drop(listener);
    assert_eq!(get(&url, LONG).await, no("connection refused"));
}

#[tokio::test]
async fn a_server_that_hangs_gives_no_answer() {
    // A listener whose program never accepts: the kernel connects, and nothing follows.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let frozen = url(listener.local_addr().unwrap().port());
    assert_eq!(get(&frozen, SHORT).await, no("no answer in 50 ms"));
    for begun in [b"".as_slice(), b"HTTP/1.1 200 OK\r\nContent-"] {
        let url = hanging_after(begun).await;
        assert_eq!(get(&url, SHORT).await, no("no answer in 50 ms"));
    }
}

#[tokio::test]
async fn a_body_that_never_ends_counts_against_the_limit() {
    for begun in [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab".as_slice(),
        b"HTTP/1.1 200 OK\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    ] {
        let url = hanging_after(begun).await;
        // On a busy machine even the head may take its time.
        let mut limit = SHORT;
        let detail = loop {
            let (ok, detail) = get(&url, limit).await;
            assert!(!ok);
            if limit > LONG || !detail.starts_with("no answer in ") {
                break detail;
            }
            limit *= 2;
        };
        let expected = format!("200, but its body did not end in {}", spoken(limit));
        assert_eq!(detail, expected);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_whole_answer() {
    let url = answering("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nab").await;
    assert_eq!(get(&url, LONG).await, no("200, but its body broke off"));
    let url = answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").await;
    assert_eq!(get(&url, LONG).await, no("200, but its body broke off"));
}

#[tokio::test]
async fn of_a_huge_body_only_the_beginning_is_read() {
    // It announces 5 GB and sends until nobody listens.
    let url = server(|mut stream| async move {
        head(&mut stream).await;
        let begin = b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n";
        stream.write_all(begin).await.unwrap();
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    assert_eq!(get(&url, LONG).await, (true, "200".to_owned()));
}

#[tokio::test]
async fn what_is_not_http_is_called_so() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "garbage\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "\u{1}\u{2}\u{3}",
    ] {
        let url = answering(bytes).await;
        let (ok, detail) = get(&url, LONG).await;
        assert_eq!((ok, detail.as_str()), (false, "not HTTP"), "{bytes:?}");
    }
}

#[tokio::test]
async fn a_head_without_end_is_not_read_to_its_end() {
    let url = server(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await.unwrap();
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    let expected = no("not HTTP: its head does not end");
    assert_eq!(get(&url, LONG).await, expected);
}

#[tokio::test]
async fn a_connection_that_is_closed_is_no_answer() {
    let url = answering("").await;
    let expected = no("connection closed without an answer");
    assert_eq!(get(&url, LONG).await, expected);
    let url = answering("HTTP/1.1 200 OK\r\nContent-Le").await;
    assert_eq!(get(&url, LONG).await, expected);
}

#[tokio::test]
async fn informational_answers_are_passed_over() {
    let url = answering(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n\
         HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    assert_eq!(get(&url, LONG).await, (true, "200".to_owned()));
}

#[tokio::test]
async fn a_path_that_cannot_be_sent_is_told() {
    let url = HttpUrl {
        path: "/a b".to_owned(),
        ..url(1)
    };
    let (ok, detail) = get(&url, LONG).await;
    assert!(!ok && detail.ends_with("/a b cannot be asked for"));
}

#[tokio::test]
async fn a_post_is_done_with_any_2xx() {
    let url = server(|mut stream| async move {
        let head = head(&mut stream).await.to_lowercase();
        let is_right =
            head.starts_with("post /healthz?deep=1 ") && head.contains("content-length: 0\r\n");
        let status = if is_right { 202 } else { 400 };
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        drop(stream.write_all(answer.as_bytes()).await);
    })
    .await;
    assert_eq!(post(&Https::default(), &url, LONG).await, Ok(202));
}

#[tokio::test]
async fn a_post_that_fails_tells_what_the_service_said() {
    let body = format!("\x1b[31mstill\nbroken\x07{}", "x".repeat(500));
    let length = body.len();
    let url = answering(format!(
        "HTTP/1.1 500 X\r\nContent-Length: {length}\r\n\r\n{body}"
    ))
    .await;
    let error = post(&Https::default(), &url, LONG)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("POST /healthz?deep=1 answered 500: still brokenxxx"));
    assert!(error.len() < 250);
    let url = hanging_after(b"").await;
    let error = post(&Https::default(), &url, SHORT)
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(error, "POST /healthz?deep=1: no answer in 50 ms");
}

#[tokio::test]
async fn probes_leave_no_time_wait_on_the_port_of_the_server() {
    let url = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    for _ in 0..20 {
        assert!(get(&url, LONG).await.0);
    }
    let port = format!(":{:04X}", url.port.get());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let waiting = table
        .lines()
        .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields[1].ends_with(&port) && fields[3] == "06")
        .count();
    assert_eq!(waiting, 0);
}
