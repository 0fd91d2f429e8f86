//! The environment of a service: contract section 5.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

use crate::model::{RunId, ServiceDef, root::Root};

/// Variables by name.
pub(super) type Environment = BTreeMap<OsString, OsString>;

/// The whole environment of one run: oats's own, then `env`, then PORT and the tag; output of Python
/// programs is unbuffered unless something says otherwise, or their logs would stay empty.
pub(super) fn of_run(own: &Environment, def: &ServiceDef, root: &Root, run: RunId) -> Environment {
    let mut all = own.clone();
    all.entry("PYTHONUNBUFFERED".into())
        .or_insert_with(|| "1".into());
    all.extend(
        def.env
            .iter()
            .map(|(name, value)| (name.into(), value.into())),
    );
    if let Some(port) = def.port {
        all.insert("PORT".into(), port.to_string().into());
    }
    all.insert("OATS_RUN".into(), run.to_string().into());
    all.insert("OATS_ROOT".into(), root.dir.clone().into_os_string());
    all.insert("OATS_SERVICE".into(), def.name.as_str().into());
    all
}

/// The environment of a probe: that of its service, without the tag, so that a probe is never taken
/// for a part of the run.
pub(super) fn of_probe(own: &Environment, def: &ServiceDef) -> Environment {
    let mut all = own.clone();
    all.extend(
        def.env
            .iter()
            .map(|(name, value)| (name.into(), value.into())),
    );
    if let Some(port) = def.port {
        all.insert("PORT".into(), port.to_string().into());
    }
    all.retain(|name, _| !is_tag(name));
    all
}

/// Whether a variable is part of the tag.
fn is_tag(name: &OsStr) -> bool {
    ["OATS_RUN", "OATS_ROOT", "OATS_SERVICE"]
        .iter()
        .any(|tag| name == *tag)
}
