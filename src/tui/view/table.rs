//! One row per service. Only the rows that are seen are built.

use ratatui::{
    buffer::Buffer,
    layout::{Offset, Rect},
    style::Style,
};

use super::{
    Scene, group, say, spark,
    text::{Pen, Side, cut_middle},
};
use crate::{
    model::{HolderClass, ServiceView, State},
    tui::{
        layout,
        rows::{Item, Row},
        state::Sort,
        theme::Theme,
    },
};

/// A name is never cut to less than this.
const NAME_MIN: usize = 10;
/// A name gets no more than this while columns would have to leave for it.
const NAME_WISH: usize = 20;
/// A name never takes more than this.
const NAME_MAX: usize = 32;
/// Cursor mark, symbol, word, and the blanks after them.
const LEAD: usize = 9;
/// The note is shown when it gets at least this much.
const NOTE_MIN: usize = 24;

/// A column with numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Port,
    Pid,
    Cpu,
    Memory,
    Latency,
    Trend,
    Up,
    Restarts,
}

/// Columns of a sparkline, the widest first. Each shows whole cells.
const TRENDS: [usize; 3] = [30, 20, 12];
/// From so many columns on a sparkline may be longer than the shortest.
const LONG_TREND: usize = 100;

/// The columns in their order, each with its heading and its width.
const COLUMNS: [(Column, &str, usize); 8] = [
    (Column::Port, "PORT ", 7),
    (Column::Pid, "PID", 7),
    (Column::Cpu, "CPU", 5),
    (Column::Memory, "MEM", 6),
    (Column::Latency, "LAT", 6),
    (Column::Trend, "10 MIN", 12),
    (Column::Up, "UP", 6),
    (Column::Restarts, "R#", 4),
];

/// The columns that leave first as width shrinks, after the note.
const LEAVING: [Column; 8] = [
    Column::Restarts,
    Column::Up,
    Column::Trend,
    Column::Memory,
    Column::Cpu,
    Column::Pid,
    Column::Latency,
    Column::Port,
];

impl Column {
    /// By which order it goes.
    fn sort(self) -> Option<Sort> {
        match self {
            Self::Port => Some(Sort::Port),
            Self::Pid | Self::Trend => None,
            Self::Cpu => Some(Sort::Cpu),
            Self::Memory => Some(Sort::Memory),
            Self::Latency => Some(Sort::Latency),
            Self::Up => Some(Sort::Up),
            Self::Restarts => Some(Sort::Restarts),
        }
    }
}

/// Which columns are shown, and how wide the name and the note are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    name: usize,
    columns: Vec<(Column, &'static str, usize)>,
    note: Option<usize>,
}

impl Plan {
    /// The plan for a table of this width with names up to `longest` columns.
    fn new(columns: usize, longest: usize) -> Self {
        let longest = longest.clamp(NAME_MIN, NAME_MAX);
        let mut shown = COLUMNS.to_vec();
        lengthen(&mut shown, columns, longest);
        let taken = |shown: &[(Column, &str, usize)]| {
            LEAD + shown.iter().map(|(_, _, width)| width + 1).sum::<usize>()
        };
        for leaving in LEAVING {
            // Port and latency stay as long as the shortest name fits.
            let wish = match leaving {
                Column::Latency | Column::Port => NAME_MIN,
                Column::Pid
                | Column::Cpu
                | Column::Memory
                | Column::Trend
                | Column::Up
                | Column::Restarts => longest.min(NAME_WISH),
            };
            if taken(&shown) + wish <= columns {
                break;
            }
            shown.retain(|(column, _, _)| *column != leaving);
        }
        let room = columns.saturating_sub(taken(&shown));
        let whole = shown.len() == COLUMNS.len();
        let wish = longest.min(room.saturating_sub(NOTE_MIN + 2)).max(NAME_MIN);
        if whole && room >= wish + NOTE_MIN + 2 {
            return Self {
                name: wish,
                columns: shown,
                note: Some(room - wish - 2),
            };
        }
        Self {
            name: room,
            columns: shown,
            note: None,
        }
    }

