//! Draws the pictures of the documentation: the views of the console as it draws them itself, over
//! what `record.py` has recorded.
//!
//! ```sh
//! cargo run --example pictures
//! ```
//!
//! writes `docs/pictures/*.svg`; a test holds them current.

use std::{fs, path::Path};

use oats::io::files;

mod album;
mod record;
mod scene;
mod svg;

fn main() -> Result<(), record::Failed> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = project.join("docs/pictures");
    fs::create_dir_all(&folder)?;
    for picture in album::all(&project.join("examples/pictures/data"))? {
        files::replace(&folder.join(picture.file), picture.svg.as_bytes())?;
    }
    Ok(())
}
