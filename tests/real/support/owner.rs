//! An owner of a temporary root in this process, asked through its handle.

use std::{path::Path, sync::Arc, sync::mpsc, thread::JoinHandle, time::Instant};

use oats::{
    io::clock::Clock,
    model::{Action, Actor, Refusal, Seq, ServiceName, ServiceView, Snapshot, snapshot::OwnerMode},
    supervisor::{Ask, Begin, Command, Ends, Handle, Leaving, Owner, Setup, load},
};

use super::{DEADLINE, project::Project};

/// An owner that runs on a thread of its own.
pub(crate) struct Running {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Claims the root and runs; starts nothing.
    pub(crate) fn open(project: &Project) -> Self {
        Self::begin(project, Begin::Autostart)
    }

    /// Claims the root and runs; starts what `begin` says.
    pub(crate) fn begin(project: &Project, begin: Begin) -> Self {
        let dir = project.path().canonicalize().unwrap();
        let exe = Path::new(env!("CARGO_BIN_EXE_oats"));
        let loaded = load::load(&dir, exe).unwrap_or_else(|wrong| {
            let texts: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            panic!("the files of the test are wrong:\n{}", texts.join("\n"))
        });
        let setup = Setup {
            loaded,
            mode: OwnerMode::Serve,
            version: "test".to_owned(),
            environment: std::env::vars_os().collect(),
            seed: 7,
            begin,
        };
        let (owner, Ends { handle, feed }) = Owner::claim(setup, Clock).unwrap();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let _feed = feed;
                owner.run().await.unwrap();
            });
        });
        let running = Self {
            handle,
            thread: Some(thread),
        };
        super::wait_until("the owner has published", || {
            running.snapshot().seq > Seq(0)
        });
        running
    }

    /// The truth of this moment.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.handle.snapshot()
    }

    /// One service of it.
    pub(crate) fn view(&self, name: &str) -> Arc<ServiceView> {
        let name: ServiceName = name.parse().unwrap();
        self.snapshot()
            .services
            .get(&name)
            .expect("the service is there")
            .clone()
    }

    /// Waits until a service is as `holds` says; fails with what it was instead.
    pub(crate) fn wait(
        &self,
        name: &str,
        what: &str,
        holds: impl Fn(&ServiceView) -> bool,
    ) -> Arc<ServiceView> {
        let name: ServiceName = name.parse().unwrap();
        let end = Instant::now() + DEADLINE;
        loop {
            let snapshot = self.snapshot();
            if let Some(view) = snapshot.services.get(&name)
                && holds(view)
            {
                return view.clone();
            }
            assert!(
                Instant::now() < end,
                "waited in vain until {name} {what}; it is {:#?}",
                snapshot.services.get(&name)
            );
            std::thread::park_timeout(std::time::Duration::from_millis(5));
        }
    }

    /// Waits until a service is running and healthy.
    pub(crate) fn wait_healthy(&self, name: &str) -> Arc<ServiceView> {
        self.wait(name, "is healthy", |view| {
            view.phase == oats::model::Phase::Running
                && view.health == oats::model::health::HealthWord::Healthy
        })
    }

    /// Asks for an action; the answer of the gate.
    pub(crate) fn ask(&self, name: &str, action: Action) -> Result<Seq, Refusal> {
        let ask = Ask::new(name.parse().unwrap(), action, Actor::HUMAN);
        self.send(Command::Ask(ask))
    }

    /// Asks for an action that must be accepted, and waits until it has ended.
    pub(crate) fn act(&self, name: &str, action: Action) -> Arc<ServiceView> {
        let before = self.view(name).last_action.clone();
        self.ask(name, action).unwrap();
        self.wait(name, &format!("has ended {action}"), |view| {
            view.pending.is_none() && view.last_action.is_some() && view.last_action != before
        })
    }

    /// Sends a command and waits for the answer.
    pub(crate) fn send(&self, command: Command) -> Result<Seq, Refusal> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.handle
            .send(command, move |it| {
                let _ = answer.send(it);
            })
            .unwrap();
        answered.recv_timeout(DEADLINE).expect("the owner answers")
    }

    /// Leaves, and waits until the owner is gone.
    pub(crate) fn leave(mut self, how: Leaving) {
        self.send(Command::leave(how, Actor::CLI)).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Drop for Running {
    /// Kills every service of a test that did not come to its end.
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take()
            && self
                .handle
                .send(Command::leave(Leaving::KillAll, Actor::CLI), |_| {})
                .is_ok()
        {
            let _ = thread.join();
        }
    }
}
