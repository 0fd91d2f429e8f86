//! Signals that this process itself receives.

use std::{fs, io};

use thiserror::Error;
use tokio::signal::unix::{self, SignalKind};

use crate::model::Signal;

/// A child has ended: time for `Spawner::reap_orphans`.
pub const CHILD_ENDED: Signal = Signal(17);

/// A signal could not be caught; reads after "could not".
#[derive(Debug, Error)]
#[error("catch {signal}")]
pub struct CatchError {
    /// Which one.
    pub signal: Signal,
    /// What the system said.
    #[source]
    pub cause: io::Error,
}

/// A signal that is caught from now on, until the process ends.
#[derive(Debug)]
pub struct Caught(unix::Signal);

/// Catches a signal. To be called inside the runtime, and before the first spawn: what is caught
/// has its default meaning in a service, what is ignored stays ignored.
///
/// # Errors
///
/// It is none that can be caught.
pub fn catch(signal: Signal) -> Result<Caught, CatchError> {
    unix::signal(SignalKind::from_raw(signal.0))
        .map(Caught)
        .map_err(|cause| CatchError { signal, cause })
}

impl Caught {
    /// Waits until it has come at least once since the last time.
    pub async fn next(&mut self) {
        // It ends only with the runtime: then this is never polled again.
        self.0.recv().await;
    }
}

/// Before the first spawn, inside the runtime: signals that were inherited as ignored (from nohup,
/// or from `&` in a script) are caught instead, because only then exec gives them back their
/// default meaning in a service. What is caught here does nothing in oats, as before.
pub fn catch_ignored_signals() {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    for Signal(number) in ignored(&status) {
        // A few cannot be caught; they stay as they are. The spawner resets SIGPIPE itself.
        if Signal(number) != PIPE {
            let _ = unix::signal(SignalKind::from_raw(number));
        }
    }
}

/// A write into a pipe that nobody reads: Rust programs ignore it.
const PIPE: Signal = Signal(13);

/// The signals that the text of a status file shows as ignored.
fn ignored(status: &str) -> Vec<Signal> {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0);
    let set = (1..=64).filter(|number| mask & (1 << (number - 1)) != 0);
    set.map(Signal).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::identity::{self_identity, signal},
        *,
    };

    #[tokio::test]
    async fn a_caught_signal_arrives_and_an_impossible_one_is_an_error() {
        let mut caught = catch(Signal(28)).unwrap();
        let me = self_identity().unwrap();
        signal(&me, Signal(28)).unwrap();
        caught.next().await;
        assert_eq!(
            catch(Signal::KILL).unwrap_err().to_string(),
            "catch SIGKILL"
        );
    }

    #[test]
    fn ignored_signals_are_read_from_the_mask() {
        let status = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert_eq!(ignored(status), [Signal::HUP, PIPE]);
        assert_eq!(ignored(""), []);
    }
}
