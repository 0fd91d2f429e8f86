//! Proofs that somebody has just seen the process that is to be ended.

use std::{collections::BTreeMap, io, time::Duration};

use tokio::sync::watch;

use super::token::chance;
use crate::model::{Mono, Port, ServiceName, Target, control::Nonce};

/// For how long a proof is good.
pub(super) const VALID: Duration = Duration::from_secs(30);
/// How many are out at most; the oldest is forgotten first.
const MOST: usize = 1024;
/// Bytes of chance in one.
const BYTES: usize = 16;

/// What a proof is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Ending who holds this port.
    Free(Port),
    /// Deciding about a survivor of this service.
    Survivor(ServiceName),
}

/// One that is out.
#[derive(Debug)]
struct Given {
    purpose: Purpose,
    target: Target,
    at: Mono,
}

/// All that are out.
#[derive(Debug, Default)]
pub(super) struct Nonces(watch::Sender<BTreeMap<String, Given>>);

impl Nonces {
    /// A new one about a process, good from now on for [`VALID`].
    ///
    /// # Errors
    ///
    /// The system gives no chance.
    pub(super) fn give(&self, purpose: Purpose, target: Target, now: Mono) -> io::Result<Nonce> {
        let nonce = chance(BYTES)?;
        let given = Given {
            purpose,
            target,
            at: now,
        };
        self.0.send_modify(|out| {
            out.retain(|_, given| now.since(given.at) < VALID);
            if out.len() >= MOST {
                let oldest = out.iter().min_by_key(|(_, given)| given.at);
                let oldest = oldest.map(|(nonce, _)| nonce.clone());
                oldest.and_then(|oldest| out.remove(&oldest));
            }
            out.insert(nonce.clone(), given);
        });
        Ok(Nonce {
            pid: target.pid,
            start_ticks: target.start_ticks,
            nonce,
            valid_s: VALID.as_secs(),
        })
    }

    /// The process that a proof is about; it is good no more. `None` for one that is used, too old,
    /// for something else, or none of ours.
    pub(super) fn redeem(&self, nonce: &str, purpose: &Purpose, now: Mono) -> Option<Target> {
        let mut given = None;
        self.0.send_if_modified(|out| {
            let is_for_this = out.get(nonce).is_some_and(|it| it.purpose == *purpose);
            given = is_for_this.then(|| out.remove(nonce)).flatten();
            is_for_this
        });
        let given = given.filter(|given| now.since(given.at) < VALID);
        given.map(|given| given.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Pid;

    fn target(pid: u32) -> Target {
        Target {
            pid: Pid(pid),
            start_ticks: 5,
        }
    }

    fn free(port: u16) -> Purpose {
        Purpose::Free(Port::new(port).unwrap())
    }

    #[test]
    fn a_nonce_is_good_once_for_its_purpose_and_for_half_a_minute() {
        let nonces = Nonces::default();
        let now = Mono(Duration::from_secs(9));
        let give = |pid| nonces.give(free(80), target(pid), now).unwrap().nonce;
        let (first, second, third) = (give(1), give(2), give(3));
        assert_ne!(first, second);
        assert_eq!(nonces.redeem(&first, &free(81), now), None);
        let survivor = Purpose::Survivor("a".parse().unwrap());
        assert_eq!(nonces.redeem(&first, &survivor, now), None);
        assert_eq!(nonces.redeem(&first, &free(80), now), Some(target(1)));
        assert_eq!(nonces.redeem(&first, &free(80), now), None, "used twice");
        let late = now.after(VALID.saturating_sub(Duration::from_millis(1)));
        assert_eq!(nonces.redeem(&second, &free(80), late), Some(target(2)));
        let too_late = now.after(VALID);
        assert_eq!(nonces.redeem(&third, &free(80), too_late), None);
        assert_eq!(nonces.redeem("", &free(80), now), None);
    }

    #[test]
    fn those_that_are_out_do_not_fill_the_memory() {
        let nonces = Nonces::default();
        let at = |n: u64| Mono(Duration::from_millis(n));
        let first = nonces.give(free(80), target(1), at(0)).unwrap().nonce;
        let mut last = String::new();
        for n in 1..=1024 {
            last = nonces.give(free(80), target(2), at(n)).unwrap().nonce;
        }
        assert_eq!(nonces.0.borrow().len(), 1024);
        assert_eq!(nonces.redeem(&first, &free(80), at(1025)), None);
        assert!(nonces.redeem(&last, &free(80), at(1025)).is_some());
    }
}
