//! Everything a key can be bound to.

use super::table::COMMANDS;
use crate::model::Action;

/// Where a key is pressed. A context's own keys win over those it falls back on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Everywhere.
    Global,
    /// Among the services: panes, table and grid.
    Services,
    /// On the page of one service.
    Detail,
    /// In the log that fills the screen.
    Logs,
    /// In the list of events.
    Events,
    /// In what oats says about itself.
    Own,
    /// In a list of choices: the action menu, the dialogs.
    Menu,
    /// In the palette.
    Palette,
    /// While a text is typed.
    Prompt,
    /// In a question.
    Dialog,
    /// In the help.
    Help,
}

impl Context {
    /// Every context, in the order of the help.
    pub const ALL: [Self; 11] = [
        Self::Services,
        Self::Global,
        Self::Detail,
        Self::Logs,
        Self::Events,
        Self::Own,
        Self::Menu,
        Self::Palette,
        Self::Prompt,
        Self::Dialog,
        Self::Help,
    ];

    /// Its name in a keymap file.
    pub fn id(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Services => "services",
            Self::Detail => "detail",
            Self::Logs => "logs",
            Self::Events => "events",
            Self::Own => "own",
            Self::Menu => "menu",
            Self::Palette => "palette",
            Self::Prompt => "prompt",
            Self::Dialog => "dialog",
            Self::Help => "help",
        }
    }

    /// Its title in the help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Services => "Services",
            Self::Detail => "One service; the keys of Services work too",
            Self::Logs => "Log",
            Self::Events => "Events",
            Self::Own => "oats's own log",
            Self::Menu => "In a list of choices",
            Self::Palette => "In the palette",
            Self::Prompt => "While typing",
            Self::Dialog => "In a question",
            Self::Help => "In this help",
        }
    }

    /// Itself and all it falls back on, the nearest first.
    pub fn chain(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |context| context.falls_back_on())
    }

    /// Whether letters are text here, so that no sequence can begin.
    pub fn types(self) -> bool {
        matches!(self, Self::Prompt | Self::Palette)
    }

    /// Whose keys work here as well, where this context binds them to nothing of its own.
    pub fn falls_back_on(self) -> Option<Self> {
        match self {
            Self::Global => None,
            Self::Detail => Some(Self::Services),
            Self::Services
            | Self::Logs
            | Self::Events
            | Self::Own
            | Self::Menu
            | Self::Palette
            | Self::Prompt
            | Self::Dialog
            | Self::Help => Some(Self::Global),
        }
    }
}

/// One step in something that has rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Step {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
}

/// What can be done on the page of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the table of commands says it in one line each"
)]
pub enum DetailCommand {
    Step(Step),
    NextService,
    PrevService,
}

/// What can be done in the log that fills the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the table of commands says it in one line each"
)]
pub enum LogCommand {
    Step(Step),
    Follow,
    Left,
    Right,
    LineStart,
    Stream,
    Merge,
    NextError,
    PrevError,
    NextService,
    PrevService,
    Search,
    NextMatch,
    PrevMatch,
    OnlyMatching,
    Level,
    Wrap,
    Times,
    Open,
    Pretty,
    Mark,
    NextMark,
    PrevMark,
    LineEnd,
    Copy,
    CopyAll,
    Save,
    Pager,
    Clear,
}

/// What can be done in the list of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the table of commands says it in one line each"
)]
pub enum EventsCommand {
    Step(Step),
    Who,
    Service,
    Result,
    OpenLog,
    /// To the event that caused this one.
    Cause,
}

/// What can be done in what oats says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the table of commands says it in one line each"
)]
pub enum OwnCommand {
    Up,
    Down,
    Less,
    More,
    FewerKept,
    MoreKept,
    HideOff,
    Focus,
    PageUp,
    PageDown,
    Follow,
    Targets,
}

/// What can be done in a list of choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the table of commands says it in one line each"
)]
pub enum MenuCommand {
    Step(Step),
    Choose,
    Toggle,
}

/// What can be done in the palette, beside typing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the table of commands says it in one line each"
)]
pub enum PaletteCommand {
    Step(Step),
    Choose,
    Erase,
    Clear,
    Close,
}

/// What can be done while a text is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the table of commands says it in one line each"
)]
pub enum PromptCommand {
    Accept,
    Erase,
    Clear,
    Regex,
    Close,
}

/// Something a key can be bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the table of commands says it in one line each"
)]
pub enum Command {
    ServiceStart,
    ServiceStop,
    ServiceKill,
    ServiceRestart,
    ServiceRecover,
    ServiceOpen,
    PortShow,
    SurvivorShow,
    ActionsOpen,
    LogsOpen,
    EventsOfService,
    DensityNext,
    ServicesStart,
    MarkToggle,
    MarkAll,
    FilterEdit,
    FilterProblems,
    SortPrev,
    SortNext,
    SortInvert,
    GroupPrev,
    GroupNext,
    GroupFold,
    MoveUp,
    MoveDown,
    MoveLeft,
    MoveRight,
    MovePageUp,
    MovePageDown,
    MoveFirst,
    MoveLast,
    MoveNext,
    MovePrev,
    LogPageUp,
    LogPageDown,
    LogFollow,
    HelpShow,
    PaletteOpen,
    ViewServices,
    ViewDetail,
    ViewLogs,
    ViewEvents,
    ViewOwn,
    NavBack,
    NavClose,
    AppQuit,
    AppSuspend,
    ScreenRedraw,
    ThemeNext,
    MouseToggle,
    Detail(DetailCommand),
    Log(LogCommand),
    Events(EventsCommand),
    Own(OwnCommand),
    Menu(MenuCommand),
    Palette(PaletteCommand),
    Prompt(PromptCommand),
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
    HelpTour,
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
