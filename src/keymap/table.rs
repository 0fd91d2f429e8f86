//! The table of commands: one line each.

use super::command::{
    Command as C, CommandRow, Context, DetailCommand as D, EventsCommand as E, LogCommand as L,
    MenuCommand as M, OwnCommand as O, PaletteCommand as P, PromptCommand as T, Step as S,
};
use crate::model::Action as A;

/// Rows of several contexts, each line: command, id, word for a footer, line for the help; an
/// action behind an arrow where the command asks for one.
macro_rules! table {
    ($($context:ident { $($command:expr, $id:literal, $label:literal, $about:literal $(=> $action:expr)?;)* })*) => {
        &[$($(CommandRow {
            command: $command,
            id: $id,
            context: Context::$context,
            label: $label,
            about: $about,
            action: table!(@action $($action)?),
        },)*)*]
    };
    (@action) => { None };
    (@action $action:expr) => { Some($action) };
}

/// Every command, in the order of the help.
pub static COMMANDS: &[CommandRow] = table! {
    Services {
        C::ServiceStart, "service.start", "Start", "start it, and first what it needs" => A::Start;
        C::ServiceStop, "service.stop", "Stop", "ask its process tree to end, then make it" => A::Stop;
        C::ServiceKill, "service.kill", "Kill", "SIGKILL to its process tree; always asks" => A::Kill;
        C::ServiceRestart, "service.restart", "Restart", "stop, then start" => A::Restart;
        C::ServiceRecover, "service.recover", "Recover", "run the recover step of a living service" => A::Recover;
        C::PortShow, "port.show", "Port", "who holds its port, and what can be done";
        C::SurvivorShow, "survivor.show", "Doubt", "processes that may be an earlier run of it";
        C::ActionsOpen, "actions.open", "Actions", "everything that can be done, and why not";
        C::ServiceOpen, "service.open", "Detail", "the page of this service";
        C::LogsOpen, "logs.open", "Log", "its log, on the whole screen";
        C::EventsOfService, "events.of_service", "Events", "what happened to it";
        C::DensityNext, "density.next", "view", "panes, table or grid";
        C::ServicesStart, "services.start", "Start all", "start everything that is shown and can start";
        C::MarkToggle, "mark.toggle", "mark", "mark it, or unmark it; keys then act on all marked";
        C::MarkAll, "mark.all", "mark all", "mark all that is shown, or unmark it";
        C::FilterEdit, "filter.edit", "filter", "show only what matches a text";
        C::FilterProblems, "filter.problems", "problems", "show only services in trouble";
        C::SortNext, "sort.next", "sort", "sort by the next column";
        C::SortPrev, "sort.prev", "sort back", "sort by the column before";
        C::SortInvert, "sort.invert", "invert", "turn the order round";
        C::GroupNext, "group.next", "next group", "the next group";
        C::GroupPrev, "group.prev", "group before", "the group before";
        C::GroupFold, "group.fold", "fold", "fold this group, or unfold it";
        C::MoveUp, "move.up", "up", "the service above";
        C::MoveDown, "move.down", "down", "the service below";
        C::MoveLeft, "move.left", "left", "the service to the left; folds a group";
        C::MoveRight, "move.right", "right", "the service to the right; unfolds a group";
        C::MovePageUp, "move.page_up", "page up", "one page of services up";
        C::MovePageDown, "move.page_down", "page down", "one page of services down";
        C::MoveFirst, "move.first", "first", "the first service";
        C::MoveLast, "move.last", "last", "the last service";
        C::MoveNext, "move.next", "next", "the next service";
        C::MovePrev, "move.prev", "previous", "the service before";
        C::LogPageUp, "log.page_up", "log up", "older lines of the log; pauses it";
        C::LogPageDown, "log.page_down", "log down", "newer lines of the log";
        C::LogFollow, "log.follow", "follow", "follow the log again";
    }
    Global {
        C::HelpShow, "help.show", "help", "show these keys";
        C::PaletteOpen, "palette.open", "palette", "find any command by its name";
        C::ViewServices, "view.services", "services", "all services";
        C::ViewDetail, "view.detail", "service", "the page of one service";
        C::ViewLogs, "view.logs", "log", "the log of one service";
        C::ViewEvents, "view.events", "events", "everything that happened";
        C::ViewOwn, "view.own", "oats's log", "what oats says about itself";
        C::NavBack, "nav.back", "back", "close what is open, one step";
        C::NavClose, "nav.close", "quit", "close what is open, else leave";
        C::AppQuit, "app.quit", "quit", "leave, from anywhere";
        C::AppSuspend, "app.suspend", "suspend", "never works here: this console supervises";
        C::ScreenRedraw, "screen.redraw", "redraw", "draw the screen anew";
        C::ThemeNext, "theme.next", "theme", "the next theme, until you leave";
        C::MouseToggle, "mouse.toggle", "mouse", "use the mouse, or leave it to the terminal";
    }
    Detail {
        C::Detail(D::Step(S::Up)), "detail.up", "up", "one row up";
        C::Detail(D::Step(S::Down)), "detail.down", "down", "one row down";
        C::Detail(D::Step(S::PageUp)), "detail.page_up", "page up", "one page up";
        C::Detail(D::Step(S::PageDown)), "detail.page_down", "page down", "one page down";
        C::Detail(D::Step(S::First)), "detail.first", "top", "to the top";
        C::Detail(D::Step(S::Last)), "detail.last", "bottom", "to the bottom";
        C::Detail(D::NextService), "detail.next", "next", "the next service";
        C::Detail(D::PrevService), "detail.prev", "previous", "the service before";
    }
    Logs {
        C::Log(L::Search), "log.search", "search", "look for a text or a regular expression";
        C::Log(L::NextMatch), "log.next", "match", "the next line that holds it";
        C::Log(L::PrevMatch), "log.prev", "match before", "the line before that holds it";
        C::Log(L::OnlyMatching), "log.only_matching", "only matching", "hide the lines that do not hold it";
        C::Log(L::Level), "log.level", "level", "only information, warnings or errors, or all";
        C::Log(L::Step(S::Up)), "log.up", "up", "one line up; pauses";
        C::Log(L::Step(S::Down)), "log.down", "down", "one line down";
        C::Log(L::Step(S::PageUp)), "log.screen_up", "page up", "one screen up; pauses";
        C::Log(L::Step(S::PageDown)), "log.screen_down", "page down", "one screen down";
        C::Log(L::Step(S::First)), "log.first", "oldest", "the oldest line that is kept";
        C::Log(L::Step(S::Last)), "log.last", "newest", "the newest line; follows again";
        C::Log(L::Follow), "log.go_on", "follow", "follow, or pause";
        C::Log(L::NextError), "log.next_error", "error", "the next line with an error";
        C::Log(L::PrevError), "log.prev_error", "error before", "the error before";
        C::Log(L::Stream), "log.stream", "stream", "stdout and stderr, only stderr, only stdout";
        C::Log(L::Merge), "log.merge", "services", "choose the services whose lines are merged";
        C::Log(L::Open), "log.open", "open", "show the line whole, its fields below each other; or fold it";
        C::Log(L::Pretty), "log.pretty", "fields", "the same for all lines";
        C::Log(L::Wrap), "log.wrap", "wrap", "long lines over several rows, or cut";
        C::Log(L::Times), "log.times", "time", "local, UTC, relative, none";
        C::Log(L::Mark), "log.mark", "mark", "mark this line, or take its mark away";
        C::Log(L::NextMark), "log.next_mark", "next mark", "the next marked line";
        C::Log(L::PrevMark), "log.prev_mark", "mark before", "the marked line before";
        C::Log(L::Copy), "log.copy", "copy", "copy this line, or the marked ones, as they were written";
        C::Log(L::CopyAll), "log.copy_all", "copy all", "copy all lines that are shown";
        C::Log(L::Save), "log.save", "save", "save all lines that are shown to a file";
        C::Log(L::Pager), "log.pager", "pager", "open the files of the log in a pager";
        C::Log(L::Clear), "log.clear", "clear", "hide what is shown; it is kept on disk";
        C::Log(L::Left), "log.left", "left", "sideways, towards the start of the lines";
        C::Log(L::Right), "log.right", "right", "sideways, towards their ends";
        C::Log(L::LineStart), "log.line_start", "start", "back to the start of the lines";
        C::Log(L::LineEnd), "log.line_end", "end", "to the end of the longest line here";
        C::Log(L::NextService), "log.next_service", "next", "the log of the next service";
        C::Log(L::PrevService), "log.prev_service", "previous", "the log of the service before";
    }
    Events {
        C::Events(E::Step(S::Up)), "events.up", "up", "the event above";
        C::Events(E::Step(S::Down)), "events.down", "down", "the event below";
        C::Events(E::Step(S::PageUp)), "events.page_up", "page up", "one page up";
        C::Events(E::Step(S::PageDown)), "events.page_down", "page down", "one page down";
        C::Events(E::Step(S::First)), "events.first", "newest", "the newest event";
        C::Events(E::Step(S::Last)), "events.last", "oldest", "the oldest event that is kept";
        C::Events(E::Who), "events.who", "who", "only what one actor did; next: another one";
        C::Events(E::Service), "events.service", "service", "only this event's service, or all";
        C::Events(E::Result), "events.result", "result", "only what failed or was refused, or all";
        C::Events(E::Cause), "events.cause", "cause", "the event that caused this one";
        C::Events(E::OpenLog), "events.open_log", "log", "the log of that service at that time";
    }
    Own {
        C::Own(O::Up), "own.up", "up", "the target above";
        C::Own(O::Down), "own.down", "down", "the target below";
        C::Own(O::Less), "own.less", "less", "show less of this target";
        C::Own(O::More), "own.more", "more", "show more of this target";
        C::Own(O::FewerKept), "own.fewer_kept", "keep less", "record less of this target";
        C::Own(O::MoreKept), "own.more_kept", "keep more", "record more of this target";
        C::Own(O::HideOff), "own.hide_off", "hide off", "hide targets that are off, or show them";
        C::Own(O::Focus), "own.focus", "focus", "only this target, or all";
        C::Own(O::Targets), "own.targets", "targets", "show the targets, or hide them";
        C::Own(O::PageUp), "own.page_up", "page up", "older lines";
        C::Own(O::PageDown), "own.page_down", "page down", "newer lines";
        C::Own(O::Follow), "own.follow", "follow", "follow the newest line";
    }
    Menu {
        C::Menu(M::Step(S::Up)), "menu.up", "up", "the choice above";
        C::Menu(M::Step(S::Down)), "menu.down", "down", "the choice below";
        C::Menu(M::Step(S::PageUp)), "menu.page_up", "page up", "one page up";
        C::Menu(M::Step(S::PageDown)), "menu.page_down", "page down", "one page down";
        C::Menu(M::Step(S::First)), "menu.first", "first", "the first choice";
        C::Menu(M::Step(S::Last)), "menu.last", "last", "the last choice";
        C::Menu(M::Choose), "menu.choose", "choose", "take it";
        C::Menu(M::Toggle), "menu.toggle", "check", "check this one, or not, where several can be chosen";
    }
    Palette {
        C::Palette(P::Step(S::Up)), "palette.up", "up", "the command above";
        C::Palette(P::Step(S::Down)), "palette.down", "down", "the command below";
        C::Palette(P::Step(S::PageUp)), "palette.page_up", "page up", "one page up";
        C::Palette(P::Step(S::PageDown)), "palette.page_down", "page down", "one page down";
        C::Palette(P::Step(S::First)), "palette.first", "first", "the first command";
        C::Palette(P::Step(S::Last)), "palette.last", "last", "the last command";
        C::Palette(P::Choose), "palette.choose", "run", "run it";
        C::Palette(P::Erase), "palette.erase", "erase", "erase a letter";
        C::Palette(P::Clear), "palette.clear", "clear", "erase everything";
        C::Palette(P::Close), "palette.close", "close", "close it";
    }
    Prompt {
        C::Prompt(T::Accept), "prompt.accept", "keep", "keep what was typed";
        C::Prompt(T::Erase), "prompt.erase", "erase", "erase a letter";
        C::Prompt(T::Clear), "prompt.clear", "clear", "erase everything";
        C::Prompt(T::Regex), "prompt.regex", "regex", "in a search: a regular expression, or plain text";
        C::Prompt(T::Close), "prompt.close", "cancel", "forget what was typed";
    }
    Dialog {
        C::DialogYes, "dialog.yes", "yes", "do it";
        C::DialogNo, "dialog.no", "no", "do not";
        C::DialogChoose, "dialog.choose", "choose", "take the focused choice";
        C::DialogNext, "dialog.next", "next", "the next choice";
        C::DialogPrev, "dialog.prev", "previous", "the choice before";
        C::LeaveForce, "leave.force", "force", "stop all and leave; once more: kill all";
    }
    Help {
        C::HelpUp, "help.up", "up", "one row up";
        C::HelpDown, "help.down", "down", "one row down";
        C::HelpPageUp, "help.page_up", "page up", "one page up";
        C::HelpPageDown, "help.page_down", "page down", "one page down";
        C::HelpTour, "help.tour", "tour", "the first steps, once more";
    }
};
