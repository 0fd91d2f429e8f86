//! The pictures in the documentation are what the console draws.

use std::{collections::BTreeSet, fs, path::Path};

#[path = "../examples/pictures/album.rs"]
mod album;
#[path = "../examples/pictures/record.rs"]
mod record;
#[path = "../examples/pictures/scene.rs"]
mod scene;
#[path = "../examples/pictures/svg.rs"]
mod svg;

#[test]
fn the_pictures_in_docs_are_what_the_console_draws() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = project.join("docs/pictures");
    let pictures = album::all(&project.join("examples/pictures/data")).unwrap();
    let stale: Vec<&str> = pictures
        .iter()
        .filter(|picture| {
            let drawn = fs::read_to_string(folder.join(&picture.file));
            drawn.ok().as_deref() != Some(picture.svg.as_str())
        })
        .map(|picture| picture.file.as_str())
        .collect();
    assert!(
        stale.is_empty(),
        "look at what has changed, then `cargo run --example pictures`: {stale:?}"
    );
    let drawn: BTreeSet<&str> = pictures.iter().map(|it| it.file.as_str()).collect();
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            drawn.contains(name.as_str()),
            "nothing draws {name} any more"
        );
    }
}
