//! An open gate: its files are put as the person shall find them, and then only a person's act counts.

use std::collections::BTreeMap;

use crate::domain::encoding::decode_any;
use crate::domain::event::Event;
use crate::domain::gate::{Gate, GateAsk};
use crate::domain::qa;
use crate::domain::request::{Act, Effect, Who};
use crate::engine::hand_edits::HandEdits;
use crate::engine::orchestrator::{Orchestrator, TICK};
use crate::engine::view::View;
use crate::engine::{EngineError, Wish, asked};
use crate::store::{keep_backup, read_any_text, read_document, sha256_hex, write_atomic};

impl Orchestrator<'_> {
    /// Stays at an open gate until a person passes it, or something else calls.
    pub(super) fn wait_at(&mut self, gate: &Gate) -> Result<Option<Wish>, EngineError> {
        if !self.session().posted {
            self.post_gate(gate)?;
        }
        let mut edits = HandEdits::default();
        if let Some(wish) = self.take_settled_edits(gate, &mut edits)? {
            return Ok(Some(wish));
        }
        if !self.waits_at(gate) || self.pass_by_flag(gate)? {
            return Ok(None);
        }
        self.say.needed(&View::of(self.record.layout(), self.record.session()));
        if self.settings.wishes.exit_on_wait {
            return Ok(self.last_word()?.or(Some(Wish::Waiting)));
        }
        // That may take days.
        self.awake = None;
        while self.waits_at(gate) {
            if let Some(wish) = self.idle(TICK)? {
                return Ok(Some(wish));
            }
            self.hand_edits(gate, &mut edits)?;
        }
        Ok(None)
    }

    /// Whether this gate is still open.
    pub(super) fn waits_at(&self, gate: &Gate) -> bool {
        self.session().open_gate().is_some_and(|open| open.id == gate.id)
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
        let Ok(text) = read_any_text(&path) else {
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
        let Ok(questions) = read_document(&path) else {
            return Ok(());
        };
        // Secrets are known in UTF-8 only, whatever the agent wrote.
        let text = decode_any(&questions);
        let clean = self.settings.redactor.text(&text);
        if clean.as_bytes() != questions {
            write_atomic(&path, clean.as_bytes())?;
        }
        Ok(())
    }

    /// Flags that a person gave beforehand pass gates like that person would.
    fn pass_by_flag(&mut self, gate: &Gate) -> Result<bool, EngineError> {
        let effect = match &gate.ask {
            GateAsk::Answers if self.settings.wishes.accept_suggestions => {
                self.take_given_answers(gate)?;
                let answers = self.suggested(gate);
                if answers.is_empty() {
                    return Ok(false);
                }
                let who = Who::Flag("--accept-suggestions".to_owned());
                self.request(who, Act::Answer { gate: gate.id.clone(), answers })?
            }
            GateAsk::Approval(plan) if self.settings.wishes.approve_plan => {
                let who = Who::Flag("--approve-plan".to_owned());
                // No child runs at an open gate: a plan that changed was changed by the person.
                let now = read_document(&self.record.layout().session_dir().join(&plan.file));
                let sha256 = now.map_or_else(|_| plan.sha256.clone(), |bytes| sha256_hex(&bytes));
                self.request(who, Act::Approve { gate: gate.id.clone(), sha256 })?
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
    fn suggested(&self, gate: &Gate) -> BTreeMap<String, String> {
        let session = self.record.session();
        asked::questions(self.record.layout(), Some(gate))
            .iter()
            .map(|asked| &asked.question)
            // What the person wrote into the file is theirs, even where it fits no option.
            .filter(|question| question.answer.is_none())
            .filter(|question| !session.has_answer(&question.id, &question.title))
            .filter_map(|question| {
                let answer = qa::resolve_answer(question, "suggestion").ok()?;
                Some((question.id.clone(), answer.text))
            })
            .collect()
    }
}
