//! What a person edited in the files of an open gate: taken where it counts, and named once where it does not. An edit made
//! while no samocode ran is looked at first of all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::domain::gate::{Gate, GateAsk};
use crate::domain::phase::Phase;
use crate::domain::qa;
use crate::domain::request::{Act, Effect, Who};
use crate::engine::asked::{self, Asked};
use crate::engine::orchestrator::{Orchestrator, TICK};
use crate::engine::{EngineError, Wish, overview};
use crate::store::{
    Layout, move_aside, odd_document, read_any_text, read_document, sha256_hex, write_atomic,
};

/// A file edited by hand counts once it has not changed for this long: editors save in steps.
const SETTLED: Duration = Duration::from_secs(3);
/// How long a start waits for a file that keeps changing.
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// The files that a person may edit at a gate.
#[derive(Debug, Default)]
pub(super) struct HandEdits {
    qa: Settling,
    overview: Settling,
    plan: Settling,
}

impl Orchestrator<'_> {
    /// Takes what was edited before samocode looked. Waits for files that were edited just now, but not for long; returns
    /// at once where nothing was edited.
    pub(super) fn take_settled_edits(
        &mut self,
        gate: &Gate,
        edits: &mut HandEdits,
    ) -> Result<Option<Wish>, EngineError> {
        let until = Instant::now() + LONGEST_LOOK;
        loop {
            self.hand_edits(gate, edits)?;
            if !self.waits_at(gate) || !self.is_being_edited(gate, edits) || Instant::now() >= until {
                return Ok(None);
            }
            if let Some(wish) = self.idle(TICK)? {
                return Ok(Some(wish));
            }
        }
    }

    /// Takes what a person changed in the files.
    pub(super) fn hand_edits(&mut self, gate: &Gate, edits: &mut HandEdits) -> Result<(), EngineError> {
        let layout = self.record.layout().clone();
        if gate.ask == GateAsk::Answers {
            self.put_questions_back(gate)?;
            if edits.qa.has_settled(&layout.qa()) {
                self.answers_by_hand(gate)?;
            }
        }
        if let GateAsk::Approval(plan) = &gate.ask
            && edits.plan.has_settled(&layout.session_dir().join(&plan.file))
        {
            self.say_plan_edited(&plan.file, &plan.sha256);
        }
        if self.waits_at(gate)
            && edits.overview.has_settled(&layout.overview())
            && let Some(phase) = overview::edited_phase(&layout, self.session())
        {
            let who = Who::File("_overview.md".to_owned());
            let effect = self.request(who, Act::SetPhase(Phase::named(&phase)))?;
            if let Effect::Refused(why) = effect {
                self.say.line(&format!("`Phase:` in _overview.md was put back: {why}"));
            }
        }
        Ok(())
    }

    /// Whether a file holds an edit that has not settled yet.
    fn is_being_edited(&self, gate: &Gate, edits: &HandEdits) -> bool {
        let layout = self.record.layout();
        let own = match &gate.ask {
            GateAsk::Answers => !edits.qa.is_settled && self.questions_edited(gate),
            GateAsk::Approval(plan) => {
                !edits.plan.is_settled && plan_sha256(layout, &plan.file).as_ref() != Some(&plan.sha256)
            }
            GateAsk::HumanAction { .. } => false,
        };
        own || !edits.overview.is_settled && overview::edited_phase(layout, self.session()).is_some()
    }

    /// Whether `_qa.md` differs from what was posted, apart from answers that were given in other ways.
    fn questions_edited(&self, gate: &Gate) -> bool {
        let layout = self.record.layout();
        let now = read_any_text(&layout.qa()).unwrap_or_default();
        let posted = read_any_text(&layout.shown_questions(&gate.id)).unwrap_or_default();
        now != posted && now != asked::with_answers(&posted, self.session(), false)
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

    /// Passes the gate once every question has an answer; until then says what is missing.
    fn answers_by_hand(&mut self, gate: &Gate) -> Result<(), EngineError> {
        let asked = asked::questions(self.record.layout(), Some(gate));
        let (given, mut missing) = given_answers(&asked);
        missing.extend(self.open_questions(&asked));
        if missing.is_empty() {
            return self.answer_by_file(gate, given);
        }
        if self.questions_edited(gate) {
            self.say.line(&format!(
                "_qa.md does not count yet: {}. Write each answer behind `**Answer:**` in the file, or type: \
                 samocode answer {}",
                missing.join("; "),
                self.session().name
            ));
        }
        Ok(())
    }

    /// Takes the answers that the file holds, although others are missing.
    pub(super) fn take_given_answers(&mut self, gate: &Gate) -> Result<(), EngineError> {
        let (given, _) = given_answers(&asked::questions(self.record.layout(), Some(gate)));
        let session = self.record.session();
        let known = given.keys().all(|id| session.answers.contains_key(id));
        if known { Ok(()) } else { self.answer_by_file(gate, given) }
    }

    fn answer_by_file(&mut self, gate: &Gate, answers: BTreeMap<String, String>) -> Result<(), EngineError> {
        if !answers.is_empty() {
            let who = Who::File("_qa.md".to_owned());
            self.request(who, Act::Answer { gate: gate.id.clone(), answers })?;
        }
        Ok(())
    }

    /// Which questions have no answer from anywhere, and why the file gives them none.
    fn open_questions(&self, asked: &[Asked]) -> Vec<String> {
        let session = self.record.session();
        let text = read_any_text(&self.record.layout().qa()).unwrap_or_default();
        let unlabelled = qa::unlabelled(&text);
        let mut open = Vec::new();
        for Asked { question, in_file } in asked {
            let id = &question.id;
            let answered = *in_file && question.answer.is_some();
            if answered || session.has_answer(id, &question.title) {
                continue;
            }
            open.push(if !in_file {
                format!("{id} is not in the file any more (its heading was deleted or changed)")
            } else if unlabelled.contains(id) {
                format!("{id} has no `**Answer:**` line any more")
            } else {
                format!("{id} is still open")
            });
        }
        if !open.is_empty() && text.contains('\0') {
            open.insert(0, "the file is not text in UTF-8".to_owned());
        }
        open
    }

    fn say_plan_edited(&mut self, file: &str, announced: &str) {
        let name = self.session().name.clone();
        let words = match plan_sha256(self.record.layout(), file) {
            Some(now) if now == announced => return,
            Some(_) => format!(
                "{file} was edited after its approval was asked for; the plan as it is now is what `samocode approve \
                 {name}` shows and approves"
            ),
            None => format!(
                "{file} cannot be read, so it cannot be approved. Put it back, or send the session back to planning: \
                 samocode reject {name} -m 'what to change'"
            ),
        };
        self.say.line(&words);
    }
}

