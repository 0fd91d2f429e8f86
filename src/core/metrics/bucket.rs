//! The ten seconds that are being measured.

use super::quantile::coded;
use crate::{
    core::rng::Rng,
    model::{
        ProbeOutcome, Wall,
        health::HealthWord,
        metrics::{BUCKET, Beats, Bucket, LATENCIES},
    },
};

/// A bucket that is not over.
#[derive(Debug, Clone)]
pub struct Open {
    bucket: Bucket,
    cpu_sum: f64,
    cpu_count: u32,
}

impl Open {
    /// Which bucket a time belongs to.
    pub fn index(at: Wall) -> u32 {
        let seconds = at.millis() / 1000;
        let length = i64::try_from(BUCKET.as_secs()).unwrap_or(1);
        u32::try_from(seconds / length).unwrap_or(0)
    }

    /// An empty one.
    pub fn new(index: u32) -> Self {
        Self {
            bucket: Bucket {
                index,
                cpu_pct: None,
                mem_bytes: None,
                probes: 0,
                failed: 0,
                timed: 0,
                beats: Beats::default(),
                longest: 0,
                latencies: [0; LATENCIES],
            },
            cpu_sum: 0.0,
            cpu_count: 0,
        }
    }

    /// What a beat has measured.
    pub fn beat(&mut self, health: HealthWord, cpu_pct: Option<f64>, mem_bytes: Option<u64>) {
        if let Some(cpu) = cpu_pct {
            self.cpu_sum += cpu;
            self.cpu_count += 1;
        }
        let bucket = &mut self.bucket;
        bucket.mem_bytes = bucket.mem_bytes.max(mem_bytes);
        let beats = match health {
            HealthWord::Healthy => &mut bucket.beats.healthy,
            HealthWord::Unhealthy => &mut bucket.beats.unhealthy,
            HealthWord::Unknown => &mut bucket.beats.unknown,
        };
        *beats = beats.saturating_add(1);
    }

    /// What a probe has seen. Of more latencies than have room each is as likely to stay (Vitter,
    /// "Random sampling with a reservoir", 1985, algorithm R).
    pub fn probed(&mut self, outcome: &ProbeOutcome, rng: &mut Rng) {
        let bucket = &mut self.bucket;
        bucket.probes = bucket.probes.saturating_add(1);
        bucket.failed = bucket.failed.saturating_add(u16::from(!outcome.ok));
        let Some(latency) = outcome.latency else {
            return;
        };
        let code = coded(latency);
        bucket.longest = bucket.longest.max(code);
        let before = usize::from(bucket.timed);
        bucket.timed = bucket.timed.saturating_add(1);
        let place = if before < LATENCIES {
            before
        } else {
            let place = rng.next_u64() % (u64::from(bucket.timed).max(1));
            usize::try_from(place).unwrap_or(usize::MAX)
        };
        if let Some(kept) = bucket.latencies.get_mut(place) {
            *kept = code;
        }
    }

    /// What was measured so far.
    pub fn bucket(&self) -> Bucket {
        let mean = self.cpu_sum / f64::from(self.cpu_count.max(1));
        #[expect(
            clippy::cast_possible_truncation,
            reason = "per cent need no more digits"
        )]
        let mean = mean as f32;
        Bucket {
            cpu_pct: (self.cpu_count > 0).then_some(mean),
            ..self.bucket
        }
    }
}
