use super::*;

#[test]
fn structured_lines_say_their_level() {
    for (text, level) in [
        (r#"{"level":"error","msg":"x"}"#, Some(Level::Error)),
        (
            r#"{"time":1, "severity" : "WARNING"}"#,
            Some(Level::Warning),
        ),
        (r#"{"msg":"a \"level\": b","level":50}"#, Some(Level::Error)),
        (r#"{"level":30,"msg":"ERROR in a text"}"#, Some(Level::Info)),
        (r#"{"req":{"level":"error"},"msg":"x"}"#, None),
        (r#"{"msg":"level","level":"debug"#, Some(Level::Debug)),
        (r#"{"level":3}"#, None),
        ("time=1 level=warn msg=\"ERROR\"", Some(Level::Warning)),
        ("lvl=\"error\"", Some(Level::Error)),
        ("sublevel=error", None),
        ("E0312 12:04:01.0 1 main.go:7] x", Some(Level::Error)),
        ("I0312 12:04:01.0 1 main.go:7] ERROR x", Some(Level::Info)),
        (r#"api-1 | {"level":"error","msg":"x"}"#, Some(Level::Error)),
        (
            "\u{1b}[36mapi |\u{1b}[0m {\"level\":\"warn\"}",
            Some(Level::Warning),
        ),
        (r#"f{"level":"error"}"#, None),
    ] {
        assert_eq!(Level::of(text), level, "{text}");
    }
}

#[test]
fn the_first_word_that_names_a_level_counts() {
    for (text, level) in [
        (
            "2026-01-01 12:00:00 ERROR cannot connect",
            Some(Level::Error),
        ),
        ("\u{1b}[31mERROR\u{1b}[0m x", Some(Level::Error)),
        ("[2026-01-01] [warn] error: x", Some(Level::Warning)),
        ("INFO retry after ERROR", Some(Level::Info)),
        ("WARNING: unused", Some(Level::Warning)),
        ("error: expected `;`", Some(Level::Error)),
        ("Error opening the file", Some(Level::Error)),
        (
            "thread 'main' (1) panicked at src/main.rs:2:5:",
            Some(Level::Error),
        ),
        (
            "panic: runtime error: index out of range",
            Some(Level::Error),
        ),
        ("Traceback (most recent call last):", Some(Level::Error)),
        ("ValueError: x", Some(Level::Error)),
        ("java.lang.NullPointerException: x", Some(Level::Error)),
        ("Exception in thread \"main\"", Some(Level::Error)),
        ("FATAL", Some(Level::Error)),
    ] {
        assert_eq!(Level::of(text), level, "{text}");
    }
}

#[test]
fn words_that_only_look_like_it_are_no_level() {
    for text in [
        "",
        "GET /work 200 3 ms",
        "GET /error 200",
        "GET /api/ERROR 404",
        "0 errors, 0 warnings",
        "ERROR_CODE=0",
        "terror: a film",
        "the last error was long ago",
        "a warning light",
        "INFORMATION_SCHEMA",
        "日本語 ERRORS",
        "\u{1b}[3",
        "\"",
        "=",
    ] {
        assert_eq!(Level::of(text), None, "{text}");
    }
    let far = format!("{} ERROR", "x ".repeat(100));
    assert_eq!(Level::of(&far), None, "far from the start it is prose");
}

#[test]
fn levels_have_an_order_and_a_name_that_is_read_again() {
    let levels = [Level::Debug, Level::Info, Level::Warning, Level::Error];
    assert!(levels.is_sorted());
    for level in levels {
        assert_eq!(level.to_string().parse(), Ok(level));
    }
    for (word, level) in [
        ("WARN", Level::Warning),
        ("err", Level::Error),
        ("Trace", Level::Debug),
        ("notice", Level::Info),
    ] {
        assert_eq!(word.parse(), Ok(level));
    }
    assert_eq!("loud".parse::<Level>(), Err(LevelError));
    assert_eq!("".parse::<Level>(), Err(LevelError));
}
