//! The page of one service: everything that is known of it, and what can be done.

use std::fmt::Write as _;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    Scene, bar, boxed, charts, charts_numbers, happened, keys, needs, page::Page, say, story,
    text::Pen,
};
use crate::{
    keymap::Command,
    model::{
        Action, Holder, Outcome, Phase, ServiceView, State, TreeMember,
        action::ACTIONS,
        health::HealthWord,
        snapshot::{LastAction, Pending},
    },
    tui::state::DetailView,
};

/// From so many columns on the facts stand in two columns.
const TWO_COLUMNS: usize = 150;
/// Lines of stderr that are shown.
const TAIL: usize = 20;
/// Events that are shown.
const EVENTS: usize = 8;

/// Draws the page; returns where it begins.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: Scene<'_>,
    detail: DetailView,
) -> Option<Position> {
    let lines = lines(scene, usize::from(area.width), usize::from(area.height));
    if lines.is_empty() {
        let text = "There is no service to show.";
        Pen::new(buffer, area, scene.theme.cut())
            .skip(1)
            .put(text, scene.theme.dim());
        return None;
    }
    let rows = usize::from(area.height);
    let top = detail.top.min(lines.len().saturating_sub(rows));
    boxed::lines(buffer, area, scene, lines.get(top..).unwrap_or_default());
    Some(area.as_position())
}

/// How many rows the page of the service under the cursor has.
pub(super) fn height(scene: Scene<'_>, columns: usize, rows: usize) -> usize {
    lines(scene, columns, rows).len()
}

