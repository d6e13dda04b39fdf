//! An open gate: its files are put as the person shall find them, and then only a person's act counts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use crate::domain::event::Event;
use crate::domain::gate::{Gate, GateAsk};
use crate::domain::phase::Phase;
use crate::domain::qa::{self, Qa};
use crate::domain::request::{Act, Effect, Who};
use crate::engine::orchestrator::{Orchestrator, TICK};
use crate::engine::view::View;
use crate::engine::{EngineError, Wish, overview};
use crate::store::{
    keep_backup, move_aside, odd_document, read_document, read_text, sha256_hex, write_atomic,
};

/// A file edited by hand counts once it has not changed for this long: editors save in steps.
const SETTLED: Duration = Duration::from_secs(3);

impl Orchestrator<'_> {
    /// Stays at an open gate until a person passes it, or something else calls.
    pub(super) fn wait_at(&mut self, gate: &Gate) -> Result<Option<Wish>, EngineError> {
        if !self.session().posted {
            self.post_gate(gate)?;
        }
        if self.pass_by_flag(gate)? {
            return Ok(None);
        }
        self.say.needed(&View::of(self.record.layout(), self.record.session()));
        if self.settings.wishes.exit_on_wait {
            return Ok(self.last_word()?.or(Some(Wish::Waiting)));
        }
        // That may take days.
        self.awake = None;
        let mut watch = HandEdits::default();
        while self.session().open_gate().is_some_and(|open| open.id == gate.id) {
            if let Some(wish) = self.idle(TICK)? {
                return Ok(Some(wish));
            }
            self.hand_edits(gate, &mut watch)?;
        }
        Ok(None)
    }

    /// Puts the gate's files in order. Whatever a child wrote as the person's stands there no longer when the entry
    /// is journaled, so every later edit is a person's.
    fn post_gate(&mut self, gate: &Gate) -> Result<(), EngineError> {
        let layout = self.record.layout().clone();
        match &gate.ask {
            GateAsk::Answers => {
                self.reset_answers()?;
                self.clean_questions()?;
                if let Ok(questions) = read_document(&layout.qa()) {
                    write_atomic(&layout.shown_questions(&gate.id), &questions)?;
                }
            }
            GateAsk::Approval(plan) => {
                if let Ok(bytes) = read_document(&layout.session_dir().join(&plan.file))
                    && sha256_hex(&bytes) == plan.sha256
                {
                    write_atomic(&layout.shown_plan(&gate.id), &bytes)?;
                }
            }
            GateAsk::HumanAction { .. } => {}
        }
        self.publish()?;
        self.append(Event::Posted { gate: gate.id.clone() })
    }

    fn reset_answers(&mut self) -> Result<(), EngineError> {
        let path = self.record.layout().qa();
        let Ok(text) = read_text(&path) else {
            return Ok(());
        };
        let session = self.record.session();
        let reset = qa::clear_answers_except(&text, |question| {
            let answer = session.answers.get(&question.id)?;
            (answer.title == question.title).then(|| answer.text.clone())
        });
        if reset != text {
            // A person may have been quicker than the gate: their words are put aside, not lost.
            let backup = keep_backup(&path)?;
            write_atomic(&path, reset.as_bytes())?;
            self.say.line(&format!(
                "answers that stood in _qa.md before the gate opened were put back to _waiting_; a copy is {}",
                backup.display()
            ));
        }
        Ok(())
    }

    /// Questions are journaled with their answers, and told to later iterations: no secret may stand in them.
    fn clean_questions(&self) -> Result<(), EngineError> {
        let path = self.record.layout().qa();
        if let Ok(questions) = read_document(&path)
            && let Cow::Owned(clean) = self.settings.redactor.bytes(&questions)
        {
            write_atomic(&path, &clean)?;
        }
        Ok(())
    }

    /// Flags that a person gave beforehand pass gates like that person would.
    fn pass_by_flag(&mut self, gate: &Gate) -> Result<bool, EngineError> {
        let effect = match &gate.ask {
            GateAsk::Answers if self.settings.wishes.accept_suggestions => {
                let answers = self.suggested();
                if answers.is_empty() {
                    return Ok(false);
                }
                let who = Who::Flag("--accept-suggestions".to_owned());
                self.request(who, Act::Answer { gate: gate.id.clone(), answers })?
            }
            GateAsk::Approval(plan) if self.settings.wishes.approve_plan => {
                let who = Who::Flag("--approve-plan".to_owned());
                self.request(who, Act::Approve { gate: gate.id.clone(), sha256: plan.sha256.clone() })?
            }
            GateAsk::Answers | GateAsk::Approval(_) | GateAsk::HumanAction { .. } => return Ok(false),
        };
        Ok(match effect {
            Effect::Answered { open, .. } => open.is_empty(),
            Effect::Approved { .. } => true,
            _ => false,
        })
    }

    /// The suggestions of all open questions that have one.
    fn suggested(&self) -> BTreeMap<String, String> {
        let session = self.record.session();
        self.questions()
            .questions
            .iter()
            .filter(|question| !session.has_answer(&question.id, &question.title))
            .filter_map(|question| {
                let answer = qa::resolve_answer(question, "suggestion").ok()?;
                Some((question.id.clone(), answer.text))
            })
            .collect()
    }

    fn questions(&self) -> Qa {
        let text = read_document(&self.record.layout().qa()).unwrap_or_default();
        qa::parse(&String::from_utf8_lossy(&text))
    }

    /// Takes what a person changed in the files.
    fn hand_edits(&mut self, gate: &Gate, watch: &mut HandEdits) -> Result<(), EngineError> {
        if gate.ask == GateAsk::Answers {
            self.put_questions_back(gate)?;
        }
        if gate.ask == GateAsk::Answers && watch.qa.settled(&self.record.layout().qa()) {
            self.answers_by_hand(gate)?;
        }
        if watch.overview.settled(&self.record.layout().overview())
            && let Some(phase) = overview::edited_phase(self.record.layout(), self.session())
        {
            let who = Who::File("_overview.md".to_owned());
            let effect = self.request(who, Act::SetPhase(Phase::named(&phase)))?;
            if let Effect::Refused(why) = effect {
                self.say.line(&format!("`Phase:` in _overview.md was put back: {why}"));
            }
        }
        Ok(())
    }

    /// Questions that were deleted while they wait would leave nothing to answer.
    fn put_questions_back(&mut self, gate: &Gate) -> Result<(), EngineError> {
        let layout = self.record.layout();
        let odd = odd_document(&layout.qa()).is_some();
        if layout.qa().exists() && !odd {
            return Ok(());
        }
        if odd {
            move_aside(&layout.qa())?;
        }
        if let Ok(questions) = fs::read(layout.shown_questions(&gate.id)) {
            write_atomic(&layout.qa(), &questions)?;
            self.write_answers()?;
            self.say.line("_qa.md was deleted while its questions wait; it is put back");
        }
        Ok(())
    }

    /// Passes the gate once every answer stands in the file.
    fn answers_by_hand(&mut self, gate: &Gate) -> Result<(), EngineError> {
        let questions = self.questions();
        let session = self.record.session();
        let open = questions.unanswered().any(|open| !session.has_answer(&open.id, &open.title));
        if questions.questions.is_empty() || open {
            return Ok(());
        }
        let mut answers = BTreeMap::new();
        for question in &questions.questions {
            let Some(given) = question.answer.as_deref() else { continue };
            match qa::resolve_answer(question, given) {
                Ok(answer) => answers.insert(question.id.clone(), answer.text),
                Err(error) => {
                    self.say.line(&format!("_qa.md does not count yet: {error}"));
                    return Ok(());
                }
            };
        }
        let who = Who::File("_qa.md".to_owned());
        self.request(who, Act::Answer { gate: gate.id.clone(), answers })?;
        Ok(())
    }
}

/// The files that a person may edit at a gate.
#[derive(Debug, Default)]
struct HandEdits {
    qa: Settling,
    overview: Settling,
}

/// A file that counts when it has stayed the same for a while.
#[derive(Debug, Default)]
struct Settling {
    content: Option<Vec<u8>>,
    since: Option<Instant>,
    counted: bool,
}

impl Settling {
    /// Whether the file has just become settled: true once for each content.
    fn settled(&mut self, path: &std::path::Path) -> bool {
        let content = read_document(path).ok();
        if self.since.is_none() || content != self.content {
            self.content = content;
            self.since = Some(Instant::now());
            self.counted = false;
            return false;
        }
        let due = !self.counted && self.since.is_some_and(|since| since.elapsed() >= SETTLED);
        self.counted |= due;
        due
    }
}
