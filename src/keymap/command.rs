//! Everything a key can be bound to: one row per command.

use crate::model::Action;

/// Where a key is pressed. A context's own keys win over the global ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Everywhere.
    Global,
    /// Among the services: panes and table.
    Services,
    /// In a question.
    Dialog,
    /// In the help.
    Help,
}

impl Context {
    /// Every context, in the order of the help.
    pub const ALL: [Self; 4] = [Self::Services, Self::Global, Self::Dialog, Self::Help];

    /// Its name in a keymap file.
    pub fn id(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Services => "services",
            Self::Dialog => "dialog",
            Self::Help => "help",
        }
    }

    /// Its title in the help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Services => "Services",
            Self::Dialog => "In a question",
            Self::Help => "In this help",
        }
    }
}

/// Something a key can be bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table below says it in one line each")]
pub enum Command {
    ServiceStart,
    ServiceStop,
    ServiceKill,
    ServiceRestart,
    ServiceRecover,
    DensityNext,
    MoveUp,
    MoveDown,
    MoveLeft,
    MoveRight,
    MoveFirst,
    MoveLast,
    MoveNext,
    MovePrev,
    LogPageUp,
    LogPageDown,
    LogFollow,
    HelpShow,
    NavBack,
    NavClose,
    AppQuit,
    AppSuspend,
    ScreenRedraw,
    DialogYes,
    DialogNo,
    DialogChoose,
    DialogNext,
    DialogPrev,
    LeaveForce,
    HelpUp,
    HelpDown,
    HelpPageUp,
    HelpPageDown,
}

/// The row of a command.
#[derive(Debug)]
pub struct CommandRow {
    /// The command.
    pub command: Command,
    /// Its name in a keymap file.
    pub id: &'static str,
    /// Where it works.
    pub context: Context,
    /// A word or two for a footer.
    pub label: &'static str,
    /// One line for the help.
    pub about: &'static str,
    /// The action it asks for.
    pub action: Option<Action>,
}

/// A row; actions bring their own words.
const fn row(
    command: Command,
    id: &'static str,
    context: Context,
    label: &'static str,
    about: &'static str,
    action: Option<Action>,
) -> CommandRow {
    CommandRow {
        command,
        id,
        context,
        label,
        about,
        action,
    }
}

/// Every command, in the order of the help.
pub const COMMANDS: [CommandRow; 33] = {
    use Command as C;
    use Context::{Dialog, Global, Help, Services};
    [
        row(
            C::ServiceStart,
            "service.start",
            Services,
            "Start",
            "start it, and first what it needs",
            Some(Action::Start),
        ),
        row(
            C::ServiceStop,
            "service.stop",
            Services,
            "Stop",
            "ask its process tree to end, then make it",
            Some(Action::Stop),
        ),
        row(
            C::ServiceKill,
            "service.kill",
            Services,
            "Kill",
            "SIGKILL to its process tree; always asks",
            Some(Action::Kill),
        ),
        row(
            C::ServiceRestart,
            "service.restart",
            Services,
            "Restart",
            "stop, then start",
            Some(Action::Restart),
        ),
        row(
            C::ServiceRecover,
            "service.recover",
            Services,
            "Recover",
            "run the recover step of a living service",
            Some(Action::Recover),
        ),
        row(
            C::DensityNext,
            "density.next",
            Services,
            "view",
            "panes or table",
            None,
        ),
        row(
            C::MoveUp,
            "move.up",
            Services,
            "up",
            "the service above",
            None,
        ),
        row(
            C::MoveDown,
            "move.down",
            Services,
            "down",
            "the service below",
            None,
        ),
        row(
            C::MoveLeft,
            "move.left",
            Services,
            "left",
            "the pane to the left",
            None,
        ),
        row(
            C::MoveRight,
            "move.right",
            Services,
            "right",
            "the pane to the right",
            None,
        ),
        row(
            C::MoveFirst,
            "move.first",
            Services,
            "first",
            "the first service",
            None,
        ),
        row(
            C::MoveLast,
            "move.last",
            Services,
            "last",
            "the last service",
            None,
        ),
        row(
            C::MoveNext,
            "move.next",
            Services,
            "next",
            "the next service",
            None,
        ),
        row(
            C::MovePrev,
            "move.prev",
            Services,
            "previous",
            "the service before",
            None,
        ),
        row(
            C::LogPageUp,
            "log.page_up",
            Services,
            "log up",
            "older lines of the log; pauses it",
            None,
        ),
        row(
            C::LogPageDown,
            "log.page_down",
            Services,
            "log down",
            "newer lines of the log",
            None,
        ),
        row(
            C::LogFollow,
            "log.follow",
            Services,
            "follow",
            "follow the log again",
            None,
        ),
        row(
            C::HelpShow,
            "help.show",
            Global,
            "help",
            "show these keys",
            None,
        ),
        row(
            C::NavBack,
            "nav.back",
            Global,
            "back",
            "close what is open",
            None,
        ),
        row(
            C::NavClose,
            "nav.close",
            Global,
            "quit",
            "close what is open, else leave",
            None,
        ),
        row(
            C::AppQuit,
            "app.quit",
            Global,
            "quit",
            "leave, from anywhere",
            None,
        ),
        row(
            C::AppSuspend,
            "app.suspend",
            Global,
            "suspend",
            "never works here: this console supervises",
            None,
        ),
        row(
            C::ScreenRedraw,
            "screen.redraw",
            Global,
            "redraw",
            "draw the screen anew",
            None,
        ),
        row(C::DialogYes, "dialog.yes", Dialog, "yes", "do it", None),
        row(C::DialogNo, "dialog.no", Dialog, "no", "do not", None),
        row(
            C::DialogChoose,
            "dialog.choose",
            Dialog,
            "choose",
            "take the focused choice",
            None,
        ),
        row(
            C::DialogNext,
            "dialog.next",
            Dialog,
            "next",
            "the next choice",
            None,
        ),
        row(
            C::DialogPrev,
            "dialog.prev",
            Dialog,
            "previous",
            "the choice before",
            None,
        ),
        row(
            C::LeaveForce,
            "leave.force",
            Dialog,
            "force",
            "stop all and leave; once more: kill all",
            None,
        ),
        row(C::HelpUp, "help.up", Help, "up", "one row up", None),
        row(C::HelpDown, "help.down", Help, "down", "one row down", None),
        row(
            C::HelpPageUp,
            "help.page_up",
            Help,
            "page up",
            "one page up",
            None,
        ),
        row(
            C::HelpPageDown,
            "help.page_down",
            Help,
            "page down",
            "one page down",
            None,
        ),
    ]
};

impl Command {
    /// The row of this command.
    pub fn row(self) -> Option<&'static CommandRow> {
        COMMANDS.iter().find(|row| row.command == self)
    }

    /// The command that asks for an action.
    pub fn of_action(action: Action) -> Option<Self> {
        COMMANDS
            .iter()
            .find(|row| row.action == Some(action))
            .map(|row| row.command)
    }
}
