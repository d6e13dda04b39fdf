//! Takes requests in: each is ruled on, journaled with its effect, and only then removed from the inbox.

use jiff::Timestamp;

use crate::domain::event::{Event, Received};
use crate::domain::gate::PlanFile;
use crate::domain::qa;
use crate::domain::request::{Act, Effect, Request, Who, rule};
use crate::engine::orchestrator::Orchestrator;
use crate::engine::{EngineError, Wish, facts, random_hex};
use crate::store::{self, read_document, read_text, sha256_hex, write_atomic};

impl Orchestrator<'_> {
    /// Takes all requests that wait, and tells what is due. A stop among them is the caller's to obey.
    pub(super) fn take_requests(&mut self) -> Result<Option<Wish>, EngineError> {
        let mut wish = None;
        for incoming in store::waiting_requests(self.record.layout())? {
            if !self.session().taken.contains(&incoming.request.id)
                && self.take(&incoming.request)? == Effect::Stopping
            {
                wish = Some(Wish::Leave);
            }
            store::take_in(&incoming)?;
        }
        self.tell()?;
        Ok(wish)
    }

    /// Makes a request on the person's behalf: by a flag, or by a file that the person edited.
    pub(super) fn request(&mut self, who: Who, act: Act) -> Result<Effect, EngineError> {
        let request = Request { id: random_hex()?, at: Timestamp::now(), who, act };
        self.take(&request)
    }

    fn take(&mut self, request: &Request) -> Result<Effect, EngineError> {
        let scene = facts::scene(self.record.layout(), self.session());
        let effect = rule(self.session(), request, &scene);
        let received = Received { request: request.clone(), effect: effect.clone() };
        self.append(Event::Received(Box::new(received)))?;
        self.say_effect(&request.who, &effect);
        self.carry_out(&effect)?;
        Ok(effect)
    }

    /// Brings the folder in line with an effect. All of it can be done again: at the next start it is, too.
    fn carry_out(&mut self, effect: &Effect) -> Result<(), EngineError> {
        match effect {
            Effect::Answered { .. } => self.write_answers()?,
            Effect::Approved { plan, .. } => self.keep_approved(plan)?,
            Effect::Refused(_)
            | Effect::Rejected(_)
            | Effect::ActionDone
            | Effect::Guided(_)
            | Effect::Stopping
            | Effect::Resumed
            | Effect::Reopened { .. }
            | Effect::Restored { .. }
            | Effect::Moved(_) => {}
        }
        self.publish()
    }

    /// Writes the person's answers into `_qa.md`.
    pub(super) fn write_answers(&mut self) -> Result<(), EngineError> {
        let path = self.record.layout().qa();
        let Ok(text) = read_text(&path) else {
            return Ok(());
        };
        let session = self.record.session();
        // At an open gate a person may be editing the file: what they wrote there is theirs.
        let theirs = session.open_gate().is_some() && session.posted;
        let written = session.answers_in_order().into_iter().fold(text.clone(), |text, answer| {
            let stands = qa::parse(&text).question(&answer.id).is_some_and(|question| {
                question.title == answer.title
                    && question.answer.as_deref() != Some(answer.text.as_str())
                    && (question.answer.is_none() || !theirs)
            });
            if stands { qa::set_answer(&text, &answer.id, &answer.text).unwrap_or(text) } else { text }
        });
        if written != text {
            write_atomic(&path, written.as_bytes())?;
        }
        Ok(())
    }

    /// Keeps the approved bytes on samocode's side.
    pub(super) fn keep_approved(&mut self, plan: &PlanFile) -> Result<(), EngineError> {
        let layout = self.record.layout();
        let kept = layout.approved_plan();
        let stands =
            |path: &std::path::Path| read_document(path).ok().filter(|b| sha256_hex(b) == plan.sha256);
        if stands(&kept).is_some() {
            return Ok(());
        }
        if let Some(bytes) = stands(&layout.session_dir().join(&plan.file)) {
            write_atomic(&kept, &bytes)?;
        }
        Ok(())
    }

    fn say_effect(&mut self, who: &Who, effect: &Effect) {
        let words = match effect {
            Effect::Refused(why) => format!("a request by {who} was refused: {why}"),
            Effect::Answered { answers, open } if open.is_empty() => {
                format!("questions answered by {who}: {}", ids(answers))
            }
            Effect::Answered { answers, open } => {
                format!("{} answered by {who}; {} still open", ids(answers), open.join(", "))
            }
            Effect::Approved { plan, to } => format!("{} approved by {who}; next: {to}", plan.file),
            Effect::Rejected(message) => format!("the plan was rejected by {who}: {message}"),
            Effect::ActionDone => format!("done, says {who}"),
            Effect::Guided(_) => format!("guidance by {who}; the next iteration reads it"),
            Effect::Stopping => format!("stop asked for by {who}"),
            Effect::Resumed => {
                format!("resumed by {who}, with a fresh allowance for {}", self.session().phase)
            }
            Effect::Reopened { phase, .. } => format!("reopened by {who} in {phase}"),
            Effect::Moved(phase) => format!("moved to {phase} by {who}"),
            Effect::Restored { .. } => format!("the worktree was restored by {who}"),
        };
        if !matches!(effect, Effect::Refused(_) | Effect::Guided(_)) {
            self.notices.last_act = Some(words.clone());
        }
        self.say.line(&words);
    }
}

fn ids(answers: &[crate::domain::request::Answer]) -> String {
    answers.iter().map(|answer| answer.id.as_str()).collect::<Vec<_>>().join(", ")
}
