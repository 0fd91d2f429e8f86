//! What a filter means: every word has to match.

use crate::model::{Pid, ServiceView, State};

/// One word of a filter, in small letters.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    /// Something of the service.
    Any(String),
    /// The state.
    State(String),
    /// The group.
    Group(String),
    /// The port.
    Port(String),
    /// A process of the service, or one that holds its port.
    Pid(String),
}

/// A filter.
#[derive(Debug)]
pub(super) struct Filter {
    words: Vec<Word>,
}

impl Filter {
    /// The filter that was typed.
    pub(super) fn new(typed: &str) -> Self {
        let words = typed.split_whitespace().map(|word| {
            let word = word.to_lowercase();
            match word.split_once(':') {
                Some(("state", value)) => Word::State(value.to_owned()),
                Some(("group", value)) => Word::Group(value.to_owned()),
                Some(("port", value)) => Word::Port(value.to_owned()),
                Some(("pid", value)) => Word::Pid(value.to_owned()),
                Some(_) | None => Word::Any(word),
            }
        });
        Self {
            words: words.collect(),
        }
    }

    /// Whether every word matches.
    pub(super) fn matches(&self, view: &ServiceView, state: State) -> bool {
        self.words.iter().all(|word| match word {
            Word::State(text) => is_state(state, text),
            Word::Group(text) => is_group(view, text),
            Word::Port(text) => is_port(view, text),
            Word::Pid(text) => is_pid(view, text),
            Word::Any(text) => {
                view.name.as_str().contains(text.as_str())
                    || is_group(view, text)
                    || is_state(state, text)
                    || (is_number(text) && (is_port(view, text) || is_pid(view, text)))
            }
        })
    }
}

/// Whether a text is a number, as a port or a pid is.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a state is called so: "DEGR" and "degraded" begin alike.
fn is_state(state: State, text: &str) -> bool {
    let begins = |word: &str| {
        let head = word.get(..text.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(text))
    };
    begins(state.word()) || begins(state.counted())
}

fn is_group(view: &ServiceView, text: &str) -> bool {
    let group = view.group.as_deref().unwrap_or("");
    group.to_lowercase().contains(text)
}

fn is_port(view: &ServiceView, text: &str) -> bool {
    let port = view.port.map(|port| port.to_string());
    port.is_some_and(|port| port.starts_with(text))
}

fn is_pid(view: &ServiceView, text: &str) -> bool {
    let begins = |pid: Pid| pid.to_string().starts_with(text);
    let holders = view.holder.iter().flat_map(|holder| &holder.processes);
    view.pid.is_some_and(begins)
        || holders.filter_map(|process| process.pid).any(begins)
        || view.survivors.iter().any(|one| begins(one.pid))
}
