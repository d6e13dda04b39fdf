//! A script that plays a competent engineer through samocode's workflow with real tool calls.
//!
//! It keeps nothing between two requests: phase, paths and answers come from the prompt, everything else from the
//! results of its own tool calls, as with a real model. What samocode promises a phase (labels, paths, agent text,
//! tools, the person's answers) is checked at each request, and refused loudly when it is missing.

mod document;
mod done;
mod implementation;
mod investigation;
mod planning;
mod product;
mod promises;
mod quality;
mod questions;
mod requirements;
mod testing;
mod work;

use std::collections::BTreeMap;

use crate::reply::Reply;
use crate::script::Script;
use crate::turn::Turn;
use work::{Halt, Step, Work};

/// The phases of a workflow that a model runs, in order.
#[derive(Debug, Clone)]
pub struct Walkthrough {
    phases: &'static [&'static str],
    task: Option<String>,
    last_commands: BTreeMap<String, String>,
}

impl Walkthrough {
    /// `full`: two questions, a plan to approve, three plan phases with a commit each, test, review, summary.
    #[must_use]
    pub fn full() -> Self {
        Self::through(&[
            "investigation",
            "requirements",
            "planning",
            "implementation",
            "testing",
            "quality",
            "done",
        ])
    }

    /// `design`: ends with the approved plan.
    #[must_use]
    pub fn design() -> Self {
        Self::through(&["investigation", "requirements", "planning", "done"])
    }

    /// `research`: ends with the dive document.
    #[must_use]
    pub fn research() -> Self {
        Self::through(&["investigation", "done"])
    }

    /// `quick`: no gates; the whole change in one iteration.
    #[must_use]
    pub fn quick() -> Self {
        Self::through(&["implementation", "testing", "done"])
    }

    fn through(phases: &'static [&'static str]) -> Self {
        Self { phases, task: None, last_commands: BTreeMap::new() }
    }

    /// Every prompt must contain this text.
    #[must_use]
    pub fn with_task(mut self, task: &str) -> Self {
        self.task = Some(task.to_owned());
        self
    }

    /// Each iteration of this phase runs one more command with `Bash` after its signal, whatever comes of it.
    #[must_use]
    pub fn with_last_command(mut self, phase: &str, command: &str) -> Self {
        self.last_commands.insert(phase.to_owned(), command.to_owned());
        self
    }

    fn run(&self, turn: &Turn) -> Step<String> {
        let phase = promises::check(turn, self.phases, self.task.as_deref()).map_err(Halt::Wrong)?;
        let after = self.phases.iter().skip_while(|known| **known != phase).nth(1).copied().unwrap_or(phase);
        let mut work = Work::start(turn, after)?;
        let text = match phase {
            "investigation" => investigation::run(&mut work),
            "requirements" => requirements::run(&mut work),
            "planning" => planning::run(&mut work),
            "implementation" => implementation::run(&mut work),
            "testing" => testing::run(&mut work),
            "quality" => quality::run(&mut work),
            "done" => done::run(&mut work),
            other => Err(Halt::Wrong(format!("no part is written for the phase `{other}`"))),
        }?;
        self.last_commands.get(phase).map_or(Ok(()), |command| work.try_bash(command))?;
        Ok(text)
    }
}

impl Script for Walkthrough {
    fn reply(&mut self, turn: &Turn) -> Reply {
        match self.run(turn) {
            Ok(text) => Reply::Text(text),
            Err(Halt::Call(call)) => Reply::call(call),
            Err(Halt::Wrong(why)) => Reply::Unexpected(format!(
                "phase {}, answer {}: {why}",
                turn.label("Phase").unwrap_or("unknown"),
                turn.answers + 1
            )),
        }
    }
}
