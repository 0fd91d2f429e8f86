//! The log view: what is looked for, what is taken out, and the pager.

use std::fs;

use crate::{
    console::{Console, Start},
    shop::Shop,
    support::{isolated, wait_until},
};

/// A console that shows the log of `inventory`, with a pager that is this script.
fn reading(shop: &Shop, script: &str) -> (Console, [u32; 2]) {
    let pager = format!("sh -c '{script}' pager");
    let mut console = Console::start(&Start {
        project: &shop.project,
        args: &["up"],
        env: &[
            ("PAGER", pager.as_str()),
            ("TERM", "xterm-256color"),
            ("DISPLAY", ""),
            ("WAYLAND_DISPLAY", ""),
            ("TMUX", ""),
        ],
        below_a_shell: false,
    });
    let pids = shop.wait_healthy(&mut console);
    console.press("3");
    console.wait_until("the log is shown", |text| {
        text.contains("logs › inventory")
            && text.contains("following")
            && text.contains("listening")
    });
    (console, pids)
}

#[test]
fn keys_pressed_in_the_pager_are_the_pagers_and_none_is_lost_before_or_after() {
    isolated(|| {
        let shop = Shop::new();
        let got = shop.project.path().join("got");
        // It waits for a whole line, and says so.
        let script = format!(
            "echo PAGER-IS-THERE; read line; echo \"$line\" > {}",
            got.display()
        );
        let (mut console, pids) = reading(&shop, &script);
        for _ in 0..3 {
            console.press("o");
            console.sees("PAGER-IS-THERE");
            // Each of these would do something in the console: leave, search, clear, quit.
            console.press("qQ/nC123yxX\r");
            wait_until("the pager has its line", || {
                fs::read_to_string(&got).is_ok_and(|text| text == "qQ/nC123yxX\n")
            });
            console.wait_until("the console is back", |text| {
                text.contains("search") && !text.contains("PAGER-IS-THERE")
            });
            fs::remove_file(&got).unwrap();
            // The next keys are the console's again, every one of them.
            console.press("/zzz");
            console.sees("/zzz");
            console.press("\x1b");
            console.misses("/zzz");
        }
        console.press("1");
        shop.assert_untouched(pids);
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn a_line_is_copied_through_the_terminal_and_lines_are_saved() {
    isolated(|| {
        let shop = Shop::new();
        let (mut console, pids) = reading(&shop, "true");
        console.press("y");
        console.sees("Copied 1 line");
        let bytes = console.bytes();
        let begins = |part: &[u8]| part == b"\x1b]52;c;";
        assert!(bytes.windows(7).any(begins), "{}", console.text());
        console.press("S");
        console.sees("Saved ");
        let saved = shop.project.path().join("data/saved");
        let files: Vec<_> = fs::read_dir(saved).unwrap().collect();
        assert_eq!(files.len(), 1);
        let text = fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
        assert!(text.contains("listening on 127.0.0.1"), "{text}");
        console.press("1");
        shop.leave_stopped(console, pids);
    });
}
