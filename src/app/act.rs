//! `oats start|stop|kill|restart|recover`: asks the owner over its control API, and reads the
//! results in its ledger.

use std::{path::Path, time::Duration};

use super::{
    headless::runtime,
    logs::colours,
    print,
    progress::Progress,
    say,
    truth::{self, Truth, Whose},
};
use crate::{
    cli::{
        Exit,
        act::{
            ActArgs,
            answer::{Report, Row},
            choose,
        },
        plan::{self, Way},
        words::{self, Paint},
    },
    io::{
        clock::Clock,
        control::{Control, ControlError, Reply},
        ledger::Trail,
        platform,
    },
    model::{
        Action, Event, EventKind, Seq, ServiceName, Signal, Wall,
        control::{AskResult, CLI},
    },
};

/// How long the owner may take to say yes or no.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How long it may take when it was told to answer after a minute at the latest.
pub(super) const RESULT_WITHIN: Duration = Duration::from_secs(70);

/// How long the published truth may stay behind the ledger.
const PUBLISHED_WITHIN: Duration = Duration::from_secs(1);

/// What is asked for, beside whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// The action.
    pub(super) action: Action,
    /// A start without what it needs.
    pub(super) only: bool,
    /// A start that waits for a taken port.
    pub(super) when_free: bool,
}

impl Wish {
    /// This action, without choices.
    pub(super) fn plain(action: Action) -> Self {
        Self {
            action,
            only: false,
            when_free: false,
        }
    }

    /// Where it is asked for.
    fn path(self, service: &ServiceName) -> String {
        let mut path = format!("/api/actions/{}/{service}?only={}", self.action, self.only);
        if self.when_free {
            path += "&when=free";
        }
        path
    }
}

/// Runs one of the verbs that act.
pub(super) fn run(root: Option<&Path>, wish: Wish, args: &ActArgs, clock: Clock) -> Exit {
    let truth = if args.dry_run {
        truth::see(root, clock)
    } else {
        let what = format!("nothing can be done ({})", wish.action);
        truth::owned(root, &what, clock)
    };
    let truth = match truth {
        Ok(truth) => truth,
        Err(exit) => return exit,
    };
    let chosen = choose::choose(&truth.snapshot, wish.action, args);
    if let Some(nothing) = &chosen.nothing
        && !args.json
    {
        print(format!("{nothing}\n").as_bytes());
        return Exit::Done;
    }
    let job = Job {
        truth,
        wish,
        args,
        paint: Paint { colours: colours() },
        clock,
    };
    let mut report = Report {
        action: wish.action,
        dry_run: args.dry_run,
        ran_out: false,
        services: chosen.unknown.iter().map(|it| Row::unknown(it)).collect(),
        plan: None,
    };
    for row in &report.services {
        job.tell(row);
    }
    if let Some(time) = args.names.iter().find(|it| words::duration(it).is_ok())
        && args.wait.is_some()
        && !report.services.is_empty()
    {
        // What was meant for --wait must not start something with another patience.
        say(&format!(
            "oats: nothing was asked: did you mean --wait={time}?"
        ));
        return Exit::Refused;
    }
    let ended = if args.dry_run {
        job.foresee(&chosen.services, &mut report);
        Ok(())
    } else {
        job.ask(&chosen.services, &mut report)
    };
    if args.json {
        super::print_json(&report);
    }
    match ended {
        Ok(()) => report.exit(),
        Err(exit) => exit,
    }
}

/// One command.
struct Job<'a> {
    truth: Truth,
    wish: Wish,
    args: &'a ActArgs,
    paint: Paint,
    clock: Clock,
}

