//! The program: parses the command line, runs, and ends with the code of what came out.

use std::process::ExitCode;

use clap::Parser as _;
use oats::{app, cli::Args};

fn main() -> ExitCode {
    match Args::try_parse() {
        Ok(args) => app::run(args),
        Err(error) => app::misused(&error, std::env::args_os().nth(1)),
    }
}
