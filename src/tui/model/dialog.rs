//! What is asked of the person in the middle of the screen: words to write, or a yes.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::edit::Edit;
use crate::domain::gate::GateId;
use crate::domain::request::Act;

/// A dialog.
#[derive(Debug)]
pub(in crate::tui) struct Dialog {
    pub(in crate::tui) title: String,
    /// What is to be known for it.
    pub(in crate::tui) text: String,
    pub(in crate::tui) asks: Asks,
    /// The session that it was opened for.
    pub(super) folder: String,
}

/// What a dialog asks for.
#[derive(Debug)]
pub(in crate::tui) enum Asks {
    /// Words.
    Words(Edit, Purpose),
    /// A yes.
    Yes(Act),
}

/// What words are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Purpose {
    /// Guidance.
    Tell,
    /// What to change in the plan of that gate.
    Reject(GateId),
    /// An answer to a question.
    Own(String),
    /// A word with which a session goes on; none is fine.
    Resume(Option<GateId>),
    /// What a finished session is to do.
    Reopen,
}

/// What a key did to a dialog.
#[derive(Debug)]
pub(super) enum Came {
    /// It stays.
    Stays,
    /// It was left.
    Left,
    /// Send these.
    Acts(Vec<Act>),
    /// An answer to a question.
    Answer(String, String),
}

impl Dialog {
    pub(super) fn words(folder: &str, title: &str, text: &str, begin: &str, purpose: Purpose) -> Self {
        Self {
            title: title.to_owned(),
            text: text.to_owned(),
            asks: Asks::Words(Edit::of(begin), purpose),
            folder: folder.to_owned(),
        }
    }

    pub(super) fn yes(folder: &str, title: &str, text: &str, act: Act) -> Self {
        Self {
            title: title.to_owned(),
            text: text.to_owned(),
            asks: Asks::Yes(act),
            folder: folder.to_owned(),
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent) -> Came {
        match &mut self.asks {
            Asks::Yes(act) => match key.code {
                KeyCode::Char('y' | 'Y') => Came::Acts(vec![act.clone()]),
                KeyCode::Esc | KeyCode::Char('n' | 'N' | 'q') => Came::Left,
                _ => Came::Stays,
            },
            Asks::Words(edit, purpose) => match key.code {
                KeyCode::Esc => Came::Left,
                KeyCode::Enter if !key.modifiers.contains(KeyModifiers::ALT) => said(edit, purpose),
                _ => {
                    edit.key(key);
                    Came::Stays
                }
            },
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Asks::Words(edit, _) = &mut self.asks {
            edit.put(text);
        }
    }

    /// The hash that a yes would approve.
    pub(super) fn approves(&self) -> Option<&str> {
        match &self.asks {
            Asks::Yes(Act::Approve { sha256, .. }) => Some(sha256),
            Asks::Yes(_) | Asks::Words(..) => None,
        }
    }
}

/// Words that are sent.
fn said(edit: &Edit, purpose: &Purpose) -> Came {
    let words = edit.text().trim().to_owned();
    if words.is_empty() && !matches!(purpose, Purpose::Resume(_) | Purpose::Own(_)) {
        return Came::Stays;
    }
    match purpose {
        Purpose::Tell => Came::Acts(vec![Act::Tell(words)]),
        Purpose::Reject(gate) => Came::Acts(vec![Act::Reject { gate: gate.clone(), message: words }]),
        Purpose::Own(id) => Came::Answer(id.clone(), words),
        Purpose::Resume(gate) => {
            let told = Some(words).filter(|words| !words.is_empty()).map(Act::Tell);
            Came::Acts(told.into_iter().chain([Act::Resume(gate.clone())]).collect())
        }
        Purpose::Reopen => Came::Acts(vec![Act::Reopen { phase: None, message: words }]),
    }
}

/// Answers to be sent.
pub(super) fn answers(gate: &str, answers: BTreeMap<String, String>) -> Act {
    Act::Answer { gate: GateId::from_random(gate.to_owned()), answers }
}
