//! The fault that takes memory and keeps it.

use std::{hint, time::Duration};

use tokio::time::Instant;

use super::{lines, worker::Shift};

/// One MiB.
const MIB: usize = 1024 * 1024;

/// A piece of this size is mapped by itself, whatever the allocator has learned, so that it goes
/// back to the system as soon as it is dropped.
const PIECE: usize = 64 * MIB;

/// The pause between two steps.
const STEP: Duration = Duration::from_millis(20);

/// A leak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leak {
    /// How fast, in MiB a second.
    pub(super) mb_per_s: u64,
    /// How much in all, in MiB.
    pub(super) max_mb: u64,
}

impl Leak {
    /// Takes what it may, keeps it until told to stop, and gives it back.
    pub(super) fn run(self, shift: &Shift) {
        let start = Instant::now();
        let (mut pieces, mut taken) = (Vec::new(), 0);
        while taken < self.max_mb {
            if taken < self.due(start.elapsed()) {
                if take_one(&mut pieces).is_err() {
                    lines::complain(&format!("fault memory_leak: no more memory at {taken} MiB"));
                    break;
                }
                taken += 1;
                shift.leave(self.max_mb - taken);
                if !shift.rest(Duration::ZERO) {
                    return;
                }
            } else if !shift.rest(STEP) {
                return;
            }
        }
        shift.rest_to_the_end();
        hint::black_box(pieces);
    }

    /// How much shall be taken by then, in MiB.
    fn due(&self, elapsed: Duration) -> u64 {
        let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        ms.saturating_mul(self.mb_per_s) / 1000
    }
}

/// Takes and fills one more MiB.
fn take_one(pieces: &mut Vec<Vec<u8>>) -> Result<(), std::collections::TryReserveError> {
    if pieces.last().is_none_or(|piece| piece.len() >= PIECE) {
        let mut piece = Vec::new();
        piece.try_reserve_exact(PIECE)?;
        pieces.push(piece);
    }
    if let Some(piece) = pieces.last_mut() {
        piece.resize(piece.len() + MIB, b'm');
    }
    // Only memory that was written is resident.
    hint::black_box(pieces);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_due_by_time() {
        let leak = Leak {
            mb_per_s: 8,
            max_mb: 256,
        };
        let due = |ms| leak.due(Duration::from_millis(ms));
        assert_eq!((due(0), due(124), due(125), due(1000)), (0, 0, 1, 8));
        assert!(leak.due(Duration::MAX) > leak.max_mb);
    }

    #[test]
    fn a_new_piece_begins_where_one_is_full() {
        let mut pieces = Vec::new();
        for _ in 0..65 {
            take_one(&mut pieces).unwrap();
        }
        let sizes: Vec<usize> = pieces.iter().map(Vec::len).collect();
        assert_eq!(sizes, [PIECE, MIB]);
    }
}
