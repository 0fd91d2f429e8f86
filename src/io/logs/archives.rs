//! The archives of a log: their names, their numbers, what they hold.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

use crate::{
    io::platform::fsx,
    model::log::{CutStep, LogHead},
};

/// An archive, open.
#[derive(Debug)]
pub(super) struct Archive {
    pub(super) path: PathBuf,
    pub(super) file: File,
    /// Where in the stream it begins.
    pub(super) start: u64,
    /// Where it ends: the next one begins there, or the log.
    pub(super) end: u64,
}

/// The archive of a log with this number; 1 is the newest, 0 the one that has no number yet.
pub(super) fn archive(log: &Path, number: u32) -> PathBuf {
    with_ending(log, &format!("{number}.gz"))
}

/// A path with something behind its name.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// The archives of a log, newest first. They may get other numbers meanwhile: each then moves up by
/// one, so it is seen once or twice, and the second time is not counted.
pub(super) fn list(log: &Path, head: LogHead) -> io::Result<Vec<Archive>> {
    let (mut end, first, mut gaps) = match head.more.cut {
        Some(cut) => {
            let gaps = u32::from(cut.step == CutStep::Archived) * 2;
            (head.base + cut.to, u32::from(gaps == 0), gaps)
        }
        None => (head.base + head.more.hole, 1, 0),
    };
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for number in first.. {
        let path = archive(log, number);
        let file = match fsx::open_read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && gaps > 0 => {
                gaps -= 1;
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            opened => opened?,
        };
        let id = fsx::file_id(&file)?;
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let start = end.saturating_sub(length(&file)?);
        found.push(Archive {
            path,
            file,
            start,
            end,
        });
        end = start;
    }
    Ok(found)
}

/// How much all archives of a log hold, in bytes.
pub(super) fn held(log: &Path) -> u64 {
    let files = (1..).map_while(|number| fsx::open_read(&archive(log, number)).ok());
    files.filter_map(|file| length(&file).ok()).sum()
}

/// How much an archive holds, in bytes: a gzip file ends with it, up to 4 GiB.
fn length(file: &File) -> io::Result<u64> {
    let mut trailer = [0; 4];
    let at = file.metadata()?.len().saturating_sub(4);
    fsx::read_at(file, &mut trailer, at)?;
    Ok(u64::from(u32::from_le_bytes(trailer)))
}

impl Archive {
    /// Its bytes, from a position in the stream on.
    pub(super) fn read_from(self, pos: u64) -> io::Result<MultiGzDecoder<File>> {
        let mut decoder = MultiGzDecoder::new(self.file);
        let skip = pos.saturating_sub(self.start);
        io::copy(&mut (&mut decoder).take(skip), &mut io::sink())?;
        Ok(decoder)
    }

    /// How many lines end in it, and whether the last one does.
    pub(super) fn count_lines(&self) -> io::Result<(u64, bool)> {
        let mut decoder = MultiGzDecoder::new(self.file.try_clone()?);
        let mut block = vec![0; 64 * 1024];
        let (mut lines, mut last) = (0, b'\n');
        loop {
            match decoder.read(&mut block) {
                Ok(0) => break,
                Ok(filled) => {
                    let bytes = block.get(..filled).unwrap_or_default();
                    lines += bytes
                        .iter()
                        .map(|byte| u64::from(*byte == b'\n'))
                        .sum::<u64>();
                    last = bytes.last().copied().unwrap_or(last);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        io::Seek::rewind(&mut &self.file)?;
        Ok((lines, last == b'\n'))
    }
}

/// Makes room for the newest archive and gives it its number; what is beyond `keep` is dropped. May
/// be done again after a crash: a number that is free already is not made free twice.
pub(super) fn shift(log: &Path, keep: u32) -> io::Result<()> {
    for number in keep.saturating_add(1).. {
        if missing_is_fine(fs::remove_file(archive(log, number)))? {
            break;
        }
    }
    if !archive(log, 0).try_exists()? {
        return Ok(());
    }
    let mut free = keep;
    for number in 1..keep {
        if !archive(log, number).try_exists()? {
            free = number;
            break;
        }
    }
    for number in (0..free).rev() {
        missing_is_fine(fs::rename(archive(log, number), archive(log, number + 1)))?;
    }
    if keep == 0 {
        missing_is_fine(fs::remove_file(archive(log, 0)))?;
    }
    Ok(())
}

/// Whether there was nothing to move or remove.
fn missing_is_fine(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}
