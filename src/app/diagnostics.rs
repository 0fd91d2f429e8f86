//! oats's own log: `data/oats.log`.

use std::{fs::OpenOptions, sync::Arc};

use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};

use crate::model::root::Root;

/// Who else hears what oats says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listener {
    /// The view of the console.
    Console,
    /// Nobody.
    Nobody,
}

/// Sends what oats says about itself to its own log, and to the view of the console. When the file
/// cannot be opened, it stays out: supervision matters more.
pub(super) fn begin(root: &Root, listener: Listener) {
    let opened = OpenOptions::new()
        .create(true)
        .append(true)
        .open(root.diagnostics_file());
    let to_file = opened.ok().map(|file| {
        fmt::layer()
            .with_writer(Arc::new(file))
            .with_ansi(false)
            .with_target(false)
            .with_filter(LevelFilter::INFO)
    });
    // It decides for itself what it keeps, target by target, as the view says.
    let to_console =
        (listener == Listener::Console).then_some(tui_logger::TuiTracingSubscriberLayer);
    if to_console.is_some() {
        tui_logger::set_default_level(tui_logger::LevelFilter::Info);
    }
    // A second subscriber in one process is refused; the first one stays.
    let _ = tracing_subscriber::registry()
        .with(to_file)
        .with(to_console)
        .try_init();
}
