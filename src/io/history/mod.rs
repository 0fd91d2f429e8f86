//! `data/history/NAME.ring`: what was measured of a service in the last 24 hours, in ten-second buckets.
//!
//! Each bucket has one place, given by its time, and is written with one write. Nothing else is ever
//! changed, so an owner that is killed tears at most the bucket it was writing, which its checksum shows.

mod record;

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use record::{HEADER, RECORD, decode, encode, header};

use super::platform::fsx;
use crate::model::{ServiceName, metrics::Bucket, root::Root};

/// Buckets of a ring: 24 hours.
pub const BUCKETS: u32 = 8640;

/// `data/history/NAME.ring`.
pub fn file(root: &Root, service: &ServiceName) -> PathBuf {
    folder(root).join(format!("{service}.ring"))
}

fn folder(root: &Root) -> PathBuf {
    root.data_dir.join("history")
}

/// Writes buckets that are over. A file that is none of ours is begun anew.
///
/// # Errors
///
/// The first one that could not be written; the others were tried.
pub fn write(root: &Root, buckets: &[(ServiceName, Bucket)]) -> io::Result<()> {
    let mut result = Ok(());
    for (service, bucket) in buckets {
        let path = file(root, service);
        let written = match put(&path, bucket) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fsx::make_dir(&folder(root)).and_then(|()| put(&path, bucket))
            }
            other => other,
        };
        result = result.and(written);
    }
    result
}

fn put(path: &Path, bucket: &Bucket) -> io::Result<()> {
    let file = fsx::open_update(path)?;
    if !is_ours(&file)? {
        file.set_len(0)?;
        fsx::write_at(&file, &header(), 0)?;
    }
    fsx::write_at(&file, &encode(bucket), place(bucket.index))
}

/// Where a bucket stands.
fn place(index: u32) -> u64 {
    (HEADER + RECORD * (index % BUCKETS) as usize) as u64
}

fn is_ours(file: &File) -> io::Result<bool> {
    let mut found = [0; HEADER];
    let count = fsx::read_at(file, &mut found, 0)?;
    Ok(count == HEADER && found == header())
}

/// The buckets from `first` to `last`, both included and at most 24 hours apart, oldest first. Those that
/// were not written, or are torn, are left out; so is everything in a file that is none of ours.
///
/// # Errors
///
/// There is a file, and it cannot be read.
pub fn read(root: &Root, service: &ServiceName, first: u32, last: u32) -> io::Result<Vec<Bucket>> {
    let file = match fsx::open_read(&file(root, service)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    if !is_ours(&file)? {
        return Ok(Vec::new());
    }
    let first = first.max((last + 1).saturating_sub(BUCKETS));
    let mut found = Vec::new();
    let mut next = first;
    while next <= last {
        // Up to the end of the ring, then on from its beginning.
        let many = (BUCKETS - next % BUCKETS).min(last - next + 1);
        let mut bytes = vec![0; RECORD * many as usize];
        let count = fsx::read_at(&file, &mut bytes, place(next))?;
        bytes.truncate(count);
        let records = bytes.chunks_exact(RECORD).filter_map(decode);
        found.extend(records.filter(|bucket| (first..=last).contains(&bucket.index)));
        next += many;
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
