//! A service file, with the defaults under it, as a [`ServiceDef`].

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::model::{
    Port, ServiceDef, ServiceName,
    service::{CommandLine, Condition, Need, PortOwner},
};

use super::{
    document::Document,
    env_file::env_files,
    fields::{Fields, Problems, Wrong},
    fill::{ADD_PORT, Fill},
    health,
    item::Item,
    keys, policy,
    settings::Defaults,
    source::Place,
};

/// An array of words, as a program is written.
pub(super) const ARGV: &str = "an array of strings such as [\"npm\", \"run\", \"dev\"]";

/// What one file says, as far as it can be understood.
#[derive(Debug)]
pub struct ServiceFile<'a> {
    /// The stem of the file.
    pub name: ServiceName,
    /// The port, and where it stands.
    pub port: Option<(Port, Place<'a>)>,
    /// What it needs, and where that stands.
    pub needs: Vec<(Need, Place<'a>)>,
    /// The whole service; `None` when anything in the file is wrong.
    pub def: Option<ServiceDef>,
}

/// What a table is read for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The folder that relative paths start from.
    pub(super) root: &'a Path,
    /// Fills in placeholders.
    pub(super) fill: Fill<'a>,
}

/// The port that stands in for an unknown one, so that one mistake is not reported twice.
pub(super) const STAND_IN: u16 = 1;

impl<'a> ServiceFile<'a> {
    /// A file of which only the name could be read.
    pub fn unreadable(name: ServiceName) -> Self {
        Self {
            name,
            port: None,
            needs: Vec::new(),
            def: None,
        }
    }

    /// Reads a service file and adds everything that is wrong with it to `problems`.
    pub fn read(
        name: &ServiceName,
        document: &'a Document<'a>,
        defaults: &Defaults<'a>,
        (root, oats): (&Path, &Path),
        problems: &mut Vec<super::Diagnostic>,
    ) -> Self {
        let mut found = Problems::default();
        let mut layers = vec![document.layer()];
        layers.extend(defaults.layer());
        let fields = Fields::open(&keys::SERVICE, layers, &mut found);

        let written = fields.get("port");
        let port = written
            .as_ref()
            .filter(|item| item.own)
            .and_then(|item| Some((item.read(port, &mut found)?, item.place.clone())));
        let known = port.as_ref().map(|(port, _)| *port);
        let fill = Fill {
            service: name.as_str(),
            oats,
            port: known.or_else(|| written.and(Port::new(STAND_IN))),
        };
        let scope = Scope { root, fill };
        let command = command(&fields, &scope, document, &mut found);
        let (rest, needs) = read_rest(name, &fields, &scope, &mut found);
        let clean = found.0.is_empty();
        problems.append(&mut found.0);
        Self {
            name: name.clone(),
            port,
            needs,
            def: command.filter(|_| clean).map(|command| ServiceDef {
                command,
                port: known,
                ..rest
            }),
        }
    }
}

