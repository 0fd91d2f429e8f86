//! A bucket as 72 bytes, little-endian: checksum 4, index 4, CPU 4 (NaN: none), memory 8 (all ones: none),
//! probes 2, failed 2, timed 2, longest 2, healthy 1, unhealthy 1, unknown 1, not used 1, latencies 15
//! times 2, not used 10.

use crate::model::metrics::{Beats, Bucket, LATENCIES};

/// Bytes before the first record.
pub(super) const HEADER: usize = 64;
/// Bytes of a record.
pub(super) const RECORD: usize = 72;

/// What a file of ours begins with; the number at its end is the version of the format.
const MAGIC: &[u8; 16] = b"oats history v1\n";

/// The header.
pub(super) fn header() -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    for (at, byte) in bytes.iter_mut().zip(MAGIC) {
        *at = *byte;
    }
    bytes
}

/// A bucket as bytes.
pub(super) fn encode(bucket: &Bucket) -> Vec<u8> {
    let mut body = Vec::with_capacity(RECORD);
    body.extend(bucket.index.to_le_bytes());
    body.extend(bucket.cpu_pct.unwrap_or(f32::NAN).to_le_bytes());
    body.extend(bucket.mem_bytes.unwrap_or(u64::MAX).to_le_bytes());
    for number in [bucket.probes, bucket.failed, bucket.timed, bucket.longest] {
        body.extend(number.to_le_bytes());
    }
    let Beats {
        healthy,
        unhealthy,
        unknown,
    } = bucket.beats;
    body.extend([healthy, unhealthy, unknown, 0]);
    for code in bucket.latencies {
        body.extend(code.to_le_bytes());
    }
    body.resize(RECORD - 4, 0);
    let mut bytes = checksum(&body).to_le_bytes().to_vec();
    bytes.extend(body);
    bytes
}

/// The bucket in these bytes; `None` where none was written, or not all of it.
pub(super) fn decode(bytes: &[u8]) -> Option<Bucket> {
    let (sum, body) = bytes.split_first_chunk::<4>()?;
    if u32::from_le_bytes(*sum) != checksum(body) {
        return None;
    }
    let (index, rest) = body.split_first_chunk::<4>()?;
    let (cpu, rest) = rest.split_first_chunk::<4>()?;
    let (memory, mut rest) = rest.split_first_chunk::<8>()?;
    let mut number = || {
        let (bytes, after) = rest.split_first_chunk::<2>()?;
        rest = after;
        Some(u16::from_le_bytes(*bytes))
    };
    let (probes, failed, timed, longest) = (number()?, number()?, number()?, number()?);
    let [healthy, unhealthy] = number()?.to_le_bytes();
    let [unknown, _] = number()?.to_le_bytes();
    let mut latencies = [0; LATENCIES];
    for code in &mut latencies {
        *code = number()?;
    }
    let (cpu, memory) = (f32::from_le_bytes(*cpu), u64::from_le_bytes(*memory));
    Some(Bucket {
        index: u32::from_le_bytes(*index),
        cpu_pct: (!cpu.is_nan()).then_some(cpu),
        mem_bytes: (memory != u64::MAX).then_some(memory),
        probes,
        failed,
        timed,
        beats: Beats {
            healthy,
            unhealthy,
            unknown,
        },
        longest,
        latencies,
    })
}

/// FNV-1a with 32 bits (Fowler, Noll and Vo, 1991). Zeros alone do not pass: an empty place is no bucket.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811C_9DC5, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
