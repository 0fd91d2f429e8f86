//! What the supervisor keeps from one look at a service to the next.

use std::collections::BTreeMap;

use super::{
    environment::{self, Environment},
    runs::LogMarks,
};
use crate::{
    io::{
        config::{self, Variables},
        probe::{Https, LogWatch},
    },
    model::{RunId, ServiceDef, ServiceName, pattern::Pattern, root::Root},
};

/// What is kept from one look to the next.
#[derive(Default)]
pub(super) struct Eyes {
    /// How to ask over TLS.
    pub(super) https: Https,
    /// How far the output of the present run of each service was read; not there while a task reads.
    logs: BTreeMap<ServiceName, (RunId, LogWatch)>,
    /// What the env files of each service said when it was spawned.
    variables: BTreeMap<ServiceName, Variables>,
}

impl Eyes {
    /// The output of a run, as far as it was read, for a task that reads on; another run of the
    /// service is forgotten.
    pub(super) fn take_log(
        &mut self,
        root: &Root,
        def: &ServiceDef,
        pattern: &Pattern,
        run: RunId,
        marks: LogMarks,
    ) -> LogWatch {
        match self.logs.remove(&def.name) {
            Some((of, log)) if of == run && log.pattern() == pattern => log,
            Some(_) | None => LogWatch::new(pattern.clone(), root, &def.name, marks.at_start),
        }
    }

    /// What a task has read.
    pub(super) fn keep_log(&mut self, service: ServiceName, run: RunId, log: LogWatch) {
        self.logs.insert(service, (run, log));
    }

    /// The environment of a run that is about to be spawned: its env files are read anew.
    ///
    /// # Errors
    ///
    /// What is wrong in an env file, with file and line.
    pub(super) fn of_spawn(
        &mut self,
        own: &Environment,
        def: &ServiceDef,
        root: &Root,
        run: RunId,
    ) -> Result<Environment, String> {
        self.variables.remove(&def.name);
        self.of_run(own, def, root, run)
    }

    /// The environment of a run that lives; of one that somebody else spawned, the env files are read
    /// now.
    ///
    /// # Errors
    ///
    /// As for [`Self::of_spawn`].
    pub(super) fn of_run(
        &mut self,
        own: &Environment,
        def: &ServiceDef,
        root: &Root,
        run: RunId,
    ) -> Result<Environment, String> {
        let variables = self.variables(def, root)?;
        Ok(environment::of_run(own, variables, def, root, run))
    }

    /// The environment of a probe.
    ///
    /// # Errors
    ///
    /// As for [`Self::of_spawn`].
    pub(super) fn of_probe(
        &mut self,
        own: &Environment,
        def: &ServiceDef,
        root: &Root,
    ) -> Result<Environment, String> {
        Ok(environment::of_probe(own, self.variables(def, root)?, def))
    }

    fn variables(&mut self, def: &ServiceDef, root: &Root) -> Result<&Variables, String> {
        if !self.variables.contains_key(&def.name) {
            let read = config::read_variables(&root.dir, &def.env_files)?;
            self.variables.insert(def.name.clone(), read);
        }
        Ok(self.variables.entry(def.name.clone()).or_default())
    }
}
