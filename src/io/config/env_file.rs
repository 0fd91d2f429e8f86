//! Env files: `NAME=VALUE` lines, as many tools write them; no shell, and no variables in values.
//!
//! What is wrong is told by line and column. The line itself is never shown: it may hold a secret.

use std::path::{Path, PathBuf};

use super::{
    diagnostic::Diagnostic,
    fields::{Fields, Problems, Wrong},
    files,
    item::Item,
    service::{Scope, home, reserved},
    source::Source,
};

/// Variables in the order of their files; of two with one name the later one counts.
pub type Variables = Vec<(String, String)>;

/// The env files of a service, each read once for its mistakes.
pub(super) fn env_files(
    fields: &Fields<'_>,
    scope: &Scope<'_>,
    problems: &mut Problems,
) -> Vec<PathBuf> {
    let expected = "a file such as \".env\", or an array of files";
    let Some(item) = fields.get("env_file") else {
        return Vec::new();
    };
    let items = if item.text("").is_ok() {
        Some(vec![item])
    } else {
        item.read(|item| item.list(expected), problems)
    };
    let mut paths = Vec::new();
    for item in items.unwrap_or_default() {
        let Some(path) = item.read(|item| file(item, scope.root), problems) else {
            continue;
        };
        let unreadable = |why| Wrong::new(why).help("a relative path starts in the root");
        let bytes = item.read(|_| files::bytes(&path).map_err(unreadable), problems);
        if let Some(bytes) = bytes
            && let Err(mut wrong) = parse(&label(scope.root, &path), &bytes)
        {
            problems.0.append(&mut wrong);
        }
        paths.push(path);
    }
    paths
}

/// A file, relative to the root.
fn file(item: &Item<'_>, root: &Path) -> Result<PathBuf, Wrong> {
    let expected = "a file, absolute or relative to the root";
    match item.text(expected)? {
        "" => Err(item.wrong(expected)),
        text if text.starts_with("~/") => Err(home(item, expected)),
        text => Ok(root.join(text).components().collect()),
    }
}

/// What a file is called in messages.
fn label(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.to_string_lossy().escape_debug().to_string()
}

/// Reads env files anew, for a process that is about to start.
///
/// # Errors
///
/// The first mistake, with its file and line: "env file .env:3: the quote is not closed".
pub fn read_variables(root: &Path, paths: &[PathBuf]) -> Result<Variables, String> {
    let mut all = Variables::new();
    for path in paths {
        let label = label(root, path);
        let bytes = files::bytes(path).map_err(|why| format!("env file {label}: {why}"))?;
        let variables = parse(&label, &bytes).map_err(|wrong| {
            let first = wrong.first();
            let says = |first: &Diagnostic| {
                let Diagnostic { line, message, .. } = first;
                format!("env file {label}:{line}: {message}")
            };
            first.map_or_else(|| format!("env file {label}"), says)
        })?;
        all.extend(variables);
    }
    Ok(all)
}

/// The variables of one file.
fn parse(label: &str, bytes: &[u8]) -> Result<Variables, Vec<Diagnostic>> {
    let hidden = |diagnostic: Diagnostic| Diagnostic {
        excerpt: None,
        ..diagnostic
    };
    let source = Source::new(label, bytes).map_err(|wrong| vec![hidden(*wrong)])?;
    let (mut variables, mut wrongs) = (Variables::new(), Vec::new());
    let mut begin = 0;
    for line in source.text().split_inclusive('\n') {
        match variable(line.trim_end()) {
            Ok(found) => variables.extend(found),
            Err(Bad { at, wrong }) => {
                let place = source.place(begin + at..begin + at);
                wrongs.push(hidden(place.says(wrong.message, wrong.help)));
            }
        }
        begin += line.len();
    }
    if wrongs.is_empty() {
        Ok(variables)
    } else {
        Err(wrongs)
    }
}

/// What is wrong with a line, and at which byte of it.
struct Bad {
    at: usize,
    wrong: Wrong,
}

/// The variable of a line; `None` for an empty one and a comment.
fn variable(line: &str) -> Result<Option<(String, String)>, Bad> {
    let bad = |rest: &str, wrong: Wrong| Bad {
        at: line.len() - rest.len(),
        wrong,
    };
    let rest = line.trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        return Ok(None);
    }
    if rest.contains('\0') {
        return Err(bad(rest, Wrong::new("a line must not hold a NUL")));
    }
    let exported = rest.strip_prefix("export");
    let exported = exported.filter(|after| after.starts_with([' ', '\t']));
    let rest = exported.map_or(rest, str::trim_start);
    let Some((name, value)) = rest.split_once('=') else {
        return Err(bad(rest, Wrong::new("expected NAME=VALUE, found no \"=\"")));
    };
    let name = name.trim_end();
    if !is_name(name) {
        let wrong = Wrong::new("what stands before \"=\" cannot be the name of a variable")
            .help("use letters, digits and \"_\", and no digit first; a value ends on its line");
        return Err(bad(rest, wrong));
    }
    if let Some(wrong) = reserved(name) {
        return Err(bad(rest, wrong));
    }
    let quoted = value.trim_start();
    let read = if let Some(text) = quoted.strip_prefix('\'') {
        let text = text.split_once('\'').ok_or((quoted, open_quote()));
        text.map(|(text, after)| (text.to_owned(), after))
    } else if let Some(text) = quoted.strip_prefix('"') {
        double_quoted(text).map_err(|(rest, wrong)| (rest.unwrap_or(quoted), wrong))
    } else {
        Ok((unquoted(value).to_owned(), ""))
    };
    let (text, after) = read.map_err(|(rest, wrong)| bad(rest, wrong))?;
    let comment = after.trim_start();
    if comment.is_empty() || (comment.starts_with('#') && comment.len() < after.len()) {
        return Ok(Some((name.to_owned(), text)));
    }
    let wrong = Wrong::new("text follows the closing quote")
        .help("put the whole value in quotes; a comment begins with a space and \"#\"");
    Err(bad(after, wrong))
}

