//! Runs the person's verify command before the end: on a clean worktree, watched for a stop, its end journaled.
//!
//! Killed in the middle, nothing is journaled and the next start runs it again.

use std::time::{Duration, Instant};

use jiff::Zoned;

use crate::domain::check::{self, Check, CheckEnd, Head};
use crate::domain::command::Exit;
use crate::domain::decide::conclude;
use crate::domain::event::{Event, Verified};
use crate::domain::session::State;
use crate::domain::signal::{Ask, Signal};
use crate::domain::verdict::Decision;
use crate::engine::guarded::Guarded;
use crate::engine::orchestrator::Orchestrator;
use crate::engine::origins::beside_the_result;
use crate::engine::shell::ShellCommand;
use crate::engine::stay::Errand;
use crate::engine::{EngineError, Wish, facts};
use crate::git::{ChangeKind, WorktreeState};
use crate::process::{Cut, Finished};

/// How many files that it left are kept in the record, and are then nobody's work.
const MOST_LEFT: usize = 200;
/// How many lines of a failure's output the log shows.
const LINES_SAID: usize = 10;

impl Orchestrator<'_> {
    /// Verifies, and journals what came of it.
    pub(super) fn verify(&mut self) -> Result<Option<Wish>, EngineError> {
        self.end_leftovers();
        if let Some(wish) = self.take_requests()? {
            return Ok(Some(wish));
        }
        if !matches!(self.session().state, State::Verifying(_)) {
            return Ok(None);
        }
        let config = &self.settings.config;
        let (Some(line), Some(command)) = (&config.verify, config.policy.verify.clone()) else {
            self.conclude(check_of("", None, CheckEnd::Unset), Vec::new())?;
            return Ok(None);
        };
        let head = match self.ready_head()? {
            Ok(head) => head,
            Err(why) => {
                // A verification that was killed may have planted something, which was put back at the start.
                let told = self.say_put_back(Guarded::Verification(self.session().iteration));
                self.conclude(check_of(&command, None, CheckEnd::NotRun { why }), told)?;
                return Ok(None);
            }
        };
        let stamp = Zoned::now().strftime("%m-%d-%H%M").to_string();
        let log = self.record.layout().verify_log(&stamp, self.session().iteration);
        let shell = ShellCommand {
            line,
            purpose: "verify",
            name: "the verify command",
            reads_checkouts: false,
            log: &log,
            tail: check::TAIL_BYTES,
        };
        let worktree = self.session().worktree().cloned().unwrap_or_default();
        let found = self.look_at_origins();
        let launch = self.shell(&shell, &worktree)?;
        let confinement = launch.spec.confinement.clone();
        let what = Guarded::Verification(self.session().iteration);
        if let Some(wish) = self.interrupt_heard() {
            return Ok(Some(wish));
        }
        self.guard(what)?;
        let limit = self.settings.config.policy.verify_limit;
        self.say.line(&format!(
            "verifying commit {} with `{command}` (at most {} s)",
            head.commit.get(..10).unwrap_or_default(),
            limit.as_secs()
        ));
        let started = Instant::now();
        let errand = Errand { label: "verify", name: "verification", command: &command, limit };
        let finished = self.stay_with(launch, &errand)?;
        if let Some(error) = &finished.log_error {
            self.say.line(&format!("the log {} is not complete: {error}", log.display()));
        }
        let told = self.put_back(what)?;
        // What it may have put into the inbox is ruled on while no gate is open.
        self.take_requests()?;
        if finished.cut != Some(Cut::Stopped) {
            let mut check = check_of(&command, Some(head), CheckEnd::Passed);
            check.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            check.log = log.file_name().map(|name| name.to_string_lossy().into_owned());
            self.read_end(&mut check, &finished, limit);
            check.origins = beside_the_result(&check, &found, confinement.as_ref());
            check.origins.iter_mut().for_each(|words| self.settings.redactor.clean(words));
            self.conclude(check, told)?;
        }
        Ok(self.asked_to_leave())
    }

    /// What is checked out, if nothing in the worktree differs from it; else why not. Files that git does not know are
    /// what a verification left that was cut short: there were none when this one was decided upon.
    fn ready_head(&mut self) -> Result<Result<Head, String>, EngineError> {
        self.open_worktree()?;
        let trouble = self.refresh_state();
        let Some(state) = &self.state else {
            return Ok(Err(trouble.join(" ")));
        };
        if let Some(trouble) = facts::branch_trouble(state, &self.session().branch, &unknown(state)) {
            return Ok(Err(trouble));
        }
        Ok(self.head()?.ok_or_else(|| "the branch has no commit".to_owned()))
    }

    /// What is checked out, as the worktree was last read.
    pub(super) fn head(&self) -> Result<Option<Head>, EngineError> {
        let Some(commit) = self.state.as_ref().and_then(|state| state.head.clone()) else {
            return Ok(None);
        };
        let tree = self.repository.tree_of(&commit)?;
        Ok(Some(Head { commit, tree }))
    }

    /// The same where a signal asks for the last phase or the end, and the person has a verify command. What cannot be
    /// looked up counts as not verified.
    pub(super) fn head_before_the_end(&self, signal: Option<&Signal>) -> Option<Head> {
        self.settings.config.policy.verify.as_ref()?;
        match &signal?.ask {
            Ask::Continue(Some(_)) | Ask::Done => self.head().ok().flatten(),
            Ask::Continue(None) | Ask::Waiting { .. } | Ask::Blocked { .. } | Ask::Handoff(_) => None,
        }
    }

    /// Reads how it ended, and what it left in the worktree.
    fn read_end(&mut self, check: &mut Check, finished: &Finished, limit: Duration) {
        let end = &finished.ended.stdout_tail;
        let whole = end.len() < check::TAIL_BYTES;
        check.tail = check::tail(&plain(end), whole);
        self.settings.redactor.clean(&mut check.tail);
        let trouble = self.refresh_state();
        if let Some(state) = &self.state {
            check.left = unknown(state);
            check.left.truncate(MOST_LEFT);
        }
        check.end = match (finished.cut, finished.ended.exit) {
            (Some(_), _) => CheckEnd::TimeLimit { seconds: limit.as_secs() },
            (None, Exit::Code(0)) => match self.changed(check, &trouble) {
                Some(what) => CheckEnd::Changed { what },
                None => CheckEnd::Passed,
            },
            (None, exit) => CheckEnd::Failed { exit: exit.to_string() },
        };
    }

    /// How what stands differs from what was verified, but for files that git does not know.
    fn changed(&self, check: &Check, trouble: &[String]) -> Option<String> {
        let Some(state) = &self.state else {
            return Some(trouble.join(" "));
        };
        let before = check.head.as_ref().map(|head| head.commit.as_str());
        if state.head.as_deref() != before {
            return Some(format!(
                "it moved HEAD to {}, so what passed is not known",
                state.head.as_deref().unwrap_or("no commit")
            ));
        }
        facts::branch_trouble(state, &self.session().branch, &unknown(state))
    }

    /// Journals a verification with what follows from it, and says both.
    fn conclude(&mut self, check: Check, mut told: Vec<String>) -> Result<(), EngineError> {
        told.iter_mut().for_each(|told| self.settings.redactor.clean(told));
        let decision = conclude(self.session(), &self.settings.config.policy, &check);
        let words = said(&check);
        self.append(Event::Verified(Box::new(Verified { check, decision: decision.clone(), told })))?;
        let next = match &decision {
            Decision::Finish { .. } => "finished".to_owned(),
            Decision::Block(_) => "blocked".to_owned(),
            _ => format!("next: {}", self.session().phase),
        };
        self.say.line(&format!("{words}\n→ {next}"));
        self.publish()
    }
}

