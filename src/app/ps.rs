//! `oats ps`: the truth as a wide table.

use std::path::Path;

use super::{
    headless::{self, symbols},
    print, say,
    truth::{self, Whose},
};
use crate::{
    cli::{
        Exit, once,
        ps::{self, PsArgs},
    },
    io::clock::Clock,
};

/// `oats ps`.
pub(super) fn run(root: Option<&Path>, args: &PsArgs, clock: Clock) -> Exit {
    let truth = match truth::see(root, clock) {
        Ok(truth) => truth,
        Err(exit) => return exit,
    };
    let shown = if args.json {
        headless::show(&truth.snapshot, &args.names, true)
    } else {
        match once::select(&truth.snapshot, &args.names) {
            Ok(services) => {
                let table = ps::table(&truth.snapshot, &services, symbols(), clock.now().wall);
                print(table.as_bytes());
                once::exit_of(&services)
            }
            Err(sentence) => {
                say(&format!("oats: {sentence}"));
                Exit::Refused
            }
        }
    };
    if truth.whose == Whose::Silent && shown == Exit::Done {
        return Exit::NotAsWanted;
    }
    shown
}
