//! The command line: records and validates what was typed, nothing more.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::model::ServiceName;

/// What stands below the options in `--help`.
const AFTER: &str = "\
Without a command oats opens its console and starts the services with autostart = true.

Exit codes: 0 done, everything wanted is up · 1 something wanted is not · 2 refused, wrong usage, no
root, no terminal, root already owned · 3 wrong service files · 70 a defect in oats · 130 interrupted.";

/// A terminal operations console for the services on your machine.
#[derive(Debug, Parser)]
#[command(name = "oats", version, about, after_help = AFTER, subcommand_precedence_over_arg = true)]
pub struct Args {
    /// The root: the folder with services/*.toml [default: the nearest one upwards]
    #[arg(long, value_name = "DIR", global = true)]
    pub root: Option<PathBuf>,

    /// The keymap [default: OATS_KEYMAP, else keymap in oats.toml, else "default"]
    #[arg(long, value_name = "NAME", global = true)]
    pub keymap: Option<String>,

    /// Print the state of every service once and end
    #[arg(long)]
    pub once: bool,

    /// With --once: print data/status.json instead of a table
    #[arg(long, requires = "once")]
    pub json: bool,

    /// With --once: only these services
    #[arg(value_name = "NAME", requires = "once")]
    pub names: Vec<ServiceName>,

    /// What to do instead of opening the console.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Open the console and start all services, or these and what they need
    Up {
        /// Which services [default: all]
        #[arg(value_name = "NAME")]
        names: Vec<ServiceName>,
    },
    /// Own the services without a terminal
    Serve {
        /// Start all services, not only those with autostart = true
        #[arg(long)]
        up: bool,
    },
    /// Check all files of the root and print what is wrong
    Check,
    /// Keymap files: check them, show the keys in force, see what the terminal sends
    Keymap {
        /// Which of these.
        #[command(subcommand)]
        what: KeymapVerb,
    },
    /// Show what services have written
    #[command(after_help = super::logs::AFTER)]
    Logs(super::logs::LogsArgs),
    /// Run a small shop of five services in a temporary folder, to look around
    Demo,
    /// Write a starting point: services/web.toml and oats.toml
    Init {
        /// Where; it is made when it is not there [default: the folder you are in]
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// One of the demo services
    #[command(name = "demo-service", hide = true)]
    DemoService(Box<crate::demo::DemoArgs>),
}

/// What to do with keymaps.
#[derive(Debug, Subcommand)]
pub enum KeymapVerb {
    /// Check keymap files and print everything that is wrong
    Check {
        /// Names of keymaps, or files [default: every file in both folders]
        #[arg(value_name = "NAME|FILE.toml")]
        wanted: Vec<PathBuf>,
    },
    /// Print every command, its keys, and where they come from
    Show {
        /// Which keymap [default: the one in force]
        name: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Press keys and see their names, and what they are bound to
    Keys,
}