/// The files that git does not know.
fn unknown(state: &WorktreeState) -> Vec<String> {
    let unknown = state.changes.iter().filter(|change| change.kind == ChangeKind::Untracked);
    unknown.map(|change| change.path.to_string_lossy().into_owned()).collect()
}

/// Output as text that steers no terminal.
fn plain(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let mut text = anstream::adapter::strip_str(&text).to_string();
    text.retain(|c| matches!(c, '\n' | '\t') || !c.is_control());
    text
}

/// A verification for the log: how it went, and the last lines of a failure's output.
fn said(check: &Check) -> String {
    let left = match check.left.len() {
        0 => String::new(),
        1 => "; it left 1 file that git does not know".to_owned(),
        count => format!("; it left {count} files that git does not know"),
    };
    let lines: Vec<&str> = check.tail.lines().filter(|_| !check.passed()).collect();
    let shown: String =
        lines[lines.len().saturating_sub(LINES_SAID)..].iter().flat_map(|line| ["\n  ", line]).collect();
    format!("verification: {}{left}{shown}", check.words())
}

fn check_of(command: &str, head: Option<Head>, end: CheckEnd) -> Check {
    Check {
        command: command.to_owned(),
        head,
        end,
        took_ms: 0,
        log: None,
        tail: String::new(),
        left: Vec::new(),
        origins: Vec::new(),
    }
}
