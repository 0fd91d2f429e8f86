//! Processes that are not surely ours. Nothing here happens unless a person pointed at exactly this
//! process, and everything is looked at once more right before.

use std::time::Duration;

use super::hands::{Hands, Note};
use crate::{
    core::{
        Input, Service, World,
        effect::LastRun,
        holder,
        input::{Doubt, FreeNews, Seen},
    },
    io::platform::{self, Adopted, Confirmed, Delivery, TreeQuery, Unconfirmed},
    model::{
        Force, HolderClass, Identity, Moment, Pid, Port, Seq, ServiceName, SurvivorChoice, Target,
        port::Listening,
    },
};

/// How long the end of a process that was signalled is waited for, to look at its port at once.
const WATCH: Duration = Duration::from_secs(6);

impl Hands {
    /// Signals a stranger, if it is still exactly the process that holds the port.
    pub(super) fn signal_holder(
        &mut self,
        world: &World,
        service: ServiceName,
        seq: Seq,
        (target, force): (Target, Force),
        now: Moment,
    ) -> Vec<Input> {
        let sent = match world.services.get(&service) {
            Some(record) => self.try_signal_holder(record, target, force, now),
            None => return Vec::new(),
        };
        match sent {
            Ok(identity) => {
                let notes = self.notes.clone();
                if let Some(watch) = Adopted::open(&identity).map(|it| it.exit_watch()) {
                    tokio::spawn(async move {
                        if tokio::time::timeout(WATCH, watch.wait()).await.is_ok() {
                            let ended = freed(service, seq, FreeNews::Ended);
                            let _ = notes.send(Note::Seen(ended)).await;
                        }
                    });
                }
                Vec::new()
            }
            Err(why) => {
                let why = format!("{why}, nothing was done");
                vec![freed(service, seq, FreeNews::Refused(why))]
            }
        }
    }

    /// The hold comes first, then the look at the port, then the signal through the hold.
    fn try_signal_holder(
        &self,
        record: &Service,
        target: Target,
        force: Force,
        now: Moment,
    ) -> Result<Identity, String> {
        let pid = target.pid;
        let port = record.def.port.ok_or("the service has no port")?;
        let not_any_more = || format!("PID {pid} does not hold port {port} any more");
        let confirmed = platform::confirm(target).map_err(|why| match why {
            Unconfirmed::Gone(_) => not_any_more(),
            Unconfirmed::Another(_) | Unconfirmed::Protected(_) | Unconfirmed::OtherUser(..) => {
                why.to_string()
            }
        })?;
        let kin = self.runs.kin();
        let listeners = self
            .ports
            .look_anew(port, pid, &kin, now.mono)
            .map_err(|error| format!("could not look at port {port}: {error}"))?;
        let found = listeners
            .iter()
            .find(|it| is(it, target))
            .ok_or_else(not_any_more)?;
        no_kin(record, found, pid, port)?;
        self.no_foreign_tag(&confirmed)?;
        match confirmed.signal(force.signal()) {
            Ok(Delivery::Sent) => Ok(*confirmed.identity()),
            Ok(Delivery::Gone) => Err(not_any_more()),
            Err(error) => Err(format!("could not {error}")),
        }
    }

