//! What oats says about itself.

use super::desk::Desk;
use crate::{keymap::command::OwnCommand, tui::message::Effect};

impl Desk<'_> {
    /// A step or a level in oats's own log.
    pub(super) fn own_command(&mut self, command: OwnCommand) {
        self.want(Effect::Own(command));
    }
}
