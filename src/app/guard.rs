//! A panic anywhere is final: the terminal is restored, the services run on, exit 70.

use std::{thread, time::Duration};

use crate::cli::Exit;

/// How long the report of a panic may take: it is written to a terminal that maybe nobody reads.
const REPORT_WITHIN: Duration = Duration::from_secs(3);

/// From now on a panic in any thread runs `restore`, prints its report and ends the program.
pub(super) fn panics_are_final(restore: impl Fn() + Send + Sync + 'static) {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        let watchdog = thread::Builder::new().spawn(|| {
            thread::park_timeout(REPORT_WITHIN);
            end(Exit::Internal);
        });
        // Without a thread for it the report takes as long as it takes.
        drop(watchdog);
        report(panic);
        end(Exit::Internal);
    }));
}

/// Ends the program at once, from any thread. Services live in sessions of their own and run on.
pub(super) fn end(exit: Exit) {
    #[expect(
        clippy::disallowed_methods,
        clippy::exit,
        reason = "the only way out of a hook"
    )]
    std::process::exit(i32::from(exit.code()));
}
