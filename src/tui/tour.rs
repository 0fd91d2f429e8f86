//! The first steps for somebody who has never seen the console: one line at a time.

use std::time::Duration;

use crate::{
    keymap::{Command, Keymap},
    model::Mono,
};

/// How long a step stays that nobody takes.
pub const STAYS: Duration = Duration::from_secs(20);

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Something can be done to a service.
    Act,
    /// Everything that can be done is in one list.
    Actions,
    /// A log fills the screen.
    Log,
    /// All keys.
    Help,
}

/// Where the tour is; nowhere when it is over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tour {
    /// The step that is shown.
    pub step: Option<Step>,
    /// Until when; `None`: it has not been seen yet.
    pub until: Option<Mono>,
}

impl Tour {
    /// The tour at its first step.
    pub fn first() -> Self {
        Self {
            step: Some(Step::Act),
            until: None,
        }
    }

    /// The step after the one that is shown.
    fn next(step: Step) -> Option<Step> {
        match step {
            Step::Act => Some(Step::Actions),
            Step::Actions => Some(Step::Log),
            Step::Log => Some(Step::Help),
            Step::Help => None,
        }
    }

    /// Time goes on: a step that has been there long enough gives way. Says whether the tour is
    /// over by that.
    pub fn pass(&mut self, now: Mono) -> bool {
        let Some(step) = self.step else {
            return false;
        };
        match self.until {
            None => self.until = Some(now.after(STAYS)),
            Some(until) if until <= now => return self.go(Self::next(step), now),
            Some(_) => {}
        }
        false
    }

    /// A command was given: if it is what the step is about, the step has done its work. Says
    /// whether the tour is over by that.
    pub fn done(&mut self, command: Command, now: Mono) -> bool {
        let is_act = command.row().is_some_and(|row| row.action.is_some());
        let is_it = match self.step {
            None => false,
            Some(Step::Act) => is_act,
            Some(Step::Actions) => command == Command::ActionsOpen,
            Some(Step::Log) => matches!(command, Command::LogsOpen | Command::ViewLogs),
            Some(Step::Help) => command == Command::HelpShow,
        };
        match self.step.filter(|_| is_it) {
            Some(step) => self.go(Self::next(step), now),
            None => false,
        }
    }

    fn go(&mut self, next: Option<Step>, now: Mono) -> bool {
        self.step = next;
        self.until = next.map(|_| now.after(STAYS));
        next.is_none()
    }

    /// What the step says, with the keys as they are bound; `None` when there is nothing to say.
    pub fn says(&self, keymap: &Keymap) -> Option<String> {
        let key = |command| keymap.label(command);
        Some(match self.step? {
            Step::Act => {
                let (start, stop) = (key(Command::ServiceStart)?, key(Command::ServiceStop)?);
                format!(
                    "New here? {start} starts a service, {stop} stops it; if it cannot, you read why."
                )
            }
            Step::Actions => {
                let open = key(Command::ActionsOpen)?;
                format!("{open} shows everything that can be done to a service, and why not.")
            }
            Step::Log => {
                let (log, back) = (key(Command::LogsOpen)?, key(Command::NavBack)?);
                format!(
                    "{log} shows its log on the whole screen; {back} always goes one step back."
                )
            }
            Step::Help => {
                let (help, find) = (key(Command::HelpShow)?, key(Command::PaletteOpen)?);
                format!("{help} shows all keys, {find} finds any command by its name.")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Mono {
        Mono(Duration::from_secs(seconds))
    }

    #[test]
    fn the_tour_goes_away_by_itself() {
        let mut tour = Tour::first();
        assert!(!tour.pass(at(5)) && tour.until == Some(at(25)));
        assert!(!tour.pass(at(24)) && tour.step == Some(Step::Act));
        assert!(!tour.pass(at(25)) && tour.step == Some(Step::Actions));
        assert!(!tour.pass(at(45)) && !tour.pass(at(65)));
        assert!(tour.pass(at(85)), "it is over");
        assert_eq!(tour, Tour::default());
        assert!(!tour.pass(at(1000)));
    }

    #[test]
    fn a_step_that_was_taken_gives_way_to_the_next() {
        let mut tour = Tour::first();
        assert!(!tour.done(Command::HelpShow, at(1)));
        assert_eq!(tour.step, Some(Step::Act));
        assert!(!tour.done(Command::ServiceStart, at(1)));
        assert!(!tour.done(Command::ActionsOpen, at(2)));
        assert!(!tour.done(Command::LogsOpen, at(3)));
        assert!(tour.done(Command::HelpShow, at(4)));
        assert_eq!(tour.step, None);
    }

    #[test]
    fn every_step_names_the_keys_as_they_are_bound() {
        for name in Keymap::presets() {
            let map = Keymap::preset(name).unwrap();
            let mut tour = Tour::first();
            while let Some(step) = tour.step {
                let said = tour.says(&map).unwrap();
                assert!(said.len() < 120, "{said}");
                tour.go(Tour::next(step), at(1));
            }
        }
        let said = Tour::first().says(&Keymap::preset("lazydocker").unwrap());
        assert!(said.unwrap().contains("S starts a service, s stops"));
        assert_eq!(Tour::first().says(&Keymap::default()), None);
    }
}
