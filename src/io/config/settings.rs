//! `oats.toml`: where things lie, how the console looks, and defaults for every service.

use std::{net::SocketAddr, path::Path};

use crate::model::{
    Port, ServiceName,
    root::Root,
    settings::{ApiAddress, ColourChoice, GlyphChoice, Settings},
    theme::Depth,
};

use super::{
    diagnostic::Diagnostic,
    document::Document,
    fields::{Fields, Layer, Problems, Wrong},
    files::read_if_there,
    fill::Fill,
    item::Item,
    keys,
    service::{STAND_IN, Scope, read_rest},
};

/// How many colours: the words.
const COLOURS: [(&str, ColourChoice); 5] = [
    ("auto", ColourChoice::Auto),
    ("none", ColourChoice::Depth(Depth::None)),
    ("16", ColourChoice::Depth(Depth::Sixteen)),
    ("256", ColourChoice::Depth(Depth::Indexed)),
    ("true", ColourChoice::Depth(Depth::True)),
];

/// Which characters: the words.
const GLYPHS: [(&str, GlyphChoice); 3] = [
    ("auto", GlyphChoice::Auto),
    ("unicode", GlyphChoice::Unicode),
    ("ascii", GlyphChoice::Ascii),
];

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
) -> (Root, Settings, Defaults<'a>) {
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
    let mut choices = choices(&fields, &mut found);
    choices.api = fields.read("api", api, &mut found);
    let layer = fields.read("defaults", Item::layer, &mut found);
    let layer = layer.map(|layer| Layer {
        own: false,
        ..layer
    });
    if let Some(layer) = layer {
        check_defaults(layer, (root, oats), &mut found);
    }
    problems.append(&mut found.0);
    (folders, choices, Defaults { layer })
}

/// Reads the user's own `oats.toml`, where there is one: what is wrong in it is added to `problems`,
/// and what is right counts all the same.
pub fn read_user_settings(path: &Path, problems: &mut Vec<Diagnostic>) -> Settings {
    let label = path.to_string_lossy().escape_debug().to_string();
    let source = match read_if_there(path, &label) {
        Ok(Some(source)) => source,
        Ok(None) => return Settings::default(),
        Err(problem) => {
            problems.push(*problem);
            return Settings::default();
        }
    };
    let document = match Document::parse(&source) {
        Ok(document) => document,
        Err(mut errors) => {
            problems.append(&mut errors);
            return Settings::default();
        }
    };
    let mut found = Problems::default();
    let fields = Fields::open(&keys::USER, vec![document.layer()], &mut found);
    let choices = choices(&fields, &mut found);
    problems.append(&mut found.0);
    choices
}

/// What is chosen about the console.
fn choices(fields: &Fields<'_>, problems: &mut Problems) -> Settings {
    Settings {
        keymap: fields.read("keymap", |item| name_of(item, "keymap"), problems),
        theme: fields.read("theme", |item| name_of(item, "theme"), problems),
        colour: fields.read("color", |item| item.choice(&COLOURS), problems),
        glyphs: fields.read("glyphs", |item| item.choice(&GLYPHS), problems),
        // Which port a root listens at is nothing that its user could choose for all of them.
        api: None,
    }
}

/// Where the control API listens: a loopback address with a port, or "off".
fn api(item: &Item<'_>) -> Result<ApiAddress, Wrong> {
    let expected = "a loopback address like \"127.0.0.1:9000\", or \"off\"";
    let text = item.text(expected)?;
    if text == "off" {
        return Ok(ApiAddress::Off);
    }
    let text = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    let address: Option<SocketAddr> = text.parse().ok();
    match address {
        Some(address) if !address.ip().is_loopback() => Err(item
            .wrong(expected)
            .help("whoever reaches this API can start and kill: it listens on this machine only")),
        Some(address) if address.port() != 0 => Ok(ApiAddress::At(address)),
        Some(_) | None => Err(item.wrong(expected)),
    }
}

/// The name of a keymap or theme: the rule is that for services, since it is the stem of a file as
/// well.
fn name_of(item: &Item<'_>, what: &str) -> Result<String, Wrong> {
    let expected = format!("the name of a {what}");
    let text = item.text(&expected)?;
    let name: Option<ServiceName> = text.parse().ok();
    name.map(|name| name.as_str().to_owned()).ok_or_else(|| {
        item.wrong(&expected)
            .help("1 to 63 of a-z, 0-9, \"-\" and \"_\", starting with a letter or a digit")
    })
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
