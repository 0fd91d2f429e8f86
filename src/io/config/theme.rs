//! A theme file: which role has which colour and weight.

use crate::model::theme::{ANSI_NAMES, Face, Ink, Palette, Role};

use super::{
    diagnostic::Diagnostic,
    document::Document,
    fields::{Fields, Problems, Wrong},
    item::Item,
    keys::{self, Section},
    source::Source,
};

/// The table `[roles]`: one key for each role.
static ROLES: Section = Section {
    name: "roles",
    keys: &[
        "up", "alarm", "warning", "doubt", "busy", "strong", "dim", "key", "rule", "focus",
        "stderr", "oats",
    ],
};

/// What a theme file says, over the theme that it inherits; `known` are the themes that can be
/// inherited. What is wrong is told, and the rest counts.
pub fn read_theme(
    source: &Source,
    known: &[(&'static str, Palette)],
) -> (Palette, Vec<Diagnostic>) {
    let document = match Document::parse(source) {
        Ok(document) => document,
        Err(problems) => return (Palette::TERMINAL, problems),
    };
    let mut problems = Problems::default();
    let fields = Fields::open(&keys::THEME, vec![document.layer()], &mut problems);
    let _only_one = fields.read("version", |item| item.number(1..=1), &mut problems);
    let _for_people = fields.read("title", Item::line, &mut problems);
    let names: Vec<_> = known.iter().map(|(name, _)| (*name, *name)).collect();
    let base = fields.read("inherits", |item| item.choice(&names), &mut problems);
    let found = known.iter().find(|(name, _)| Some(*name) == base);
    let mut palette = found.map_or(Palette::TERMINAL, |(_, palette)| palette.clone());
    let roles = fields.table("roles", &ROLES, &mut problems);
    for role in Role::ALL {
        let below = palette.face(role);
        let Some(item) = roles.get(role.id()) else {
            continue;
        };
        palette.set(role, face(&item, below, &mut problems));
    }
    (palette, problems.0)
}

/// How a role looks: a colour, or a table; what is not said is as in `below`.
fn face(item: &Item<'_>, below: Face, problems: &mut Problems) -> Face {
    if !item.is_table() {
        let ink = item.read(ink, problems);
        return match ink {
            Some(ink) => Face {
                ink,
                few: None,
                faint: false,
                ..below
            },
            None => below,
        };
    }
    let Some(layer) = item.read(Item::layer, problems) else {
        return below;
    };
    let fields = Fields::open(&keys::FACE, vec![layer], problems);
    let colour = fields.read("color", ink, problems);
    let few = fields.read("color16", few, problems);
    let mut flag = |key, below| fields.read(key, Item::flag, problems).unwrap_or(below);
    Face {
        // A colour of its own is not made faint by what it was before.
        faint: flag("faint", below.faint && colour.is_none()),
        bold: flag("bold", below.bold),
        underline: flag("underline", below.underline),
        few: few.or(below.few.filter(|_| colour.is_none())),
        ink: colour.unwrap_or(below.ink),
    }
}

/// What a colour can be.
const COLOUR: &str = "a colour like \"#ff8700\", \"cyan\" or \"default\"";

/// A colour.
fn ink(item: &Item<'_>) -> Result<Ink, Wrong> {
    let text = item.text(COLOUR)?;
    Ink::parse(text).ok_or_else(|| item.wrong(COLOUR).help(names(text)))
}

/// One of the sixteen.
fn few(item: &Item<'_>) -> Result<Ink, Wrong> {
    let expected = "one of the sixteen colours, or \"default\"";
    let text = item.text(expected)?;
    let found = Ink::parse(text).filter(|ink| !matches!(ink, Ink::Rgb(..) | Ink::Indexed(_)));
    found.ok_or_else(|| item.wrong(expected).help(names(text)))
}

/// Which colour was probably meant.
fn names(word: &str) -> String {
    let mut known = vec!["default"];
    known.extend(ANSI_NAMES);
    keys::suggest(word, "colours", &known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Palette, Vec<String>) {
        let source = Source::new("themes/mine.toml", text.as_bytes()).unwrap();
        let known = [("terminal", Palette::TERMINAL), ("mono", Palette::MONO)];
        let (palette, problems) = read_theme(&source, &known);
        (palette, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_role_has_its_key() {
        assert_eq!(ROLES.keys, Role::ALL.map(Role::id));
    }

    #[test]
    fn a_role_is_a_colour_or_a_table_and_the_rest_is_inherited() {
        let (palette, problems) = read(
            "inherits = \"mono\"\n[roles]\ndim = \"#808080\"\n\
             alarm = { color = \"bright-red\", underline = false }\nkey = { bold = false }\n",
        );
        assert_eq!(problems, Vec::<String>::new());
        let dim = palette.face(Role::Dim);
        assert_eq!((dim.ink, dim.faint), (Ink::Rgb(128, 128, 128), false));
        let alarm = palette.face(Role::Alarm);
        assert_eq!(
            (alarm.ink, alarm.bold, alarm.underline),
            (Ink::Ansi(9), true, false)
        );
        assert!(!palette.face(Role::Key).bold);
        assert_eq!(palette.face(Role::Doubt), Palette::MONO.face(Role::Doubt));
    }

    #[test]
    fn mistakes_name_their_place_and_what_was_meant_and_the_rest_counts() {
        let (palette, problems) = read(
            "inherits = \"dakr\"\n[roles]\nalram = \"red\"\nwarning = \"ornage\"\n\
             busy = { color = 7 }\nstderr = \"blue\"\n",
        );
        let said: Vec<&str> = problems.iter().filter_map(|it| it.lines().next()).collect();
        assert_eq!(
            said,
            [
                "themes/mine.toml:1:12: inherits: expected \"terminal\" or \"mono\", found \"dakr\"",
                "themes/mine.toml:3:1: unknown key \"alram\" in roles",
                "themes/mine.toml:4:11: roles.warning: expected a colour like \"#ff8700\", \"cyan\" or \"default\", found \"ornage\"",
                "themes/mine.toml:5:18: color: expected a colour like \"#ff8700\", \"cyan\" or \"default\", found the number 7",
            ]
        );
        assert!(
            problems[1].contains("did you mean \"alarm\"?"),
            "{}",
            problems[1]
        );
        assert_eq!(palette.face(Role::Stderr).ink, Ink::Ansi(4));
        assert_eq!(
            palette.face(Role::Warning),
            Palette::TERMINAL.face(Role::Warning)
        );
    }
}
