//! Marked lines, and what is taken out of a log.

use super::desk::Desk;
use crate::{
    keymap::{Command, command::LogCommand},
    model::reading::visible,
    tui::{
        message::Effect,
        rings,
        state::{Kept, LogView, Tone, View},
    },
};

impl Desk<'_> {
    /// Marks the line under the cursor, or takes its mark away.
    pub(super) fn mark_line(&self, view: &mut LogView) -> String {
        let Some(number) = self.line_under_cursor(view) else {
            return "There is no line yet.".to_owned();
        };
        if !view.marks.remove(&number) {
            view.marks.insert(number);
        }
        let copy = self.keymap.label(Command::Log(LogCommand::Copy));
        let copies = copy.map(|key| format!(": {key} copies them"));
        match view.marks.len() {
            0 => "No line is marked.".to_owned(),
            1 => "1 line is marked.".to_owned(),
            many => format!("{many} lines are marked{}.", copies.unwrap_or_default()),
        }
    }

    /// To the next marked line that is shown, or the one before.
    pub(super) fn next_mark(&self, view: &mut LogView, on: bool) -> Option<String> {
        let pile = self.pile(view);
        let shown = |number: &&u64| {
            let line = pile.back_from(**number).next();
            line.is_some_and(|kept| kept.number == **number)
        };
        let found = match (on, self.jump_from(view, on)) {
            (_, None) => None,
            (true, Some(from)) => view.marks.range(from..).find(shown),
            (false, Some(from)) => view.marks.range(..from).rev().find(shown),
        };
        match found.copied() {
            Some(number) => {
                self.show_line(view, number);
                None
            }
            None if view.marks.is_empty() => {
                let key = self.keymap.label(Command::Log(LogCommand::Mark));
                let help = key.map(|key| format!("; {key} marks one"));
                Some(format!("No line is marked{}.", help.unwrap_or_default()))
            }
            None => Some(self.no_more("marks", on, LogCommand::NextMark, LogCommand::PrevMark)),
        }
    }

    /// Hides everything that is there.
    pub(super) fn clear_log(&self, view: &mut LogView) -> String {
        view.cleared = self.ui.arrived;
        view.anchor = None;
        view.cursor = None;
        view.below = 0;
        view.marks.clear();
        view.turned.clear();
        "The view is cleared; all lines are kept on disk.".to_owned()
    }

    /// Copies the marked lines, or the one under the cursor.
    pub(super) fn copy_lines(&mut self, view: &LogView) {
        let pile = self.pile(view).unfiltered();
        let under = self.line_under_cursor(view);
        let numbers: Vec<u64> = if view.marks.is_empty() {
            under.into_iter().collect()
        } else {
            view.marks.iter().copied().collect()
        };
        let lines = numbers.into_iter().filter_map(|number| {
            let kept = pile.back_from(number).next()?;
            (kept.number == number).then_some(kept)
        });
        let (text, lines) = text_of(lines);
        self.copy(text, lines);
    }

    /// Copies all lines that are shown.
    pub(super) fn copy_shown(&mut self, view: &LogView) {
        let (text, lines) = text_of(self.pile(view).on_from(None));
        self.copy(text, lines);
    }

    fn copy(&mut self, text: String, lines: usize) {
        if lines == 0 {
            return self.say(Tone::Info, "There is no line to copy.".to_owned());
        }
        self.want(Effect::Copy { text, lines });
    }

    /// Saves all lines that are shown, or the marked ones.
    pub(super) fn save_shown(&mut self, view: &LogView) {
        let marked = |kept: &&Kept| view.marks.is_empty() || view.marks.contains(&kept.number);
        let (text, lines) = text_of(self.pile(view).on_from(None).filter(marked));
        if lines == 0 {
            return self.say(Tone::Info, "There is no line to save.".to_owned());
        }
        let of = view.service.as_ref().map_or("several", |it| it.as_str());
        self.want(Effect::Save {
            of: of.to_owned(),
            text,
            lines,
        });
    }

    /// Opens the files of the services that are shown.
    pub(super) fn open_pager(&mut self, view: &LogView) {
        let services = rings::shown(self.snapshot, view).into_iter();
        let views = services.filter_map(|name| self.snapshot.services.get(name));
        let files = views.flat_map(|view| [view.logs.stdout.clone(), view.logs.stderr.clone()]);
        let files: Vec<String> = files.collect();
        self.want(Effect::Page(files));
    }

    /// Marks and turned lines that have left are forgotten.
    pub(super) fn forget_gone_marks(&mut self) {
        let View::Logs(view) = &self.ui.view else {
            return;
        };
        let oldest = self.pile(view).unfiltered().on_from(None).next();
        let oldest = oldest.map_or(0, |kept| kept.number);
        if let View::Logs(view) = &mut self.ui.view {
            view.marks = view.marks.split_off(&oldest);
            view.turned = view.turned.split_off(&oldest);
        }
    }
}

/// Lines as they were written, without their colours; and how many.
fn text_of<'a>(lines: impl Iterator<Item = &'a Kept>) -> (String, usize) {
    let (mut text, mut count) = (String::new(), 0);
    for kept in lines {
        text.push_str(&visible(&kept.line.text));
        text.push('\n');
        count += 1;
    }
    (text, count)
}
