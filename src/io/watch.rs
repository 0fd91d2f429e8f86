//! Files that people edit: told when they have changed and lie still again.

use std::{ffi::OsStr, io, path::PathBuf, time::Duration};

use super::platform::notice::{NameNotice, Notices, WatchId};

/// How long one look waits for more. A burst is over when a look finds nothing new.
const STEP: Duration = Duration::from_millis(100);
/// A burst that does not end is told all the same after so many looks.
const LONGEST: u32 = 20;

/// Which names in a folder matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// `*.toml`. Hidden files are what editors leave behind.
    Toml,
    /// Exactly these.
    These(&'static [&'static str]),
}

impl Names {
    fn holds(self, name: &OsStr) -> bool {
        match self {
            Self::Toml => {
                let name = name.as_encoded_bytes();
                name.ends_with(b".toml") && !name.starts_with(b".")
            }
            Self::These(names) => names.iter().any(|known| *known == name),
        }
    }
}

/// Watched folders. One that is not there is watched as soon as something else has changed: its
/// parent should be among them.
#[derive(Debug)]
pub struct Watch {
    notices: Notices,
    folders: Vec<Folder>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    names: Names,
    watch: Option<WatchId>,
}

impl Watch {
    /// Watches these folders, as far as they are there.
    ///
    /// # Errors
    ///
    /// The user has too many queues for notices of the kernel.
    pub fn new(folders: impl IntoIterator<Item = (PathBuf, Names)>) -> io::Result<Self> {
        let folders = folders.into_iter().map(|(path, names)| Folder {
            path,
            names,
            watch: None,
        });
        let mut watch = Self {
            notices: Notices::new()?,
            folders: folders.collect(),
        };
        watch.renew();
        Ok(watch)
    }

    /// Waits until something has changed and nothing more does.
    ///
    /// # Errors
    ///
    /// The runtime cannot watch the queue.
    pub async fn changed(&mut self) -> io::Result<()> {
        // Looks that found something new.
        let mut looks = 0;
        loop {
            if looks == 0 {
                self.notices.noticed().await?;
            }
            // What has nothing to do with us wakes us once a step at most.
            tokio::time::sleep(STEP).await;
            if self.take() {
                looks += 1;
            } else if looks > 0 {
                return Ok(());
            }
            if looks >= LONGEST {
                return Ok(());
            }
        }
    }

    /// Takes what has come; whether any of it matters.
    fn take(&mut self) -> bool {
        let mut matters = false;
        for notice in self.notices.drain_names() {
            matters |= match notice {
                NameNotice::Overflow => true,
                NameNotice::Changed(watch, name) => self
                    .folders
                    .iter()
                    .any(|it| it.watch.as_ref() == Some(&watch) && it.names.holds(&name)),
                NameNotice::Gone(watch) => self.gone(&watch),
            };
        }
        if matters {
            self.renew();
        }
        matters
    }

    /// A folder is gone, or elsewhere.
    fn gone(&mut self, watch: &WatchId) -> bool {
        let mut known = false;
        for folder in &mut self.folders {
            if folder.watch.as_ref() == Some(watch) {
                folder.watch = None;
                known = true;
            }
        }
        if known {
            self.notices.forget(watch.clone());
        }
        known
    }

    /// Watches every folder that is there under its name now.
    fn renew(&mut self) {
        for folder in &mut self.folders {
            // The same folder has the same watch.
            let found = self.notices.watch_files(&folder.path).ok();
            if folder.watch != found
                && let Some(old) = std::mem::replace(&mut folder.watch, found)
            {
                self.notices.forget(old);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(20);

    fn put(dir: &TempDir, name: &str, text: &str) {
        crate::io::files::replace(&dir.path().join(name), text.as_bytes()).unwrap();
    }

    fn watch(dir: &TempDir) -> Watch {
        let names = Names::These(&["oats.toml", "services"]);
        let folders = [
            (dir.path().to_owned(), names),
            (dir.path().join("services"), Names::Toml),
        ];
        Watch::new(folders).unwrap()
    }

    async fn told(watch: &mut Watch) {
        tokio::time::timeout(DEADLINE, watch.changed())
            .await
            .expect("the change is told")
            .unwrap();
    }

    #[tokio::test]
    async fn a_burst_is_told_once_and_other_files_are_not() {
        let dir = TempDir::new().unwrap();
        let mut watch = watch(&dir);
        put(&dir, "oats.toml", "");
        put(&dir, "oats.toml", "# twice");
        told(&mut watch).await;
        put(&dir, "notes.txt", "");
        let quiet = tokio::time::timeout(STEP * 6, watch.changed()).await;
        assert!(quiet.is_err(), "a file that does not matter was told");
    }

    #[tokio::test]
    async fn a_folder_that_appears_later_or_anew_is_watched() {
        let dir = TempDir::new().unwrap();
        let mut watch = watch(&dir);
        let services = dir.path().join("services");
        for _ in 0..2 {
            std::fs::create_dir(&services).unwrap();
            told(&mut watch).await;
            put(&dir, "services/api.toml", "command = [\"a\"]");
            told(&mut watch).await;
            std::fs::rename(&services, dir.path().join("elsewhere")).unwrap();
            told(&mut watch).await;
            std::fs::remove_dir_all(dir.path().join("elsewhere")).unwrap();
        }
    }

    #[tokio::test]
    async fn a_write_in_place_is_told() {
        let dir = TempDir::new().unwrap();
        std::fs::create_dir(dir.path().join("services")).unwrap();
        put(&dir, "services/api.toml", "command = [\"a\"]");
        let mut watch = watch(&dir);
        let path = dir.path().join("services/api.toml");
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        std::io::Write::write_all(&mut file, b"\n").unwrap();
        drop(file);
        told(&mut watch).await;
    }
}
