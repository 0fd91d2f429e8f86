//! What the loop does outside of the console: the clipboard, files, the pager.

use super::{
    looper::Looper,
    message::Msg,
    run::{ConsoleError, Copied},
    state::Tone,
    terminal::Surface,
};

impl<S: Surface> Looper<'_, S> {
    /// Copies a text; returns what is to be said about it.
    pub(super) fn copy(&mut self, text: &str, lines: usize) -> Result<Msg, ConsoleError> {
        let what = counted(lines);
        Ok(match (self.console.tools.copy)(text) {
            Copied::Tool(name) => Msg::Told(Tone::Info, format!("Copied {what} with {name}.")),
            Copied::Terminal { sequence, doubt } => {
                self.screen.pass(&sequence).map_err(ConsoleError::Draw)?;
                let text = format!("Copied {what} through the terminal (OSC 52).");
                match doubt {
                    None => Msg::Told(Tone::Info, text),
                    Some(doubt) => Msg::Told(Tone::Error, format!("{text} {doubt}")),
                }
            }
            Copied::File(path) => {
                let text = format!("No clipboard here: {what} are in {path}.");
                Msg::Told(Tone::Info, text)
            }
            Copied::Failed(why) => Msg::Told(Tone::Error, format!("Copied nothing: {why}.")),
        })
    }

    /// Saves a text; returns what is to be said about it.
    pub(super) fn save(&mut self, of: &str, text: &str, lines: usize) -> Msg {
        match (self.console.tools.save)(of, text) {
            Ok(path) => Msg::Told(Tone::Info, format!("Saved {} to {path}.", counted(lines))),
            Err(why) => Msg::Told(Tone::Error, format!("Saved nothing: could not {why}.")),
        }
    }

    /// Gives the terminal to a pager until it ends. Keys pressed meanwhile are the pager's.
    pub(super) fn page(&mut self, files: &[String]) -> Result<Option<Msg>, ConsoleError> {
        let keys = self.keys.take();
        if let Some(keys) = &keys {
            keys.close();
        }
        self.console.way_back.go();
        let paged = (self.console.tools.page)(files);
        let entered = self.screen.reenter();
        // A Ctrl-C was meant for the pager; the terminal may have another size now.
        let mut rest: Vec<Msg> = self.console.inbox.try_iter().collect();
        rest.retain(|msg| !matches!(msg, Msg::Interrupt | Msg::Suspend));
        if let Some(keys) = &keys {
            keys.open();
            // A change of the size while nobody read is told now.
            (self.console.tools.nudge)();
        }
        self.keys = keys;
        entered.map_err(ConsoleError::Draw)?;
        self.clear()?;
        for msg in rest {
            self.take(msg)?;
        }
        Ok(paged.err().map(|why| {
            let text = format!("No pager was shown: could not {why}.");
            Msg::Told(Tone::Error, text)
        }))
    }
}

/// "1 line", "17 lines"
fn counted(lines: usize) -> String {
    match lines {
        1 => "1 line".to_owned(),
        many => format!("{many} lines"),
    }
}
