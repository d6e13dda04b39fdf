//! Stays with a shell command of the person's until it is over: the set-up command and the verify command. Meanwhile it
//! obeys Ctrl-C and `stop`, takes other requests, and shows what runs.

use std::time::{Duration, Instant};

use crate::engine::happening::Happening;
use crate::engine::orchestrator::{Orchestrator, TICK};
use crate::engine::say::Live;
use crate::engine::{EngineError, Wish};
use crate::process::{Finished, Launch, run_bounded};

/// A shell command that is about to start.
pub(super) struct Errand<'a> {
    /// What is shown in the provider's place, e.g. `verify`.
    pub(super) label: &'static str,
    /// What it is called for people, e.g. `verification`.
    pub(super) name: &'static str,
    /// The command line, without secrets.
    pub(super) command: &'a str,
    /// How long it may run.
    pub(super) limit: Duration,
}

impl Orchestrator<'_> {
    /// Starts the command and returns once nothing of it is left. Ctrl-C and `stop` end it early.
    pub(super) fn stay_with(&mut self, launch: Launch, errand: &Errand<'_>) -> Result<Finished, EngineError> {
        let mut live = Live::begun(self.session().iteration, &self.session().phase, errand.label);
        live.tool = Some(errand.command.to_owned());
        self.say.live(Some(&live));
        self.swept = false;
        let mut looked = Instant::now();
        let mut stop = false;
        let mut trouble = None;
        let ran = run_bounded(launch, errand.limit, || {
            stop |= self.hear_interrupt(errand);
            if !stop && looked.elapsed() >= TICK {
                looked = Instant::now();
                self.say.live(Some(&live));
                match self.take_requests() {
                    Ok(Some(Wish::Leave)) => {
                        self.say.line(&format!("stop was asked for: ending the {}", errand.name));
                        stop = true;
                    }
                    Ok(_) => {}
                    Err(error) => {
                        trouble = Some(error);
                        stop = true;
                    }
                }
            }
            stop
        });
        self.say.live(None);
        if let Some(error) = trouble {
            return Err(error);
        }
        let finished = ran?;
        self.swept = finished.ended.swept.left.is_empty();
        Ok(finished)
    }

    /// Whether Ctrl-C was pressed since the last look. Everything else that waits here is about an earlier child.
    fn hear_interrupt(&mut self, errand: &Errand<'_>) -> bool {
        let mut heard = false;
        while let Some(happening) = self.happenings.next(Duration::ZERO) {
            if matches!(happening, Happening::Interrupt) {
                if !self.interrupted {
                    self.say.line(&format!("interrupted: ending the {}", errand.name));
                }
                self.interrupted = true;
                heard = true;
            }
        }
        heard
    }
}
