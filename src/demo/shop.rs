//! Who does what in the shop.

/// What one of the five services does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: &'static str,
    /// The port it listens on when none is given.
    pub port: u16,
    /// The method by which others ask it for work.
    pub method: &'static str,
    /// The path under which others ask it for work, beside `/work`.
    pub path: &'static str,
    /// Whom it asks, in this order, to get its own work done.
    pub needs: &'static [&'static str],
}

/// The five.
pub const SHOP: [Role; 5] = [
    role("gateway", 8101, "POST", "/work", &["auth", "orders"]),
    role("auth", 8102, "GET", "/check", &[]),
    role("orders", 8103, "POST", "/work", &["inventory", "payments"]),
    role("inventory", 8104, "POST", "/reserve", &[]),
    role("payments", 8105, "POST", "/charge", &[]),
];

/// One row.
const fn role(
    name: &'static str,
    port: u16,
    method: &'static str,
    path: &'static str,
    needs: &'static [&'static str],
) -> Role {
    Role {
        name,
        port,
        method,
        path,
        needs,
    }
}

/// The role of a service; a stranger to the shop has a plain one: any port, `POST /work`, no needs.
pub(super) fn role_of(name: &str) -> Role {
    let known = SHOP.iter().find(|role| role.name == name);
    known.copied().unwrap_or(role("", 0, "POST", "/work", &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_is_a_service_of_the_shop() {
        for need in SHOP.iter().flat_map(|role| role.needs) {
            assert_eq!(role_of(need).name, *need);
        }
    }
}
