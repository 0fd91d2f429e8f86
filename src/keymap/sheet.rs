//! One keymap file, read by itself: what it binds, what it inherits, and what is wrong with it.

use std::{ops::Range, sync::Arc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    command::{CommandRow, Context},
    sequence::Sequence,
    table::COMMANDS,
    words::{kind, unknown_command, unknown_entry, warning},
};

/// The version of the format.
const VERSION: i64 = 1;
/// What starts from nothing.
const NOTHING: &str = "none";

/// Something to say about a stretch of a keymap file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// How much it matters.
    pub kind: FaultKind,
    /// The stretch, in bytes of the text.
    pub span: Range<usize>,
    /// What is wrong, and what was expected.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// How much a fault matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// Something does not do what the file says.
    Mistake,
    /// All is done as the file says, but may not work on every terminal.
    Warning,
}

/// What a file builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// It says nothing: the keymap that oats brings along.
    Builtin,
    /// No key at all.
    Nothing {
        /// Where it says so, in bytes of the text.
        at: Range<usize>,
    },
    /// Another keymap.
    Named {
        /// Its name, as it was written.
        name: String,
        /// Where that stands, in bytes of the text.
        at: Range<usize>,
    },
}

/// One keymap file.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The file; `None` for what oats brings along.
    pub(super) label: Option<Arc<str>>,
    pub(super) title: Option<String>,
    pub(super) base: Base,
    /// In the order of the file.
    pub(super) bindings: Vec<Binding>,
    is_toml: bool,
}

/// One line: a command and all of its keys.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) row: &'static CommandRow,
    /// Where the name of the command stands.
    pub(super) at: Range<usize>,
    /// The line of that, from 1.
    pub(super) line: u32,
    pub(super) keys: Vec<(Sequence, Range<usize>)>,
}

impl Sheet {
    /// Reads a text; `label` names the file. What is right is kept, whatever else is wrong; of a
    /// text that is no TOML only the name of the keymap it inherits is kept.
    pub fn read(label: Option<&str>, text: &str) -> (Self, Vec<Fault>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut reader = Reader {
            text,
            faults: Vec::new(),
        };
        let mut sheet = Self {
            label: label.map(Arc::from),
            title: None,
            base: Base::Builtin,
            bindings: Vec::new(),
            is_toml: errors.is_empty(),
        };
        for error in &errors {
            let message = format!("this is not TOML: {}", error.message());
            reader.mistake(error.span().unwrap_or(0..0), message, None);
        }
        let syntax = reader.faults.len();
        for (name, value) in table.get_ref() {
            reader.entry(&mut sheet, name.get_ref(), &name.span(), value);
        }
        if !sheet.is_toml {
            sheet.bindings.clear();
            if matches!(sheet.base, Base::Nothing { .. }) {
                // Otherwise one missing quote would take all keys away.
                sheet.base = Base::Builtin;
            }
            reader.faults.truncate(syntax);
        }
        sheet.bindings.sort_by_key(|binding| binding.at.start);
        reader.faults.sort_by_key(|fault| fault.span.start);
        (sheet, reader.faults)
    }

    /// What it builds on.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Whether the text is TOML at all. Otherwise every fault is about that.
    pub fn is_toml(&self) -> bool {
        self.is_toml
    }
}

