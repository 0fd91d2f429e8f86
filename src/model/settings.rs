//! What people choose about the console: in the root's `oats.toml`, and in their own.

use std::net::SocketAddr;

use super::theme::Depth;

/// The choices of one `oats.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The name of a keymap, checked against the rule for names; `None`: not chosen here.
    pub keymap: Option<String>,
    /// The name of a theme, checked against the rule for names; `None`: not chosen here.
    pub theme: Option<String>,
    /// How many colours are used; `None`: not chosen here.
    pub colour: Option<ColourChoice>,
    /// Which characters are drawn; `None`: not chosen here.
    pub glyphs: Option<GlyphChoice>,
    /// Where the control API listens; `None`: not chosen here.
    pub api: Option<ApiAddress>,
}

/// Where the control API listens, beside its unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiAddress {
    /// Nowhere.
    Off,
    /// At this loopback address; at the next free port when this one is taken.
    At(SocketAddr),
}

impl Default for ApiAddress {
    fn default() -> Self {
        Self::At(SocketAddr::from(([127, 0, 0, 1], 9000)))
    }
}

/// How many colours the console uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourChoice {
    /// As many as the terminal says it has.
    Auto,
    /// So many.
    Depth(Depth),
}

/// Which characters the console draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlyphChoice {
    /// What the locale allows.
    Auto,
    /// Lines and symbols of Unicode.
    Unicode,
    /// ASCII only.
    Ascii,
}

impl Settings {
    /// These choices; where they say nothing, those of `weaker`.
    #[must_use]
    pub fn over(self, weaker: Self) -> Self {
        Self {
            keymap: self.keymap.or(weaker.keymap),
            theme: self.theme.or(weaker.theme),
            colour: self.colour.or(weaker.colour),
            glyphs: self.glyphs.or(weaker.glyphs),
            api: self.api.or(weaker.api),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_choice_wins_key_by_key() {
        let user = Settings {
            keymap: Some("mine".to_owned()),
            ..Settings::default()
        };
        let root = Settings {
            keymap: Some("team".to_owned()),
            theme: Some("mono".to_owned()),
            ..Settings::default()
        };
        let both = user.over(root);
        assert_eq!(both.keymap.as_deref(), Some("mine"));
        assert_eq!(both.theme.as_deref(), Some("mono"));
    }
}
