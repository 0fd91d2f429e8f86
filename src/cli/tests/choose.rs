use clap::Parser;
use serde_json::json;

use super::*;
use crate::cli::tests::{snapshot, view};

#[derive(Parser)]
struct Typed {
    #[command(flatten)]
    act: ActArgs,
}

fn chosen(action: Action, args: &[&str]) -> Chosen {
    let args = [&["oats"], args].concat();
    let typed = Typed::try_parse_from(args).map(|typed| typed.act);
    let needs = |name| json!([{"service": name, "condition": "healthy"}]);
    let snapshot = snapshot(vec![
        view(
            "a-front",
            &json!({"depends_on": needs("m-middle"), "phase": "running", "group": "shop"}),
        ),
        view(
            "m-middle",
            &json!({"depends_on": needs("z-base"), "group": "shop"}),
        ),
        view("z-base", &json!({"phase": "running"})),
    ]);
    choose(
        &snapshot,
        action,
        &typed.unwrap_or_else(|error| panic!("{error}")),
    )
}

fn names(chosen: &Chosen) -> Vec<&str> {
    chosen.services.iter().map(ServiceName::as_str).collect()
}

#[test]
fn needed_ones_are_started_first_and_stopped_last() {
    let all = ["a-front", "z-base", "m-middle", "a-front"];
    assert_eq!(
        names(&chosen(Action::Start, &all)),
        ["z-base", "m-middle", "a-front"]
    );
    assert_eq!(
        names(&chosen(Action::Stop, &all)),
        ["a-front", "m-middle", "z-base"]
    );
}

#[test]
fn all_means_those_for_which_it_makes_sense() {
    assert_eq!(names(&chosen(Action::Start, &["--all"])), ["m-middle"]);
    assert_eq!(
        names(&chosen(Action::Stop, &["--all"])),
        ["a-front", "z-base"]
    );
    assert_eq!(
        names(&chosen(Action::Stop, &["--group", "shop"])),
        ["a-front"]
    );
    let nothing = chosen(Action::Recover, &["--group", "nobody"]);
    assert_eq!(
        nothing.unknown,
        ["there is no group \"nobody\"; there are: shop"]
    );
    let none = snapshot(Vec::new());
    let typed = Typed::try_parse_from(["oats", "--all"]).map(|typed| typed.act);
    let nothing = choose(
        &none,
        Action::Stop,
        &typed.unwrap_or_else(|error| panic!("{error}")),
    );
    assert_eq!(
        nothing.nothing.as_deref(),
        Some("nothing to stop: there are no services")
    );
}

#[test]
fn a_name_that_is_none_keeps_nobody_from_the_others() {
    let chosen = chosen(Action::Start, &["m-midle", "z-base"]);
    assert_eq!(names(&chosen), ["z-base"]);
    assert!(
        chosen.unknown[0].contains("did you mean \"m-middle\"?"),
        "{chosen:?}"
    );
}

#[test]
fn somebody_must_be_meant_and_only_one_way() {
    for wrong in [
        &["oats"][..],
        &["oats", "a", "--all"],
        &["oats", "--all", "--group", "x"],
    ] {
        assert!(Typed::try_parse_from(wrong).is_err(), "{wrong:?}");
    }
}
