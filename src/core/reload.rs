//! The files of the root, read anew while services run: what has changed is applied to what changed
//! only, and a living process is not touched.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use super::{
    asks::Services,
    ctx::Ctx,
    difference::changed_keys,
    gate::Door,
    redefine,
    world::{Origin, Service},
};
use crate::model::{
    Actor, EventKind, Moment, Outcome, Refusal, Seq, ServiceDef, ServiceName, snapshot::Problem,
};

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub enum FilesRead {
    /// Every file is right.
    Right {
        /// The services.
        defs: Vec<Arc<ServiceDef>>,
        /// What has changed in `oats.toml` beside its defaults for services.
        settings: SettingsChanged,
    },
    /// Something is wrong: nothing of it is used.
    Wrong(Vec<Problem>),
}

/// Keys of `oats.toml` that have changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChanged {
    /// Those that a console takes up by itself.
    pub at_once: Vec<String>,
    /// Those that the next owner takes up.
    pub next_owner: Vec<String>,
}

/// What is known of the files of the root.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Files {
    /// Who waits for them to be read.
    pub asks: Vec<ReloadAsk>,
    /// What was wrong at the last reading.
    pub problems: Vec<Problem>,
}

/// An accepted wish to read the files that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ReloadAsk {
    /// Its ledger line.
    pub seq: Seq,
    /// Who.
    pub by: Actor,
    /// Since when.
    pub since: Moment,
}

/// How the services of the files differ from those before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// New services.
    pub added: Vec<ServiceName>,
    /// Services that are no longer there.
    pub removed: Vec<ServiceName>,
    /// Services that are otherwise, and in which keys.
    pub changed: BTreeMap<ServiceName, Vec<String>>,
}