impl Job<'_> {
    /// Prints what came of one service: what was accepted on stdout, the rest on stderr.
    fn tell(&self, row: &Row) {
        if self.args.json {
            return;
        }
        let line = row.line(self.wish.action, self.args.dry_run, self.paint);
        if row.accepted {
            print(format!("{line}\n").as_bytes());
        } else {
            say(&line);
        }
    }

    fn foresee(&self, services: &[ServiceName], report: &mut Report) {
        if self.truth.whose == Whose::Looked {
            say("oats: nobody owns this root; this is what a new owner would answer");
        }
        for name in services {
            let snapshot = &self.truth.snapshot;
            let row = Row::foreseen(
                snapshot,
                name,
                self.wish.action,
                (self.wish.only, self.wish.when_free),
            );
            self.tell(&row);
            report.services.push(row);
        }
    }

    fn ask(&self, services: &[ServiceName], report: &mut Report) -> Result<(), Exit> {
        let control = Control::of(&self.truth.root, CLI).map_err(|error| unreached(&error))?;
        // From before the first ask: nothing of what follows is missed.
        let ledger = self.truth.root.ledger_file();
        let mut trail = Trail::from_now(&ledger).map_err(|error| {
            say(&format!(
                "oats: could not read {}: {error}",
                ledger.display()
            ));
            Exit::NotAsWanted
        })?;
        runtime()?.block_on(async {
            for name in services {
                let path = self.wish.path(name);
                let reply = answered(ANSWER_WITHIN, control.post(&path, String::new())).await?;
                let answer = reply.accepted().map_err(|error| unreached(&error))?;
                let row = Row::answered(&self.truth.snapshot, name, answer);
                self.tell(&row);
                report.services.push(row);
            }
            match self.args.wait {
                Some(wait) => self.wait(wait, &mut trail, report).await,
                None => Ok(()),
            }
        })
    }

    /// Waits for the results of what was accepted.
    async fn wait(
        &self,
        wait: Duration,
        trail: &mut Trail,
        report: &mut Report,
    ) -> Result<(), Exit> {
        let asks: Vec<Seq> = report
            .services
            .iter()
            .filter_map(|it| it.seq)
            .map(Seq)
            .collect();
        let mut interrupt = platform::catch(Signal::INT).map_err(|error| {
            say(&format!("oats: could not {error}"));
            Exit::Internal
        })?;
        let mut progress = Progress::new(self.clock);
        let mut events: Vec<Event> = Vec::new();
        let ends = self.clock.now().mono.after(wait);
        let mut was_gone = false;
        while report.services.iter().any(Row::is_open) {
            progress.line(&format!("waiting for {}", words::list(&open_of(report))));
            let mut fresh = Vec::new();
            let read = trail.read(|event| fresh.push(event));
            if let Err(error) = read {
                progress.clear();
                say(&format!("oats: could not read the ledger: {error}"));
                return Err(Exit::NotAsWanted);
            }
            for event in &fresh {
                self.take(event, report, &mut progress);
            }
            events.append(&mut fresh);
            if !report.services.iter().any(Row::is_open) {
                break;
            }
            if self.clock.now().mono >= ends {
                progress.clear();
                self.ran_out(wait, report);
                break;
            }
            let gone = truth::published(&self.truth.root, self.clock).is_none();
            if gone && std::mem::replace(&mut was_gone, true) {
                // What it wrote before it went has been read since.
                progress.clear();
                say("oats: the owner has gone; how it ended is not known");
                return Err(Exit::NotAsWanted);
            }
            tokio::select! {
                () = trail.grown() => {}
                () = interrupt.next() => {
                    progress.clear();
                    say("oats: interrupted; what was accepted goes on");
                    return Err(Exit::Interrupted);
                }
            }
        }
        progress.clear();
        self.published(&events).await;
        self.tell_plan(&events, &asks, report);
        Ok(())
    }

    /// Waits until the published truth knows of these results, so that whoever reads it next is
    /// told nothing older. It follows the ledger within some 50 ms.
    async fn published(&self, events: &[Event]) {
        let ends = self.clock.now().mono.after(PUBLISHED_WITHIN);
        let results = events.iter().filter(|it| it.kind == EventKind::Result);
        let results: Vec<(&ServiceName, Wall)> = results
            .filter_map(|event| Some((event.service.as_ref()?, event.at)))
            .collect();
        while self.clock.now().mono < ends {
            let Some((snapshot, _)) = truth::published(&self.truth.root, self.clock) else {
                return;
            };
            let knows = |(name, at): &(&ServiceName, Wall)| {
                let view = snapshot.services.get(*name);
                let last = view.and_then(|view| view.last_action.as_ref());
                last.is_some_and(|last| last.at >= *at)
            };
            if results.iter().all(knows) {
                return;
            }
            tokio::time::sleep(PUBLISHED_WITHIN / 50).await;
        }
    }

    /// A ledger line: the end of an ask that is waited for, or none.
    fn take(&self, event: &Event, report: &mut Report, progress: &mut Progress) {
        let (EventKind::Result, Some(cause), Some(result)) =
            (event.kind, event.cause, event.result)
        else {
            return;
        };
        let row = report
            .services
            .iter_mut()
            .find(|row| row.seq == Some(cause.0));
        let Some(row) = row else { return };
        row.result = Some(AskResult {
            result,
            code: event.code.clone(),
            reason: event.reason.clone(),
            duration_ms: event.duration_ms.unwrap_or_default(),
        });
        if let (false, Some(line)) = (self.args.json, row.ended(self.wish.action, self.paint)) {
            progress.clear();
            print(format!("{line}\n").as_bytes());
        }
    }

    /// Says what goes on after the wait.
    fn ran_out(&self, wait: Duration, report: &mut Report) {
        report.ran_out = true;
        let now = truth::published(&self.truth.root, self.clock);
        for row in report.services.iter().filter(|row| row.is_open()) {
            let Some(name) = &row.service else { continue };
            let view = now.as_ref().and_then(|(it, _)| it.services.get(name));
            let waits: Vec<String> = view
                .map(|view| view.waiting_for.iter().map(ToString::to_string).collect())
                .unwrap_or_default();
            let how = match (view, waits.as_slice()) {
                (Some(view), []) => format!("it is {}", view.phase),
                (Some(_), waits) => format!("it waits for {}", waits.join(", ")),
                (None, _) => "it goes on".to_owned(),
            };
            let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            say(&format!(
                "{name}: {} goes on after {}: {how} (oats why {name})",
                self.wish.action,
                words::took(millis)
            ));
        }
    }

    /// Who waited for whom, where several were started.
    fn tell_plan(&self, events: &[Event], asks: &[Seq], report: &mut Report) {
        if self.wish.action != Action::Start {
            return;
        }
        let plan = plan::of(events, asks, &self.truth.snapshot, Way::Up);
        report.plan = plan.filter(plan::Plan::is_worth_telling);
        if let (Some(plan), false) = (&report.plan, self.args.json) {
            print(plan.table(Way::Up).as_bytes());
        }
    }
}

/// The owner's answer, if it comes within this time.
pub(super) async fn answered(
    within: Duration,
    reply: impl Future<Output = Result<Reply, ControlError>>,
) -> Result<Reply, Exit> {
    match tokio::time::timeout(within, reply).await {
        Ok(reply) => reply.map_err(|error| unreached(&error)),
        Err(_elapsed) => {
            say("oats: the owner does not answer");
            Err(Exit::NotAsWanted)
        }
    }
}

/// Says that the owner could not be asked.
pub(super) fn unreached(error: &ControlError) -> Exit {
    say(&format!(
        "oats: the owner does not answer: could not {}",
        super::told(error)
    ));
    Exit::NotAsWanted
}

/// The services that are still waited for.
fn open_of(report: &Report) -> Vec<ServiceName> {
    let open = report.services.iter().filter(|row| row.is_open());
    open.filter_map(|row| row.service.clone()).collect()
}
