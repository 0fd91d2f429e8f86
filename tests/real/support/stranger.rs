//! A process that is none of ours and listens on a port.

use std::{
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use oats::model::Target;

use super::{lives, target, wait_until};

/// A server that only listens; `ignore` makes it deaf to SIGTERM, `reuse` lets others listen too.
pub(crate) const STRANGER: &str = "
import signal, socket, sys
if 'ignore' in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if 'reuse' in sys.argv: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(('127.0.0.1', int(sys.argv[1])))
s.listen()
while True: signal.pause()
";

/// A process that is none of ours; ended at the end of the test.
pub(crate) struct Stranger(pub(crate) Child);

impl Stranger {
    /// One that listens on a port.
    pub(crate) fn on(port: u16, how: &[&str]) -> Self {
        let stranger = Self::spawn(port, how);
        stranger.wait_listening(port);
        stranger
    }

    /// One that is about to listen.
    pub(crate) fn spawn(port: u16, how: &[&str]) -> Self {
        let child = Command::new("python3")
            .args(["-c", STRANGER, &port.to_string()])
            .args(how)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Waits until somebody listens.
    pub(crate) fn wait_listening(&self, port: u16) {
        assert!(lives(self.pid()));
        wait_until("the stranger listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// As a person points at it.
    pub(crate) fn target(&self) -> Target {
        target(self.pid())
    }

    /// Whether it is there and no zombie.
    pub(crate) fn lives(&self) -> bool {
        lives(self.pid())
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
