//! A change that somebody prepared for the demo agent, in place of its greeting: what it finds, asks, plans and writes.
//!
//! The agent stays what it is, a script without a model: it copies the files of a step, runs the check and commits.
//!
//! ```text
//! findings.md     what the dive says below the list of files
//! questions.md    questions in the block format of _qa.md; without the file nothing is asked
//! plan.md         the plan below its heading: phases with items to tick, one phase a step
//! check           a shell command, run in the worktree after each step; without the file nothing is run
//! steps/1-say-hello/…   the files as they are after step 1, whose commit is "Say hello"
//! ```
//!
//! `@Q1@` in any of these, and in the name of a step's file, is what was answered to Q1, or what was suggested.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::questions;
use super::workplace::named;

/// The variable that names the folder of a story.
pub const STORY: &str = "SAMOCODE_DEMO_STORY";

/// A folder of that form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Story {
    dir: PathBuf,
}

/// One step of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// The commit's first line.
    pub(super) title: String,
    dir: PathBuf,
}

impl Story {
    /// The story in `dir`.
    ///
    /// # Errors
    /// Fails when there is no such folder.
    pub(super) fn in_folder(dir: PathBuf) -> io::Result<Self> {
        if dir.is_dir() {
            return Ok(Self { dir });
        }
        Err(io::Error::new(io::ErrorKind::NotFound, format!("{STORY} names no folder: {}", dir.display())))
    }

    /// One of its texts, with the answers in `qa` in it; none where the story has no such file.
    pub(super) fn text(&self, name: &str, qa: &str) -> io::Result<Option<String>> {
        let path = self.dir.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(with_answers(&text, &self.questions()?, qa))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(named(&path, &error)),
        }
    }

    /// What it asks; empty where it asks nothing.
    pub(super) fn questions(&self) -> io::Result<String> {
        let path = self.dir.join("questions.md");
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read.map_err(|error| named(&path, &error)),
        }
    }

    /// Its steps, in their order.
    pub(super) fn steps(&self) -> io::Result<Vec<Step>> {
        let dir = self.dir.join("steps");
        if !dir.exists() {
            return Ok(Vec::new());
        }
        let mut steps: Vec<(u32, Step)> = Vec::new();
        for entry in fs::read_dir(&dir).map_err(|error| named(&dir, &error))? {
            let dir = entry?.path();
            let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let parts = name.split_once('-').and_then(|(number, words)| Some((number.parse().ok()?, words)));
            let Some((number, words)) = parts else {
                return Err(io::Error::other(format!(
                    "{}: no number and words, as 1-say-hello",
                    dir.display()
                )));
            };
            steps.push((number, Step { title: sentence(words), dir }));
        }
        steps.sort_by_key(|(number, _)| *number);
        Ok(steps.into_iter().map(|(_, step)| step).collect())
    }

    /// The files of a step: path below the worktree, and what they hold.
    pub(super) fn files(&self, step: &Step, qa: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
        let questions = self.questions()?;
        let mut files = Vec::new();
        let mut open = vec![step.dir.clone()];
        while let Some(dir) = open.pop() {
            for entry in fs::read_dir(&dir).map_err(|error| named(&dir, &error))? {
                let path = entry?.path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let bytes = fs::read(&path).map_err(|error| named(&path, &error))?;
                let bytes = match String::from_utf8(bytes) {
                    Ok(text) => with_answers(&text, &questions, qa).into_bytes(),
                    Err(other) => other.into_bytes(),
                };
                files.push((with_answers(&below(&path, &step.dir), &questions, qa), bytes));
            }
        }
        files.sort();
        Ok(files)
    }
}

fn below(path: &Path, dir: &Path) -> String {
    path.strip_prefix(dir).unwrap_or(path).to_string_lossy().into_owned()
}

/// `say-hello` as `Say hello`.
fn sentence(words: &str) -> String {
    let words = words.replace('-', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// `text` with each `@Q1@` replaced by what was chosen.
fn with_answers(text: &str, questions: &str, qa: &str) -> String {
    questions::chosen(questions, qa)
        .into_iter()
        .fold(text.to_owned(), |text, (id, words)| text.replace(&format!("@{id}@"), &words))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTIONS: &str =
        "### Q1: Which code?\nA) 404\nB) 204\n**Suggestion:** A - plain\n**Answer:** _waiting_\n";

    fn story(files: &[(&str, &str)]) -> (tempfile::TempDir, Story) {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let story = Story::in_folder(dir.path().to_owned()).unwrap();
        (dir, story)
    }

    #[test]
    fn its_steps_are_in_order_with_their_files_and_the_answers_in_them() {
        let (_dir, story) = story(&[
            ("questions.md", QUESTIONS),
            ("steps/10-write-it-down/README.md", "last"),
            ("steps/2-answer-missing/src/a.js", "status(@Q1@), @Q2@"),
            ("steps/2-answer-missing/@Q1@.js", ""),
        ]);
        let steps = story.steps().unwrap();
        let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(titles, ["Answer missing", "Write it down"]);
        let answered = QUESTIONS.replace("_waiting_", "B - 204");
        let files = story.files(&steps[0], &answered).unwrap();
        assert_eq!(files, [("204.js".into(), vec![]), ("src/a.js".into(), b"status(204), @Q2@".to_vec())]);
        let suggested = story.files(&steps[0], "").unwrap();
        assert_eq!(suggested[1].1, b"status(404), @Q2@");
    }

    #[test]
    fn what_it_does_not_have_is_not_there() {
        let (_dir, story) = story(&[]);
        assert_eq!(story.text("plan.md", "").unwrap(), None);
        assert_eq!(story.questions().unwrap(), "");
        assert_eq!(story.steps().unwrap(), []);
        assert!(Story::in_folder("/nowhere".into()).unwrap_err().to_string().contains(STORY));
    }

    #[test]
    fn a_step_without_a_number_is_told() {
        let (_dir, story) = story(&[("steps/hello/x", "")]);
        assert!(story.steps().unwrap_err().to_string().contains("as 1-say-hello"));
    }
}
