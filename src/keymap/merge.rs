//! One keymap laid over another, and the keys that nobody can lose.

use std::ops::Range;

use super::{
    command::{Command, Context},
    key::{Code, Key},
    map::{Bound, Keymap, Origin},
    sequence::Sequence,
    sheet::{Base, Binding, Fault, FaultKind, Sheet},
};

/// Commands that always keep a key, and which one is put back.
const KEPT: [(Command, Key); 3] = [
    (
        Command::NavBack,
        Key {
            code: Code::Esc,
            ctrl: false,
            alt: false,
        },
    ),
    (
        Command::HelpShow,
        Key {
            code: Code::F(1),
            ctrl: false,
            alt: false,
        },
    ),
    (
        Command::AppQuit,
        Key {
            code: Code::Char('c'),
            ctrl: true,
            alt: false,
        },
    ),
];

impl Keymap {
    /// Lays a file over this keymap. A line replaces all keys of its command. Of two lines that
    /// want one key in one context the first gets it, and a line of the file gets it before an
    /// inherited one.
    pub fn lay(&mut self, sheet: &Sheet) -> Vec<Fault> {
        self.title.clone_from(&sheet.title);
        for binding in &sheet.bindings {
            self.unbind(binding.row.command);
        }
        let mut faults = Vec::new();
        for (index, binding) in sheet.bindings.iter().enumerate() {
            let before = sheet.bindings.get(..index).unwrap_or_default();
            let bound = Bound::new(origin(sheet, binding));
            self.keys.insert(binding.row.command, bound);
            for (key, span) in &binding.keys {
                faults.extend(self.give(binding, key, span, before));
            }
        }
        faults.extend(self.waiting(sheet));
        faults
    }

    /// Gives a key to the command of a line, unless a line before it has the key.
    fn give(
        &mut self,
        binding: &Binding,
        key: &Sequence,
        span: &Range<usize>,
        before: &[Binding],
    ) -> Option<Fault> {
        let (command, context) = (binding.row.command, binding.row.context);
        let fault = |message: String, help: String| Fault {
            kind: FaultKind::Mistake,
            span: span.clone(),
            message,
            help: Some(help),
        };
        let id = binding.row.id;
        let Some(other) = self.commands.get(&(context, key.clone())).copied() else {
            self.bind(command, context, key.clone());
            return None;
        };
        let name = other.row().map_or("", |row| row.id);
        if let Some(first) = before.iter().find(|first| first.row.command == other) {
            let line = first.line;
            let message =
                format!("\"{key}\" is the key of {name} (line {line}): {id} does not get it");
            return Some(fault(message, "give one of them another key".to_owned()));
        }
        let from = self.from(other).map(Origin::to_string).unwrap_or_default();
        self.take(context, key);
        self.bind(command, context, key.clone());
        let message = format!("\"{key}\" was the key of {name} ({from}): {id} takes it away");
        let help = format!("give {name} its keys in this file too: \"{name}\" = [...]");
        Some(fault(message, help))
    }

    /// The keys of a file that are done only after a while, because longer ones begin with them.
    fn waiting(&self, sheet: &Sheet) -> Vec<Fault> {
        let mut faults = Vec::new();
        for binding in &sheet.bindings {
            for (own, span) in &binding.keys {
                let held = (binding.row.context, own.clone());
                if self.commands.get(&held) != Some(&binding.row.command) {
                    continue;
                }
                let near = |other: &&(Context, Sequence)| {
                    other.0 == held.0
                        && (other.1.after(own.keys()).is_some()
                            || own.after(other.1.keys()).is_some())
                };
                for other in self.commands.keys().filter(near) {
                    let (short, long) = if own.keys().len() < other.1.keys().len() {
                        (&held, other)
                    } else {
                        (other, &held)
                    };
                    let told = sheet.bindings.iter().flat_map(|it| &it.keys);
                    let both = told
                        .filter(|(it, _)| *it == short.1 || *it == long.1)
                        .count()
                        > 1;
                    // Of two lines of this file the shorter one is told of.
                    if both && short != &held {
                        continue;
                    }
                    faults.push(self.waits(short, long, span.clone()));
                }
            }
        }
        faults
    }

