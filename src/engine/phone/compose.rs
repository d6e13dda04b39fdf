//! Writes a letter from a notice and the session as a person may see it. Decides nothing and sends nothing.

use std::path::Path;

use jiff::Timestamp;

use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::redact::Redactor;
use crate::engine::phone::letter::{About, Body, Does, Key, Letter, Part};
use crate::engine::say::{duration_words, usage_words};
use crate::engine::view::{GateKindView, GateView, QuestionView, View};
use crate::notify::telegram::{LONGEST_CAPTION, LONGEST_TEXT, Rich};
use crate::store::{Layout, read_document, sha256_hex};

/// A text of more messages is sent as a document.
const MOST_MESSAGES: usize = 3;

/// Longest label of a button, in UTF-16 units: about what a phone shows in one line.
const LONGEST_LABEL: usize = 48;

/// Headings of a plan that its message shows; the document has them all.
const MOST_HEADINGS: usize = 30;

/// A letter with the documents that go with it.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) letter: Letter,
    /// Name and bytes.
    pub(super) documents: Vec<(String, Vec<u8>)>,
}

/// What a letter says beside the session's own words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    /// What the branch changed, in a line.
    pub(super) changed: &'a str,
    /// It was told before, by a samocode that is gone.
    pub(super) again: bool,
    /// The chat that it goes to.
    pub(super) chat: i64,
}

/// The letter of a notice. The view is to be without secrets.
pub(super) fn draft(
    id: String,
    notice: &Notice,
    view: &View,
    layout: &Layout,
    beside: Beside<'_>,
    redactor: &Redactor,
) -> Draft {
    let letter = Letter {
        id,
        at: Timestamp::now(),
        chat: beside.chat,
        sessions: layout.sessions().to_owned(),
        folder: layout.folder().to_owned(),
        name: view.name.clone(),
        notice: notice.id.clone(),
        gate: None,
        sha256: None,
        parts: Vec::new(),
    };
    let mut draft = Draft { letter, documents: Vec::new() };
    match (&notice.kind, &view.gate) {
        (NoticeKind::Waiting(_), Some(gate)) => draft.gate(view, gate, beside, redactor),
        // It was passed between the two looks at it; the letter is closed before it is sent.
        (NoticeKind::Waiting(_), None) => {}
        (NoticeKind::Blocked(block), _) => {
            draft.stopped(view, "is blocked: you decide", &redactor.text(&block.reason));
        }
        (NoticeKind::Failed(block), _) => draft.failed(view, &redactor.text(&block.reason)),
        (NoticeKind::Parked { until, reason, .. }, _) => {
            draft.parked(view, *until, &redactor.text(reason));
        }
        (NoticeKind::Resumed { since }, _) => draft.resumed(view, notice.at, *since),
        (NoticeKind::Done { summary }, _) => draft.done(view, &redactor.text(summary), beside),
    }
    draft
}

impl Draft {
    /// Adds a text; a very long one as a document.
    fn say(&mut self, text: &Rich, about: &About, keys: Vec<Vec<Key>>) {
        let pieces = text.split(LONGEST_TEXT);
        if pieces.len() <= MOST_MESSAGES {
            let last = pieces.len() - 1;
            let mut keys = Some(keys);
            for (at, piece) in pieces.into_iter().enumerate() {
                let keys = if at == last { keys.take().unwrap_or_default() } else { Vec::new() };
                self.letter.parts.push(Part { body: Body::Text(piece), about: about.clone(), keys });
            }
            return;
        }
        let name = format!("text-{}.txt", self.letter.parts.len() + 1);
        let caption = text.shortened(LONGEST_CAPTION);
        self.attach(name, text.text().as_bytes().to_vec(), caption, about, keys);
    }

    fn attach(&mut self, name: String, bytes: Vec<u8>, caption: Rich, about: &About, keys: Vec<Vec<Key>>) {
        self.documents.push((name.clone(), bytes));
        let body = Body::File { name, caption };
        self.letter.parts.push(Part { body, about: about.clone(), keys });
    }

