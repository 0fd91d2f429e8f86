//! The program: parses the command line, runs, and ends with the code of what came out.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    oats::app::run(oats::cli::Args::parse())
}