    /// One key that waits for a longer one.
    fn waits(
        &self,
        short: &(Context, Sequence),
        long: &(Context, Sequence),
        span: Range<usize>,
    ) -> Fault {
        let id = |it: &(Context, Sequence)| {
            let command = self.commands.get(it).and_then(|it| it.row());
            command.map_or("", |row| row.id)
        };
        Fault {
            kind: FaultKind::Warning,
            span,
            message: format!(
                "\"{}\" ({}) begins \"{}\" ({}): it is done a second later, or with the next key",
                short.1,
                id(short),
                long.1,
                id(long)
            ),
            help: Some("bind one of them to another key, or leave it so".to_owned()),
        }
    }

    /// Puts back the keys without which nobody finds out. To be called once, after the
    /// last file, which is `sheet`.
    pub fn keep(&mut self, sheet: &Sheet) -> Vec<Fault> {
        let builtin = Self::builtin();
        let mut faults = Vec::new();
        // A key that is put back may have been the last one of another of these commands. Each
        // has a key of its own, so that everything is in place after as many rounds.
        for _ in KEPT {
            for (command, key) in KEPT {
                faults.extend(self.keep_one(sheet, (command, key), &builtin));
            }
        }
        faults
    }

    /// Puts back the key of one command where it has none that works.
    fn keep_one(
        &mut self,
        sheet: &Sheet,
        (command, key): (Command, Key),
        builtin: &Self,
    ) -> Vec<Fault> {
        let Some(row) = command.row() else {
            return Vec::new();
        };
        let line = |command: Command| sheet.bindings.iter().find(|it| it.row.command == command);
        let holder = self.commands.get(&(row.context, key.into())).copied();
        let place = match (line(command).or_else(|| line(holder?)), &sheet.base) {
            (Some(binding), _) => binding.at.clone(),
            (None, Base::Named { at, .. } | Base::Nothing { at }) => at.clone(),
            (None, Base::Builtin) => 0..0,
        };
        let mut faults = Vec::new();
        let mut say = |message: String, span: Range<usize>| {
            faults.push(Fault {
                kind: FaultKind::Mistake,
                span,
                message,
                help: Some(format!("bind another key to {}", row.id)),
            });
        };
        if self.keys(command).is_empty() {
            self.put_back(command, row.context, key);
            say(
                format!("{} has no key left: \"{key}\" is put back", row.id),
                place.clone(),
            );
        }
        for context in Context::ALL {
            if context == row.context || !self.is_blocked((command, key), context, builtin) {
                continue;
            }
            let (id, name) = (row.id, context.id());
            let taken = self.take(context, &key.into());
            if !self.keys(command).contains(&key) {
                self.put_back(command, row.context, key);
            }
            let by = |binding: &&Binding| Some(binding.row.command) == taken;
            let place = sheet
                .bindings
                .iter()
                .find(by)
                .map_or(place.clone(), |it| it.at.clone());
            say(
                format!("{id} has no key left in [{name}]: \"{key}\" is put back"),
                place,
            );
        }
        faults
    }

    /// Whether no key of a command arrives in a context. Where oats itself gives the key that
    /// would be put back to something else, that is how it should be.
    fn is_blocked(&self, (command, key): (Command, Key), context: Context, builtin: &Self) -> bool {
        let holder = |map: &Self, key: Key| map.commands.get(&(context, key.into())).copied();
        let all_taken = self
            .keys(command)
            .iter()
            .all(|key| holder(self, *key).is_some());
        let is_meant = holder(self, key).is_some() && holder(self, key) == holder(builtin, key);
        all_taken && !is_meant
    }

    /// Gives a key back to a command, whoever has it.
    fn put_back(&mut self, command: Command, context: Context, key: Key) {
        self.take(context, &key.into());
        self.bind(command, context, key.into());
        if let Some(bound) = self.keys.get_mut(&command)
            && bound.all.len() == 1
        {
            bound.origin = Origin::PutBack;
        }
    }
}

/// Where a line comes from.
fn origin(sheet: &Sheet, binding: &Binding) -> Origin {
    match &sheet.label {
        None => Origin::Builtin,
        Some(label) => Origin::File {
            label: label.clone(),
            line: binding.line,
        },
    }
}
