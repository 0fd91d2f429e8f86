//! `oats schema`: JSON Schema (draft 2020-12) of what people write and of what programs read.

use clap::{Args, ValueEnum};

/// What stands below the options in `oats schema --help`.
pub const AFTER: &str = "\
Editors that know JSON Schema complete and check service files with it. Some rules only oats
check knows: names of services that are there, ports that collide, paths and expressions that
must parse.";

/// `oats schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of which file
    #[arg(value_name = "WHAT", default_value = "service")]
    pub of: Schema,
}

/// A file with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Schema {
    /// services/NAME.toml
    Service,
    /// oats.toml
    Settings,
    /// data/status.json, also GET /api/status and --json of --once and ps
    Status,
    /// A line of `oats logs --json`
    LogLine,
}

impl Schema {
    /// The schema, as a JSON document.
    pub fn text(self) -> &'static str {
        match self {
            Self::Service => include_str!("service.json"),
            Self::Settings => include_str!("settings.json"),
            Self::Status => include_str!("status.json"),
            Self::LogLine => include_str!("log-line.json"),
        }
    }
}
