//! Second opinions: what other CLIs, run by samocode itself and read-only, said of one state of the branch.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use jiff::Zoned;
use serde::{Deserialize, Serialize};

use crate::domain::outcome::Usage;
use crate::domain::session::Session;

/// How much of a commit's id is shown.
const SHORT: usize = 10;

/// The reviews of one commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Reviews {
    /// The commit.
    pub head: String,
    /// Reviewers are at work, or were when their samocode was killed.
    pub open: bool,
    /// Those that came to their end.
    pub done: Vec<Review>,
}

/// One reviewer's end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Its CLI.
    pub provider: String,
    /// What it left.
    pub end: ReviewEnd,
    /// What it used.
    #[serde(default)]
    pub usage: Usage,
    /// How long it ran, in milliseconds.
    #[serde(default)]
    pub took_ms: u64,
}

/// What a reviewer left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewEnd {
    /// A report.
    Report {
        /// Its file in the session's folder.
        file: String,
    },
    /// Nothing that could be handed on.
    NoReport {
        /// Why, in words.
        why: String,
    },
}

impl Review {
    /// In one line, with the folder that its report lies in.
    #[must_use]
    pub fn line(&self, folder: &Path) -> String {
        match &self.end {
            ReviewEnd::Report { file } => format!("{}: {}", self.provider, folder.join(file).display()),
            ReviewEnd::NoReport { why } => format!("{}: no report, because {why}", self.provider),
        }
    }
}

impl Reviews {
    /// Whether this CLI has looked at the commit, whatever came of it.
    #[must_use]
    pub fn has(&self, provider: &str) -> bool {
        self.done.iter().any(|review| review.provider == provider)
    }
}

/// Those of the wanted reviewers that have not looked at this commit, each once.
#[must_use]
pub fn due<'a>(session: &Session, head: &str, wanted: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let known = session.reviews.as_ref().filter(|reviews| reviews.head == head);
    let mut due = Vec::new();
    for provider in wanted {
        if !due.contains(&provider) && known.is_none_or(|reviews| !reviews.has(provider)) {
            due.push(provider);
        }
    }
    due
}

/// What every reviewer is told to do.
const TEXT: &str = include_str!("../../assets/review.md");

/// What one round of reviewers looks at.
#[derive(Debug, Clone, Copy)]
pub struct Brief<'a> {
    /// The session.
    pub session: &'a Session,
    /// The session folder.
    pub session_dir: &'a Path,
    /// The commit.
    pub head: &'a str,
    /// The file with what the branch changes.
    pub diff: &'a Path,
    /// The file has only the beginning of it.
    pub cut: bool,
    /// When a reviewer is ended.
    pub time_limit: Duration,
    /// Local time.
    pub now: &'a Zoned,
}

impl Brief<'_> {
    /// A reviewer's message: labelled facts, then its task.
    #[must_use]
    pub fn text(&self) -> String {
        let place = self.session.place.as_ref();
        let worktree = place.map(|place| place.worktree.display().to_string()).unwrap_or_default();
        let (base, commit) =
            place.map_or(("", ""), |place| (place.base_branch.as_str(), place.base_commit.as_str()));
        let mut diff = self.diff.display().to_string();
        if self.cut {
            // Writing to a String cannot fail.
            let _ = write!(diff, " (only its beginning; all of it: `git diff {commit}...{}`)", self.head);
        }
        let labels = [
            ("Run", "outside review"),
            ("Session path", &self.session_dir.display().to_string()),
            ("Worktree path", &worktree),
            ("Branch name", &self.session.branch),
            ("Base branch", base),
            ("Base commit", commit),
            ("Commit", self.head),
            ("Diff", &diff),
            ("Time limit", &format!("{} s", self.time_limit.as_secs())),
            ("Started", &self.now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
        ];
        let labels: String = labels.iter().map(|(label, value)| format!("{label}: {value}\n")).collect();
        format!("{labels}\n{TEXT}")
    }
}

