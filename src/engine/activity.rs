//! What an iteration's agent does, as lines for a person: its stream read on as it grows, through its provider's parser.
//!
//! Memory is bounded, whatever stands in the stream; nothing is changed and nothing judged.

use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::ProviderKind;
use crate::domain::event::Event;
use crate::engine::{EngineError, streams, usage_words};
use crate::process::{Cutter, Piece};
use crate::provider::event::{AgentEvent, LimitStatus, RunResult, Started};
use crate::provider::{
    ClaudeSettings, CodexSettings, DemoSettings, GeminiSettings, Message, Provider, Reader,
};
use crate::store::{self, Layout, open_document, read_journal};

/// How much of a stream that stands already is looked at, in bytes.
const LOOKED_AT: u64 = 2 * 1024 * 1024;

/// How much is read at once.
const CHUNK: u64 = 256 * 1024;

/// How many of the newest moments are kept.
const KEPT: usize = 2000;

/// One thing that the agent did, on one line unless the model wrote more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// The CLI is up: what and which model.
    Up(String),
    /// It called a tool, e.g. `Bash cargo test`.
    Call(String),
    /// The model's own words.
    Words(String),
    /// Something holds it up.
    Trouble(String),
    /// The run's last word, and whether it counts as a success.
    End(String, bool),
}

/// The stream of one iteration and how far it has been read.
#[derive(Debug)]
pub struct Activity {
    iteration: u32,
    path: PathBuf,
    provider: Provider,
    reader: Reader,
    at: u64,
    cutter: Cutter,
    /// The first line may be the end of one that was not read.
    torn: bool,
    moments: VecDeque<Moment>,
    /// The newest moment is words that may go on.
    open: bool,
}

impl Activity {
    /// The newest iteration's; none before the first.
    ///
    /// # Errors
    /// When the streams or the record cannot be read.
    pub fn newest(layout: &Layout) -> Result<Option<Self>, EngineError> {
        let Some((iteration, path)) = streams(layout)?.pop() else {
            return Ok(None);
        };
        let started = read_journal(&layout.journal())?.map(|read| read.entries).unwrap_or_default();
        let name = started.into_iter().rev().find_map(|entry| match entry.event {
            Event::Started(started) if started.iteration == iteration => Some(started.provider),
            _ => None,
        });
        let Some(provider) = name.and_then(|name| reader(&name)) else {
            return Ok(None);
        };
        Ok(Some(Self::of(iteration, &path, provider)))
    }

    fn of(iteration: u32, path: &Path, provider: Provider) -> Self {
        let length = std::fs::metadata(path).map_or(0, |stat| stat.len());
        let at = length.saturating_sub(LOOKED_AT);
        let (path, cutter) = (path.to_owned(), Cutter::default());
        // Secrets were taken out on the way into the file.
        let reader = provider.reader(Arc::default());
        let moments = VecDeque::new();
        Self { iteration, path, provider, reader, at, cutter, torn: at > 0, moments, open: false }
    }

    /// The number of the iteration.
    #[must_use]
    pub fn iteration(&self) -> u32 {
        self.iteration
    }

    /// The stream's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The newest moments, oldest first.
    #[must_use]
    pub fn moments(&self) -> &VecDeque<Moment> {
        &self.moments
    }

    /// Reads on; whether there was something new. A file that cannot be read has nothing to tell.
    pub fn look(&mut self) -> bool {
        let mut grew = false;
        while self.chunk().unwrap_or(false) {
            grew = true;
        }
        grew
    }

    fn chunk(&mut self) -> std::io::Result<bool> {
        let mut file = open_document(&self.path)?;
        if file.metadata()?.len() <= self.at {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(self.at))?;
        let mut bytes = Vec::new();
        self.at += file.take(CHUNK).read_to_end(&mut bytes)? as u64;
        let mut cutter = std::mem::take(&mut self.cutter);
        cutter.feed(&bytes, &mut |piece| self.piece(&piece));
        self.cutter = cutter;
        Ok(true)
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        self.reader.feed(piece.bytes);
        if !piece.ends {
            return;
        }
        if !std::mem::take(&mut self.torn) {
            self.line();
        }
        self.reader.next_line();
    }

    /// What the line tells; the model's words stand before the tool that they speak of.
    fn line(&mut self) {
        match self.reader.said() {
            Some(Message::Whole(words)) if !words.trim().is_empty() => {
                self.push(Moment::Words(words));
                self.open = false;
            }
            Some(Message::More(words)) => match self.moments.back_mut() {
                Some(Moment::Words(said)) if self.open => said.push_str(&words),
                _ => {
                    self.push(Moment::Words(words));
                    self.open = true;
                }
            },
            Some(Message::Over) => self.open = false,
            Some(Message::Whole(_)) | None => {}
        }
        let event = self.reader.event(true);
        if let Some(moment) = event.and_then(|event| moment(&self.provider, &event)) {
            self.push(moment);
            self.open = false;
        }
    }

    fn push(&mut self, moment: Moment) {
        if self.moments.len() == KEPT {
            self.moments.pop_front();
        }
        self.moments.push_back(moment);
    }
}

