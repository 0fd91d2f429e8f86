//! The signals that oats acts on: contract section 5.

use crate::{
    io::platform::{CatchError, Caught, catch},
    model::Signal,
};

/// What somebody outside wants by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP.
    HangUp,
    /// SIGQUIT.
    Quit,
    /// SIGTSTP.
    Suspend,
    /// SIGCONT.
    Continue,
}

/// The caught signals. They are caught before the first spawn, so that services get them with
/// their default meaning.
pub(super) struct Signals {
    interrupt: Caught,
    terminate: Caught,
    hang_up: Caught,
    quit: Caught,
    suspend: Caught,
    resume: Caught,
}

impl Signals {
    /// Catches them. Needs a runtime.
    pub(super) fn catch() -> Result<Self, CatchError> {
        Ok(Self {
            interrupt: catch(Signal::INT)?,
            terminate: catch(Signal::TERM)?,
            hang_up: catch(Signal::HUP)?,
            quit: catch(Signal::QUIT)?,
            suspend: catch(Signal::TSTP)?,
            resume: catch(Signal::CONT)?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Wish {
        tokio::select! {
            () = self.interrupt.next() => Wish::Interrupt,
            () = self.terminate.next() => Wish::Terminate,
            () = self.hang_up.next() => Wish::HangUp,
            () = self.quit.next() => Wish::Quit,
            () = self.suspend.next() => Wish::Suspend,
            () = self.resume.next() => Wish::Continue,
        }
    }
}

/// Tests need a panic that comes when they ask for it: SIGUSR2, in debug builds only. Released, oats
/// does not catch it.
#[cfg(debug_assertions)]
#[expect(clippy::panic, reason = "it is asked for")]
pub(super) async fn panic_when_asked() {
    let asked = Signal::from_name("USR2").map(catch);
    if let Some(Ok(mut asked)) = asked {
        asked.next().await;
        panic!("SIGUSR2 asked for it");
    }
}
