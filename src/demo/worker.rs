//! A thread that does harm beside the service, until it is done or told to stop.

use std::{
    convert::Infallible,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use tokio::sync::oneshot;

use super::{burn::Burn, faults::Fault, flood::Flood, leak::Leak};

/// What a worker does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Job {
    /// Takes memory.
    Leak(Leak),
    /// Burns processor time.
    Burn(Burn),
    /// Writes lines.
    Flood(Flood),
}

impl Job {
    /// The fault that it is.
    pub(super) fn fault(&self) -> Fault {
        match self {
            Self::Leak(_) => Fault::MemoryLeak,
            Self::Burn(_) => Fault::CpuBurn,
            Self::Flood(_) => Fault::LogFlood,
        }
    }

    /// What it will have done when all is done, and its unit; `None` for one without an end.
    fn bound(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::Leak(leak) => Some(("mb", leak.max_mb)),
            Self::Burn(_) => None,
            Self::Flood(flood) => Some(("bytes", flood.bytes)),
        }
    }

    /// Does it.
    fn run(self, shift: &Shift) {
        match self {
            Self::Leak(leak) => leak.run(shift),
            Self::Burn(burn) => burn.run(shift),
            Self::Flood(flood) => flood.run(shift),
        }
    }
}

/// A thread at work. It stops when this is dropped.
pub(super) struct Worker {
    // Nothing is ever sent: that it is gone is the message.
    _stop: SyncSender<Infallible>,
    unit: Option<&'static str>,
    left: Arc<AtomicU64>,
}

impl Worker {
    /// Starts a thread for a job; the receiver hears when it has ended.
    pub(super) fn start(job: Job) -> io::Result<(Self, oneshot::Receiver<()>)> {
        let (stop, stopped) = sync_channel(1);
        let (ended, end) = oneshot::channel();
        let bound = job.bound();
        let left = Arc::new(AtomicU64::new(bound.map_or(0, |(_, all)| all)));
        let shift = Shift {
            stopped,
            left: Arc::clone(&left),
        };
        thread::Builder::new()
            .name(job.fault().row().name.to_owned())
            .spawn(move || {
                job.run(&shift);
                // Who waited for this may have shed the fault meanwhile.
                ended.send(()).ok();
            })?;
        let worker = Self {
            _stop: stop,
            unit: bound.map(|(unit, _)| unit),
            left,
        };
        Ok((worker, end))
    }

    /// What is left to do, and its unit; `None` for a job without an end.
    pub(super) fn left(&self) -> Option<(&'static str, u64)> {
        Some((self.unit?, self.left.load(Ordering::Relaxed)))
    }
}

/// What a job knows of the world while it is done.
pub(super) struct Shift {
    stopped: Receiver<Infallible>,
    left: Arc<AtomicU64>,
}

impl Shift {
    /// Pauses, and says whether to go on; back at once when told to stop.
    pub(super) fn rest(&self, pause: Duration) -> bool {
        self.stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout)
    }

    /// Pauses until told to stop.
    pub(super) fn rest_to_the_end(&self) {
        // Never a message, only its end.
        self.stopped.recv().ok();
    }

    /// Notes what is left to do.
    pub(super) fn leave(&self, left: u64) {
        self.left.store(left, Ordering::Relaxed);
    }
}
