//! Keys as they are bound now. No key is named anywhere else.

use ratatui::{style::Style, text::Span};

use super::{Scene, logs};
use crate::{
    keymap::{
        Code, Command, Key, Sequence,
        command::{
            DetailCommand, EventsCommand, MenuCommand, OwnCommand, PaletteCommand, PromptCommand,
            Step,
        },
    },
    model::Action,
    tui::{
        layout::{self, Tier},
        state::{Density, Overlay, QuestionKind, View},
        theme::Glyphs,
    },
};

/// A key and what it does.
pub(super) type Hint = [Span<'static>; 2];

/// A key as it is shown; nothing when no key is bound to the command.
pub(super) fn label(scene: Scene<'_>, command: Command) -> Option<String> {
    let pressed = scene.keymap.bound(command).first()?;
    Some(caps(scene, pressed))
}

/// What is written on the keys of a sequence: "g r".
pub(super) fn caps(scene: Scene<'_>, pressed: &Sequence) -> String {
    let caps: Vec<String> = pressed.keys().iter().map(|key| cap(scene, key)).collect();
    caps.join(" ")
}

/// What is written on a key: arrows as arrows, where they can be shown.
pub(super) fn cap(scene: Scene<'_>, key: &Key) -> String {
    let arrow = match (scene.theme.glyphs, key.code) {
        (Glyphs::Unicode, Code::Up) => Some("↑"),
        (Glyphs::Unicode, Code::Down) => Some("↓"),
        (Glyphs::Unicode, Code::Left) => Some("←"),
        (Glyphs::Unicode, Code::Right) => Some("→"),
        _ => None,
    };
    match arrow {
        Some(arrow) if !key.ctrl && !key.alt => arrow.to_owned(),
        _ => key.label(),
    }
}

/// "R Recover"; nothing when no key asks for the action.
pub(super) fn action(scene: Scene<'_>, action: Action) -> Option<Hint> {
    hint(scene, &[Command::of_action(action)?], action.label())
}

/// The keys of some commands, and what they do together: "↑↓ move". Nothing when none is bound.
pub(super) fn hint(scene: Scene<'_>, commands: &[Command], text: &str) -> Option<Hint> {
    let labels: Vec<String> = commands
        .iter()
        .filter_map(|command| label(scene, *command))
        .collect();
    let arrows = labels.iter().all(|label| !label.is_ascii());
    let several = labels.iter().any(|label| label.contains(' '));
    let between = match (arrows, several) {
        (_, true) => " / ",
        (true, false) => "",
        (false, false) => " ",
    };
    let keys = labels.join(between);
    (!keys.is_empty()).then(|| {
        [
            Span::styled(keys, scene.theme.key()),
            Span::styled(format!(" {text}"), Style::new()),
        ]
    })
}

/// The keys that work now.
pub(super) fn footer(scene: Scene<'_>) -> Vec<Hint> {
    match &scene.ui.overlay {
        Some(Overlay::Help { .. }) => help(scene),
        Some(Overlay::Question(asked)) => question(scene, &asked.kind),
        Some(Overlay::Menu(_) | Overlay::Batch(_)) => menu(scene, Some("key run at once")),
        Some(Overlay::Palette(_)) => palette(scene),
        Some(Overlay::LogServices(_)) => logs::keys::choice(scene),
        Some(Overlay::Port(open)) => dialog(scene, open.entry.is_some()),
        Some(Overlay::Survivor(open)) => dialog(scene, open.entry.is_some()),
        // While it leaves, no key but the last resort does anything, and that one is named above.
        None if scene.ui.leaving.is_some() => Vec::new(),
        None => view(scene),
    }
}

/// The keys of what fills the screen.
pub(super) fn view(scene: Scene<'_>) -> Vec<Hint> {
    match &scene.ui.view {
        View::Services if scene.ui.list.typing.is_some() => typing(scene),
        View::Services if scene.snapshot.services.is_empty() => few(scene),
        View::Services if layout::tier(scene.ui.size) == Tier::Compact => compact(scene),
        View::Services => services(scene, scene.shown.density),
        View::Detail(_) => detail(scene),
        View::Logs(view) if view.typing.is_some() => logs::keys::search(scene),
        View::Logs(view) => logs::keys::view(scene, view),
        View::Events(_) => events(scene),
        View::Own => own(scene),
    }
}

/// The keys of the footer, the ones that stay longest first.
fn services(scene: Scene<'_>, density: Density) -> Vec<Hint> {
    use Command as C;
    let (moves, word, other): (&[C], _, _) = match density {
        Density::Panes => (
            &[C::MoveLeft, C::MoveUp, C::MoveDown, C::MoveRight],
            "pane",
            "table",
        ),
        Density::Table => (&[C::MoveUp, C::MoveDown], "move", "grid"),
        Density::Grid => (
            &[C::MoveLeft, C::MoveUp, C::MoveDown, C::MoveRight],
            "cell",
            "panes",
        ),
    };
    let among = density == Density::Grid && !scene.shown.troubles.is_empty();
    let next = among.then(|| hint(scene, &[C::MoveNext], "next problem"));
    let groups = scene.shown.grouped;
    let group = groups.then(|| hint(scene, &[C::GroupPrev, C::GroupNext], "group"));
    let all = [
        hint(scene, moves, word),
        next.flatten(),
        hint(scene, &[C::ServiceOpen], "detail"),
        hint(scene, &[C::LogsOpen], "log"),
        hint(scene, &[C::ActionsOpen], "actions"),
        hint(scene, &[C::DensityNext], other),
        hint(scene, &[C::FilterEdit], "filter"),
        hint(scene, &[C::MarkToggle, C::MarkAll], "mark"),
        hint(scene, &[C::FilterProblems], "problems"),
        group.flatten(),
        hint(scene, &[C::PortShow], "port"),
        hint(scene, &[C::SortPrev, C::SortNext], "sort"),
        hint(scene, &[C::PaletteOpen], "commands"),
        hint(scene, &[C::HelpShow], "help"),
        hint(scene, &[C::NavClose], "quit"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys where there is little room, the ones that stay longest first.
fn compact(scene: Scene<'_>) -> Vec<Hint> {
    use Command as C;
    let bare = |commands: &[Command]| {
        let [keys, _] = hint(scene, commands, "")?;
        Some([keys, Span::raw("")])
    };
    let all = [
        bare(&[C::MoveUp, C::MoveDown]),
        bare(&[C::ServiceOpen]),
        hint(scene, &[C::ActionsOpen], "actions"),
        hint(scene, &[C::LogsOpen], "log"),
        hint(scene, &[C::FilterEdit], "filter"),
        hint(scene, &[C::MarkToggle], "mark"),
        hint(scene, &[C::FilterProblems], "problems"),
        hint(scene, &[C::DensityNext], "cells"),
        hint(scene, &[C::HelpShow], "help"),
        hint(scene, &[C::NavClose], "quit"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of the page of one service.
fn detail(scene: Scene<'_>) -> Vec<Hint> {
    use Command as C;
    use DetailCommand as D;
    let all = [
        hint(scene, &[C::NavBack], "back"),
        hint(
            scene,
            &[C::Detail(D::PrevService), C::Detail(D::NextService)],
            "service",
        ),
        hint(
            scene,
            &[C::Detail(D::Step(Step::Up)), C::Detail(D::Step(Step::Down))],
            "scroll",
        ),
        hint(scene, &[C::LogsOpen], "log"),
        hint(scene, &[C::EventsOfService], "events"),
        hint(scene, &[C::PortShow], "port"),
        hint(scene, &[C::ActionsOpen], "actions"),
        hint(scene, &[C::HelpShow], "help"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of the list of events.
fn events(scene: Scene<'_>) -> Vec<Hint> {
    use Command as C;
    use EventsCommand as E;
    let all = [
        hint(scene, &[C::NavBack], "back"),
        hint(
            scene,
            &[C::Events(E::Step(Step::Up)), C::Events(E::Step(Step::Down))],
            "move",
        ),
        hint(scene, &[C::Events(E::OpenLog)], "its log"),
        hint(scene, &[C::Events(E::Cause)], "cause"),
        hint(scene, &[C::Events(E::Who)], "who"),
        hint(scene, &[C::Events(E::Service)], "service"),
        hint(scene, &[C::Events(E::Result)], "failures"),
        hint(scene, &[C::HelpShow], "help"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of oats's own log.
fn own(scene: Scene<'_>) -> Vec<Hint> {
    use Command as C;
    use OwnCommand as O;
    let all = [
        hint(scene, &[C::NavBack], "back"),
        hint(scene, &[C::Own(O::Up), C::Own(O::Down)], "target"),
        hint(scene, &[C::Own(O::Less), C::Own(O::More)], "shown"),
        hint(
            scene,
            &[C::Own(O::FewerKept), C::Own(O::MoreKept)],
            "recorded",
        ),
        hint(scene, &[C::Own(O::PageUp), C::Own(O::PageDown)], "scroll"),
        hint(scene, &[C::Own(O::Focus)], "only this"),
        hint(scene, &[C::HelpShow], "help"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of a list of choices.
pub(super) fn menu(scene: Scene<'_>, more: Option<&str>) -> Vec<Hint> {
    use Command as C;
    let all = [
        hint(
            scene,
            &[
                C::Menu(MenuCommand::Step(Step::Up)),
                C::Menu(MenuCommand::Step(Step::Down)),
            ],
            "choose",
        ),
        hint(scene, &[C::Menu(MenuCommand::Choose)], "take it"),
        more.map(|more| [Span::raw(""), Span::raw(more.to_owned())]),
        hint(scene, &[C::NavBack], "close"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of a dialog with numbered choices, or of the pid that is typed in it.
pub(super) fn dialog(scene: Scene<'_>, typing: bool) -> Vec<Hint> {
    if typing {
        return self::typing(scene);
    }
    menu(scene, Some("or its number"))
}

/// The keys while a text is typed.
fn typing(scene: Scene<'_>) -> Vec<Hint> {
    use Command as C;
    use PromptCommand as T;
    let all = [
        hint(scene, &[C::Prompt(T::Accept)], "take it"),
        hint(scene, &[C::Prompt(T::Clear)], "clear"),
        hint(scene, &[C::Prompt(T::Close)], "cancel"),
    ];
    all.into_iter().flatten().collect()
}

/// The key that takes away what was typed into the filter.
pub(super) fn typed_away(scene: Scene<'_>) -> Option<Hint> {
    hint(
        scene,
        &[Command::Prompt(PromptCommand::Close)],
        "brings back what was there",
    )
}

/// The keys of the palette.
pub(super) fn palette(scene: Scene<'_>) -> Vec<Hint> {
    use Command as C;
    use PaletteCommand as P;
    let all = [
        hint(
            scene,
            &[
                C::Palette(P::Step(Step::Up)),
                C::Palette(P::Step(Step::Down)),
            ],
            "choose",
        ),
        hint(scene, &[C::Palette(P::Choose)], "run"),
        hint(scene, &[C::Palette(P::Clear)], "clear"),
        hint(scene, &[C::Palette(P::Close)], "close"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of a project without services.
fn few(scene: Scene<'_>) -> Vec<Hint> {
    let all = [
        hint(scene, &[Command::ViewEvents], "events"),
        hint(scene, &[Command::ViewOwn], "oats's log"),
        hint(scene, &[Command::HelpShow], "help"),
        hint(scene, &[Command::NavClose], "quit"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of a question.
pub(super) fn question(scene: Scene<'_>, kind: &QuestionKind) -> Vec<Hint> {
    use Command as C;
    let shortcut = match kind {
        QuestionKind::Kill { .. } | QuestionKind::Affects { .. } | QuestionKind::Many(_) => {
            hint(scene, &[C::DialogYes, C::DialogNo], "answer")
        }
        QuestionKind::Quit { .. } => hint(scene, &[C::LeaveForce], "stop all and leave"),
    };
    let all = [
        hint(scene, &[C::DialogPrev, C::DialogNext], "choose"),
        hint(scene, &[C::DialogChoose], "take it"),
        hint(scene, &[C::NavBack], "back"),
        shortcut,
    ];
    all.into_iter().flatten().collect()
}

/// The keys of the help.
pub(super) fn help(scene: Scene<'_>) -> Vec<Hint> {
    use Command as C;
    let all = [
        hint(scene, &[C::HelpUp, C::HelpDown], "scroll"),
        hint(scene, &[C::HelpPageUp, C::HelpPageDown], "page"),
        hint(scene, &[C::NavBack], "close"),
    ];
    all.into_iter().flatten().collect()
}
