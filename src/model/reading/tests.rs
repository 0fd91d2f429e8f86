//! Tables and properties of everything that is read in a line.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::model::{Wall, clean};

/// What a fold gives: message and fields.
fn folded(text: &str) -> Option<(String, String)> {
    let folded = fold(text)?;
    Some((folded.message().to_owned(), folded.fields().to_owned()))
}

/// Lines, and the message and the fields that each has.
const FOLDS: &[(&str, &str, &str)] = &[
    (
        r#"{"level":"error","msg":"timeout","trace":"9f2c11","retry":2}"#,
        "timeout",
        "trace=9f2c11 retry=2",
    ),
    (
        r#"{"z":1,"time":"2026-11-24T12:04:01Z","a":1.50,"message":"hi there"}"#,
        "hi there",
        "z=1 a=1.50",
    ),
    (
        r#"{"msg":"x","req":{ "path": "/a b", "n": [1, 2.0e3] },"ok":true,"e":null}"#,
        "x",
        r#"req={"path":"/a b","n":[1,2.0e3]} ok=true e=null"#,
    ),
    (r#"{"event":"start","msg":"m"}"#, "m", "event=start"),
    (r#"{"event":"start","n":1}"#, "start", "n=1"),
    (r#"{"msg":{"a":1},"message":"m"}"#, "m", r#"msg={"a":1}"#),
    (
        r#"{"a":"","b":"x y","c":"q\"","d":"k=v"}"#,
        "",
        r#"a="" b="x y" c="q\"" d="k=v""#,
    ),
    (
        r#"{"level":"purple","ts":"soon","msg":"x"}"#,
        "x",
        "level=purple ts=soon",
    ),
    (r#"{"level":30,"time":1732449841123,"msg":"x"}"#, "x", ""),
    (r#"  {"msg":"x"}  "#, "x", ""),
    (
        r#"{"n":1,"n":2,"id":12345678901234567890123}"#,
        "",
        "n=1 n=2 id=12345678901234567890123",
    ),
    ("{}", "", ""),
    (
        r#"{"log":"from docker\n","stream":"stdout","time":"2026-11-24T12:04:01.5Z"}"#,
        "from docker",
        "stream=stdout",
    ),
    (
        "time=2026-11-24T12:04:01Z level=info msg=\"it \\\"is\\\" up\" port=8080 empty=",
        "it \"is\" up",
        "port=8080 empty=\"\"",
    ),
    ("msg=up port=8080", "up", "port=8080"),
    (
        r#"api-1  | {"level":"info","msg":"x","n":1}"#,
        "api-1  | x",
        "n=1",
    ),
    (
        r#"2026-11-24T12:04:01Z {"level":"info","msg":"x"}"#,
        "x",
        "",
    ),
    (
        "\u{1b}[36mapi-1 |\u{1b}[0m {\"level\":\"info\",\"msg\":\"x\"}",
        "api-1 | x",
        "",
    ),
];

#[test]
fn a_structured_line_is_its_message_and_the_other_fields_in_their_order() {
    for (text, message, fields) in FOLDS {
        let expected = Some(((*message).to_owned(), (*fields).to_owned()));
        assert_eq!(folded(text), expected, "{text}");
    }
    assert_eq!(fold(r#"{"msg":"a","b":1}"#).unwrap().text(), "a b=1");
    assert_eq!(fold(r#"{"b":1}"#).unwrap().text(), "b=1");
}

#[test]
fn a_line_that_only_looks_structured_stays_as_it_is() {
    for text in [
        "",
        "{",
        "plain text",
        "{\"msg\":\"cut",
        "{\"msg\":\"x\"} and more",
        "{not: json}",
        "[1,2]",
        "\"msg\"",
        "sent {\"id\":1}",
        "x={\"msg\":\"a\"}",
        "fn{\"msg\":\"a\"}",
        "a=1 b=2",
        "level=info",
        "level=info msg=two words",
        "see level=info msg=x",
        "GET /?level=info&msg=1 a=b",
    ] {
        assert_eq!(fold(text), None, "{text}");
        assert_eq!(pretty(text), None, "{text}");
    }
}

#[test]
fn what_a_string_hides_is_cleaned_when_it_is_shown() {
    let text = r#"{"msg":"a\u001b[31mred\u0007\nb","k\u001b[2J":"\u202ex\u001b]52;c;ZXY=\u0007y"}"#;
    let expected = ("ared b".to_owned(), "k=xy".to_owned());
    assert_eq!(folded(text), Some(expected));
    let lone = r#"{"msg":"\ud800"}"#;
    assert!(fold(lone).is_none_or(|folded| !folded.text().contains('\u{1b}')));
}

#[test]
fn the_pretty_form_keeps_order_and_every_digit() {
    let text = r#"{"z":1.50,"a":{"b":[1, {}],"c":[] },"id":12345678901234567890,"s":"{[,:\"]}"}"#;
    let expected = [
        "{",
        "  \"z\": 1.50,",
        "  \"a\": {",
        "    \"b\": [",
        "      1,",
        "      {}",
        "    ],",
        "    \"c\": []",
        "  },",
        "  \"id\": 12345678901234567890,",
        "  \"s\": \"{[,:\\\"]}\"",
        "}",
    ];
    assert_eq!(pretty(text).unwrap(), expected);
    assert_eq!(pretty("{ }").unwrap(), ["{}"]);
    let prefixed = pretty("web | {\"msg\":\"x\"}").unwrap();
    assert_eq!(prefixed, ["web |", "{", "  \"msg\": \"x\"", "}"]);
    let logfmt = pretty("level=info msg=\"a b\" n=1.0").unwrap();
    assert_eq!(logfmt, ["level=info", "msg=\"a b\"", "n=1.0"]);
}

/// A zone an hour east of UTC, in November 2026.
fn calendar() -> Calendar {
    Calendar {
        zone: TimeZone::fixed(jiff::tz::offset(1)),
        today: "2026-11-24T20:00:00Z"
            .parse::<jiff::Timestamp>()
            .map_or_else(
                |_| Wall::default(),
                |at| Wall::from_millis(at.as_millisecond()),
            ),
    }
}

/// Lines, and when each was written.
const TIMES: &[(&str, &str)] = &[
    ("2026-11-24T12:04:01Z x", "2026-11-24T12:04:01.000Z"),
    (
        "2026-11-24T12:04:01.123456789+02:00 x",
        "2026-11-24T10:04:01.123Z",
    ),
    ("[2026-11-24t12:04:01-0530] x", "2026-11-24T17:34:01.000Z"),
    ("2026-11-24 12:04:01,123 INFO x", "2026-11-24T11:04:01.123Z"),
    ("2026-11-24 12:04:01.5 +0000 x", "2026-11-24T12:04:01.500Z"),
    (
        "2026-11-24 12:04:01 UTC [7] LOG:",
        "2026-11-24T12:04:01.000Z",
    ),
    ("2026-11-24 12:04:01", "2026-11-24T11:04:01.000Z"),
    ("2026/11/24 12:04:01 x", "2026-11-24T11:04:01.000Z"),
    ("2026-11-24 12:04:60 x", "2026-11-24T11:04:59.000Z"),
    ("2024-02-29 00:00:00 x", "2024-02-28T23:00:00.000Z"),
    ("Nov 24 12:04:01 host app[1]: x", "2026-11-24T11:04:01.000Z"),
    ("Nov  4 12:04:01 x", "2026-11-04T11:04:01.000Z"),
    ("Dec 24 12:04:01 x", "2025-12-24T11:04:01.000Z"),
    ("Feb 29 12:04:01 x", "2024-02-29T11:04:01.000Z"),
    (
        "E1124 12:04:01.5 1 main.go:7] x",
        "2026-11-24T11:04:01.500Z",
    ),
    (
        "127.0.0.1 - - [24/Nov/2026:12:04:01 +0000] \"GET / HTTP/1.1\" 200 1",
        "2026-11-24T12:04:01.000Z",
    ),
    (
        "127.0.0.1 - - [24/Nov/2026 12:04:01] \"GET\"",
        "2026-11-24T11:04:01.000Z",
    ),
    (
        "api-1  | 2026-11-24T12:04:01Z x",
        "2026-11-24T12:04:01.000Z",
    ),
    ("INFO 2026-11-24T12:04:01Z x", "2026-11-24T12:04:01.000Z"),
    ("[WARN]  2026-11-24T12:04:01Z x", "2026-11-24T12:04:01.000Z"),
    (
        "\u{1b}[2m2026-11-24T12:04:01Z\u{1b}[0m x",
        "2026-11-24T12:04:01.000Z",
    ),
    (
        r#"{"time":"2026-11-24T12:04:01Z","msg":"x"}"#,
        "2026-11-24T12:04:01.000Z",
    ),
    (
        r#"{"msg":"x","@timestamp":"2026-11-24 12:04:01"}"#,
        "2026-11-24T11:04:01.000Z",
    ),
    (r#"{"ts":1795521841,"msg":"x"}"#, "2026-11-24T12:04:01.000Z"),
    (r#"{"ts":1795521841.1234567}"#, "2026-11-24T12:04:01.123Z"),
    (r#"{"ts":1.795521841e9}"#, "2026-11-24T12:04:01.000Z"),
    (r#"{"time":1795521841123}"#, "2026-11-24T12:04:01.123Z"),
    (r#"{"time":1795521841123456}"#, "2026-11-24T12:04:01.123Z"),
    (
        r#"{"time":"1795521841123456789"}"#,
        "2026-11-24T12:04:01.123Z",
    ),
    (
        r#"x | {"time":1795521841123,"a":1}"#,
        "2026-11-24T12:04:01.123Z",
    ),
    (
        "level=info ts=2026-11-24T12:04:01Z msg=x",
        "2026-11-24T12:04:01.000Z",
    ),
];

#[test]
fn a_line_says_when_it_was_written_in_many_ways() {
    for (text, time) in TIMES {
        let found = time_of(text, &calendar()).map(|at| at.to_string());
        assert_eq!(found.as_deref(), Some(*time), "{text}");
    }
}

#[test]
fn numbers_that_only_look_like_a_time_are_none() {
    for text in [
        "",
        "GET / 200",
        "2026-13-24T12:04:01Z",
        "2026-11-31 12:04:01",
        "2026-11-24",
        "2026-11-24T25:04:01Z",
        "2026-11-24T12:04:011",
        "12:04:01 x",
        "1795521841 x",
        "Nov 31 12:04:01 x",
        "Nov 24 x",
        "November 24 12:04:01",
        "I1324 12:04:01 x",
        "retry at 2026-11-24T12:04:01Z",
        r#"{"time":12,"msg":"x"}"#,
        r#"{"time":-1795521841,"msg":"x"}"#,
        r#"{"time":1e300,"msg":"x"}"#,
        r#"{"a":{"time":1795521841},"msg":"x"}"#,
        r#"{"time":null,"msg":"x"}"#,
    ] {
        assert_eq!(time_of(text, &calendar()), None, "{text}");
    }
}

/// Pieces that make structure likely.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "d800",
        "\"msg\":",
        "\"time\":",
        "\"level\":\"",
        "level=",
        "msg=",
        "ts=",
        "=",
        " ",
        "1",
        "-",
        "e9",
        ".",
        "2026-11-24",
        "T12:04:01",
        "Z",
        "+99:99",
        "Nov 24 ",
        "24/Nov/2026:",
        "I1124 ",
        "\u{1b}[",
        "31m",
        "é",
        "日",
        "| ",
        " - - [",
        "error",
        "null",
        "true",
        "\\u001b[2J",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// An object as a program writes it, with members of every kind.
fn object() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
        ".{0,12}".prop_map(serde_json::Value::from),
    ];
    let value = leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-z\"\\\\ ]{0,5}", inner, 0..4)
                .prop_map(|map| { serde_json::Value::Object(map.into_iter().collect()) }),
        ]
    });
    prop::collection::btree_map(".{0,6}", value, 0..6)
        .prop_map(|map| serde_json::Value::Object(map.into_iter().collect()))
}

proptest! {
    #[test]
    fn no_line_breaks_a_reader_or_leaves_it_unclean(text in pieces()) {
        let line = clean::line(text.as_bytes());
        let _ = Level::of(&line);
        let _ = time_of(&line, &calendar());
        for shown in fold(&line).iter().map(|folded| folded.text().to_owned())
            .chain(pretty(&line).into_iter().flatten())
        {
            prop_assert_eq!(clean::plain(&shown), shown.clone());
        }
        if let Some(folded) = fold(&line) {
            let whole = [folded.message(), folded.fields()].join(" ");
            prop_assert_eq!(whole.trim(), folded.text().trim());
        }
    }

    #[test]
    fn the_pretty_form_says_what_the_line_says(object in object()) {
        let text = object.to_string();
        // What a cleaner would change is no clean line.
        prop_assume!(clean::line(text.as_bytes()) == text);
        let shown = pretty(&text).unwrap().join("\n");
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), object);
    }
}
