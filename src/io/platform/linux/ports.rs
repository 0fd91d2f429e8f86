//! Who listens on which port: sockets, whose they are, and who those are.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
};

use super::{
    describe::{SocketOwner, describe, unseen_holder},
    identity::user_name,
    owners::{Owned, Owners},
    sockets::{Listener, SocketError, SocketWatch},
};
use crate::model::{HolderProcess, Mono, Pid, Port};

/// A process that listens on a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortListener {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// The user who made the socket.
    pub uid: u32,
    /// The name of that user; the number where there is no name.
    pub user: Arc<str>,
    /// The process; `None` when we may not see it.
    pub owner: Option<Arc<SocketOwner>>,
}

impl PortListener {
    /// As it is shown.
    pub fn to_holder_process(&self) -> HolderProcess {
        let address = self.address.to_string();
        match &self.owner {
            Some(owner) => owner.to_holder_process(address),
            None => unseen_holder(self.user.to_string(), address),
        }
    }
}

/// Looks at ports. Keeps its socket and what it learnt, so that a look at what has not changed
/// costs next to nothing.
pub struct PortScanner {
    watch: SocketWatch,
    owners: Owners,
    described: BTreeMap<Pid, Arc<SocketOwner>>,
    users: BTreeMap<u32, Arc<str>>,
}

impl PortScanner {
    /// A scanner that has seen nothing yet.
    ///
    /// # Errors
    ///
    /// See [`SocketWatch::new`].
    pub fn new() -> Result<Self, SocketError> {
        Ok(Self {
            watch: SocketWatch::new()?,
            owners: Owners::default(),
            described: BTreeMap::new(),
            users: BTreeMap::new(),
        })
    }

    /// Who listens on these ports: one entry for each process and address, lowest pid first; a
    /// port that nobody listens on is left out. The `likely` processes and their descendants are
    /// looked into first.
    ///
    /// # Errors
    ///
    /// See [`SocketWatch::listeners`].
    pub fn scan(
        &mut self,
        ports: &BTreeSet<Port>,
        likely: &[Pid],
        now: Mono,
    ) -> Result<BTreeMap<Port, Vec<PortListener>>, SocketError> {
        let mut listeners = self.watch.listeners(ports)?;
        let inodes: Vec<u32> = listeners.iter().map(|listener| listener.inode).collect();
        let owners = self.owners.resolve(&inodes, likely, now);
        let vanished = |owned: &Owned| owned.fresh && owned.pids.is_empty();
        if owners.values().any(vanished) {
            // Whoever was not found may just have left, which is not the same as hidden.
            listeners = self.watch.listeners(ports)?;
            listeners.retain(|listener| owners.contains_key(&listener.inode));
        }
        self.forget(&owners);
        let mut found: BTreeMap<Port, Vec<PortListener>> = BTreeMap::new();
        for listener in &listeners {
            let owned = owners.get(&listener.inode);
            let pids = owned.map(|owned| owned.pids.as_slice()).unwrap_or_default();
            let entries = self.entries(listener, pids);
            found.entry(listener.port).or_default().extend(entries);
        }
        for entries in found.values_mut() {
            entries.sort_by_key(|entry| (entry.pid().is_none(), entry.pid(), entry.address));
            // One process may listen more than once on the same address.
            entries.dedup();
        }
        Ok(found)
    }

    /// Whether nobody listens on a port while closed connections to it linger in the kernel.
    ///
    /// # Errors
    ///
    /// See [`SocketWatch::time_wait_only`].
    pub fn time_wait_only(&mut self, port: Port) -> Result<bool, SocketError> {
        self.watch.time_wait_only(port)
    }

    /// Forgets the descriptions of those who hold nothing any more, and of those who were looked
    /// for anew: they may run another program by now, or have another parent.
    fn forget(&mut self, owners: &BTreeMap<u32, Owned>) {
        let pids = |fresh: bool| {
            let owned = owners.values().filter(move |owned| owned.fresh == fresh);
            owned.flat_map(|owned| &owned.pids).copied()
        };
        let mut keep: BTreeSet<Pid> = pids(false).collect();
        for pid in pids(true) {
            keep.remove(&pid);
        }
        self.described.retain(|pid, _| keep.contains(pid));
    }

    /// One entry for each process that holds the socket, or one without a process.
    fn entries(&mut self, listener: &Listener, pids: &[Pid]) -> Vec<PortListener> {
        let user = self.user(listener.uid);
        let entry = |owner| PortListener {
            address: listener.address,
            uid: listener.uid,
            user: Arc::clone(&user),
            owner,
        };
        let owners = pids.iter().filter_map(|pid| self.owner(*pid));
        let mut entries: Vec<PortListener> = owners.map(|owner| entry(Some(owner))).collect();
        if entries.is_empty() {
            entries.push(entry(None));
        }
        entries
    }

    /// Who a process is.
    fn owner(&mut self, pid: Pid) -> Option<Arc<SocketOwner>> {
        if let Some(known) = self.described.get(&pid) {
            return Some(Arc::clone(known));
        }
        let owner = Arc::new(describe(pid)?);
        self.described.insert(pid, Arc::clone(&owner));
        Some(owner)
    }

    /// The name of a user.
    fn user(&mut self, uid: u32) -> Arc<str> {
        let name = || user_name(uid).into();
        Arc::clone(self.users.entry(uid).or_insert_with(name))
    }
}

impl PortListener {
    fn pid(&self) -> Option<Pid> {
        self.owner.as_ref().map(|owner| owner.identity.pid)
    }
}
