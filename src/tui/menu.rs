//! What can be done to a service, and every command by its name.

use crate::{
    keymap::{COMMANDS, Command, CommandRow, Context},
    model::{Action, ServiceView, State},
    tui::state::View,
};

/// The actions of the menu, in the order of the contract; commands follow.
pub const ACTIONS: [Action; 5] = [
    Action::Start,
    Action::Stop,
    Action::Kill,
    Action::Restart,
    Action::Recover,
];

/// An entry of the action menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// An action, allowed or not.
    Action(Action),
    /// Something to look at.
    Look(Command),
}

impl Entry {
    /// The command that does the same.
    pub fn command(self) -> Option<Command> {
        match self {
            Self::Action(action) => Command::of_action(action),
            Self::Look(command) => Some(command),
        }
    }
}

/// Every entry of the menu of a service.
pub fn entries(view: &ServiceView) -> Vec<Entry> {
    let mut out: Vec<Entry> = ACTIONS.into_iter().map(Entry::Action).collect();
    out.push(Entry::Look(Command::PortShow));
    if !view.survivors.is_empty() {
        out.push(Entry::Look(Command::SurvivorShow));
    }
    out.extend([
        Entry::Look(Command::LogsOpen),
        Entry::Look(Command::EventsOfService),
        Entry::Look(Command::ServiceOpen),
    ]);
    out
}

/// The entry that is focused when the menu opens: what the trouble asks for, else the first action
/// that may happen.
pub fn first(view: &ServiceView) -> usize {
    let entries = entries(view);
    let wanted = match State::of(view) {
        State::Port => Some(Entry::Look(Command::PortShow)),
        State::Doubt => Some(Entry::Look(Command::SurvivorShow)),
        State::Degraded => Some(Entry::Action(Action::Recover)),
        State::Up
        | State::Start
        | State::Wait
        | State::Ends
        | State::Retry
        | State::Fail
        | State::Stop => None,
    };
    let allowed = |entry: &Entry| match entry {
        Entry::Action(action) => view.actions.get(*action).allowed,
        Entry::Look(_) => true,
    };
    let wanted = wanted.filter(allowed);
    let at = entries.iter().position(|entry| match wanted {
        Some(wanted) => *entry == wanted,
        None => allowed(entry),
    });
    at.unwrap_or(0)
}

/// Why a service cannot do this now: "service is not running"; nothing when it can.
pub fn why_not(view: &ServiceView, action: Action) -> Option<String> {
    let verdict = view.actions.get(action);
    if verdict.allowed {
        return None;
    }
    let reason = verdict.reason.as_deref().unwrap_or("it cannot now");
    let head = format!("{} disabled: ", action.label());
    let why = reason.strip_prefix(head.as_str()).unwrap_or(reason);
    Some(why.trim_end_matches('.').to_owned())
}

/// How many of these services can do this now; and the first that cannot, with its reason.
pub fn can<'a>(
    views: &[&'a ServiceView],
    action: Action,
) -> (usize, Option<(&'a ServiceView, String)>) {
    let mut refused = views
        .iter()
        .filter_map(|view| Some((*view, why_not(view, action)?)));
    let first = refused.next();
    let cannot = refused.count() + usize::from(first.is_some());
    (views.len() - cannot, first)
}

/// Why a command cannot do anything now, as a whole sentence; `None` when it can.
pub fn refused(command: Command, view: Option<&ServiceView>) -> Option<String> {
    let row = command.row()?;
    let needs_service = row.action.is_some()
        || matches!(
            command,
            Command::PortShow
                | Command::SurvivorShow
                | Command::ActionsOpen
                | Command::LogsOpen
                | Command::EventsOfService
                | Command::ServiceOpen
                | Command::ViewDetail
        );
    let Some(view) = view else {
        return needs_service.then(|| format!("{} disabled: there is no service.", row.label));
    };
    if let Some(action) = row.action {
        let verdict = view.actions.get(action);
        let reason = verdict.reason.clone();
        let fallback = || format!("{} disabled.", row.label);
        return (!verdict.allowed).then(|| reason.unwrap_or_else(fallback));
    }
    let cannot = [
        (
            Command::PortShow,
            view.port.is_none(),
            "Port disabled: service has no port.",
        ),
        (
            Command::SurvivorShow,
            view.survivors.is_empty(),
            "Doubt disabled: no process is in doubt.",
        ),
        (
            Command::AppSuspend,
            true,
            "Suspend disabled: this console supervises.",
        ),
    ];
    let why = cannot
        .into_iter()
        .find(|(it, cannot, _)| *it == command && *cannot);
    why.map(|(_, _, why)| why.to_owned())
}

/// The commands that the palette offers in a view and that match what was typed: those that can
/// happen first, and among them those that begin with it.
pub fn palette(
    typed: &str,
    view: &View,
    service: Option<&ServiceView>,
    marked: &[&ServiceView],
) -> Vec<(&'static CommandRow, Option<String>)> {
    let own = match view {
        View::Services => None,
        View::Detail(_) => Some(Context::Detail),
        View::Logs(_) => Some(Context::Logs),
        View::Events(_) => Some(Context::Events),
        View::Own => Some(Context::Own),
    };
    let typed = typed.trim().to_lowercase();
    let offered = |row: &&CommandRow| {
        let here = matches!(row.context, Context::Services | Context::Global);
        let help = row.command == Command::HelpTour;
        (here || help || Some(row.context) == own) && row.command != Command::PaletteOpen
    };
    let mut found: Vec<_> = COMMANDS
        .iter()
        .filter(offered)
        .filter_map(|row| Some((rank(row, &typed)?, row, refused_here(row, service, marked))))
        .collect();
    found.sort_by_key(|(rank, _, refused)| (refused.is_some(), *rank));
    found
        .into_iter()
        .map(|(_, row, refused)| (row, refused))
        .collect()
}

/// Why a command cannot do anything now: an action is about the marked services, if there are any.
fn refused_here(
    row: &CommandRow,
    service: Option<&ServiceView>,
    marked: &[&ServiceView],
) -> Option<String> {
    match row.action {
        Some(action) if !marked.is_empty() => match can(marked, action) {
            (0, Some((view, why))) => {
                Some(format!("{} disabled: {}: {why}.", row.label, view.name))
            }
            _ => None,
        },
        Some(_) | None => refused(row.command, service),
    }
}

/// How well a command matches: every word that was typed has to be in it, or its letters in their
/// order in its name. Less is better.
fn rank(row: &CommandRow, typed: &str) -> Option<u8> {
    let label = row.label.to_lowercase();
    let all = format!("{label} {} {}", row.id, row.about.to_lowercase());
    if !typed.split_whitespace().all(|word| all.contains(word)) {
        return is_scattered(typed, &label).then_some(3);
    }
    Some(match typed {
        "" => 0,
        _ if label.starts_with(typed) => 0,
        _ if row.id.contains(typed) || label.contains(typed) => 1,
        _ => 2,
    })
}

/// Whether the letters of a text stand in another one in their order: "evnts" in "events".
fn is_scattered(typed: &str, text: &str) -> bool {
    let mut rest = text.chars();
    let mut letters = typed.chars().filter(|letter| *letter != ' ');
    typed.len() > 1 && letters.all(|letter| rest.any(|other| other == letter))
}
