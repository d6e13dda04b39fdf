//! A session as a person may see it: made from its journal and its folder, read by every screen.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::encoding::decode_any;
use crate::domain::gate::{Gate, GateAsk};
use crate::domain::guidance::Guidance;
use crate::domain::outcome::Usage;
use crate::domain::plan;
use crate::domain::qa::{self, AnswerError, Question, Suggestion};
use crate::domain::session::{Session, State};
use crate::domain::status;
use crate::domain::verdict::BlockCause;
use crate::engine::say::Live;
use crate::engine::{EngineError, asked};
use crate::store::{self, Holder, Layout, StoreError, read_session};

/// A session as a person may see it.
#[derive(Debug, Clone, Serialize)]
pub struct View {
    /// The session's folder name.
    pub folder: String,
    /// The session's name.
    pub name: String,
    /// The task, in the person's words.
    pub task: Option<String>,
    /// The workflow's name.
    pub workflow: String,
    /// The phase.
    pub phase: String,
    /// Phases of the workflow, in order.
    pub phases: Vec<String>,
    /// Phases that it can be taken back to once it is finished; the first is taken if none is named.
    pub reopened_in: Vec<String>,
    /// Number of the last iteration that started.
    pub iteration: u32,
    /// Iterations used in this phase.
    pub used_in_phase: u32,
    /// Most iterations of this phase.
    pub most_in_phase: Option<u32>,
    /// One word: preparing, ready, reviewing, running, verifying, interrupted, waiting, parked, blocked, done.
    pub state: &'static str,
    /// The gate that is open.
    pub gate: Option<GateView>,
    /// The kind of block.
    pub block: Option<BlockCause>,
    /// Why it is blocked, or what it is parked for.
    pub reason: Option<String>,
    /// Until when it is parked.
    pub until: Option<Timestamp>,
    /// The summary of a finished session.
    pub summary: Option<String>,
    /// The newest run of the verify command.
    pub verification: Option<VerificationView>,
    /// What all iterations used.
    pub usage: Usage,
    /// Milliseconds that children worked.
    pub worked_ms: u64,
    /// When the session was made.
    pub created_at: Timestamp,
    /// When its record last changed.
    pub changed_at: Timestamp,
    /// The agent's words on what it did last.
    pub last_action: Option<String>,
    /// The agent's words on what comes next.
    pub next: Option<String>,
    /// The branch.
    pub branch: String,
    /// The branch it came from.
    pub base_branch: Option<String>,
    /// The commit it came from.
    pub base_commit: Option<String>,
    /// The worktree.
    pub worktree: Option<PathBuf>,
    /// The session folder.
    pub session_dir: PathBuf,
    /// The orchestrator that works on it now.
    pub orchestrator: Option<Holder>,
    /// The running iteration.
    pub live: Option<Live>,
    /// The person's guidance, oldest first; long-read pieces are left out.
    pub guidance: Vec<GuidanceView>,
    /// Pieces of guidance that no iteration has read yet.
    pub unread_guidance: usize,
}

/// A piece of guidance as a person may see it.
#[derive(Debug, Clone, Serialize)]
pub struct GuidanceView {
    /// The person's words.
    pub text: String,
    /// Who said them, in words.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// The iteration that took them up; none while they wait for one.
    pub read_by: Option<u32>,
}

impl GuidanceView {
    fn of(piece: &Guidance) -> Self {
        Self { text: piece.text.clone(), who: piece.who.to_string(), at: piece.at, read_by: piece.read_by }
    }
}

/// A run of the verify command as a person may see it.
#[derive(Debug, Clone, Serialize)]
pub struct VerificationView {
    /// The command.
    pub command: String,
    /// The commit that it was run on; none where it was not run.
    pub commit: Option<String>,
    /// Whether it passed, and on the files of this worktree as far as is known.
    pub passed: bool,
    /// How it went, in words.
    pub words: String,
    /// What is known of files of other checkouts that it used, or was kept from.
    pub origins: Vec<String>,
    /// How many failed in a row, this one included.
    pub failed_in_a_row: u32,
    /// When it ended.
    pub at: Timestamp,
    /// How long it ran, in milliseconds.
    pub took_ms: u64,
    /// The file with its output.
    pub log: Option<PathBuf>,
}

