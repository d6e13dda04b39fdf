//! What an agent usually does in each phase, for tests that are about something else.

use serde_json::json;

use crate::script::Script;
use crate::step::Step;

/// Two questions with options and suggestions.
pub const QUESTIONS: &str = "# Questions\n\n### Q1: Where should tokens live?\nA) httpOnly cookie\nB) localStorage\n\
    **Suggestion:** A - not readable by scripts\n**Answer:** _waiting_\n\n\
    ### Q2: For how long?\nA) an hour\nB) a day\n**Suggestion:** B - fewer logins\n**Answer:** _waiting_\n";

/// A plan of two items.
pub const PLAN: &str = "# Plan: tokens\n\n## Phase 1: the cookie\n- [ ] set it\n- [ ] read it\n";

impl Step {
    /// Go on with a phase.
    #[must_use]
    pub fn go(phase: &str) -> Vec<Self> {
        Self::run([Self::signal(json!({"status": "continue", "phase": phase, "summary": "did it"}))])
    }

    /// Ask questions.
    #[must_use]
    pub fn ask(questions: &str) -> Vec<Self> {
        Self::run([
            Self::write("{session}/_qa.md", questions),
            Self::signal(json!({"status": "waiting", "for": "qa_answers", "summary": "asked"})),
        ])
    }

    /// Put a plan up for approval.
    #[must_use]
    pub fn plan(text: &str) -> Vec<Self> {
        Self::run([
            Self::write("{session}/01-08-14:30-plan-tokens.md", text),
            Self::signal(json!({
                "status": "waiting", "for": "plan_approval", "file": "01-08-14:30-plan-tokens.md", "summary": "planned"
            })),
        ])
    }

    /// Change the worktree, commit, go on with a phase.
    #[must_use]
    pub fn work(phase: &str) -> Vec<Self> {
        Self::run([
            Self::write("{worktree}/work-{iteration}.txt", "work of iteration {iteration}\n"),
            Self::git(&["add", "--all"]),
            Self::git(&["commit", "--quiet", "-m", "work of iteration {iteration}"]),
            Self::signal(json!({"status": "continue", "phase": phase, "summary": "worked"})),
        ])
    }

    /// Finish.
    #[must_use]
    pub fn finish() -> Vec<Self> {
        Self::run([
            Self::write("{session}/01-08-15:30-summary.md", "# Summary\n"),
            Self::signal(json!({"status": "done", "summary": "all of it is done"})),
        ])
    }
}

impl Script {
    /// A whole session of the workflow `quick`.
    #[must_use]
    pub fn quick() -> Self {
        Self::new()
            .each("implementation", Step::work("testing"))
            .each("testing", Step::go("done"))
            .each("done", Step::finish())
    }

    /// A whole session of the workflow `full`, with two questions and a plan.
    #[must_use]
    pub fn full() -> Self {
        Self::new()
            .each("investigation", Step::go("requirements"))
            .once("requirements", Step::ask(QUESTIONS))
            .each("requirements", Step::go("planning"))
            .each("planning", Step::plan(PLAN))
            .each("implementation", Step::work("testing"))
            .each("testing", Step::go("quality"))
            .each("quality", Step::go("done"))
            .each("done", Step::finish())
    }
}
