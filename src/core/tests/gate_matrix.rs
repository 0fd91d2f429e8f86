//! Contract section 1 as one table: every phase, want, survivor, port class and action, with the
//! whole sentence. Review it like a document.

use std::fmt::Write as _;

use super::{
    bench::{listener, name},
    stages,
};
use crate::{
    core::{
        Service,
        gate::{self, Door},
        holder::PortState,
    },
    model::{
        Action, Holder, HolderClass, Pid, Want,
        action::ACTIONS,
        service::{PortOwner, RecoverSpec, RecoverStep},
        snapshot::Survivor,
    },
};

/// What may be known of the port, in words.
fn sights() -> Vec<(&'static str, Option<PortState>)> {
    let node = |pid| listener(Some(pid), "ann", "/usr/bin/node server.js");
    let shop = |pid, service: &str| vec![listener(Some(pid), "ann", &format!("/bin/{service}"))];
    let mut held = vec![
        ("own", HolderClass::Own, Some("orders"), shop(60, "orders")),
        (
            "own-leftover",
            HolderClass::OwnLeftover,
            Some("orders"),
            shop(59, "orders"),
        ),
        (
            "other-service",
            HolderClass::OtherService,
            Some("payments"),
            shop(61, "payments"),
        ),
        ("stranger", HolderClass::Stranger, None, vec![node(62)]),
        (
            "3 strangers",
            HolderClass::Stranger,
            None,
            vec![node(62), node(63), node(64)],
        ),
        ("oats itself", HolderClass::Stranger, None, shop(1, "oats")),
    ];
    let postgres = |pid| vec![listener(pid, "postgres", "postgres")];
    held.extend([
        ("other-user", HolderClass::OtherUser, None, postgres(None)),
        (
            "other-user, seen",
            HolderClass::OtherUser,
            None,
            postgres(Some(65)),
        ),
        (
            "unseen",
            HolderClass::Unseen,
            None,
            vec![listener(None, "ann", "")],
        ),
    ]);
    let mut sights = vec![("never seen", None), ("free", Some(PortState::FREE))];
    sights.extend(held.into_iter().map(|(words, class, service, processes)| {
        let holder = Holder {
            class,
            service: service.map(name),
            processes,
        };
        let protected = (words == "oats itself").then_some(Pid(1));
        (words, Some(PortState { holder, protected }))
    }));
    sights
}

/// The verdict on an action, in words.
fn verdict(service: &Service, action: Action) -> String {
    match gate::check(service, action, Door::Open) {
        Ok(()) => match gate::note(service, action) {
            Some(note) => format!("yes ({note})"),
            None => "yes".to_owned(),
        },
        Err(refusal) => {
            let hint = refusal
                .hint_action()
                .map_or(String::new(), |action| format!(" -> {action}"));
            format!("{}: {}{hint}", refusal.code(), refusal.sentence(action))
        }
    }
}

/// The verdicts on an action, one line for all port classes with the same.
fn by_class(service: &Service, action: Action) -> String {
    let mut verdicts: Vec<(String, Vec<&str>)> = Vec::new();
    for (class, state) in sights() {
        let mut service = service.clone();
        service.port = state;
        let verdict = verdict(&service, action);
        match verdicts.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, classes)) => classes.push(class),
            None => verdicts.push((verdict, vec![class])),
        }
    }
    if let [(verdict, _)] = verdicts.as_slice() {
        return verdict.clone();
    }
    verdicts
        .iter()
        .fold(String::new(), |text, (verdict, classes)| {
            format!("{text}\n    {:<22}  {verdict}", classes.join(", "))
        })
}

/// A service that wants this and has a survivor, or none.
fn variant(service: &Service, want: Want, survivor: bool) -> Service {
    let mut service = service.clone();
    service.want = want;
    if survivor {
        service.survivors = vec![Survivor {
            pid: Pid(51),
            start_ticks: 5,
            started_at: None,
            command: "/bin/orders".to_owned(),
            why: "it carries the tag of another run".to_owned(),
        }];
    }
    service
}

