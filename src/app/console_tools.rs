//! What the console may do outside of itself: the clipboard, saved files, the pager.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::{
    io::{
        clipboard::{self, Way},
        clock::Clock,
        files, platform,
    },
    tui::{Copied, Tools},
};

/// The tools of a console; what it saves goes to a folder of the root's data.
pub(super) fn of(data: &Path, clock: Clock) -> Tools {
    let folder = data.join("saved");
    let copies = folder.clone();
    Tools {
        copy: Box::new(move |text| copy(&copies, clock, text)),
        save: Box::new(move |of, text| save(&folder, of, clock, text)),
        page,
        nudge: platform::tell_size_anew,
    }
}

/// Copies by the first way that works.
fn copy(folder: &Path, clock: Clock, text: &str) -> Copied {
    for way in clipboard::ways_here() {
        match way {
            Way::Program(argv) => {
                if clipboard::give(&argv, text) {
                    return Copied::Tool(argv.first().cloned().unwrap_or_default());
                }
            }
            Way::Terminal { tmux } => {
                let (sequence, doubt) = clipboard::sequence(text, tmux);
                return Copied::Terminal { sequence, doubt };
            }
            Way::File => {}
        }
    }
    match save(folder, "copied", clock, text) {
        Ok(path) => Copied::File(path),
        Err(why) => Copied::Failed(format!("could not {why}")),
    }
}

/// Saves a text to a new file.
fn save(folder: &Path, of: &str, clock: Clock, text: &str) -> Result<String, String> {
    let millis = clock.now().wall.millis();
    let at = Timestamp::from_millisecond(millis).unwrap_or_default();
    let at = at.to_zoned(jiff::tz::TimeZone::system());
    let name = format!("{of}-{}.log", at.strftime("%Y%m%d-%H%M%S-%3f"));
    let path = folder.join(name);
    std::fs::create_dir_all(folder)
        .map_err(|error| format!("make the folder {}: {error}", folder.display()))?;
    files::replace(&path, text.as_bytes()).map_err(|error| super::told(&error))?;
    Ok(path.display().to_string())
}

/// Shows those of the files that are there.
fn page(files: &[String]) -> Result<(), String> {
    let there = files.iter().map(PathBuf::from);
    let there = there.filter(|path| path.metadata().is_ok_and(|meta| meta.len() > 0));
    let there: Vec<String> = there.map(|path| path.display().to_string()).collect();
    if there.is_empty() {
        return Err("show a log that is empty".to_owned());
    }
    let pager = std::env::var("PAGER").ok();
    let pager = pager.filter(|pager| !pager.trim().is_empty());
    let pager = pager.unwrap_or_else(|| "less +G".to_owned());
    // The variable may hold arguments, as a shell reads them.
    let mut argv = ["sh", "-c", &format!("{pager} \"$@\""), "sh"]
        .map(str::to_owned)
        .to_vec();
    argv.extend(there);
    platform::run_on_terminal(&argv).map_err(|error| format!("run \"{pager}\": {error}"))
}
