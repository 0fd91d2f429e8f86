//! A connection to HOST:PORT.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::seen::{Seen, reason, spoken};
use crate::{io::clock::Clock, model::Port};

/// Connects, and lets go at once.
pub async fn tcp(host: &str, port: Port, limit: Duration) -> Seen {
    let begin = Clock.now().mono;
    let result = timeout(limit, connect(host, port)).await;
    let (ok, detail) = match result {
        Ok(Ok(_stream)) => (true, "connected".to_owned()),
        Ok(Err(error)) => (false, reason(&error)),
        Err(_elapsed) => (false, format!("no answer in {}", spoken(limit))),
    };
    Seen {
        ok,
        detail,
        latency: Clock.now().mono.since(begin),
    }
}

/// Connects to the first address of a host that takes it.
///
/// # Errors
///
/// The host has no address, or why the last one did not take it.
pub(super) async fn connect(host: &str, port: Port) -> io::Result<TcpStream> {
    let unknown = || io::Error::other(format!("host {host} is unknown"));
    let addresses: Vec<SocketAddr> = if host == "localhost" {
        // A server may listen on just one of the two, and not every machine lists both.
        let loopback: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        loopback.map(|ip| (ip, port.get()).into()).to_vec()
    } else {
        let found = lookup_host((host, port.get())).await;
        found.map_err(|_not_found| unknown())?.collect()
    };
    let mut last = unknown();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    async fn listener(address: &str) -> (TcpListener, Port) {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = Port::new(listener.local_addr().unwrap().port()).unwrap();
        (listener, port)
    }

    #[tokio::test]
    async fn a_listener_is_connected_to_under_every_name_it_has() {
        for address in ["127.0.0.1", "::1"] {
            let (_listener, port) = listener(address).await;
            for host in [address, "localhost"] {
                let seen = tcp(host, port, LIMIT).await;
                assert_eq!(
                    (seen.ok, seen.detail.as_str()),
                    (true, "connected"),
                    "{host}"
                );
            }
        }
    }

    #[tokio::test]
    async fn a_free_port_refuses() {
        let (listener, port) = listener("127.0.0.1").await;
        drop(listener);
        let seen = tcp("127.0.0.1", port, LIMIT).await;
        assert_eq!(
            (seen.ok, seen.detail.as_str()),
            (false, "connection refused")
        );
    }

    #[tokio::test]
    async fn a_host_that_does_not_exist_is_named() {
        let port = Port::new(1).unwrap();
        let seen = tcp("no such host", port, LIMIT).await;
        assert_eq!(
            (seen.ok, seen.detail.as_str()),
            (false, "host no such host is unknown")
        );
    }
}
