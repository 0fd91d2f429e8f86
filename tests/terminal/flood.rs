//! The console while a service writes more than anybody can read.

use std::time::{Duration, Instant};

use crate::{
    console::Console,
    shop::Shop,
    support::{isolated, project::Project, wait_until},
};

/// 100,000 lines a second, in one go each second, for as long as it lives.
const FLOOD: &str = "shell = \"while :; do seq 100000; sleep 1; done\"\n";

/// Everything that a terminal could be harmed with, then a line that shows where columns stand.
const HOSTILE: &str = r"
shell = '''
printf 'colour \033[31mred\033[0m end\n'
printf 'clip \033]52;c;aGFja2Vk\007 end\n'
printf 'title \033]0;owned\007 end\n'
printf 'move \033[2J\033[1;1Hhome end\n'
printf 'bell \007 nul \000 back\b\b end\n'
printf 'wide \346\227\245\346\234\254 e\314\201 end\n'
printf 'query \033[6n\033[c \033P$q end\n'
head -c 1000000 /dev/zero | tr '\000' x; echo
printf 'c1 \302\233\063\061m end \302\235 swallowed\n'
printf 'bad \377\376 end\n'
printf 'last line\n'
sleep 1000
'''
";

#[test]
fn keys_are_answered_while_the_log_on_the_screen_floods() {
    isolated(|| {
        let project = Project::new();
        project.service("flood", FLOOD);
        let mut console = Console::up(&project);
        console.wait_until("the flood is on the screen", |text| text.contains("99999"));
        let mut answers = Vec::new();
        for _ in 0..10 {
            let pressed = Instant::now();
            console.press("?");
            console.sees("start it, and first");
            answers.push(pressed.elapsed());
            console.press("\x1b");
            console.wait_until("the help is closed", |text| {
                !text.contains("start it, and first")
            });
        }
        answers.sort();
        // The machine may be busy with more than this: most of them.
        assert!(answers[5] < Duration::from_millis(100), "{answers:?}");
        console.press("Q");
        console.sees("Stop all and leave");
        console.press("\x03");
        assert_eq!(console.wait_end().code, 0);
    });
}

#[test]
fn paused_text_stands_while_the_log_floods_and_the_way_back_is_one_key() {
    isolated(|| {
        let project = Project::new();
        project.service("flood", FLOOD);
        let mut console = Console::up(&project);
        console.wait_until("the flood is on the screen", |text| text.contains("99999"));
        console.press("3");
        console.sees("following");
        console.press("\x1b[A");
        console.sees("PAUSED");
        let lines = |text: &str| -> Vec<String> {
            let rows = text.lines().skip(2).take(20);
            rows.map(|row| row.trim_start_matches('>').trim().to_owned())
                .collect()
        };
        let read = lines(&console.text());
        assert!(read.iter().any(|row| row.contains("99")), "{read:?}");
        let len = || project.read("service_logs/flood_stdout.log").len();
        let begun = len();
        // Two bursts more: ten times what is kept of a log.
        wait_until("the flood has gone on", || len() > begun + 1_100_000);
        let text = console.wait_for("many lines are new", |text| {
            let new = text.split("PAUSED +").nth(1)?.split(' ').next()?;
            let new: u64 = new.replace(',', "").parse().ok()?;
            (new > 10_000).then(|| text.to_owned())
        });
        assert_eq!(lines(&text), read);
        console.press("f");
        console.sees("following");
        console.press("Q");
        console.sees("Stop all and leave");
        console.press("\x03");
        assert_eq!(console.wait_end().code, 0);
    });
}

#[test]
fn a_flood_behind_a_terminal_that_nobody_reads_holds_up_no_probe_and_no_restart() {
    isolated(|| {
        let shop = Shop::with("[restart]\npolicy = \"on-failure\"\n");
        shop.project.service("flood", FLOOD);
        let mut console = Console::up(&shop.project);
        let pids = shop.wait_healthy(&mut console);
        console.wait_until("the flood has begun", |_| {
            shop.project.read("service_logs/flood_stdout.log").len() > 500_000
        });
        crate::unread::clog(&mut console);
        shop.restarts_inventory(pids);
        crate::support::kill(console.pid(), "TERM");
        wait_until("oats has ended", || console.ended().is_some());
        console.wait_end_as_it_is();
        // The next one takes all over, the flood too, and stops it.
        let mut console = Console::args(&shop.project, &[]);
        let pids = shop.wait_healthy(&mut console);
        shop.leave_stopped(console, pids);
    });
}

#[test]
fn hostile_lines_are_shown_without_harm() {
    isolated(|| {
        let project = Project::new();
        project.service("evil", HOSTILE);
        let mut console = Console::up(&project);
        console.sees("last line");
        console.press("3");
        console.sees("logs");
        let text = console.wait_for("the whole log is there", |text| {
            (text.contains("colour red end") && text.contains("last line")).then(|| text.to_owned())
        });
        for line in ["clip", "title", "bell", "wide"] {
            let row = text.lines().find(|row| row.contains(&format!(" {line} ")));
            let row = row.unwrap_or_else(|| panic!("no {line} in\n{text}"));
            assert!(row.trim_end().ends_with("end"), "{row:?}");
        }
        // This emulator leaves U+FFFD out, and what stands behind it moves.
        assert!(text.contains(" bad "), "{text}");
        // A control string that is never closed takes its line along, and no other one.
        assert!(
            text.contains(" c1 ") && !text.contains("swallowed"),
            "{text}"
        );
        let bytes = String::from_utf8_lossy(console.bytes()).into_owned();
        for harm in [
            "\x1b]52",
            "\x1b]0;",
            "aGFja2Vk\x07",
            "\x1b[6n",
            "\x1bP",
            "\x07",
            "\0",
        ] {
            assert!(!bytes.contains(harm), "{harm:?} reached the terminal");
        }
        console.press("Q");
        console.sees("Stop all and leave");
        console.press("\x03");
        assert_eq!(console.wait_end().code, 0);
    });
}
