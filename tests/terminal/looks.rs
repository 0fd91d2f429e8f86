//! What the environment makes of the looks; and no terminal at all.

use std::process::{Command, Stdio};

use crate::{
    console::{Console, Start},
    shop::Shop,
    support::isolated,
};

/// Opens the console with some variables.
fn open_with(env: &[(&str, &str)]) -> (Shop, Console, [u32; 2]) {
    let shop = Shop::new();
    let mut console = Console::start(&Start {
        project: &shop.project,
        args: &["up"],
        env,
        below_a_shell: false,
    });
    let pids = shop.wait_healthy(&mut console);
    (shop, console, pids)
}

/// Every parameter of every SGR sequence that was written.
fn sgr(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for sequence in text.split("\x1b[").skip(1) {
        let end = sequence
            .find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':'))
            .unwrap_or(0);
        if sequence[end..].starts_with('m') {
            found.extend(sequence[..end].split([';', ':']).map(str::to_owned));
        }
    }
    found
}

/// Whether a parameter sets a colour; 39, 49 and 59 take it back.
fn is_colour(parameter: &str) -> bool {
    matches!(
        parameter.parse(),
        Ok(30..=38 | 40..=48 | 58 | 90..=97 | 100..=107)
    )
}

#[test]
fn colours_are_used_and_no_color_forbids_them() {
    isolated(|| {
        let (shop, mut console, pids) = Shop::open();
        console.press("v");
        console.wait_until("the cursor is seen", |_| true);
        assert!(sgr(console.bytes()).iter().any(|it| is_colour(it)));
        shop.leave_stopped(console, pids);

        let (shop, mut console, pids) = open_with(&[("NO_COLOR", "1")]);
        console.press("v");
        console.sees_reverse_video();
        let written = sgr(console.bytes());
        assert!(written.iter().any(|it| it == "7"), "{written:?}");
        console.press("X");
        console.sees("Kill inventory");
        console.press("\x1b");
        console.misses("Kill inventory");
        shop.leave_stopped_checking(console, pids, |bytes| {
            let colours: Vec<_> = sgr(bytes).into_iter().filter(|it| is_colour(it)).collect();
            assert_eq!(colours, Vec::<String>::new());
        });
    });
}

#[test]
fn a_locale_without_utf_8_gets_ascii_only() {
    isolated(|| {
        let (shop, mut console, pids) = open_with(&[("LANG", "C")]);
        console.press("v");
        console.press("?");
        console.sees("panes, table or grid");
        console.press("?");
        console.misses("panes, table or grid");
        shop.leave_stopped_checking(console, pids, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let foreign: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
            assert_eq!(foreign, Vec::<char>::new());
        });
    });
}

#[test]
fn without_a_terminal_the_console_names_the_way_that_needs_none() {
    isolated(|| {
        let shop = Shop::new();
        for args in [&[][..], &["up"]] {
            let output = Command::new(env!("CARGO_BIN_EXE_oats"))
                .arg("--root")
                .arg(shop.project.path())
                .args(args)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2));
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("oats serve --up"), "{said}");
            assert!(output.stdout.is_empty());
        }
        assert!(shop.project.status().is_none(), "nothing was started");
    });
}

#[test]
fn a_theme_is_chosen_by_a_flag_turned_by_a_key_and_a_wrong_one_keeps_nobody_out() {
    isolated(|| {
        let shop = Shop::new();
        let file = "[roles]\nkey = \"#010203\"\nalram = \"red\"\n";
        shop.project.file("themes/mine.toml", file);
        let mut console = Console::start(&Start {
            project: &shop.project,
            args: &["--theme", "mine", "up"],
            env: &[("COLORTERM", "truecolor")],
            below_a_shell: false,
        });
        let pids = shop.wait_healthy(&mut console);
        console.sees("themes/mine.toml:3:1: unknown key \"alram\"");
        let written = sgr(console.bytes()).join(";");
        assert!(written.contains("38;2;1;2;3"), "{written}");
        console.press("T");
        console.sees("Theme terminal");
        console.sees("theme = \"terminal\"");
        let file = "[roles]\nkye = \"red\"\nkey = \"#040506\"\n";
        shop.project.file("themes/mine.toml", file);
        console.sees("unknown key \"kye\"");
        let written = sgr(console.bytes()).join(";");
        assert!(written.contains("38;2;4;5;6"), "the changed file counts");
        shop.leave_stopped_checking(console, pids, |bytes| {
            let set = |it: &String| matches!(it.parse(), Ok(40..=48 | 100..=107));
            let backgrounds: Vec<_> = sgr(bytes).into_iter().filter(set).collect();
            assert_eq!(backgrounds, Vec::<String>::new());
        });
    });
}
