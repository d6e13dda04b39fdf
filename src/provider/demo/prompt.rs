//! What the demo agent reads from its prompt.
//!
//! Pure. The labels are those that every agent gets; the rest is prose, of which only the gate's words matter here.

use std::path::PathBuf;

/// The prompt, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prompt {
    labels: Vec<(String, String)>,
    /// What stands between the labels and the task.
    pub(super) notes: String,
    /// The task, or nothing.
    pub(super) task: String,
}

impl Prompt {
    /// Reads the labels at the top, up to the first line that is none, and tells the task from what stands before it.
    pub(super) fn parse(text: &str) -> Self {
        let mut labels = Vec::new();
        let mut rest = text;
        while let Some((line, below)) = rest.split_once('\n').or(Some((rest, ""))) {
            let Some((label, value)) = label(line) else {
                break;
            };
            labels.push((label.to_owned(), value.to_owned()));
            rest = below;
            if rest.is_empty() {
                break;
            }
        }
        let (notes, task) = split_task(rest);
        Self {
            labels,
            notes: notes.to_owned(),
            task: task.trim().to_owned(),
        }
    }

    /// The value of a label; empty values count as absent.
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|(label, value)| label == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The path after a label.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.label(name).map(PathBuf::from)
    }

    /// The phases that the workflow allows next; empty when the prompt does not say.
    pub(super) fn may_go_to(&self) -> Vec<&str> {
        const LABEL: &str = "May go to";
        let told = self.label(LABEL).or_else(|| {
            self.notes.lines().find_map(|line| {
                label(line.trim_start_matches(['-', '*', ' ']))
                    .filter(|(name, _)| *name == LABEL)
                    .map(|(_, value)| value)
            })
        });
        told.unwrap_or_default()
            .split([',', ' '])
            .map(|phase| phase.trim_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '_'))
            .filter(|phase| !phase.is_empty())
            .collect()
    }

    /// The person's words, if the notes say that the plan was rejected.
    pub(super) fn rejection(&self) -> Option<String> {
        let mut lines = self.notes.lines();
        let line = lines.find(|line| line.to_lowercase().contains("reject"))?;
        let own = line.split_once(": ").map(|(_, words)| words.trim());
        let words = match own {
            Some(words) if !words.is_empty() => words.to_owned(),
            Some(_) | None => lines
                .skip_while(|line| line.trim().is_empty())
                .take_while(|line| !line.trim().is_empty())
                .map(|line| line.trim_start_matches(['>', ' ']))
                .collect::<Vec<_>>()
                .join(" "),
        };
        Some(words)
    }

    /// Whether the notes say that the plan was approved.
    pub(super) fn approved(&self) -> bool {
        self.rejection().is_none() && self.notes.to_lowercase().contains("approved")
    }
}

/// `Label: value`; the value may be empty.
fn label(line: &str) -> Option<(&str, &str)> {
    let (label, value) = line.split_once(':')?;
    let plain = |c: char| c.is_alphanumeric() || c == ' ' || c == '_';
    (!label.is_empty() && label.len() <= 40 && label.chars().all(plain))
        .then(|| (label, value.trim()))
}

/// Cuts `text` where the task begins: at a line `Task` or `## Task`, with or without a colon.
fn split_task(text: &str) -> (&str, &str) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let heading = line.trim_start_matches('#').trim();
        if let Some(rest) = heading.strip_prefix("Task")
            && (rest.is_empty() || rest.starts_with(':'))
        {
            let inline = line.find(':').map_or(line.len(), |colon| colon + 1);
            return (
                text.get(..at).unwrap_or_default(),
                text.get(at + inline..).unwrap_or_default(),
            );
        }
        at += line.len();
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str = "Session path: /s/26-01-08-greet\nWorktree path: /w/greet\nPhase: planning\nTIMESTAMP_FILE: 01-08-10:00\nMay go to: implementation, done\n\nThe plan was rejected:\n\n> Please keep\n> the comma.\n\n## Task\n\nAdd a flag: loud. May go to: nowhere\n";

    #[test]
    fn reads_labels_notes_and_task() {
        let prompt = Prompt::parse(PROMPT);
        assert_eq!(prompt.label("Phase"), Some("planning"));
        assert_eq!(prompt.label("TIMESTAMP_FILE"), Some("01-08-10:00"));
        assert_eq!(prompt.path("Worktree path"), Some("/w/greet".into()));
        assert_eq!(prompt.may_go_to(), ["implementation", "done"]);
        assert_eq!(prompt.task, "Add a flag: loud. May go to: nowhere");
    }

    #[test]
    fn finds_a_rejection_with_its_words() {
        assert_eq!(
            Prompt::parse(PROMPT).rejection().as_deref(),
            Some("Please keep the comma.")
        );
        let inline = Prompt::parse("Phase: planning\n\nRejected by the person: no colours\n");
        assert_eq!(inline.rejection().as_deref(), Some("no colours"));
        assert!(!inline.approved());
    }

    #[test]
    fn a_task_about_rejection_rejects_nothing() {
        let prompt =
            Prompt::parse("Phase: planning\n\nThe plan was approved.\n\nTask: reject bad input\n");
        assert_eq!(prompt.rejection(), None);
        assert!(prompt.approved());
        assert_eq!(prompt.task, "reject bad input");
    }

    #[test]
    fn anything_is_a_prompt() {
        for text in ["", "\n", "hello", "Phase:", "Phase: x"] {
            let prompt = Prompt::parse(text);
            assert_eq!(prompt.task, "");
            assert!(prompt.may_go_to().is_empty());
        }
    }
}
