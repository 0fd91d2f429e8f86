//! The action menu, the palette, the dialogs.

use super::{pictures::check, *};
use crate::{
    model::{Action, Force, HolderClass, Pid, Port, ServiceView, State, Target},
    tui::{
        port::PortAct,
        samples,
        state::{
            BatchMenu, Many, Menu, Overlay, Palette, PidEntry, PortDialog, Question, QuestionKind,
            SurvivorDialog, View,
        },
    },
};

/// A project of one service whose port is held in a way.
fn held(class: HolderClass) -> Snapshot {
    let mut view = samples::service(1, "api", Some(8080), 0, State::Port);
    let port = Port::new(8080).unwrap();
    let holder = view.holder.as_mut().unwrap();
    holder.class = class;
    let first = &mut holder.processes[0];
    first.cwd = Some("/home/ann/old-shop".to_owned());
    first.parent_pid = Some(Pid(47_001));
    first.started_at = Some(samples::ago(10_320));
    match class {
        HolderClass::OtherService => holder.service = Some(samples::name("web")),
        HolderClass::Unseen => {
            holder.processes = vec![samples::process(None, "root", "", port)];
        }
        HolderClass::OtherUser => "postgres".clone_into(&mut first.user),
        HolderClass::Free => holder.processes.clear(),
        HolderClass::Own | HolderClass::OwnLeftover | HolderClass::Stranger => {}
    }
    again(&mut view);
    samples::snapshot("/home/ann/shop-dev", [view])
}

/// The verdicts after a change.
fn again(view: &mut ServiceView) {
    view.actions = samples::verdicts(view);
}

fn port(snapshot: &Snapshot, size: (u16, u16), focused: PortAct) -> UiState {
    let mut ui = samples::ui(snapshot, size);
    ui.overlay = Some(Overlay::Port(PortDialog {
        service: samples::name("api"),
        focused,
        entry: None,
    }));
    ui
}

#[test]
fn each_class_of_holder_has_its_own_ways_out() {
    for class in HolderClass::ALL {
        let snapshot = held(class);
        let view = &snapshot.services[&samples::name("api")];
        let ui = port(&snapshot, (80, 24), crate::tui::port::first(view));
        check(&format!("port_{}", class.word()), &snapshot, &ui, &theme());
    }
}

#[test]
fn the_port_dialog_at_every_size() {
    let snapshot = held(HolderClass::Stranger);
    for size in [(40, 10), (120, 36), (200, 60)] {
        let ui = port(&snapshot, size, PortAct::Term);
        check("port_stranger", &snapshot, &ui, &theme());
    }
}

#[test]
fn a_pid_is_typed_before_a_stranger_is_signalled() {
    let snapshot = held(HolderClass::Stranger);
    for size in [(40, 10), (80, 24)] {
        let mut ui = port(&snapshot, size, PortAct::Kill);
        if let Some(Overlay::Port(dialog)) = &mut ui.overlay {
            dialog.entry = Some(PidEntry {
                target: Target {
                    pid: Pid(48_211),
                    start_ticks: 99,
                },
                force: Force::Kill,
                then_start: true,
                typed: "482".to_owned(),
            });
        }
        check("port_typing", &snapshot, &ui, &theme());
    }
}

#[test]
fn a_process_in_doubt_is_decided_about() {
    let states = samples::states();
    for size in [(40, 10), (80, 24), (120, 36)] {
        let mut ui = samples::ui(&states, size);
        ui.cursor = Some(samples::name("legacy"));
        ui.overlay = Some(Overlay::Survivor(SurvivorDialog {
            service: samples::name("legacy"),
            target: Target {
                pid: Pid(31_007),
                start_ticks: 5,
            },
            focused: 1,
            entry: None,
        }));
        check("survivor", &states, &ui, &theme());
    }
}

