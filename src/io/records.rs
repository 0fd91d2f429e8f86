//! `data/runs/NAME.json`: what the next owner knows about the last run of each service.

use std::{fs, io, path::Path};

use thiserror::Error;

use super::{
    files::{self, FileError},
    platform::fsx,
};
use crate::model::{
    RunRecord, ServiceName, Stream, log::LogHead, root::Root, run::RUN_SCHEMA, snapshot::Problem,
};

/// The largest run record that is read, in bytes.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Why a run record could not be written.
#[derive(Debug, Error)]
pub enum RecordError {
    /// It has no form in JSON.
    #[error("write the run record")]
    Encode(#[source] serde_json::Error),
    /// Its file.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Replaces the run record of a service.
///
/// # Errors
///
/// The old record stays when the new one cannot be written.
pub fn write(root: &Root, record: &RunRecord) -> Result<(), RecordError> {
    let bytes = serde_json::to_vec(record).map_err(RecordError::Encode)?;
    Ok(files::replace(&root.run_file(&record.service), &bytes)?)
}

/// Where the log of a stream begins, as the run record of its service says; `None` where there is no
/// record that can be read.
pub fn log_head(root: &Root, service: &ServiceName, stream: Stream) -> Option<LogHead> {
    let record = read(root, &root.run_file(service)).ok()?;
    Some(record.log_head(stream))
}

/// Reads every run record, in name order. One that cannot be read, or that is not what oats
/// writes, is told as a problem and left where it is.
pub fn read_all(root: &Root) -> (Vec<RunRecord>, Vec<Problem>) {
    let folder = root.data_dir.join("runs");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (Vec::new(), Vec::new()),
        Err(error) => return (Vec::new(), vec![problem(root, &folder, &error)]),
    };
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    let (mut records, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match read(root, &path) {
            Ok(record) => records.push(record),
            Err(problem) => problems.push(problem),
        }
    }
    (records, problems)
}

fn read(root: &Root, path: &Path) -> Result<RunRecord, Problem> {
    let bytes = fsx::read_limited(path, LIMIT).map_err(|error| problem(root, path, &error))?;
    let record: RunRecord = serde_json::from_slice(&bytes).map_err(|error| Problem {
        line: u32::try_from(error.line()).unwrap_or(1).max(1),
        column: u32::try_from(error.column()).unwrap_or(1).max(1),
        ..problem(root, path, &error)
    })?;
    if record.schema != RUN_SCHEMA {
        let text = format!(
            "it has schema {}, this oats knows {RUN_SCHEMA}",
            record.schema
        );
        return Err(problem(root, path, &text));
    }
    if root.run_file(&record.service).file_name() != path.file_name() {
        let text = format!("it is the record of another service: {}", record.service);
        return Err(problem(root, path, &text));
    }
    Ok(record)
}

/// A problem with a whole file.
fn problem(root: &Root, path: &Path, why: &dyn std::fmt::Display) -> Problem {
    Problem {
        file: root.relative(path).display().to_string(),
        line: 1,
        column: 1,
        message: format!("run record ignored: {why}"),
    }
}

#[cfg(test)]
#[path = "tests/records.rs"]
mod tests;
