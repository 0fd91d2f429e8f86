//! The files of the five services, as they lie in `services/` of this repository.

use super::shop::SHOP;

/// Name and text, in the order of [`SHOP`].
const FILES: [(&str, &str); 5] = [
    ("gateway", include_str!("../../services/gateway.toml")),
    ("auth", include_str!("../../services/auth.toml")),
    ("orders", include_str!("../../services/orders.toml")),
    ("inventory", include_str!("../../services/inventory.toml")),
    ("payments", include_str!("../../services/payments.toml")),
];

/// The name and the text of each file, with these ports instead of those of [`SHOP`], in its order,
/// also where one service calls another.
pub fn files(ports: &[u16; 5]) -> Vec<(&'static str, String)> {
    let files = FILES.into_iter();
    files
        .map(|(name, text)| (name, with_ports(text, ports)))
        .collect()
}

/// A text with the ports of the shop replaced. No number that only contains one of them is.
fn with_ports(text: &str, ports: &[u16; 5]) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_digit());
        let (number, after) = from.split_at(end.unwrap_or(from.len()));
        done.push_str(before);
        let mut pairs = SHOP.iter().zip(ports);
        match pairs.find(|(role, _)| number.parse() == Ok(role.port)) {
            Some((_, port)) => done.push_str(&port.to_string()),
            None => done.push_str(number),
        }
        rest = after;
    }
    done + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_its_own_ports_the_shop_is_as_it_lies_in_the_repository() {
        let own = SHOP.map(|role| role.port);
        for ((name, text), role) in files(&own).into_iter().zip(SHOP) {
            let path = format!("{}/services/{name}.toml", env!("CARGO_MANIFEST_DIR"));
            assert_eq!(text, std::fs::read_to_string(path).unwrap());
            assert_eq!(name, role.name);
            assert!(text.contains(&format!("= {}\n", role.port)), "{text}");
        }
    }

    #[test]
    fn other_ports_are_named_wherever_one_service_calls_another() {
        // One of the new ports is an old one.
        let files = files(&[8102, 9002, 9003, 9004, 9005]);
        let text = |name: &str| {
            let file = files.iter().find(|(other, _)| *other == name);
            file.unwrap().1.clone()
        };
        let gateway = text("gateway");
        assert!(gateway.contains("port = 8102\n"), "{gateway}");
        assert!(gateway.contains("auth=http://127.0.0.1:9002"), "{gateway}");
        assert!(gateway.contains("200 to 299"), "{gateway}");
        let orders = text("orders");
        assert!(
            orders.contains("payments=http://127.0.0.1:9005"),
            "{orders}"
        );
        assert_eq!(with_ports("81011 8101", &[1, 2, 3, 4, 5]), "81011 1");
    }
}