/// What a reviewed phase is told; nothing in other phases, and where nobody was asked.
pub(crate) fn prompt_section(session: &Session, folder: &Path) -> String {
    let reviewed = session.workflow.rules(&session.phase).is_some_and(|rules| rules.reviewed);
    let Some(reviews) = session.reviews.as_ref().filter(|reviews| reviewed && !reviews.done.is_empty())
    else {
        return String::new();
    };
    let mut text = format!(
        "Of commit {}, by CLIs that samocode ran read-only. Check each finding as you do your own, and rule on it.",
        reviews.head.get(..SHORT).unwrap_or(&reviews.head)
    );
    for review in &reviews.done {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n- {}", review.line(folder).replace('\n', " "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Event;
    use crate::domain::session::sample::{after, ready, refused, started};

    fn review(provider: &str) -> Review {
        Review {
            provider: provider.to_owned(),
            end: ReviewEnd::Report { file: format!("01-08-14:30-review-{provider}.md") },
            usage: Usage { input_tokens: 70, output_tokens: 30, ..Usage::default() },
            took_ms: 1000,
        }
    }

    fn reviewed(provider: &str) -> Event {
        Event::Reviewed(Box::new(review(provider)))
    }

    fn reviewing(head: &str) -> Event {
        Event::Reviewing { head: head.to_owned() }
    }

    fn ended() -> Event {
        Event::ReviewsEnded { told: Vec::new(), usage: Usage::default(), took_ms: 0 }
    }

    fn no_report(provider: &str) -> Event {
        let end = ReviewEnd::NoReport { why: "it is not\ninstalled".to_owned() };
        Event::Reviewed(Box::new(Review { end, ..review(provider) }))
    }

    #[test]
    fn who_looked_at_a_commit_is_not_asked_again_until_the_branch_moves() {
        let session = after(after(ready("full", "quality"), reviewing("c1")), reviewed("codex"));
        assert_eq!(due(&session, "c1", ["codex", "gemini", "gemini"]), ["gemini"]);
        assert_eq!(due(&session, "c2", ["codex"]), ["codex"]);
        let again = after(after(session, ended()), reviewing("c1"));
        assert_eq!(due(&again, "c1", ["codex"]), [""; 0], "a second round keeps what the first one brought");
        assert_eq!(due(&after(again, reviewing("c2")), "c1", ["codex"]), ["codex"]);
    }

    #[test]
    fn what_reviewers_used_counts_for_the_budgets() {
        let session = after(after(ready("full", "quality"), reviewing("c1")), reviewed("codex"));
        assert_eq!((session.usage.input_tokens, session.worked_ms), (70, 1000));
        assert_eq!((session.counters.spent.tokens, session.counters.spent.iterations), (100, 0));
    }

    #[test]
    fn a_review_without_a_round_or_a_second_one_by_the_same_does_not_fit() {
        let ready = ready("full", "quality");
        assert!(refused(&ready, reviewed("codex")).contains("no round"));
        let once = after(after(ready, reviewing("c1")), reviewed("codex"));
        assert!(refused(&once, reviewed("codex")).contains("second"));
        let over = after(once, ended());
        assert!(refused(&over, reviewed("gemini")).contains("no round"));
    }

    #[test]
    fn an_iteration_ends_a_round_that_was_lost() {
        let session = after(ready("full", "quality"), reviewing("c1"));
        let start = started(&session);
        assert!(!after(session, start).reviews.unwrap().open);
    }

    #[test]
    fn the_reviewed_phase_is_told_where_each_report_is_and_no_other_phase_is() {
        let with = |phase| {
            let session =
                after(after(ready("full", phase), reviewing("0123456789abcdef")), reviewed("codex"));
            prompt_section(&after(session, no_report("gemini")), Path::new("/s"))
        };
        insta::assert_snapshot!(with("quality"), @r"
        Of commit 0123456789, by CLIs that samocode ran read-only. Check each finding as you do your own, and rule on it.
        - codex: /s/01-08-14:30-review-codex.md
        - gemini: no report, because it is not installed
        ");
        assert_eq!(with("testing"), "");
        assert_eq!(prompt_section(&ready("full", "quality"), Path::new("/s")), "");
    }
}
