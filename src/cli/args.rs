//! The command line: records and validates what was typed, nothing more.

use std::path::PathBuf;

use clap::{CommandFactory as _, Parser, Subcommand};

use super::{act, down, events, port, ps, schema, why};
use crate::{
    io::config,
    model::{ServiceName, clean},
};

/// What stands below the options in `--help`.
const AFTER: &str = "\
Without a command oats opens its console and starts the services with autostart = true.

Exit codes: 0 done, everything wanted is up · 1 something wanted is not · 2 refused, wrong usage,
no root, no terminal, root already owned · 3 wrong service files · 4 the verb needs an owner · 5
--wait ran out · 70 a defect in oats · 130 interrupted.";

/// What stands below the options in `oats serve --help`.
const SERVE_AFTER: &str = "\
SIGTERM and SIGINT stop all services in reverse order of need and end the owner; once more, they are
killed. SIGQUIT ends the owner only: the services run on, and the next owner takes them over. SIGHUP
reads the files anew. From another terminal: oats down [--leave-running], oats reload.

Ends with 0, 2 when the root is owned already or there is none, 3 when files are wrong.";

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

    /// How the console looks.
    #[command(flatten)]
    pub looks: LookArgs,

    /// As lines instead of a screen.
    #[command(flatten)]
    pub plain: PlainArgs,

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

/// How the console looks.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct LookArgs {
    /// The theme [default: OATS_THEME, else theme in oats.toml, else "terminal"]
    #[arg(long, value_name = "NAME", global = true)]
    pub theme: Option<String>,

    /// Draw with ASCII only [default: glyphs in oats.toml, else what the locale allows]
    #[arg(long, global = true)]
    pub ascii: bool,
}

/// A console that needs no terminal.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct PlainArgs {
    /// Print a line for each change instead of drawing a screen: for pipes, CI, screen readers
    #[arg(long)]
    pub plain: bool,

    /// With --plain: also what the services write
    #[arg(long, requires = "plain")]
    pub logs: bool,
}

impl Verb {
    /// Whether it asks for a console of lines.
    pub fn is_plain(&self) -> bool {
        matches!(self, Self::Up { plain, .. } if plain.plain)
    }

    /// Whether it asks for the logs in these lines.
    pub fn shows_logs(&self) -> bool {
        matches!(self, Self::Up { plain, .. } if plain.logs)
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Open the console and start all services, or these and what they need
    Up {
        /// Which services [default: all]
        #[arg(value_name = "NAME")]
        names: Vec<ServiceName>,
        /// As lines instead of a screen.
        #[command(flatten)]
        plain: PlainArgs,
    },
    /// Own the services without a terminal
    #[command(after_help = SERVE_AFTER)]
    Serve {
        /// Start all services, not only those with autostart = true
        #[arg(long)]
        up: bool,
    },
    /// Start services, and first what they need
    #[command(after_help = act::AFTER)]
    Start(act::StartArgs),
    /// Stop services: ask the whole process tree to end, then make it
    #[command(after_help = act::AFTER)]
    Stop(act::ActArgs),
    /// Kill services: SIGKILL to the whole process tree, at once
    #[command(after_help = act::AFTER)]
    Kill(act::ActArgs),
    /// Stop services, then start them
    #[command(after_help = act::AFTER)]
    Restart(act::ActArgs),
    /// Run the recover step of living services
    #[command(after_help = act::AFTER)]
    Recover(act::ActArgs),
    /// Stop all services and end their owner
    #[command(after_help = down::DOWN_AFTER)]
    Down(down::DownArgs),
    /// Let the owner read the files of the root anew
    #[command(after_help = down::RELOAD_AFTER)]
    Reload(down::ReloadArgs),
    /// Show every service: state, port, holder, PID, restarts
    #[command(after_help = ps::AFTER)]
    Ps(ps::PsArgs),
    /// Show what happened: who did what, why, and what came of it
    #[command(after_help = events::AFTER)]
    Events(events::EventsArgs),
    /// Say why a service is in its state, and what each action needs
    #[command(after_help = why::AFTER)]
    Why(why::WhyArgs),
    /// Say who listens on a port; free it
    #[command(after_help = port::AFTER)]
    Port(port::PortArgs),
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
    /// Print a JSON Schema of service files, of oats.toml, or of status.json
    #[command(after_help = schema::AFTER)]
    Schema(schema::SchemaArgs),
    /// Print the completions of a shell
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page: oats man | man -l -
    Man {
        /// Of one verb [default: of oats]
        #[arg(value_name = "VERB")]
        verb: Option<String>,
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

/// What is wrong with a word that stands where a verb does and is none.
pub fn unknown_verb(word: &str) -> Option<String> {
    let command = Args::command();
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set());
    let verbs: Vec<&str> = verbs.map(clap::Command::get_name).collect();
    if word.starts_with('-') || verbs.contains(&word) {
        return None;
    }
    let near = config::nearest(word, verbs);
    let near = near.map(|near| format!(": did you mean \"{near}\"?"));
    let (word, near) = (clean::plain(word), near.unwrap_or_default());
    Some(format!(
        "there is no command \"{word}\"{near} (see oats --help)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_verb_is_told_with_the_nearest_one() {
        let said = unknown_verb("pss").unwrap();
        assert!(
            said.starts_with("there is no command \"pss\": did you mean \"ps\"?"),
            "{said}"
        );
        assert_eq!(unknown_verb("ps"), None);
        assert_eq!(unknown_verb("--once"), None);
    }
}
