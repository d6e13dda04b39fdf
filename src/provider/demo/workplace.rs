//! Where the demo agent works: its stream, the session's folder, the worktree.
//!
//! Everything that the agent reads and writes goes through here, at a pace that can be watched.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::dialect::Line;
use super::notebook;
use super::project;
use super::prompt::Prompt;
use super::story::{STORY, Story};

/// The agent's surroundings in one run.
#[derive(Debug)]
pub(super) struct Workplace {
    /// What was asked.
    pub(super) prompt: Prompt,
    /// The session's folder.
    pub(super) session: PathBuf,
    /// The worktree.
    pub(super) worktree: PathBuf,
    /// What is played in place of the greeting.
    pub(super) story: Option<Story>,
    pace: Duration,
    steps: u64,
    documents: Vec<String>,
    prompt_tokens: u64,
}

/// What the agent asks to happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Signal {
    /// The phase that runs next.
    Continue(String),
    /// A person is needed: for this, with this file.
    Waiting(&'static str, Option<String>),
    /// The session is over.
    Done,
    /// The agent cannot go on.
    Blocked(String),
}

/// What a phase did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    /// One sentence on what was done.
    pub(super) summary: String,
    /// What happens next.
    pub(super) signal: Signal,
}

impl Workplace {
    /// The surroundings that `text` tells of.
    pub(super) fn new(text: &str, pace: Duration) -> io::Result<Self> {
        let prompt = Prompt::parse(text);
        let needed = |label: &str| {
            prompt.path(label).ok_or_else(|| io::Error::other(format!("the prompt has no line `{label}: …`")))
        };
        let session = needed("Session path")?;
        let worktree = prompt.path("Worktree path").map_or_else(|| needed("Working directory"), Ok)?;
        let story = std::env::var_os(STORY).filter(|dir| !dir.is_empty());
        Ok(Self {
            story: story.map(|dir| Story::in_folder(dir.into())).transpose()?,
            session,
            worktree,
            prompt,
            pace,
            steps: 0,
            documents: Vec::new(),
            prompt_tokens: tokens(text.len()),
        })
    }

    /// Tells one step and takes its time.
    pub(super) fn step(&mut self, tool: &str, written: usize) -> io::Result<()> {
        self.steps += 1;
        say(&Line::Activity {
            message: self.steps,
            tool: tool.to_owned(),
            input_tokens: self.prompt_tokens,
            output_tokens: tokens(written),
        })?;
        std::thread::sleep(self.pace);
        Ok(())
    }

    /// Writes a document `<TIMESTAMP_FILE>-<name>` in the session's folder and gives its file name.
    pub(super) fn write_document(&mut self, name: &str, text: &str) -> io::Result<String> {
        let stamp = self.prompt.label("TIMESTAMP_FILE").unwrap_or("demo");
        let file = format!("{stamp}-{name}");
        self.write_session_file(&file, text)?;
        self.documents.push(file.clone());
        Ok(file)
    }

    /// Writes a file of the session's folder.
    pub(super) fn write_session_file(&mut self, file: &str, text: &str) -> io::Result<()> {
        self.step(&format!("Write {file}"), text.len())?;
        fs::write(self.session.join(file), text).map_err(|error| named(&self.session.join(file), &error))
    }

    /// The text of a file of the session's folder; empty when there is none.
    pub(super) fn session_file(&self, file: &str) -> String {
        fs::read_to_string(self.session.join(file)).unwrap_or_default()
    }

    /// The plan: the approved one where there is one, else the newest.
    pub(super) fn plan(&self) -> io::Result<Option<String>> {
        let approved = self.prompt.path("Approved plan");
        let name = approved.as_deref().and_then(Path::file_name).and_then(|name| name.to_str());
        name.map_or_else(|| self.newest_document("-plan-"), |name| Ok(Some(name.to_owned())))
    }

    /// The newest document whose name holds `part`, by the time in its name.
    pub(super) fn newest_document(&self, part: &str) -> io::Result<Option<String>> {
        let mut names: Vec<String> = fs::read_dir(&self.session)
            .map_err(|error| named(&self.session, &error))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.contains(part) && name.ends_with(".md") && !name.starts_with('_'))
            .collect();
        names.sort();
        Ok(names.pop())
    }

    /// The folder of the program that the demo changes, relative to the worktree.
    pub(super) fn place(&self) -> &'static str {
        project::place(&self.worktree)
    }

    /// The first of `preferred` that the workflow allows next; the first of all where the prompt does not say.
    pub(super) fn next(&self, preferred: &[&str]) -> String {
        let allowed = self.prompt.may_go_to();
        let own = self.prompt.label("Phase").unwrap_or_default();
        preferred
            .iter()
            .find(|phase| allowed.is_empty() || allowed.contains(phase))
            .or_else(|| allowed.iter().find(|phase| **phase != own))
            .or_else(|| preferred.first())
            .map_or_else(|| "done".to_owned(), |phase| (*phase).to_owned())
    }

    /// Whether the workflow allows `phase` next.
    pub(super) fn may_go_to(&self, phase: &str) -> bool {
        let allowed = self.prompt.may_go_to();
        allowed.is_empty() || allowed.contains(&phase)
    }

    /// Writes the agent's lines in the notebook, then the signal: nothing comes after it.
    pub(super) fn finish(&mut self, report: &Report) -> io::Result<()> {
        const OVERVIEW: &str = "_overview.md";
        let overview = self.session_file(OVERVIEW);
        if !overview.is_empty() {
            let next = match &report.signal {
                Signal::Continue(phase) => phase.clone(),
                Signal::Waiting(what, _) => format!("a person: {what}"),
                Signal::Done => "nothing".into(),
                Signal::Blocked(reason) => format!("a person: {reason}"),
            };
            let time = self.prompt.label("TIMESTAMP_LOG").unwrap_or("demo");
            let phase = self.prompt.label("Phase").unwrap_or_default();
            let line = format!("[{time}] {phase}: {} (demo agent)", report.summary);
            let text = notebook::updated(&overview, &report.summary, &next, &line, &self.documents);
            self.write_session_file(OVERVIEW, &text)?;
        }
        self.step("Write _signal.json", 100)?;
        let path = self.session.join("_signal.json");
        let half = self.session.join("_signal.json.part");
        fs::write(&half, report.json().to_string()).map_err(|error| named(&half, &error))?;
        fs::rename(&half, &path).map_err(|error| named(&path, &error))
    }
}

impl Report {
    fn json(&self) -> serde_json::Value {
        let summary = &self.summary;
        match &self.signal {
            Signal::Continue(phase) => {
                serde_json::json!({"status": "continue", "phase": phase, "summary": summary})
            }
            Signal::Waiting(what, Some(file)) => {
                serde_json::json!({"status": "waiting", "for": what, "file": file, "summary": summary})
            }
            Signal::Waiting(what, None) => {
                serde_json::json!({"status": "waiting", "for": what, "summary": summary})
            }
            Signal::Done => serde_json::json!({"status": "done", "summary": summary}),
            Signal::Blocked(reason) => serde_json::json!({
                "status": "blocked", "reason": reason, "needs": "error_resolution", "summary": summary
            }),
        }
    }
}

/// Writes one line of the stream.
pub(super) fn say(line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&text)?;
    out.flush()
}

/// `error` with the path that it is about.
pub(super) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// About how many tokens a text of `bytes` is for a model.
fn tokens(bytes: usize) -> u64 {
    bytes as u64 / 4
}