    fn gate(&mut self, view: &View, gate: &GateView, beside: Beside<'_>, redactor: &Redactor) {
        self.letter.gate = Some(gate.id.clone());
        let still = if beside.again { "still " } else { "" };
        match &gate.kind {
            GateKindView::Answers { questions, .. } => self.questions(view, questions, still),
            GateKindView::Approval { file, sha256: _, headings, items, changed } => {
                let mut text = title(view, &format!("{still}waits for your approval of a plan"));
                for heading in headings.iter().take(MOST_HEADINGS) {
                    text = text.plain(&format!("\n• {heading}"));
                }
                text = text.plain(&format!("\n\n{items} items"));
                if *changed {
                    text = text.plain("; changed since the agent asked");
                }
                self.say(&place(text, view), &About::Plan, Vec::new());
                self.plan(view, file, redactor);
            }
            GateKindView::HumanAction { reason, file } => {
                let mut text = title(view, &format!("{still}needs something that only you can do"));
                text = text.plain(&format!("\n\n{reason}"));
                if let Some(file) = file {
                    text = text.plain("\n\nin ").code(file);
                }
                let text = text.plain("\n\nTap when it is done, or reply with words for the agent.");
                self.say(&place(text, view), &About::Stop, vec![vec![key("✅ Done, go on", Does::GoOn)]]);
            }
        }
    }

    fn questions(&mut self, view: &View, questions: &[QuestionView], still: &str) {
        let open: Vec<&QuestionView> = questions.iter().filter(|q| q.answer.is_none()).collect();
        let suggested = open.iter().filter(|question| question.suggestion.is_some()).count();
        let count =
            if open.len() == 1 { "1 question".to_owned() } else { format!("{} questions", open.len()) };
        let text = title(view, &format!("{still}waits for your answers: {count}"));
        let keys = match suggested {
            0 => Vec::new(),
            all if all == open.len() => vec![vec![key("Accept all suggestions", Does::Suggestions)]],
            some => vec![vec![key(&format!("Accept the {some} suggestions"), Does::Suggestions)]],
        };
        self.say(&place(text, view), &About::Session, keys);
        for question in open {
            let about = About::Question(question.id.clone());
            self.say(&question_text(question), &about, question_keys(question));
        }
    }

    /// The plan itself, with the buttons that decide on it.
    fn plan(&mut self, view: &View, file: &Path, redactor: &Redactor) {
        let keys = vec![vec![key("✅ Approve", Does::Approve), key("✏️ Request changes", Does::Change)]];
        let name = file.file_name().map(|name| file_name(&name.to_string_lossy())).unwrap_or_default();
        match read_document(file) {
            Ok(bytes) => {
                // Of what is shown, whatever it was a moment ago.
                self.letter.sha256 = Some(sha256_hex(&bytes));
                let caption = Rich::default().bold(&view.name).plain(&format!(": {name}"));
                let caption = caption.shortened(LONGEST_CAPTION);
                self.attach(name, redactor.bytes(&bytes).into_owned(), caption, &About::Plan, keys);
            }
            Err(error) => {
                let text = Rich::default().plain(&format!(
                    "The plan {name} cannot be read: {}\n\nTap Approve to look for it again, or say what should change.",
                    redactor.text(&error.to_string())
                ));
                self.say(&text, &About::Plan, keys);
            }
        }
    }

    fn stopped(&mut self, view: &View, what: &str, reason: &str) {
        let text = title(view, what)
            .plain(&format!("\n\n{reason}\n\nReply with what you decided, or let it go on as it is."));
        self.say(&place(text, view), &About::Stop, vec![vec![key("▶️ Go on", Does::GoOn)]]);
    }

    fn failed(&mut self, view: &View, reason: &str) {
        let text = title(view, "cannot go on")
            .plain(&format!("\n\n{reason}\n\nWhen that is mended: "))
            .code(&format!("samocode run {}", view.name));
        self.say(&place(text, view), &About::End, Vec::new());
    }

