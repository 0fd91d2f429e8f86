//! How the console looks: from flags, the environment, settings and theme files.

use std::path::Path;

use jiff::tz::TimeZone;

use crate::{
    cli::args::LookArgs,
    io::themes::{DEFAULT, ThemePlaces, Themes},
    keymap::Keymap,
    model::{
        Settings,
        settings::{ColourChoice, GlyphChoice},
    },
    supervisor,
    tui::theme::{self, Looks, Theme},
};

use super::{Flags, own_path};

/// The keys and the looks of a console of this root, and what is wrong with their files.
pub(super) fn with_keys(flags: &Flags, root: &Path) -> (Keymap, Looks, Vec<String>) {
    let (keymap, mut notices) = super::keymap::in_force(flags.keymap.as_deref(), root);
    let (looks, wrong) = in_force(&flags.looks, root);
    notices.extend(wrong);
    (keymap, looks, notices)
}

/// The looks of a console of this root, and what is wrong with their files, one line each: a flag
/// counts before the environment, that before the user's settings, those before the root's.
pub(super) fn in_force(flags: &LookArgs, root: &Path) -> (Looks, Vec<String>) {
    let environment = std::env::vars_os().collect();
    let user = supervisor::user_folder(&environment);
    // What is wrong with these files is told by whoever loads the services, and with the keymap.
    let (own, _told) = supervisor::user_settings(&environment);
    let of_root = supervisor::load(root, &own_path()).map(|loaded| loaded.settings);
    let settings = own.over(of_root.unwrap_or_default());
    let themes = Themes::find(ThemePlaces {
        user: user.as_deref(),
        root: Some(root),
    });
    let variable = std::env::var("OATS_THEME").ok();
    let variable = variable.filter(|name| !name.is_empty());
    let (at, notices) = choose(flags, variable.as_deref(), &settings, &themes);
    (looks(flags, &settings, themes, at), notices)
}

/// Where the chosen theme stands, and what is wrong with it.
fn choose(
    flags: &LookArgs,
    variable: Option<&str>,
    settings: &Settings,
    themes: &Themes,
) -> (usize, Vec<String>) {
    let given = flags.theme.as_deref().map(|name| ("--theme", name));
    let given = given.or_else(|| variable.map(|name| ("OATS_THEME", name)));
    let set = || settings.theme.as_deref().map(|name| ("oats.toml", name));
    let (by, name) = given.or_else(set).unwrap_or((DEFAULT, DEFAULT));
    let Some(at) = themes.position(name) else {
        let standard = themes.position(DEFAULT).unwrap_or(0);
        return (standard, vec![format!("{by}: {}", themes.unknown(name))]);
    };
    let wrong = themes.wrong.get(name).into_iter().flatten();
    let notices = wrong.map(|it| {
        let help = it.help.as_deref().map(|help| format!(" ({help})"));
        let (file, line, column, message) = (&it.file, it.line, it.column, &it.message);
        format!(
            "{file}:{line}:{column}: {message}{}",
            help.unwrap_or_default()
        )
    });
    (at, notices.collect())
}

fn looks(flags: &LookArgs, settings: &Settings, themes: Themes, at: usize) -> Looks {
    let var = |name: &str| std::env::var(name).ok();
    let depth = theme::depth(&var, settings.colour.unwrap_or(ColourChoice::Auto));
    let glyphs = if flags.ascii {
        GlyphChoice::Ascii
    } else {
        settings.glyphs.unwrap_or(GlyphChoice::Auto)
    };
    let theme = Theme {
        glyphs: theme::glyphs(&var, glyphs),
        ..Theme::from_env(var, TimeZone::system())
    };
    Looks::new(theme, themes.all, at, (depth, theme::forbidden(&var)))
}
