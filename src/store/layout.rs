//! Every path of a session, defined once.

use std::path::{Path, PathBuf};

use crate::domain::gate::GateId;
use crate::store::sha256_hex;

/// samocode's own folder beside the session folders.
const RECORDS: &str = ".samocode";

/// Where the files of one session are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    sessions: PathBuf,
    folder: String,
}

impl Layout {
    /// The files of the session folder `folder` in `sessions`.
    #[must_use]
    pub fn new(sessions: &Path, folder: &str) -> Self {
        Self { sessions: sessions.to_owned(), folder: folder.to_owned() }
    }

    /// Name of the session folder.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The session's mark on its processes. A session of the same name in another project has another mark, for the
    /// machine's processes are searched for it.
    #[must_use]
    pub fn process_mark(&self) -> String {
        let sessions = self.sessions.canonicalize().unwrap_or_else(|_| self.sessions.clone());
        let hash = sha256_hex(sessions.as_os_str().as_encoded_bytes());
        format!("{}@{}", self.folder, hash.get(..8).unwrap_or_default())
    }

    /// The folder of all sessions.
    #[must_use]
    pub fn sessions(&self) -> &Path {
        &self.sessions
    }

    /// The session folder: the person's and the agents'.
    #[must_use]
    pub fn session_dir(&self) -> PathBuf {
        self.sessions.join(&self.folder)
    }

    /// The notebook.
    #[must_use]
    pub fn overview(&self) -> PathBuf {
        self.session_dir().join("_overview.md")
    }

    /// Questions and answers.
    #[must_use]
    pub fn qa(&self) -> PathBuf {
        self.session_dir().join("_qa.md")
    }

    /// The child's signal.
    #[must_use]
    pub fn signal(&self) -> PathBuf {
        self.session_dir().join("_signal.json")
    }

    /// The raw streams.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.session_dir().join("_logs")
    }

    /// The readable log.
    #[must_use]
    pub fn session_log(&self) -> PathBuf {
        self.session_dir().join("session.log")
    }

    /// samocode's side of the session; never writable by a child.
    #[must_use]
    pub fn record_dir(&self) -> PathBuf {
        Self::records(&self.sessions).join(&self.folder)
    }

    /// The folder of all records.
    #[must_use]
    pub fn records(sessions: &Path) -> PathBuf {
        sessions.join(RECORDS)
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.record_dir().join("journal.jsonl")
    }

    /// Requests of other processes.
    #[must_use]
    pub fn inbox(&self) -> PathBuf {
        self.record_dir().join("inbox")
    }

    /// The repository's configuration and hooks as they were before the newest iteration.
    #[must_use]
    pub fn guard_copy(&self) -> PathBuf {
        self.record_dir().join("guard.json")
    }

    /// The branches, tags and stash entries that the repository had before the newest iteration. Not part of the record.
    #[must_use]
    pub fn shared_copy(&self) -> PathBuf {
        self.record_dir().join("shared.json")
    }

    /// Stands while an iteration is open whose changes to the repository's configuration and hooks are not put back.
    #[must_use]
    pub fn guard_mark(&self) -> PathBuf {
        self.record_dir().join("guard.open")
    }

    /// Held by the one process that looks at guards and marks.
    #[must_use]
    pub fn guard_turn(sessions: &Path) -> PathBuf {
        Self::records(sessions).join("guard.turn")
    }

    /// What an iteration planted in the repository's git folder, kept for the person to look at.
    #[must_use]
    pub fn planted(&self, iteration: u32) -> PathBuf {
        self.record_dir().join("planted").join(iteration.to_string())
    }

    /// What the verification after an iteration planted there.
    #[must_use]
    pub fn planted_by_verification(&self, iteration: u32) -> PathBuf {
        self.record_dir().join("planted").join(format!("{iteration}-verify"))
    }

    /// Held while an orchestrator lives.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.record_dir().join("lock")
    }

    /// Stands once the worktree of a session that is archived was found to hold nothing that would be lost; holds the
    /// commit that was checked out.
    #[must_use]
    pub fn archiving(&self) -> PathBuf {
        self.record_dir().join("archiving")
    }

    /// The user message of the newest iteration; its file is the child's standard input.
    #[must_use]
    pub fn prompt(&self) -> PathBuf {
        self.record_dir().join("prompt.md")
    }

    /// What outside reviewers are given beside the session's documents: it only says what the record and Git say.
    #[must_use]
    pub fn review(&self) -> PathBuf {
        self.record_dir().join("review")
    }

    /// The difference that they review.
    #[must_use]
    pub fn review_diff(&self) -> PathBuf {
        self.review().join("changes.diff")
    }

    /// Their standard input.
    #[must_use]
    pub fn review_prompt(&self) -> PathBuf {
        self.review().join("prompt.md")
    }

    /// What reviewers before an iteration planted in the repository's git folder.
    #[must_use]
    pub fn planted_by_review(&self, iteration: u32) -> PathBuf {
        self.record_dir().join("planted").join(format!("{iteration}-review"))
    }

    /// What the running iteration is doing, for `status` and `attach`; not part of the record.
    #[must_use]
    pub fn live(&self) -> PathBuf {
        self.record_dir().join("live.json")
    }

    /// Output of an orchestrator without a terminal.
    #[must_use]
    pub fn detached_log(&self) -> PathBuf {
        self.record_dir().join("orchestrator.log")
    }

    /// The questions as they were when their gate opened.
    #[must_use]
    pub fn shown_questions(&self, gate: &GateId) -> PathBuf {
        self.record_dir().join(format!("shown-questions-{gate}.md"))
    }

    /// The plan as it was when its gate opened.
    #[must_use]
    pub fn shown_plan(&self, gate: &GateId) -> PathBuf {
        self.record_dir().join(format!("shown-plan-{gate}.md"))
    }

    /// The plan that the last approval was for.
    #[must_use]
    pub fn approved_plan(&self) -> PathBuf {
        self.record_dir().join("approved-plan.md")
    }

    /// Output of the set-up command.
    #[must_use]
    pub fn setup_log(&self) -> PathBuf {
        self.logs().join("setup.log")
    }

    /// Output of the verify command after an iteration. `stamp` is `MM-DD-HHMM`.
    #[must_use]
    pub fn verify_log(&self, stamp: &str, iteration: u32) -> PathBuf {
        self.logs().join(format!("{stamp}-{iteration:03}-verify.log"))
    }

    /// The raw stream of an iteration. `stamp` is `MM-DD-HHMM`.
    #[must_use]
    pub fn stream_log(&self, stamp: &str, iteration: u32, phase: &str) -> PathBuf {
        self.logs().join(format!("{stamp}-{iteration:03}-{phase}.jsonl"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_of_one_name_in_two_projects_mark_their_processes_differently() {
        let mark = |sessions: &str| Layout::new(Path::new(sessions), "26-01-08-auth").process_mark();
        assert_ne!(mark("/a/_sessions"), mark("/b/_sessions"));
        assert_eq!(mark("/a/_sessions"), mark("/a/_sessions"));
        assert!(mark("/a/_sessions").starts_with("26-01-08-auth@"));
        assert!(!mark("/a/_sessions").contains('/'), "what follows a slash is the iteration's");
    }
}
