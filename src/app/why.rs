//! `oats why`: the truth and the ledger, put into words.

use std::path::Path;

use super::{
    logs::colours,
    print, say,
    truth::{self, Whose},
};
use crate::{
    cli::{
        Exit,
        act::choose,
        why::{self, WhyArgs},
        words::Paint,
    },
    io::{clock::Clock, ledger},
    model::ServiceView,
};

/// How many of the last ledger lines are looked at.
const EVENTS: usize = 10_000;

/// `oats why`.
pub(super) fn run(root: Option<&Path>, args: &WhyArgs, clock: Clock) -> Exit {
    let truth = match truth::see(root, clock) {
        Ok(truth) => truth,
        Err(exit) => return exit,
    };
    let mut views: Vec<&ServiceView> = Vec::new();
    let mut exit = Exit::Done;
    for word in &args.names {
        let mut services = truth.snapshot.services.values();
        if let Some(view) = services.find(|view| view.name.as_str() == word) {
            views.push(view);
        } else {
            say(&format!("oats: {}", choose::unknown(&truth.snapshot, word)));
            exit = Exit::Refused;
        }
    }
    let events = match ledger::latest(&truth.root.ledger_file(), EVENTS) {
        Ok(events) => events,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            say(&format!("oats: could not read the ledger: {error}"));
            Vec::new()
        }
    };
    let now = clock.now().wall;
    let answers: Vec<why::Answer<'_>> = views
        .iter()
        .map(|view| why::answer(view, &truth.snapshot, &events, now))
        .collect();
    if args.json {
        super::print_json(&answers);
    } else {
        let paint = Paint { colours: colours() };
        let texts: Vec<String> = answers
            .iter()
            .zip(views)
            .map(|(answer, view)| why::text(answer, view, paint))
            .collect();
        print(texts.join("\n").as_bytes());
    }
    if truth.whose == Whose::Silent && exit == Exit::Done {
        return Exit::NotAsWanted;
    }
    exit
}
