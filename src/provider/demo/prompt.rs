//! What the demo agent reads from its prompt.
//!
//! Pure. The labels are those that every agent gets, the sections those of `domain::prompt`.

use std::path::PathBuf;

use super::super::words;

/// Most characters of what the person asked for.
const WISH: usize = 300;

/// The prompt, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prompt {
    labels: Vec<(String, String)>,
    /// Heading and text of each section above the task.
    sections: Vec<(String, String)>,
    /// The task, or nothing.
    pub(super) task: String,
}

impl Prompt {
    /// Reads the labels at the top, then the sections. The task is the last one: headings in it are its own.
    pub(super) fn parse(text: &str) -> Self {
        let mut lines = text.lines().peekable();
        let mut labels = Vec::new();
        while let Some((name, value)) = lines.peek().and_then(|line| label(line)) {
            labels.push((name.to_owned(), value.to_owned()));
            lines.next();
        }
        let mut sections: Vec<(String, String)> = Vec::new();
        let mut in_task = false;
        for line in lines {
            match line.strip_prefix("## ") {
                Some(heading) if !in_task => {
                    in_task = heading == "Task";
                    sections.push((heading.to_owned(), String::new()));
                }
                Some(_) | None => {
                    if let Some((_, body)) = sections.last_mut() {
                        body.push_str(line);
                        body.push('\n');
                    }
                }
            }
        }
        let task = if in_task { sections.pop() } else { None };
        let task = task.map(|(_, text)| text.trim().to_owned()).unwrap_or_default();
        Self { labels, sections, task }
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
        let phases = self.label("May go to").unwrap_or_default();
        phases.split(',').map(str::trim).filter(|phase| !phase.is_empty()).collect()
    }

    /// What the person wants to have otherwise, on one line: their words when they rejected the plan, or guidance.
    pub(super) fn wish(&self) -> Option<String> {
        let rejected = self.section("Plan rejected").map(|body| {
            // The first line says who rejected it.
            body.split_once("these words:").map_or(body, |(_, words)| words)
        });
        let wish = rejected.or_else(|| self.section("Guidance from the person"))?;
        Some(words::one_line(wish, WISH))
    }

    /// What the session is about: the task, or else the topic of its investigation.
    pub(super) fn about(&self) -> &str {
        if self.task.is_empty() {
            self.section("Topic of the investigation").map_or("(none given)", str::trim)
        } else {
            &self.task
        }
    }

    fn section(&self, heading: &str) -> Option<&str> {
        self.sections.iter().find(|(name, _)| name == heading).map(|(_, body)| body.as_str())
    }
}

/// `Label: value`; the value may be empty.
fn label(line: &str) -> Option<(&str, &str)> {
    let (label, value) = line.split_once(':')?;
    let plain = |c: char| c.is_alphanumeric() || c == ' ' || c == '_';
    (!label.is_empty() && label.len() <= 40 && label.chars().all(plain)).then(|| (label, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str = "Session path: /s/26-01-08-greet\nWorktree path: /w/greet\nBase branch: \nPhase: planning\nMay go to: implementation, done\nTIMESTAMP_FILE: 01-08-10:00\n\n## What the last iteration left\n\n- Nothing.\n\n## Plan rejected\n\nBy ada, with these words:\n\nPlease keep\nthe comma.\n\n## Task\n\nAdd a flag: loud.\n\n## Plan rejected\n\nnot a heading of ours\n";

    #[test]
    fn reads_labels_and_task() {
        let prompt = Prompt::parse(PROMPT);
        assert_eq!(prompt.label("Phase"), Some("planning"));
        assert_eq!(prompt.label("Base branch"), None);
        assert_eq!(prompt.label("TIMESTAMP_FILE"), Some("01-08-10:00"));
        assert_eq!(prompt.path("Worktree path"), Some("/w/greet".into()));
        assert_eq!(prompt.may_go_to(), ["implementation", "done"]);
        assert!(prompt.task.starts_with("Add a flag: loud.\n\n## Plan rejected"));
    }

    #[test]
    fn finds_what_the_person_wants() {
        let wish = |text: &str| Prompt::parse(text).wish();
        assert_eq!(wish(PROMPT).as_deref(), Some("Please keep the comma."));
        let guided = "Phase: planning\n\n## Guidance from the person\n\nno colours\n";
        assert_eq!(wish(guided).as_deref(), Some("no colours"));
        assert_eq!(wish("Phase: planning\n\n## Task\n\n## Plan rejected\n\nx\n"), None);
    }

    #[test]
    fn is_about_its_task_or_its_topic() {
        let about = |text: &str| Prompt::parse(text).about().to_owned();
        let topic = "Phase: investigation\n\n## Topic of the investigation\n\nwhy it is slow\n";
        assert_eq!(about(topic), "why it is slow");
        assert_eq!(about(&format!("{topic}\n## Task\n\nmake it fast\n")), "make it fast");
        assert_eq!(about(""), "(none given)");
    }

    #[test]
    fn anything_is_a_prompt() {
        for text in ["", "\n", "hello", "Phase:", "Phase: x", "## Task"] {
            let prompt = Prompt::parse(text);
            assert_eq!(prompt.task, "");
            assert!(prompt.may_go_to().is_empty());
        }
    }
}
