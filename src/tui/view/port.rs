//! Who holds a port, and the ways out.

use std::fmt::Write as _;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene,
    choice::{self, Row},
    say, story,
    text::{cut_middle, wrap},
};
use crate::{
    model::{Action, Holder, HolderClass, HolderProcess, ServiceView},
    tui::{
        port,
        state::{PidEntry, PortDialog},
    },
};

/// The widest dialog.
const COLUMNS: usize = 90;
/// Below so many columns only the holder is described.
const NARROW: usize = 60;
/// Columns of the names of facts.
const NAME: usize = 10;
/// Listeners that are described; more are counted.
const LISTENERS: usize = 3;

/// Draws the dialog over `area`; returns where its focused choice stands, or the next digit.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    open: &PortDialog,
) -> Option<Position> {
    let view = scene.snapshot.services.get(&open.service)?;
    let columns = usize::from(area.width.saturating_sub(4)).min(COLUMNS);
    let mut lines = facts(scene, view, columns);
    lines.push(Line::default());
    if let Some(entry) = &open.entry {
        return Some(choice::draw_entry(
            buffer,
            area,
            scene,
            &title(view),
            lines,
            entry,
            &warning(view, entry),
        ));
    }
    let choices = port::choices(view);
    let rows: Vec<Row<'_>> = choices
        .iter()
        .map(|it| Row {
            label: &it.label,
            note: it.note,
            refused: it.refused.as_deref(),
            focused: it.act == open.focused,
        })
        .collect();
    choice::draw(buffer, area, scene, &title(view), lines, &rows)
}

/// "Port 8080 is taken"
fn title(view: &ServiceView) -> String {
    let port = view.port.map(|port| port.to_string()).unwrap_or_default();
    let how = match view.holder.as_ref().map(|holder| holder.class) {
        None => "was not looked at yet",
        Some(HolderClass::Free) => "is free",
        Some(HolderClass::Own) => "is held by its service",
        Some(HolderClass::OwnLeftover) => "is held by a leftover",
        Some(HolderClass::OtherService | HolderClass::Stranger | HolderClass::OtherUser) => {
            "is taken"
        }
        Some(HolderClass::Unseen) => "is in use",
    };
    format!("Port {port} {how}")
}

/// Everything that is known about the holder.
fn facts(scene: Scene<'_>, view: &ServiceView, columns: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    // Where there is little room, who it is matters more than what that means.
    let narrow = columns < NARROW;
    let text = summary(view);
    let cut = scene.theme.cut();
    if !narrow
        || view
            .holder
            .as_ref()
            .is_none_or(|it| it.processes.is_empty())
    {
        for row in wrap(&text, columns, 2, cut) {
            out.push(Line::raw(row.into_owned()));
        }
    }
    if let Some(pending) = &view.pending
        && pending.action == Action::FreePort
    {
        let age = scene.snapshot.written_at.since(pending.since).as_secs();
        let by = story::by(&pending.by);
        let text = format!("It is being freed, asked by {by} {age} s ago; 5 s at most.");
        out.push(Line::styled(text, scene.theme.warning()));
    }
    let Some(holder) = &view.holder else {
        return out;
    };
    let mut seen = Vec::new();
    for process in &holder.processes {
        if process.pid.is_some() && seen.contains(&process.pid) {
            continue;
        }
        seen.push(process.pid);
        if seen.len() <= LISTENERS {
            if !out.is_empty() {
                out.push(Line::default());
            }
            out.extend(described(scene, holder, process, columns));
        }
    }
    if let Some(more) = seen.len().checked_sub(LISTENERS + 1) {
        let noun = if more == 0 { "process" } else { "processes" };
        out.push(Line::raw(format!(
            "and {} {noun} more listen there",
            more + 1
        )));
    }
    out
}

/// What it means for the service.
fn summary(view: &ServiceView) -> String {
    let name = &view.name;
    let port = view.port.map(|port| port.to_string()).unwrap_or_default();
    let Some(holder) = &view.holder else {
        return format!("Nobody has looked at port {port} yet.");
    };
    match holder.class {
        HolderClass::Free => format!("Nobody listens on port {port}."),
        HolderClass::Own => format!("{name} listens there itself: all is well."),
        HolderClass::OwnLeftover => {
            format!("What an earlier run of {name} left behind still listens there.")
        }
        HolderClass::OtherService => {
            let other = holder.service.as_ref().map_or("it", |it| it.as_str());
            format!("{name} wants the port that {other}, another service here, listens on.")
        }
        HolderClass::Stranger if view.pid.is_some() => {
            format!("{name} runs, but a process that oats did not start listens on its port.")
        }
        HolderClass::Stranger => {
            format!("{name} wants it, and a process that oats did not start listens there.")
        }
        HolderClass::OtherUser => {
            format!("{name} wants it, and a process of another user listens there.")
        }
        HolderClass::Unseen => {
            format!("{name} wants it, and a process that you may not see listens there.")
        }
    }
}

/// One listener: who, what, where, since when.
fn described(
    scene: Scene<'_>,
    holder: &Holder,
    process: &HolderProcess,
    columns: usize,
) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let mut who = match process.pid {
        Some(pid) => format!("PID {pid}"),
        None => "a process whose PID is not visible".to_owned(),
    };
    if columns < NARROW {
        let command = process.command.as_deref().unwrap_or("-");
        let text = format!("{who} {command}");
        let text = cut_middle(&text, columns, theme.cut()).into_owned();
        return vec![Line::styled(text, theme.strong())];
    }
    let _ = write!(who, "   user {}", process.user);
    if let Some(at) = process.started_at {
        let since = say::when(at, scene.snapshot.written_at, &theme.zone);
        let age = scene.snapshot.written_at.since(at).as_secs();
        let _ = write!(who, "   since {since} ({})", say::span(age));
    }
    let ours = match holder.class {
        HolderClass::Own => "yes, this run".to_owned(),
        HolderClass::OwnLeftover => "yes, of an earlier run".to_owned(),
        HolderClass::OtherService => match &holder.service {
            Some(other) => format!("yes, it is {other}"),
            None => "yes, another service".to_owned(),
        },
        HolderClass::Stranger => "no, oats did not start it".to_owned(),
        HolderClass::OtherUser => "no, and you may not signal it".to_owned(),
        HolderClass::Unseen | HolderClass::Free => "unknown".to_owned(),
    };
    let parent = process.parent_pid.map(|pid| format!("PID {pid}"));
    let known = [
        ("Held by", Some(who)),
        ("Command", process.command.clone()),
        ("Folder", process.cwd.clone()),
        ("Parent", parent),
        ("Listens", Some(process.address.clone())),
        ("Ours?", Some(ours)),
    ];
    let room = columns.saturating_sub(NAME);
    known
        .into_iter()
        .filter_map(|(name, text)| {
            let text = cut_middle(&text?, room, theme.cut()).into_owned();
            let style = if name == "Held by" {
                theme.strong()
            } else {
                Style::new()
            };
            Some(Line::from(vec![
                Span::styled(format!("{name:<NAME$}"), theme.dim()),
                Span::styled(text, style),
            ]))
        })
        .collect()
}

/// What will be sent once the pid was typed.
fn warning(view: &ServiceView, entry: &PidEntry) -> String {
    let then = if entry.then_start {
        format!(" Then {} is started.", view.name)
    } else {
        String::new()
    };
    let pid = entry.target.pid;
    let signal = choice::signal(entry.force);
    format!("{signal} goes to PID {pid} and to nobody else.{then} It is not ours: type its PID.")
}
