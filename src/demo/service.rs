//! One running service: what it is, what it counts, and what is wrong with it.

use std::{cell::RefCell, io, path::PathBuf, rc::Rc, time::Duration};

use serde_json::{Map, Value, json};
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

use super::{
    active::Active,
    answer::Answer,
    args::{DemoArgs, Need},
    death::Death,
    dependency::Dependency,
    faults::Fault,
    note::Note,
    server::{DoorOrder, DoorWish},
    shop::{Role, role_of},
    tally::Tally,
};
use crate::{
    io::platform::proc,
    model::{Pid, ServiceName},
};

/// One running service. It lives on one thread: nothing in it is locked.
pub(super) struct Service {
    /// Its name.
    pub(super) name: ServiceName,
    /// What it does in the shop.
    pub(super) role: Role,
    /// Whom it needs.
    pub(super) needs: Vec<Rc<Dependency>>,
    /// Whether it takes faults.
    pub(super) allow_faults: bool,
    /// Whether it never becomes healthy.
    pub(super) never_healthy: bool,
    /// What is wrong with it.
    pub(super) active: Active,
    /// Where it may leave a note for its next run.
    pub(super) note: Option<Note>,
    started: Instant,
    tally: RefCell<Tally>,
    children: RefCell<Vec<Pid>>,
    door: mpsc::Sender<DoorOrder>,
    death: mpsc::Sender<Death>,
}

impl Service {
    /// The service that these arguments describe; it speaks to its door and to its end.
    pub(super) fn new(
        args: DemoArgs,
        door: mpsc::Sender<DoorOrder>,
        death: mpsc::Sender<Death>,
    ) -> Self {
        let role = role_of(args.name.as_str());
        let needs = if args.needs.is_empty() {
            needs_in_the_shop(role)
        } else {
            args.needs
        };
        let dependency = |need| Rc::new(Dependency::new(need));
        let note = |folder: PathBuf| Note::new(&folder, &args.name);
        Self {
            active: Active::default(),
            note: args.state_dir.map(note),
            name: args.name,
            role,
            needs: needs.into_iter().map(dependency).collect(),
            allow_faults: args.allow_faults,
            never_healthy: args.never_healthy,
            started: Instant::now(),
            tally: RefCell::default(),
            children: RefCell::default(),
            door,
            death,
        }
    }

    /// Counts an answered request.
    pub(super) fn count(&self, answer: &Answer, took: Duration) {
        let failed = answer.status.is_server_error();
        self.tally.borrow_mut().count(failed, took);
    }

    /// The faults that it has now.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = self.active.faults();
        if !self.living_children().is_empty() {
            faults.push(Fault::ForkChildren);
        }
        faults
    }

    /// Opens or shuts the listening socket; back when that is done.
    pub(super) async fn door(&self, wish: DoorWish) -> io::Result<()> {
        let gone = |_closed| io::Error::other("the service is stopping");
        let (order, done) = DoorOrder::new(wish);
        self.door.send(order).await.map_err(|_closed| gone(()))?;
        done.await.map_err(|_closed| gone(()))?
    }

    /// Ends the process like this.
    pub(super) async fn die(&self, death: Death) {
        // A second death has nothing to add.
        self.death.send(death).await.ok();
    }

    /// Remembers a child.
    pub(super) fn adopt(&self, child: Pid) {
        self.children.borrow_mut().push(child);
    }

    /// The children that still live; the dead are forgotten.
    pub(super) fn living_children(&self) -> Vec<Pid> {
        let mut children = self.children.borrow_mut();
        children.retain(|child| !proc::is_dead(*child));
        children.clone()
    }

    /// Everything about it, and about those it needs as they are right now.
    pub(super) async fn status(&self) -> Value {
        let dependencies = self.look_at_needs().await;
        let tally = self.tally.borrow();
        let faults: Vec<&str> = self.faults().iter().map(|fault| fault.row().name).collect();
        json!({
            "name": self.name,
            "version": env!("CARGO_PKG_VERSION"),
            "pid": std::process::id(),
            "uptime_s": self.started.elapsed().as_secs(),
            "requests": tally.requests(),
            "errors": tally.errors(),
            "latency_ms": tally.latency_ms(),
            "dependencies": dependencies,
            "faults": faults,
            "faults_left": self.active.left(),
            "children": self.living_children(),
        })
    }

    /// Looks at all it needs at once.
    async fn look_at_needs(&self) -> Map<String, Value> {
        let mut looks = JoinSet::new();
        for need in self.needs.iter().map(Rc::clone) {
            looks.spawn_local(async move { (need.name().to_string(), need.look().await) });
        }
        looks.join_all().await.into_iter().collect()
    }
}

/// Whom it needs by its role, at the ports of the shop.
fn needs_in_the_shop(role: Role) -> Vec<Need> {
    let need = |name: &&str| {
        Some(Need {
            name: name.parse().ok()?,
            address: ([127, 0, 0, 1], role_of(name).port).into(),
        })
    };
    role.needs.iter().filter_map(need).collect()
}
