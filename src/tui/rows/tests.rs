use super::*;
use crate::{
    model::Pid,
    tui::samples::{self, name},
};

fn ui(size: (u16, u16)) -> UiState {
    UiState {
        size,
        chosen: Some(Density::Table),
        ..UiState::default()
    }
}

fn names<'a>(shown: &Shown<'a>) -> Vec<&'a str> {
    let services = shown.services.iter();
    services.map(|item| item.view.name.as_str()).collect()
}

/// The names that a filter lets through.
fn filtered(snapshot: &Snapshot, filter: &str) -> Vec<String> {
    let mut ui = ui((120, 36));
    ui.list.filter = filter.to_owned();
    let shown = shown(snapshot, &ui);
    names(&shown).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_filter_matches_name_group_state_port_and_pid_and_every_word_must_match() {
    let mut states = samples::states();
    let cache = states.services.get_mut(&name("cache")).unwrap();
    std::sync::Arc::make_mut(cache).group = Some("Data".to_owned());
    for (filter, found) in [
        ("mail", vec!["mailer", "mailhog"]),
        ("mail STOP", vec!["mailhog"]),
        ("degr", vec!["search"]),
        ("degraded", vec!["search"]),
        ("state:fail", vec!["worker"]),
        ("state:port", vec!["api"]),
        ("group:data", vec!["cache"]),
        ("data up", vec!["cache"]),
        ("9200", vec!["search"]),
        ("port:80", vec!["api", "mailhog"]),
        ("pid:48211", vec!["api"]),
        ("31007", vec!["legacy"]),
        ("nonsense", vec![]),
        ("port:8000-8080", vec!["api", "mailhog"]),
        ("port:8080,9200", vec!["api", "search"]),
        ("pid:31000-31100", vec!["legacy"]),
        ("state:fail,degr", vec!["search", "worker"]),
        ("state:running", vec!["cache", "search"]),
        (
            "state:!up,stop,fail,port,retry,?",
            vec!["docs", "reports", "search", "web"],
        ),
        ("name:mail -state:stop", vec!["mailer"]),
        ("mail !retry", vec!["mailhog"]),
        ("state:stop", vec!["mailhog"]),
        ("state:sto", vec!["docs", "legacy", "mailhog"]),
    ] {
        assert_eq!(filtered(&states, filter), found, "{filter}");
    }
    for all in ["", "  ", "state:", "group: state:", "odd:word"] {
        assert_eq!(filtered(&states, all).len(), 10, "{all}");
    }
}

#[test]
fn there_are_groups_only_when_two_services_are_in_different_ones() {
    let fifty = samples::fifty();
    assert!(!shown(&fifty, &ui((120, 36))).grouped);
    let mut grouped = samples::grouped(50);
    let all = shown(&grouped, &ui((200, 100)));
    assert!(all.grouped);
    assert_eq!(all.groups.len(), 5);
    assert_eq!(all.rows.len(), 55, "everything fits: nothing is folded");
    for view in grouped.services.values_mut() {
        std::sync::Arc::make_mut(view).group = Some("one".to_owned());
    }
    assert!(!shown(&grouped, &ui((120, 36))).grouped);
}

#[test]
fn what_is_up_folds_where_not_all_fits_and_trouble_never_does() {
    let grouped = samples::grouped(50);
    let mut ui = ui((120, 36));
    ui.cursor = Some(name("batch-012"));
    let folded = shown(&grouped, &ui);
    let hidden: usize = folded.groups.iter().map(|group| group.folded).sum();
    assert_eq!(folded.services.len() + hidden, 50);
    let services = folded.services.iter();
    let up: Vec<&str> = services
        .filter(|item| item.state == State::Up)
        .map(|item| item.view.name.as_str())
        .collect();
    assert_eq!(up, ["batch-012"], "the service under the cursor is seen");
    ui.list.unfolded.insert("batch".to_owned());
    let opened = shown(&grouped, &ui);
    let group = opened.group_of(ui_row(&opened, "batch-012")).unwrap();
    assert_eq!(opened.groups[group].folded, 0);
    ui.list.filter = "state:up".to_owned();
    assert_eq!(shown(&grouped, &ui).services.len(), 40);
}

fn ui_row(shown: &Shown<'_>, service: &str) -> usize {
    shown.index_of(&name(service)).unwrap()
}

#[test]
fn a_group_folded_by_hand_stays_so_where_there_is_room() {
    let grouped = samples::grouped(50);
    let mut ui = ui((200, 100));
    ui.list.folded.insert("edge".to_owned());
    let shown = shown(&grouped, &ui);
    let folded: Vec<&str> = shown
        .groups
        .iter()
        .filter(|group| group.folded > 0)
        .map(|group| group.name)
        .collect();
    assert_eq!(folded, ["edge"]);
}

#[test]
fn an_order_puts_what_has_no_value_last_both_ways() {
    let mut states = samples::states();
    let by = |snapshot: &Snapshot, sort, inverted| -> Vec<String> {
        let sorted = sorted(snapshot, sort, inverted);
        sorted.iter().map(ToString::to_string).collect()
    };
    let worst = by(&states, Sort::State, false);
    assert_eq!(worst[..5], ["legacy", "api", "worker", "search", "mailer"]);
    assert_eq!(worst[9], "cache");
    let ports = by(&states, Sort::Port, false);
    assert_eq!(ports[0], "web");
    assert_eq!(ports[8..], ["mailer", "worker"]);
    let back = by(&states, Sort::Port, true);
    assert_eq!((&*back[0], &*back[8]), ("search", "mailer"));
    let search = states.services.get_mut(&name("search")).unwrap();
    let search = std::sync::Arc::make_mut(search);
    search.cpu_pct = Some(99.0);
    assert_eq!(by(&states, Sort::Cpu, false)[0], "search");
    assert_eq!(by(&states, Sort::Cpu, true)[9], "worker");
}

#[test]
fn what_came_after_the_order_was_made_stands_last() {
    let states = samples::states();
    let mut ui = ui((120, 36));
    ui.list.sort = Sort::Cpu;
    ui.list.order = vec![name("worker"), name("gone"), name("api")];
    let shown = shown(&states, &ui);
    assert_eq!(names(&shown)[..3], ["worker", "api", "cache"]);
    assert!(!shown.grouped);
}

#[test]
fn the_page_of_a_service_stays_with_it_whatever_the_list_hides() {
    let states = samples::states();
    let mut ui = ui((120, 36));
    ui.list.problems = true;
    ui.cursor = Some(name("cache"));
    assert!(!names(&shown(&states, &ui)).contains(&"cache"));
    ui.view = View::Own;
    assert!(names(&shown(&states, &ui)).contains(&"cache"));
}

#[test]
fn every_shown_service_is_in_one_line_of_cells_and_the_worst_stands_first() {
    let many = samples::grouped(500);
    let mut ui = ui((120, 36));
    ui.chosen = None;
    let shown = shown(&many, &ui);
    assert_eq!(shown.density, Density::Grid);
    let lines = shown.lines(shown.across(ui.size));
    let cells: Vec<usize> = lines.into_iter().flat_map(|(_, cells)| cells).collect();
    assert_eq!(cells, (0..500).collect::<Vec<_>>());
    let ranks: Vec<_> = shown
        .troubles
        .iter()
        .map(|at| shown.services[*at].state.trouble().unwrap())
        .collect();
    assert!(ranks.is_sorted() && ranks.len() == 86, "{}", ranks.len());
}

#[test]
fn the_heading_of_a_group_is_seen_with_its_first_service() {
    let grouped = samples::grouped(50);
    let mut ui = ui((120, 36));
    ui.cursor = Some(name("edge-020"));
    let shown = shown(&grouped, &ui);
    let at = ui_row(&shown, "edge-020");
    let row = shown.row_of(at);
    assert_eq!(shown.rows[row - 1], Row::Group(shown.group_of(at).unwrap()));
    assert_eq!(shown.top_row(usize::MAX, at, 5), row - 1);
    assert_eq!(shown.top_row(0, at, 5), row - 4);
    assert_eq!(shown.top_row(0, at, 1), row);
    assert_eq!(shown.top_row(0, at, 0), row);
}

#[test]
fn a_pid_that_holds_the_port_finds_the_service() {
    let mut shop = samples::shop();
    let auth = shop.services.get_mut(&name("auth")).unwrap();
    std::sync::Arc::make_mut(auth).pid = Some(Pid(77_123));
    assert_eq!(filtered(&shop, "pid:77123"), ["auth"]);
}
