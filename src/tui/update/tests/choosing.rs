//! The action menu, the palette, the port dialog and the one about a process in doubt.

use super::*;
use crate::{
    keymap::command::{MenuCommand, PaletteCommand, PromptCommand, Step},
    model::{FreeWith, HolderClass, Pid, SurvivorChoice, Target},
    supervisor::Command as Wish,
    tui::{
        port::PortAct,
        samples,
        state::{PidEntry, View},
    },
};

const STRANGER: Target = Target {
    pid: Pid(48_211),
    start_ticks: 99,
};

fn bench(service: &str) -> Bench {
    let mut bench = Bench::new(samples::states(), (120, 36));
    bench.select(service);
    bench
}

/// Types a text, as at a keyboard.
fn type_text(bench: &mut Bench, text: &str) {
    for letter in text.chars() {
        bench.press_key(Key::plain(Code::Char(letter)));
    }
}

fn focus(bench: &mut Bench, act: PortAct) {
    match &mut bench.ui.overlay {
        Some(Overlay::Port(dialog)) => dialog.focused = act,
        other => panic!("no port dialog: {other:?}"),
    }
}

fn entry(bench: &Bench) -> Option<&PidEntry> {
    match &bench.ui.overlay {
        Some(Overlay::Port(dialog)) => dialog.entry.as_ref(),
        Some(Overlay::Survivor(dialog)) => dialog.entry.as_ref(),
        _ => None,
    }
}

fn free(stranger: Option<(Target, crate::model::Force)>, then_start: bool) -> Wish {
    Wish::Ask(Ask {
        free: FreeWith {
            stranger,
            then_start,
        },
        ..Ask::new(name("api"), Action::FreePort, Actor::HUMAN)
    })
}

#[test]
fn a_stranger_is_signalled_only_after_its_pid_was_typed_whole() {
    use crate::model::Force::{Kill, Term};
    for (act, force) in [(PortAct::Term, Term), (PortAct::Kill, Kill)] {
        let mut bench = bench("api");
        bench.press(Command::PortShow);
        focus(&mut bench, act);
        assert_eq!(sent(&bench.press(Command::Menu(MenuCommand::Choose))), []);
        assert_eq!(entry(&bench).unwrap().target, STRANGER);
        for wrong in ["", "4821", "482110"] {
            let _cleared = bench.press(Command::Prompt(PromptCommand::Clear));
            type_text(&mut bench, wrong);
            let effects = bench.press(Command::Prompt(PromptCommand::Accept));
            assert_eq!(sent(&effects), [], "{wrong}");
            assert!(bench.said().contains("type 48211"), "{}", bench.said());
        }
        bench.press(Command::Prompt(PromptCommand::Clear));
        type_text(&mut bench, "48x2y11");
        let effects = bench.press(Command::Prompt(PromptCommand::Accept));
        assert_eq!(sent(&effects), [free(Some((STRANGER, force)), true)]);
    }
}

#[test]
fn another_process_on_the_port_is_not_signalled_by_what_was_typed_for_the_first() {
    let mut bench = bench("api");
    bench.press(Command::PortShow);
    focus(&mut bench, PortAct::Term);
    bench.press(Command::Menu(MenuCommand::Choose));
    type_text(&mut bench, "48211");
    bench.change("api", |view| {
        view.holder.as_mut().unwrap().processes[0].start_ticks = Some(100);
    });
    assert_eq!(entry(&bench).unwrap().target, STRANGER, "it never changes");
    let effects = bench.press(Command::Prompt(PromptCommand::Accept));
    assert_eq!(sent(&effects), []);
    assert!(bench.said().contains("does not hold the port any more"));
}

#[test]
fn waiting_for_the_port_asks_for_a_start_when_it_is_free() {
    let mut bench = bench("api");
    bench.press(Command::PortShow);
    let effects = bench.press_key(Key::plain(Code::Char('1')));
    let wish = Wish::Ask(Ask {
        when_free: true,
        ..Ask::new(name("api"), Action::Start, Actor::HUMAN)
    });
    assert_eq!(sent(&effects), [wish]);
    assert_eq!(bench.ui.overlay, None);
}