impl Difference {
    /// How `new` differs from `old`. Both in name order.
    pub fn between<'a>(
        old: impl IntoIterator<Item = &'a Arc<ServiceDef>>,
        new: &[Arc<ServiceDef>],
    ) -> Self {
        let old: BTreeMap<_, _> = old.into_iter().map(|def| (&def.name, def)).collect();
        let mut difference = Self::default();
        for def in new {
            match old.get(&def.name) {
                None => difference.added.push(def.name.clone()),
                Some(before) if **before == *def => {}
                Some(before) => {
                    let keys = changed_keys(before, def);
                    difference.changed.insert(def.name.clone(), keys);
                }
            }
        }
        let stays = |name: &ServiceName| new.iter().any(|def| def.name == *name);
        let removed = old.into_keys().filter(|name| !stays(name));
        difference.removed = removed.cloned().collect();
        difference
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// "2 changed, 1 added", or nothing.
    fn counts(&self) -> String {
        let counts = [
            (self.changed.len(), "changed"),
            (self.added.len(), "added"),
            (self.removed.len(), "removed"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(n, word)| format!("{n} {word}")).collect();
        counts.join(", ")
    }

    /// The service files it is about.
    fn files(&self) -> Vec<String> {
        let names = self.added.iter().chain(&self.removed);
        let mut files: Vec<String> = names
            .chain(self.changed.keys())
            .map(|name| format!("services/{name}.toml"))
            .collect();
        files.sort();
        files
    }
}

/// Somebody wants the files read.
pub(super) fn asked(files: &mut Files, by: Actor, ctx: &mut Ctx) {
    if ctx.door() == Door::Closed {
        let refusal = Refusal::ShuttingDown;
        ctx.write(EventKind::Refusal, None, |draft| {
            draft.actor = Some(by);
            draft.result = Some(Outcome::Refused);
            draft.code = Some(refusal.code().to_owned());
            draft.reason = Some(refusal.text());
        });
        ctx.out.answer = Some(Err(refusal));
        return;
    }
    let seq = ctx.write(EventKind::Ask, None, |draft| {
        draft.actor = Some(by.clone());
        draft.reason = Some("read the files of the root".to_owned());
    });
    files.asks.push(ReloadAsk {
        seq,
        by,
        since: ctx.now,
    });
    ctx.out.answer = Some(Ok(seq));
}

/// The files were read, for everybody who asked up to `asked`.
pub(super) fn read(
    services: &mut Services,
    files: &mut Files,
    asked: Option<Seq>,
    read: FilesRead,
    ctx: &mut Ctx,
) {
    if ctx.leaving.is_some() {
        return;
    }
    let (asks, later): (Vec<_>, Vec<_>) = std::mem::take(&mut files.asks)
        .into_iter()
        .partition(|ask| asked.is_some_and(|asked| ask.seq <= asked));
    files.asks = later;
    let (result, reason) = match read {
        FilesRead::Wrong(problems) => {
            let reason = wrong_words(&problems);
            if !asks.is_empty() || problems != files.problems {
                wrong(&problems, &reason, asks.first(), ctx);
            }
            files.problems = problems;
            (Outcome::Failed, reason)
        }
        FilesRead::Right { defs, settings } => {
            let healed = !files.problems.is_empty();
            files.problems.clear();
            let reason = right(services, &defs, &settings, (healed, asks.first()), ctx);
            (Outcome::Done, reason)
        }
    };
    end(asks, result, &reason, ctx);
}

/// oats leaves: nobody reads for them any more.
pub(super) fn left(files: &mut Files, ctx: &mut Ctx) {
    let asks = std::mem::take(&mut files.asks);
    end(asks, Outcome::Superseded, "oats left", ctx);
}

/// Everybody who asked learns what came of it.
fn end(asks: Vec<ReloadAsk>, result: Outcome, reason: &str, ctx: &mut Ctx) {
    for ask in asks {
        let duration_ms = ctx.took(ask.since);
        ctx.write(EventKind::Result, None, |draft| {
            draft.actor = Some(ask.by);
            draft.cause = Some(ask.seq);
            draft.result = Some(result);
            draft.reason = Some(reason.to_owned());
            draft.duration_ms = Some(duration_ms);
        });
    }
}

/// "2 problems: services/api.toml:3:1: ...".
fn wrong_words(problems: &[Problem]) -> String {
    let noun = if problems.len() == 1 {
        "problem"
    } else {
        "problems"
    };
    let first = problems.first().map_or_else(String::new, |first| {
        let Problem {
            file,
            line,
            column,
            message,
        } = first;
        format!(": {file}:{line}:{column}: {message}")
    });
    format!("{} {noun}{first}", problems.len())
}

/// Writes down that nothing was used.
fn wrong(problems: &[Problem], reason: &str, ask: Option<&ReloadAsk>, ctx: &mut Ctx) {
    let mut files: Vec<&str> = problems.iter().map(|it| it.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let data = json!({ "files": files, "problems": problems });
    line(Outcome::Failed, reason, data, ask, ctx);
}

/// One line about the files.
fn line(
    result: Outcome,
    reason: &str,
    data: serde_json::Value,
    ask: Option<&ReloadAsk>,
    ctx: &mut Ctx,
) {
    ctx.write(EventKind::Config, None, |draft| {
        draft.actor = Some(ask.map_or(Actor::POLICY, |ask| ask.by.clone()));
        draft.cause = ask.map(|ask| ask.seq);
        draft.result = Some(result);
        draft.reason = Some(reason.to_owned());
        draft.data = data;
    });
}

/// Applies what has changed to what changed only; says what that is.
fn right(
    services: &mut Services,
    defs: &[Arc<ServiceDef>],
    settings: &SettingsChanged,
    (healed, ask): (bool, Option<&ReloadAsk>),
    ctx: &mut Ctx,
) -> String {
    let configured = services.values().filter(|it| it.origin == Origin::File);
    let before: Vec<Arc<ServiceDef>> = configured.map(|it| it.latest().clone()).collect();
    let difference = Difference::between(&before, defs);
    let keys: Vec<&str> = settings
        .at_once
        .iter()
        .chain(&settings.next_owner)
        .map(String::as_str)
        .collect();
    let reason = words(&difference, &keys, settings);
    if difference.is_empty() && keys.is_empty() {
        if healed {
            let data = json!({ "files": [], "added": [], "removed": [], "changed": {} });
            line(Outcome::Done, "the files are right again", data, ask, ctx);
        }
        return reason;
    }
    let mut files = difference.files();
    if !keys.is_empty() {
        files.insert(0, "oats.toml".to_owned());
    }
    let data = json!({ "files": files, "added": difference.added, "removed": difference.removed,
        "changed": difference.changed, "settings": keys });
    line(Outcome::Done, &reason, data, ask, ctx);
    apply(services, &difference, defs, ctx);
    reason
}

/// What has changed, in words.
fn words(difference: &Difference, keys: &[&str], settings: &SettingsChanged) -> String {
    let mut parts = Vec::new();
    if !difference.is_empty() {
        parts.push(difference.counts());
    }
    if !settings.next_owner.is_empty() {
        let (later, verb) = (&settings.next_owner, plural(settings.next_owner.len()));
        let later = later.join(", ");
        parts.push(format!(
            "oats.toml: {later} {verb} effect when oats starts anew"
        ));
    } else if !keys.is_empty() {
        parts.push(format!("oats.toml: {}", keys.join(", ")));
    }
    if parts.is_empty() {
        "nothing changed".to_owned()
    } else {
        parts.join("; ")
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "takes" } else { "take" }
}

/// Applies a difference.
fn apply(
    services: &mut Services,
    difference: &Difference,
    defs: &[Arc<ServiceDef>],
    ctx: &mut Ctx,
) {
    for name in &difference.removed {
        if let Some(service) = services.get_mut(name) {
            redefine::removed(service, ctx);
        }
    }
    for def in defs {
        if difference.added.contains(&def.name) {
            let service = services
                .entry(def.name.clone())
                .or_insert_with(|| Service::new(def.clone(), Vec::new(), Origin::File));
            redefine::added(service, def, ctx);
        } else if let Some(keys) = difference.changed.get(&def.name)
            && let Some(service) = services.get_mut(&def.name)
        {
            redefine::changed(service, def, keys, ctx);
        }
    }
    redefine::needed_by(services, ctx);
    // What somebody waits for may have become otherwise, or may no longer be needed.
    for name in difference.changed.keys().chain(&difference.added) {
        redefine::recheck(services, name, ctx);
    }
}
