//! `oats schema`, `oats completions`, `oats man`: what oats tells about itself.

use clap::CommandFactory as _;

use super::{print, say};
use crate::{
    cli::{Args, Exit, schema::SchemaArgs},
    model::clean,
};

/// `oats schema`.
pub(super) fn schema(args: &SchemaArgs) -> Exit {
    print(args.of.text().as_bytes());
    Exit::Done
}

/// `oats completions`.
pub(super) fn completions(shell: clap_complete::Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "oats", &mut script);
    print(&script);
    Exit::Done
}

/// `oats man`.
pub(super) fn man(verb: Option<&str>) -> Exit {
    let mut oats = Args::command().name("oats");
    oats.build();
    let command = match verb {
        None => oats,
        Some(verb) => {
            let found = oats.find_subcommand(verb).filter(|it| !it.is_hide_set());
            let Some(found) = found else {
                let names = oats.get_subcommands().filter(|it| !it.is_hide_set());
                let names: Vec<&str> = names.map(clap::Command::get_name).collect();
                let verb = clean::plain(verb);
                let names = names.join(", ");
                say(&format!(
                    "oats: there is no verb \"{verb}\"; there are: {names}"
                ));
                return Exit::Refused;
            };
            found.clone()
        }
    };
    let mut page = Vec::new();
    let title = verb.map_or_else(|| "oats".to_owned(), |verb| format!("oats-{verb}"));
    match clap_mangen::Man::new(command)
        .title(title)
        .render(&mut page)
    {
        Ok(()) => {
            print(&page);
            Exit::Done
        }
        Err(error) => {
            say(&format!("oats: could not write the page: {error}"));
            Exit::Internal
        }
    }
}
