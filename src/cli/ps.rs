//! `oats ps`: the table of `--once` with what else there is to know of each process.

use clap::Args;

use super::{
    once::{self, Symbols},
    words,
};
use crate::model::{ServiceName, ServiceView, Snapshot, Wall, run::Restarts};

/// What stands below the options in `oats ps --help`.
pub const AFTER: &str = "\
Shows the owner's truth; where nobody owns the root it looks for itself, once, and changes
nothing. --json prints the document of
data/status.json.

Ends with 0 when at least one service is wanted and every wanted one is running and healthy, or
completed; else with 1; with 2 for a name that is no service. With names, only those count.";

/// `oats ps`.
#[derive(Debug, Args)]
pub struct PsArgs {
    /// Which services [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<ServiceName>,

    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// The table.
pub fn table(
    snapshot: &Snapshot,
    services: &[&ServiceView],
    symbols: Symbols,
    now: Wall,
) -> String {
    let columns = ["RESTARTS", "SINCE"];
    once::wide(snapshot, services, symbols, &columns, |view| {
        let restarts = view.restarts;
        let since = view.phase_since.map(|at| words::when(at, now));
        vec![by_cause(restarts), since.unwrap_or_else(|| "-".to_owned())]
    })
}

/// "2 by hand, 1 by policy"; what never happened is left out.
fn by_cause(restarts: Restarts) -> String {
    let counts = [
        (restarts.manual, "by hand"),
        (restarts.policy, "by policy"),
        (restarts.arena, "by the arena"),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, cause)| format!("{count} {cause}"))
        .collect();
    if told.is_empty() {
        "-".to_owned()
    } else {
        told.join(", ")
    }
}
