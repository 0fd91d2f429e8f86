//! The kernel's lists of TCP sockets: how `sock_diag` is asked, and how its answers are read.

use std::{io, time::Duration};

use netlink_packet_core::{
    DecodeError, DoneBuffer, ErrorBuffer, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST,
    NLMSG_ALIGNTO, NLMSG_DONE, NLMSG_ERROR, NLMSG_OVERRUN, NetlinkBuffer, NetlinkHeader,
    NetlinkMessage, Parseable as _,
};
use netlink_packet_sock_diag::{
    SOCK_DIAG_BY_FAMILY, SockDiagMessage,
    constants::{AF_INET, IPPROTO_TCP},
    inet::{ExtensionFlags, InetRequest, InetResponseHeader, SocketId, StateFlags},
};
use netlink_sys::{Socket, SocketAddr as KernelAddr, protocols::NETLINK_SOCK_DIAG};
use rustix::{
    io::retry_on_intr,
    net::{
        RecvFlags, recv,
        sockopt::{Timeout, set_socket_timeout},
    },
};
use thiserror::Error;

use crate::model::Port;

/// Room for one datagram: the kernel sends at most 32 KiB at once.
pub(super) const DATAGRAM: usize = 32 << 10;

/// How long one datagram may take. The kernel answers at once; this only keeps a bug from
/// becoming a hang.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why sockets could not be listed; reads after "could not".
#[derive(Debug, Error)]
pub enum SocketError {
    /// There is no way to ask.
    #[error("open a socket to ask the kernel for TCP sockets")]
    Open(#[source] io::Error),
    /// The question or the answer got lost.
    #[error("ask the kernel for TCP sockets")]
    Ask(#[source] io::Error),
    /// The kernel has no answer to such questions.
    #[error("get a list of TCP sockets from the kernel")]
    Refused(#[source] io::Error),
    /// The answer is none.
    #[error("understand the kernel's list of TCP sockets")]
    Garbled(#[source] DecodeError),
    /// A part of the answer did not fit.
    #[error("take in the kernel's list of TCP sockets: a part of {0} bytes is too long")]
    TooLong(usize),
    /// The answer is incomplete: the kernel could not keep up.
    #[error("take in the kernel's list of TCP sockets: parts of it were lost")]
    Overrun,
    /// Sockets came and went while the list was made, each time.
    #[error("get a list of TCP sockets: they change too quickly")]
    Restless,
}

/// What is asked for: TCP sockets.
pub(super) struct Question {
    pub(super) family: u8,
    pub(super) states: StateFlags,
    /// Only those of this port.
    pub(super) port: Option<Port>,
}

impl Question {
    pub(super) fn bytes(&self, number: u32) -> Vec<u8> {
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST | NLM_F_DUMP;
        header.sequence_number = number;
        let any = if self.family == AF_INET {
            SocketId::new_v4()
        } else {
            SocketId::new_v6()
        };
        let request = InetRequest {
            family: self.family,
            protocol: IPPROTO_TCP,
            extensions: ExtensionFlags::empty(),
            states: self.states.clone(),
            socket_id: SocketId {
                source_port: self.port.map_or(0, Port::get),
                ..any
            },
        };
        let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        bytes
    }
}

/// How a dump went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dump {
    /// Everything was told.
    Whole,
    /// Something changed meanwhile: some sockets may be missing.
    Disturbed,
}

/// What a datagram leaves to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// More datagrams follow.
    More,
    /// That was the last one.
    Done,
}

/// A line to the kernel.
pub(super) struct Line {
    pub(super) socket: Socket,
    /// The number of the last question.
    asked: u32,
}

impl Line {
    pub(super) fn open() -> Result<Self, SocketError> {
        let open = || -> io::Result<Socket> {
            let mut socket = Socket::new(NETLINK_SOCK_DIAG)?;
            socket.bind_auto()?;
            // From now on nobody but the kernel can send us anything.
            socket.connect(&KernelAddr::new(0, 0))?;
            set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
            Ok(socket)
        };
        let socket = open().map_err(SocketError::Open)?;
        Ok(Self { socket, asked: 0 })
    }

    /// Asks, and calls `each` with every socket of the answer.
    pub(super) fn ask(
        &mut self,
        question: &Question,
        buffer: &mut [u8],
        mut each: impl FnMut(&InetResponseHeader),
    ) -> Result<Dump, SocketError> {
        self.asked = self.asked.wrapping_add(1);
        let question = question.bytes(self.asked);
        self.socket.send(&question, 0).map_err(SocketError::Ask)?;
        let mut dump = Dump::Whole;
        loop {
            let received = retry_on_intr(|| recv(&self.socket, &mut *buffer, RecvFlags::TRUNC));
            let (_, length) = received.map_err(|errno| SocketError::Ask(errno.into()))?;
            let datagram = buffer.get(..length).ok_or(SocketError::TooLong(length))?;
            match self.read(datagram, &mut dump, &mut each)? {
                Next::More => {}
                Next::Done => return Ok(dump),
            }
        }
    }

    /// Reads one datagram: several messages, one after the other.
    fn read(
        &self,
        datagram: &[u8],
        dump: &mut Dump,
        each: &mut impl FnMut(&InetResponseHeader),
    ) -> Result<Next, SocketError> {
        let mut rest = datagram;
        while !rest.is_empty() {
            let message = NetlinkBuffer::new_checked(rest).map_err(SocketError::Garbled)?;
            let length = usize::try_from(message.length()).unwrap_or(usize::MAX);
            rest = rest
                .get(length.next_multiple_of(usize::from(NLMSG_ALIGNTO))..)
                .unwrap_or_default();
            if message.sequence_number() != self.asked {
                continue;
            }
            if message.flags() & NLM_F_DUMP_INTR != 0 {
                *dump = Dump::Disturbed;
            }
            let payload = message.payload();
            match message.message_type() {
                SOCK_DIAG_BY_FAMILY => {
                    each(&InetResponseHeader::parse(payload).map_err(SocketError::Garbled)?);
                }
                NLMSG_DONE => return done(payload),
                NLMSG_ERROR => return Err(refusal(payload)),
                NLMSG_OVERRUN => return Err(SocketError::Overrun),
                _ => {}
            }
        }
        Ok(Next::More)
    }
}

/// What the last message of a dump says: older kernels write no code into it.
fn done(payload: &[u8]) -> Result<Next, SocketError> {
    match DoneBuffer::new_checked(payload).map_or(0, |done| done.code()) {
        0 => Ok(Next::Done),
        code => Err(SocketError::Refused(io::Error::from_raw_os_error(
            code.saturating_abs(),
        ))),
    }
}

/// The reason in an error message.
fn refusal(payload: &[u8]) -> SocketError {
    match ErrorBuffer::new_checked(payload) {
        Ok(error) => {
            let code = error.code().map_or(0, |code| code.get().saturating_abs());
            SocketError::Refused(io::Error::from_raw_os_error(code))
        }
        Err(error) => SocketError::Garbled(error),
    }
}
