//! oats's own log: `data/oats.log`, and the view of the console.

use std::{
    fs::{File, OpenOptions},
    sync::Arc,
};

use tracing_subscriber::{
    filter::{LevelFilter, filter_fn},
    fmt,
    prelude::*,
};
use tui_logger::TuiTracingSubscriberLayer;

use crate::{
    model::{root::Root, snapshot::OwnerMode},
    tui::own,
};

/// What oats speaks about: the targets of its own log.
const TARGETS: [&str; 7] = [
    "api",
    "files",
    "logs",
    "ports",
    "processes",
    "services",
    "signals",
];

/// Sends what oats says about itself to its own log and to the view of the console. When the file
/// cannot be opened, nothing is written there: supervision matters more.
pub(super) fn begin(root: &Root, mode: OwnerMode) {
    let opened = OpenOptions::new()
        .create(true)
        .append(true)
        .open(root.diagnostics_file());
    send(opened.ok(), mode == OwnerMode::Console);
}

/// The same for a window onto another process: `data/oats.log` is its owner's.
pub(super) fn begin_attached() {
    send(None, true);
}

fn send(file: Option<File>, to_view: bool) {
    let to_file = file.map(|file| {
        fmt::layer()
            .with_writer(Arc::new(file))
            .with_ansi(false)
            .with_target(false)
            .with_filter(LevelFilter::INFO)
    });
    let to_view = to_view.then(|| {
        own::prepare(&TARGETS);
        // What is recorded of each target is chosen in the view; other crates are not asked.
        let ours = filter_fn(|it| TARGETS.contains(&it.target()));
        TuiTracingSubscriberLayer.with_filter(ours.with_max_level_hint(LevelFilter::DEBUG))
    });
    // A second subscriber in one process is refused; the first one stays.
    let _ = tracing_subscriber::registry()
        .with(to_file)
        .with(to_view)
        .try_init();
}