/// The whole page, of which so many rows are seen at once: how it is and how it fared come first.
fn lines(scene: Scene<'_>, columns: usize, rows: usize) -> Vec<Line<'static>> {
    let Some(view) = bar::focused(scene) else {
        return Vec::new();
    };
    let mut page = Page::new(scene.theme, columns);
    state(&mut page, scene, view);
    // What went wrong comes first.
    let dead = view.pid.is_none();
    if dead {
        last(&mut page, scene, view);
    }
    if columns >= TWO_COLUMNS {
        charts::draw(&mut page, scene, view, rows);
        let left = columns / 2;
        let mut sides = [left - 1, columns - left - 1].map(|it| Page::new(scene.theme, it));
        let [one, other] = &mut sides;
        health(one, scene, view);
        identity(one, scene, view);
        needs::section(one, scene, view);
        events(one, scene, view);
        port(other, scene, view);
        tree(other, scene);
        if !dead {
            last(other, scene, view);
        }
        actions(other, scene, view);
        page.beside(sides);
        return page.into_lines();
    }
    health(&mut page, scene, view);
    charts::draw(&mut page, scene, view, rows);
    identity(&mut page, scene, view);
    tree(&mut page, scene);
    port(&mut page, scene, view);
    needs::section(&mut page, scene, view);
    if !dead {
        last(&mut page, scene, view);
    }
    actions(&mut page, scene, view);
    events(&mut page, scene, view);
    page.into_lines()
}

/// How it is, in its first rows.
fn state(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView) {
    let theme = scene.theme;
    let state = State::of(view);
    let style = theme.state(state);
    let mut rest = String::new();
    let dot = theme.dot();
    // Who it is and who listens for it is seen without scrolling.
    if let Some(pid) = view.pid {
        let _ = write!(rest, "PID {pid} {dot} ");
    }
    if let Some(port) = view.port {
        let class = view
            .holder
            .as_ref()
            .map_or("", |holder| holder.class.word());
        let _ = write!(rest, "{} {dot} ", format!(":{port} {class}").trim_end());
    }
    if let Some(up) = view.uptime_s.filter(|_| view.pid.is_some()) {
        let _ = write!(rest, "up {}", say::span(up));
    } else if let Some(since) = view.phase_since {
        let _ = write!(rest, "since {}", when(scene, since));
    } else if view.last_exit.is_none() {
        rest.push_str("not started yet");
    } else {
        rest.push_str("no process");
    }
    let restarts = view.restarts;
    if restarts.total() > 0 {
        let _ = write!(
            rest,
            " {dot} restarts: {}",
            charts_numbers::restarts(restarts)
        );
    }
    if let Some(group) = &view.group {
        let _ = write!(rest, " {dot} group {group}");
    }
    page.line(Line::from(vec![
        Span::styled(
            format!(" {} {:<6}", theme.symbol(state), state.word()),
            style,
        ),
        Span::raw(rest),
    ]));
    let story = scene.teller().story(view, state);
    page.say(&story, theme.reason(state));
    if view.phase == Phase::Stopped
        && view.last_exit.is_none()
        && let Some(key) = keys::label(scene, Command::ServiceStart)
    {
        page.say(&format!("Not started yet; {key} starts it."), Style::new());
    }
    if let Some(Pending { action, by, since }) = &view.pending {
        let age = scene.snapshot.written_at.since(*since).as_secs();
        let what = action.row().progressive;
        let text = format!("{what} for {age} s, asked by {}", story::by(by));
        page.say(&text, theme.state(State::Start));
    }
    if let Some(description) = &view.description {
        page.say(description, theme.dim());
    }
}

/// Which process it is, and where its output goes.
fn identity(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView) {
    let plain = Style::new();
    page.section("Identity");
    match view.pid {
        Some(pid) => {
            let mut text = format!("{pid}");
            if let Some(at) = view.started_at {
                let _ = write!(text, "   started {}", when(scene, at));
            }
            let _ = match view.processes {
                0 | 1 => write!(text, "   1 process"),
                many => write!(text, "   {many} processes in its tree"),
            };
            if view.adopted {
                text.push_str("   found running and taken over");
            }
            page.fact("PID", &text, scene.theme.strong());
        }
        None => page.fact("PID", "no process", scene.theme.dim()),
    }
    if let (Some(cpu), Some(memory)) = (view.cpu_pct, view.mem_bytes) {
        let text = format!(
            "{} of one core   {} resident",
            say::cpu(cpu),
            say::memory(memory)
        );
        page.fact("Load", &text, plain);
    }
    if let Some(run) = view.run {
        page.fact("Run", &run.to_string(), plain);
    }
    let own = view.holder.as_ref().and_then(|holder| {
        let mine = holder.processes.iter().find(|it| it.pid == view.pid);
        mine.filter(|_| view.pid.is_some())
    });
    if let Some(process) = own {
        page.fact("User", &process.user, plain);
        let known = [
            ("Command", process.command.clone()),
            ("Folder", process.cwd.clone()),
            ("Parent", process.parent_pid.map(|pid| format!("PID {pid}"))),
        ];
        for (name, text) in known {
            if let Some(text) = text {
                page.fact(name, &text, plain);
            }
        }
    }
    page.fact("stdout", &view.logs.stdout, plain);
    page.fact("stderr", &view.logs.stderr, plain);
    for survivor in &view.survivors {
        let text = format!("PID {}: {}", survivor.pid, survivor.why);
        page.fact("In doubt", &text, scene.theme.state(State::Doubt));
    }
}

/// Its processes, each below its parent. A single one says nothing new.
fn tree(page: &mut Page<'_>, scene: Scene<'_>) {
    let members = &scene.ui.tree;
    if members.len() < 2 || scene.ui.watched_tree != scene.ui.cursor {
        return;
    }
    page.section("Processes");
    let is_child = |member: &&TreeMember| members.iter().any(|it| it.pid == member.parent);
    let mut open: Vec<(usize, &TreeMember)> = members
        .iter()
        .rev()
        .filter(|member| !is_child(member))
        .map(|member| (0, member))
        .collect();
    while let Some((depth, member)) = open.pop() {
        let indent = "  ".repeat(depth.min(12));
        let text = format!("{indent}{}", member.command);
        page.fact(&member.pid.to_string(), &text, Style::new());
        let children = members.iter().rev().filter(|it| it.parent == member.pid);
        open.extend(children.map(|child| (depth + 1, child)));
    }
}

/// Who listens on its port.
fn port(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView) {
    let Some(port) = view.port else { return };
    page.section("Port");
    let Some(holder) = &view.holder else {
        return page.fact("Port", &format!("{port}, not looked at yet"), Style::new());
    };
    let Holder { class, service, .. } = holder;
    let style = super::tile::holder_style(scene.theme, *class);
    let of = service.as_ref().filter(|name| **name != view.name);
    let of = of.map(|name| format!(", {name}")).unwrap_or_default();
    page.fact("Port", &format!("{port}   {}{of}", class.word()), style);
    for process in &holder.processes {
        let pid = process
            .pid
            .map_or_else(|| "PID not visible".to_owned(), |pid| format!("PID {pid}"));
        let command = process.command.as_deref().unwrap_or("-");
        let mut text = format!("{}   {pid}   user {}", process.address, process.user);
        if let Some(at) = process.started_at {
            let _ = write!(text, "   since {}", when(scene, at));
        }
        page.fact("Holder", &text, Style::new());
        page.fact("", command, Style::new());
    }
}

/// What its probe says.
fn health(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView) {
    page.section("Health");
    let style = match view.health {
        HealthWord::Unhealthy => scene.theme.reason(State::Degraded),
        HealthWord::Healthy | HealthWord::Unknown => Style::new(),
    };
    let mut text = view.health.as_str().to_owned();
    if let Some(reason) = &view.health_reason {
        let _ = write!(text, ": {reason}");
    }
    page.fact("Verdict", &text, style);
    let probe = &view.probe;
    let mut text = probe.kind.clone();
    if let Some(detail) = &probe.detail {
        let _ = write!(text, "   last: {detail}");
    }
    if let Some(latency) = probe.latency_ms {
        let _ = write!(text, " in {}", say::latency_long(latency));
    }
    if let Some(at) = probe.at {
        let _ = write!(text, "   at {}", when(scene, at));
    }
    if probe.failures > 0 {
        let _ = write!(text, "   {} failed in a row", probe.failures);
    }
    page.fact("Probe", &text, Style::new());
}

/// How the last run and the last action ended.
fn last(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView) {
    if view.last_exit.is_none() && view.last_action.is_none() {
        return;
    }
    page.section("Last");
    if let Some(LastAction {
        action,
        by,
        result,
        reason,
        duration_ms,
        at,
    }) = &view.last_action
    {
        let mut text = format!(
            "{} by {}: {} after {}, {}",
            action.label(),
            story::by(by),
            result.word(),
            say::took(*duration_ms),
            when(scene, *at)
        );
        if let Some(reason) = reason {
            let _ = write!(text, ": {reason}");
        }
        let style = match result {
            Outcome::Failed => scene.theme.reason(State::Fail),
            Outcome::Done | Outcome::Superseded | Outcome::Refused => Style::new(),
        };
        page.fact("Action", &text, style);
    }
    if let Some(exit) = &view.last_exit {
        let asked = if exit.asked { "asked for" } else { "unasked" };
        let text = format!("{}, {asked}, {}", exit.status(), when(scene, exit.at));
        let style = if exit.asked || exit.status().is_success() {
            Style::new()
        } else {
            scene.theme.reason(State::Fail)
        };
        page.fact("Exit", &text, style);
        let skip = exit.stderr_tail.len().saturating_sub(TAIL);
        for (at, line) in exit.stderr_tail.iter().skip(skip).enumerate() {
            let name = if at == 0 { "Its stderr" } else { "" };
            page.fact(name, line, scene.theme.dim());
        }
    }
}

/// Every action: its key, and what it would do or why it cannot.
fn actions(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView) {
    page.section("Actions");
    for row in &ACTIONS {
        let command = Command::of_action(row.action);
        let command = command.or((row.action == Action::FreePort).then_some(Command::PortShow));
        let key = command.and_then(|command| keys::label(scene, command));
        let verdict = view.actions.get(row.action);
        let (text, style) = match (&verdict.reason, &verdict.hint) {
            (Some(reason), _) if !verdict.allowed => (reason.clone(), scene.theme.dim()),
            (_, Some(hint)) => (format!("{}: {hint}", row.label), Style::new()),
            (_, None) => (format!("{}: {}", row.label, row.about), Style::new()),
        };
        page.fact(&key.unwrap_or_default(), &text, style);
    }
}

/// The latest events of this service.
fn events(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView) {
    page.section("Events");
    let events = scene.ui.events.iter().rev();
    let mine = events.filter(|event| event.service.as_ref() == Some(&view.name));
    let told = mine.filter(|event| happened::is_told(event, scene));
    let mut any = false;
    for event in told.take(EVENTS) {
        any = true;
        let clock = say::clock(event.at, &scene.theme.zone);
        let text = format!(
            "{}  {}  {}",
            happened::who(event),
            happened::what(event),
            happened::outcome(event)
        );
        page.fact(&clock, &text, happened::style(event, scene));
    }
    if !any {
        page.say("Nothing happened to it yet.", scene.theme.dim());
    }
}

/// A time as the screen says it.
fn when(scene: Scene<'_>, at: crate::model::Wall) -> String {
    say::when(at, scene.snapshot.written_at, &scene.theme.zone)
}
