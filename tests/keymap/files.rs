//! What keymap files bind, and which of them counts.

use std::fs;

use oats::{
    cli::keymap::{by_name, in_force},
    keymap::{COMMANDS, Command, Context, Key, Keymap, Sequence},
};
use proptest::prelude::*;

use crate::{Home, here};

/// The names of the keys of a command.
fn keys(map: &Keymap, command: Command) -> Vec<String> {
    map.keys(command).iter().map(ToString::to_string).collect()
}

/// The map of one file of the root, which has no mistake.
fn good(text: &str) -> Keymap {
    let home = Home::new();
    home.ours("mine", text);
    let (map, problems) = home.with(|places| by_name("mine", places)).unwrap();
    assert_eq!(problems, []);
    map
}

/// All keys of all commands.
fn all(map: &Keymap) -> Vec<(&'static str, Vec<Sequence>)> {
    let rows = map.rows();
    rows.map(|(row, keys)| (row.id, keys.to_vec())).collect()
}

/// Where the keys of a command come from.
fn from(map: &Keymap, command: Command) -> String {
    map.from(command).unwrap().to_string()
}

#[test]
fn a_line_replaces_the_whole_list_of_its_command_and_nothing_else() {
    let map =
        good("version = 1\ntitle = \"Mine\"\n\n[services]\n\"service.stop\" = [\"K\", \"f9\"]\n");
    assert_eq!(keys(&map, Command::ServiceStop), ["K", "f9"]);
    let key = |name: &str| name.parse::<Key>().unwrap();
    assert_eq!(map.lookup(Context::Services, key("x")), None);
    assert_eq!(
        map.lookup(Context::Services, key("K")),
        Some(Command::ServiceStop)
    );
    assert_eq!(map.label(Command::ServiceStop).as_deref(), Some("K"));
    assert_eq!(map.title(), Some("Mine"));
    assert_eq!(from(&map, Command::ServiceStop), "keymaps/mine.toml:5");
    assert_eq!(from(&map, Command::ServiceStart), "built in");
    let builtin = Keymap::builtin();
    for row in COMMANDS
        .iter()
        .filter(|row| row.command != Command::ServiceStop)
    {
        assert_eq!(
            map.keys(row.command),
            builtin.keys(row.command),
            "{}",
            row.id
        );
    }
}

#[test]
fn an_empty_list_and_null_unbind_and_a_string_is_a_list_of_one() {
    let map = good(
        "[services]\n\"service.kill\" = []\n\"service.stop\" = \"null\"\n\"service.recover\" = \"U\"\n",
    );
    assert_eq!(keys(&map, Command::ServiceKill), [""; 0]);
    assert_eq!(keys(&map, Command::ServiceStop), [""; 0]);
    assert_eq!(keys(&map, Command::ServiceRecover), ["U"]);
    assert_eq!(map.label(Command::ServiceKill), None);
}

#[test]
fn two_commands_can_change_their_keys_with_each_other() {
    let map = good("[services]\n\"service.stop\" = [\"r\"]\n\"service.restart\" = [\"x\"]\n");
    assert_eq!(keys(&map, Command::ServiceStop), ["r"]);
    assert_eq!(keys(&map, Command::ServiceRestart), ["x"]);
}

#[test]
fn of_a_clash_the_first_line_wins_and_the_rest_of_the_file_stays() {
    let home = Home::new();
    home.ours(
        "mine",
        "[services]\n\"service.stop\" = [\"K\"]\n\"service.kill\" = [\"K\", \"X\"]\n\"service.start\" = [\"r\"]\n",
    );
    let (map, problems) = home.with(|places| by_name("mine", places)).unwrap();
    assert_eq!(keys(&map, Command::ServiceStop), ["K"]);
    assert_eq!(keys(&map, Command::ServiceKill), ["X"]);
    // The key of an inherited line goes to the own one, and that is told.
    assert_eq!(keys(&map, Command::ServiceStart), ["r"]);
    assert_eq!(keys(&map, Command::ServiceRestart), ["ctrl+r", "f5"]);
    assert_eq!(problems.len(), 2, "{problems:#?}");
}

