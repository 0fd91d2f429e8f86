//! `oats --once`: the truth as a table, or as the document itself.

use std::fmt::Write as _;

use super::exit::Exit;
use crate::model::{
    HolderClass, Phase, ServiceName, ServiceView, Snapshot, State, Want, clean, state,
};

/// Which symbols a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbols {
    /// The real ones.
    Unicode,
    /// Only ASCII.
    Ascii,
}

/// The services that are asked for: all, or the named ones.
///
/// # Errors
///
/// A sentence about the first name that is no service.
pub fn select<'a>(
    snapshot: &'a Snapshot,
    names: &[ServiceName],
) -> Result<Vec<&'a ServiceView>, String> {
    if names.is_empty() {
        return Ok(snapshot.services.values().map(AsRef::as_ref).collect());
    }
    names
        .iter()
        .map(|name| {
            snapshot
                .services
                .get(name)
                .map(AsRef::as_ref)
                .ok_or_else(|| {
                    let known: Vec<&str> =
                        snapshot.services.keys().map(ServiceName::as_str).collect();
                    format!(
                        "there is no service {name}; there are: {}",
                        known.join(", ")
                    )
                })
        })
        .collect()
}

/// 0 when at least one service is wanted up and every wanted one is as wanted.
pub fn exit_of(services: &[&ServiceView]) -> Exit {
    let mut wanted = services
        .iter()
        .filter(|view| view.want == Want::Up)
        .peekable();
    if wanted.peek().is_some() && wanted.all(|view| view.is_as_wanted()) {
        Exit::Done
    } else {
        Exit::NotAsWanted
    }
}

/// The table.
pub fn table(snapshot: &Snapshot, services: &[&ServiceView], symbols: Symbols) -> String {
    wide(snapshot, services, symbols, &[], |_| Vec::new())
}

/// The table with more columns before the last one.
pub fn wide(
    snapshot: &Snapshot,
    services: &[&ServiceView],
    symbols: Symbols,
    columns: &[&str],
    cells: impl Fn(&ServiceView) -> Vec<String>,
) -> String {
    let mut header: Vec<String> = ["STATE", "NAME", "PORT", "HOLDER", "PID", "CPU", "MEM", "UP"]
        .map(str::to_owned)
        .to_vec();
    header.extend(columns.iter().map(ToString::to_string));
    header.push("NOTE".to_owned());
    let mut rows = vec![header];
    rows.extend(services.iter().map(|view| {
        let mut row = row(view, symbols);
        row.extend(cells(view));
        row.push(clean::plain(&note(view)));
        row
    }));
    let mut text = summary(snapshot);
    text.push('\n');
    let right_aligned = [2, 4, 5, 6, 7];
    let width = |cell: &str| unicode_width::UnicodeWidthStr::width(cell);
    let count = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, most)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(most - width(cell));
            let _ = if right_aligned.contains(&column) {
                write!(line, "{pad}{cell}  ")
            } else {
                write!(line, "{cell}{pad}  ")
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The first line: whose truth it is, and how many services are how.
fn summary(snapshot: &Snapshot) -> String {
    let counts: Vec<String> = state::counts(snapshot)
        .into_iter()
        .map(|(state, count)| format!("{count} {}", state.counted()))
        .collect();
    let source = match &snapshot.owner {
        Some(owner) => format!("owner: oats {} (PID {})", owner.mode.word(), owner.pid),
        None => "no owner: looked around once".to_owned(),
    };
    let total = snapshot.services.len();
    let noun = if total == 1 { "service" } else { "services" };
    format!("{total} {noun}: {}  ({source})", counts.join(" "))
}

fn row(view: &ServiceView, symbols: Symbols) -> Vec<String> {
    let state = State::of(view);
    let symbol = match symbols {
        Symbols::Unicode => state.symbol(),
        Symbols::Ascii => state.ascii(),
    };
    let dash = || "-".to_owned();
    vec![
        format!("{symbol} {}", state.word()),
        view.name.to_string(),
        view.port.map_or_else(dash, |port| format!(":{port}")),
        view.holder
            .as_ref()
            .map_or_else(dash, |holder| holder.class.word().to_owned()),
        view.pid.map_or_else(dash, |pid| pid.to_string()),
        view.cpu_pct.map_or_else(dash, |pct| format!("{pct:.1}%")),
        view.mem_bytes
            .map_or_else(dash, |bytes| format!("{}M", bytes >> 20)),
        view.uptime_s.map_or_else(dash, uptime),
    ]
}

/// "12s", "5m26s", "2h52m", "3d4h".
pub fn uptime(seconds: u64) -> String {
    match seconds {
        0..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..=86_399 => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// What else there is to say: who is in the way, what is waited for, why it is not healthy.
fn note(view: &ServiceView) -> String {
    if let Some(survivor) = view.survivors.first() {
        return format!(
            "PID {} may be an earlier run: {}",
            survivor.pid, survivor.why
        );
    }
    if let Some(holder) = &view.holder
        && holder.class != HolderClass::Own
        && holder.class != HolderClass::Free
    {
        let commands: Vec<&str> = holder
            .processes
            .iter()
            .filter_map(|process| process.command.as_deref())
            .collect();
        return format!("port held by {}: {}", holder.who(), commands.join("; "));
    }
    let waiting: Vec<String> = view.waiting_for.iter().map(ToString::to_string).collect();
    match (view.phase, &view.health_reason, &view.last_exit) {
        (Phase::Waiting, ..) => format!("waiting for {}", waiting.join(", ")),
        (_, Some(reason), _) => reason.clone(),
        (Phase::Stopped | Phase::Failed | Phase::Backoff, None, Some(exit)) => {
            format!("{} at {}", exit.status(), exit.at)
        }
        (Phase::Running, None, _) => {
            let detail = view.probe.detail.clone().unwrap_or_default();
            match view.probe.latency_ms {
                Some(ms) => format!("{}, {detail} in {ms} ms", view.health.as_str()),
                None => format!("{} {detail}", view.health.as_str())
                    .trim_end()
                    .to_owned(),
            }
        }
        (
            Phase::Stopped | Phase::Failed | Phase::Backoff | Phase::Starting | Phase::Stopping,
            None,
            _,
        ) => String::new(),
    }
}
