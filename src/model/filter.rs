//! The language in which services are found: words, all of which have to match.

use std::{fmt, ops::RangeInclusive};

use super::{ids::Pid, phase::Phase, snapshot::ServiceView, state::State};

/// What can stand before a colon.
const KEYS: [&str; 5] = ["name", "state", "group", "port", "pid"];

/// A filter: every part has to match. The empty one matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    parts: Vec<Part>,
}

/// One word of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// What matches otherwise does not, and the other way round.
    not: bool,
    test: Test,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// A text in the name, the group or the state, or the beginning of a port or a pid.
    Any(String),
    /// A text in the name.
    Name(Vec<String>),
    /// A text in the group.
    Group(Vec<String>),
    /// A word for the state, or its beginning.
    State(Vec<String>),
    /// The port.
    Port(Vec<Number>),
    /// A process of the service, one that holds its port, or one in doubt.
    Pid(Vec<Number>),
}

/// Numbers that are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Number {
    /// Those that begin with these digits.
    Begins(String),
    /// Those between two, both included.
    Between(RangeInclusive<u32>),
}

/// A text that is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFilter {
    /// Nothing is looked for under this key.
    Key {
        /// What was typed.
        key: String,
        /// What was probably meant.
        near: Option<&'static str>,
    },
    /// No state is called so.
    State {
        /// What was typed.
        word: String,
        /// What was probably meant.
        near: Option<String>,
    },
    /// No number, and no range of numbers.
    Number {
        /// What the number is of.
        key: &'static str,
        /// What was typed.
        word: String,
    },
}

impl fmt::Display for BadFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { key, near } => {
                write!(f, "nothing is found by \"{key}:\"")?;
                if let Some(near) = near {
                    write!(f, ": did you mean {near}:?")?;
                } else {
                    f.write_str(":")?;
                }
                write!(f, " keys: {}", KEYS.join(" "))
            }
            Self::State { word, near } => {
                write!(f, "no state \"{word}\"")?;
                if let Some(near) = near {
                    write!(f, ": did you mean {near}?")?;
                } else {
                    f.write_str(":")?;
                }
                f.write_str(" states:")?;
                for state in State::ALL {
                    let word = state.word().trim_end_matches('!').to_lowercase();
                    write!(f, " {word}")?;
                }
                Ok(())
            }
            Self::Number { key, word } => write!(
                f,
                "no {key} \"{word}\": a number, or two of them: {key}:8000-8100"
            ),
        }
    }
}

impl Filter {
    /// The filter that a text means. Small and capital letters are alike.
    ///
    /// # Errors
    ///
    /// Says which word of the text means nothing.
    pub fn parse(text: &str) -> Result<Self, BadFilter> {
        let words = text.split_whitespace().map(part);
        let parts = words.filter_map(Result::transpose);
        Ok(Self {
            parts: parts.collect::<Result<_, _>>()?,
        })
    }

    /// Whether every part matches.
    pub fn matches(&self, view: &ServiceView, state: State) -> bool {
        self.parts
            .iter()
            .all(|part| part.test.matches(view, state) != part.not)
    }
}

/// What a word means; nothing when it is not finished yet, as in `state:` or `-`.
fn part(word: &str) -> Result<Option<Part>, BadFilter> {
    let word = word.to_lowercase();
    let (mut not, word) = negated(&word);
    let (key, values) = match word.split_once(':') {
        Some((key, values)) => (Some(key), values),
        None => (None, word),
    };
    let mut values = values;
    if key.is_some() {
        let (no, rest) = negated(values);
        (not, values) = (not != no, rest);
    }
    let listed = || {
        let all = values.split(',').filter(|value| !value.is_empty());
        all.map(str::to_owned).collect::<Vec<_>>()
    };
    let test = match key {
        None => Test::Any(values.to_owned()),
        Some("name") => Test::Name(listed()),
        Some("group") => Test::Group(listed()),
        Some("state") => Test::State(states(listed())?),
        Some("port") => Test::Port(numbers("port", &listed())?),
        Some("pid") => Test::Pid(numbers("pid", &listed())?),
        Some(key) => {
            return Err(BadFilter::Key {
                key: key.to_owned(),
                near: nearest(key, KEYS),
            });
        }
    };
    let whole = key.is_none() || values.contains(|letter| letter != ',');
    Ok((whole && !values.is_empty()).then_some(Part { not, test }))
}

/// Whether a word is turned round, and the word.
fn negated(word: &str) -> (bool, &str) {
    match word.strip_prefix(['-', '!']) {
        Some(rest) => (true, rest),
        None => (false, word),
    }
}

/// Words for states, each of which means at least one.
fn states(words: Vec<String>) -> Result<Vec<String>, BadFilter> {
    let known = |word: &String| all_words().any(|it| it.starts_with(word.as_str()));
    match words.iter().find(|word| !known(word)) {
        None => Ok(words),
        Some(word) => Err(BadFilter::State {
            word: word.clone(),
            near: nearest(word, all_words()),
        }),
    }
}

