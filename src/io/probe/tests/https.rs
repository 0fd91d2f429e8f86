use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
    server::TlsStream,
};

use super::{super::http, *};
use crate::model::{Port, service::StatusRanges};

/// Longer than anything here takes, on the busiest machine.
const LONG: Duration = Duration::from_secs(20);
/// For what never comes.
const SHORT: Duration = Duration::from_millis(200);

/// A server with a certificate of its own making.
fn acceptor() -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// A server that takes connections, one after the other, and does this with each.
async fn raw_server<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> HttpUrl
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
    HttpUrl {
        tls: true,
        host: "127.0.0.1".to_owned(),
        port: Port::new(port).unwrap(),
        path: "/healthz?deep=1".to_owned(),
    }
}

/// Reads the head of a request.
async fn head(stream: &mut TlsStream<TcpStream>) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// A server that answers every request with these bytes and lets go; it tells what it was asked.
async fn answering(bytes: impl Into<Vec<u8>>) -> (HttpUrl, tokio::sync::mpsc::Receiver<String>) {
    let (bytes, acceptor) = (bytes.into(), acceptor());
    let (sender, heads) = tokio::sync::mpsc::channel(4);
    let url = raw_server(move |stream| {
        let (bytes, acceptor, sender) = (bytes.clone(), acceptor.clone(), sender.clone());
        async move {
            // Whoever does not trust it goes away.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            drop(sender.send(head(&mut stream).await).await);
            drop(stream.write_all(&bytes).await);
            drop(stream.shutdown().await);
        }
    })
    .await;
    (url, heads)
}

async fn get(url: &HttpUrl, limit: Duration) -> (bool, String) {
    let expect = StatusRanges(vec![(200, 299)]);
    let seen = http::http(&Https::default(), url, &expect, limit).await;
    (seen.ok, seen.detail)
}

#[tokio::test]
async fn on_loopback_the_status_decides_and_the_certificate_is_not_checked() {
    for (status, ok) in [("200 OK", true), ("503 Service Unavailable", false)] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok");
        let (url, _) = answering(answer).await;
        let (number, _) = status.split_once(' ').unwrap();
        let said = format!("{number}, certificate not checked");
        assert_eq!(get(&url, LONG).await, (ok, said));
    }
}

#[tokio::test]
async fn a_redirect_is_just_its_status() {
    let answer =
        "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let (url, _) = answering(answer).await;
    let said = "302, certificate not checked".to_owned();
    assert_eq!(get(&url, LONG).await, (false, said));
}

#[tokio::test]
async fn a_request_says_whom_it_wants_and_who_it_is() {
    let (url, mut heads) = answering("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").await;
    let https = Https::default();
    let named = HttpUrl {
        host: "localhost".to_owned(),
        ..url.clone()
    };
    for (url, host) in [(&url, "127.0.0.1"), (&named, "localhost")] {
        assert_eq!(http::post(&https, url, LONG).await, Ok(202));
        let head = heads.recv().await.unwrap().to_lowercase();
        assert!(
            head.starts_with("post /healthz?deep=1 http/1.1\r\n"),
            "{head}"
        );
        for line in [
            format!("host: {host}:{}", url.port),
            "user-agent: oats".to_owned(),
            "content-length: 0".to_owned(),
        ] {
            assert!(
                head.contains(&format!("\r\n{line}\r\n")),
                "{line} in {head}"
            );
        }
    }
}

#[tokio::test]
async fn elsewhere_a_certificate_of_its_own_making_is_not_trusted() {
    let (url, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    // The same address in a spelling that is not known to be this machine.
    let far = HttpUrl {
        host: "127.1".to_owned(),
        ..url
    };
    let said = "its certificate is not trusted: unknown issuer".to_owned();
    assert_eq!(get(&far, LONG).await, (false, said));
}

#[tokio::test]
async fn the_body_is_read_only_so_far() {
    let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n".to_vec();
    answer.resize(answer.len() + 2 * BODY, b'x');
    let (url, _) = answering(answer).await;
    assert!(get(&url, LONG).await.0);
    let (url, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx").await;
    let said = "200, but its body broke off".to_owned();
    assert_eq!(get(&url, LONG).await, (false, said));
}

#[tokio::test]
async fn what_is_no_tls_is_told_apart_from_silence() {
    let plain = raw_server(|mut stream| async move {
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
        drop(stream.read_u8().await);
    })
    .await;
    assert_eq!(get(&plain, LONG).await, (false, "not TLS".to_owned()));
    let silent = raw_server(|mut stream| async move {
        let mut hello = [0; 4096];
        while let Ok(1..) = stream.read(&mut hello).await {}
    })
    .await;
    let said = "no answer in 200 ms".to_owned();
    assert_eq!(get(&silent, SHORT).await, (false, said));
    let closing = raw_server(|mut stream| async move {
        drop(stream.read(&mut [0; 4096]).await);
    })
    .await;
    let said = "connection closed without an answer".to_owned();
    assert_eq!(get(&closing, LONG).await, (false, said));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = Port::new(listener.local_addr().unwrap().port()).unwrap();
    drop(listener);
    let gone = HttpUrl { port, ..plain };
    let said = "connection refused".to_owned();
    assert_eq!(get(&gone, LONG).await, (false, said));
}
