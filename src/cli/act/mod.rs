//! `oats start|stop|kill|restart|recover`: what was typed, whom it is for, and what is printed.

pub mod answer;
pub mod choose;

use std::time::Duration;

use clap::Args;

use super::words;

/// What stands below the options of every verb that acts.
pub const AFTER: &str = "\
Asks nothing: it acts on the named services and says who else is affected. A refusal of one
service does not stop the others. Needs an owner: oats, or oats serve.

Ends with 0 when everything was accepted (with --wait: done), 1 when an action failed, 2 when one
was refused or a name is no service, 4 when nobody owns the root, 5 when --wait ran out.";

/// The services that are meant, and how.
#[derive(Debug, Args)]
pub struct ActArgs {
    /// Which services
    #[arg(
        value_name = "NAME",
        required_unless_present_any = ["all", "group"],
        conflicts_with_all = ["all", "group"]
    )]
    pub names: Vec<String>,

    /// All services for which it makes sense
    #[arg(long, conflicts_with = "group")]
    pub all: bool,

    /// The services of this group for which it makes sense
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,

    /// Wait for the results, at most so long [without a time: 60s]
    #[arg(
        long,
        value_name = "DURATION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "60s",
        value_parser = words::duration
    )]
    pub wait: Option<Duration>,

    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,

    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `oats start`.
#[derive(Debug, Args)]
pub struct StartArgs {
    /// Whom, and how.
    #[command(flatten)]
    pub act: ActArgs,

    /// Just these, without what they need
    #[arg(long)]
    pub only: bool,

    /// Where somebody holds the port: wait until it is free
    #[arg(long)]
    pub when_free: bool,
}
