//! What is told, as plain data. `docs/notices.md` describes its JSON, and a test holds the two together.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::text;

/// The version of the JSON. Fields are added without a new one; none changes its meaning.
pub const VERSION: u32 = 1;

/// The longest title, in characters.
const LONGEST_TITLE: usize = 500;
/// The longest text, in characters.
const LONGEST_TEXT: usize = 20_000;

/// What is told to a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    /// [`VERSION`].
    pub version: u32,
    /// The same for every try to deliver this one; no other has it.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: Kind,
    /// The session's folder, by its name; empty in a test.
    pub session: String,
    /// The session's name; empty in a test.
    pub name: String,
    /// Where the session stands; empty in a test.
    pub phase: String,
    /// The path of the repository.
    pub project: PathBuf,
    /// One line.
    pub title: String,
    /// A few lines.
    pub text: String,
    /// What a person may type now, exactly.
    #[serde(default)]
    pub commands: Vec<String>,
    /// The session's branch; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub branch: String,
    /// Why it waits, is blocked or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it goes on by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// What is to be approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// What the session has used so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// How long the session has worked, waiting left out; milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worked_ms: Option<u64>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A gate is open.
    Waiting,
    /// A person must decide before it can go on.
    Blocked,
    /// It cannot go on: login, credit, a missing program.
    Failed,
    /// It waits for a limit to reset, by itself.
    Parked,
    /// It goes on after that.
    Resumed,
    /// The work is done.
    Done,
    /// `samocode notify test`.
    Test,
}

impl Kind {
    /// As it stands in the JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
            Self::Parked => "parked",
            Self::Resumed => "resumed",
            Self::Done => "done",
            Self::Test => "test",
        }
    }

    /// Whether nothing goes on before a person acts.
    pub(super) fn is_urgent(self) -> bool {
        match self {
            Self::Waiting | Self::Blocked | Self::Failed => true,
            Self::Parked | Self::Resumed | Self::Done | Self::Test => false,
        }
    }
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// `Q1`.
    pub id: String,
    /// The question itself.
    pub title: String,
    /// What may be answered; other words may, too.
    #[serde(default)]
    pub options: Vec<QuestionOption>,
    /// What the agent would answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// One of the answers that a question offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionOption {
    /// Its letter.
    pub letter: char,
    /// Its words.
    pub text: String,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its file.
    pub file: PathBuf,
    /// SHA-256 of its bytes, 64 hexadecimal digits: what an approval binds.
    pub sha256: String,
}

/// What a session has used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// In and out.
    pub tokens: u64,
    /// US dollars, where the provider reports them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
}

impl Announcement {
    /// One that says no more than it must; what else there is to say is set on it.
    #[must_use]
    pub fn new(id: String, at: Timestamp, kind: Kind, project: PathBuf) -> Self {
        Self {
            version: VERSION,
            id,
            at,
            kind,
            session: String::new(),
            name: String::new(),
            phase: String::new(),
            project,
            title: String::new(),
            text: String::new(),
            commands: Vec::new(),
            branch: String::new(),
            reason: None,
            until: None,
            summary: None,
            questions: Vec::new(),
            plan: None,
            usage: None,
            worked_ms: None,
        }
    }

    /// That of `samocode notify test`.
    #[must_use]
    pub fn test(id: String, at: Timestamp, project: PathBuf) -> Self {
        let text =
            format!("A test from {}. Sessions will tell you here when they need you.", project.display());
        let title = "samocode can reach you here".to_owned();
        Self { title, text, ..Self::new(id, at, Kind::Test, project) }
    }

    /// The JSON, its title and text cut to what any service takes.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let title = text::cut(&text::one_line(&self.title), LONGEST_TITLE, text::characters, text::as_it_is);
        let words = text::cut(&text::clean(&self.text), LONGEST_TEXT, text::characters, text::as_it_is);
        let cut = Self { title, text: words, ..self.clone() };
        // Strings, numbers and lists only; a path that is not UTF-8 is what could not be written.
        serde_json::to_vec(&cut).unwrap_or_else(|_| {
            let project = PathBuf::from(self.project.to_string_lossy().into_owned());
            serde_json::to_vec(&Self { project, plan: None, ..cut }).unwrap_or_default()
        })
    }

    /// The title in one line; never empty, for some services refuse a message without words.
    pub(super) fn heading(&self) -> String {
        let title = text::one_line(&self.title);
        if title.is_empty() { format!("samocode: {}", self.kind.as_str()) } else { title }
    }

    /// What stands below the title: the text, and what may be typed.
    pub(super) fn body(&self) -> String {
        let mut body = text::clean(&self.text).trim().to_owned();
        for command in &self.commands {
            body.push('\n');
            body.push_str(&text::one_line(command));
        }
        body.trim().to_owned()
    }

    /// Title and body.
    pub(super) fn whole(&self) -> String {
        format!("{}\n{}", self.heading(), self.body()).trim().to_owned()
    }
}
