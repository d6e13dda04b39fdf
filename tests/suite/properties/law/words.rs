//! What has to be told to an iteration: the words of a person, and of what went wrong. They are owed until an iteration
//! whose prompt had them came to something.

use jiff::tz::TimeZone;
use samocode::domain::prompt::Prompt;
use samocode::domain::request::Effect;
use samocode::domain::session::Session;

use super::{Breach, demand};

/// One thing that is owed.
#[derive(Debug, Clone)]
struct Owed {
    words: String,
    kind: Kind,
    /// It is in the prompt of the running iteration.
    in_prompt: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What a person said to a session that works: it is listed for `status`, too.
    Guidance,
    /// What a person did at a gate.
    Gate,
    /// What a restore brought back.
    Restore,
    /// What an iteration, a verification or a round of reviews left.
    Left,
}

#[derive(Debug, Clone)]
pub(super) struct Words {
    owed: Vec<Owed>,
    /// The prompts of this history are written out and read; that takes time.
    reads_prompts: bool,
}

impl Words {
    pub(super) fn new(reads_prompts: bool) -> Self {
        Self { owed: Vec::new(), reads_prompts }
    }

    fn owe(&mut self, kind: Kind, words: &str) {
        self.owed.push(Owed { words: words.to_owned(), kind, in_prompt: false });
    }

    /// What comes of a person's act.
    pub(super) fn received(&mut self, effect: &Effect) {
        match effect {
            Effect::Guided(words) | Effect::Reopened { message: words, .. } => {
                self.owe(Kind::Guidance, words);
            }
            Effect::Rejected(words) => self.owe(Kind::Gate, words),
            Effect::Approved { plan, .. } => self.owe(Kind::Gate, &plan.file),
            Effect::ActionDone => self.owe(Kind::Gate, "What only a person could do is done"),
            Effect::Moved(phase) => self.owe(Kind::Gate, &format!("was moved to {phase}")),
            Effect::Restored { told, .. } => self.owe(Kind::Restore, told),
            Effect::Answered { .. } | Effect::Refused(_) | Effect::Stopping | Effect::Resumed => {}
        }
    }

    /// An answers gate was passed: each answer that a person gave is owed, in this order.
    pub(super) fn answered<'a>(&mut self, answers: impl Iterator<Item = &'a str>) {
        answers.for_each(|answer| self.owe(Kind::Gate, answer));
    }

    pub(super) fn left(&mut self, words: &[String]) {
        words.iter().for_each(|words| self.owe(Kind::Left, words));
    }

    /// An iteration starts: its prompt has all that is owed.
    pub(super) fn started(&mut self, before: &Session, guidance: usize) -> Result<(), Breach> {
        let said = self.owed.iter().filter(|owed| owed.kind == Kind::Guidance);
        let said: Vec<&str> = said.map(|owed| owed.words.as_str()).collect();
        demand(
            before.guidance.unread().eq(said.iter().copied()),
            "the prompt lacks guidance, or repeats it",
        )?;
        demand(guidance == said.len(), "the prompt counts its guidance wrongly")?;
        let left = self.owed.iter().filter(|owed| matches!(owed.kind, Kind::Left | Kind::Restore));
        for owed in left {
            // Of a long row of failures only the newest words are kept.
            let full = before.news.told.len() >= 20;
            demand(
                full || before.news.told.contains(&owed.words),
                "what an iteration has to be told was lost",
            )?;
        }
        if self.reads_prompts {
            self.read_prompt(before)?;
        }
        self.owed.iter_mut().for_each(|owed| owed.in_prompt = true);
        Ok(())
    }

    /// The words of the message itself, those of a person in the order in which they belong.
    fn read_prompt(&self, session: &Session) -> Result<(), Breach> {
        let text = Prompt {
            session,
            iteration: session.iteration + 1,
            session_dir: std::path::Path::new("/s/26-01-08-a"),
            main_repo: std::path::Path::new("/r"),
            time_limit: std::time::Duration::from_secs(1800),
            now: &session.created_at.to_zoned(TimeZone::UTC),
            found: &[],
            subfolder: None,
            verify: None,
        }
        .text();
        let full = session.news.told.len() >= 20;
        for owed in self.owed.iter().filter(|owed| !full || owed.kind != Kind::Left) {
            demand(text.contains(&owed.words), "the message lacks words that are owed")?;
        }
        let mut rest = text.as_str();
        for owed in self.owed.iter().filter(|owed| owed.kind == Kind::Gate) {
            let Some(at) = rest.find(&owed.words) else {
                return Err("answers are not in the order of their file".to_owned());
            };
            rest = &rest[at + owed.words.len()..];
        }
        Ok(())
    }

    /// An iteration came to something: what its prompt had is no longer owed.
    pub(super) fn heard(&mut self) {
        self.owed.retain(|owed| !owed.in_prompt);
    }

    /// Whether words of a person, or of a restore, are owed that were in no prompt.
    pub(super) fn are_unheard(&self) -> bool {
        self.owed.iter().any(|owed| !owed.in_prompt && owed.kind != Kind::Left)
    }

    /// The same for guidance alone.
    pub(super) fn is_guidance_unheard(&self) -> bool {
        self.owed.iter().any(|owed| !owed.in_prompt && owed.kind == Kind::Guidance)
    }

    /// What is listed as guidance that waits is what is owed.
    pub(super) fn agree(&self, after: &Session) -> Result<(), Breach> {
        let said = self.owed.iter().filter(|owed| owed.kind == Kind::Guidance);
        demand(
            after.guidance.unread().eq(said.map(|owed| owed.words.as_str())),
            "guidance was lost, or is told for ever",
        )
    }
}
