//! The keymaps for hands that know other tools.

use oats::{
    cli::keymap::by_name,
    keymap::{Command, Keymap},
};

use crate::{Home, text};

/// The names of the presets.
fn names() -> Vec<&'static str> {
    Keymap::presets().collect()
}

#[test]
fn every_preset_can_be_chosen_in_any_root() {
    let home = Home::new();
    for name in names() {
        home.write("root/oats.toml", format!("keymap = \"{name}\"\n"));
        let out = home.oats(&["keymap", "show"], &[]);
        assert_eq!(out.status.code(), Some(0), "{name}");
        assert_eq!(text(&out.stderr), "", "{name}");
        assert!(text(&out.stdout).contains(&format!("built in: {name}")));
        let checked = home.oats(&["keymap", "check", name], &[]);
        let said = text(&checked.stdout);
        assert_eq!(said, format!("1 keymap, no problems: {name}\n"));
    }
}

#[test]
fn a_file_of_the_same_name_wins_and_may_build_on_the_preset() {
    let home = Home::new();
    home.ours(
        "vim",
        "inherits = \"vim\"\n[services]\n\"port.show\" = \"P\"\n",
    );
    let (map, problems) = home.with(|places| by_name("vim", places)).unwrap();
    assert_eq!(problems, []);
    assert_eq!(map.label(Command::PortShow).as_deref(), Some("P"));
    assert_eq!(map.label(Command::MoveFirst).as_deref(), Some("g g"));
    home.ours("default", "inherits = \"htop\"\n");
    let (map, problems) = home.with(|places| by_name("default", places)).unwrap();
    assert_eq!(problems, []);
    assert_eq!(map.keys(Command::ServiceKill).len(), 2);
}

#[test]
fn a_name_that_is_nearly_a_preset_is_recognised() {
    let home = Home::new();
    let out = home.oats(&["keymap", "show", "lazydoker"], &[]);
    assert_eq!(out.status.code(), Some(2));
    let said = text(&out.stderr);
    assert!(said.contains("did you mean \"lazydocker\"?"), "{said}");
    assert!(said.contains("process-compose"), "{said}");
}

#[test]
fn a_key_that_waits_for_a_longer_one_is_told_of_with_both_commands() {
    let home = Home::new();
    home.ours("mine", "[services]\n\"service.recover\" = [\"g r\"]\n");
    let out = home.oats(&["keymap", "check", "mine"], &[]);
    assert_eq!(out.status.code(), Some(0));
    let said = text(&out.stdout);
    let told = "keymaps/mine.toml:2:22: warning: \"g\" (move.first) begins \"g r\" \
                (service.recover): it is done a second later, or with the next key";
    assert!(said.contains(told), "{said}");
    assert!(said.ends_with("1 warning in 1 file\n"), "{said}");
}
