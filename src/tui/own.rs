//! The view of oats's own log: what it shows is kept by tui-logger, not by us.

use tui_logger::{TuiWidgetEvent, TuiWidgetState};

use crate::keymap::command::OwnCommand;

/// Which targets are shown, how much of each, and where it is scrolled to.
#[derive(Default)]
pub struct OwnLog {
    pub(super) state: TuiWidgetState,
}

impl OwnLog {
    /// Takes in what was said since. Without this the oldest lines would be lost at some point.
    pub(super) fn take_in() {
        tui_logger::move_events();
    }

    /// A step or a switch.
    pub(super) fn command(&self, command: OwnCommand) {
        self.state.transition(match command {
            OwnCommand::Up => TuiWidgetEvent::UpKey,
            OwnCommand::Down => TuiWidgetEvent::DownKey,
            OwnCommand::Less => TuiWidgetEvent::LeftKey,
            OwnCommand::More => TuiWidgetEvent::RightKey,
            OwnCommand::FewerKept => TuiWidgetEvent::MinusKey,
            OwnCommand::MoreKept => TuiWidgetEvent::PlusKey,
            OwnCommand::HideOff => TuiWidgetEvent::SpaceKey,
            OwnCommand::Focus => TuiWidgetEvent::FocusKey,
            OwnCommand::Targets => TuiWidgetEvent::HideKey,
            OwnCommand::PageUp => TuiWidgetEvent::PrevPageKey,
            OwnCommand::PageDown => TuiWidgetEvent::NextPageKey,
            OwnCommand::Follow => TuiWidgetEvent::EscapeKey,
        });
    }
}
