//! The five together: trouble spreads, and names its source.

use serde_json::json;

use crate::running::{Running, eventually};

/// All five, each with the addresses of those that it needs.
struct Shop {
    gateway: Running,
    orders: Running,
    payments: Running,
    auth: Running,
    inventory: Running,
}

impl Shop {
    fn open(traffic: &str) -> Self {
        let auth = Running::start("auth", &[]);
        let inventory = Running::start("inventory", &[]);
        let payments = Running::faulty("payments");
        let needs = [inventory.as_need(), payments.as_need()];
        let orders = Running::start("orders", &["--needs", &needs[0], "--needs", &needs[1]]);
        let needs = [auth.as_need(), orders.as_need()];
        let gateway = Running::start(
            "gateway",
            &[
                "--needs",
                &needs[0],
                "--needs",
                &needs[1],
                "--traffic",
                traffic,
            ],
        );
        Self {
            gateway,
            orders,
            payments,
            auth,
            inventory,
        }
    }
}

#[test]
fn work_goes_through_everybody_who_is_needed() {
    let shop = Shop::open("0");
    let reply = shop.gateway.ask("GET", "/work");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["through"], json!(["auth", "orders"]));
    let log = shop.orders.stdout();
    assert!(log.contains("POST /work 200 "), "{log}");
    assert!(shop.inventory.stdout().contains("POST /reserve 200 "));
    assert!(shop.payments.stdout().contains("POST /charge 200 "));
    assert!(shop.auth.stdout().contains("GET /check 200 "));
    assert_eq!(shop.gateway.stderr(), "");
}

#[test]
fn a_sick_payments_is_felt_at_the_gateway_until_it_recovers() {
    let shop = Shop::open("0");
    shop.payments.fault(r#"{"fault":"refuse_health"}"#);
    let told = shop.gateway.ask("POST", "/work").teaches(502);
    assert!(told.starts_with("orders answered 502 | "), "{told}");
    assert!(told.contains("payments answered 503"), "{told}");
    let told = shop.orders.ask("POST", "/work").teaches(502);
    assert!(told.starts_with("payments answered 503 | "), "{told}");
    assert_eq!(shop.gateway.stderr(), "orders: payments answered 503\n");
    shop.orders.await_complaint("payments: 503 refuse_health");
    assert_eq!(shop.gateway.ask("GET", "/status").json()["errors"], 1);
    // Shallow health of the others is not touched.
    assert_eq!(shop.gateway.ask("GET", "/healthz").status, 200);

    assert_eq!(shop.payments.ask("POST", "/recover").status, 200);
    assert_eq!(shop.gateway.ask("POST", "/work").status, 200);
}

#[test]
fn a_dead_dependency_is_named() {
    let mut shop = Shop::open("0");
    shop.payments.signal(rustix::process::Signal::KILL);
    shop.payments.exit();
    let told = shop.orders.ask("POST", "/work").teaches(502);
    assert!(told.starts_with("payments did not answer | "), "{told}");
    assert!(told.contains("payments: connection refused"), "{told}");

    let status = shop.orders.ask("GET", "/status").json();
    let payments = &status["dependencies"]["payments"];
    assert_eq!(payments["ok"], false);
    assert_eq!(payments["status"], json!(null));
    assert_eq!(payments["error"], "connection refused");
    assert_eq!(payments["last_work_error"], "payments: connection refused");
    assert_eq!(
        payments["url"],
        format!("http://{}", shop.payments.address())
    );
    let inventory = &status["dependencies"]["inventory"];
    assert_eq!(
        (&inventory["ok"], &inventory["status"]),
        (&json!(true), &json!(200))
    );
}

#[test]
fn a_hanging_dependency_costs_a_second_and_is_named() {
    let shop = Shop::open("0");
    shop.payments.fault(r#"{"fault":"hang"}"#);
    let told = shop.orders.ask("POST", "/work").teaches(502);
    assert!(told.contains("payments: no answer in 1000 ms"), "{told}");
}

#[test]
fn traffic_sends_orders_through_the_whole_shop() {
    let shop = Shop::open("50/s");
    eventually("three charges", || {
        let charges = shop.payments.stdout().matches("POST /charge 200 ").count();
        (charges >= 3).then_some(())
    });
    assert!(shop.gateway.stdout().contains("POST /work 200 "));
}
