//! A whole root, read and checked: every mistake of every file at once, or every service.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    core::needs::Needs,
    io::config::{self, Defaults, Diagnostic, Document, Found, Place, ServiceFile, Source},
    model::{Port, ServiceDef, ServiceName, Settings, root::Root, service::Need},
};

/// A root without a mistake.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Where everything lies.
    pub root: Root,
    /// What its `oats.toml` chooses about the console.
    pub settings: Settings,
    /// Its services, in name order.
    pub services: Vec<Arc<ServiceDef>>,
    /// What `{oats}` stands for.
    pub oats: PathBuf,
}

impl Loaded {
    /// The names of its services.
    pub fn names(&self) -> BTreeSet<ServiceName> {
        self.services.iter().map(|def| def.name.clone()).collect()
    }
}

/// Where everything of a root lies, as far as `oats.toml` tells: whatever else is wrong.
pub fn paths(root_dir: &Path, oats: &Path) -> Root {
    let mut problems = Vec::new();
    let root = Root::new(root_dir);
    let settings = keep(config::read_settings_file(&root), &mut problems).flatten();
    match settings
        .as_ref()
        .and_then(|source| parse(source, &mut problems))
    {
        Some(document) => config::read_settings(&document, (root_dir, oats), &mut problems).0,
        None => root,
    }
}

/// Reads and checks a root; `oats` is what `{oats}` stands for.
///
/// # Errors
/// Everything that is wrong in any file, by file and line. Then nothing of the root is used.
pub fn load(root_dir: &Path, oats: &Path) -> Result<Loaded, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let root = Root::new(root_dir);

    let settings = keep(config::read_settings_file(&root), &mut problems).flatten();
    let settings = settings
        .as_ref()
        .and_then(|source| parse(source, &mut problems));
    let (root, settings, defaults) = match &settings {
        Some(document) => config::read_settings(document, (root_dir, oats), &mut problems),
        None => (root, Settings::default(), Defaults::default()),
    };

    let found = keep(config::list(&root), &mut problems).unwrap_or_default();
    let (named, sources) = read_sources(found, &mut problems);
    let documents: Vec<Option<Document<'_>>> = sources
        .iter()
        .map(|source| parse(source.as_ref()?, &mut problems))
        .collect();
    let files: Vec<ServiceFile<'_>> = named
        .into_iter()
        .zip(&documents)
        .map(|(name, document)| match document {
            Some(document) => {
                ServiceFile::read(&name, document, &defaults, (root_dir, oats), &mut problems)
            }
            None => ServiceFile::unreadable(name),
        })
        .collect();

    same_ports(&files, &mut problems);
    missing_services(&files, &mut problems);
    cycles(&files, &mut problems);
    if problems.is_empty() {
        let services = files.into_iter().filter_map(|file| file.def).map(Arc::new);
        let mut services: Vec<_> = services.collect();
        services.sort_by(|a, b| a.name.cmp(&b.name));
        return Ok(Loaded {
            root,
            settings,
            services,
            oats: oats.to_owned(),
        });
    }
    let place = |d: &Diagnostic| (d.file.clone(), d.line, d.column, d.message.clone());
    problems.sort_by_cached_key(place);
    // A mistake in the defaults is met once for every service.
    problems.dedup();
    Err(problems)
}

/// The names of the service files and, for each that can be read, its text.
fn read_sources(
    found: Vec<Found>,
    problems: &mut Vec<Diagnostic>,
) -> (Vec<ServiceName>, Vec<Option<Source>>) {
    let mut read = |file: Found| {
        let source = keep(file.read(), problems);
        Some((keep(file.name, problems)?, source))
    };
    found.into_iter().filter_map(&mut read).unzip()
}

/// The value, or nothing and a problem more.
fn keep<T>(result: Result<T, Box<Diagnostic>>, problems: &mut Vec<Diagnostic>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// The tree of a file, or nothing and its problems.
fn parse<'a>(source: &'a Source, problems: &mut Vec<Diagnostic>) -> Option<Document<'a>> {
    match Document::parse(source) {
        Ok(document) => Some(document),
        Err(mut errors) => {
            problems.append(&mut errors);
            None
        }
    }
}

/// No two services listen on one port.
fn same_ports(files: &[ServiceFile<'_>], problems: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<Port, (&ServiceName, &Place<'_>)> = BTreeMap::new();
    for file in files {
        let Some((port, place)) = &file.port else {
            continue;
        };
        let Some((other, there)) = first.get(port) else {
            first.insert(*port, (&file.name, place));
            continue;
        };
        let there = there.file_and_line();
        let message = format!("port {port} is also the port of {other} ({there})");
        let help = "two services cannot listen on one port: change one of them";
        problems.push(place.says(message, Some(help.to_owned())));
    }
}

/// Every service that is needed exists, and is another one.
fn missing_services(files: &[ServiceFile<'_>], problems: &mut Vec<Diagnostic>) {
    let names: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    for file in files {
        for (need, place) in &file.needs {
            let other = need.service.as_str();
            if need.service == file.name {
                let message = format!("{other} depends on itself");
                problems.push(place.says(message, Some("take it out".to_owned())));
            } else if !names.contains(other) {
                let message = format!("there is no service \"{other}\"");
                let others = names
                    .iter()
                    .copied()
                    .filter(|name| *name != file.name.as_str());
                problems.push(place.says(message, Some(config::suggest_service(other, others))));
            }
        }
    }
}

/// No service waits for itself by way of others.
fn cycles(files: &[ServiceFile<'_>], problems: &mut Vec<Diagnostic>) {
    let mut left: BTreeMap<ServiceName, Vec<ServiceName>> = files
        .iter()
        .map(|file| {
            let others = file.needs.iter().map(|(need, _)| need.service.clone());
            // A service that needs itself has been named already.
            let others = others.filter(|other| *other != file.name).collect();
            (file.name.clone(), others)
        })
        .collect();
    while let Some(cycle) = Needs::new(left.clone()).cycle() {
        let steps: Vec<Step<'_>> = cycle
            .iter()
            .zip(cycle.iter().cycle().skip(1))
            .filter_map(|(from, to)| step(files, from, to))
            .collect();
        if let Some((_, _, place)) = steps.first() {
            problems.push(place.says(cycle_message(&cycle), Some(cycle_help(&steps))));
        }
        for name in &cycle {
            left.remove(name);
        }
    }
}

/// Who needs whom, and where that is written.
type Step<'a> = (&'a ServiceName, &'a ServiceName, &'a Place<'a>);

fn step<'a>(
    files: &'a [ServiceFile<'a>],
    from: &ServiceName,
    to: &ServiceName,
) -> Option<Step<'a>> {
    let file = files.iter().find(|file| file.name == *from)?;
    let written = |(need, _): &&(Need, Place<'_>)| need.service == *to;
    let (need, place) = file.needs.iter().find(written)?;
    Some((&file.name, &need.service, place))
}

/// "dependency cycle: orders -> payments -> orders".
fn cycle_message(cycle: &[ServiceName]) -> String {
    let round = cycle.iter().chain(cycle.first());
    let round: Vec<&str> = round.map(ServiceName::as_str).collect();
    format!("dependency cycle: {}", round.join(" -> "))
}

/// Where each step of a cycle is written.
fn cycle_help(steps: &[Step<'_>]) -> String {
    let steps = steps.iter();
    let steps =
        steps.map(|(from, to, place)| format!("{from} -> {to} at {}", place.file_and_line()));
    let steps: Vec<String> = steps.collect();
    format!("take out one of: {}", steps.join(", "))
}