/// Reads the values of a file and collects what is wrong with them.
struct Reader<'a> {
    text: &'a str,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn mistake(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        self.faults.push(Fault {
            kind: FaultKind::Mistake,
            span,
            message,
            help,
        });
    }

    /// One key of the file itself.
    fn entry(
        &mut self,
        sheet: &mut Sheet,
        name: &str,
        at: &Range<usize>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let context = Context::ALL.into_iter().find(|it| it.id() == name);
        match (name, context) {
            ("version", _) => self.version(value),
            ("title", _) => sheet.title = self.string(name, value, "a string").map(str::to_owned),
            ("inherits", _) => {
                let named = self.string(name, value, "the name of a keymap in quotes");
                sheet.base = match named {
                    None => Base::Builtin,
                    Some(NOTHING) => Base::Nothing { at: value.span() },
                    Some(name) => Base::Named {
                        name: name.to_owned(),
                        at: value.span(),
                    },
                };
            }
            (_, Some(context)) => {
                if let Some(table) = value.get_ref().as_table() {
                    self.context(sheet, context, table);
                } else {
                    let found = kind(value.get_ref());
                    let message = format!("{name}: expected a table of commands, found {found}");
                    let help = format!("write [{name}] on a line of its own, its commands below");
                    self.mistake(value.span(), message, Some(help));
                }
            }
            (_, None) => {
                let (message, help) = unknown_entry(name, value.get_ref());
                self.mistake(at.clone(), message, Some(help));
            }
        }
    }

    fn version(&mut self, value: &Spanned<DeValue<'_>>) {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|it| i64::from_str_radix(it.as_str(), it.radix()).ok());
        if number != Some(VERSION) {
            let written = self.text.get(value.span()).unwrap_or_default();
            let message = format!(
                "version: this oats reads version {VERSION}, found {}",
                written.escape_debug()
            );
            let help = format!("write version = {VERSION}");
            self.mistake(value.span(), message, Some(help));
        }
    }

    /// A value that has to be a string.
    fn string<'v>(
        &mut self,
        name: &str,
        value: &'v Spanned<DeValue<'_>>,
        expected: &str,
    ) -> Option<&'v str> {
        let string = value.get_ref().as_str();
        if string.is_none() {
            let found = kind(value.get_ref());
            let message = format!("{name}: expected {expected}, found {found}");
            self.mistake(value.span(), message, None);
        }
        string
    }

    /// The commands of one context.
    fn context(&mut self, sheet: &mut Sheet, context: Context, table: &DeTable<'_>) {
        for (id, value) in table {
            let at = id.span();
            let id: &str = id.get_ref();
            let known = |row: &&CommandRow| row.context == context && row.id == id;
            let Some(row) = COMMANDS.iter().find(known) else {
                let (message, help) = unknown_command(context, id, value.get_ref());
                self.mistake(at, message, Some(help));
                continue;
            };
            if let Some(keys) = self.keys(row, value) {
                let before = self.text.get(..at.start).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                sheet.bindings.push(Binding {
                    row,
                    line: u32::try_from(line).unwrap_or(u32::MAX),
                    at,
                    keys,
                });
            }
        }
    }

    /// All keys of a command; `None` when there is nothing to go by, so that a typing mistake
    /// unbinds nothing.
    fn keys(
        &mut self,
        row: &CommandRow,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Vec<(Sequence, Range<usize>)>> {
        let mut keys = Vec::new();
        match value.get_ref() {
            DeValue::String(text) if text == "null" => return Some(keys),
            DeValue::String(_) => self.key(row, value, &mut keys),
            DeValue::Array(list) if list.is_empty() => return Some(keys),
            DeValue::Array(list) => {
                for value in list {
                    self.key(row, value, &mut keys);
                }
            }
            other @ (DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_)) => {
                let message = format!("{}: expected a list of keys, found {}", row.id, kind(other));
                let help = format!("write \"{}\" = [\"x\", \"f9\"], or [] for no key", row.id);
                self.mistake(value.span(), message, Some(help));
            }
        }
        (!keys.is_empty()).then_some(keys)
    }

    /// One key of a command.
    fn key(
        &mut self,
        row: &CommandRow,
        value: &Spanned<DeValue<'_>>,
        keys: &mut Vec<(Sequence, Range<usize>)>,
    ) {
        let Some(text) = value.get_ref().as_str() else {
            let message = format!(
                "{}: expected a key in quotes, found {}",
                row.id,
                kind(value.get_ref())
            );
            self.mistake(value.span(), message, None);
            return;
        };
        match text.parse::<Sequence>() {
            Err(bad) => {
                let help = if text.is_empty() {
                    "for no key write []".to_owned()
                } else {
                    bad.help()
                };
                self.mistake(value.span(), bad.to_string(), Some(help));
            }
            Ok(key) if keys.iter().any(|(other, _)| *other == key) => {
                let message = format!("\"{key}\" stands twice in this list");
                self.mistake(value.span(), message, Some("take one out".to_owned()));
            }
            Ok(pressed) if pressed.single().is_none() && row.context.types() => {
                let name = row.context.id();
                let message = format!(
                    "\"{pressed}\": no keys one after another in [{name}], where text is typed"
                );
                self.mistake(value.span(), message, Some("bind a single key".to_owned()));
            }
            Ok(pressed) => {
                let warnings = pressed.keys().iter();
                let warnings = warnings.filter_map(|key| warning(*key, value.span()));
                self.faults.extend(warnings);
                keys.push((pressed, value.span()));
            }
        }
    }
}