/// An open gate as a person may see it.
#[derive(Debug, Clone, Serialize)]
pub struct GateView {
    /// The opening's id.
    pub id: String,
    /// What is asked, in a few words.
    pub waits_for: &'static str,
    /// Which kind of gate.
    pub kind: GateKindView,
}

/// What a gate asks for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKindView {
    /// Answers.
    Answers {
        /// The file with the questions.
        file: PathBuf,
        /// The questions.
        questions: Vec<QuestionView>,
    },
    /// Approval of a plan.
    Approval {
        /// The plan.
        file: PathBuf,
        /// The hash of its bytes now; none when it cannot be read.
        sha256: Option<String>,
        /// Whether it changed since its gate opened.
        changed: bool,
        /// Its title and headings.
        headings: Vec<String>,
        /// Its checkbox items.
        items: usize,
    },
    /// Something only a person can do.
    HumanAction {
        /// What.
        reason: String,
        /// The file concerned.
        file: Option<String>,
    },
}

/// A question as a person may see it.
#[derive(Debug, Clone, Serialize)]
pub struct QuestionView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Letters and words of its options.
    pub options: Vec<(char, String)>,
    /// The agent's suggestion, as written.
    pub suggestion: Option<String>,
    /// The options that the suggestion means.
    pub suggested: Vec<char>,
    /// The person's answer.
    pub answer: Option<String>,
}

impl QuestionView {
    /// The full answer that a person's short one means: a letter, several, `suggestion`, or words.
    ///
    /// # Errors
    /// When it is empty, a letter is no option, or there is no suggestion to take.
    pub fn resolve(&self, given: &str) -> Result<String, AnswerError> {
        let suggestion = self.suggestion.as_ref().map(|raw| Suggestion {
            letters: self.suggested.clone(),
            reason: String::new(),
            raw: raw.clone(),
        });
        let question = Question {
            id: self.id.clone(),
            title: self.title.clone(),
            options: self.options.clone(),
            suggestion,
            answer: None,
        };
        qa::resolve_answer(&question, given).map(|resolved| resolved.text)
    }
}

impl View {
    /// Reads a session. Takes no lock and changes nothing.
    ///
    /// # Errors
    /// When it has no record, or one that cannot be read.
    pub fn read(layout: &Layout) -> Result<Self, EngineError> {
        let session = read_session(&layout.journal())?
            .ok_or_else(|| StoreError::NoRecord { path: layout.session_dir() })?;
        Ok(Self::of(layout, &session))
    }

    /// The view of a session that is at hand.
    #[must_use]
    pub fn of(layout: &Layout, session: &Session) -> Self {
        let overview = store::read_text(&layout.overview()).unwrap_or_default();
        let lines = status::read(&overview);
        let orchestrator = store::holder(layout);
        let running = orchestrator.as_ref().and_then(|_| live(layout));
        let (state, reason, until, summary) = state_words(session, orchestrator.is_some());
        let place = session.place.as_ref();
        Self {
            folder: layout.folder().to_owned(),
            name: session.name.clone(),
            task: session.task.clone(),
            workflow: session.workflow.name.clone(),
            phase: session.phase.to_string(),
            phases: session.workflow.phases().map(|rules| rules.name.to_string()).collect(),
            reopened_in: session.workflow.reopened_in().iter().map(ToString::to_string).collect(),
            iteration: session.iteration,
            used_in_phase: session.used_in_phase(),
            most_in_phase: session.workflow.rules(&session.phase).and_then(|rules| rules.most_iterations),
            state,
            gate: session.open_gate().map(|gate| gate_view(layout, session, gate)),
            block: match &session.state {
                State::Blocked(block) => Some(block.cause),
                _ => None,
            },
            reason,
            until,
            summary,
            verification: verification_view(layout, session),
            usage: session.usage,
            worked_ms: session.worked_ms,
            created_at: session.created_at,
            changed_at: session.changed_at,
            last_action: lines.last_action,
            next: lines.next,
            branch: session.branch.clone(),
            base_branch: place.map(|place| place.base_branch.clone()),
            base_commit: place.map(|place| place.base_commit.clone()),
            worktree: place.map(|place| place.worktree.clone()),
            session_dir: layout.session_dir(),
            orchestrator,
            live: running,
            guidance: session.guidance.all().iter().map(GuidanceView::of).collect(),
            unread_guidance: session.guidance.unread().count(),
        }
    }
}