/// Everything but command and port, which have no defaults. The definition is whole only when
/// no problem was added.
pub(super) fn read_rest<'a>(
    name: &ServiceName,
    fields: &Fields<'a>,
    scope: &Scope<'_>,
    problems: &mut Problems,
) -> (ServiceDef, Vec<(Need, Place<'a>)>) {
    let needs = depends_on(fields, problems);
    let def = ServiceDef {
        name: name.clone(),
        description: fields.read("description", Item::line, problems),
        command: CommandLine::Shell(String::new()),
        cwd: fields
            .read("cwd", |item| folder(item, scope.root), problems)
            .unwrap_or_else(|| scope.root.to_owned()),
        env_files: env_files(fields, scope, problems),
        env: env(fields, scope, problems),
        port: None,
        port_owner: port_owner(fields, scope, problems),
        depends_on: needs.iter().map(|(need, _)| need.clone()).collect(),
        group: fields.read("group", Item::line, problems),
        autostart: flag(fields, "autostart", problems),
        arena: flag(fields, "arena", problems),
        health: health::probe(fields, scope, problems),
        recover: health::recover(fields, scope, problems),
        stop: policy::stop(fields, problems),
        restart: policy::restart(fields, problems),
        logs: policy::logs(fields, problems),
    };
    (def, needs)
}

/// A TCP port.
fn port(item: &Item<'_>) -> Result<Port, Wrong> {
    let number = item.number(1..=65_535)?;
    let port = u16::try_from(number).ok().and_then(Port::new);
    port.ok_or_else(|| item.wrong("a port"))
}

/// A switch that is off unless it is on.
fn flag(fields: &Fields<'_>, key: &str, problems: &mut Problems) -> bool {
    fields.read(key, Item::flag, problems).unwrap_or(false)
}

/// What to run: exactly one of `command` and `shell`.
fn command(
    fields: &Fields<'_>,
    scope: &Scope<'_>,
    document: &Document<'_>,
    problems: &mut Problems,
) -> Option<CommandLine> {
    let Some((key, item)) = fields.one_of(&["command", "shell"], problems) else {
        let wrong = Wrong::new("\"command\" is missing: what should run?").help(
            "add a line such as: command = [\"npm\", \"run\", \"dev\"], \
             or: shell = \"npm run dev\"",
        );
        // "comand" has been reported already.
        if !fields.misspells("command") && !fields.misspells("shell") {
            problems.add(&document.source().place(0..0), wrong);
        }
        return None;
    };
    if key == "command" {
        if let Ok(line) = item.text("") {
            let help = format!("for a command line, write: shell = {line:?}");
            let wrong = |item: &Item<'_>| -> Result<(), Wrong> { Err(item.wrong(ARGV).help(help)) };
            let _ = item.read(wrong, problems);
            return None;
        }
        return argv(&item, scope, problems).map(CommandLine::Argv);
    }
    let line = item.read(
        |item| {
            let line = scope.fill.fill(item.text("a command line in quotes")?)?;
            if line.trim().is_empty() {
                return Err(item.wrong("a command line"));
            }
            Ok(line)
        },
        problems,
    );
    line.map(CommandLine::Shell)
}

/// A program and its arguments.
pub(super) fn argv(
    item: &Item<'_>,
    scope: &Scope<'_>,
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let words = item.read(
        |item| {
            let words = item.list(ARGV)?;
            if words.is_empty() {
                return Err(Wrong::new(
                    "the array is empty: expected a program and its arguments",
                ));
            }
            Ok(words)
        },
        problems,
    )?;
    let filled = words.iter().enumerate().map(|(index, word)| {
        word.read(
            |word| {
                let text = scope.fill.fill(word.string()?)?;
                if index == 0 && text.trim().is_empty() {
                    return Err(word.wrong("a program"));
                }
                Ok(text)
            },
            problems,
        )
    });
    // Every word is looked at, so that every wrong one is reported.
    let filled: Vec<Option<String>> = filled.collect();
    filled.into_iter().collect()
}

/// A folder, relative to the root.
fn folder(item: &Item<'_>, root: &Path) -> Result<PathBuf, Wrong> {
    let expected = "a folder, absolute or relative to the root";
    match item.text("a folder in quotes")? {
        "" => Err(item.wrong("a folder; \".\" is the root")),
        text if text == "~" || text.starts_with("~/") => Err(home(item, expected)),
        // Collecting the components takes out every ".".
        text => Ok(root.join(text).components().collect()),
    }
}

/// A path that begins in a home folder.
pub(super) fn home(item: &Item<'_>, expected: &str) -> Wrong {
    item.wrong(expected)
        .help("\"~\" is not expanded here: write the whole path")
}

/// Variables for the service.
fn env(
    fields: &Fields<'_>,
    scope: &Scope<'_>,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for (name, (place, item)) in fields.entries("env", problems) {
        if let Some(wrong) = bad_variable(&name, scope) {
            problems.add(&place, wrong);
        }
        let value = |item: &Item<'_>| scope.fill.fill(item.string()?);
        if let Some(value) = item.read(value, problems) {
            env.insert(name, value);
        }
    }
    env
}