#[test]
fn another_service_is_stopped_and_a_leftover_is_ended_without_a_pid() {
    for (class, then_start) in [
        (HolderClass::OtherService, true),
        (HolderClass::OwnLeftover, true),
    ] {
        let mut bench = bench("api");
        bench.change("api", |view| {
            let holder = view.holder.as_mut().unwrap();
            holder.class = class;
            holder.service = Some(name("web"));
        });
        let view = bench.snapshot.services.get_mut(&name("api")).unwrap();
        Arc::make_mut(view).actions.free_port = crate::model::snapshot::Verdict::allowed(None);
        bench.press(Command::PortShow);
        focus(&mut bench, PortAct::Free);
        let effects = bench.press(Command::Menu(MenuCommand::Choose));
        assert_eq!(sent(&effects), [free(None, then_start)], "{class}");
    }
}

#[test]
fn a_way_out_that_cannot_work_says_why_and_sends_nothing() {
    let mut bench = bench("api");
    bench.change("api", |view| {
        let holder = view.holder.as_mut().unwrap();
        holder.class = HolderClass::Unseen;
        holder.processes[0].pid = None;
    });
    let view = bench.snapshot.services.get_mut(&name("api")).unwrap();
    let port = view.port.unwrap();
    Arc::make_mut(view).actions.free_port = crate::model::snapshot::Verdict::refused(
        Action::FreePort,
        &crate::model::Refusal::HolderUnseen(port),
    );
    bench.press(Command::PortShow);
    let effects = bench.press_key(Key::plain(Code::Char('2')));
    assert_eq!(sent(&effects), []);
    assert_eq!(
        bench.said(),
        "Free port disabled: holder of port 8080 is not visible."
    );
}

#[test]
fn a_choice_that_is_gone_since_is_not_taken() {
    let mut bench = bench("api");
    bench.press(Command::PortShow);
    focus(&mut bench, PortAct::Kill);
    bench.change("api", |view| {
        view.holder = Some(crate::model::Holder::FREE);
    });
    let effects = bench.press(Command::Menu(MenuCommand::Choose));
    assert_eq!(sent(&effects), []);
    assert!(bench.said().contains("choose again"), "{}", bench.said());
}

#[test]
fn a_service_without_a_port_says_so() {
    let mut bench = bench("worker");
    bench.press(Command::PortShow);
    assert_eq!(bench.said(), "Port disabled: service has no port.");
    assert_eq!(bench.ui.overlay, None);
}

#[test]
fn a_process_in_doubt_is_left_alone_taken_over_or_ended() {
    let target = Target {
        pid: Pid(31_007),
        start_ticks: 5,
    };
    let decided = |choice| Wish::Survivor {
        service: name("legacy"),
        target,
        choice,
        by: Actor::HUMAN,
    };
    let mut bench = bench("legacy");
    bench.press(Command::SurvivorShow);
    assert_eq!(sent(&bench.press_key(Key::plain(Code::Char('1')))), []);
    assert_eq!(bench.ui.overlay, None);
    bench.press(Command::SurvivorShow);
    let effects = bench.press_key(Key::plain(Code::Char('2')));
    assert_eq!(sent(&effects), [decided(SurvivorChoice::Adopt)]);
    bench.press(Command::SurvivorShow);
    assert_eq!(sent(&bench.press_key(Key::plain(Code::Char('3')))), []);
    type_text(&mut bench, "31007");
    let effects = bench.press(Command::Prompt(PromptCommand::Accept));
    let end = SurvivorChoice::End(crate::model::Force::Term);
    assert_eq!(sent(&effects), [decided(end)]);
    bench.select("web");
    bench.press(Command::SurvivorShow);
    assert_eq!(bench.said(), "Doubt disabled: no process is in doubt.");
}

#[test]
fn the_menu_runs_an_entry_by_its_place_or_by_its_key() {
    let mut bench = bench("worker");
    bench.press(Command::ActionsOpen);
    let effects = bench.press(Command::Menu(MenuCommand::Choose));
    assert_eq!(sent(&effects), [ask("worker", Action::Start)]);
    assert_eq!(bench.ui.overlay, None);
    bench.press(Command::ActionsOpen);
    let effects = bench.press(Command::ServiceStart);
    assert_eq!(sent(&effects), [ask("worker", Action::Start)]);
    bench.press(Command::ActionsOpen);
    bench.press(Command::ServiceOpen);
    assert!(!matches!(bench.ui.view, View::Detail(_)), "Enter chooses");
    bench.press(Command::ActionsOpen);
    bench.press(Command::LogsOpen);
    assert!(matches!(bench.ui.view, View::Logs(_)));
}

