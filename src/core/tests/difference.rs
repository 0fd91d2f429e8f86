//! Which keys differ, and which of them a living process can take up.

use super::bench::{Tune, ms, web};
use crate::{
    core::difference::{changed_keys, in_force},
    model::{
        ServiceDef, Signal,
        service::{CommandLine, Condition, PortOwner, ProbeKind, RestartPolicy, StatusRanges},
    },
};

/// A change of a definition.
type Change = fn(&mut ServiceDef);

/// One change for each key, and whether a living process can take it up.
const KEYS: [(&str, bool, Change); 24] = [
    ("description", true, |it| it.description = Some("x".into())),
    ("command", false, |it| {
        it.command = CommandLine::Argv(vec!["/x".into()]);
    }),
    ("shell", false, |it| {
        it.command = CommandLine::Shell("x".into());
    }),
    ("cwd", false, |it| it.cwd = "/tmp".into()),
    ("env", false, |it| {
        it.env.insert("A".into(), "b".into());
    }),
    ("env_file", false, |it| it.env_files.push("/x".into())),
    ("port_owner", true, |it| it.port_owner = PortOwner::Any),
    ("depends_on", true, |it| it.depends_on.clear()),
    ("group", true, |it| it.group = Some("x".into())),
    ("autostart", true, |it| it.autostart = true),
    ("arena", true, |it| it.arena = true),
    ("health.expect", true, |it| {
        if let ProbeKind::Http { expect, .. } = &mut it.health.kind {
            *expect = StatusRanges(vec![(200, 200)]);
        }
    }),
    ("health.exec", true, |it| {
        it.health.kind = ProbeKind::Exec {
            argv: vec!["/x".into()],
        };
    }),
    ("health.http", true, |it| it.health.kind = ProbeKind::Listen),
    ("health.interval", true, |it| it.health.interval = ms(7)),
    ("health.start_timeout", true, |it| {
        it.health.start_timeout = ms(7);
    }),
    ("recover", true, |it| it.recover = None),
    ("recover.timeout", true, |it| {
        if let Some(recover) = &mut it.recover {
            recover.timeout = ms(7);
        }
    }),
    ("stop.signal", true, |it| it.stop.signal = Signal::KILL),
    ("stop.timeout", true, |it| it.stop.timeout = ms(7)),
    ("restart.policy", true, |it| {
        it.restart.policy = RestartPolicy::Always;
    }),
    ("restart.give_up", true, |it| it.restart.give_up_deaths = 1),
    ("logs.max_size", true, |it| it.logs.max_bytes = 1),
    ("logs.keep", true, |it| it.logs.keep = 1),
];

#[test]
fn each_key_is_named_and_waits_for_a_new_process_only_where_it_must() {
    let old = web("orders", 8103).needing("inventory", Condition::Healthy);
    for (key, at_once, change) in KEYS {
        let new = old.clone().with(change);
        assert_eq!(changed_keys(&old, &new), [key]);
        let now = in_force(&old, &new);
        assert_eq!(now == new, at_once, "{key}");
        let later = changed_keys(&now, &new);
        assert_eq!(later.is_empty(), at_once, "{key}");
    }
    assert_eq!(changed_keys(&old, &old), Vec::<String>::new());
}

#[test]
fn a_port_that_moves_takes_its_paths_along_and_is_probed_where_it_is() {
    let (old, new) = (web("orders", 8103), web("orders", 8104));
    assert_eq!(changed_keys(&old, &new), ["port"]);
    assert_eq!(in_force(&old, &new), old);
}
