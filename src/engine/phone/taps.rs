//! A tap on a button: looked up in the letter that it belongs to, and held against the session as it stands now.

use std::collections::BTreeMap;

use crate::domain::request::{Act, Effect};
use crate::engine::ask::Asked;
use crate::engine::phone::compose::{Beside, draft, question_text};
use crate::engine::phone::letter::{About, Body, Does, Letter, read_data};
use crate::engine::phone::person::{Person, gate, resolve, state_words};
use crate::engine::phone::{keep, letter_id};
use crate::engine::view::{GateKindView, QuestionView, View};
use crate::notify::telegram::{LONGEST_CAPTION, LONGEST_TEXT, Rich};
use crate::store::read_session;

impl Person<'_> {
    pub(super) fn tapped(&self, tap: &str, data: &str) {
        let found = read_data(data).and_then(|(id, part, key)| {
            let letter = self.desk.letter(id).filter(|letter| self.may_act_on(letter))?;
            let key = letter.parts.get(part)?.keys.iter().flatten().nth(key)?.clone();
            Some((letter, key))
        });
        let Some((letter, key)) = found else {
            return self.toast(tap, "This button is too old: nothing is known of it any more.", true);
        };
        if let Some(why) = self.desk.closed(&letter.id) {
            return self.toast(tap, &why, true);
        }
        let Some(view) = self.view(&letter.layout()) else {
            return self.toast(tap, "The session's record cannot be read, or it was archived.", true);
        };
        let open = view.gate.as_ref().map(|gate| gate.id.as_str());
        if letter.gate.is_some() && letter.gate.as_deref() != open {
            let words = format!("Too late: {} is {}.", view.name, state_words(&view));
            return self.toast(tap, &words, true);
        }
        match &key.does {
            Does::Answer { question, given } => self.answer_by_tap(tap, &letter, &view, question, given),
            Does::Suggestions => self.suggestions(tap, &letter, &view),
            Does::Approve => self.approve(tap, &letter, &view),
            Does::Change => self.ask_for_changes(tap, &letter),
            Does::GoOn => self.go_on(tap, &letter, &view),
        }
    }

    fn answer_by_tap(&self, tap: &str, letter: &Letter, view: &View, id: &str, given: &str) {
        let Some(question) = question(view, id) else {
            return self.toast(tap, &format!("There is no question {id} any more."), true);
        };
        if let Some(answer) = &question.answer {
            return self.toast(tap, &format!("{id} is answered already: {answer}"), true);
        }
        match self.answer(letter, &[(question, given)]) {
            Ok((true, words)) => self.toast(tap, &words, false),
            Ok((false, words)) | Err(words) => self.toast(tap, &words, true),
        }
    }

    /// Gives answers and shows each in its message. Whether they were taken, with words.
    pub(super) fn answer(
        &self,
        letter: &Letter,
        given: &[(&QuestionView, &str)],
    ) -> Result<(bool, String), String> {
        let Some(open) = &letter.gate else {
            return Err("This message asks for no answer.".to_owned());
        };
        let layout = letter.layout();
        let mut answers = BTreeMap::new();
        for (question, given) in given {
            answers.insert(question.id.clone(), resolve(&layout, open, &question.id, given)?);
        }
        let act = Act::Answer { gate: gate(open), answers: answers.clone() };
        let (asked, words) = self.ask(&layout, &letter.name, 0, act);
        if matches!(asked, Asked::Took(Effect::Refused(_))) {
            return Ok((false, words));
        }
        for (question, _) in given {
            let answer = answers.get(&question.id).cloned();
            self.show_answer(letter, &QuestionView { answer, ..(*question).clone() });
        }
        Ok((true, words))
    }

    fn show_answer(&self, letter: &Letter, question: &QuestionView) {
        let about = About::Question(question.id.clone());
        let shown = self.soon(|| self.desk.delivery(&letter.id).message_of(letter, &about));
        if let Some((at, message)) = shown {
            // Before the message shows it: what was noted is not taken away again when the letter is closed.
            let noted = self.desk.note(&letter.id, |delivery| delivery.answered.push(question.id.clone()));
            match letter.parts.get(at).map(|part| &part.body) {
                Some(Body::Text(asked)) if noted.is_ok() => {
                    self.rewrite(message, &answered_text(question, asked), &[]);
                }
                // The text of a document cannot be changed.
                Some(Body::File { .. }) if noted.is_ok() => self.take_buttons(message),
                _ => {}
            }
        }
    }

    fn suggestions(&self, tap: &str, letter: &Letter, view: &View) {
        let open: Vec<(&QuestionView, &str)> = questions(view)
            .iter()
            .filter(|question| question.answer.is_none() && question.suggestion.is_some())
            .map(|question| (question, "suggestion"))
            .collect();
        if open.is_empty() {
            return self.toast(tap, "No open question has a suggestion.", true);
        }
        match self.answer(letter, &open) {
            Ok((true, words)) => self.toast(tap, &words, false),
            Ok((false, words)) | Err(words) => self.toast(tap, &words, true),
        }
    }

    /// The button approves the bytes that its message showed, and no others.
    fn approve(&self, tap: &str, letter: &Letter, view: &View) {
        let Some(open) = &letter.gate else {
            return self.toast(tap, "This message asks for no approval.", true);
        };
        let now = match view.gate.as_ref().map(|gate| &gate.kind) {
            Some(GateKindView::Approval { sha256, .. }) => sha256.as_ref(),
            _ => None,
        };
        let Some(now) = now else {
            return self.toast(tap, "The plan cannot be read now. Nothing was approved.", true);
        };
        let Some(shown) = letter.sha256.as_ref().filter(|shown| *shown == now) else {
            let words =
                "The plan changed since this message. Nothing was approved; look at the new one below.";
            self.show_new_plan(letter);
            return self.toast(tap, words, true);
        };
        let act = Act::Approve { gate: gate(open), sha256: shown.clone() };
        let (asked, words) = self.ask(&letter.layout(), &letter.name, 0, act);
        self.toast(tap, &words, !matches!(asked, Asked::Took(Effect::Approved { .. })));
    }

    /// Sends the plan as it is now, with buttons of its own.
    fn show_new_plan(&self, old: &Letter) {
        let layout = old.layout();
        let Ok(Some(session)) = read_session(&layout.journal()) else { return };
        let Some(notice) = session.notices.iter().find(|notice| notice.id == old.notice) else { return };
        let view = View::of(&layout, &session).without_secrets(&self.desk.redactor);
        let now = match view.gate.as_ref().map(|gate| &gate.kind) {
            Some(GateKindView::Approval { sha256: Some(now), .. }) => now.clone(),
            _ => return,
        };
        let id = letter_id(&layout, &notice.id, &now);
        let new = draft(
            id,
            notice,
            &view,
            &layout,
            Beside { changed: "", again: true, chat: old.chat },
            &self.desk.redactor,
        );
        match keep(&self.desk.mailbox, &new) {
            Ok(()) => self.desk.close(&old.id, "the plan changed; the newer message shows it"),
            Err(error) => self.desk.say(format!("the new plan cannot be sent to the phone: {error}")),
        }
    }

    fn ask_for_changes(&self, tap: &str, letter: &Letter) {
        let words = format!("{}: what should change in the plan? Reply to this message.", letter.name);
        let Some(message) = self.prompt(&words, "what to change") else {
            return self.toast(tap, "Reply to the plan's message with what should change.", true);
        };
        let noted = self.desk.note(&letter.id, |delivery| delivery.prompts.push((message, About::Plan)));
        let words = match noted {
            Ok(()) => "Write what should change.".to_owned(),
            Err(error) => format!("that could not be kept: {error}"),
        };
        self.toast(tap, &words, false);
    }

    fn go_on(&self, tap: &str, letter: &Letter, view: &View) {
        if letter.gate.is_none() && !matches!(view.state, "blocked" | "parked") {
            let words = format!("Nothing to resume: {} is {}.", view.name, state_words(view));
            return self.toast(tap, &words, true);
        }
        let open = letter.gate.as_deref().map(gate);
        let (asked, words) = self.ask(&letter.layout(), &letter.name, 0, Act::Resume(open));
        self.toast(tap, &words, !matches!(asked, Asked::Took(Effect::Resumed | Effect::ActionDone)));
    }
}

/// A question with its answer; of a very long one, what stood in its message.
fn answered_text(question: &QuestionView, asked: &Rich) -> Rich {
    let whole = question_text(question);
    if whole.units() <= LONGEST_TEXT {
        return whole;
    }
    let answer =
        Rich::default().bold(question.answer.as_deref().unwrap_or_default()).shortened(LONGEST_CAPTION);
    let end = Rich::default().plain("\n\n✔ ").and(&answer);
    asked.shortened(LONGEST_TEXT - end.units()).and(&end)
}

fn questions(view: &View) -> &[QuestionView] {
    match view.gate.as_ref().map(|gate| &gate.kind) {
        Some(GateKindView::Answers { questions, .. }) => questions,
        _ => &[],
    }
}

pub(super) fn question<'a>(view: &'a View, id: &str) -> Option<&'a QuestionView> {
    questions(view).iter().find(|question| question.id == id)
}