    /// The plan for a list of services in trouble: name, port, story.
    pub(super) fn problems(columns: usize, longest: usize) -> Self {
        let port = COLUMNS
            .into_iter()
            .filter(|(column, _, _)| *column == Column::Port);
        let room = columns.saturating_sub(LEAD + 8);
        let name = longest.clamp(NAME_MIN, NAME_WISH).min(room / 2);
        Self {
            name,
            columns: port.collect(),
            note: Some(room.saturating_sub(name + 2)),
        }
    }
}

/// Gives the sparkline the most columns that leave room for name and note.
fn lengthen(shown: &mut [(Column, &'static str, usize)], columns: usize, longest: usize) {
    let others = shown.iter().map(|(column, _, width)| {
        let fixed = *column != Column::Trend;
        1 + if fixed { *width } else { 0 }
    });
    let others = LEAD + others.sum::<usize>() + longest.min(NAME_WISH) + NOTE_MIN + 2;
    let long = TRENDS.into_iter().find(|long| others + long <= columns);
    for (column, _, width) in shown {
        if *column == Column::Trend
            && let Some(long) = long.filter(|_| columns >= LONG_TREND)
        {
            *width = long;
        }
    }
}

/// Draws the headings into the first row of `area` where it has any, then the rows from `top` on.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, scene: Scene<'_>, top: usize) {
    let services = &scene.snapshot.services;
    let longest = services.keys().map(|name| name.as_str().len()).max();
    let plan = Plan::new(usize::from(area.width), longest.unwrap_or(0));
    let mut rows = area.rows();
    if layout::headings(scene.ui.size) > 0
        && let Some(row) = rows.next()
    {
        headings(buffer, row, scene, &plan);
    }
    for (area, row) in rows.zip(scene.shown.rows.iter().skip(top)) {
        let group = |at: &usize| scene.shown.groups.get(*at);
        match row {
            Row::Service(at) => {
                if let Some(item) = scene.shown.services.get(*at) {
                    draw_row(buffer, area, scene, &plan, *item);
                }
            }
            Row::Group(at) => {
                if let Some(group) = group(at) {
                    group::heading(buffer, area, scene, group);
                }
            }
            Row::More(at) => {
                if let Some(group) = group(at) {
                    group::folded(buffer, area, scene, group);
                }
            }
        }
    }
}

/// The headings; the one by which the services stand has an arrow.
fn headings(buffer: &mut Buffer, row: Rect, scene: Scene<'_>, plan: &Plan) {
    let (theme, list) = (scene.theme, &scene.ui.list);
    let (dim, strong) = (theme.dim(), theme.strong());
    let usual = list.sort == Sort::Name && !list.inverted;
    // What is worst counts as most.
    let falls = (list.sort.falls() || list.sort == Sort::State) != list.inverted;
    let marked = |sort: Option<Sort>, heading: &str| match sort {
        Some(sort) if !usual && sort == list.sort => {
            let blank = if heading.ends_with(' ') { " " } else { "" };
            let mark = theme.order(falls);
            (format!("{}{mark}{blank}", heading.trim_end()), strong)
        }
        Some(_) | None => (heading.to_owned(), dim),
    };
    let (state, state_style) = marked(Some(Sort::State), "STATE");
    let (name, name_style) = marked(Some(Sort::Name), "NAME");
    let mut pen = Pen::new(buffer, row, theme.cut());
    // The word fills its column: its arrow stands before it.
    if state_style == strong {
        pen.skip(2).put(theme.order(falls), strong);
    } else {
        pen.skip(3);
    }
    pen.column(state.get(..5).unwrap_or(&state), 6, Side::Left, state_style)
        .column(&name, plan.name, Side::Left, name_style);
    for (column, heading, columns) in &plan.columns {
        let (heading, style) = marked(column.sort(), heading);
        let side = if *column == Column::Trend {
            Side::Left
        } else {
            Side::Right
        };
        pen.skip(1).column(&heading, *columns, side, style);
    }
    if plan.note.is_some() {
        pen.skip(2).put("NOTE", dim);
    }
}

/// One service.
pub(super) fn draw_row(
    buffer: &mut Buffer,
    row: Rect,
    scene: Scene<'_>,
    plan: &Plan,
    item: Item<'_>,
) {
    let theme = scene.theme;
    let Item { view, state } = item;
    let focused = scene.ui.cursor.as_ref() == Some(&view.name);
    let loud = theme.state(state);
    // Under the cursor only the state keeps its colour: patches of it would hide the row.
    let (lead, name_style, mark) = if focused {
        let calm = theme.selected(Style::new());
        let lead = theme.selected(loud);
        let cells = Rect { width: 7, ..row }.offset(Offset::new(1, 0));
        buffer.set_style(row.intersection(buffer.area), calm);
        buffer.set_style(cells.intersection(buffer.area), lead);
        (lead, calm, ">")
    } else {
        (loud, loud, " ")
    };
    let name = cut_middle(view.name.as_str(), plan.name, theme.cut());
    let mut pen = Pen::new(buffer, row, theme.cut());
    pen.put(mark, name_style)
        .column(theme.symbol(state), 2, Side::Left, lead)
        .column(state.word(), 5, Side::Left, lead)
        .put(scene.mark(view), lead)
        .column(&name, plan.name, Side::Left, name_style);
    let tint = |style: Style| if focused { name_style } else { style };
    for (column, _, columns) in &plan.columns {
        if *column == Column::Trend {
            spark::put(pen.skip(1), scene, view, *columns, tint);
            continue;
        }
        let text = cell(*column, view);
        let style = cell_style(theme, *column, view, state, text.trim_end());
        pen.skip(1)
            .column(&text, *columns, Side::Right, tint(style));
    }
    let told = state != State::Up || view.health_reason.is_some();
    if plan.note.is_some() && told {
        let story = scene.teller().story(view, state);
        pen.skip(2).keep(1).say(&story, tint(theme.reason(state)));
    }
}

/// How loudly a number is shown.
fn cell_style(
    theme: &Theme,
    column: Column,
    view: &ServiceView,
    state: State,
    text: &str,
) -> Style {
    match column {
        // Nothing to see is quiet: a missing value, no restart.
        _ if text == "-" => theme.dim(),
        Column::Restarts if text == "0" => theme.dim(),
        Column::Port if port_mark(view) != ' ' => theme.state(state),
        Column::Latency if view.probe.ok == Some(false) => theme.reason(state),
        _ if state == State::Stop => theme.dim(),
        Column::Port
        | Column::Pid
        | Column::Cpu
        | Column::Memory
        | Column::Latency
        | Column::Trend
        | Column::Up
        | Column::Restarts => Style::new(),
    }
}

/// What stands in a column.
fn cell(column: Column, view: &ServiceView) -> String {
    let lives = view.pid.is_some();
    let text = match column {
        Column::Port => view.port.map(|port| format!(":{port}")),
        Column::Pid => view.pid.map(|pid| pid.to_string()),
        Column::Cpu => view.cpu_pct.filter(|_| lives).map(say::cpu),
        Column::Memory => view.mem_bytes.filter(|_| lives).map(say::memory),
        Column::Latency => view.probe.latency_ms.filter(|_| lives).map(say::latency),
        // It is drawn, not written.
        Column::Trend => return String::new(),
        Column::Up => view.uptime_s.filter(|_| lives).map(say::span),
        Column::Restarts => Some(say::short(view.restarts.total())),
    };
    let text = text.unwrap_or_else(|| "-".to_owned());
    match column {
        Column::Port => format!("{text}{}", port_mark(view)),
        Column::Pid
        | Column::Cpu
        | Column::Memory
        | Column::Latency
        | Column::Trend
        | Column::Up
        | Column::Restarts => text,
    }
}

/// The class of the holder, as a mark behind the port: nothing when all is well.
fn port_mark(view: &ServiceView) -> char {
    match view.holder.as_ref().map(|holder| holder.class) {
        Some(HolderClass::OtherService | HolderClass::Stranger | HolderClass::OtherUser) => '!',
        Some(HolderClass::OwnLeftover) => '~',
        Some(HolderClass::Unseen) => '?',
        Some(HolderClass::Own | HolderClass::Free) | None => ' ',
    }
}

/// Which rows are seen: "12-33/50", or nothing when all are.
pub(super) fn position(top: usize, rows: usize, count: usize) -> Option<String> {
    let last = top.saturating_add(rows).min(count);
    (count > rows && top < last).then(|| format!("{}-{last}/{count}", top + 1))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
