//! Every key of every table: one row per table. Messages, checks and the test of the
//! documentation read it.

/// The keys of one table.
#[derive(Debug)]
pub(super) struct Section {
    /// Its name in messages; empty for the file itself.
    pub(super) name: &'static str,
    /// Keys that are read.
    pub(super) keys: &'static [&'static str],
}

impl Section {
    const fn new(name: &'static str, keys: &'static [&'static str]) -> Self {
        Self { name, keys }
    }

    /// A key with the name of its table before it.
    pub(super) fn full(&self, key: &str) -> String {
        match self.name {
            "" => key.to_owned(),
            name => format!("{name}.{key}"),
        }
    }
}

pub(super) const SETTINGS: Section = Section::new(
    "",
    &[
        "api", "keymap", "theme", "color", "glyphs", "data_dir", "log_dir", "defaults",
    ],
);

/// The user's own `oats.toml`.
pub(super) const USER: Section = Section::new("", &["keymap", "theme", "color", "glyphs"]);
/// A theme file.
pub(super) const THEME: Section = Section::new("", &["version", "title", "inherits", "roles"]);
/// How one role of a theme looks, where that is a table.
pub(super) const FACE: Section =
    Section::new("", &["color", "color16", "bold", "underline", "faint"]);

pub(super) const SERVICE: Section = Section::new(
    "",
    &[
        "description",
        "command",
        "shell",
        "cwd",
        "env_file",
        "env",
        "port",
        "port_owner",
        "depends_on",
        "group",
        "autostart",
        "arena",
        "health",
        "recover",
        "stop",
        "restart",
        "logs",
    ],
);

/// Keys of a service file that cannot have a default.
pub(super) const NO_DEFAULT: [&str; 3] = ["command", "shell", "port"];

pub(super) const NEED: Section = Section::new("depends_on", &["service", "condition"]);

pub(super) const HEALTH: Section = Section::new(
    "health",
    &[
        "http",
        "tcp",
        "exec",
        "log",
        "expect",
        "interval",
        "timeout",
        "failures",
        "successes",
        "start_timeout",
    ],
);

pub(super) const RECOVER: Section = Section::new("recover", &["http", "exec", "timeout"]);

pub(super) const STOP: Section = Section::new("stop", &["signal", "timeout"]);

pub(super) const RESTART: Section = Section::new(
    "restart",
    &[
        "policy",
        "first_delay",
        "max_delay",
        "give_up",
        "reset_after",
    ],
);

pub(super) const GIVE_UP: Section = Section::new("restart.give_up", &["deaths", "within"]);

pub(super) const LOGS: Section = Section::new("logs", &["max_size", "keep"]);

/// Every key that oats reads, as `table.key`, service files first.
pub fn known_keys() -> Vec<String> {
    let sections = [
        SERVICE, NEED, HEALTH, RECOVER, STOP, RESTART, GIVE_UP, LOGS, SETTINGS,
    ];
    sections
        .iter()
        .flat_map(|section| section.keys.iter().map(|key| section.full(key)))
        .collect()
}

/// The known word that `word` was probably meant to be.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    // A word of three letters may differ in one, of nine in three.
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|other| (strsim::osa_distance(&word, other), other))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// "did you mean "port"? known keys: ...", as a help line.
pub(in crate::io) fn suggest(word: &str, kind: &str, known: &[&str]) -> String {
    let list = known.join(", ");
    match nearest(word, known.iter().copied()) {
        Some(other) => format!("did you mean \"{other}\"? known {kind}: {list}"),
        None => format!("known {kind}: {list}"),
    }
}

/// Which service was probably meant, and which there are, as a help line.
pub fn suggest_service<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    // A long list helps nobody; the nearest name does.
    const LISTED: usize = 20;
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(word, known.iter().copied()) {
        _ if known.is_empty() => "there is no other service yet".to_owned(),
        Some(near) if known.len() > LISTED => format!("did you mean \"{near}\"?"),
        None if known.len() > LISTED => format!("there are {} services", known.len()),
        Some(_) | None => suggest(word, "services", &known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_near() {
        let keys = SERVICE.keys.iter().copied();
        for (typed, meant) in [
            ("prot", Some("port")),
            ("Port", Some("port")),
            ("comand", Some("command")),
            ("depend_on", Some("depends_on")),
            ("desription", Some("description")),
            ("enviroment", None),
            ("x", None),
        ] {
            assert_eq!(nearest(typed, keys.clone()), meant, "{typed}");
        }
    }
}
