//! What the simulated world does to those who are not surely of a run.

use std::collections::BTreeSet;

use super::{forest::Dying, forest::identity, history::Edit, sim::Sim};
use crate::{
    core::{
        Input,
        input::{Doubt, FreeNews, Seen},
    },
    model::{
        Actor, Force, Pid, RunId, Seq, ServiceDef, ServiceName, SurvivorChoice, Target,
        snapshot::Survivor,
    },
};

impl Sim {
    /// Somebody ends the survivors of a service.
    pub(super) fn end_survivors(&mut self, service: &ServiceName) {
        let known = self.bench.world.services.get(service);
        let survivors = known.map(|it| it.survivors.clone()).unwrap_or_default();
        for tree in self.trees.values_mut() {
            if survivors.iter().any(|survivor| survivor.pid == tree.pid) {
                tree.leader = false;
                tree.members = 0;
            }
        }
        let service = service.clone();
        let survivors = Vec::new();
        let _ = self.take(Input::Survivors { service, survivors });
    }

    /// Living trees of a service that no record names.
    pub(super) fn survivors(
        &self,
        service: &ServiceName,
        recorded: &BTreeSet<RunId>,
    ) -> Vec<Survivor> {
        self.trees
            .iter()
            .filter(|(run, tree)| tree.service == *service && !recorded.contains(*run))
            .filter(|(_, tree)| tree.lives())
            .map(|(_, tree)| Survivor {
                pid: tree.pid,
                start_ticks: identity(tree.pid).start_ticks,
                started_at: None,
                command: "survivor".to_owned(),
                why: "another run".to_owned(),
            })
            .collect()
    }

    /// Somebody looks at the port of a service; it is told later.
    pub(super) fn look_now(&mut self, service: &ServiceName) {
        let listeners = self.listeners(service);
        let service = service.clone();
        self.report(None, vec![Input::Port { service, listeners }]);
    }

    /// Somebody decides about the first survivor of a service, where there is one.
    pub(super) fn decides(&mut self, service: &ServiceName, choice: SurvivorChoice) {
        let known = self.bench.world.services.get(service);
        let target = known
            .and_then(|it| it.survivors.first())
            .map_or((Pid(9), 9), |it| (it.pid, it.start_ticks));
        let doubt = Doubt::Asked {
            target: Target {
                pid: target.0,
                start_ticks: target.1,
            },
            choice,
            by: Actor::HUMAN,
        };
        let service = service.clone();
        let decision = self.take(Input::Doubt { service, doubt });
        assert!(decision.answer.is_some());
    }

    /// A stranger was confirmed: it may be gone by now, or not care.
    pub(super) fn signal_holder(
        &mut self,
        service: &ServiceName,
        seq: Seq,
        target: Target,
        force: Force,
    ) {
        assert_eq!(
            (target.pid, target.start_ticks),
            (Pid(7), 7),
            "nobody saw it"
        );
        let willing = self.natures[service].dying == Dying::Willing;
        let news = if !self.strangers.contains(service) {
            FreeNews::Refused("it is gone".to_owned())
        } else if willing || force == Force::Kill {
            self.strangers.remove(service);
            FreeNews::Ended
        } else {
            return;
        };
        let service = service.clone();
        self.report(None, vec![Input::Freed { service, seq, news }]);
    }

    /// What a run left behind is ended, unless its leader lives.
    pub(super) fn end_leftover(&mut self, service: &ServiceName, seq: Seq, run: RunId) {
        let uncleanable = self.natures[service].uncleanable;
        let news = match self.trees.get_mut(&run) {
            Some(tree) if tree.leader || uncleanable => {
                FreeNews::Refused("it does not end".to_owned())
            }
            Some(tree) => {
                tree.members = 0;
                FreeNews::Ended
            }
            None => FreeNews::Ended,
        };
        let service = service.clone();
        self.report(None, vec![Input::Freed { service, seq, news }]);
    }

    /// A survivor is looked at once more, and ended where that was wanted.
    pub(super) fn survivor(
        &mut self,
        service: &ServiceName,
        seq: Seq,
        target: Target,
        choice: SurvivorChoice,
    ) {
        let found = self
            .trees
            .iter_mut()
            .find(|(_, tree)| tree.pid == target.pid);
        let (run, tree) = found.expect("a survivor that was shown");
        assert_eq!(tree.service, *service, "a process of another service");
        let (run, lives) = (*run, tree.leader);
        let seen = if lives {
            Ok(Seen {
                identity: identity(target.pid),
                run: Some(run),
                started_at: None,
                tree: Vec::new(),
            })
        } else {
            Err("it has ended".to_owned())
        };
        let ends = match choice {
            SurvivorChoice::End(Force::Kill) => true,
            SurvivorChoice::End(Force::Term) => tree.dying == Dying::Willing,
            SurvivorChoice::Adopt => false,
        };
        if ends {
            tree.leader = false;
            tree.members = 0;
        }
        let doubt = Doubt::Seen { seq, seen };
        let name = service.clone();
        self.report(
            None,
            vec![Input::Doubt {
                service: name,
                doubt,
            }],
        );
        if ends {
            self.survivor_ends(run);
        }
    }

    /// Where the leader of this run was a survivor, its end is reported, and its tree with it.
    pub(super) fn survivor_ends(&mut self, run: RunId) {
        let Some(tree) = self.trees.get_mut(&run) else {
            return;
        };
        let known = self.bench.world.services.get(&tree.service);
        let mut survivors = known.into_iter().flat_map(|it| &it.survivors);
        let Some(survivor) = survivors.find(|it| it.pid == tree.pid) else {
            return;
        };
        tree.members = 0;
        let doubt = Doubt::Gone(Target {
            pid: survivor.pid,
            start_ticks: survivor.start_ticks,
        });
        let service = tree.service.clone();
        self.report(None, vec![Input::Doubt { service, doubt }]);
    }

    /// Somebody edits a service file, and all files are read.
    pub(super) fn edits(&mut self, service: &ServiceName, edit: Edit) {
        let now = self.defs.iter().position(|def| def.name == *service);
        let def = match (now, edit) {
            (Some(_), Edit::Restore) | (None, _) => {
                self.first.iter().find(|def| def.name == *service).cloned()
            }
            (Some(at), _) => self.defs.get(at).cloned(),
        };
        self.defs.retain(|def| def.name != *service);
        self.defs.extend(def.and_then(|def| edit.of(def)));
        let (mut files, there) = (self.defs.clone(), self.defs.clone());
        for def in &mut files {
            // Else the files were wrong, and nothing would come of them.
            let there = |other: &ServiceName| there.iter().any(|def| def.name == *other);
            def.depends_on.retain(|need| there(&need.service));
        }
        let added = !self.bench.world.services.contains_key(service);
        let _ = self.bench_reload(files);
        let come = added && self.bench.world.services.contains_key(service);
        if come && self.bench.world.leaving.is_none() {
            let survivors = self.survivors(service, &BTreeSet::new());
            let service = service.clone();
            let _ = self.take(Input::Survivors { service, survivors });
        }
    }

    /// The files are read, and what follows is done.
    fn bench_reload(&mut self, files: Vec<ServiceDef>) -> crate::core::Decision {
        let decision = self.bench.reload(files);
        for effect in &decision.effects {
            self.perform(effect);
        }
        decision
    }
}
