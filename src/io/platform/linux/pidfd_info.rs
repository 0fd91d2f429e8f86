//! What the kernel remembers of a process that somebody else has reaped.

use rustix::ioctl::{Updater, ioctl, opcode};

use super::identity::PidFd;

/// `struct pidfd_info` of linux/pidfd.h, as it was when exits were added to it.
#[repr(C)]
#[derive(Debug, Default, Clone, Copy)]
struct PidfdInfo {
    mask: u64,
    cgroup: u64,
    ids: [u32; 11],
    exit_code: i32,
}

/// `PIDFD_INFO_EXIT`: asked for in the mask, and set in the answer when it is known.
const INFO_EXIT: u64 = 1 << 3;

/// `PIDFD_GET_INFO`.
const GET_INFO: rustix::ioctl::Opcode = opcode::read_write::<PidfdInfo>(0xFF, 11);

/// The wait status of a process after its reaping; `None` before, and on kernels older than 6.15.
pub(super) fn wait_status(pidfd: &PidFd) -> Option<i32> {
    let mut info = PidfdInfo {
        mask: INFO_EXIT,
        ..PidfdInfo::default()
    };
    #[expect(unsafe_code, reason = "no crate offers this request")]
    // SAFETY: the request's number carries the size of `PidfdInfo`, and the kernel writes no more
    // than that many bytes, all of them plain numbers; `info` outlives the call.
    let answered = unsafe { ioctl(pidfd, Updater::<GET_INFO, _>::new(&mut info)) };
    (answered.is_ok() && info.mask & INFO_EXIT != 0).then_some(info.exit_code)
}
