//! What a service needs and who needs it: what a start would bring with it and what a stop would hurt,
//! before the key is pressed.

use ratatui::style::Style;

use super::{Scene, page::Page};
use crate::model::{Action, ServiceName, ServiceView, State, WaitFor, plan};

/// Names in a sentence at most; the others are counted.
const NAMED: usize = 3;

/// One sentence, where an action would touch more than this service.
pub(super) fn sentence(scene: Scene<'_>, view: &ServiceView) -> Option<String> {
    // In trouble, why something cannot be done matters more.
    if State::of(view) == State::Stop && view.actions.start.allowed {
        let brings = plan::brings(scene.snapshot, &view.name);
        return (!brings.is_empty()).then(|| format!("Start brings up {} first.", names(&brings)));
    }
    if State::of(view) == State::Up && view.actions.stop.allowed {
        let hurts = plan::hurts(scene.snapshot, &view.name);
        let names = names(&hurts);
        return (!hurts.is_empty()).then(|| format!("If stopped, {names} may become unhealthy."));
    }
    None
}

/// The same about one action, to be put behind what it does.
pub(super) fn clause(scene: Scene<'_>, view: &ServiceView, action: Action) -> Option<String> {
    match action {
        Action::Start => {
            let brings = plan::brings(scene.snapshot, &view.name);
            (!brings.is_empty()).then(|| format!("and first {}", names(&brings)))
        }
        Action::Stop | Action::Kill | Action::Restart => {
            let hurts = plan::hurts(scene.snapshot, &view.name);
            let verb = if hurts.len() == 1 { "needs" } else { "need" };
            (!hurts.is_empty()).then(|| format!("{} {verb} it", names(&hurts)))
        }
        Action::Recover | Action::FreePort => None,
    }
}

/// "inventory", "inventory and payments", "a, b, c and 4 more".
fn names(all: &[ServiceName]) -> String {
    let (shown, rest) = all.split_at(all.len().min(NAMED));
    let shown: Vec<&str> = shown.iter().map(ServiceName::as_str).collect();
    match (shown.as_slice(), rest.len()) {
        (shown, more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        ([before @ .., last], _) if !before.is_empty() => {
            format!("{} and {last}", before.join(", "))
        }
        (shown, _) => shown.concat(),
    }
}

/// The section of the page: what it needs, who needs it, and what it waits for.
pub(super) fn section(page: &mut Page<'_>, scene: Scene<'_>, view: &ServiceView) {
    if view.depends_on.is_empty() && view.needed_by.is_empty() && view.waiting_for.is_empty() {
        return;
    }
    page.section("Needs");
    let how = |name: &ServiceName| match scene.snapshot.services.get(name) {
        Some(other) => {
            let state = State::of(other);
            (
                format!("{} {}", scene.theme.symbol(state), state.word()),
                scene.theme.reason(state),
            )
        }
        None => ("gone".to_owned(), scene.theme.dim()),
    };
    for (at, need) in view.depends_on.iter().enumerate() {
        let (state, style) = how(&need.service);
        let name = if at == 0 { "Needs" } else { "" };
        let text = format!("{} ({})   {state}", need.service, need.condition);
        page.fact(name, &text, style);
    }
    for (at, other) in view.needed_by.iter().enumerate() {
        let (state, style) = how(other);
        let name = if at == 0 { "Needed by" } else { "" };
        page.fact(name, &format!("{other}   {state}"), style);
    }
    if let Some(text) = sentence(scene, view) {
        page.fact("", &text, Style::new());
    }
    for what in &view.waiting_for {
        let text = match what {
            WaitFor::Service { name, condition } => format!("{name} to be {condition}"),
            WaitFor::Port { port } => format!("port {port} to be free"),
        };
        page.fact("Waits for", &text, scene.theme.reason(State::Wait));
    }
}
