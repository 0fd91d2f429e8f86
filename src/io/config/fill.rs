//! Placeholders: `{port}` and `{oats}` in strings.

use std::path::Path;

use crate::model::Port;

use super::{fields::Wrong, keys};

/// The known placeholders.
const KNOWN: [&str; 2] = ["port", "oats"];

/// What to do where a port is missing.
pub(super) const ADD_PORT: &str = "add a line such as: port = 8080";

/// What the placeholders of one service stand for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fill<'a> {
    /// The service, for messages.
    pub(super) service: &'a str,
    /// `{oats}`: the running program.
    pub(super) oats: &'a Path,
    /// `{port}`: the port of the service.
    pub(super) port: Option<Port>,
}

impl Fill<'_> {
    /// The text with its placeholders filled in. Only a word of `a-z` and `_` in braces is one:
    /// `${word}` belongs to the shell, `{{word}}` to templates, and every other brace is text.
    pub(super) fn fill(self, text: &str) -> Result<String, Wrong> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            rest = after;
            match word(after) {
                Some((word, after)) if !filled.ends_with(['$', '{']) => {
                    filled.push_str(&self.value(word)?);
                    rest = after;
                }
                Some(_) | None => filled.push('{'),
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// What a placeholder stands for.
    fn value(self, word: &str) -> Result<String, Wrong> {
        match (word, self.port, self.oats.to_str()) {
            ("port", Some(port), _) => Ok(port.to_string()),
            ("port", None, _) => {
                let message = format!("{{port}} is used, but {} has no port", self.service);
                Err(Wrong::new(message).help(ADD_PORT))
            }
            ("oats", _, Some(path)) => Ok(path.to_owned()),
            ("oats", _, None) => Err(Wrong::new(format!(
                "{{oats}} is used, but the path of oats is not UTF-8: {}",
                self.oats.display()
            ))),
            (word, ..) => {
                let near = keys::nearest(word, KNOWN);
                let near = near.map_or(String::new(), |near| format!("did you mean {{{near}}}? "));
                Err(
                    Wrong::new(format!("unknown placeholder {{{word}}}")).help(format!(
                        "{near}known placeholders: {{port}}, {{oats}}; with spaces, \
                         {{ {word} }} is plain text"
                    )),
                )
            }
        }
    }
}

/// The word and what follows, when a text (after its opening brace) begins with `word}`.
fn word(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_once('}')?;
    let letters = word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (letters && !word.is_empty()).then_some((word, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<String, Wrong> {
        let port = Port::new(8103);
        let oats = Path::new("/bin/oats");
        let service = "orders";
        Fill {
            service,
            oats,
            port,
        }
        .fill(text)
    }

    #[test]
    fn placeholders_are_filled_in_and_other_braces_left_alone() {
        for (text, filled) in [
            ("{oats} --port={port}", "/bin/oats --port=8103"),
            ("{port}{port}", "81038103"),
            ("{", "{"),
            ("{}", "{}"),
            ("}{", "}{"),
            ("{a,b}{1}{A}{ port }{port", "{a,b}{1}{A}{ port }{port"),
            ("{ {port} }", "{ 8103 }"),
            ("${port} ${home}", "${port} ${home}"),
            ("{{name}} {{.State}}", "{{name}} {{.State}}"),
            ("ä{port}ö", "ä8103ö"),
        ] {
            assert_eq!(fill(text).unwrap(), filled);
        }
    }

    #[test]
    fn an_unknown_placeholder_is_an_error() {
        let wrong = fill("--port {prot}").unwrap_err();
        assert_eq!(wrong.message, "unknown placeholder {prot}");
        assert!(wrong.help.unwrap().starts_with("did you mean {port}? "));
        let wrong = fill("{x}").unwrap_err();
        assert!(wrong.help.unwrap().starts_with("known placeholders: "));
    }

    #[test]
    fn a_port_that_is_not_there_cannot_be_filled_in() {
        let oats = Path::new("oats");
        let none = Fill {
            service: "orders",
            oats,
            port: None,
        };
        let wrong = none.fill("{port}").unwrap_err();
        assert_eq!(wrong.message, "{port} is used, but orders has no port");
        assert_eq!(none.fill("{oats}").unwrap(), "oats");
    }
}
