//! What differs between operating systems: the only place that names a Unix or Windows type.
//!
//! *Owns*: processes, their identity and their ends. *Never*: decides what should run.
//! *Talks to*: the kernel. What is exported here is what another system has to offer.

#[cfg(target_os = "linux")]
pub mod linux;
#[cfg(target_os = "linux")]
pub use linux::{
    child::{Adopted, Child, ExitWatch, Leader},
    confirm::{Confirmed, Unconfirmed, confirm},
    control,
    describe::{
        SocketOwner, ancestors_and_self, can_signal, describe, leads_its_session, wall_of_ticks,
    },
    end::{end, look, sweep},
    foreground::{feed, run_on_terminal, tell_size_anew},
    fork, fsx,
    harden::{PrepareError, prepare_process},
    identity::{
        Delivery, PidFd, SignalError, effective_uid, identify, open, own_pid, process_exists,
        self_identity, signal, user_name,
    },
    notice, owner,
    ports::{PortListener, PortScanner},
    proc::{self, Tag, boot_id},
    sampler::{Sampler, TreeSample},
    signals::{CHILD_ENDED, CatchError, Caught, catch, catch_ignored_signals},
    sockets::{Listener, SocketError},
    spawn::{Helper, SpawnError, SpawnPlan, Spawner, spawn},
    terminal::{suspend, wait_for_hang_up, wait_for_reader_gone},
    time,
    tree::{Member, Table, TreeQuery, Why, members, tagged},
};
