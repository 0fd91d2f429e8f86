//! What somebody may do to a service: one row per action. And who that somebody is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Something that can be done to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Bring it up.
    Start,
    /// Ask its process tree to end, then make it.
    Stop,
    /// SIGKILL to the whole tree, at once.
    Kill,
    /// Stop, then start.
    Restart,
    /// Rehabilitate the living.
    Recover,
    /// End whoever holds its port.
    FreePort,
}

/// How much harm an action can do when it was not meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    /// Nothing is lost.
    None,
    /// Asked about only when others depend on it.
    Low,
    /// Always asked about.
    High,
}

/// The row of an action: everything that is written about it, once.
#[derive(Debug)]
pub struct ActionRow {
    /// The action.
    pub action: Action,
    /// Its name in JSON, URLs and on the command line.
    pub id: &'static str,
    /// Its name at the start of a sentence.
    pub label: &'static str,
    /// What happens while it is under way: "is starting".
    pub progressive: &'static str,
    /// One line of help.
    pub about: &'static str,
    /// How dangerous it is.
    pub danger: Danger,
}

/// Every action, in the order of the contract.
pub const ACTIONS: [ActionRow; 6] = [
    ActionRow {
        action: Action::Start,
        id: "start",
        label: "Start",
        progressive: "starting",
        about: "start the service, and first what it needs",
        danger: Danger::None,
    },
    ActionRow {
        action: Action::Stop,
        id: "stop",
        label: "Stop",
        progressive: "stopping",
        about: "ask the whole process tree to end, then make it",
        danger: Danger::Low,
    },
    ActionRow {
        action: Action::Kill,
        id: "kill",
        label: "Kill",
        progressive: "being killed",
        about: "SIGKILL to the whole process tree, at once",
        danger: Danger::High,
    },
    ActionRow {
        action: Action::Restart,
        id: "restart",
        label: "Restart",
        progressive: "restarting",
        about: "stop, then start",
        danger: Danger::Low,
    },
    ActionRow {
        action: Action::Recover,
        id: "recover",
        label: "Recover",
        progressive: "recovering",
        about: "run the recover step of a living service",
        danger: Danger::Low,
    },
    ActionRow {
        action: Action::FreePort,
        id: "free_port",
        label: "Free port",
        progressive: "freeing its port",
        about: "end whoever holds the port of the service",
        danger: Danger::High,
    },
];

impl Action {
    /// The row of this action.
    pub fn row(self) -> &'static ActionRow {
        let [start, stop, kill, restart, recover, free_port] = &ACTIONS;
        match self {
            Self::Start => start,
            Self::Stop => stop,
            Self::Kill => kill,
            Self::Restart => restart,
            Self::Recover => recover,
            Self::FreePort => free_port,
        }
    }

    /// Its name in JSON, URLs and on the command line.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// Its name at the start of a sentence.
    pub fn label(self) -> &'static str {
        self.row().label
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// Which kind of somebody acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person at the console.
    Human,
    /// A person or a script at the command line.
    Cli,
    /// A client of the control API.
    Api,
    /// oats itself, by the restart policy or because another service needs this one.
    Policy,
    /// The arena's fault injector.
    Villain,
    /// The arena's healer.
    Felix,
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The kind.
    pub kind: ActorKind,
    /// Which one of its kind; empty where there is only one.
    pub name: Option<String>,
}

impl Actor {
    /// The person at the console.
    pub const HUMAN: Self = Self {
        kind: ActorKind::Human,
        name: None,
    };
    /// The command line.
    pub const CLI: Self = Self {
        kind: ActorKind::Cli,
        name: None,
    };
    /// oats itself.
    pub const POLICY: Self = Self {
        kind: ActorKind::Policy,
        name: None,
    };
}

impl ActorKind {
    /// The kind as one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Cli => "cli",
            Self::Api => "api",
            Self::Policy => "policy",
            Self::Villain => "villain",
            Self::Felix => "felix",
        }
    }
}

/// Printed as `by` is everywhere: "human", or "api:NAME".
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}:{name}", self.kind.word()),
            None => f.write_str(self.kind.word()),
        }
    }
}

/// A text that names no actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" names no actor")]
pub struct BadActor(String);

impl FromStr for Actor {
    type Err = BadActor;

    fn from_str(text: &str) -> Result<Self, BadActor> {
        let (word, name) = match text.split_once(':') {
            Some((word, name)) => (word, Some(name.to_owned())),
            None => (text, None),
        };
        let kinds = [
            ActorKind::Human,
            ActorKind::Cli,
            ActorKind::Api,
            ActorKind::Policy,
            ActorKind::Villain,
            ActorKind::Felix,
        ];
        match kinds.into_iter().find(|kind| kind.word() == word) {
            Some(kind) => Ok(Self { kind, name }),
            None => Err(BadActor(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_own_row() {
        for row in &ACTIONS {
            assert_eq!(row.action.row().id, row.id);
            assert_eq!(serde_json::to_value(row.action).unwrap(), row.id);
        }
    }

    #[test]
    fn actors_survive_their_text() {
        for text in ["human", "cli", "policy", "api:curl", "felix:greedy"] {
            assert_eq!(text.parse::<Actor>().unwrap().to_string(), text);
        }
        assert!("nobody".parse::<Actor>().is_err());
    }
}
