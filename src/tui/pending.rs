//! A sequence of keys that is not whole yet: what can follow.

use std::time::Duration;

use super::{
    menu,
    state::{Overlay, UiState},
};
use crate::{
    keymap::{Command, Context, Key, Keymap, Sequence},
    model::{Mono, Snapshot},
};

/// How long the next key is waited for.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// The keys of a sequence that were pressed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Where they were pressed.
    pub context: Context,
    /// The keys: at least one.
    pub keys: Vec<Key>,
    /// Until when the next one is waited for.
    pub until: Mono,
}

/// What keys mean, and what can follow them.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The keys as they are bound.
    pub keymap: &'a Keymap,
    /// The truth.
    pub snapshot: &'a Snapshot,
    /// What is looked at.
    pub ui: &'a UiState,
}

impl Reading<'_> {
    /// What keys mean in a context. In the action menu also the keys of its entries work.
    pub fn meaning(&self, context: Context, pressed: &[Key]) -> Option<Command> {
        let own = self.keymap.meaning(context, pressed);
        own.or_else(|| {
            let entry = self.keymap.meaning(Context::Services, pressed)?;
            self.entries().contains(&entry).then_some(entry)
        })
    }

    /// The keys that may follow, and what they then mean. Nothing while text is typed.
    pub fn continuations(&self, context: Context, pressed: &[Key]) -> Vec<(Sequence, Command)> {
        if context.types() {
            return Vec::new();
        }
        let mut found = self.keymap.continuations(context, pressed);
        let entries = self.entries();
        if !entries.is_empty() && self.keymap.meaning(context, pressed).is_none() {
            let more = self.keymap.continuations(Context::Services, pressed);
            found.extend(more.into_iter().filter(|(_, it)| entries.contains(it)));
        }
        found
    }

    /// The commands of the entries of the action menu, where it is open.
    fn entries(&self) -> Vec<Command> {
        let Some(Overlay::Menu(open)) = &self.ui.overlay else {
            return Vec::new();
        };
        let view = self.snapshot.services.get(&open.service);
        let entries = view.map(|view| menu::entries(view)).unwrap_or_default();
        entries.iter().filter_map(|entry| entry.command()).collect()
    }
}
