//! Where the API listens.

use std::{
    collections::BTreeSet,
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use thiserror::Error;

use super::{gates::Rules, token::Token};
use crate::{
    io::{
        files::{self, FileError},
        platform::control,
    },
    model::{Port, root::Root, settings::ApiAddress},
};

/// How many ports after a taken one are tried.
const TRIES: u16 = 100;

/// Why the API cannot be offered. Reads after "could not".
#[derive(Debug, Error)]
pub enum ListenError {
    /// No token can be made.
    #[error("draw a token for the control API")]
    Token(#[source] io::Error),
    /// The token cannot be written.
    #[error("keep the token of the control API")]
    Keep(#[source] FileError),
    /// The socket.
    #[error("listen at {path}")]
    Socket {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The port.
    #[error("listen at {address}, nor at any of the {TRIES} ports after it")]
    Port {
        /// The address of the settings.
        address: SocketAddr,
        /// Why, of the first.
        source: io::Error,
    },
}

/// Listeners that are open and not served yet.
pub struct Listeners {
    pub(super) tcp: Option<TcpListener>,
    pub(super) socket: control::Listener,
    pub(super) rules: Rules,
    path: PathBuf,
}

impl Listeners {
    /// Opens the socket and the port of a root that this process owns. The port is the next free one
    /// when that of the settings is taken; never one of `reserved`, which services will want.
    ///
    /// # Errors
    ///
    /// One of them cannot be opened, or the token cannot be kept.
    pub fn open(
        root: &Root,
        address: ApiAddress,
        reserved: &BTreeSet<Port>,
    ) -> Result<Self, ListenError> {
        let token = Token::draw().map_err(ListenError::Token)?;
        let path = root.socket_file();
        let socket = control::listen(&path).map_err(|source| ListenError::Socket {
            path: path.clone(),
            source,
        })?;
        let tcp = match address {
            ApiAddress::Off => None,
            ApiAddress::At(address) => Some(next_free(address, reserved)?),
        };
        token.write(root).map_err(ListenError::Keep)?;
        let address = tcp.as_ref().and_then(|tcp| tcp.local_addr().ok());
        let rules = Rules { address, token };
        Ok(Self {
            tcp,
            socket,
            rules,
            path,
        })
    }

    /// The address, as it is published.
    pub fn address(&self) -> Option<String> {
        self.rules.address.map(|address| address.to_string())
    }

    /// The path of the socket, as it is published.
    pub fn socket(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }
}

/// Takes away what an owner that leaves has published: its socket and its token.
pub fn withdraw(root: &Root) {
    files::discard(&root.socket_file());
    files::discard(&root.token_file());
}

/// Listens at the address, or at the next free port after it.
fn next_free(address: SocketAddr, reserved: &BTreeSet<Port>) -> Result<TcpListener, ListenError> {
    let wanted = address.port();
    let mut first = None;
    for port in wanted..=wanted.saturating_add(TRIES) {
        let is_reserved = Port::new(port).is_some_and(|port| reserved.contains(&port));
        if is_reserved {
            continue;
        }
        match TcpListener::bind((address.ip(), port)) {
            Ok(listener) => {
                listener
                    .set_nonblocking(true)
                    .map_err(|source| ListenError::Port { address, source })?;
                return Ok(listener);
            }
            Err(error) => first = first.or(Some(error)),
        }
    }
    let source = first.unwrap_or_else(|| io::Error::other("services will want every one of them"));
    Err(ListenError::Port { address, source })
}
