//! The environment of a service: contract section 5.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

use crate::{
    io::config::Variables,
    model::{RunId, ServiceDef, root::Root},
};

/// Variables by name.
pub(super) type Environment = BTreeMap<OsString, OsString>;

/// The whole environment of one run: oats's own, then its env files, then `env`, then PORT and the
/// tag; output of Python programs is unbuffered unless something says otherwise, or their logs would
/// stay empty.
pub(super) fn of_run(
    own: &Environment,
    files: &Variables,
    def: &ServiceDef,
    root: &Root,
    run: RunId,
) -> Environment {
    let mut all = untagged(own, files, def);
    all.entry("PYTHONUNBUFFERED".into())
        .or_insert_with(|| "1".into());
    all.insert("OATS_RUN".into(), run.to_string().into());
    all.insert("OATS_ROOT".into(), root.dir.clone().into_os_string());
    all.insert("OATS_SERVICE".into(), def.name.as_str().into());
    all
}

/// The environment of a probe: that of its service, without the tag, so that a probe is never taken
/// for a part of the run.
pub(super) fn of_probe(own: &Environment, files: &Variables, def: &ServiceDef) -> Environment {
    let mut all = untagged(own, files, def);
    all.retain(|name, _| !is_tag(name));
    all
}

/// What others set for a service.
fn untagged(own: &Environment, files: &Variables, def: &ServiceDef) -> Environment {
    let mut all = own.clone();
    let set = def.env.iter();
    let set = files.iter().map(|(name, value)| (name, value)).chain(set);
    all.extend(set.map(|(name, value)| (name.into(), value.into())));
    if let Some(port) = def.port {
        all.insert("PORT".into(), port.to_string().into());
    }
    all
}

/// Whether a variable is part of the tag.
fn is_tag(name: &OsStr) -> bool {
    ["OATS_RUN", "OATS_ROOT", "OATS_SERVICE"]
        .iter()
        .any(|tag| name == *tag)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        io::{config, files},
        supervisor::load,
    };

    /// What a service gets whose own file holds this, in a root with an env file.
    fn environment(own: &[(&str, &str)], env_file: &str, service: &str) -> Environment {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("services")).unwrap();
        files::replace(&folder.path().join(".env"), env_file.as_bytes()).unwrap();
        let text = format!("command = [\"true\"]\nenv_file = \".env\"\n{service}");
        let path = folder.path().join("services/one.toml");
        files::replace(&path, text.as_bytes()).unwrap();
        let loaded = load(folder.path(), Path::new("/bin/oats")).unwrap();
        let def = &loaded.services[0];
        let own = own.iter().map(|(name, value)| (name.into(), value.into()));
        let variables = config::read_variables(&loaded.root.dir, &def.env_files).unwrap();
        let run = RunId::from_random(7);
        of_run(&own.collect(), &variables, def, &loaded.root, run)
    }

    #[test]
    fn what_is_nearer_to_the_service_counts() {
        let own = [
            ("A", "own"),
            ("B", "own"),
            ("C", "own"),
            ("PORT", "own"),
            ("OATS_RUN", "own"),
        ];
        let file = "B=file\nC=file\nPORT=file\nD=file";
        let all = environment(&own, file, "port = 8103\n[env]\nC = \"env\"\nE = \"env\"\n");
        let value = |name: &str| all.get(OsStr::new(name)).unwrap().to_str().unwrap();
        let found = ["A", "B", "C", "D", "E", "PORT", "OATS_SERVICE"].map(value);
        assert_eq!(found, ["own", "file", "env", "file", "env", "8103", "one"]);
        assert_ne!(value("OATS_RUN"), "own");
    }

    #[test]
    fn python_is_unbuffered_where_nobody_says_otherwise() {
        let python = |own: &[(&str, &str)], file: &str, service: &str| {
            let all = environment(own, file, service);
            all.get(OsStr::new("PYTHONUNBUFFERED")).unwrap().clone()
        };
        assert_eq!(python(&[], "", ""), "1");
        assert_eq!(python(&[("PYTHONUNBUFFERED", "")], "", ""), "");
        assert_eq!(python(&[], "PYTHONUNBUFFERED=x", ""), "x");
        assert_eq!(python(&[], "", "env = { PYTHONUNBUFFERED = \"y\" }"), "y");
    }
}