    /// A process of another root is that root's to end.
    fn no_foreign_tag(&self, confirmed: &Confirmed) -> Result<(), String> {
        match confirmed.tag() {
            Some(tag) if tag.root != self.root.dir => Err(format!(
                "PID {} belongs to service {} of {}",
                confirmed.identity().pid,
                tag.service,
                tag.root.display()
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// Ends what a run left behind whose leader is dead.
    pub(super) fn end_leftover(
        &mut self,
        service: ServiceName,
        seq: Seq,
        last: &LastRun,
    ) -> Vec<Input> {
        let mut query = match self.leftover_query(&service, last) {
            Ok(query) => query,
            Err(why) => {
                let why = format!("{why}, nothing was done");
                return vec![freed(service, seq, FreeNews::Refused(why))];
            }
        };
        let notes = self.notes.clone();
        tokio::task::spawn_blocking(move || {
            let left = platform::sweep(&mut query);
            let pids: Vec<String> = left.iter().map(ToString::to_string).collect();
            let news = if left.is_empty() {
                FreeNews::Ended
            } else {
                let pids = pids.join(", ");
                FreeNews::Refused(format!("PID {pids} of an earlier run does not end"))
            };
            let _ = notes.blocking_send(Note::Seen(freed(service, seq, news)));
        });
        Vec::new()
    }

    /// What to look for to find what a run left behind; why not, where its leader may live.
    fn leftover_query(&self, service: &ServiceName, last: &LastRun) -> Result<TreeQuery, String> {
        if self.runs.query(last.run, &self.root).is_some() {
            return Err("that run still lives".to_owned());
        }
        let leader = match last.identity {
            Some(leader) if platform::process_exists(&leader) => {
                let pid = leader.pid;
                return Err(format!("PID {pid}, the leader of that run, still lives"));
            }
            Some(leader) => leader,
            // Its leader was never seen: then the oldest with its tag stands for it.
            None => platform::tagged(&self.root.dir)
                .into_iter()
                .filter(|(_, tag)| tag.run == last.run && tag.service == *service)
                .filter_map(|(pid, _)| platform::identify(pid))
                .min_by_key(|identity| identity.start_ticks)
                .ok_or("nothing of the earlier run is found any more")?,
        };
        Ok(self
            .runs
            .query_left_over(service, last.run, leader, &self.root))
    }

    /// Looks at a survivor once more, and signals it where it is to be ended.
    pub(super) fn survivor(
        &mut self,
        world: &World,
        service: ServiceName,
        seq: Seq,
        target: Target,
        choice: SurvivorChoice,
    ) -> Vec<Input> {
        let Some(record) = world.services.get(&service) else {
            return Vec::new();
        };
        let seen = self
            .try_survivor(record, target, choice)
            .map_err(|why| format!("{why}, nothing was done"));
        let doubt = Doubt::Seen { seq, seen };
        vec![Input::Doubt { service, doubt }]
    }

    fn try_survivor(
        &self,
        record: &Service,
        target: Target,
        choice: SurvivorChoice,
    ) -> Result<Seen, String> {
        let service = &record.def.name;
        let pid = target.pid;
        let confirmed = platform::confirm(target).map_err(|why| why.to_string())?;
        self.no_foreign_tag(&confirmed)?;
        let kin = self.runs.kin();
        let tagged = confirmed.tag().map(|tag| &tag.service);
        let lives = |run| self.runs.query(run, &self.root).is_some();
        let of_a_run = kin
            .leaders
            .get(&pid)
            .or_else(|| kin.members.get(&(pid, target.start_ticks)))
            .map(|(owner, _)| owner)
            .or(tagged.filter(|owner| *owner != service))
            .or(confirmed
                .tag()
                .filter(|tag| lives(tag.run))
                .map(|tag| &tag.service));
        if let Some(owner) = of_a_run {
            return Err(format!("PID {pid} belongs to service {owner}"));
        }
        let seen = Seen {
            identity: *confirmed.identity(),
            run: confirmed.tag().map(|tag| tag.run),
            started_at: confirmed.started_at(),
            tree: others_in_tree(record, &confirmed),
        };
        match choice {
            SurvivorChoice::End(force) => self.end_survivor(service, confirmed, force)?,
            SurvivorChoice::Adopt if !confirmed.stands_alone(&self.root.dir, service) => {
                return Err(format!(
                    "PID {pid} shares its session with others, so it can be ended, not taken over"
                ));
            }
            SurvivorChoice::Adopt => {}
        }
        Ok(seen)
    }

    /// Signals a survivor; a kill is also for the rest of its tree.
    fn end_survivor(
        &self,
        service: &ServiceName,
        confirmed: Confirmed,
        force: Force,
    ) -> Result<(), String> {
        let pid = confirmed.identity().pid;
        match confirmed.signal(force.signal()) {
            Ok(Delivery::Sent) => {}
            Ok(Delivery::Gone) => return Err(Unconfirmed::Gone(pid).to_string()),
            Err(error) => return Err(format!("could not {error}")),
        }
        if force == Force::Kill {
            let (root, service) = (self.root.dir.clone(), service.clone());
            tokio::task::spawn_blocking(move || {
                let left = confirmed.kill_tree(&root, &service);
                if !left.is_empty() {
                    tracing::warn!(target: "processes", "{service}: {left:?} of the tree of PID {pid} did not end");
                }
            });
        }
        Ok(())
    }

    /// Reports the end of a survivor.
    pub(super) fn watch_survivor(&self, service: ServiceName, target: Target) -> Vec<Input> {
        let identity = Identity {
            pid: target.pid,
            start_ticks: target.start_ticks,
            pidfd_ino: None,
        };
        let gone = Input::Doubt {
            service,
            doubt: Doubt::Gone(target),
        };
        let Some(survivor) = Adopted::open(&identity) else {
            return vec![gone];
        };
        let (watch, notes) = (survivor.exit_watch(), self.notes.clone());
        tokio::spawn(async move {
            watch.wait().await;
            // Nobody listens any more only when oats has left.
            let _ = notes.send(Note::Seen(gone)).await;
        });
        Vec::new()
    }

    /// Looks at the port of a service now.
    pub(super) fn look_now(
        &mut self,
        world: &World,
        service: ServiceName,
        now: Moment,
    ) -> Vec<Input> {
        match self.look_at_port(world, &service, now) {
            Some(listeners) => vec![Input::Port { service, listeners }],
            None => Vec::new(),
        }
    }
}

/// The other survivors of a service that belong to the tree of one.
fn others_in_tree(record: &Service, confirmed: &Confirmed) -> Vec<Target> {
    let others = record.survivors.iter();
    let others = others.filter(|it| it.pid != confirmed.identity().pid);
    others
        .filter(|it| confirmed.has_in_tree(it.pid))
        .map(|it| Target {
            pid: it.pid,
            start_ticks: it.start_ticks,
        })
        .collect()
}

/// Whether a listener is exactly this process.
fn is(listening: &Listening, target: Target) -> bool {
    let process = &listening.process;
    process.pid == Some(target.pid) && process.start_ticks == Some(target.start_ticks)
}

/// Whether a listener is a stranger to the service; else what it is.
fn no_kin(record: &Service, found: &Listening, pid: Pid, port: Port) -> Result<(), String> {
    let state = holder::classify(record, std::slice::from_ref(found));
    if state.protected.is_some() {
        return Err(Unconfirmed::Protected(pid).to_string());
    }
    match (state.holder.class, &state.holder.service) {
        (HolderClass::Stranger, _) => Ok(()),
        (HolderClass::Own, _) => Err(format!("PID {pid} is a process of this service")),
        (HolderClass::OwnLeftover, _) => Err(format!("PID {pid} is left over from this service")),
        (HolderClass::OtherService, Some(other)) => {
            Err(format!("PID {pid} belongs to service {other}"))
        }
        (HolderClass::OtherUser, _) => {
            let user = found.process.user.clone();
            Err(Unconfirmed::OtherUser(pid, user).to_string())
        }
        (HolderClass::OtherService | HolderClass::Unseen | HolderClass::Free, _) => {
            Err(format!("PID {pid} does not hold port {port} any more"))
        }
    }
}

/// How a Free port got on.
fn freed(service: ServiceName, seq: Seq, news: FreeNews) -> Input {
    Input::Freed { service, seq, news }
}
