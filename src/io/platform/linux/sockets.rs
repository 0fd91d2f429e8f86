//! Listening TCP sockets, straight from the kernel: one kept `sock_diag` socket, one question for
//! IPv4 and one for IPv6.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr, SocketAddrV6},
};

use netlink_packet_sock_diag::{
    constants::{AF_INET, AF_INET6, TCP_LISTEN},
    inet::{InetResponseHeader, SocketId, StateFlags},
};

pub use super::diag::SocketError;
use super::diag::{DATAGRAM, Dump, Line, Question};
use crate::model::Port;

/// How often a disturbed dump is asked for again.
const TRIES: usize = 4;

/// One listening socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listener {
    /// Its port.
    pub port: Port,
    /// Its local address; an IPv4 address also where an IPv6 socket listens on one.
    pub address: SocketAddr,
    /// Its inode: what a descriptor of its owner points at.
    pub inode: u32,
    /// The user who made it.
    pub uid: u32,
}

/// A kept socket to ask the kernel with.
pub struct SocketWatch {
    line: Line,
    buffer: Vec<u8>,
}

impl SocketWatch {
    /// A watch that is ready to ask.
    ///
    /// # Errors
    ///
    /// The kernel gives no socket.
    pub fn new() -> Result<Self, SocketError> {
        Ok(Self {
            line: Line::open()?,
            buffer: vec![0; DATAGRAM],
        })
    }

    /// Every socket that listens on one of these ports, over IPv4 and IPv6.
    ///
    /// # Errors
    ///
    /// The kernel does not answer, not even on a new socket, or the list would be incomplete.
    pub fn listeners(&mut self, ports: &BTreeSet<Port>) -> Result<Vec<Listener>, SocketError> {
        let mut found = Vec::new();
        if ports.is_empty() {
            return Ok(found);
        }
        for family in [AF_INET, AF_INET6] {
            let question = Question {
                family,
                states: StateFlags::LISTEN,
                port: None,
            };
            self.ask(&question, &mut found, |socket| {
                listener(socket).filter(|listener| ports.contains(&listener.port))
            })?;
        }
        Ok(found)
    }

    /// Whether nobody listens on a port while closed connections to it linger in the kernel: that
    /// keeps a server that does not reuse addresses from binding, for about a minute.
    ///
    /// # Errors
    ///
    /// As for [`SocketWatch::listeners`].
    pub fn time_wait_only(&mut self, port: Port) -> Result<bool, SocketError> {
        let mut states = Vec::new();
        for family in [AF_INET, AF_INET6] {
            let question = Question {
                family,
                // Some of what lingers is still called FIN_WAIT2.
                states: StateFlags::LISTEN | StateFlags::TIME_WAIT | StateFlags::FIN_WAIT2,
                port: Some(port),
            };
            self.ask(&question, &mut states, |socket| {
                (socket.socket_id.source_port == port.get()).then_some(socket.state)
            })?;
        }
        Ok(!states.is_empty() && !states.contains(&TCP_LISTEN))
    }

    /// Asks, on a new socket if the kept one fails, and once more when the answer was disturbed.
    fn ask<T>(
        &mut self,
        question: &Question,
        found: &mut Vec<T>,
        take: impl Fn(&InetResponseHeader) -> Option<T>,
    ) -> Result<(), SocketError> {
        let before = found.len();
        let mut reopened = false;
        for _ in 0..TRIES {
            found.truncate(before);
            let each = |socket: &InetResponseHeader| found.extend(take(socket));
            match self.line.ask(question, &mut self.buffer, each) {
                Ok(Dump::Whole) => return Ok(()),
                Ok(Dump::Disturbed) => {}
                Err(error) if reopened => return Err(error),
                // The rest of a broken-off answer may lie in the old socket.
                Err(_) => {
                    self.line = Line::open()?;
                    reopened = true;
                }
            }
        }
        Err(SocketError::Restless)
    }
}

/// The listener in an answer.
fn listener(socket: &InetResponseHeader) -> Option<Listener> {
    let id = &socket.socket_id;
    Some(Listener {
        port: Port::new(id.source_port)?,
        address: address(id),
        inode: socket.inode,
        uid: socket.uid,
    })
}

/// The local address of a socket. A link-local one means something on its interface only.
fn address(id: &SocketId) -> SocketAddr {
    let ip = id.source_address.to_canonical();
    if let IpAddr::V6(ip) = ip
        && ip.is_unicast_link_local()
    {
        return SocketAddrV6::new(ip, id.source_port, 0, id.interface_id).into();
    }
    SocketAddr::new(ip, id.source_port)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use netlink_sys::{Socket, SocketAddr as KernelAddr, protocols::NETLINK_USERSOCK};

    use super::*;

    /// A listener, and the set of its port.
    fn listening() -> (TcpListener, BTreeSet<Port>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, BTreeSet::from([Port::new(port).unwrap()]))
    }

    #[test]
    fn a_socket_that_fails_is_opened_anew() {
        let (_listener, ports) = listening();
        let mut watch = SocketWatch::new().unwrap();
        // Nobody in the kernel listens to this one.
        let deaf = Socket::new(NETLINK_USERSOCK).unwrap();
        deaf.connect(&KernelAddr::new(0, 0)).unwrap();
        watch.line.socket = deaf;
        assert_eq!(watch.listeners(&ports).unwrap().len(), 1);
        assert_eq!(watch.listeners(&ports).unwrap().len(), 1);
    }

    #[test]
    fn the_rest_of_an_earlier_answer_is_not_taken_for_the_answer() {
        let (_listener, ports) = listening();
        let mut watch = SocketWatch::new().unwrap();
        let question = Question {
            family: AF_INET,
            states: StateFlags::all(),
            port: None,
        };
        watch.line.socket.send(&question.bytes(77), 0).unwrap();
        assert_eq!(watch.listeners(&ports).unwrap().len(), 1);
    }

    #[test]
    fn an_answer_that_does_not_fit_is_an_error_and_not_half_an_answer() {
        let (_listener, ports) = listening();
        let mut watch = SocketWatch::new().unwrap();
        watch.buffer.truncate(32);
        let error = watch.listeners(&ports).unwrap_err();
        assert!(matches!(error, SocketError::TooLong(_)), "{error}");
        watch.buffer.resize(DATAGRAM, 0);
        assert_eq!(watch.listeners(&ports).unwrap().len(), 1);
    }

    #[test]
    fn what_the_kernel_refuses_is_told_with_its_reason() {
        let mut watch = SocketWatch::new().unwrap();
        let question = Question {
            family: 255,
            states: StateFlags::LISTEN,
            port: None,
        };
        let error = watch
            .ask(&question, &mut Vec::new(), |_| Some(()))
            .unwrap_err();
        assert!(matches!(error, SocketError::Refused(_)), "{error:?}");
    }

    #[test]
    fn a_link_local_address_keeps_its_interface_and_a_mapped_one_is_plain() {
        let of = |ip: &str| {
            let id = SocketId {
                source_port: 80,
                source_address: ip.parse().unwrap(),
                interface_id: 3,
                ..SocketId::new_v6()
            };
            address(&id).to_string()
        };
        assert_eq!(of("fe80::1"), "[fe80::1%3]:80");
        assert_eq!(of("::1"), "[::1]:80");
        assert_eq!(of("::ffff:127.0.0.1"), "127.0.0.1:80");
        assert_eq!(of("0.0.0.0"), "0.0.0.0:80");
    }
}
