//! `data/status.json`: the published truth, as bytes.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use serde::Deserialize;
use thiserror::Error;

use super::platform::fsx;
use crate::model::{ServiceName, ServiceView, Snapshot, Wall, snapshot::STATUS_SCHEMA};

/// The largest status.json that is read, in bytes: thousands of services.
const LIMIT: u64 = 64 * 1024 * 1024;

/// What the JSON of a snapshot without services ends with.
const NO_SERVICES: &[u8] = b"{}}";

/// Why a status.json could not be read.
#[derive(Debug, Error)]
pub enum StatusError {
    /// There is none.
    #[error("read {path}: there is no such file")]
    Missing {
        /// Which.
        path: PathBuf,
    },
    /// It is there, but cannot be read.
    #[error("read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is of another version of oats.
    #[error("read {path}: it has schema {found}, this oats knows {STATUS_SCHEMA}")]
    Schema {
        /// Which.
        path: PathBuf,
        /// Its schema number.
        found: u32,
    },
    /// It is not what oats writes.
    #[error("read {path}: it is not a status file")]
    Parse {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

/// The bytes of a snapshot.
///
/// # Errors
///
/// A value has no form in JSON; does not happen with the types of today.
pub fn encode(snapshot: &Snapshot) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(snapshot)
}

/// Writes snapshots again and again, and each service only when it has changed.
#[derive(Debug, Default)]
pub struct StatusEncoder {
    services: BTreeMap<ServiceName, Encoded>,
}

/// A service and its bytes. The shared pointer is kept, so that no other view can get its address.
#[derive(Debug)]
struct Encoded {
    view: Arc<ServiceView>,
    bytes: Vec<u8>,
}

impl StatusEncoder {
    /// An encoder that has seen nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes of a snapshot: the same as [`encode`] gives.
    ///
    /// # Errors
    ///
    /// As [`encode`].
    pub fn encode(&mut self, snapshot: &Snapshot) -> Result<Vec<u8>, serde_json::Error> {
        self.services
            .retain(|name, _| snapshot.services.contains_key(name));
        for (name, view) in &snapshot.services {
            self.refresh(name, view)?;
        }
        let mut bytes = encode(&head(snapshot))?;
        if !bytes.ends_with(NO_SERVICES) {
            return encode(snapshot);
        }
        bytes.truncate(bytes.len() - NO_SERVICES.len());
        let size = |(name, encoded): (&ServiceName, &Encoded)| {
            name.as_str().len() + encoded.bytes.len() + r#","":"#.len()
        };
        bytes.reserve(self.services.iter().map(size).sum::<usize>() + NO_SERVICES.len());
        let mut separator = b'{';
        for (name, encoded) in &self.services {
            // A service name needs no escaping.
            bytes.extend_from_slice(&[separator, b'"']);
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b"\":");
            bytes.extend_from_slice(&encoded.bytes);
            separator = b',';
        }
        let end: &[u8] = if self.services.is_empty() {
            NO_SERVICES
        } else {
            b"}}"
        };
        bytes.extend_from_slice(end);
        Ok(bytes)
    }

    /// Makes the bytes of a service anew when it is not the one they were made from.
    fn refresh(
        &mut self,
        name: &ServiceName,
        view: &Arc<ServiceView>,
    ) -> Result<(), serde_json::Error> {
        match self.services.get_mut(name) {
            Some(known) if Arc::ptr_eq(&known.view, view) => {}
            Some(known) => {
                known.bytes.clear();
                serde_json::to_writer(&mut known.bytes, view)?;
                known.view = Arc::clone(view);
            }
            None => {
                let encoded = Encoded {
                    view: Arc::clone(view),
                    bytes: serde_json::to_vec(view)?,
                };
                self.services.insert(name.clone(), encoded);
            }
        }
        Ok(())
    }
}

/// Everything of a snapshot but its services.
fn head(snapshot: &Snapshot) -> Snapshot {
    Snapshot {
        schema: snapshot.schema,
        source: snapshot.source,
        api: snapshot.api.clone(),
        socket: snapshot.socket.clone(),
        root: snapshot.root.clone(),
        seq: snapshot.seq,
        written_at: snapshot.written_at,
        boot_id: snapshot.boot_id.clone(),
        owner: snapshot.owner.clone(),
        problems: snapshot.problems.clone(),
        services: BTreeMap::new(),
    }
}

/// The one key that every schema has.
#[derive(Deserialize)]
struct AnySchema {
    schema: u32,
}

/// When a status.json was last written, as its file tells; `None` without one.
pub fn written_at(path: &Path) -> Option<Wall> {
    let modified = path.symlink_metadata().ok()?.modified().ok()?;
    let since_epoch = modified.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_millis())
        .ok()
        .map(Wall::from_millis)
}

/// Reads a status.json.
///
/// # Errors
///
/// It is missing, cannot be read, or is not one that this oats knows.
pub fn read(path: &Path) -> Result<Snapshot, StatusError> {
    let path_of = || path.to_owned();
    let bytes = fsx::read_limited(path, LIMIT).map_err(|source| {
        let path = path_of();
        if source.kind() == io::ErrorKind::NotFound {
            StatusError::Missing { path }
        } else {
            StatusError::Read { path, source }
        }
    })?;
    let parsed: Result<Snapshot, _> = serde_json::from_slice(&bytes);
    let found = match &parsed {
        Ok(snapshot) => Some(snapshot.schema),
        Err(_) => serde_json::from_slice(&bytes)
            .ok()
            .map(|AnySchema { schema }| schema),
    };
    match (found, parsed) {
        (Some(found), _) if found != STATUS_SCHEMA => Err(StatusError::Schema {
            path: path_of(),
            found,
        }),
        (_, parsed) => parsed.map_err(|source| StatusError::Parse {
            path: path_of(),
            source,
        }),
    }
}

#[cfg(test)]
#[path = "tests/status.rs"]
mod tests;
