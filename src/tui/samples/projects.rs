//! Whole projects.

use std::sync::Arc;

use super::service;
use crate::model::{
    Pid, Port, Seq, ServiceName, ServiceView, Snapshot, State, WaitFor, Wall,
    service::Condition,
    snapshot::{Owner, OwnerMode, STATUS_SCHEMA, Source},
};

/// The moment of every sample: 2026-01-01 12:04:31 UTC.
pub(crate) fn now() -> Wall {
    Wall::from_millis(1_767_269_071_000)
}

/// So many seconds earlier.
pub(crate) fn ago(seconds: i64) -> Wall {
    Wall::from_millis(now().millis() - seconds * 1000)
}

/// A service name.
pub(crate) fn name(text: &str) -> ServiceName {
    text.parse().unwrap()
}

/// A project without services.
pub(crate) fn empty() -> Snapshot {
    snapshot("/home/ann/new", [])
}

/// The five demo services: four up, one degraded.
pub(crate) fn shop() -> Snapshot {
    let up =
        |at: u32, text: &str, port: u16, age: i64| service(at, text, Some(port), age, State::Up);
    let mut payments = service(5, "payments", Some(8105), 326, State::Degraded);
    payments.needed_by = vec![name("orders")];
    let mut orders = up(3, "orders", 8103, 326);
    orders.needed_by = vec![name("gateway")];
    let mut auth = up(2, "auth", 8102, 326);
    auth.needed_by = vec![name("gateway")];
    let mut inventory = up(4, "inventory", 8104, 196);
    inventory.needed_by = vec![name("orders")];
    inventory.restarts.manual = 1;
    let all = [
        auth,
        up(1, "gateway", 8101, 326),
        inventory,
        orders,
        payments,
    ];
    snapshot("/home/ann/shop", all)
}

/// One service in each state of the screen.
pub(crate) fn states() -> Snapshot {
    let all = [
        service(1, "api", Some(8080), 0, State::Port),
        service(2, "cache", Some(6379), 10_320, State::Up),
        service(3, "docs", Some(4000), 400, State::Ends),
        service(4, "legacy", Some(7777), 0, State::Doubt),
        service(5, "mailer", None, 0, State::Retry),
        service(6, "mailhog", Some(8025), 0, State::Stop),
        service(7, "reports", Some(7010), 3, State::Start),
        service(8, "search", Some(9200), 2640, State::Degraded),
        service(9, "web", Some(3000), 0, State::Wait),
        service(10, "worker", None, 0, State::Fail),
    ];
    snapshot("/home/ann/shop-dev", all)
}

/// Fifty services, most of them up.
pub(crate) fn fifty() -> Snapshot {
    many(50)
}

/// So many services, most of them up.
pub(crate) fn many(count: u32) -> Snapshot {
    let groups = ["api", "batch", "edge", "tool", "worker"];
    let all = (0..count).map(|at| {
        let group = groups[at as usize * groups.len() / count as usize];
        let state = match at % 23 {
            7 => State::Stop,
            11 => State::Fail,
            16 => State::Degraded,
            19 => State::Port,
            21 => State::Retry,
            _ => State::Up,
        };
        let port = (at % 5 != 3).then(|| 9000 + u16::try_from(at).unwrap());
        let port = port.or((state == State::Port).then_some(8080));
        service(
            at,
            &format!("{group}-{at:03}"),
            port,
            60 * i64::from(at + 1),
            state,
        )
    });
    snapshot("/srv/platform", all)
}

/// So many services in five groups, most of them up.
pub(crate) fn grouped(count: u32) -> Snapshot {
    let mut out = many(count);
    for view in out.services.values_mut() {
        let group = view.name.as_str().split('-').next().map(str::to_owned);
        Arc::make_mut(view).group = group;
    }
    out
}

/// Names, reasons and commands that are longer than any screen, and wide characters.
pub(crate) fn hostile() -> Snapshot {
    let long = "a-service-with-a-name-as-long-as-the-contract-allows-number-07";
    let huge = "GET /healthz answered 200, but port 8103 is held by PID 48211 (python3), not by \
                this service; "
        .repeat(40);
    let mut first = service(1, long, Some(8103), 9_000_000, State::Degraded);
    first.health_reason = Some(huge.clone());
    first.cpu_pct = Some(12_800.0);
    first.mem_bytes = Some(900 << 40);
    first.pid = Some(Pid(4_194_303));
    first.restarts.policy = 123_456;
    first.probe.latency_ms = Some(123_456.0);
    let mut second = service(2, &long.replace("07", "08"), Some(65535), 0, State::Port);
    if let Some(holder) = &mut second.holder {
        let twin = holder.processes[0].clone();
        holder.processes[0].command = Some(format!("node サーバー.js {}", "--flag ".repeat(400)));
        holder.processes.push(twin);
    }
    let mut third = service(3, "z", None, 0, State::Wait);
    third.waiting_for = vec![
        WaitFor::Service {
            name: name(long),
            condition: Condition::Healthy,
        },
        WaitFor::Port {
            port: Port::new(1).unwrap(),
        },
    ];
    let mut out = snapshot("/srv/日本語/ありがとう", [first, second, third]);
    out.api = Some("127.0.0.1:9000".to_owned());
    out
}

/// A snapshot of these services.
pub(crate) fn snapshot(root: &str, services: impl IntoIterator<Item = ServiceView>) -> Snapshot {
    Snapshot {
        schema: STATUS_SCHEMA,
        source: Source::Owner,
        api: None,
        socket: None,
        root: root.to_owned(),
        seq: Seq(7),
        written_at: now(),
        boot_id: "b".to_owned(),
        owner: Some(Owner {
            pid: Pid(47_000),
            start_ticks: 1,
            started_at: ago(900),
            mode: OwnerMode::Console,
            version: "0.1.0".to_owned(),
        }),
        problems: Vec::new(),
        services: services
            .into_iter()
            .map(|view| (view.name.clone(), Arc::new(view)))
            .collect(),
    }
}
