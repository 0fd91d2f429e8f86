//! The keys of the log that fills the screen.

use ratatui::text::Span;

use super::super::{
    Scene,
    keys::{Hint, hint},
};
use crate::{
    keymap::{
        Command,
        command::{LogCommand, MenuCommand, PromptCommand, Step},
    },
    tui::state::LogView,
};

/// The keys of the log that fills the screen: how to look for something and how to get out first.
pub(in crate::tui::view) fn view(scene: Scene<'_>, view: &LogView) -> Vec<Hint> {
    use Command as C;
    use LogCommand as L;
    let both = |next, before, text| hint(scene, &[C::Log(next), C::Log(before)], text);
    let sought = view.search.is_some();
    let one = |command, text| hint(scene, &[C::Log(command)], text);
    let back = if sought { "end search" } else { "back" };
    let all = [
        hint(scene, &[C::NavBack], back),
        one(L::Search, "search"),
        sought
            .then(|| both(L::NextMatch, L::PrevMatch, "match"))
            .flatten(),
        sought.then(|| one(L::OnlyMatching, "only")).flatten(),
        one(L::Follow, "follow"),
        both(L::NextError, L::PrevError, "error"),
        one(L::Level, "level"),
        one(L::Open, "open"),
        one(L::Wrap, "wrap"),
        one(L::Merge, "services"),
        one(L::Copy, "copy"),
        one(L::Mark, "mark"),
        one(L::Times, "time"),
        one(L::Pretty, "fields"),
        one(L::Stream, "stream"),
        one(L::Save, "save"),
        one(L::Pager, "pager"),
        one(L::CopyAll, "copy all"),
        hint(scene, &[C::HelpShow], "help"),
    ];
    let mut all: Vec<Hint> = all.into_iter().flatten().collect();
    // The last ones always stay, where there is little room as well.
    if all.len() > 3 {
        let search = all.remove(1);
        let last = all.len() - 1;
        all.insert(last, search);
    }
    all
}

/// The keys while a search is typed.
pub(in crate::tui::view) fn search(scene: Scene<'_>) -> Vec<Hint> {
    use Command as C;
    use PromptCommand as T;
    let all = [
        hint(scene, &[C::Prompt(T::Regex)], "regex or text"),
        hint(scene, &[C::Prompt(T::Clear)], "clear"),
        hint(scene, &[C::Prompt(T::Accept)], "keep"),
        hint(scene, &[C::Prompt(T::Close)], "cancel"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of the list of services whose logs are shown together.
pub(in crate::tui::view) fn choice(scene: Scene<'_>) -> Vec<Hint> {
    use Command as C;
    use MenuCommand as M;
    let steps = [C::Menu(M::Step(Step::Up)), C::Menu(M::Step(Step::Down))];
    let all = [
        hint(scene, &steps, "move"),
        hint(scene, &[C::Menu(M::Toggle)], "check"),
        Some([Span::raw(""), Span::raw("none: all services")]),
        hint(scene, &[C::Menu(M::Choose)], "take it"),
        hint(scene, &[C::NavBack], "close"),
    ];
    all.into_iter().flatten().collect()
}