#[test]
fn a_typing_mistake_unbinds_nothing() {
    let home = Home::new();
    home.ours(
        "mine",
        "[services]\n\"service.stop\" = [\"ctlr+x\"]\n\"service.kill\" = [\"K\", \"hyper\"]\n",
    );
    let (map, problems) = home.with(|places| by_name("mine", places)).unwrap();
    assert_eq!(keys(&map, Command::ServiceStop), ["x", "f9"]);
    assert_eq!(keys(&map, Command::ServiceKill), ["K"]);
    assert_eq!(problems.len(), 2);
}

#[test]
fn the_shipped_file_in_a_root_is_the_builtin_keymap() {
    let map = good(&fs::read_to_string(here("keymaps/default.toml")).unwrap());
    assert_eq!(all(&map), all(&Keymap::builtin()));
    for context in Context::ALL {
        for row in COMMANDS {
            for key in Keymap::builtin().keys(row.command) {
                assert_eq!(
                    map.lookup(context, *key),
                    Keymap::builtin().lookup(context, *key)
                );
            }
        }
    }
    assert!(from(&map, Command::ServiceStop).starts_with("keymaps/mine.toml:"));
}

#[test]
fn every_shipped_keymap_has_no_mistake() {
    for entry in fs::read_dir(here("keymaps")).unwrap() {
        let path = entry.unwrap().path();
        good(&fs::read_to_string(&path).unwrap());
    }
}

#[test]
fn files_inherit_from_each_other_and_from_nothing() {
    let home = Home::new();
    home.ours(
        "vim",
        "[services]\n\"service.stop\" = [\"D\"]\n\"service.kill\" = [\"K\"]\n",
    );
    home.users(
        "mine",
        "inherits = \"vim\"\n[services]\n\"service.kill\" = [\"Z\"]\n",
    );
    let (map, problems) = home.with(|places| by_name("mine", places)).unwrap();
    assert_eq!(problems, []);
    assert_eq!(keys(&map, Command::ServiceStop), ["D"]);
    assert_eq!(from(&map, Command::ServiceStop), "keymaps/vim.toml:2");
    assert_eq!(keys(&map, Command::ServiceKill), ["Z"]);
    assert_eq!(keys(&map, Command::ServiceStart), ["s", "f7"]);

    let bare = good(
        "inherits = \"none\"\n[global]\n\"nav.back\" = \"esc\"\n\"help.show\" = \"?\"\n\"app.quit\" = \"Q\"\n",
    );
    assert_eq!(all(&bare).len(), 3);
}

#[test]
fn a_file_that_inherits_its_own_name_means_the_next_place() {
    let home = Home::new();
    home.ours("default", "[services]\n\"service.stop\" = [\"D\"]\n");
    home.users(
        "default",
        "inherits = \"default\"\n[services]\n\"service.kill\" = [\"K\"]\n",
    );
    let (map, problems) = home.with(|places| by_name("default", places)).unwrap();
    assert_eq!(problems, []);
    assert_eq!(keys(&map, Command::ServiceStop), ["D"]);
    assert_eq!(keys(&map, Command::ServiceKill), ["K"]);
    // Below the root's file there is what oats brings along.
    home.ours(
        "default",
        "inherits = \"default\"\n[services]\n\"service.stop\" = [\"E\"]\n",
    );
    let (map, problems) = home.with(|places| by_name("default", places)).unwrap();
    assert_eq!(problems, []);
    assert_eq!(keys(&map, Command::ServiceStop), ["E"]);
    assert_eq!(keys(&map, Command::ServiceStart), ["s", "f7"]);
}

#[test]
fn the_name_comes_from_flag_variable_user_project_in_this_order() {
    let home = Home::new();
    for name in ["flag", "variable", "user", "project"] {
        home.ours(name, &format!("title = \"{name}\"\n"));
    }
    let title = |flag, variable| {
        let (map, problems) = home.with(|places| in_force(flag, variable, places));
        assert_eq!(problems, []);
        map.title().unwrap_or_default().to_owned()
    };
    assert_eq!(title(None, None), "Default");
    home.write("root/oats.toml", "keymap = \"project\"\n");
    assert_eq!(title(None, None), "project");
    home.write("config/oats/oats.toml", "keymap = \"user\"\n");
    assert_eq!(title(None, None), "user");
    assert_eq!(title(None, Some("")), "user");
    assert_eq!(title(None, Some("variable")), "variable");
    assert_eq!(title(Some("flag"), Some("variable")), "flag");
    // The user's file of a name goes before the root's.
    home.users("flag", "title = \"the user's\"\n");
    assert_eq!(title(Some("flag"), None), "the user's");
}

