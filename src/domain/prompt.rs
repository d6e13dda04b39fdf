//! The user message of an iteration: labelled facts, then what has to be said. Whatever stays the same between
//! iterations is in the system part, so that the provider's prompt cache holds.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use jiff::Zoned;

use crate::domain::check::prompt_section;
use crate::domain::gate::GateAsk;
use crate::domain::request::{Effect, Who};
use crate::domain::review;
use crate::domain::session::Session;

/// What the message is made from.
#[derive(Debug, Clone)]
pub struct Prompt<'a> {
    /// The session, ready for the iteration.
    pub session: &'a Session,
    /// Number of the iteration that is about to start.
    pub iteration: u32,
    /// The session folder.
    pub session_dir: &'a Path,
    /// The person's main checkout.
    pub main_repo: &'a Path,
    /// Where `MAIN_REPO` is below the top of its repository; none where it is the top.
    pub subfolder: Option<&'a Path>,
    /// When the child is ended.
    pub time_limit: Duration,
    /// Local time.
    pub now: &'a Zoned,
    /// What was found in the worktree that needs saying.
    pub found: &'a [String],
    /// The person's verify command.
    pub verify: Option<&'a str>,
}

/// Local time as it begins file names: `01-08-14:30`.
#[must_use]
pub fn file_stamp(now: &Zoned) -> String {
    now.strftime("%m-%d-%H:%M").to_string()
}

/// Local time as log lines have it: `01-08 14:30`.
#[must_use]
pub fn log_stamp(now: &Zoned) -> String {
    now.strftime("%m-%d %H:%M").to_string()
}

impl Prompt<'_> {
    /// The message.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.labels();
        self.left(&mut text);
        let logs = self.session_dir.join("_logs");
        section(&mut text, "Verification", &prompt_section(self.session, self.verify, &logs));
        section(&mut text, "Outside reviews", &review::prompt_section(self.session, self.session_dir));
        self.gate(&mut text);
        let guidance = self.session.guidance.unread().collect::<Vec<_>>().join("\n\n");
        section(&mut text, "Guidance from the person", &guidance);
        section(&mut text, "Topic of the investigation", self.session.dive.as_deref().unwrap_or_default());
        section(&mut text, "Task", self.session.task.as_deref().unwrap_or_default());
        text
    }

    fn labels(&self) -> String {
        let session = self.session;
        let place = session.place.as_ref();
        let worktree = place.map(|place| place.worktree.display().to_string()).unwrap_or_default();
        let base = place.map_or("", |place| place.base_branch.as_str());
        let targets: Vec<&str> = session.targets_now().map(|step| step.phase.as_str()).collect();
        let project = match (place, self.subfolder) {
            (Some(place), Some(below)) => place.worktree.join(below).display().to_string(),
            _ => String::new(),
        };
        let labels: [(&str, String); 15] = [
            ("Session path", self.session_dir.display().to_string()),
            ("Working directory", worktree.clone()),
            ("Main repository", self.main_repo.display().to_string()),
            ("Worktree path", worktree),
            ("Project folder", project),
            ("Branch name", session.branch.clone()),
            ("Base branch", base.to_owned()),
            ("Workflow", session.workflow.name.clone()),
            ("Phase", session.phase.to_string()),
            ("May go to", targets.join(", ")),
            ("Iteration", self.iteration.to_string()),
            ("Time limit", format!("{} s", self.time_limit.as_secs())),
            ("TIMESTAMP_FILE", file_stamp(self.now)),
            ("TIMESTAMP_LOG", log_stamp(self.now)),
            ("TIMESTAMP_ITERATION", self.now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
        ];
        let plan = session.approved.as_ref().map(|plan| self.session_dir.join(&plan.file));
        let plan = plan.map(|path| ("Approved plan", path.display().to_string()));
        labels.iter().chain(plan.iter()).filter(|(_, value)| !value.is_empty()).fold(
            String::new(),
            |mut text, (label, value)| {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{label}: {value}");
                text
            },
        )
    }

    fn left(&self, text: &mut String) {
        let all: Vec<String> = self
            .session
            .news
            .told
            .iter()
            .chain(self.found)
            .map(|word| format!("- {}", word.replace('\n', "\n  ")))
            .collect();
        section(text, "What the last iteration left", &all.join("\n"));
    }

    fn gate(&self, text: &mut String) {
        let Some((who, effect)) = &self.session.news.gate else {
            return;
        };
        match effect {
            Effect::Rejected(message) => {
                section(text, "Plan rejected", &format!("By {who}, with these words:\n\n{message}"));
            }
            Effect::Answered { .. } | Effect::Approved { .. } | Effect::ActionDone | Effect::Moved(_) => {
                section(text, "Gate passed", &self.passed(who, effect));
            }
            Effect::Refused(_)
            | Effect::Guided(_)
            | Effect::Stopping
            | Effect::Resumed
            | Effect::Restored { .. }
            | Effect::Reopened { .. } => {}
        }
    }

    fn passed(&self, who: &Who, effect: &Effect) -> String {
        let mut said = match effect {
            Effect::Approved { plan, .. } => {
                format!("The plan {} was approved by {who}.", self.session_dir.join(&plan.file).display())
            }
            Effect::ActionDone => format!("What only a person could do is done, says {who}."),
            Effect::Moved(phase) => format!("The session was moved to {phase} by {who}."),
            Effect::Answered { .. } => format!("The questions were answered by {who}:"),
            Effect::Refused(_)
            | Effect::Rejected(_)
            | Effect::Guided(_)
            | Effect::Stopping
            | Effect::Resumed
            | Effect::Restored { .. }
            | Effect::Reopened { .. } => String::new(),
        };
        if matches!(effect, Effect::Answered { .. }) {
            for answer in self.session.answers_in_order() {
                let _ = write!(
                    said,
                    "\n- {}: {}\n  Answer: {}",
                    answer.id,
                    answer.title,
                    answer.text.replace('\n', "\n  ")
                );
            }
        }
        said
    }
}

/// What the person is asked at a gate, in one line.
#[must_use]
pub fn gate_line(ask: &GateAsk) -> String {
    match ask {
        GateAsk::Answers => "answers to the questions of _qa.md".to_owned(),
        GateAsk::Approval(plan) => format!("approval of {}", plan.file),
        GateAsk::HumanAction { reason, file: None } => format!("something only you can do: {reason}"),
        GateAsk::HumanAction { reason, file: Some(file) } => {
            format!("something only you can do, in {file}: {reason}")
        }
    }
}

fn section(text: &mut String, heading: &str, body: &str) {
    if !body.trim().is_empty() {
        let _ = write!(text, "\n## {heading}\n\n{}\n", body.trim_end());
    }
}

#[cfg(test)]
mod tests;