/// The verdicts on an action for every want, with and without a survivor.
fn rows(service: &Service, action: Action, by_port: &str) -> String {
    let of = |want, survivor| {
        let verdicts = by_class(&variant(service, want, survivor), action);
        if verdicts == by_port {
            "by port class".to_owned()
        } else {
            verdicts
        }
    };
    let (up, down) = (of(Want::Up, false), of(Want::Down, false));
    let (up_doubt, down_doubt) = (of(Want::Up, true), of(Want::Down, true));
    let mut rows = vec![("always", up.clone())];
    if up == up_doubt && down == down_doubt && up != down {
        rows = vec![("want up", up), ("want down", down)];
    } else if up == down && up_doubt == down_doubt && up != up_doubt {
        rows = vec![("no survivor", up), ("survivor", up_doubt)];
    } else if [&down, &up_doubt, &down_doubt].iter().any(|it| **it != up) {
        rows = vec![
            ("up", up),
            ("down", down),
            ("up, survivor", up_doubt),
            ("down, survivor", down_doubt),
        ];
    }
    rows.iter().fold(String::new(), |text, (when, verdicts)| {
        let row = format!("  {:<9}  {when:<12}  {verdicts}", action.id());
        text + &row.replace("  \n", "\n") + "\n"
    })
}

#[test]
fn the_gate_is_contract_section_1() {
    let stages = stages::all();
    let stopped = variant(stages[0].1.service("orders"), Want::Up, false);
    let start = by_class(&stopped, Action::Start);
    let free_port = by_class(&stopped, Action::FreePort);
    let mut text = format!("start by port class{start}\n\nfree_port by port class{free_port}\n");
    for (phase, bench) in &stages {
        let service = bench.service("orders");
        writeln!(text, "\n{phase}").unwrap();
        for row in &ACTIONS {
            let by_port = if row.action == Action::Start {
                &start
            } else {
                &free_port
            };
            text.push_str(&rows(service, row.action, by_port));
        }
    }
    insta::assert_snapshot!(text);
}

/// A recover step that does not ask the service's own port.
fn other_url(spec: RecoverSpec) -> RecoverSpec {
    let RecoverStep::Http { url, .. } = spec.step else {
        return spec;
    };
    let step = RecoverStep::Http {
        url,
        on_own_port: false,
    };
    RecoverSpec { step, ..spec }
}

/// A recover step that is a program.
fn by_program(mut spec: RecoverSpec) -> RecoverSpec {
    let argv = vec!["heal".to_owned()];
    spec.step = RecoverStep::Exec { argv };
    spec
}

#[test]
fn what_a_service_file_says_changes_its_verdicts() {
    let bench = stages::running();
    let running = bench.service("orders");
    let stopped = stages::all().remove(0).1;
    let stopped = stopped.service("orders");
    let with = |service: &Service, change: &dyn Fn(&mut crate::model::ServiceDef)| {
        let mut service = service.clone();
        let mut def = (*service.def).clone();
        change(&mut def);
        service.def = def.into();
        ACTIONS.iter().fold(String::new(), |text, row| {
            let verdicts = by_class(&service, row.action);
            let row = format!("  {:<9}  {verdicts}", row.id);
            text + &row.replace("  \n", "\n") + "\n"
        })
    };
    let mut text = String::new();
    for (words, block) in [
        (
            "Running, no recover",
            with(running, &|def| def.recover = None),
        ),
        (
            "Running, recovers through another port",
            with(running, &|def| {
                def.recover = def.recover.take().map(other_url);
            }),
        ),
        (
            "Running, recovers with a program",
            with(running, &|def| {
                def.recover = def.recover.take().map(by_program);
            }),
        ),
        (
            "Running, anybody may listen",
            with(running, &|def| def.port_owner = PortOwner::Any),
        ),
        (
            "Stopped, anybody may listen",
            with(stopped, &|def| def.port_owner = PortOwner::Any),
        ),
        ("Stopped, no port", with(stopped, &|def| def.port = None)),
    ] {
        writeln!(text, "{words}\n{block}").unwrap();
    }
    insta::assert_snapshot!(text);
}