#[test]
fn a_name_without_a_keymap_is_blamed_on_who_gave_it() {
    let home = Home::new();
    home.write("root/oats.toml", "\nkeymap = \"defualt\"\n");
    let said = |flag, variable| {
        let (map, problems) = home.with(|places| in_force(flag, variable, places));
        assert_eq!(map, Keymap::builtin());
        home.plain(
            &problems
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n"),
        )
    };
    let help = "did you mean \"default\"? known keymaps: default, htop, k9s, lazydocker, left-hand, mprocs, process-compose, vim";
    let shown = "  | keymap = \"defualt\"\n  |          ^^^^^^^^^";
    assert_eq!(
        said(None, None),
        format!("oats.toml:2:10: there is no keymap \"defualt\"\n{shown}\n  help: {help}")
    );
    assert_eq!(
        said(None, Some("defalt")),
        format!("OATS_KEYMAP: there is no keymap \"defalt\"\n  help: {help}")
    );
    assert_eq!(
        said(Some("../x"), None),
        "--keymap: there is no keymap \"../x\"\n  help: known keymaps: default, htop, k9s, lazydocker, left-hand, mprocs, process-compose, vim"
    );
    home.write("config/oats/oats.toml", "kemap = \"x\"\nkeymap = 3\n");
    insta::assert_snapshot!("user_settings", said(Some("none"), None));
}

/// Lines that are right, or nearly.
fn line() -> impl Strategy<Value = String> {
    let ids: Vec<&str> = COMMANDS.iter().map(|row| row.id).collect();
    let key = prop::sample::select(vec![
        "esc", "f1", "ctrl+c", "?", "Q", "x", "q", "g r", "ctrl+i", "alt+x", "", "zz",
    ]);
    let binding = (prop::sample::select(ids), prop::collection::vec(key, 0..3))
        .prop_map(|(id, keys)| format!("\"{id}\" = {keys:?}\n"));
    let names: Vec<&str> = Context::ALL.into_iter().map(Context::id).collect();
    let table = prop::sample::select(names).prop_map(|name| format!("[{name}]\n"));
    let other = prop::sample::select(vec![
        "version = 1\n",
        "inherits = \"none\"\n",
        "inherits = \"default\"\n",
        "inherits = \"mine\"\n",
        "x\n",
        "a.b = [[\n",
    ])
    .prop_map(str::to_owned);
    prop_oneof![6 => binding, 3 => table, 1 => other]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_leave_a_way_back_the_help_and_a_way_out(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        leaves_a_way_out(&bytes);
    }

    #[test]
    fn any_lines_leave_a_way_back_the_help_and_a_way_out(
        lines in prop::collection::vec(line(), 0..20),
    ) {
        leaves_a_way_out(lines.concat().as_bytes());
    }
}

fn leaves_a_way_out(bytes: &[u8]) {
    let home = Home::new();
    home.write("root/keymaps/mine.toml", bytes);
    let (map, problems) = home.with(|places| by_name("mine", places)).unwrap();
    let builtin = Keymap::builtin();
    for command in [Command::NavBack, Command::HelpShow, Command::AppQuit] {
        let keys = map.keys(command);
        assert!(!keys.is_empty());
        for context in Context::ALL {
            let works = |key: &Key| map.lookup(context, *key) == Some(command);
            let meant = |key: &&Key| map.lookup(context, **key) == builtin.lookup(context, **key);
            assert!(keys.iter().any(works) || builtin.keys(command).iter().any(|key| meant(&key)));
        }
    }
    // Whatever means a command is among its keys, and the other way round.
    for (row, keys) in map.rows() {
        for pressed in keys {
            assert_eq!(map.meaning(row.context, pressed.keys()), Some(row.command));
        }
    }
    for problem in problems {
        assert!(problem.published().line >= 1);
        let controls = |c: char| c.is_control() && c != '\n';
        assert!(!problem.to_string().contains(controls), "{problem:?}");
        assert!(!problem.short().contains(char::is_control), "{problem:?}");
    }
}
