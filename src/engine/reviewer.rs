//! One outside reviewer: what is started for it, and what it left.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Zoned;

use crate::config::ProviderKind;
use crate::domain::budget;
use crate::domain::outcome::{Outcome, Usage};
use crate::domain::prompt::file_stamp;
use crate::domain::review::{Review, ReviewEnd};
use crate::domain::watch::Overdue;
use crate::engine::happening::Happening;
use crate::engine::orchestrator::Orchestrator;
use crate::engine::say::Live;
use crate::engine::watching::{Start, Watching, judged, lock, milliseconds};
use crate::engine::{EngineError, random_hex};
use crate::process::Launch;
use crate::provider::{Provider, ReviewSpec};
use crate::store::write_atomic;

/// A reviewer at work.
pub(super) struct Reviewer {
    pub(super) provider: Provider,
    pub(super) watching: Watching,
}

/// How one ended.
pub(super) enum Closed {
    /// By itself, or for a reason of its own.
    Done(Review),
    /// Somebody ended it: it is asked again.
    Cut { usage: Usage, took_ms: u64 },
}

/// What came of all of them.
#[derive(Debug, Default)]
pub(super) struct Ran {
    /// Something of them could not be ended.
    pub(super) left: bool,
    /// What those used that were cut short.
    pub(super) usage: Usage,
    /// How long those ran, in milliseconds.
    pub(super) took_ms: u64,
}

impl Orchestrator<'_> {
    /// Starts one. What hinders it is returned in words: nothing of it stops the session.
    pub(super) fn start_reviewer(
        &mut self,
        kind: ProviderKind,
        iteration: u32,
        place: usize,
    ) -> Result<Reviewer, String> {
        let provider = self.settings.adapter(kind);
        let command = self.reviewer_command(kind, &provider, iteration).map_err(|error| error.to_string())?;
        let live = Live::begun(iteration, &self.session().phase, provider.name());
        let events = Mutex::new(self.happenings.sender());
        let what = Start { provider: &provider, agent: "", live, keeps_message: true };
        let watching = Watching::start(command, what, move |event| {
            if let Ok(sender) = events.lock() {
                // The receiver outlives every child.
                let _ = sender.send(Happening::Reviewer(iteration, place, event));
            }
        });
        Ok(Reviewer { watching: watching.map_err(|error| error.to_string())?, provider })
    }

    fn reviewer_command(
        &mut self,
        kind: ProviderKind,
        provider: &Provider,
        iteration: u32,
    ) -> Result<Launch, EngineError> {
        self.check_version(provider)?;
        let child = self.settings.environment(Some(provider));
        self.say_withheld(provider.name(), &child.withheld);
        let layout = self.record.layout().clone();
        let worktree = self.session().worktree().cloned().unwrap_or_default();
        let own = self.settings.config.provider_settings(kind);
        let prepared = provider.review(&ReviewSpec {
            model: own.model.as_deref().unwrap_or_default(),
            worktree: &worktree,
            readable: &[layout.session_dir(), layout.review()],
            confined: self.sandbox.is_some(),
            env: &child.variables,
            // Reviewers run at the same time, but no more than one of them counts money.
            cost_left: budget::cost_left(&self.settings.config.policy, &self.session().counters.spent),
        })?;
        let spec = self.with_own_state(prepared, provider)?;
        let spec = self.confined_to_reading(spec, &worktree, provider)?;
        let what = format!("review-{}", provider.name());
        let tag = format!("{}/{iteration}-{what}-{}", layout.process_mark(), random_hex()?);
        let stdout_log = self.stream_log(iteration, &what);
        Ok(self.launch_logged(spec, layout.review_prompt(), tag, stdout_log))
    }

    /// What it left, its report written.
    pub(super) fn close_reviewer(&mut self, reviewer: Reviewer) -> Result<Closed, EngineError> {
        let Reviewer { provider, watching } = reviewer;
        let took_ms = milliseconds(watching.started.elapsed());
        let seen = watching.seen();
        let text = lock(&watching.heard).message.take().unwrap_or_default();
        let end = watching.running.wait();
        if watching.interruption.is_some() {
            return Ok(Closed::Cut { usage: seen.usage(), took_ms });
        }
        let stderr = String::from_utf8_lossy(&end.stderr_tail).into_owned();
        let outcome = match watching.overdue {
            Some(Overdue::Budget) => Outcome::BudgetReached { figures: watching.figures },
            Some(Overdue::TimeLimit) => {
                Outcome::TimeLimit { seconds: self.settings.config.review_limit.as_secs() }
            }
            Some(Overdue::Silent(at)) => Outcome::Stalled { seconds: watching.silent.as_secs(), at },
            overdue @ (Some(Overdue::Lingers | Overdue::Sleeps) | None) => {
                judged(&provider, &seen, end.exit, &stderr, overdue)
            }
        };
        let end = match why_not(&outcome, text.text()) {
            Some(why) => ReviewEnd::NoReport { why: self.settings.redactor.text(&why).into_owned() },
            None => {
                let mut report = format!("{}\n", text.text());
                self.settings.redactor.clean(&mut report);
                let path = free(&self.record.layout().session_dir(), provider.name());
                write_atomic(&path, report.as_bytes())?;
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                ReviewEnd::Report { file }
            }
        };
        let provider = provider.name().to_owned();
        Ok(Closed::Done(Review { provider, end, usage: seen.usage(), took_ms }))
    }
}

/// Why there is no report, in words; none where there is one.
fn why_not(outcome: &Outcome, report: &str) -> Option<String> {
    let words = match outcome {
        Outcome::Completed if report.is_empty() => "it ended without a word".to_owned(),
        Outcome::Completed => return None,
        Outcome::TimeLimit { seconds } => format!("it was ended at its time limit of {seconds} s"),
        other => other.words().unwrap_or_default(),
    };
    Some(words)
}

/// A name for a report that nothing has.
fn free(folder: &Path, provider: &str) -> PathBuf {
    let stamp = file_stamp(&Zoned::now());
    let name = |number: usize| match number {
        1 => folder.join(format!("{stamp}-review-{provider}.md")),
        more => folder.join(format!("{stamp}-review-{provider}-{more}.md")),
    };
    (1..).map(name).find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| name(1))
}
