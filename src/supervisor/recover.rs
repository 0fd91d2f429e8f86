//! The recover step of a living service.

use std::{sync::Arc, time::Duration};

use super::hands::{Hands, Note};
use crate::{
    core::{Fact, Input, World},
    io::{
        platform::Helper,
        probe::{
            self,
            exec::{ExecOutcome, Said},
        },
    },
    model::{RunId, ServiceDef, ServiceName, service::RecoverStep},
};

impl Hands {
    /// Runs the recover step.
    pub(super) fn recover(
        &mut self,
        world: &World,
        service: ServiceName,
        run: RunId,
    ) -> Vec<Input> {
        let Some(record) = world.services.get(&service) else {
            return Vec::new();
        };
        let def = record.def.clone();
        let Some(spec) = def.recover.clone() else {
            return Vec::new();
        };
        match spec.step {
            RecoverStep::Http { url, .. } => {
                let (notes, https) = (self.notes.clone(), self.eyes.https.clone());
                tokio::spawn(async move {
                    let result = probe::post(&https, &url, spec.timeout).await;
                    let result = result.map(|_status| ()).map_err(|error| error.to_string());
                    let _ = notes.send(recovered(service, run, result)).await;
                });
            }
            RecoverStep::Exec { argv } => {
                if let Err(why) = self.recover_by_program(&def, argv, run, spec.timeout) {
                    return vec![fact(service, run, Err(why))];
                }
            }
        }
        Vec::new()
    }

    /// Runs a program as a part of the run: with its environment and its tag, so that a worker that
    /// it starts belongs to the service.
    fn recover_by_program(
        &mut self,
        def: &Arc<ServiceDef>,
        argv: Vec<String>,
        run: RunId,
        timeout: Duration,
    ) -> Result<(), String> {
        let env = self.eyes.of_run(&self.own_env, def, &self.root, run)?;
        let scratch = self.root.data_dir.join(format!("recover-{}.tmp", def.name));
        let cwd = def.cwd.clone();
        let (said, helper) = match Said::new(&scratch) {
            Ok((said, stderr)) => {
                let helper = self.spawner.spawn_heard_helper(argv, env, cwd, stderr);
                (Some(said), helper)
            }
            Err(error) => {
                // A full disk must not lock out the cure.
                tracing::warn!(target: "services", "{}: what its recover says is lost: {error}", def.name);
                (None, self.spawner.spawn_helper(argv, env, cwd))
            }
        };
        let helper = helper.map_err(|error| format!("could not {error}"))?;
        let (notes, service) = (self.notes.clone(), def.name.clone());
        tokio::spawn(async move {
            let identity = *helper.identity();
            let result = outcome(helper, said, timeout).await;
            let _ = notes.send(Note::HelperEnded(identity)).await;
            let _ = notes.send(recovered(service, run, result)).await;
        });
        Ok(())
    }
}

/// How a recover program ended; a failure with its last words.
async fn outcome(helper: Helper, said: Option<Said>, timeout: Duration) -> Result<(), String> {
    let ExecOutcome { ok, detail } = probe::exec::wait(helper, timeout).await;
    if ok {
        return Ok(());
    }
    match said.and_then(|said| said.last_line()) {
        Some(line) => Err(format!("{detail}: {line}")),
        None => Err(detail),
    }
}

fn fact(service: ServiceName, run: RunId, result: Result<(), String>) -> Input {
    let fact = Fact::Recovered(result);
    Input::Fact { service, run, fact }
}

fn recovered(service: ServiceName, run: RunId, result: Result<(), String>) -> Note {
    Note::Seen(fact(service, run, result))
}
