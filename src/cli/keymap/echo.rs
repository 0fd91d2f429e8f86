//! `oats keymap keys`: what to say about a key that arrived.

use crate::keymap::{Context, Key, Keymap};

/// Where the second column begins.
const NAME: usize = 12;

/// One line: the name of the key in a keymap file and what it is bound to, or why it cannot be
/// bound. `None` is a key without a name.
pub fn echo(key: Option<Key>, map: &Keymap) -> String {
    let Some(key) = key else {
        let name = "(no name)";
        return format!("{name:NAME$} cannot be bound: a keymap has no name for it");
    };
    let name = key.to_string();
    match name.parse::<Key>() {
        Ok(_) => format!("{name:NAME$} {}", bindings(key, map)),
        Err(bad) => format!("{name:NAME$} cannot be bound: {bad}"),
    }
}

/// What a key is bound to, context by context: `service.stop [services]`.
pub fn bindings(key: Key, map: &Keymap) -> String {
    let own = Context::ALL.into_iter().filter_map(|context| {
        let command = map.lookup(context, key)?;
        let below = context.falls_back_on();
        let inherited = below.and_then(|below| map.lookup(below, key)) == Some(command);
        let row = command.row().filter(|_| !inherited)?;
        Some(format!("{} [{}]", row.id, context.id()))
    });
    let own: Vec<String> = own.collect();
    match own.as_slice() {
        [] => "not bound".to_owned(),
        own => own.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_with_everything_it_does() {
        let map = Keymap::builtin();
        let said = |name: &str| echo(name.parse().ok(), &map);
        assert_eq!(said("x"), "x            service.stop [services]");
        assert_eq!(said("f12"), "f12          not bound");
        let quit = said("ctrl+c");
        assert!(quit.contains("app.quit [global]"), "{quit}");
        assert!(quit.contains("leave.force [dialog]"), "{quit}");
    }

    #[test]
    fn a_key_that_cannot_be_bound_says_why() {
        let map = Keymap::builtin();
        let ctrl_h = Key {
            ctrl: true,
            ..Key::plain(crate::keymap::Code::Char('h'))
        };
        assert_eq!(
            echo(Some(ctrl_h), &map),
            "ctrl+h       cannot be bound: a terminal cannot tell \"ctrl+h\" from \"backspace\""
        );
        assert!(echo(None, &map).starts_with("(no name)    cannot be bound"));
    }
}
