//! A log far larger than what is kept of it.

use std::{fs::File, io::Write};

use crate::{
    console::Console,
    support::{isolated, project::Project},
};

/// Lines of the log: 64 MiB of them.
const LINES: u32 = 1 << 20;
/// The line that is looked for.
const FOUND: u32 = LINES / 10;

/// A console that shows the end of a log of 64 MiB.
fn open(project: &Project) -> Console {
    project.service("large", "command = [\"sleep\", \"1000\"]\n");
    let folder = project.path().join("service_logs");
    std::fs::create_dir_all(&folder).unwrap();
    let mut text = Vec::new();
    for number in 0..LINES {
        let word = if number == FOUND { "needle" } else { "nothing" };
        let line = format!("{number:07} {word} is said in this line");
        text.extend_from_slice(format!("{line:<63}\n").as_bytes());
    }
    let path = folder.join("large_stdout.log");
    File::create(path).unwrap().write_all(&text).unwrap();
    let mut console = Console::args(project, &[]);
    console.sees("large");
    console.press("3");
    console.sees(&format!("{:07} nothing", LINES - 1));
    console.sees("following");
    console
}

/// Which lines are shown.
fn numbers(text: &str) -> Vec<u32> {
    let said = text.lines().filter(|row| row.contains(" is said "));
    let numbers = said.filter_map(|row| row.split_whitespace().find_map(|it| it.parse().ok()));
    numbers.collect()
}

fn leave(mut console: Console) {
    console.press("Q");
    assert_eq!(console.wait_end().code, 0);
}

#[test]
fn the_first_line_of_a_large_log_and_the_newest_are_one_key_away() {
    isolated(|| {
        let project = Project::new();
        let mut console = open(&project);
        console.press("g");
        console.sees("0000000 nothing");
        console.sees("at 0 % of 67 MB");
        // Some pages down, over the first piece that was read: no line is left out.
        let mut first = 0;
        for _ in 0..60 {
            console.press("\x1b[6~");
            let shown = console.wait_for("the next lines", |text| {
                Some(numbers(text)).filter(|shown| shown.first() > Some(&first))
            });
            let expected: Vec<u32> = (shown[0]..).take(shown.len()).collect();
            assert_eq!(shown, expected);
            first = shown[0];
        }
        console.press("G");
        console.sees(&format!("{:07} nothing", LINES - 1));
        console.sees("following");
        leave(console);
    });
}

#[test]
fn a_search_goes_through_a_whole_log_and_can_be_stopped() {
    isolated(|| {
        let project = Project::new();
        let mut console = open(&project);
        console.press("/");
        console.press("needle is\r");
        console.sees("no match");
        console.press("N");
        console.sees(&format!("{FOUND:07} needle is said"));
        console.sees("PAUSED");
        console.press("G");
        console.sees("following");
        // An error in none of the lines: each of them is looked at.
        console.press("E");
        console.sees("searching ");
        console.press("\x1b");
        console.sees("The search was stopped");
        console.misses("searching ");
        leave(console);
    });
}
