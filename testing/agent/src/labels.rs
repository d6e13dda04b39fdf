//! What the prompt says in its labels, and the words in braces that stand for it.

use std::path::Path;

/// The labels at the head of a prompt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    lines: Vec<(String, String)>,
}

impl Labels {
    /// Reads the lines before the first heading.
    pub(crate) fn read(prompt: &str) -> Self {
        let head = prompt.lines().take_while(|line| !line.starts_with("## "));
        let pairs = head.filter_map(|line| line.split_once(": "));
        Self { lines: pairs.map(|(label, value)| (label.to_owned(), value.to_owned())).collect() }
    }

    /// The value of a label; empty where there is none.
    pub(crate) fn get(&self, label: &str) -> &str {
        self.lines.iter().find(|(name, _)| name == label).map_or("", |(_, value)| value)
    }

    /// The phase; a run outside of the phases says what it is.
    pub(crate) fn phase(&self) -> &str {
        let phase = self.get("Phase");
        if phase.is_empty() { self.get("Run") } else { phase }
    }

    /// The text with its words in braces replaced.
    pub(crate) fn fill(&self, text: &str, records: &Path) -> String {
        [
            ("{session}", self.get("Session path")),
            ("{worktree}", self.get("Worktree path")),
            ("{main}", self.get("Main repository")),
            ("{branch}", self.get("Branch name")),
            ("{folder}", self.get("Session path").rsplit('/').next().unwrap_or_default()),
            ("{phase}", self.get("Phase")),
            ("{iteration}", self.get("Iteration")),
            ("{stamp}", self.get("TIMESTAMP_FILE")),
            ("{records}", &records.to_string_lossy()),
        ]
        .into_iter()
        .fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }
}