/// Whether a text can be the name of a variable.
fn is_name(text: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(letters)
}

fn open_quote() -> Wrong {
    Wrong::new("the quote is not closed on its line")
        .help("a value ends on its line: in double quotes, \\n stands for a line break")
}

/// A value without quotes: up to a comment, without the spaces around it.
fn unquoted(value: &str) -> &str {
    let comments = value.match_indices('#').map(|(at, _)| at);
    let mut comments = comments.filter_map(|at| value.split_at_checked(at));
    let before = comments.find(|(before, _)| before.ends_with([' ', '\t']));
    before.map_or(value, |(before, _)| before).trim()
}

/// What is wrong in double quotes, and the text from there on; `None`: the quote as a whole.
type BadQuoted<'a> = (Option<&'a str>, Wrong);

/// A value in double quotes, from behind the first; and what follows the second.
fn double_quoted(text: &str) -> Result<(String, &str), BadQuoted<'_>> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        let rest = letters.as_str();
        match letters.next() {
            None => return Err((None, open_quote())),
            Some('"') => return Ok((value, letters.as_str())),
            Some('\\') => value.push(match letters.next() {
                None => return Err((None, open_quote())),
                Some('n') => '\n',
                Some('t') => '\t',
                Some(same @ ('"' | '\\' | '$')) => same,
                Some(_) => {
                    let wrong = Wrong::new("an unknown escape").help(
                        "known in double quotes: \\n, \\t, \\\", \\\\, \\$; \
                         in single quotes a backslash is just that",
                    );
                    return Err((Some(rest), wrong));
                }
            }),
            Some(letter) => value.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn only(text: &str) -> (String, String) {
        let mut variables = parse(".env", text.as_bytes()).unwrap();
        assert_eq!(variables.len(), 1, "{text}");
        variables.remove(0)
    }

    #[test]
    fn values_are_read_as_they_are_written() {
        for (line, value) in [
            ("A=1", "1"),
            ("export A=1", "1"),
            ("  export\tA = 1  ", "1"),
            ("A=", ""),
            ("A= # nothing", ""),
            ("A=#x", "#x"),
            ("A=a#b # c", "a#b"),
            ("A=a b", "a b"),
            ("A=b=c==", "b=c=="),
            ("A=it's $HOME \\n", "it's $HOME \\n"),
            ("A='a \"b\" $c \\n # d' # e", "a \"b\" $c \\n # d"),
            (
                "A=\"a\\tb\\n\\\"c\\\" \\\\ \\$d $e # f\" # g",
                "a\tb\n\"c\" \\ $d $e # f",
            ),
            ("A=''", ""),
            ("A=\"\"\r\n", ""),
            ("A=größer", "größer"),
        ] {
            assert_eq!(only(line), ("A".to_owned(), value.to_owned()), "{line}");
        }
        assert_eq!(only("export=1").0, "export");
        let text = "\u{feff}# a comment\n\n  # another\nA=1\r\nB=2\nA=3\n";
        let found = parse(".env", text.as_bytes()).unwrap();
        let found: Vec<String> = found.iter().map(|(n, v)| format!("{n}{v}")).collect();
        assert_eq!(found, ["A1", "B2", "A3"]);
    }

    #[test]
    fn every_bad_line_is_told_by_place_and_none_is_shown() {
        let text =
            "A=1\nhunter2\n  B C=1\nOATS_RUN=1\nD='x\nE=\"a\\q\"\nF=\"x\"y\nG='x'#y\n1=2\nH=\"x\\";
        let wrongs = parse("conf/.env", text.as_bytes()).unwrap_err();
        let said: Vec<String> = wrongs.iter().map(ToString::to_string).collect();
        let places: Vec<(u32, u32)> = wrongs.iter().map(|w| (w.line, w.column)).collect();
        assert_eq!(
            places,
            [
                (2, 1),
                (3, 3),
                (4, 1),
                (5, 3),
                (6, 5),
                (7, 6),
                (8, 6),
                (9, 1),
                (10, 3)
            ]
        );
        assert!(said.iter().all(|text| text.starts_with("conf/.env:")));
        assert!(!said.concat().contains("hunter2"), "{said:#?}");
        let latin = parse(".env", b"A=1\nB=\xe9\n").unwrap_err();
        assert_eq!((latin[0].line, latin[0].column), (2, 3));
        assert!(latin[0].excerpt.is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_variables_or_have_a_place(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Err(wrongs) = parse(".env", &bytes) {
                prop_assert!(!wrongs.is_empty());
                prop_assert!(wrongs.iter().all(|w| w.line >= 1 && w.column >= 1 && w.excerpt.is_none()));
            }
        }

        #[test]
        fn a_value_in_single_quotes_comes_back(value in "[^'\n\r\0]*") {
            prop_assert_eq!(only(&format!("A='{value}'")).1, value);
        }
    }
}
