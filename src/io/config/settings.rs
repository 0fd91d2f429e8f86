//! `oats.toml`: where things lie, and defaults for every service.

use std::path::Path;

use crate::model::{Port, ServiceName, root::Root};

use super::{
    diagnostic::Diagnostic,
    document::Document,
    fields::{Fields, Layer, Problems, Wrong},
    fill::Fill,
    item::Item,
    keys,
    service::{STAND_IN, Scope, read_rest},
};

/// The table `[defaults]` of `oats.toml`.
#[derive(Debug, Default)]
pub struct Defaults<'a> {
    layer: Option<Layer<'a>>,
}

impl<'a> Defaults<'a> {
    /// The table, to be laid under a service file.
    pub(super) fn layer(&self) -> Option<Layer<'a>> {
        self.layer
    }
}

/// Reads `oats.toml` and adds everything that is wrong with it to `problems`.
pub fn read_settings<'a>(
    document: &'a Document<'a>,
    (root, oats): (&Path, &Path),
    problems: &mut Vec<Diagnostic>,
) -> (Root, Defaults<'a>) {
    let mut found = Problems::default();
    let fields = Fields::open(&keys::SETTINGS, vec![document.layer()], &mut found);
    let mut folders = Root::new(root);
    let mut folder = |key| fields.read(key, |item| folder(item, root), &mut found);
    if let Some(data_dir) = folder("data_dir") {
        folders.data_dir = data_dir;
    }
    if let Some(log_dir) = folder("log_dir") {
        folders.log_dir = log_dir;
    }
    // Its value is looked up where the keys are chosen.
    let _ = fields.read("keymap", Item::line, &mut found);
    let layer = fields.read("defaults", Item::layer, &mut found);
    let layer = layer.map(|layer| Layer {
        own: false,
        ..layer
    });
    if let Some(layer) = layer {
        check_defaults(layer, (root, oats), &mut found);
    }
    problems.append(&mut found.0);
    (folders, Defaults { layer })
}

/// Reads the defaults once by themselves, so that they are checked even when no service uses them.
fn check_defaults(layer: Layer<'_>, (root, oats): (&Path, &Path), problems: &mut Problems) {
    let fields = Fields::open(&keys::SERVICE, vec![layer], problems);
    for key in keys::NO_DEFAULT {
        let refuse = |_: &Item<'_>| -> Result<(), Wrong> {
            Err(Wrong::new(
                "this cannot have a default: it belongs to one service",
            ))
        };
        let _ = fields.read(key, refuse, problems);
    }
    let fill = Fill {
        service: "the service",
        oats,
        port: Port::new(STAND_IN),
    };
    // The name only fills a place: nothing that is read from the defaults is kept here.
    if let Ok(name) = "defaults".parse::<ServiceName>() {
        let _ = read_rest(&name, &fields, &Scope { root, fill }, problems);
    }
}

/// A folder, relative to the root.
fn folder(item: &Item<'_>, root: &Path) -> Result<std::path::PathBuf, Wrong> {
    let text = item.text("a folder in quotes")?;
    if text.is_empty() {
        return Err(item.wrong("a folder"));
    }
    Ok(root.join(text).components().collect())
}
