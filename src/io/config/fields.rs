//! A table as its reader sees it: values by key, the service's own before the defaults.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::{
    diagnostic::Diagnostic,
    item::Item,
    keys::{self, Section},
    source::{Place, Source},
};

/// What is wrong with a value; the place is added by whoever knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Everything found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(pub(super) Vec<Diagnostic>);

impl Problems {
    pub(super) fn add(&mut self, place: &Place<'_>, wrong: Wrong) {
        self.0.push(place.says(wrong.message, wrong.help));
    }
}

/// One table of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer<'a> {
    pub(super) source: &'a Source,
    pub(super) table: &'a DeTable<'a>,
    /// Whether it stands in the service's own file, not in the defaults.
    pub(super) own: bool,
}

/// One table, over all files that say something about it.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    section: &'static Section,
    layers: Vec<Layer<'a>>,
}

impl<'a> Fields<'a> {
    /// The table in these layers, the strongest first. Its unknown keys are reported here.
    pub(super) fn open(
        section: &'static Section,
        layers: Vec<Layer<'a>>,
        problems: &mut Problems,
    ) -> Self {
        for layer in &layers {
            for key in layer.table.keys() {
                if let Some(wrong) = unknown(section, key.get_ref()) {
                    problems.add(&layer.source.place(key.span()), wrong);
                }
            }
        }
        Self { section, layers }
    }

    /// The value of a key: the service's own, else the default.
    pub(super) fn get(&self, key: &str) -> Option<Item<'a>> {
        self.layers.iter().find_map(|layer| self.item(layer, key))
    }

    fn item(&self, layer: &Layer<'a>, key: &str) -> Option<Item<'a>> {
        let value = layer.table.get(key)?;
        Some(Item {
            name: self.section.full(key),
            place: layer.source.place(value.span()),
            own: layer.own,
            source: layer.source,
            value: value.get_ref(),
        })
    }

    /// The value of a key, as `parse` reads it; `None` also when it is wrong.
    pub(super) fn read<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&Item<'a>) -> Result<T, Wrong>,
        problems: &mut Problems,
    ) -> Option<T> {
        self.get(key)?.read(parse, problems)
    }

    /// Whether the service's own file has a key that is nearly this one.
    pub(super) fn misspells(&self, key: &str) -> bool {
        let own = self.layers.iter().filter(|layer| layer.own);
        let unknown = own
            .flat_map(|layer| layer.table.keys())
            .filter(|written| !self.section.keys.contains(&written.get_ref().as_ref()));
        let keys = self.section.keys.iter().copied();
        let mut meant = unknown.map(|written| keys::nearest(written.get_ref(), keys.clone()));
        meant.any(|meant| meant == Some(key))
    }

    /// Whether the service's own file has this key.
    pub(super) fn has_own(&self, key: &str) -> bool {
        self.get(key).is_some_and(|item| item.own)
    }

    /// The one of these keys that is set. The service's own choice replaces a default one; two
    /// in one file are a mistake.
    pub(super) fn one_of(
        &self,
        keys: &[&'static str],
        problems: &mut Problems,
    ) -> Option<(&'static str, Item<'a>)> {
        for layer in &self.layers {
            let set = keys
                .iter()
                .filter_map(|key| Some((*key, self.item(layer, key)?)));
            let mut set: Vec<_> = set.collect();
            set.sort_by_key(|(_, item)| item.place.start());
            let mut set = set.into_iter();
            let Some(first) = set.next() else { continue };
            for (_, item) in set {
                let other = first.1.place.file_and_line();
                let wrong = Wrong::new(format!(
                    "{} and {} exclude each other",
                    first.1.name, item.name
                ))
                .help(format!(
                    "{} stands in {other}: keep one of them",
                    first.1.name
                ));
                problems.add(&item.place, wrong);
            }
            return Some(first);
        }
        None
    }

    /// The table under a key.
    pub(super) fn table(
        &self,
        key: &str,
        section: &'static Section,
        problems: &mut Problems,
    ) -> Fields<'a> {
        let layers = self.tables(key, problems);
        Fields::open(section, layers, problems)
    }

    /// The entries of a table whose keys are free; for each, the place of its key and its value.
    pub(super) fn entries(
        &self,
        key: &str,
        problems: &mut Problems,
    ) -> BTreeMap<String, (Place<'a>, Item<'a>)> {
        let mut entries = BTreeMap::new();
        for layer in self.tables(key, problems) {
            for (name, value) in layer.table {
                let item = Item {
                    name: format!("{key}.{}", name.get_ref().escape_debug()),
                    place: layer.source.place(value.span()),
                    own: layer.own,
                    source: layer.source,
                    value: value.get_ref(),
                };
                let place = layer.source.place(name.span());
                entries
                    .entry(name.get_ref().to_string())
                    .or_insert((place, item));
            }
        }
        entries
    }

    /// The tables under a key, in all layers.
    fn tables(&self, key: &str, problems: &mut Problems) -> Vec<Layer<'a>> {
        let items = self.layers.iter().filter_map(|layer| self.item(layer, key));
        items
            .filter_map(|item| item.read(Item::layer, problems))
            .collect()
    }
}

/// What is wrong with a key, unless it is known.
fn unknown(section: &Section, key: &str) -> Option<Wrong> {
    if section.keys.contains(&key) {
        return None;
    }
    let place = match section.name {
        "" => String::new(),
        name => format!(" in {name}"),
    };
    let help = keys::suggest(key, "keys", section.keys);
    Some(Wrong::new(format!("unknown key \"{}\"{place}", key.escape_debug())).help(help))
}
