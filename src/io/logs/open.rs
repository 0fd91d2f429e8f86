//! The files that a service writes into.

use std::{fs::File, io, path::PathBuf};

use thiserror::Error;

use crate::{
    io::platform::fsx,
    model::{ServiceName, Stream, log::LogPositions, root::Root},
};

/// Why the output of a service has nowhere to go.
#[derive(Debug, Error)]
#[error("open {path}")]
pub struct LogError {
    path: PathBuf,
    source: io::Error,
}

/// The files of one service, open for appending.
#[derive(Debug)]
pub struct Outputs {
    /// For its stdout.
    pub stdout: File,
    /// For its stderr.
    pub stderr: File,
}

/// Opens the log files of a service, and makes what is missing. Everything is appended, whoever
/// else has them open.
///
/// # Errors
///
/// One of them cannot be opened, or is not a plain file of its own.
pub fn open(root: &Root, service: &ServiceName) -> Result<Outputs, LogError> {
    fsx::make_dir(&root.log_dir).map_err(|source| LogError {
        path: root.log_dir.clone(),
        source,
    })?;
    let open = |stream| {
        let path = root.log_file(service, stream).unwrap_or_default();
        fsx::open_append(&path).map_err(|source| LogError { path, source })
    };
    Ok(Outputs {
        stdout: open(Stream::Stdout)?,
        stderr: open(Stream::Stderr)?,
    })
}

/// How much each stream of a service has ever written: what rotations have taken, and what lies in
/// its file now.
pub fn positions(root: &Root, service: &ServiceName, base: LogPositions) -> LogPositions {
    let size = |stream| {
        let metadata = root.log_file(service, stream)?.symlink_metadata().ok()?;
        metadata.is_file().then_some(metadata.len())
    };
    LogPositions {
        stdout: base.stdout + size(Stream::Stdout).unwrap_or(0),
        stderr: base.stderr + size(Stream::Stderr).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::io::platform::fsx::plant;

    #[test]
    fn output_is_appended_and_counted_over_rotations() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        let name: ServiceName = "web".parse().unwrap();
        let base = LogPositions {
            stdout: 100,
            stderr: 7,
        };
        assert_eq!(positions(&root, &name, base), base);
        for _ in 0..2 {
            let mut outputs = open(&root, &name).unwrap();
            outputs.stdout.write_all(b"12345").unwrap();
            outputs.stderr.write_all(b"1").unwrap();
        }
        let expected = LogPositions {
            stdout: 110,
            stderr: 9,
        };
        assert_eq!(positions(&root, &name, base), expected);
        let stdout = root.log_file(&name, Stream::Stdout).unwrap();
        assert_eq!(plant::mode(&stdout), 0o600);
    }

    #[test]
    fn a_planted_log_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        let name: ServiceName = "web".parse().unwrap();
        std::fs::create_dir(&root.log_dir).unwrap();
        let stderr = root.log_file(&name, Stream::Stderr).unwrap();
        plant::pipe(&stderr);
        let error = open(&root, &name).unwrap_err();
        assert!(error.to_string().ends_with("web_stderr.log"));
    }
}
