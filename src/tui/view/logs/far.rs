//! What the rule says about a log that is read far back.

use super::super::{Scene, keys};
use crate::{keymap::Command, model::LogLine, supervisor::book::Progress, tui::book::Window};

/// Where in its log a line lies.
pub(super) fn place(window: &Window, line: &LogLine) -> String {
    let all = bytes(window.extent.bytes(None));
    match window.percent(line) {
        Some(at) => format!("at {at} % of {all}"),
        None => format!("in {all}"),
    }
}

/// How far a search is, and how it is stopped.
pub(super) fn searching(scene: Scene<'_>, progress: Progress) -> String {
    let Progress { done, of } = progress;
    let at = done * 100 / of.max(1);
    let (done, of) = (bytes(done), bytes(of));
    match keys::label(scene, Command::NavBack) {
        Some(key) => format!("searching {at} % ({done} of {of}), {key} stops"),
        None => format!("searching {at} % ({done} of {of})"),
    }
}

/// An amount as sizes of files are written: "812 kB", "712 MB", "2.1 GB".
fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => {
            let tenths = bytes / 100_000_000;
            format!("{}.{} GB", tenths / 10, tenths % 10)
        }
    }
}
