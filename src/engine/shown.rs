//! A view without secrets, for screens and services beyond this machine.

use crate::domain::redact::Redactor;
use crate::engine::view::{GateKindView, GateView, QuestionView, View};

impl View {
    /// Takes the secrets out of everything in it that an agent or a person wrote. To be called before any of it is cut.
    #[must_use]
    pub fn without_secrets(mut self, redactor: &Redactor) -> Self {
        let texts =
            [&mut self.task, &mut self.reason, &mut self.summary, &mut self.last_action, &mut self.next];
        texts.into_iter().flatten().for_each(|text| redactor.clean(text));
        self.guidance.iter_mut().for_each(|piece| redactor.clean(&mut piece.text));
        if let Some(verification) = &mut self.verification {
            redactor.clean(&mut verification.command);
            redactor.clean(&mut verification.words);
        }
        if let Some(live) = &mut self.live {
            [&mut live.tool, &mut live.trouble].into_iter().flatten().for_each(|text| redactor.clean(text));
        }
        if let Some(gate) = &mut self.gate {
            gate.clean(redactor);
        }
        self
    }
}

impl GateView {
    fn clean(&mut self, redactor: &Redactor) {
        match &mut self.kind {
            GateKindView::Answers { questions, .. } => {
                questions.iter_mut().for_each(|question| question.clean(redactor));
            }
            GateKindView::Approval { headings, .. } => {
                headings.iter_mut().for_each(|heading| redactor.clean(heading));
            }
            GateKindView::HumanAction { reason, file } => {
                redactor.clean(reason);
                file.iter_mut().for_each(|file| redactor.clean(file));
            }
        }
    }
}

impl QuestionView {
    fn clean(&mut self, redactor: &Redactor) {
        redactor.clean(&mut self.title);
        self.options.iter_mut().for_each(|(_, words)| redactor.clean(words));
        [&mut self.suggestion, &mut self.answer].into_iter().flatten().for_each(|text| redactor.clean(text));
    }
}
