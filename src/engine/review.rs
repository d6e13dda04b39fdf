//! Outside reviews: before a phase that is reviewed works on a new state of the branch, the person's other CLIs look at
//! it, all at once and read-only. Nothing that befalls them stops the session.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Zoned;

use crate::config::ProviderKind;
use crate::crash;
use crate::domain::event::Event;
use crate::domain::outcome::{Interruption, Usage};
use crate::domain::phase::Phase;
use crate::domain::review::{Brief, Review, ReviewEnd, due};
use crate::domain::watch::{WatchLimits, overdue};
use crate::engine::guarded::Guarded;
use crate::engine::happening::Happening;
use crate::engine::orchestrator::{Orchestrator, TICK};
use crate::engine::reviewer::{Closed, Ran, Reviewer};
use crate::engine::say::{Live, duration_words, usage_words};
use crate::engine::{EngineError, Wish};
use crate::git::WorktreeState;
use crate::process::ProcessEvent;

/// As much of the difference as a reviewer is handed.
const MOST_DIFF: u64 = 2 * 1024 * 1024;
/// How many changes of the worktree are named.
const MOST_NAMED: usize = 5;

/// What came of looking for reviewers.
pub(super) enum Round {
    /// Nobody is due: the iteration may start.
    NotDue,
    /// A round came to its end, or was cut short by a wish. What is next has to be asked anew.
    Over(Option<Wish>),
}

