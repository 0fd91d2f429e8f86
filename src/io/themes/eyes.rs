//! How the shipped themes look to different eyes.

use super::{ThemePlaces, Themes};
use crate::model::theme::{Depth, Face, Ink, Palette, Role, indexed_rgb};

/// A shipped theme.
fn shipped(name: &str) -> Palette {
    let themes = Themes::find(ThemePlaces::default());
    themes.all[themes.position(name).unwrap()].palette.clone()
}

/// The colour of a face; `text` is the terminal's own colour of text.
fn rgb(face: Face, text: [u8; 3]) -> [u8; 3] {
    match face.ink {
        Ink::Default => text,
        Ink::Rgb(red, green, blue) => [red, green, blue],
        Ink::Indexed(index) => indexed_rgb(index),
        Ink::Ansi(_) => panic!("the palette of the terminal decides about {face:?}"),
    }
}

/// Linear light of each part, from 0 to 1: WCAG 2.2, "relative luminance" (IEC 61966-2-1).
fn linear(colour: [u8; 3]) -> [f64; 3] {
    colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    })
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = linear(colour);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// WCAG 2.2, "contrast ratio".
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_colour_of_a_shipped_theme_can_be_read_on_its_background() {
    const DARK: [[u8; 3]; 3] = [[0, 0, 0], [0x12, 0x12, 0x12], [0x1e, 0x1e, 0x1e]];
    const LIGHT: [[u8; 3]; 3] = [[255, 255, 255], [0xfa, 0xfa, 0xfa], [0xf3, 0xf3, 0xf3]];
    for (name, backgrounds, least) in [
        ("dark", DARK, 4.5),
        ("blue-orange", DARK, 4.5),
        ("high-contrast", DARK, 7.0),
        ("light", LIGHT, 4.5),
    ] {
        for depth in [Depth::True, Depth::Indexed] {
            let palette = shipped(name).at(depth);
            for role in Role::ALL {
                let face = palette.face(role);
                assert!(!face.faint, "{name}: how faint {role:?} is nobody knows");
                if face.ink == Ink::Default {
                    continue;
                }
                for background in backgrounds {
                    let found = contrast(rgb(face, [0; 3]), background);
                    assert!(found >= least, "{name} {depth:?} {role:?}: {found:.2}");
                }
            }
        }
    }
}

/// How eyes without one kind of cones see a colour, in linear light: Machado, Oliveira and
/// Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
/// TVCG 15(6), 2009, severity 1.0.
const PROTANOPIA: [[f64; 3]; 3] = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTERANOPIA: [[f64; 3]; 3] = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];
const ALL_CONES: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// A colour as these eyes see it, in CIE L*a*b* (white: D65).
fn seen(colour: [u8; 3], eyes: [[f64; 3]; 3]) -> [f64; 3] {
    let times =
        |rows: [[f64; 3]; 3], [a, b, c]: [f64; 3]| rows.map(|[x, y, z]| x * a + y * b + z * c);
    let light = times(eyes, linear(colour)).map(|part| part.clamp(0.0, 1.0));
    let xyz = times(
        [
            [0.412_456, 0.357_576, 0.180_438],
            [0.212_673, 0.715_152, 0.072_175],
            [0.019_334, 0.119_192, 0.950_304],
        ],
        light,
    );
    let curve = |part: f64| {
        if part > 0.008_856 {
            part.cbrt()
        } else {
            7.787 * part + 16.0 / 116.0
        }
    };
    let [x, y, z] = xyz;
    let [x, y, z] = [curve(x / 0.950_47), curve(y), curve(z / 1.088_83)];
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

#[test]
fn states_stay_apart_for_eyes_that_do_not_tell_red_from_green() {
    // Up, degraded, failed, stopped.
    let roles = [Role::Up, Role::Warning, Role::Alarm, Role::Dim];
    // A usual colour of text on a dark terminal.
    let text = [0xe8, 0xe8, 0xe8];
    for name in ["blue-orange", "high-contrast"] {
        for depth in [Depth::True, Depth::Indexed] {
            let palette = shipped(name).at(depth);
            for eyes in [ALL_CONES, PROTANOPIA, DEUTERANOPIA] {
                for (at, a) in roles.iter().enumerate() {
                    for b in &roles[at + 1..] {
                        let [a_seen, b_seen] =
                            [a, b].map(|role| seen(rgb(palette.face(*role), text), eyes));
                        let parts = a_seen.into_iter().zip(b_seen);
                        let far = parts.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                        assert!(far >= 12.0, "{name} {depth:?}: {a:?} and {b:?}: {far:.1}");
                    }
                }
            }
        }
    }
}
