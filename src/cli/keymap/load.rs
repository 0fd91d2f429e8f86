//! From a name to the keys in force, over files that inherit from each other. Something is always
//! in force, whatever is wrong.

use crate::{
    io::{
        config::Source,
        keymaps::{self, KeymapFile, Places, Setting},
    },
    keymap::{Base, Keymap, Sheet},
};

use super::problem::Problem;

/// The keymap that oats brings along, and that nobody has to choose.
const DEFAULT: &str = "default";

/// A name without a keymap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoKeymap {
    /// What is wrong.
    pub message: String,
    /// Which name was probably meant, and which there are.
    pub help: String,
}

/// The keys in force: of the keymap that `flag` names, else the variable, else the user's
/// setting, else the root's setting, else the default. What is wrong with the name or a file is
/// told; then what it builds on is in force.
pub fn in_force(
    flag: Option<&str>,
    variable: Option<&str>,
    places: &Places<'_>,
) -> (Keymap, Vec<Problem>) {
    let setting = places.user.and_then(keymaps::user_setting);
    let setting = setting.or_else(|| places.root.and_then(keymaps::root_setting));
    let variable = variable.filter(|name| !name.is_empty());
    let given = flag.map(|name| ("--keymap", name));
    let given = given.or_else(|| variable.map(|name| ("OATS_KEYMAP", name)));
    let set = setting.as_ref().map(|setting| setting.name.as_str());
    let name = given.map(|(_, name)| name).or(set).unwrap_or(DEFAULT);
    match by_name(name, places) {
        Ok(found) => found,
        Err(error) => {
            let problem = blame(error, given, setting.as_ref());
            (Keymap::builtin(), vec![problem])
        }
    }
}

/// Who gave a name that is no keymap.
fn blame(error: NoKeymap, given: Option<(&'static str, &str)>, set: Option<&Setting>) -> Problem {
    let NoKeymap { message, help } = error;
    match (given, set) {
        (None, Some(setting)) => Problem::in_file(setting.place().says(message, Some(help))),
        (Some((by, _)), _) => Problem::of_choice(by, message, help),
        (None, None) => Problem::of_choice(DEFAULT, message, help),
    }
}

/// The keymap of a name: the user's file, else the root's, else what oats brings along.
///
/// # Errors
/// Nothing has this name.
pub fn by_name(name: &str, places: &Places<'_>) -> Result<(Keymap, Vec<Problem>), NoKeymap> {
    match places.files(name).into_iter().next() {
        Some(file) if name != "none" => return Ok(of_file(file, places)),
        Some(_) => {}
        None => {
            if let Some(map) = brought_along(name) {
                return Ok((map, Vec::new()));
            }
        }
    }
    Err(NoKeymap {
        message: format!("there is no keymap \"{}\"", name.escape_debug()),
        help: suggest(name, places, None),
    })
}

/// The keymap of this name that oats brings along.
fn brought_along(name: &str) -> Option<Keymap> {
    if name == DEFAULT {
        return Some(Keymap::builtin());
    }
    Keymap::preset(name)
}

/// Which keymap was probably meant, and which there are.
fn suggest(name: &str, places: &Places<'_>, also: Option<&str>) -> String {
    let ours: Vec<&str> = Keymap::presets()
        .chain([DEFAULT])
        .filter(|other| *other != name)
        .collect();
    let known: Vec<&str> = ours.into_iter().chain(also).collect();
    places.suggest(name, &known)
}

/// The keymap of a file, and everything that is wrong with it and with what it inherits.
pub fn of_file(file: KeymapFile, places: &Places<'_>) -> (Keymap, Vec<Problem>) {
    let mut chain = Chain {
        places,
        seen: Vec::new(),
        layers: Vec::new(),
        problems: Vec::new(),
    };
    let mut map = chain.follow(file);
    for (index, layer) in chain.layers.iter().enumerate().rev() {
        let mut faults = map.lay(&layer.sheet);
        if index == 0 {
            faults.extend(map.keep(&layer.sheet));
        }
        // A file that is no TOML has been told of, and binds nothing.
        faults.retain(|_| layer.sheet.is_toml());
        let found = faults
            .into_iter()
            .map(|fault| Problem::of_fault(fault, &layer.source));
        chain.problems.extend(found.map(|problem| (index, problem)));
    }
    let mut problems = chain.problems;
    // The file itself before what it inherits, each from top to bottom.
    problems.sort_by_key(|(index, problem)| (*index, problem.published().line));
    let problems = problems.into_iter().map(|(_, problem)| problem);
    (map, problems.collect())
}

/// The files of one keymap, from the chosen one down to what oats brings along.
struct Chain<'a> {
    places: &'a Places<'a>,
    seen: Vec<KeymapFile>,
    layers: Vec<Layer>,
    /// Each with the layer it is about.
    problems: Vec<(usize, Problem)>,
}

