//! What goes over the control API, as JSON: the nouns that its server and its clients share.

use serde::{Deserialize, Serialize};

pub use super::bodies::*;
use super::{
    action::{Action, Actor, ActorKind},
    event::Outcome,
    ids::{Seq, ServiceName},
    refusal::{Refusal, Relayed},
    snapshot::Verdict,
};

/// The header with which a client says who it is: "console", "cli", or a name of its own.
pub const CLIENT_HEADER: &str = "oats-client";
/// What the console calls itself in that header.
pub const CONSOLE: &str = "console";
/// What the command line calls itself in that header.
pub const CLI: &str = "cli";
/// The longest name of a client.
const LONGEST_NAME: usize = 32;

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denied {
    /// The code of the reason: one of the contract where an action was refused.
    pub code: String,
    /// The whole sentence.
    pub reason: String,
    /// What would help.
    pub hint: Option<String>,
    /// The action that would help.
    pub hint_action: Option<Action>,
}

impl Denied {
    /// A denial that is not about an action.
    pub fn new(code: &str, reason: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            reason: reason.into(),
            hint: None,
            hint_action: None,
        }
    }

    /// The refusal of an action.
    pub fn of(action: Action, refusal: &Refusal) -> Self {
        Self {
            code: refusal.code().to_owned(),
            reason: refusal.sentence(action),
            hint: refusal.hint(),
            hint_action: refusal.hint_action(),
        }
    }

    /// The refusal that it was made from, as far as it is needed to be shown.
    pub fn relayed(self) -> Refusal {
        let reason = self.reason.strip_suffix('.').unwrap_or(&self.reason);
        let labels = [" disabled: ", " refused: "];
        let behind = labels.iter().find_map(|label| reason.split_once(label));
        let text = behind.map_or(reason, |(_label, text)| text).to_owned();
        Refusal::Relayed(Box::new(Relayed {
            code: self.code,
            text,
            hint: self.hint,
            hint_action: self.hint_action,
        }))
    }
}

/// The answer to an accepted action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The ledger number of the ask.
    pub seq: Seq,
    /// Which service.
    pub service: Option<ServiceName>,
    /// Which action.
    pub action: Option<Action>,
    /// Services that are started first.
    pub brings: Vec<ServiceName>,
    /// Running services that need this one.
    pub hurts: Vec<ServiceName>,
    /// How it ended; `None` while it goes on.
    pub result: Option<AskResult>,
}

/// How an accepted action ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskResult {
    /// How.
    pub result: Outcome,
    /// The code of the reason.
    pub code: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// The choices of an action, as the query of its URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActionQuery {
    /// How long to wait for the result: "30s".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<String>,
    /// A Start of just this one, without what it needs.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only: bool,
    /// "free": a Start that waits for a taken port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// Only tell what would happen.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// A refusal that the window has shown already, to be written down: nothing is done, whatever
    /// the gate says by now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only_refusal: bool,
}

/// What a Start waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Until the port is free.
    Free,
}

/// How long to wait for a result, as the query of a URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WaitQuery {
    /// "30s", "500ms"; without it the answer comes at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<String>,
}

/// What an action would do, and whether it may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRun {
    /// Which action.
    pub action: Action,
    /// Whether it may happen.
    pub verdict: Verdict,
    /// Services that would be started first.
    pub brings: Vec<ServiceName>,
    /// Running services that need this one.
    pub hurts: Vec<ServiceName>,
}

/// Who acts, by what a client says about itself; a program that says nothing is called by the
/// product in its `User-Agent`.
pub fn actor(client: Option<&str>, user_agent: Option<&str>) -> Actor {
    match client {
        Some(CONSOLE) => Actor::HUMAN,
        Some(CLI) => Actor::CLI,
        Some(name) => named(name),
        None => {
            let product = user_agent.and_then(|agent| agent.split(['/', ' ']).next());
            named(product.unwrap_or_default())
        }
    }
}

/// A client of the API with a name that can be printed anywhere.
fn named(name: &str) -> Actor {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = name.chars().filter(plain).take(LONGEST_NAME).collect();
    let name = if name.is_empty() {
        "unnamed".to_owned()
    } else {
        name
    };
    Actor {
        kind: ActorKind::Api,
        name: Some(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_called_by_what_it_says() {
        for (client, agent, by) in [
            (Some("console"), None, "human"),
            (Some("cli"), Some("oats/1"), "cli"),
            (Some("deploy-bot"), None, "api:deploy-bot"),
            (None, Some("curl/8.5.0"), "api:curl"),
            (None, None, "api:unnamed"),
            (Some("\u{1b}[31m evil:name"), None, "api:31mevilname"),
        ] {
            assert_eq!(actor(client, agent).to_string(), by);
        }
    }

    #[test]
    fn a_refusal_reads_the_same_after_its_way_over_the_wire() {
        let refusal = Refusal::NotRunning(Action::Recover);
        let back = Denied::of(Action::Recover, &refusal).relayed();
        assert_eq!(
            back.sentence(Action::Recover),
            "Recover disabled: service is not running."
        );
        assert_eq!(back.code(), "not_running");
        assert_eq!(back.hint_action(), Some(Action::Start));
        assert_eq!(back.hint(), refusal.hint());
    }
}