#[test]
fn a_disabled_entry_says_why_and_the_menu_stays() {
    let mut bench = bench("worker");
    bench.press(Command::ActionsOpen);
    let effects = bench.press(Command::ServiceRecover);
    let refused = Ask::refused(name("worker"), Action::Recover, Actor::HUMAN);
    assert_eq!(sent(&effects), [Wish::Ask(refused)]);
    assert!(
        bench
            .said()
            .starts_with("Recover disabled: service is not running.")
    );
    assert!(matches!(bench.ui.overlay, Some(Overlay::Menu(_))));
}

#[test]
fn the_menu_keeps_its_service_when_the_cursor_moves_or_it_vanishes() {
    let mut bench = bench("worker");
    bench.press(Command::ActionsOpen);
    bench.select("web");
    let effects = bench.press(Command::Menu(MenuCommand::Choose));
    assert_eq!(sent(&effects), [ask("worker", Action::Start)]);
    bench.select("worker");
    bench.press(Command::ActionsOpen);
    bench.snapshot.services.remove(&name("worker"));
    bench.take(Msg::Snapshot);
    let effects = bench.press(Command::Menu(MenuCommand::Choose));
    assert_eq!(sent(&effects), []);
    assert!(bench.said().contains("no service worker any more"));
}

#[test]
fn the_palette_runs_what_was_typed() {
    let mut bench = bench("worker");
    bench.press(Command::PaletteOpen);
    type_text(&mut bench, "xyzzyq");
    bench.press(Command::Palette(PaletteCommand::Erase));
    assert_eq!(
        sent(&bench.press(Command::Palette(PaletteCommand::Choose))),
        []
    );
    assert_eq!(bench.said(), "No command matches.");
    bench.press(Command::Palette(PaletteCommand::Clear));
    type_text(&mut bench, "everything that happened");
    bench.press(Command::Palette(PaletteCommand::Choose));
    assert!(matches!(bench.ui.view, View::Events(_)));
    bench.press(Command::PaletteOpen);
    type_text(&mut bench, "start");
    let effects = bench.press(Command::Palette(PaletteCommand::Choose));
    assert_eq!(sent(&effects), [ask("worker", Action::Start)]);
}

#[test]
fn a_disabled_command_of_the_palette_says_why() {
    let mut bench = bench("worker");
    bench.press(Command::PaletteOpen);
    type_text(&mut bench, "service.recover");
    let effects = bench.press(Command::Palette(PaletteCommand::Choose));
    let refused = Ask::refused(name("worker"), Action::Recover, Actor::HUMAN);
    assert_eq!(sent(&effects), [Wish::Ask(refused)]);
    assert!(bench.said().contains("service is not running"));
}

#[test]
fn steps_go_round_a_list_and_pages_stop_at_its_ends() {
    use super::super::menu::step_in;
    for (at, step, to) in [
        (0, Step::Up, 9),
        (9, Step::Down, 0),
        (3, Step::Down, 4),
        (3, Step::PageUp, 0),
        (3, Step::PageDown, 9),
        (3, Step::First, 0),
        (3, Step::Last, 9),
        (99, Step::Up, 8),
    ] {
        assert_eq!(step_in(10, at, step), to, "{at} {step:?}");
    }
    assert_eq!(step_in(0, 5, Step::Down), 0);
}

#[test]
fn one_step_back_closes_the_dialog_then_the_view() {
    let mut bench = bench("worker");
    bench.press(Command::ViewEvents);
    bench.press(Command::ViewLogs);
    bench.press(Command::PaletteOpen);
    bench.press(Command::Palette(PaletteCommand::Close));
    assert!(matches!(bench.ui.view, View::Logs(_)) && bench.ui.overlay.is_none());
    bench.press(Command::NavBack);
    assert!(matches!(bench.ui.view, View::Events(_)));
    bench.press(Command::NavBack);
    assert_eq!(bench.ui.view, View::Services);
    bench.press(Command::NavBack);
    assert_eq!(bench.ui.view, View::Services);
}
