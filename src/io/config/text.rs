//! Values that are written as text: durations, sizes, status codes, addresses.

use std::time::Duration;

use hyper::http::Uri;

use crate::model::{
    Port,
    service::{HttpUrl, StatusRanges},
};

/// What a duration looks like.
pub(super) const DURATION: &str = "a duration such as \"500ms\", \"2s\" or \"1h30m\"";

/// What a size looks like.
pub(super) const SIZE: &str = "a size such as \"32MiB\", \"10MB\" or \"512KiB\"";

/// A duration such as `1h30m`: whole numbers, each with its unit, the larger unit first.
pub fn duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
    let mut units = UNITS.iter();
    let mut rest = text;
    let mut millis: u64 = 0;
    while !rest.is_empty() {
        let (number, unit, after) = number_and_unit(rest)?;
        let (_, factor) = units.find(|(name, _)| *name == unit)?;
        millis = millis.checked_add(number.checked_mul(*factor)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(Duration::from_millis(millis))
}

/// A size such as `32MiB`, in bytes.
pub(super) fn size(text: &str) -> Option<u64> {
    let (number, unit, rest) = number_and_unit(text)?;
    let factor = match unit {
        "B" => 1,
        "KB" | "kB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    if rest.is_empty() {
        number.checked_mul(factor)
    } else {
        None
    }
}

/// The digits and the letters that a text begins with, and the rest.
fn number_and_unit(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, rest) = text.split_at_checked(digits)?;
    let letters = rest
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let (unit, rest) = rest.split_at_checked(letters)?;
    Some((number.parse().ok()?, unit, rest))
}

/// Status codes such as `200-299` or `200,204,301-302`.
pub(super) fn status_ranges(text: &str) -> Option<StatusRanges> {
    let code = |text: &str| {
        let plain = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
        let code: u16 = text.parse().ok()?;
        (plain && (100..=599).contains(&code)).then_some(code)
    };
    let range = |item: &str| {
        let (low, high) = item.split_once('-').unwrap_or((item, item));
        let (low, high) = (code(low.trim())?, code(high.trim())?);
        (low <= high).then_some((low, high))
    };
    let ranges: Option<Vec<_>> = text.split(',').map(|item| range(item.trim())).collect();
    ranges.map(StatusRanges)
}

/// A URL that oats can ask: `http[s]://HOST[:PORT][/PATH[?QUERY]]`.
pub(super) fn http_url(text: &str) -> Option<HttpUrl> {
    // The parser drops fragments silently; nothing here may be dropped silently.
    if !text.is_ascii() || text.contains('#') {
        return None;
    }
    let uri: Uri = text.parse().ok()?;
    let (tls, usual_port) = match uri.scheme_str() {
        Some("http") => (false, 80),
        Some("https") => (true, 443),
        Some(_) | None => return None,
    };
    let authority = uri.authority()?.as_str();
    let host = authority.strip_suffix(':').unwrap_or(authority);
    let (host, port) = if host == uri.host()? && host == authority {
        (host, Port::new(usual_port)?)
    } else {
        host_port(authority)?
    };
    let host = host.strip_prefix('[').unwrap_or(host);
    let host = host.strip_suffix(']').unwrap_or(host);
    let query = uri
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let path = if uri.path().is_empty() {
        "/"
    } else {
        uri.path()
    };
    is_host(host).then(|| HttpUrl {
        tls,
        host: host.to_owned(),
        port,
        path: format!("{path}{query}"),
    })
}

/// An address such as `127.0.0.1:6379`, `db.local:5432` or `[::1]:80`; the host without brackets.
pub(super) fn host_port(text: &str) -> Option<(&str, Port)> {
    let (host, port) = text.rsplit_once(':')?;
    let plain = port.bytes().all(|b| b.is_ascii_digit());
    let port = Port::new(port.parse().ok()?)?;
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = match inner {
        Some(address) => address.contains(':').then_some(address)?,
        None => (!host.contains(':')).then_some(host)?,
    };
    (plain && is_host(host)).then_some((host, port))
}

/// Whether a text can be a host name or an address.
fn is_host(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    if text.contains(':') {
        text.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        !text.is_empty() && text.bytes().all(allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        let millis = |text| duration(text).map(|duration| duration.as_millis());
        assert_eq!(millis("500ms"), Some(500));
        assert_eq!(millis("2s"), Some(2000));
        assert_eq!(millis("1m"), Some(60_000));
        assert_eq!(millis("1h30m"), Some(5_400_000));
        assert_eq!(millis("0s"), Some(0));
        for bad in [
            "",
            "5",
            "s",
            "5 s",
            "-5s",
            "1.5s",
            "5S",
            "5sec",
            "30m1h",
            "1s1s",
            "5d",
            "٣s",
            "99999999999999999999s",
            "9999999999999999h",
        ] {
            assert_eq!(millis(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("32MiB", Some(33_554_432)),
            ("10MB", Some(10_000_000)),
            ("512KiB", Some(524_288)),
            ("1GiB", Some(1 << 30)),
            ("5000B", Some(5000)),
            ("", None),
            ("32", None),
            ("32M", None),
            ("MiB", None),
            ("1MiB1KiB", None),
            ("99999999999999999GiB", None),
        ] {
            assert_eq!(size(text), bytes, "{text:?}");
        }
    }

    #[test]
    fn status_codes_are_lists_of_ranges() {
        let ranges = |text| status_ranges(text).map(|ranges| ranges.0);
        assert_eq!(ranges("200-299"), Some(vec![(200, 299)]));
        assert_eq!(
            ranges("200, 204,301-302"),
            Some(vec![(200, 200), (204, 204), (301, 302)])
        );
        for bad in [
            "", "200-", "-200", "299-200", "99", "600", "2xx", "200,,204", "+200", "0200",
        ] {
            assert_eq!(ranges(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn urls_are_http_or_https() {
        for (text, shown) in [
            (
                "http://localhost:8080/health?deep=1",
                "http://localhost:8080/health?deep=1",
            ),
            ("http://example.com", "http://example.com:80/"),
            ("http://[::1]:9/x", "http://[::1]:9/x"),
            ("http://[::1]/x", "http://[::1]:80/x"),
            ("https://localhost/x", "https://localhost:443/x"),
            ("https://[::1]:8443", "https://[::1]:8443/"),
        ] {
            assert_eq!(http_url(text).unwrap().to_string(), shown);
        }
        for bad in [
            "",
            "/x",
            "localhost:80",
            "ftp://a/",
            "http://",
            "http:///x",
            "http://a:0/",
            "http://a:99999/",
            "http://a:/",
            "http://u:p@a/",
            "http://u@a:80/",
            "http://a/#top",
            "http://a/b c",
            "http://ä/",
            "http://a:+1/",
        ] {
            assert_eq!(http_url(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn addresses_are_host_and_port() {
        let shown = |text| host_port(text).map(|(host, port)| format!("{host} {port}"));
        assert_eq!(shown("127.0.0.1:6379").as_deref(), Some("127.0.0.1 6379"));
        assert_eq!(shown("db:5432").as_deref(), Some("db 5432"));
        assert_eq!(shown("[::1]:80").as_deref(), Some("::1 80"));
        for bad in [
            "", "db", ":80", "db:", "db:0", "db:65536", "::1:80", "[db]:80", "[]:80", "a b:80",
            "a:+80",
        ] {
            assert_eq!(shown(bad), None, "{bad:?}");
        }
    }
}