    fn parked(&mut self, view: &View, until: Timestamp, reason: &str) {
        let text = title(view, &format!("waits until {}", local(until)))
            .plain(&format!("\n\n{reason}\n\nIt goes on by itself."));
        self.say(&place(text, view), &About::Session, vec![vec![key("▶️ Try now", Does::GoOn)]]);
    }

    fn resumed(&mut self, view: &View, at: Timestamp, since: Timestamp) {
        let waited = duration_words(at.duration_since(since).unsigned_abs());
        let text = title(view, &format!("goes on, after a wait of {waited}"));
        self.say(&place(text, view), &About::Session, Vec::new());
    }

    fn done(&mut self, view: &View, summary: &str, beside: Beside<'_>) {
        let mut text = title(view, "is done").plain(&format!("\n\n{summary}\n\nbranch "));
        text = text.code(&view.branch);
        if let Some(base) = &view.base_branch {
            text = text.plain(&format!(", from {base}"));
        }
        if !beside.changed.is_empty() {
            text = text.plain(&format!("\n{}", beside.changed));
        }
        let verified = view.verification.as_ref().map_or("nothing, by samocode", |found| &found.words);
        text = text.plain(&format!("\nverified: {verified}"));
        let worked = duration_words(std::time::Duration::from_millis(view.worked_ms));
        let iterations = if view.iteration == 1 {
            "1 iteration".to_owned()
        } else {
            format!("{} iterations", view.iteration)
        };
        text = text.plain(&format!("\n{iterations}, {worked}, {}", usage_words(&view.usage)));
        self.say(&place(text, view), &About::End, Vec::new());
    }
}

fn key(label: &str, does: Does) -> Key {
    Key { label: Rich::default().plain(label).shortened(LONGEST_LABEL).text().to_owned(), does }
}

fn title(view: &View, what: &str) -> Rich {
    Rich::default().bold(&format!("{} {what}", view.name))
}

/// The line that says which session of which project it is.
fn place(text: Rich, view: &View) -> Rich {
    text.plain(&format!("\n\n{} · {} · #{}", view.folder, view.phase, view.iteration))
}

/// A question with its options; the suggestion is marked.
pub(super) fn question_text(question: &QuestionView) -> Rich {
    let mut text = Rich::default().bold(&format!("{}: {}", question.id, question.title));
    if !question.options.is_empty() {
        text = text.plain("\n");
    }
    for (letter, words) in &question.options {
        text = text.plain(&format!("\n{letter}) {words}"));
    }
    if let Some(suggestion) = &question.suggestion {
        text = text.plain(&format!("\n\n★ suggestion: {suggestion}"));
    }
    match &question.answer {
        Some(answer) => text.plain("\n\n✔ ").bold(answer),
        None if question.options.is_empty() => text.plain("\n\nReply to this message with your answer."),
        None => text.plain("\n\nTap, or reply with letters or words."),
    }
}

fn question_keys(question: &QuestionView) -> Vec<Vec<Key>> {
    let answer = |given: &str| Does::Answer { question: question.id.clone(), given: given.to_owned() };
    let options = question.options.iter().map(|(letter, words)| {
        let star = if question.suggested == [*letter] { "★ " } else { "" };
        vec![key(&format!("{star}{letter} · {words}"), answer(&letter.to_string()))]
    });
    // A suggestion of several letters, or in words, is no single option's.
    let whole = question.suggestion.as_ref().filter(|_| question.suggested.len() != 1);
    options.chain(whole.map(|_| vec![key("★ As suggested", answer("suggestion"))])).collect()
}

/// A name that is safe in a header and in a folder, whatever an agent called its plan.
fn file_name(name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "-_.: ".contains(c) { c } else { '_' };
    name.chars().map(safe).take(100).collect()
}

/// A time as the clock on this machine shows it.
fn local(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%a %H:%M").to_string()
}
