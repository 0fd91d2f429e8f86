//! The exact words about every mistake.

use std::fs;

use oats::cli::{Exit, keymap};

use crate::{Home, here};

#[test]
fn every_bad_file_is_told_of_in_these_words() {
    let mut paths: Vec<_> = fs::read_dir(here("tests/keymap/bad"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let home = Home::new();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        home.ours(&name, &fs::read_to_string(&path).unwrap());
        let (text, exit) = home.with(|places| keymap::check(&[], places));
        let expected = if name == "warnings" {
            Exit::Done
        } else {
            Exit::BadFiles
        };
        assert_eq!(exit, expected, "{name}: {text}");
        insta::assert_snapshot!(format!("bad_{name}"), text);
    }
}

#[test]
fn mistakes_over_several_files_are_told_of_in_these_words() {
    let home = Home::new();
    home.ours("a", "inherits = \"b\"\n");
    home.ours(
        "b",
        "inherits = \"c\"\n[services]\n\"service.stop\" = [\"r\"]\n",
    );
    home.users("c", "title = \"C\"\ninherits = \"a\"\n");
    home.users("none", "");
    home.ours("two words", "inherits = \"default\"\n");
    home.users("broken", "inherits = \"a\"\nx = \n");
    let (text, exit) = home.with(|places| keymap::check(&[], places));
    assert_eq!(exit, Exit::BadFiles);
    insta::assert_snapshot!("several_files", home.plain(&text));
}

#[test]
fn a_file_that_is_no_text_is_told_of_and_the_builtin_keys_stay() {
    let home = Home::new();
    home.write("root/keymaps/latin1.toml", b"title = \"caf\xe9\"\n");
    home.write("root/keymaps/long.toml", vec![b'#'; (256 << 10) + 1]);
    std::os::unix::fs::symlink("nowhere", home.root().join("keymaps/dangling.toml")).unwrap();
    std::os::unix::fs::symlink("/dev/null", home.root().join("keymaps/device.toml")).unwrap();
    let (text, exit) = home.with(|places| keymap::check(&[], places));
    assert_eq!(exit, Exit::BadFiles);
    insta::assert_snapshot!("no_text", text);
    for name in ["latin1", "long", "dangling", "device"] {
        let (map, problems) = home.with(|places| keymap::by_name(name, places)).unwrap();
        assert_eq!(map, oats::keymap::Keymap::builtin(), "{name}");
        assert_eq!(problems.len(), 1, "{name}");
    }
}

#[test]
fn a_problem_fits_in_one_line() {
    let home = Home::new();
    home.ours(
        "mine",
        "\n[services]\n\"service.stop\" = [\"ctlr+r\", \"alt+x\"]\n",
    );
    let (_, problems) = home.with(|places| keymap::by_name("mine", places)).unwrap();
    let lines: Vec<String> = problems.iter().map(keymap::Problem::short).collect();
    assert_eq!(lines[0], "keymaps/mine.toml:3: unknown key \"ctlr+r\"");
    assert!(lines[1].starts_with("keymaps/mine.toml:3: warning: \"alt+x\" may never arrive"));
    assert_eq!(lines.len(), 2);
    let published = problems[0].published();
    assert_eq!((published.line, published.column), (3, 19));
}

#[test]
fn no_files_and_no_mistakes_are_said_as_well() {
    let home = Home::new();
    let check = |wanted: &[&str]| {
        let wanted: Vec<_> = wanted.iter().map(Into::into).collect();
        home.with(|places| keymap::check(&wanted, places))
    };
    assert_eq!(
        check(&[]),
        ("no keymap files, no problems\n".to_owned(), Exit::Done)
    );
    home.ours("mine", "[services]\n\"service.stop\" = [\"x\", \"f9\"]\n");
    let fine = "2 keymaps, no problems: mine, default\n".to_owned();
    assert_eq!(check(&["mine", "default"]), (fine, Exit::Done));
    let (text, exit) = check(&["mien"]);
    assert_eq!(exit, Exit::BadFiles);
    assert!(text.contains("there is no keymap \"mien\""), "{text}");
    assert!(text.contains("did you mean \"mine\"?"), "{text}");
}

#[test]
fn the_example_of_the_documentation_has_no_mistake() {
    let text = fs::read_to_string(here("docs/keymaps.md")).unwrap();
    let example = text.split("```toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let home = Home::new();
    home.ours("mine", example);
    let (map, problems) = home.with(|places| keymap::by_name("mine", places)).unwrap();
    assert_eq!(problems, []);
    assert_eq!(map.title(), Some("Mine"));
}
