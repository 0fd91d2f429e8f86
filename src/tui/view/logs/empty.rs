//! Why there is nothing to read.

use std::path::Path;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    super::{
        Scene, keys, say,
        text::{Pen, cut_middle, width, wrap},
    },
    rule,
};
use crate::{
    keymap::{Command, command::LogCommand},
    model::ServiceView,
    tui::{
        rings::Pile,
        state::{LogView, Streams},
    },
};

/// Why there is nothing to read, and where the output goes.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    view: &LogView,
    pile: &Pile<'_>,
) {
    let theme = scene.theme;
    let inner = Rect::new(
        area.x.saturating_add(1).min(area.right()),
        area.y,
        area.width.saturating_sub(2),
        area.height,
    );
    let mut rows = inner.rows();
    let texts = match pile.unfiltered().count() {
        0 => silence(scene, view),
        hidden => filtered(scene, view, hidden),
    };
    for (text, style) in texts {
        for part in wrap(&text, usize::from(inner.width), 4, theme.cut()) {
            let Some(row) = rows.next() else { return };
            Pen::new(buffer, row, theme.cut()).put(&part, style);
        }
    }
}

/// There are lines, but none of those that are shown.
fn filtered(scene: Scene<'_>, view: &LogView, hidden: u64) -> Vec<(String, Style)> {
    use LogCommand as L;
    let (what, command, then) = match (&view.search, view.least, view.streams) {
        (Some(needle), least, _) if view.only => (
            match least {
                None => format!("hold \"{}\"", needle.as_str()),
                Some(least) => format!(
                    "hold \"{}\" and are {} or worse",
                    needle.as_str(),
                    rule::level_word(least)
                ),
            },
            Command::NavBack,
            "clears the search",
        ),
        (_, Some(least), _) => (
            format!("are {} or worse", rule::level_word(least)),
            Command::Log(L::Level),
            "shows other levels",
        ),
        (_, _, Streams::Stderr) => (
            "are from stderr".to_owned(),
            Command::Log(L::Stream),
            "shows other streams",
        ),
        (_, _, Streams::Stdout) => (
            "are from stdout".to_owned(),
            Command::Log(L::Stream),
            "shows other streams",
        ),
        (_, _, Streams::Both) => {
            let text = "The view was cleared; new lines appear here. All lines are kept on disk.";
            return vec![(text.to_owned(), scene.theme.dim())];
        }
    };
    let hidden = say::count(usize::try_from(hidden).unwrap_or(usize::MAX));
    let help = keys::label(scene, command).map(|key| format!(" {key} {then}."));
    let text = format!("0 of {hidden} lines {what}.{}", help.unwrap_or_default());
    vec![(text, Style::new())]
}

/// There is no line at all.
fn silence(scene: Scene<'_>, view: &LogView) -> Vec<(String, Style)> {
    let (plain, dim) = (Style::new(), scene.theme.dim());
    let services = &scene.snapshot.services;
    let (why, files) = if let Some(name) = &view.service {
        let Some(service) = services.get(name) else {
            return vec![(format!("There is no service {name} any more."), plain)];
        };
        let logs = &service.logs;
        (
            why_silent(service),
            vec![logs.stdout.clone(), logs.stderr.clone()],
        )
    } else {
        let alive = services.values().filter(|it| it.pid.is_some()).count();
        let (alive, all) = (say::count(alive), say::count(services.len()));
        let first = services.values().next();
        (
            format!("{alive} of {all} services have a process."),
            first.and_then(|view| folder(view)).into_iter().collect(),
        )
    };
    let mut out = vec![(format!("No output yet. {why}"), plain)];
    let columns = usize::from(scene.ui.size.0).saturating_sub(3);
    for (word, file) in ["Output goes to", "and to"].into_iter().zip(files) {
        let file = cut_middle(
            &file,
            columns.saturating_sub(width(word)),
            scene.theme.cut(),
        );
        out.push((format!("{word} {file}"), dim));
    }
    out
}

/// Why a service says nothing.
fn why_silent(view: &ServiceView) -> String {
    match (view.pid, view.uptime_s) {
        (Some(_), Some(up)) => format!("Started {} ago.", say::span(up)),
        (Some(_), None) => "It is just being started.".to_owned(),
        (None, _) if view.last_exit.is_some() => "It is not running.".to_owned(),
        (None, _) => "It was not started.".to_owned(),
    }
}

/// The folder of the logs.
fn folder(view: &ServiceView) -> Option<String> {
    let folder = Path::new(&view.logs.stdout).parent()?;
    Some(folder.display().to_string())
}