/// What is wrong with the name of a variable.
fn bad_variable(name: &str, scope: &Scope<'_>) -> Option<Wrong> {
    let shown = name.escape_debug();
    if name.is_empty() || name.contains(['=', '\0']) {
        let wrong = Wrong::new(format!("\"{shown}\" cannot be the name of a variable"));
        return Some(wrong.help("use letters, digits and \"_\""));
    }
    let port = (name == "PORT" && scope.fill.port.is_some()).then(|| {
        Wrong::new("PORT is set by oats, to the port of the service")
            .help("take the line out, or take out \"port\"")
    });
    port.or_else(|| reserved(name))
}

/// What is wrong with the name of a variable that oats itself sets in every service.
pub(super) fn reserved(name: &str) -> Option<Wrong> {
    name.starts_with("OATS_").then(|| {
        Wrong::new(format!("{} belongs to oats", name.escape_debug()))
            .help("variables that begin with OATS_ mark the processes of a service")
    })
}

/// Who must listen on the port.
fn port_owner(fields: &Fields<'_>, scope: &Scope<'_>, problems: &mut Problems) -> PortOwner {
    let words = [("own", PortOwner::Own), ("any", PortOwner::Any)];
    let read = |item: &Item<'_>| {
        let owner = item.choice(&words)?;
        if item.own && scope.fill.port.is_none() {
            return Err(Wrong::new("the service has no port").help(ADD_PORT));
        }
        Ok(owner)
    };
    fields
        .read("port_owner", read, problems)
        .unwrap_or(PortOwner::Own)
}

/// What must be there first.
fn depends_on<'a>(fields: &Fields<'a>, problems: &mut Problems) -> Vec<(Need, Place<'a>)> {
    let expected = "an array of services such as [\"auth\", \"orders\"]";
    let list = fields.read("depends_on", |item| item.list(expected), problems);
    let mut needs: Vec<(Need, Place<'a>)> = Vec::new();
    for item in list.unwrap_or_default() {
        let Some((need, place)) = need(&item, problems) else {
            continue;
        };
        if needs.iter().any(|(other, _)| other.service == need.service) {
            let message = format!("{}: {} is named twice", item.name, need.service);
            problems.add(&place, Wrong::new(message));
            continue;
        }
        needs.push((need, place));
    }
    needs
}

/// One entry: a name, or a table of a name and a condition. And where the name stands.
fn need<'a>(item: &Item<'a>, problems: &mut Problems) -> Option<(Need, Place<'a>)> {
    if !item.is_table() {
        let need = Need {
            service: item.read(service_name, problems)?,
            condition: Condition::Healthy,
        };
        return Some((need, item.place.clone()));
    }
    let layer = item.read(Item::layer, problems)?;
    let fields = Fields::open(&keys::NEED, vec![layer], problems);
    let words = [
        ("started", Condition::Started),
        ("healthy", Condition::Healthy),
        ("completed", Condition::Completed),
    ];
    let condition = fields.read("condition", |item| item.choice(&words), problems);
    let Some(service) = fields.get("service") else {
        let message = format!("{}: \"service\" is missing", item.name);
        let help = "write { service = \"payments\", condition = \"started\" }";
        problems.add(&item.place, Wrong::new(message).help(help));
        return None;
    };
    let need = Need {
        service: service.read(service_name, problems)?,
        condition: condition.unwrap_or(Condition::Healthy),
    };
    Some((need, service.place))
}

/// The name of another service.
fn service_name(item: &Item<'_>) -> Result<ServiceName, Wrong> {
    let text = item.text("the name of a service")?;
    text.parse()
        .ok()
        .ok_or_else(|| item.wrong("the name of a service"))
}