impl Orchestrator<'_> {
    /// Puts back what a round planted whose samocode was killed, before git is called.
    pub(super) fn close_lost_reviews(&mut self) -> Result<(), EngineError> {
        if !self.session().is_reviewed() {
            return Ok(());
        }
        let told = self.put_back(Guarded::Review(self.session().iteration))?;
        self.append(Event::ReviewsEnded { told, usage: Usage::default(), took_ms: 0 })
    }

    /// Has the branch reviewed if the phase wants it and somebody is due.
    pub(super) fn reviews(&mut self, phase: &Phase) -> Result<Round, EngineError> {
        let wanted = &self.settings.config.reviewers;
        let reviewed = self.session().workflow.rules(phase).is_some_and(|rules| rules.reviewed);
        let head = self.state.as_ref().and_then(|state| state.head.clone());
        let iteration = self.session().iteration + 1;
        let (Some(head), false) = (head.filter(|_| reviewed), wanted.is_empty()) else {
            return Ok(Round::NotDue);
        };
        // One round an iteration: a reviewer that moves the branch gets no other one for it.
        if self.reviewed_before == Some(iteration) {
            return Ok(Round::NotDue);
        }
        let due: Vec<ProviderKind> = due(self.session(), &head, wanted.iter().map(|kind| kind.as_str()))
            .into_iter()
            .filter_map(|name| name.parse().ok())
            .collect();
        if due.is_empty() || !self.write_brief(&head)? {
            return Ok(Round::NotDue);
        }
        if let Some(wish) = self.interrupt_heard() {
            return Ok(Round::Over(Some(wish)));
        }
        self.append(Event::Reviewing { head: head.clone() })?;
        self.guard(Guarded::Review(self.session().iteration))?;
        let names: Vec<&str> = due.iter().map(|kind| kind.as_str()).collect();
        self.say.line(&format!(
            "#{iteration} {phase} · reviewed first, at commit {}, by {} (at most {} s)",
            head.get(..10).unwrap_or(&head),
            names.join(", "),
            self.settings.config.review_limit.as_secs()
        ));
        self.swept = false;
        let before = self.state.clone();
        let ran = self.run_reviewers(&due, iteration);
        self.say.live(None);
        self.renew_login();
        let ran = ran?;
        self.swept = !ran.left;
        let mut told = self.put_back(Guarded::Review(self.session().iteration))?;
        told.extend(self.changed_meanwhile(before.as_ref()));
        told.iter_mut().for_each(|told| self.settings.redactor.clean(told));
        // What they may have put into the inbox is ruled on while no gate is open.
        self.take_requests()?;
        self.append(Event::ReviewsEnded { told, usage: ran.usage, took_ms: ran.took_ms })?;
        let wish = self.asked_to_leave();
        if wish.is_none() {
            self.reviewed_before = Some(iteration);
        }
        Ok(Round::Over(wish))
    }

    /// Writes what reviewers are given; false where the branch changes nothing.
    fn write_brief(&mut self, head: &str) -> Result<bool, EngineError> {
        let layout = self.record.layout().clone();
        let Some(base) = self.session().place.as_ref().map(|place| place.base_commit.clone()) else {
            return Ok(false);
        };
        let io = |what, path: &Path| {
            let path = path.to_owned();
            move |source| EngineError::Io { what, path, source }
        };
        let (folder, diff, prompt) = (layout.review(), layout.review_diff(), layout.review_prompt());
        crash::point(|| "write changes.diff, before");
        fs::create_dir_all(&folder).map_err(io("make", &folder))?;
        self.repository.write_diff(&base, head, &diff)?;
        let length = diff.metadata().map_err(io("read", &diff))?.len();
        if length == 0 {
            return Ok(false);
        }
        if length > MOST_DIFF {
            let file = OpenOptions::new().write(true).open(&diff);
            file.and_then(|file| file.set_len(MOST_DIFF)).map_err(io("cut", &diff))?;
        }
        let brief = Brief {
            session: self.session(),
            session_dir: &layout.session_dir(),
            head,
            diff: &diff,
            cut: length > MOST_DIFF,
            time_limit: self.settings.config.review_limit,
            now: &Zoned::now(),
        };
        // Both are derived from the record, so they need not outlive a power cut.
        fs::write(&prompt, brief.text()).map_err(io("write", &prompt))?;
        crash::point(|| "write changes.diff, after");
        Ok(true)
    }

    /// Starts all of them and stays until nothing of them is left.
    fn run_reviewers(&mut self, due: &[ProviderKind], iteration: u32) -> Result<Ran, EngineError> {
        let mut at_work: Vec<Option<Reviewer>> = Vec::new();
        for (place, kind) in due.iter().enumerate() {
            match self.start_reviewer(*kind, iteration, place) {
                Ok(reviewer) => at_work.push(Some(reviewer)),
                Err(why) => {
                    at_work.push(None);
                    let why = self.settings.redactor.text(&why).into_owned();
                    let end = ReviewEnd::NoReport { why };
                    let provider = kind.as_str().to_owned();
                    self.keep_review(Review { provider, end, usage: Usage::default(), took_ms: 0 })?;
                }
            }
        }
        crash::point(|| "the reviewers, started");
        let mut ran = Ran::default();
        let mut last_tick = Instant::now();
        self.show_reviewers(&mut at_work);
        while at_work.iter().any(Option::is_some) {
            match self.happenings.next(TICK) {
                Some(Happening::Interrupt) => self.interrupt_reviewers(&mut at_work),
                Some(Happening::Reviewer(of, place, event)) if of == iteration => {
                    self.reviewer_event(&mut at_work, place, event, &mut ran)?;
                }
                // Of an earlier child.
                Some(Happening::Process(..) | Happening::Reviewer(..)) | None => {}
            }
            if last_tick.elapsed() >= TICK {
                last_tick = Instant::now();
                self.tick_reviewers(&mut at_work)?;
            }
        }
        Ok(ran)
    }

    /// Takes in what happened to one of them.
    fn reviewer_event(
        &mut self,
        at_work: &mut [Option<Reviewer>],
        place: usize,
        event: ProcessEvent,
        ran: &mut Ran,
    ) -> Result<(), EngineError> {
        let Some(slot) = at_work.get_mut(place) else {
            return Ok(());
        };
        let Some(reviewer) = slot.as_mut() else {
            return Ok(());
        };
        self.process_event(&mut reviewer.watching, event);
        if !reviewer.watching.is_over() {
            return Ok(());
        }
        ran.left |= !reviewer.watching.left.is_empty();
        match slot.take().map(|over| self.close_reviewer(over)).transpose()? {
            Some(Closed::Done(review)) => {
                crash::point(|| "a review, at its end");
                self.keep_review(review)?;
            }
            Some(Closed::Cut { usage, took_ms }) => {
                ran.usage = plus(&ran.usage, &usage);
                ran.took_ms = ran.took_ms.saturating_add(took_ms);
            }
            None => {}
        }
        Ok(())
    }

    fn keep_review(&mut self, review: Review) -> Result<(), EngineError> {
        let words = review.line(&self.record.layout().session_dir());
        let used = if review.took_ms == 0 {
            String::new()
        } else {
            let took = duration_words(Duration::from_millis(review.took_ms));
            format!(" ({took}, {})", usage_words(&review.usage))
        };
        self.append(Event::Reviewed(Box::new(review)))?;
        self.say.line(&format!("reviewer {words}{used}"));
        Ok(())
    }

    fn interrupt_reviewers(&mut self, at_work: &mut [Option<Reviewer>]) {
        let again = self.interrupted;
        if !again {
            self.say.line("interrupted: ending the reviews (once more to end them at once)");
            self.interrupted = true;
        }
        for reviewer in at_work.iter_mut().flatten() {
            // A report is all that a reviewer owes.
            reviewer.watching.end(Interruption::Signal, true);
            if again {
                reviewer.watching.running.kill();
            }
        }
    }

    fn tick_reviewers(&mut self, at_work: &mut [Option<Reviewer>]) -> Result<(), EngineError> {
        self.renew_login();
        let limits = WatchLimits::within(self.settings.config.review_limit, &self.settings.config.policy);
        let (usage, worked_ms) = self.show_reviewers(at_work);
        let over = self.over_budget(&usage, worked_ms);
        for reviewer in at_work.iter_mut().flatten() {
            let watching = &mut reviewer.watching;
            // A report is all that is wanted of it.
            let mut watched = watching.look(true);
            watched.over_budget = over.is_some();
            if watching.overdue.is_none()
                && watching.interruption.is_none()
                && let Some(overdue) = overdue(&limits, &watched)
            {
                watching.cut(overdue, watched.silent);
                watching.figures = over.clone().unwrap_or_default();
            }
        }
        if self.take_requests()? == Some(Wish::Leave) {
            let mut running = at_work.iter_mut().flatten().filter(|one| one.watching.interruption.is_none());
            if let Some(first) = running.next() {
                self.say.line("stop was asked for: ending the reviews");
                first.watching.end(Interruption::StopRequest, true);
                for other in running {
                    other.watching.end(Interruption::StopRequest, true);
                }
            }
        }
        Ok(())
    }

    /// Shows all of them as one; returns what they used and how long they worked so far.
    fn show_reviewers(&mut self, at_work: &mut [Option<Reviewer>]) -> (Usage, u64) {
        let mut shown: Option<Live> = None;
        for reviewer in at_work.iter_mut().flatten() {
            reviewer.watching.look(true);
            let live = &reviewer.watching.live;
            match &mut shown {
                None => shown = Some(Live { tool: Some("outside reviews".to_owned()), ..live.clone() }),
                Some(shown) => {
                    shown.provider = format!("{}, {}", shown.provider, live.provider);
                    shown.usage = plus(&shown.usage, &live.usage);
                    shown.worked_ms = shown.worked_ms.saturating_add(live.worked_ms);
                    shown.trouble = shown.trouble.take().or_else(|| live.trouble.clone());
                }
            }
        }
        let Some(shown) = shown else {
            return (Usage::default(), 0);
        };
        self.say.live(Some(&shown));
        (shown.usage, shown.worked_ms)
    }

    /// What they changed in the worktree although they were to read only, in words.
    fn changed_meanwhile(&mut self, before: Option<&WorktreeState>) -> Vec<String> {
        let trouble = self.refresh_state();
        let (Some(before), Some(after)) = (before, &self.state) else {
            return trouble;
        };
        let mut changes = Vec::new();
        if after.head != before.head || after.branch != before.branch {
            let place = |state: &WorktreeState| {
                let head = state.head.as_deref().unwrap_or("no commit").to_owned();
                state.branch.as_ref().map_or_else(|| head.clone(), |branch| format!("{branch} at {head}"))
            };
            changes.push(format!("{} is checked out instead of {}", place(after), place(before)));
        }
        let new = after.changes.iter().filter(|change| !before.changes.contains(change));
        let gone = before.changes.iter().filter(|change| !after.changes.contains(change));
        let paths: Vec<String> = new.chain(gone).map(|change| change.path.display().to_string()).collect();
        if !paths.is_empty() {
            let more = paths.len().saturating_sub(MOST_NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            changes.push(format!("{}{more} changed", paths[..paths.len().min(MOST_NAMED)].join(", ")));
        }
        if changes.is_empty() {
            return Vec::new();
        }
        let told = format!(
            "While the outside reviewers ran, which were to read only, {}. That is not this session's work: look at it, \
             and undo what does not belong there.",
            changes.join("; ")
        );
        self.say.line(&told);
        vec![told]
    }
}

fn plus(one: &Usage, other: &Usage) -> Usage {
    Usage {
        input_tokens: one.input_tokens.saturating_add(other.input_tokens),
        cached_tokens: one.cached_tokens.saturating_add(other.cached_tokens),
        output_tokens: one.output_tokens.saturating_add(other.output_tokens),
        turns: one.turns.saturating_add(other.turns),
        cost_usd: match (one.cost_usd, other.cost_usd) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        },
    }
}
