//! `oats port`: looks for itself who listens; with a root it says what that is to its services.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use super::{
    free_port, headless,
    logs::colours,
    own_path, print, say,
    truth::{self, Whose},
};
use crate::{
    cli::{
        Exit,
        port::{self, PortArgs, Seen},
        words::Paint,
    },
    io::{
        clock::Clock,
        platform::{self, PortListener, PortScanner},
    },
    model::{HolderClass, Pid, Port, ServiceView, Snapshot, root::Root},
    supervisor,
};

/// `oats port`.
pub(super) fn run(named: Option<&Path>, args: &PortArgs, clock: Clock) -> Exit {
    let Some(port) = Port::new(args.port) else {
        say("oats: 0 is no port");
        return Exit::Refused;
    };
    let place = match Place::find(named, port, clock) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    if args.free {
        return free_port::run(&place, args, clock);
    }
    match place.look(clock) {
        Ok((seen, _)) => {
            show(&seen, args.json, clock);
            Exit::Done
        }
        Err(exit) => exit,
    }
}

/// Prints who listens.
pub(super) fn show(seen: &Seen, json: bool, clock: Clock) {
    if json {
        super::print_json(seen);
        return;
    }
    let paint = Paint { colours: colours() };
    let text = port::text(seen, clock.now().wall, paint, platform::proc::command);
    print(text.as_bytes());
}

/// A port, and the root in whose light it is seen, where there is one.
pub(super) struct Place {
    pub(super) port: Port,
    pub(super) root: Option<Root>,
    pub(super) snapshot: Option<std::sync::Arc<Snapshot>>,
    /// Whether an owner answers.
    pub(super) owned: bool,
}

impl Place {
    /// A root that was named must be one; one that was only looked for may be missing or broken.
    fn find(named: Option<&Path>, port: Port, clock: Clock) -> Result<Self, Exit> {
        let mut place = Self {
            port,
            root: None,
            snapshot: None,
            owned: false,
        };
        let dir = if named.is_some() {
            super::find_root(named)?
        } else {
            let here = std::env::current_dir().unwrap_or_default();
            match supervisor::find_root(None, &here) {
                Ok(dir) => dir,
                Err(_none) => return Ok(place),
            }
        };
        let root = supervisor::paths(&dir, &own_path());
        if let Some((snapshot, whose)) = truth::published(&root, clock) {
            place.owned = whose == Whose::Owner;
            place.snapshot = Some(snapshot.into());
        } else if supervisor::load(&dir, &own_path()).is_ok() {
            place.snapshot = headless::look(&dir, clock).ok();
        } else {
            say(
                "oats: the files of this root are wrong (oats check), so its services are left out",
            );
        }
        place.root = Some(root);
        Ok(place)
    }

    /// Who listens now.
    pub(super) fn look(&self, clock: Clock) -> Result<(Seen, Vec<PortListener>), Exit> {
        let look = || {
            let mut scanner = PortScanner::new()?;
            let ports = BTreeSet::from([self.port]);
            let found = scanner.scan(&ports, &[], clock.now().mono)?;
            let listeners = found.into_values().next().unwrap_or_default();
            let time_wait = listeners.is_empty() && scanner.time_wait_only(self.port)?;
            Ok::<_, platform::SocketError>((listeners, time_wait))
        };
        let (listeners, time_wait) = look().map_err(|error| {
            say(&format!(
                "oats: could not look at port {}: {error}",
                self.port
            ));
            Exit::NotAsWanted
        })?;
        Ok((self.judge(&listeners, time_wait), listeners))
    }

    /// What one listener is, as far as it can be told without the word of whoever knows the runs: a
    /// leftover is then a stranger, since nothing weaker than the last run proves it.
    fn class_of(&self, listener: &PortListener, wanting: Option<&Arc<ServiceView>>) -> HolderClass {
        let tag = listener.owner.as_ref().and_then(|owner| owner.tag.as_ref());
        let root = self.root.as_ref();
        let ours = tag.filter(|tag| root.is_some_and(|root| root.dir == tag.root));
        let named = ours.map(|tag| {
            let view = wanting.filter(|view| view.name == tag.service);
            (view, view.is_some_and(|view| view.run == Some(tag.run)))
        });
        match named {
            Some((Some(_), true)) => return HolderClass::Own,
            Some((None, _)) => return HolderClass::OtherService,
            Some((Some(_), false)) | None => {}
        }
        match pid_of(listener) {
            _ if !platform::can_signal(uid(listener)) => HolderClass::OtherUser,
            None => HolderClass::Unseen,
            Some(_) => HolderClass::Stranger,
        }
    }

    /// What they are to the services of the root.
    fn judge(&self, listeners: &[PortListener], time_wait: bool) -> Seen {
        let views = self.snapshot.iter().flat_map(|it| it.services.values());
        let wanting = views.clone().find(|view| view.port == Some(self.port));
        let tagged = listeners.iter().find_map(|listener| {
            let tag = listener.owner.as_ref()?.tag.as_ref()?;
            let root = self.root.as_ref()?;
            (tag.root == root.dir).then(|| tag.clone())
        });
        let published = wanting.and_then(|view| view.holder.as_ref());
        // The published word counts while it is about the same process.
        let same = published.filter(|holder| {
            let pid = listeners.iter().find_map(pid_of);
            pid.is_some() && holder.processes.iter().any(|process| process.pid == pid)
        });
        let classes = listeners
            .iter()
            .map(|listener| self.class_of(listener, wanting));
        // The most foreign one decides.
        let seen = classes.max().unwrap_or(HolderClass::Free);
        let class = same.map_or(seen, |holder| holder.class);
        Seen {
            port: self.port,
            free: listeners.is_empty(),
            time_wait,
            root: self
                .root
                .as_ref()
                .map(|root| root.dir.display().to_string()),
            service: wanting.map(|view| view.name.clone()),
            class,
            holder_service: tagged
                .map(|tag| tag.service)
                .or_else(|| same.and_then(|holder| holder.service.clone())),
            processes: listeners
                .iter()
                .map(PortListener::to_holder_process)
                .collect(),
        }
    }
}

/// Whose process it is.
fn uid(listener: &PortListener) -> u32 {
    listener
        .owner
        .as_ref()
        .map_or(listener.uid, |owner| owner.uid)
}

/// Which process it is, where it may be seen.
pub(super) fn pid_of(listener: &PortListener) -> Option<Pid> {
    listener.owner.as_ref().map(|owner| owner.identity.pid)
}
