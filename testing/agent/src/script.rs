//! What the stand-in does, by phase and by how often it was started, or by the number of its iteration.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::invocation::Invocation;
use crate::step::Step;

/// A script: of the runs that fit an invocation, the first that is not used up is done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// Where invocations are recorded.
    pub records: PathBuf,
    /// Record nothing but iterations with their process ids, in the file `pids`: for long runs, in which a look at all earlier invocations
    /// would cost more and more. How often a run was done is not known then.
    #[serde(default)]
    pub light: bool,
    /// What there is to do.
    pub runs: Vec<Run>,
}

/// What one invocation does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Only in this phase.
    pub phase: Option<String>,
    /// At most so often.
    pub times: Option<usize>,
    /// Only when the prompt holds these words.
    #[serde(default)]
    pub told: Option<String>,
    /// One after the other.
    pub steps: Vec<Step>,
}

impl Script {
    /// A script without a run; an invocation that nothing fits is recorded as trouble.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is done in a phase, every time.
    #[must_use]
    pub fn each(self, phase: &str, steps: impl IntoIterator<Item = Step>) -> Self {
        self.with(Some(phase), None, steps)
    }

    /// What is done in a phase, once.
    #[must_use]
    pub fn once(self, phase: &str, steps: impl IntoIterator<Item = Step>) -> Self {
        self.times(1, phase, steps)
    }

    /// What is done in a phase, so often.
    #[must_use]
    pub fn times(self, times: usize, phase: &str, steps: impl IntoIterator<Item = Step>) -> Self {
        self.with(Some(phase), Some(times), steps)
    }

    /// What is done in a phase whenever the prompt holds these words, whatever was done before: an agent that is
    /// killed in the middle does the same again.
    #[must_use]
    pub fn told(mut self, phase: &str, words: &str, steps: impl IntoIterator<Item = Step>) -> Self {
        self = self.with(Some(phase), None, steps);
        if let Some(run) = self.runs.last_mut() {
            run.told = Some(words.to_owned());
        }
        self
    }

    /// What is done by the next invocation that nothing before fits, in whatever phase.
    #[must_use]
    pub fn next(self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.with(None, Some(1), steps)
    }

    /// Adds the runs of another script behind these.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.runs.extend(other.runs);
        self
    }

    fn with(
        mut self,
        phase: Option<&str>,
        times: Option<usize>,
        steps: impl IntoIterator<Item = Step>,
    ) -> Self {
        let steps = steps.into_iter().collect();
        self.runs.push(Run { phase: phase.map(str::to_owned), times, told: None, steps });
        self
    }

    /// The place of the run that an invocation in this phase with this prompt does.
    #[must_use]
    pub fn choose(&self, phase: &str, prompt: &str, earlier: &[Invocation]) -> Option<usize> {
        self.runs.iter().enumerate().position(|(place, run)| {
            let used = earlier.iter().filter(|invocation| invocation.run == Some(place)).count();
            run.phase.as_deref().is_none_or(|wanted| wanted == phase)
                && run.times.is_none_or(|times| used < times)
                && run.told.as_deref().is_none_or(|words| prompt.contains(words))
        })
    }

    /// Reads a script; from a folder, the one that is named after the iteration: `7.json`.
    ///
    /// # Errors
    /// When the file cannot be read or is no script.
    pub fn read(path: &Path, iteration: &str) -> io::Result<Self> {
        let text = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                fs::read(path.join(format!("{iteration}.json")))?
            }
            text => text?,
        };
        Ok(serde_json::from_slice(&text)?)
    }

    /// Writes the script, and makes the folder for records.
    ///
    /// # Errors
    /// When either cannot be made.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(&self.records)?;
        fs::write(path, serde_json::to_vec_pretty(self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(run: Option<usize>) -> Invocation {
        Invocation { run, ..Invocation::default() }
    }

    #[test]
    fn the_first_run_that_fits_and_is_not_used_up_is_done() {
        let script =
            Script::new().told("planning", "again", []).once("planning", []).next([]).each("planning", []);
        assert_eq!(script.choose("planning", "", &[]), Some(1));
        assert_eq!(script.choose("planning", "", &[done(Some(1))]), Some(2));
        assert_eq!(script.choose("planning", "", &[done(Some(1)), done(Some(2))]), Some(3));
        assert_eq!(script.choose("testing", "", &[done(Some(2))]), None);
        assert_eq!(script.choose("planning", "once again", &[done(Some(0))]), Some(0));
    }

    #[test]
    fn a_script_is_read_as_it_was_written() {
        let script = Script::new().once("done", [Step::Init, Step::Exit(3), Step::signal_text("{}")]);
        let text = serde_json::to_string(&script).unwrap();
        assert_eq!(serde_json::from_str::<Script>(&text).unwrap(), script);
    }
}
