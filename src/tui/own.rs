//! What oats says about itself: the state of its view.
//!
//! The lines come through a layer of `tracing`. No thread moves them: that happens before a frame
//! is drawn, so nothing wakes up for them.

use tui_logger::{LevelFilter, TuiWidgetEvent, TuiWidgetState};

use crate::keymap::command::OwnCommand;

/// Lines that are kept.
const KEPT: usize = 2000;

/// Lines that are kept between two frames.
const BETWEEN_FRAMES: usize = 500;

/// Lets the log keep so much, at this level, of these targets. Called once, before the first line.
pub fn prepare(targets: &[&str]) {
    tui_logger::set_hot_buffer_depth(BETWEEN_FRAMES);
    tui_logger::set_buffer_depth(KEPT);
    tui_logger::set_default_level(LevelFilter::Info);
    for target in targets {
        tui_logger::set_level_for_target(target, LevelFilter::Info);
    }
}

/// What is shown of oats's own log.
pub struct OwnLog {
    state: TuiWidgetState,
    targets: bool,
}

impl Default for OwnLog {
    fn default() -> Self {
        Self {
            state: TuiWidgetState::new(),
            targets: true,
        }
    }
}

impl OwnLog {
    /// Takes over the lines that were logged since the last frame.
    pub fn gather() {
        tui_logger::move_events();
    }

    /// Does what a key asks for.
    pub fn command(&mut self, command: OwnCommand) {
        let event = match command {
            OwnCommand::Up => TuiWidgetEvent::UpKey,
            OwnCommand::Down => TuiWidgetEvent::DownKey,
            OwnCommand::Less => TuiWidgetEvent::LeftKey,
            OwnCommand::More => TuiWidgetEvent::RightKey,
            OwnCommand::FewerKept => TuiWidgetEvent::MinusKey,
            OwnCommand::MoreKept => TuiWidgetEvent::PlusKey,
            OwnCommand::HideOff => TuiWidgetEvent::SpaceKey,
            OwnCommand::Focus => TuiWidgetEvent::FocusKey,
            OwnCommand::PageUp => TuiWidgetEvent::PrevPageKey,
            OwnCommand::PageDown => TuiWidgetEvent::NextPageKey,
            OwnCommand::Follow => TuiWidgetEvent::EscapeKey,
            OwnCommand::Targets => {
                self.targets = !self.targets;
                TuiWidgetEvent::HideKey
            }
        };
        self.state.transition(event);
    }

    /// The state of the widgets.
    pub fn state(&self) -> &TuiWidgetState {
        &self.state
    }

    /// Whether the selector of targets is shown.
    pub fn shows_targets(&self) -> bool {
        self.targets
    }
}
