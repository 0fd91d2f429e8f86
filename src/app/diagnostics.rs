//! oats's own log: `data/oats.log`.

use std::{fs::OpenOptions, sync::Arc};

use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};

use crate::model::root::Root;

/// Sends what oats says about itself to its own log. When the file cannot be opened, nothing is
/// logged: supervision matters more.
pub(super) fn to_file(root: &Root) {
    let opened = OpenOptions::new()
        .create(true)
        .append(true)
        .open(root.diagnostics_file());
    let Ok(file) = opened else { return };
    let layer = fmt::layer()
        .with_writer(Arc::new(file))
        .with_ansi(false)
        .with_target(false)
        .with_filter(LevelFilter::INFO);
    // A second subscriber in one process is refused; the first one stays.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}
