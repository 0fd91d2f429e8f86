//! Keys as they are bound now. No key is named anywhere else.

use ratatui::{style::Style, text::Span};

use super::Scene;
use crate::{
    keymap::{Code, Command, Key},
    model::Action,
    tui::{
        state::{Density, QuestionKind},
        theme::Glyphs,
    },
};

/// A key and what it does.
pub(super) type Hint = [Span<'static>; 2];

/// A key as it is shown; nothing when no key is bound to the command.
pub(super) fn label(scene: Scene<'_>, command: Command) -> Option<String> {
    let key = scene.keymap.keys(command).first()?;
    Some(cap(scene, key))
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
    let keys = labels.join(if arrows { "" } else { " " });
    (!keys.is_empty()).then(|| {
        [
            Span::styled(keys, scene.theme.key()),
            Span::styled(format!(" {text}"), Style::new()),
        ]
    })
}

/// The keys of the footer, the ones that stay longest first.
pub(super) fn services(scene: Scene<'_>, density: Density) -> Vec<Hint> {
    use Command as C;
    let (moves, word, other): (&[C], _, _) = match density {
        Density::Panes => (
            &[C::MoveLeft, C::MoveUp, C::MoveDown, C::MoveRight],
            "pane",
            "table",
        ),
        Density::Table => (&[C::MoveUp, C::MoveDown], "move", "panes"),
    };
    let all = [
        hint(scene, moves, word),
        hint(scene, &[C::DensityNext], other),
        hint(scene, &[C::LogPageUp, C::LogPageDown], "log"),
        hint(scene, &[C::LogFollow], "follow"),
        hint(scene, &[C::HelpShow], "help"),
        hint(scene, &[C::NavClose], "quit"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of a project without services.
pub(super) fn few(scene: Scene<'_>) -> Vec<Hint> {
    let all = [
        hint(scene, &[Command::HelpShow], "help"),
        hint(scene, &[Command::NavClose], "quit"),
    ];
    all.into_iter().flatten().collect()
}

/// The keys of a question.
pub(super) fn question(scene: Scene<'_>, kind: &QuestionKind) -> Vec<Hint> {
    use Command as C;
    let shortcut = match kind {
        QuestionKind::Kill { .. } | QuestionKind::Affects { .. } => {
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