/// The word nearest to another one, unless all are far.
fn nearest<W: AsRef<str>>(word: &str, known: impl IntoIterator<Item = W>) -> Option<W> {
    let allowed = (word.chars().count() / 2).clamp(1, 3);
    let far = |it: W| (strsim::osa_distance(word, it.as_ref()), it);
    let all = known.into_iter().map(far);
    let near = all.filter(|(distance, _)| *distance <= allowed);
    near.min_by_key(|(distance, _)| *distance).map(|(_, it)| it)
}

/// The words for a state: that of the screen, and that of a count.
fn words_of(state: State) -> [String; 2] {
    [
        state.word().trim_end_matches('!').to_lowercase(),
        state.counted().to_owned(),
    ]
}

/// Every word for a state or a phase.
fn all_words() -> impl Iterator<Item = String> {
    let phases = Phase::ALL.into_iter().map(|it| it.as_str().to_owned());
    State::ALL.into_iter().flat_map(words_of).chain(phases)
}

/// Numbers and ranges of numbers.
fn numbers(key: &'static str, words: &[String]) -> Result<Vec<Number>, BadFilter> {
    let number = |word: &String| match word.split_once('-') {
        None => is_number(word).then(|| Number::Begins(word.clone())),
        // The other end is still to be typed.
        Some((from, "")) => Some(Number::Between(from.parse().ok()?..=u32::MAX)),
        Some((from, to)) => Some(Number::Between(from.parse().ok()?..=to.parse().ok()?)),
    };
    let each = words.iter().map(|word| {
        number(word).ok_or_else(|| BadFilter::Number {
            key,
            word: word.clone(),
        })
    });
    each.collect()
}

/// Whether a text is a number, as a port or a pid is.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Number {
    /// Whether this is one of them.
    fn holds(&self, number: u32) -> bool {
        match self {
            Self::Begins(digits) => number.to_string().starts_with(digits.as_str()),
            Self::Between(range) => range.contains(&number),
        }
    }
}

impl Test {
    fn matches(&self, view: &ServiceView, state: State) -> bool {
        let name = view.name.as_str();
        match self {
            Self::Name(texts) => texts.iter().any(|text| name.contains(text.as_str())),
            Self::Group(texts) => texts.iter().any(|text| is_group(view, text)),
            Self::State(words) => words.iter().any(|word| is_state(view, state, word)),
            Self::Port(numbers) => numbers.iter().any(|number| is_port(view, number)),
            Self::Pid(numbers) => numbers.iter().any(|number| is_pid(view, number)),
            Self::Any(text) => {
                let number = || Number::Begins(text.clone());
                name.contains(text.as_str())
                    || is_group(view, text)
                    || is_called(state, text)
                    || (is_number(text) && (is_port(view, &number()) || is_pid(view, &number())))
            }
        }
    }
}

/// Whether a state is called so: "DEGR" and "degraded" begin alike.
fn is_called(state: State, text: &str) -> bool {
    let begins = |word: &str| {
        let head = word.get(..text.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(text))
    };
    begins(state.word()) || begins(state.counted())
}

/// Whether a service is in a state that is called so: a whole word means that one only.
fn is_state(view: &ServiceView, state: State, word: &str) -> bool {
    let [short, counted] = words_of(state);
    let phase = view.phase.as_str();
    if all_words().any(|it| it == word) {
        return short == word || counted == word || phase == word;
    }
    short.starts_with(word) || counted.starts_with(word) || phase.starts_with(word)
}

fn is_group(view: &ServiceView, text: &str) -> bool {
    let group = view.group.as_deref().unwrap_or("");
    group.to_lowercase().contains(text)
}

fn is_port(view: &ServiceView, number: &Number) -> bool {
    view.port
        .is_some_and(|port| number.holds(u32::from(port.get())))
}

fn is_pid(view: &ServiceView, number: &Number) -> bool {
    let its = |pid: Pid| number.holds(pid.0);
    let holders = view.holder.iter().flat_map(|holder| &holder.processes);
    view.pid.is_some_and(its)
        || holders.filter_map(|process| process.pid).any(its)
        || view.survivors.iter().any(|one| its(one.pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        Filter::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn what_means_nothing_is_said_with_what_was_meant() {
        assert_eq!(
            wrong("web state:fial"),
            "no state \"fial\": did you mean fail? states: up degr start wait ends retry fail \
             stop port ?"
        );
        assert!(wrong("state:xyzzy").starts_with("no state \"xyzzy\": states: up degr"));
        assert_eq!(
            wrong("stat:up"),
            "nothing is found by \"stat:\": did you mean state:? keys: name state group port pid"
        );
        assert_eq!(
            wrong("-port:abc"),
            "no port \"abc\": a number, or two of them: port:8000-8100"
        );
        assert_eq!(
            wrong("pid:1-x"),
            "no pid \"1-x\": a number, or two of them: pid:8000-8100"
        );
    }

    #[test]
    fn what_is_still_being_typed_hides_nothing() {
        for text in ["", " ", "-", "!", "state:", "state:!", "port:,", "group:-"] {
            assert_eq!(Filter::parse(text), Ok(Filter::default()), "{text}");
        }
        for text in ["state:f", "state:fa,u", "port:8", "port:8000-", "pid:1-2"] {
            assert!(Filter::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn every_word_of_the_screen_and_every_phase_is_a_state() {
        for word in all_words() {
            assert!(Filter::parse(&format!("state:{word}")).is_ok(), "{word}");
        }
    }
}
