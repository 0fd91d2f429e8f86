//! Cost per event is O(1) in the number of services. A time cannot be asserted, so the shape is: who
//! walks over all services, and how far an event reaches.

use super::bench::{Bench, Tune, ms, task, web};
use crate::{
    core::{Fact, Input},
    model::{Action, ExitStatus, service::Condition},
};

/// The rules, and whether each may walk over all services: only leaving and `up` may, and the
/// invariants of debug builds.
const RULES: [(&str, &str, bool); 17] = [
    ("asks", include_str!("../asks.rs"), false),
    ("conditions", include_str!("../conditions.rs"), false),
    ("ctx", include_str!("../ctx.rs"), false),
    ("decide", include_str!("../decide.rs"), false),
    ("ending", include_str!("../ending.rs"), false),
    ("exit", include_str!("../exit.rs"), false),
    ("facts", include_str!("../facts.rs"), false),
    ("found", include_str!("../found.rs"), false),
    ("gate", include_str!("../gate.rs"), false),
    ("health", include_str!("../health.rs"), false),
    ("leaving", include_str!("../leaving.rs"), true),
    ("ports", include_str!("../ports.rs"), false),
    ("spawn", include_str!("../spawn.rs"), false),
    ("start", include_str!("../start.rs"), false),
    ("stop", include_str!("../stop.rs"), false),
    ("ticks", include_str!("../ticks.rs"), false),
    ("world", include_str!("../world.rs"), true),
];

/// Ways to walk over a map of services.
const WALKS: [&str; 7] = [
    "services.values",
    "services.iter",
    "services.keys",
    "services.into_iter",
    "services.retain",
    "in services ",
    "in &self.services",
];

#[test]
fn only_leaving_walks_over_all_services() {
    for (rule, text, may) in RULES {
        let plain: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = plain.replace(" .", ".");
        let walks = WALKS.iter().any(|walk| plain.contains(walk));
        assert_eq!(walks, may, "{rule}.rs");
    }
}

#[test]
fn an_event_reaches_only_the_service_and_those_that_need_it() {
    let crowd = (0..500).map(|n| task(&format!("other-{n}")));
    let few = [
        task("app").needing("orders", Condition::Healthy),
        web("orders", 8103),
    ];
    let mut bench = Bench::new(crowd.chain(few));
    bench.start("orders");
    bench.start_task("app");
    let decisions = [
        bench.probed("orders", false),
        bench.sees("orders", vec![]),
        bench.fact("orders", Fact::Frozen(true)),
        bench.exits("orders", ExitStatus::Code(1)),
        bench.ask("orders", Action::Start),
        bench.ask("orders", Action::Stop),
        bench.take(Input::Tick),
    ];
    for decision in decisions {
        let reached = decision.changed.union(&decision.sampled).count();
        assert!(reached <= 2, "{:?}", decision.changed);
    }
    bench.pass(ms(60_000));
    let idle = bench.take(Input::Tick);
    assert!(idle.changed.is_empty() && idle.sampled.is_empty());
}
