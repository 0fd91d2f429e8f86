//! Whether the terminal is still there.

use std::os::fd::AsFd;

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    process::{Signal, kill_current_process_group},
};

/// Blocks until the terminal behind stdin is gone. Needs a thread of its own; costs nothing while
/// it waits, and takes no input away from anybody.
pub fn wait_for_hang_up() {
    wait_for_hang_up_of(&std::io::stdin());
}

/// Blocks until nobody reads stdout any more: the other end of the pipe is closed, or the terminal
/// is gone. For ever where stdout is a file.
pub fn wait_for_reader_gone() {
    wait_for_hang_up_of(&std::io::stdout());
}

/// Stops this process, whole group and all as the key of a shell does, until it is let go on.
pub fn suspend() {
    // A job of the shell is a group: it sees the stop, and takes the terminal back.
    let _nobody_there = kill_current_process_group(Signal::STOP);
}

/// The same for any descriptor.
fn wait_for_hang_up_of(fd: &impl AsFd) {
    // Nothing is asked for, so poll returns only on an error or a hang-up.
    let mut watched = [PollFd::new(fd, PollFlags::empty())];
    while poll(&mut watched, None) == Err(Errno::INTR) {}
}

#[cfg(test)]
mod tests {
    use std::{io::Write, sync::mpsc::sync_channel, thread};

    use super::*;

    #[test]
    fn input_is_no_hang_up_and_the_end_of_the_other_side_is() {
        let (ours, mut theirs) = std::io::pipe().unwrap();
        theirs.write_all(b"key").unwrap();
        let (sender, returned) = sync_channel(1);
        let waiting = thread::spawn(move || {
            wait_for_hang_up_of(&ours);
            sender.send(()).unwrap();
        });
        // The input lies there all the while; only the hang-up lets the wait return.
        assert!(returned.try_recv().is_err());
        drop(theirs);
        waiting.join().unwrap();
        assert!(returned.try_recv().is_ok());
    }
}
