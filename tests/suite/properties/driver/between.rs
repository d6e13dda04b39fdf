//! What happens between two iterations: waits, reviews, verifications, messages, and a person who restores.

use samocode::domain::check::{Check, CheckEnd};
use samocode::domain::event::{Event, Prepared, Received, Verified};
use samocode::domain::outcome::Usage;
use samocode::domain::request::{Act, Effect, Who};
use samocode::domain::review::{self, Review, ReviewEnd};
use samocode::domain::session::State;
use samocode::domain::verdict::Pause;

use super::super::agent;
use super::super::law::Breach;
use super::{Driver, unable};

impl Driver {
    /// While nothing works on it, a person brings back what an earlier iteration left.
    pub(super) fn restore(&mut self) -> Result<(), Breach> {
        if self.session().place.is_none() {
            return Ok(());
        }
        self.world.restore(&mut self.dice);
        let request = self.request(Who::Terminal("ada".to_owned()), Act::Restore("3".to_owned()));
        let told = format!("The files were brought back to {} by ada.", self.world.commit);
        let effect = Effect::Restored {
            head: self.world.head().map(|head| head.commit),
            tree: format!("t{}", self.world.commit.div_ceil(2)),
            told,
        };
        self.append(Event::Received(Box::new(Received { request, effect })))
    }

    /// A channel takes what is due; more often than not it has not yet.
    pub(super) fn deliver(&mut self) -> Result<(), Breach> {
        if !self.dice.chance(30) {
            return Ok(());
        }
        let due: Vec<String> = self.session().due("phone").map(|notice| notice.id.clone()).collect();
        for notice in due {
            self.append(Event::Notified { notice, channel: "phone".to_owned(), refused: None })?;
        }
        Ok(())
    }

    /// Waits for a provider. What is not shown yet is journaled first.
    pub(super) fn wait_out(&mut self, pause: &Pause) -> Result<(), Breach> {
        if !matches!(&self.session().state, State::Parked(shown) if shown.until == pause.until) {
            self.append(Event::Parked(pause.clone()))?;
        }
        self.law.sees_wait(self.record.session(), pause, self.world.now)?;
        if self.dice.chance(60) {
            self.world.now = pause.until;
        }
        Ok(())
    }

    /// Outside reviewers look at what is checked out before a phase that wants them. Whether the iteration may start: a
    /// round that is killed begins anew with the next start.
    pub(super) fn review(&mut self) -> Result<bool, Breach> {
        let wanted = self.session().workflow.rules(&self.session().phase).is_some_and(|rules| rules.reviewed);
        let Some(head) = self.world.head().filter(|_| wanted) else {
            return Ok(true);
        };
        let reviewers = ["claude", "codex"].into_iter().filter(|_| self.dice.chance(80));
        let reviewers: Vec<&str> = reviewers.collect();
        let due: Vec<String> =
            review::due(self.session(), &head.commit, reviewers).into_iter().map(str::to_owned).collect();
        if due.is_empty() {
            return Ok(true);
        }
        self.append(Event::Reviewing { head: head.commit })?;
        for provider in due {
            if self.dice.chance(10) {
                self.person();
                self.restart()?;
                return Ok(false);
            }
            let end = ReviewEnd::NoReport { why: "it said nothing".to_owned() };
            let usage = agent::usage(&mut self.dice);
            self.append(Event::Reviewed(Box::new(Review { provider, end, usage, took_ms: 1000 })))?;
        }
        let told =
            if self.dice.chance(20) { vec!["a reviewer changed a file".to_owned()] } else { Vec::new() };
        self.append(Event::ReviewsEnded { told, usage: Usage::default(), took_ms: 0 })?;
        Ok(true)
    }

    pub(super) fn prepare(&mut self) -> Result<(), Breach> {
        if self.dice.chance(15) {
            return self.append(Event::Held(unable()));
        }
        self.append(Event::Prepared(Prepared {
            worktree: "/w/a".into(),
            branch: "a".to_owned(),
            base_branch: "main".to_owned(),
            base_commit: "c0".to_owned(),
        }))
    }

    pub(super) fn verify(&mut self) -> Result<(), Breach> {
        if self.dice.chance(10) {
            return self.restart();
        }
        let end = match (&self.terms.policy.verify, self.dice.below(8)) {
            (None, _) => CheckEnd::Unset,
            (Some(_), _) if self.world.unreadable => CheckEnd::NotRun { why: "HEAD is not known".to_owned() },
            (Some(_), _) if self.world.branch_trouble => {
                CheckEnd::NotRun { why: "it has changes".to_owned() }
            }
            (Some(_), 0..4) => CheckEnd::Passed,
            (Some(_), 4) => CheckEnd::Failed { exit: "exit code 1".to_owned() },
            (Some(_), 5) => CheckEnd::TimeLimit { seconds: 1800 },
            (Some(_), 6) => CheckEnd::Changed { what: "Cargo.lock is changed".to_owned() },
            (Some(_), _) => CheckEnd::NotRun { why: "HEAD is detached".to_owned() },
        };
        let was_run = !matches!(end, CheckEnd::Unset | CheckEnd::NotRun { .. });
        let check = Check {
            command: self.terms.policy.verify.clone().unwrap_or_default(),
            head: self.world.head().filter(|_| was_run),
            end,
            took_ms: 1000,
            log: was_run.then(|| "verify.log".to_owned()),
            tail: String::new(),
            left: if self.dice.chance(10) { vec!["report.xml".to_owned()] } else { Vec::new() },
            origins: Vec::new(),
        };
        let start = self.starts;
        // What somebody said while it ran is taken before its end is journaled.
        if self.dice.chance(15) {
            self.person();
        }
        if self.take_requests()? {
            return self.restart();
        }
        if self.starts > start || !matches!(self.session().state, State::Verifying(_)) {
            return Ok(());
        }
        let decision = (self.rules.conclude)(self.session(), &self.terms.policy, &check);
        let told = if self.dice.chance(5) { vec!["a hook was put back".to_owned()] } else { Vec::new() };
        self.append(Event::Verified(Box::new(Verified { check, decision, told })))
    }
}