/// The answers in the file, in full, and why others fit no option.
fn given_answers(asked: &[Asked]) -> (BTreeMap<String, String>, Vec<String>) {
    let mut given = BTreeMap::new();
    let mut misfits = Vec::new();
    for Asked { question, in_file } in asked {
        let Some(words) = question.answer.as_deref().filter(|_| *in_file) else {
            continue;
        };
        match qa::resolve_answer(question, words) {
            Ok(answer) => {
                given.insert(question.id.clone(), answer.text);
            }
            Err(error) => misfits.push(error.to_string()),
        }
    }
    (given, misfits)
}

fn plan_sha256(layout: &Layout, file: &str) -> Option<String> {
    let path: PathBuf = layout.session_dir().join(file);
    read_document(&path).ok().map(|bytes| sha256_hex(&bytes))
}

/// A file that counts when it has stayed the same for a while.
#[derive(Debug, Default)]
struct Settling {
    content: Option<Vec<u8>>,
    since: Option<Instant>,
    is_settled: bool,
}

impl Settling {
    /// Whether the file has just become settled: true once for each content.
    fn has_settled(&mut self, path: &Path) -> bool {
        let content = read_document(path).ok();
        let now = Instant::now();
        if self.since.is_none() {
            // Nobody looked before: the file itself says how long it has rested.
            self.since = now.checked_sub(age(path).min(SETTLED)).or(Some(now));
            self.content = content;
        } else if content != self.content {
            self.since = Some(now);
            self.content = content;
            self.is_settled = false;
        }
        let rested = self.since.is_some_and(|since| since.elapsed() >= SETTLED);
        let due = !self.is_settled && rested;
        self.is_settled |= due;
        due
    }
}

/// How long ago a file was written; zero where its time lies in the future.
fn age(path: &Path) -> Duration {
    let written = fs::metadata(path).and_then(|stat| stat.modified());
    written.ok().and_then(|written| written.elapsed().ok()).unwrap_or_default()
}