fn moment(provider: &Provider, event: &AgentEvent) -> Option<Moment> {
    match event {
        AgentEvent::Started(started) => Some(Moment::Up(up(provider.name(), started))),
        AgentEvent::Activity(activity) => activity.tool.clone().map(Moment::Call),
        AgentEvent::ToolAnswered => None,
        AgentEvent::Retrying(retrying) => Some(Moment::Trouble(retrying.words())),
        AgentEvent::RateLimit(limit) => match limit.status {
            LimitStatus::Allowed | LimitStatus::Unknown => None,
            LimitStatus::Warning => {
                Some(Moment::Trouble(format!("the usage limit is near ({})", limit.kind)))
            }
            LimitStatus::Rejected => {
                Some(Moment::Trouble(format!("the usage limit is reached ({})", limit.kind)))
            }
        },
        AgentEvent::ServiceError { kind } => Some(Moment::Trouble(kind.clone())),
        AgentEvent::Result(result) => Some(Moment::End(end(result), !result.is_error)),
    }
}

fn up(name: &str, started: &Started) -> String {
    let parts = [name, started.version.as_str(), started.model.as_str()];
    let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    known.join(" · ")
}

fn end(result: &RunResult) -> String {
    let failed = if result.is_error { format!(" ({})", result.subtype) } else { String::new() };
    let used = result.usage.map(|usage| format!(" · {}", usage_words(&usage))).unwrap_or_default();
    let words = if result.words.is_empty() { String::new() } else { format!(": {}", result.words) };
    format!("the run ended{failed}{used}{words}")
}

/// The reader of a provider's streams; what starts the CLI does not matter for that.
fn reader(name: &str) -> Option<Provider> {
    Some(match name.parse::<ProviderKind>().ok()? {
        ProviderKind::Claude => Provider::Claude(ClaudeSettings::default()),
        ProviderKind::Codex => Provider::Codex(CodexSettings { program: String::new(), args: Vec::new() }),
        ProviderKind::Gemini => Provider::Gemini(GeminiSettings { program: String::new(), args: Vec::new() }),
        ProviderKind::Demo => Provider::Demo(DemoSettings { program: PathBuf::new() }),
    })
}

/// The text of the notebook; empty where there is none that can be read.
#[must_use]
pub fn overview_text(layout: &Layout) -> String {
    text_of(&layout.overview())
}

/// The text of the questions; empty where there is none that can be read.
#[must_use]
pub fn questions_text(layout: &Layout) -> String {
    text_of(&layout.qa())
}

fn text_of(path: &Path) -> String {
    let bytes = store::read_document(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn told(name: &str, stream: &str) -> Vec<Moment> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stream.jsonl");
        std::fs::write(&path, stream).unwrap();
        let mut activity = Activity::of(1, &path, reader(name).unwrap());
        activity.look();
        activity.moments.into_iter().collect()
    }

    #[test]
    fn each_providers_stream_is_told_in_lines_that_are_no_json() {
        for (name, stream, call) in [
            ("claude", include_str!("../provider/claude/recorded/work.jsonl"), "Bash"),
            ("codex", include_str!("../provider/codex/recorded/work.jsonl"), "shell"),
            ("gemini", include_str!("../provider/gemini/recorded/work.jsonl"), ""),
        ] {
            let told = told(name, stream);
            assert!(matches!(told.first(), Some(Moment::Up(words)) if words.starts_with(name)), "{told:?}");
            let calls = |moment: &Moment| matches!(moment, Moment::Call(words) if words.contains(call));
            assert!(told.iter().any(calls), "{told:?}");
            assert!(told.iter().any(|moment| matches!(moment, Moment::Words(_))), "{name}: {told:?}");
            assert!(matches!(told.last(), Some(Moment::End(_, true))), "{told:?}");
            assert!(!format!("{told:?}").contains("\\\"type\\\""), "{told:?}");
        }
    }

    #[test]
    fn words_that_come_in_pieces_are_one_deed() {
        let piece = |words: &str| {
            format!(
                "{{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"{words}\",\"delta\":true}}\n"
            )
        };
        assert_eq!(told("gemini", &(piece("I lo") + &piece("ok"))), [Moment::Words("I look".to_owned())]);
    }

    #[test]
    fn a_stream_is_read_on_from_where_it_was_and_a_long_one_from_near_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("11-22-0813-001-planning.jsonl");
        let step = |n: usize| {
            format!(
                "{{\"type\":\"activity\",\"message\":{n},\"tool\":\"Edit {n}\",\"input_tokens\":1,\"output_tokens\":1}}\n"
            )
        };
        std::fs::write(&path, (0..60_000).map(step).collect::<String>()).unwrap();
        let mut activity = Activity::of(1, &path, reader("demo").unwrap());
        assert!(activity.look());
        assert_eq!(activity.moments.len(), KEPT);
        assert_eq!(activity.moments.back(), Some(&Moment::Call("Edit 59999".to_owned())));
        assert!(activity.at > 2 * LOOKED_AT && !activity.look());
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        let more = step(60_000);
        let (half, rest) = more.split_at(30);
        file.write_all(half.as_bytes()).unwrap();
        activity.look();
        assert_eq!(activity.moments.back(), Some(&Moment::Call("Edit 59999".to_owned())));
        file.write_all(rest.as_bytes()).unwrap();
        assert!(activity.look());
        assert_eq!(activity.moments.back(), Some(&Moment::Call("Edit 60000".to_owned())));
    }
}
