//! The command line of a demo service.

use std::{net::SocketAddr, num::ParseIntError, path::PathBuf, str::FromStr, time::Duration};

use clap::Args;
use thiserror::Error;

use super::{child::Kinship, faults};
use crate::model::ServiceName;

/// What `oats demo-service` takes.
#[derive(Debug, Clone, Args)]
#[command(after_help = faults::help())]
pub struct DemoArgs {
    /// gateway, auth, orders, inventory or payments; any other name is a service without needs
    pub name: ServiceName,
    /// Port to listen on, 0 for any; the five have theirs
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// A service that this one needs for its work, as in payments=http://127.0.0.1:8105;
    /// replaces those that it has by its name
    #[arg(long = "needs", value_name = "NAME=URL")]
    pub needs: Vec<Need>,
    /// How often to send itself work, as in 1/s
    #[arg(long, value_name = "N/s", default_value = "0")]
    pub traffic: Rate,
    /// Take POST /fault
    #[arg(long)]
    pub allow_faults: bool,
    /// Folder in which fault slow_start leaves a note for the next run
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Milliseconds to wait before listening
    #[arg(long, alias = "startup-delay", value_name = "N", default_value_t = 0)]
    pub slow_start_ms: u64,
    /// Answer 503 on /healthz for ever
    #[arg(long)]
    pub never_healthy: bool,
    /// Be a child that fault fork_children made, and nothing else
    #[arg(long, value_name = "KIND", hide = true)]
    pub child: Option<Kinship>,
}

/// A service that another one needs, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Its name.
    pub name: ServiceName,
    /// Its address.
    pub address: SocketAddr,
}

/// A text that names no need.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is not NAME=http://IP:PORT")]
pub struct BadNeed(String);

impl FromStr for Need {
    type Err = BadNeed;

    fn from_str(text: &str) -> Result<Self, BadNeed> {
        let parts = || {
            let (name, url) = text.split_once('=')?;
            let address = url.strip_prefix("http://")?;
            let address = address.strip_suffix('/').unwrap_or(address);
            let address = address.replacen("localhost:", "127.0.0.1:", 1);
            Some(Self {
                name: name.parse().ok()?,
                address: address.parse().ok()?,
            })
        };
        parts().ok_or_else(|| BadNeed(text.to_owned()))
    }
}

/// How often something happens: so many times a second, 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(u32);

/// The most that one process shall send itself.
const MOST: u32 = 1000;

impl Rate {
    /// The time between two; `None` for never.
    pub fn period(self) -> Option<Duration> {
        Duration::from_secs(1).checked_div(self.0)
    }
}

/// A text that is no rate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadRate {
    /// It is not a number.
    #[error("use a whole number a second, as in 1/s")]
    NoNumber(#[from] ParseIntError),
    /// It is more than a service can stand.
    #[error("at most {MOST}/s")]
    TooMany,
}

impl FromStr for Rate {
    type Err = BadRate;

    fn from_str(text: &str) -> Result<Self, BadRate> {
        let number: u32 = text.strip_suffix("/s").unwrap_or(text).parse()?;
        if number > MOST {
            return Err(BadRate::TooMany);
        }
        Ok(Self(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_is_a_name_and_an_address() {
        for good in [
            "payments=http://127.0.0.1:8105",
            "payments=http://localhost:8105/",
        ] {
            let need: Need = good.parse().unwrap();
            assert_eq!(need.name.as_str(), "payments");
            assert_eq!(need.address.to_string(), "127.0.0.1:8105");
        }
        for bad in [
            "payments",
            "payments=8105",
            "payments=https://127.0.0.1:8105",
            "P=http://127.0.0.1:1",
        ] {
            assert!(bad.parse::<Need>().is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn a_rate_is_a_number_a_second() {
        let period = |text: &str| text.parse::<Rate>().unwrap().period();
        assert_eq!(period("0"), None);
        assert_eq!(period("1/s"), Some(Duration::from_secs(1)));
        assert_eq!(period("20"), Some(Duration::from_millis(50)));
        assert_eq!("1001/s".parse::<Rate>(), Err(BadRate::TooMany));
        assert!("often".parse::<Rate>().is_err());
    }
}
