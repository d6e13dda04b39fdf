//! One iteration, in an order that survives being killed between any two steps.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{Timestamp, Zoned};

use crate::crash;
use crate::domain::decide::decide;
use crate::domain::event::{Event, Judged, Started};
use crate::domain::gate::GateId;
use crate::domain::outcome::{Interruption, Outcome, Usage};
use crate::domain::prompt::{Prompt, gate_line};
use crate::domain::session::State;
use crate::domain::signal::{RawSignal, Signal, SignalFault};
use crate::domain::verdict::{Decision, Ruling, Verdict};
use crate::engine::child::ChildEnd;
use crate::engine::guarded::Guarded;
use crate::engine::orchestrator::Orchestrator;
use crate::engine::review::Round;
use crate::engine::say::{duration_words, usage_words};
use crate::engine::view::live;
use crate::engine::watching::milliseconds;
use crate::engine::{EngineError, Wish, facts, random_hex};
use crate::git::WorktreeState;
use crate::process::{Awake, Tagged, end_tagged};
use crate::store::{clear_signal, mend_folders, read_signal};

/// Longest summary of an iteration in the log, in characters; the journal has all of it.
const LONGEST_SUMMARY: usize = 600;

impl Orchestrator<'_> {
    /// Runs the next iteration, from cleaning up to the journaled decision. With a reason for it, on the fallback.
    pub(super) fn iterate(&mut self, instead: Option<String>) -> Result<Option<Wish>, EngineError> {
        self.on_fallback = instead.is_some();
        self.awake.get_or_insert_with(Awake::keep);
        self.end_leftovers();
        mend_folders(self.record.layout())?;
        clear_signal(self.record.layout())?;
        self.close_lost_reviews()?;
        if let Some(wish) = self.called_away()? {
            return Ok(Some(wish));
        }
        // What the person asked for may have changed what comes next, and on which provider.
        let may_start = matches!(self.session().state, State::Ready { .. } | State::Parked(_));
        if !may_start || self.next().instead != instead {
            return Ok(None);
        }
        let iteration = self.session().iteration + 1;
        let phase = self.session().phase.clone();
        let found = self.look()?;
        if self.held_without_identity()? {
            return Ok(None);
        }
        if let Round::Over(wish) = self.reviews(&phase)? {
            return Ok(wish);
        }
        self.write_prompt(iteration, &found)?;
        let (provider, agent, spec) = match self.command(&phase) {
            Ok(command) => command,
            Err(error) => {
                self.hold(error.to_string())?;
                return Ok(None);
            }
        };
        let before = self.standing(None, None)?;
        let tag = format!("{}/{iteration}-{}", self.record.layout().process_mark(), random_hex()?);
        self.watch_checkout();
        self.watch_shared();
        if let Some(wish) = self.interrupt_heard() {
            return Ok(Some(wish));
        }
        self.guard(Guarded::Iteration(iteration))?;
        let main = self.settings.config.for_phase(&phase).provider;
        self.append(Event::Started(Started {
            iteration,
            phase: phase.clone(),
            provider: provider.name().to_owned(),
            tag: tag.clone(),
            instead: instead.clone(),
            own: instead.is_some().then(|| main.to_string()),
            guidance: self.session().guidance.unread().count(),
        }))?;
        self.waited_until = Timestamp::MIN;
        let why =
            instead.map(|why| format!(", in place of {main}, which is parked: {why}")).unwrap_or_default();
        self.say.line(&format!("#{iteration} {phase} · {} started{why}", provider.name()));
        let end = self.drive(iteration, &agent, &provider, spec, &tag)?;
        crash::point(|| "the CLI, ended and not judged");
        let mut planted = self.put_back(Guarded::Iteration(iteration))?;
        planted.extend(self.tell_refused(iteration));
        // Nothing of the child is alive any more. What it may have put into the inbox is ruled on while no gate is open
        // yet; what comes later is a person's.
        self.take_requests()?;
        self.judge(iteration, end, Some(&before), planted)?;
        Ok(self.asked_to_leave())
    }

    /// Whether a signal or a request asked to leave while the iteration ran, which may have ended by itself.
    pub(super) fn asked_to_leave(&self) -> Option<Wish> {
        let stopped = self.session().stopped.then_some(Wish::Leave);
        if self.interrupted { Some(Wish::Interrupted) } else { stopped }
    }

    /// Closes an iteration that started under an earlier orchestrator and was never judged. Its signal is discarded.
    pub(super) fn close_lost(&mut self) -> Result<(), EngineError> {
        self.end_leftovers();
        clear_signal(self.record.layout())?;
        let iteration = self.session().iteration;
        let mut planted = self.put_back(Guarded::Iteration(iteration))?;
        planted.extend(self.open_worktree()?);
        // What it had used when it was last looked at counts for the budgets, too.
        let left = live(self.record.layout()).filter(|left| left.iteration == iteration);
        let end = ChildEnd {
            outcome: Outcome::Interrupted { by: Interruption::OrchestratorLost },
            usage: left.as_ref().map(|left| left.usage).unwrap_or_default(),
            took: left.map(|left| Duration::from_millis(left.worked_ms)).unwrap_or_default(),
            ended: 0,
        };
        self.judge(iteration, end, None, planted)?;
        self.say.live(None);
        Ok(())
    }

    /// What stands, with this HEAD and this tree, or those that are known.
    fn standing(&self, head: Option<&str>, tree: Option<&str>) -> Result<String, EngineError> {
        let session = self.session();
        let head = head.or(session.head.as_deref());
        let tree = tree.or(session.snapshot_tree.as_deref());
        facts::standing(self.record.layout(), head, tree)
    }

    /// Ends what an earlier iteration left, should its keeper have been killed, too. A search costs about 10 µs for
    /// each process of the machine, so it is not repeated while every child is seen to its end.
    pub(super) fn end_leftovers(&mut self) {
        if self.swept {
            return;
        }
        let mark = self.record.layout().process_mark();
        let swept = end_tagged(Tagged::Of(&mark));
        self.swept = swept.as_ref().is_ok_and(|swept| swept.left.is_empty());
        match swept {
            Ok(swept) if swept.ended > 0 => {
                self.say.line(&format!("ended what an earlier iteration left ({} processes)", swept.ended));
            }
            Ok(_) => {}
            Err(error) => self.say.line(&format!("the process table cannot be read: {error}")),
        }
    }

    fn write_prompt(&mut self, iteration: u32, found: &[String]) -> Result<(), EngineError> {
        let layout = self.record.layout().clone();
        let session = self.record.session();
        let own = self.own_settings(&session.phase);
        let session_dir = layout.session_dir();
        let subfolder = self.repository.below_top(&self.settings.config.main_repo);
        let text = Prompt {
            session,
            iteration,
            session_dir: &session_dir,
            main_repo: self.repository.top(),
            subfolder: subfolder.as_deref(),
            time_limit: own.timeout,
            now: &Zoned::now(),
            found,
            verify: self.settings.config.policy.verify.as_deref(),
        }
        .text();
        let worktree = session.worktree().map_or_else(|| self.repository.top(), PathBuf::as_path);
        let given = self.settings.adapter(own.provider).prompt(&text, worktree, &session_dir).into_owned();
        // Derived from the record, so it need not outlive a power cut.
        let path = layout.prompt();
        crash::point(|| "write prompt.md, before");
        std::fs::write(&path, given).map_err(|source| EngineError::Io { what: "write", path, source })?;
        crash::point(|| "write prompt.md, after");
        Ok(())
    }

    /// Judges a child that ended, keeps its work, decides, and journals all of it as one entry. `before` is what stood
    /// when it started, `found` what the next iteration has to be told already.
    fn judge(
        &mut self,
        iteration: u32,
        end: ChildEnd,
        before: Option<&str>,
        mut found: Vec<String>,
    ) -> Result<(), EngineError> {
        let layout = self.record.layout().clone();
        self.tidy_folder(&mut found)?;
        found.extend(self.adopt_stray_signal(iteration, &end.outcome)?);
        let was_clean = self.state.as_ref().is_some_and(WorktreeState::is_clean);
        found.extend(self.look_at_work(iteration));
        let raw = read_signal(&layout).in_utf8();
        let clean = self.without_secrets(&raw);
        let signal = Signal::read(clean.as_ref().unwrap_or(&raw), iteration);
        let trouble = self.branch_trouble();
        let (head, snapshot_tree) = self.keep(iteration, was_clean, &mut found);
        for changed in self.shared_changes(iteration, snapshot_tree.as_deref()) {
            self.say.line(&changed);
            found.push(changed);
        }
        let after = self.standing(head.as_deref(), snapshot_tree.as_deref())?;
        let unchanged = before == Some(after.as_str());
        if unchanged {
            found.extend(self.ignored_instead(iteration));
        }
        let at = self.head_before_the_end(signal.as_ref().ok());
        let mut facts = facts::gather(&layout, self.session(), signal.as_ref().ok(), trouble, unchanged, at)?;
        facts.tampering = self.record.tampering()?;
        let signal = match end.outcome {
            // A half-done child may have left anything: its signal is not looked at again.
            Outcome::Interrupted { .. } => Err(SignalFault::Missing),
            _ => signal,
        };
        let now = Timestamp::now();
        let verdict =
            Verdict { outcome: end.outcome, signal, facts, gate_id: GateId::from_random(random_hex()?) };
        let mut ruling = decide(self.session(), &self.settings.config.policy, &verdict, now);
        let summary = summary_words(&verdict, &ruling);
        ruling.told.extend(found);
        ruling.told.iter_mut().for_each(|told| self.settings.redactor.clean(told));
        let (outage, provider) = (self.session().outage().cloned(), self.running_provider());
        let unread = self.session().guidance.unread().count();
        self.append(Event::Judged(Box::new(Judged {
            iteration,
            outcome: verdict.outcome,
            signal: verdict.signal,
            decision: ruling.decision.clone(),
            told: ruling.told,
            usage: end.usage,
            took_ms: milliseconds(end.took),
            ended: end.ended,
            unchanged,
            head,
            snapshot_tree,
        })))?;
        let read = unread - self.session().guidance.unread().count();
        if read > 0 {
            let pieces = if read == 1 { "guidance".to_owned() } else { format!("{read} pieces of guidance") };
            self.say.line(&format!("{pieces} read by #{iteration}"));
        }
        if clean.is_some() {
            // What counts of it is journaled; the file would keep the secret.
            clear_signal(&layout)?;
        }
        let lasts = match &ruling.decision {
            Decision::Park(park) => self.outlasts(park),
            Decision::Again => true,
            _ => false,
        };
        if let Some(outage) = outage.filter(|_| !lasts) {
            self.say_served(&provider, &outage, &ruling.decision);
        }
        self.say_judged(iteration, &ruling.decision, end.took, &end.usage, &summary);
        self.publish()
    }

    /// Puts the session's folder in order and notes what was odd in it.
    fn tidy_folder(&mut self, found: &mut Vec<String>) -> Result<(), EngineError> {
        let layout = self.record.layout().clone();
        let mended = mend_folders(&layout)?;
        if !mended.is_empty() {
            self.say.reopen_log();
        }
        for odd in mended.into_iter().chain(facts::odd_files(&layout)) {
            self.say.line(&odd);
            found.push(odd);
        }
        Ok(())
    }

    /// The signal with its secrets taken out; none where it holds none.
    fn without_secrets(&self, raw: &RawSignal) -> Option<RawSignal> {
        let RawSignal::Bytes(bytes) = raw else {
            return None;
        };
        match self.settings.redactor.bytes(bytes) {
            Cow::Owned(clean) => Some(RawSignal::Bytes(clean)),
            Cow::Borrowed(_) => None,
        }
    }

    fn say_judged(
        &mut self,
        iteration: u32,
        decision: &Decision,
        took: Duration,
        usage: &Usage,
        summary: &str,
    ) {
        let next = match decision {
            Decision::Go { phase } => format!("next: {phase}"),
            Decision::Retry { .. } => "tries again".to_owned(),
            Decision::Again => "will run again".to_owned(),
            Decision::Open(gate) => format!("waits for {}", gate_line(&gate.ask)),
            Decision::Park(park) => self.parked_words(park),
            Decision::Block(_) => "blocked".to_owned(),
            Decision::Finish { .. } => "finished".to_owned(),
            Decision::Verify { .. } => "verified first".to_owned(),
        };
        let used = format!("{}, {}", duration_words(took), usage_words(usage));
        self.say.line(&format!("#{iteration} → {next} ({used})\n{summary}"));
    }
}

/// What an iteration came to: the reason where one is needed, else the child's own words.
fn summary_words(verdict: &Verdict, ruling: &Ruling) -> String {
    let words = match &ruling.decision {
        Decision::Block(block) => Some(block.reason.as_str()),
        Decision::Park(park) => Some(park.reason.as_str()),
        Decision::Retry { .. } | Decision::Again => ruling.told.first().map(String::as_str),
        Decision::Go { .. } | Decision::Open(_) | Decision::Finish { .. } | Decision::Verify { .. } => {
            verdict.signal.as_ref().ok().and_then(|signal| signal.summary.as_deref())
        }
    };
    words.unwrap_or_default().chars().take(LONGEST_SUMMARY).collect()
}
