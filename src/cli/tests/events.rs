use clap::Parser;
use serde_json::json;

use super::*;
use crate::cli::tests::{event, now};

#[derive(Parser)]
struct Typed {
    #[command(flatten)]
    events: EventsArgs,
}

fn typed(args: &[&str]) -> EventsArgs {
    let args = [&["oats"], args].concat();
    match Typed::try_parse_from(args) {
        Ok(typed) => typed.events,
        Err(error) => panic!("{error}"),
    }
}

fn sample() -> Vec<Event> {
    let cli = json!({"kind": "cli", "name": null});
    let bot = json!({"kind": "api", "name": "bot"});
    vec![
        event(
            1,
            "owner",
            &json!({"at": "2026-01-01T11:00:00.000Z", "reason": "came",
            "data": {"pid": 7, "mode": "serve"}}),
        ),
        event(
            2,
            "ask",
            &json!({"at": "2026-01-01T11:58:00.000Z", "service": "web",
            "action": "start", "actor": cli}),
        ),
        event(
            3,
            "start",
            &json!({"at": "2026-01-01T11:58:01.000Z", "service": "web", "data": {"pid": 9}}),
        ),
        event(
            4,
            "result",
            &json!({"at": "2026-01-01T11:58:02.000Z", "service": "web", "actor": cli,
            "action": "start", "cause": 2, "result": "failed", "duration_ms": 2000,
            "reason": "exited with code 1\u{1b}[2J"}),
        ),
        event(
            5,
            "refusal",
            &json!({"at": "2026-01-01T11:59:00.000Z", "service": "orders", "actor": bot,
            "action": "recover", "result": "refused",
            "reason": "Recover disabled: service is not running."}),
        ),
    ]
}

fn shown(args: &[&str]) -> Vec<u64> {
    let args = typed(args);
    let events = sample();
    let shown = events.iter().filter(|event| args.shows(event, now()));
    shown.map(|event| event.seq.0).collect()
}

#[test]
fn lines_are_chosen_by_time_number_service_actor_and_kind() {
    for (args, expected) in [
        (&[][..], &[1, 2, 3, 4, 5][..]),
        (&["--since", "10m"], &[2, 3, 4, 5]),
        (&["--since", "3"], &[4, 5]),
        (&["--since", "2026-01-01T11:58:02Z"], &[4, 5]),
        (&["--service", "web"], &[2, 3, 4]),
        (&["--actor", "cli"], &[2, 4]),
        (&["--actor", "api"], &[5]),
        (&["--actor", "api:bot"], &[5]),
        (&["--actor", "api:other"], &[]),
        (&["--kind", "refusal"], &[5]),
        (&["--service", "web", "--kind", "start"], &[3]),
    ] {
        assert_eq!(shown(args), expected, "{args:?}");
    }
    for wrong in [["--since", "yesterday"], ["--kind", "nonsense"]] {
        let args = [&["oats"][..], &wrong[..]].concat();
        assert!(Typed::try_parse_from(args).is_err(), "{wrong:?}");
    }
}

#[test]
fn without_a_word_the_last_ones_are_shown_and_since_a_time_all() {
    assert_eq!(typed(&[]).last(), Some(LINES));
    assert_eq!(typed(&["--since", "10m"]).last(), None);
    assert_eq!(typed(&["--since", "10m", "-n", "3"]).last(), Some(3));
}

#[test]
fn a_line_says_who_what_and_why_and_moves_no_cursor() {
    let lines: Vec<String> = sample()
        .iter()
        .map(|event| line(event, now(), Paint { colours: false }))
        .map(|line| line.split_once(' ').unwrap().1.to_owned())
        .collect();
    let expected = [
        "    #1 -        -            owner serve (PID 7): came",
        "    #2 cli      web          start asked for",
        "    #3 -        web          process started (PID 9)",
        "    #4 cli      web          start failed after 2.00 s: exited with code 1 (because of #2)",
        "    #5 api:bot  orders       Recover disabled: service is not running.",
    ];
    assert_eq!(lines, expected);
    let coloured = line(&sample()[3], now(), Paint { colours: true });
    assert!(coloured.contains("\u{1b}[31mstart failed"), "{coloured:?}");
}
