//! The page about the console, against the keymap.

use oats::keymap::{COMMANDS, Command, Keymap};

/// The rows of the page that name a command: its key, its id, what it does.
fn rows() -> Vec<[String; 3]> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/console.md");
    let text = std::fs::read_to_string(page).unwrap();
    let cells = |line: &str| -> Option<[String; 3]> {
        let line = line.strip_prefix("| ")?.strip_suffix(" |")?;
        let cells: Vec<&str> = line.split(" | ").collect();
        let [key, command, what] = cells.as_slice() else {
            return None;
        };
        let command = command.strip_prefix('`')?.strip_suffix('`')?;
        let known = command.contains('.');
        known.then(|| [(*key).to_owned(), command.to_owned(), (*what).to_owned()])
    };
    text.lines().filter_map(cells).collect()
}

/// The command with this id.
fn command(id: &str) -> Command {
    let row = COMMANDS.iter().find(|row| row.id == id);
    row.unwrap().command
}

#[test]
fn every_key_on_the_page_about_the_console_is_the_one_that_is_bound() {
    let keymap = Keymap::builtin();
    let rows = rows();
    assert!(rows.len() > 25, "{}", rows.len());
    for [key, id, _] in &rows {
        let label = keymap.label(command(id)).unwrap();
        assert_eq!(*key, label, "{id}");
    }
}

#[test]
fn every_action_on_a_service_is_on_the_page_about_the_console() {
    let rows = rows();
    for row in COMMANDS.iter().filter(|row| row.action.is_some()) {
        assert!(rows.iter().any(|[_, id, _]| id == row.id), "{}", row.id);
    }
}