#[test]
fn the_menu_says_what_can_be_done_and_why_the_rest_cannot() {
    let states = samples::states();
    for (service, size) in [
        ("api", (80, 24)),
        ("search", (80, 24)),
        ("legacy", (120, 36)),
        ("search", (40, 10)),
        ("search", (200, 60)),
    ] {
        let mut ui = samples::ui(&states, size);
        ui.cursor = Some(samples::name(service));
        let view = &states.services[&samples::name(service)];
        ui.overlay = Some(Overlay::Menu(Menu {
            service: samples::name(service),
            focused: crate::tui::menu::first(view),
        }));
        check(&format!("menu_{service}"), &states, &ui, &theme());
    }
}

#[test]
fn the_palette_finds_commands_and_says_which_are_disabled() {
    let states = samples::states();
    for (name, typed, size) in [
        ("palette_all", "", (80, 24)),
        ("palette_log", "log", (120, 36)),
        ("palette_none", "xyzzy", (80, 24)),
        ("palette_log", "log", (40, 10)),
    ] {
        let mut ui = samples::ui(&states, size);
        ui.cursor = Some(samples::name("worker"));
        ui.view = View::Services;
        ui.overlay = Some(Overlay::Palette(Palette {
            typed: typed.to_owned(),
            focused: 1,
        }));
        check(name, &states, &ui, &theme());
    }
}

#[test]
fn dialogs_without_unicode_and_without_colour() {
    let ascii = Theme {
        glyphs: Glyphs::Ascii,
        ..theme()
    };
    let mono = theme().without_colours();
    let snapshot = held(HolderClass::Stranger);
    let states = samples::states();
    for (name, theme) in [("ascii", &ascii), ("mono", &mono)] {
        let ui = port(&snapshot, (80, 24), PortAct::Term);
        check(&format!("{name}_port"), &snapshot, &ui, theme);
        let mut ui = samples::ui(&states, (80, 24));
        ui.cursor = Some(samples::name("search"));
        let view = &states.services[&samples::name("search")];
        ui.overlay = Some(Overlay::Menu(Menu {
            service: samples::name("search"),
            focused: crate::tui::menu::first(view),
        }));
        check(&format!("{name}_menu"), &states, &ui, theme);
    }
}

#[test]
fn several_services_are_asked_about_in_one_question() {
    let states = samples::states();
    let many = |action, snapshot: &Snapshot| {
        let mut many = Many {
            action,
            targets: Vec::new(),
            refused: Vec::new(),
            marked: true,
        };
        for view in snapshot.services.values() {
            match crate::tui::menu::why_not(view, action) {
                None => many.targets.push((view.name.clone(), view.pid)),
                Some(why) => many.refused.push((view.name.clone(), why)),
            }
        }
        Overlay::Question(Question {
            kind: QuestionKind::Many(many),
            focused: 0,
        })
    };
    for size in [(40, 10), (80, 24), (120, 36), (200, 60)] {
        let mut ui = samples::ui(&states, size);
        ui.list.marks = states.services.keys().cloned().collect();
        ui.overlay = Some(many(Action::Stop, &states));
        check("many_stop", &states, &ui, &theme());
    }
    let shop = samples::shop();
    let mut ui = samples::ui(&shop, (80, 24));
    ui.overlay = Some(many(Action::Kill, &shop));
    check("many_kill", &shop, &ui, &theme());
    let fifty = samples::fifty();
    let mut ui = samples::ui(&fifty, (80, 24));
    ui.overlay = Some(many(Action::Restart, &fifty));
    check("many_fifty", &fifty, &ui, &theme());
}

#[test]
fn the_menu_and_the_palette_say_that_they_are_about_the_marked_services() {
    let states = samples::states();
    let marks = ["api", "search", "cache"].map(samples::name);
    for size in [(40, 10), (80, 24), (120, 36)] {
        let mut ui = samples::ui(&states, size);
        ui.list.marks = marks.iter().cloned().collect();
        ui.overlay = Some(Overlay::Batch(BatchMenu {
            services: marks.to_vec(),
            focused: 1,
        }));
        check("menu_marked", &states, &ui, &theme());
        ui.overlay = Some(Overlay::Palette(Palette::default()));
        check("palette_marked", &states, &ui, &theme());
    }
}
