//! Which looks an environment gets.

use super::*;

fn detect(pairs: &[(&str, &str)]) -> Theme {
    let var = |name: &str| {
        let found = pairs.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Theme::from_env(var, TimeZone::UTC)
}

#[test]
fn the_environment_chooses_colour_and_glyphs() {
    let plain = detect(&[("TERM", "xterm"), ("LANG", "de_DE.UTF-8")]);
    assert_eq!(
        (plain.colour, plain.glyphs),
        (Colour::Ansi, Glyphs::Unicode)
    );
    let overruled = detect(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]);
    assert_eq!(overruled.glyphs, Glyphs::Ascii);
    let empty_is_unset = detect(&[("LC_ALL", ""), ("LANG", "en.utf8"), ("NO_COLOR", "")]);
    assert_eq!(empty_is_unset.glyphs, Glyphs::Unicode);
    assert_eq!(empty_is_unset.colour, Colour::Ansi);
    assert_eq!(detect(&[("NO_COLOR", "1")]).colour, Colour::Mono);
    assert_eq!(detect(&[("TERM", "dumb")]).colour, Colour::Mono);
}

#[test]
fn no_style_sets_a_background_and_mono_sets_no_colour() {
    let mono = detect(&[("NO_COLOR", "1")]);
    let ansi = detect(&[]);
    for theme in [&mono, &ansi] {
        for state in State::ALL {
            for style in [theme.state(state), theme.reason(state)] {
                assert_eq!(style.bg, None);
                assert!(theme.colour == Colour::Ansi || style.fg.is_none());
            }
        }
    }
    assert!(mono.key().fg.is_none() && mono.rule(Weight::Heavy).fg.is_none());
}

#[test]
fn the_terminal_says_how_many_colours_it_has_and_the_environment_forbids_them() {
    let of = |pairs: &[(&str, &str)], choice| {
        let var = |name: &str| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        depth(&var, choice)
    };
    let auto = ColourChoice::Auto;
    assert_eq!(of(&[("TERM", "xterm")], auto), Depth::Sixteen);
    assert_eq!(of(&[("TERM", "screen-256color")], auto), Depth::Indexed);
    let rich = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor")];
    assert_eq!(of(&rich, auto), Depth::True);
    assert_eq!(
        of(&rich, ColourChoice::Depth(Depth::Sixteen)),
        Depth::Sixteen
    );
    let always = ColourChoice::Depth(Depth::True);
    assert_eq!(
        of(&[("TERM", "xterm"), ("NO_COLOR", "1")], always),
        Depth::None
    );
    assert_eq!(of(&[("TERM", "dumb")], always), Depth::None);
}

#[test]
fn states_stay_apart_without_any_colour() {
    let theme = detect(&[("NO_COLOR", "1")]);
    let styles = [State::Up, State::Degraded, State::Fail, State::Stop].map(|it| theme.state(it));
    for (at, a) in styles.iter().enumerate() {
        assert!(!styles[at + 1..].contains(a), "{a:?}");
    }
    let signs: std::collections::BTreeSet<_> = State::ALL.map(State::word).into();
    assert_eq!(signs.len(), State::ALL.len());
}

#[test]
fn the_key_goes_through_all_themes_and_says_how_to_keep_one() {
    let both = [("terminal", Palette::TERMINAL), ("mono", Palette::MONO)];
    let themes = both.map(|(name, palette)| crate::model::theme::NamedTheme {
        name: name.to_owned(),
        palette,
    });
    let mut looks = Looks::new(detect(&[]), themes.to_vec(), 0, (Depth::Sixteen, None));
    assert_eq!(looks.theme().colour, Colour::Ansi);
    let said = looks.turn();
    assert!(
        said.contains("mono") && said.contains("theme = \"mono\""),
        "{said}"
    );
    assert_eq!(looks.theme().colour, Colour::Mono);
    looks.turn();
    assert_eq!(looks.theme().colour, Colour::Ansi);
    let why = (Depth::None, Some("NO_COLOR is set"));
    let mut none = Looks::new(detect(&[]), themes.to_vec(), 0, why);
    assert_eq!(none.turn(), "No theme has colours here: NO_COLOR is set.");
    assert_eq!(none.theme().colour, Colour::Mono);
}
