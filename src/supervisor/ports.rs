//! The port watch: who listens on the ports of our services, once a second and when it matters.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use crate::{
    core::World,
    io::platform::{self, PortListener, PortScanner, SocketError},
    model::{Mono, Pid, Port, RunId, ServiceName, port::Listening},
};

/// Whose run a leader's pid is.
pub(super) type Leaders = BTreeMap<Pid, (ServiceName, RunId)>;

/// Whose run a process is that was seen to belong to one: by its pid and start time.
pub(super) type Members = BTreeMap<(Pid, u64), (ServiceName, RunId)>;

/// Who belongs to the runs of this root.
#[derive(Default)]
pub(super) struct Kin {
    /// By the pid of a living leader.
    pub(super) leaders: Leaders,
    /// By having been seen.
    pub(super) members: Members,
}

/// Looks at ports.
pub(super) struct PortWatch {
    scanner: PortScanner,
    root: PathBuf,
    /// oats itself and its ancestors: never to be signalled.
    protected: BTreeSet<Pid>,
}

impl PortWatch {
    /// A watch for the services of this root.
    ///
    /// # Errors
    ///
    /// The kernel gives no socket for it.
    pub(super) fn new(root: PathBuf) -> Result<Self, SocketError> {
        let protected = platform::ancestors_and_self();
        Ok(Self {
            scanner: PortScanner::new()?,
            root,
            protected,
        })
    }

    /// Who listens on these ports; a port that nobody listens on is there with an empty list.
    ///
    /// # Errors
    ///
    /// The kernel does not answer.
    pub(super) fn look(
        &mut self,
        ports: &BTreeSet<Port>,
        kin: &Kin,
        now: Mono,
    ) -> Result<BTreeMap<Port, Vec<Listening>>, SocketError> {
        if ports.is_empty() {
            return Ok(BTreeMap::new());
        }
        let leaders = kin.leaders.keys().copied();
        let members = kin.members.keys().map(|(pid, _)| *pid);
        let likely: BTreeSet<Pid> = leaders.chain(members).collect();
        let likely: Vec<Pid> = likely.into_iter().collect();
        let mut seen = self.scanner.scan(ports, &likely, now)?;
        let listening = |listener: &PortListener| self.listening(listener, kin);
        Ok(ports
            .iter()
            .map(|port| {
                let found = seen.remove(port).unwrap_or_default();
                (*port, found.iter().map(listening).collect())
            })
            .collect())
    }

    /// Who listens on one port, told by a look that knows nothing from before. `likely` is looked
    /// into first.
    ///
    /// # Errors
    ///
    /// The kernel does not answer.
    pub(super) fn look_anew(
        &self,
        port: Port,
        likely: Pid,
        kin: &Kin,
        now: Mono,
    ) -> Result<Vec<Listening>, SocketError> {
        let mut seen = PortScanner::new()?.scan(&BTreeSet::from([port]), &[likely], now)?;
        let found = seen.remove(&port).unwrap_or_default();
        Ok(found.iter().map(|it| self.listening(it, kin)).collect())
    }

    /// A listener, and whose process tree it belongs to.
    fn listening(&self, listener: &PortListener, kin: &Kin) -> Listening {
        let process = listener.to_holder_process();
        let Some(owner) = &listener.owner else {
            return Listening {
                process,
                of: None,
                may_signal: platform::can_signal(listener.uid),
                protected: false,
            };
        };
        let pid = owner.identity.pid;
        let tagged = owner
            .tag
            .as_ref()
            .filter(|tag| tag.root == self.root)
            .map(|tag| (tag.service.clone(), tag.run));
        let foreign_tag = owner.tag.is_some() && tagged.is_none();
        // Without a tag (env -i, setproctitle) what was seen of it, its session or its ancestors tell.
        let seen = kin.members.get(&(pid, owner.identity.start_ticks));
        let by_birth = || {
            std::iter::once(&pid)
                .chain(std::iter::once(&owner.session))
                .chain(&owner.ancestors)
                .find_map(|ancestor| kin.leaders.get(ancestor).cloned())
        };
        let untagged = || seen.cloned().or_else(by_birth);
        let of = tagged.or_else(|| if foreign_tag { None } else { untagged() });
        Listening {
            process,
            of,
            may_signal: platform::can_signal(owner.uid),
            protected: self.protected.contains(&pid),
        }
    }
}

/// The ports of all services.
pub(super) fn declared(world: &World) -> BTreeSet<Port> {
    world
        .services
        .values()
        .filter_map(|service| service.def.port)
        .collect()
}