fn verification_view(layout: &Layout, session: &Session) -> Option<VerificationView> {
    let evidence = session.evidence.as_ref()?;
    let check = &evidence.check;
    Some(VerificationView {
        command: check.command.clone(),
        commit: check.head.as_ref().map(|head| head.commit.clone()),
        passed: check.passed() && check.origins.is_empty(),
        words: check.words(),
        origins: check.origins.clone(),
        failed_in_a_row: session.counters.unverified,
        at: evidence.at,
        took_ms: check.took_ms,
        log: check.log.as_ref().map(|log| layout.logs().join(log)),
    })
}

type StateWords = (&'static str, Option<String>, Option<Timestamp>, Option<String>);

fn state_words(session: &Session, alive: bool) -> StateWords {
    match &session.state {
        State::Ready { .. } | State::Parked(_) if alive && session.is_reviewed() => {
            ("reviewing", None, None, None)
        }
        State::Preparing => ("preparing", None, None, None),
        State::Ready { after } => ("ready", None, *after, None),
        State::Running(_) if alive => ("running", None, None, None),
        // Its orchestrator died in the middle; the next start closes the iteration.
        State::Running(_) => ("interrupted", None, None, None),
        State::Verifying(_) if alive => ("verifying", None, None, None),
        State::Verifying(_) => ("interrupted", None, None, None),
        State::Waiting(_) => ("waiting", None, None, None),
        State::Parked(pause) => ("parked", Some(pause.reason.clone()), Some(pause.until), None),
        State::Blocked(block) => ("blocked", Some(block.reason.clone()), None, None),
        State::Done(summary) => ("done", None, None, Some(summary.clone())),
    }
}

/// The running iteration as its orchestrator last told it; without one that lives, this is what it left.
#[must_use]
pub fn live(layout: &Layout) -> Option<Live> {
    serde_json::from_slice(&store::read_document(&layout.live()).ok()?).ok()
}

fn gate_view(layout: &Layout, session: &Session, gate: &Gate) -> GateView {
    let kind = match &gate.ask {
        GateAsk::Answers => {
            GateKindView::Answers { file: layout.qa(), questions: questions(layout, session, gate) }
        }
        GateAsk::Approval(plan) => {
            let path = layout.session_dir().join(&plan.file);
            let bytes = store::read_document(&path).ok();
            let sha256 = bytes.as_deref().map(store::sha256_hex);
            let text = bytes.map(|bytes| decode_any(&bytes)).unwrap_or_default();
            let progress = plan::progress(&text);
            let headings = progress
                .title
                .into_iter()
                .chain(progress.headings.into_iter().filter(|heading| heading.level <= 3).map(|h| h.text));
            GateKindView::Approval {
                changed: sha256.as_deref() != Some(plan.sha256.as_str()),
                file: path,
                sha256,
                headings: headings.collect(),
                items: progress.items,
            }
        }
        GateAsk::HumanAction { reason, file } => {
            GateKindView::HumanAction { reason: reason.clone(), file: file.clone() }
        }
    };
    GateView { id: gate.id.to_string(), waits_for: gate.ask.words(), kind }
}

fn questions(layout: &Layout, session: &Session, gate: &Gate) -> Vec<QuestionView> {
    let answered = |id: &str, title: &str| {
        session.answers.get(id).filter(|answer| answer.title == title).map(|answer| answer.text.clone())
    };
    asked::questions(layout, Some(gate))
        .into_iter()
        .map(|asked| asked.question)
        .map(|question| QuestionView {
            answer: answered(&question.id, &question.title),
            suggestion: question.suggestion.as_ref().map(|suggestion| suggestion.raw.clone()),
            suggested: question.suggestion.map(|suggestion| suggestion.letters).unwrap_or_default(),
            id: question.id,
            title: question.title,
            options: question.options,
        })
        .collect()
}
