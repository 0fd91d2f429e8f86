//! The text of `oats.toml` and `services/*.toml` as types, with every mistake and its place.
//!
//! *Owns*: the keys, their types and defaults, and the wording of what is wrong with a file.
//! *Never*: compares one service with another. *Talks to*: `model`, the file system.

mod diagnostic;
mod document;
mod env_file;
mod fields;
mod files;
mod fill;
mod health;
mod item;
mod keys;
mod policy;
mod service;
mod settings;
mod source;
mod text;
mod theme;

pub use diagnostic::{Diagnostic, Excerpt};
pub use document::Document;
pub use env_file::{Variables, read_variables};
pub(super) use files::read;
pub use files::{Found, can_be_root, is_root, list, read_settings_file};
pub(super) use keys::suggest;
pub use keys::{known_keys, nearest, suggest_service};
pub use service::ServiceFile;
pub use settings::{Defaults, read_settings, read_user_settings};
pub use source::{Place, Source};
pub use text::duration;
pub use theme::read_theme;
