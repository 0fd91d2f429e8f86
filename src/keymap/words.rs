//! The words about what a keymap file should not hold.

use std::ops::Range;

use toml::de::DeValue;

use super::{
    command::Context,
    key::{Code, Key},
    near,
    sheet::{Fault, FaultKind},
    table::COMMANDS,
};

/// The keys of a file that are no context.
const OWN: [&str; 3] = ["version", "title", "inherits"];

/// What may keep a key from arriving.
pub(super) fn warning(key: Key, span: Range<usize>) -> Option<Fault> {
    let taken = if key.alt {
        "some terminals type a letter or open a menu with Alt held"
    } else if key.ctrl && key.code == Code::Char('a') {
        "screen, and many tmux settings, take \"ctrl+a\" themselves"
    } else if key.ctrl && key.code == Code::Char('b') {
        "tmux takes \"ctrl+b\" itself"
    } else {
        return None;
    };
    Some(Fault {
        kind: FaultKind::Warning,
        span,
        message: format!("\"{key}\" may never arrive: {taken}"),
        help: Some("`oats keymap keys` shows what arrives".to_owned()),
    })
}

/// What is wrong with a key of the file that is not known, and what to do.
pub(super) fn unknown_entry(name: &str, value: &DeValue<'_>) -> (String, String) {
    let shown = name.escape_debug();
    if let Some(row) = COMMANDS.iter().find(|row| row.id == name) {
        let message = format!("{} stands in no context", row.id);
        return (message, format!("move it below [{}]", row.context.id()));
    }
    let contexts = Context::ALL.into_iter().map(Context::id);
    let (what, known) = if value.is_table() {
        ("context", contexts.collect::<Vec<_>>())
    } else {
        ("key", OWN.into_iter().chain(contexts).collect())
    };
    let list = known.join(", ");
    let help = match near::word(name, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"? known: {list}"),
        None => format!("known: {list}"),
    };
    (format!("unknown {what} \"{shown}\""), help)
}

/// What is wrong with a command that is not known in its context, and what to do.
pub(super) fn unknown_command(context: Context, id: &str, value: &DeValue<'_>) -> (String, String) {
    let shown = id.escape_debug();
    if let Some(row) = COMMANDS.iter().find(|row| row.id == id) {
        let home = row.context.id();
        let message = format!("{} does not belong to [{}]", row.id, context.id());
        return (message, format!("move the line below [{home}]"));
    }
    let message = format!("[{}] has no command \"{shown}\"", context.id());
    let dotted = value.as_table().and_then(|table| table.keys().next());
    if let Some(rest) = dotted {
        let rest = rest.get_ref().escape_debug();
        let help = format!("put the whole name in quotes: \"{shown}.{rest}\" = [...]");
        return (message, help);
    }
    let here = COMMANDS.iter().filter(|row| row.context == context);
    let all = "`oats keymap show` lists all commands";
    let help = match near::word(id, here.map(|row| row.id)) {
        Some(near) => format!("did you mean \"{near}\"? {all}"),
        None => all.to_owned(),
    };
    (message, help)
}

/// What a value is, in words.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