/// What a file builds on.
enum Below {
    /// Another file.
    File(KeymapFile),
    /// What oats brings along.
    Ours(Keymap),
}

/// One file that could be read.
struct Layer {
    source: Source,
    sheet: Sheet,
}

impl Chain<'_> {
    /// Reads a file and all that it inherits; what they build on.
    fn follow(&mut self, file: KeymapFile) -> Keymap {
        let mut next = Some(file);
        while let Some(file) = next.take() {
            let index = self.layers.len();
            let source = match file.read() {
                Ok(source) => source,
                Err(problem) => {
                    self.problems.push((index, Problem::in_file(*problem)));
                    return Keymap::builtin();
                }
            };
            let (sheet, faults) = Sheet::read(Some(&file.label), source.text());
            let found: Vec<Problem> = if sheet.is_toml() {
                let found = faults.into_iter();
                found
                    .map(|fault| Problem::of_fault(fault, &source))
                    .collect()
            } else {
                let found = keymaps::syntax(&source).into_iter();
                found.map(Problem::in_file).collect()
            };
            self.problems
                .extend(found.into_iter().map(|problem| (index, problem)));
            self.seen.push(file);
            let below = match sheet.base() {
                Base::Builtin => Ok(None),
                Base::Nothing { .. } => Err(Keymap::default()),
                Base::Named { name, at } => match self.inherited(name) {
                    Ok(Below::File(file)) => Ok(Some(file)),
                    Ok(Below::Ours(map)) => Err(map),
                    Err(NoKeymap { message, help }) => {
                        let told = source.place(at.clone()).says(message, Some(help));
                        self.problems.push((index, Problem::in_file(told)));
                        Ok(None)
                    }
                },
            };
            self.layers.push(Layer { source, sheet });
            match below {
                Ok(file) => next = file,
                Err(ground) => return ground,
            }
        }
        Keymap::builtin()
    }

    /// What the name means that the last file inherits. Its own name means the next place with that name.
    fn inherited(&self, name: &str) -> Result<Below, NoKeymap> {
        let mut files = self.places.files(name);
        let asker = self.seen.last();
        if let Some(asker) = asker.filter(|asker| asker.name == name) {
            let own = files.iter().position(|file| file.is(asker));
            files.drain(..own.map_or(0, |own| own + 1));
        }
        let Some(file) = files.into_iter().next() else {
            return self.without_file(name);
        };
        let Some(start) = self.seen.iter().position(|seen| seen.is(&file)) else {
            return Ok(Below::File(file));
        };
        let round = self.seen.iter().skip(start).chain([&file]);
        let round: Vec<&str> = round.map(|file| file.name.as_str()).collect();
        Err(NoKeymap {
            message: format!("keymaps inherit in a circle: {}", round.join(" -> ")),
            help: "let one of them inherit \"none\" or another keymap".to_owned(),
        })
    }

    /// What a name means that has no file.
    fn without_file(&self, name: &str) -> Result<Below, NoKeymap> {
        if let Some(map) = brought_along(name) {
            return Ok(Below::Ours(map));
        }
        let itself = self.seen.last().is_some_and(|asker| asker.name == name);
        let shown = name.escape_debug();
        let message = if itself {
            format!("\"{shown}\" inherits itself, and there is no other of this name")
        } else {
            format!("there is no keymap \"{shown}\"")
        };
        let help = suggest(name, self.places, Some("none"));
        Err(NoKeymap { message, help })
    }
}
