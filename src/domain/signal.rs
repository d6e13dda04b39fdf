//! The child's `_signal.json`: what it asks to happen next, and the five ways in which it can be worthless.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

mod lenient;

/// A signal larger than this is not read.
pub const MAX_SIGNAL_BYTES: u64 = 64 * 1024;

/// What stood where the signal belongs, before anybody looked inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawSignal {
    /// Nothing.
    Absent,
    /// Something that is no regular file: a link, a folder, a pipe; in words.
    NotAFile(&'static str),
    /// A file of more than [`MAX_SIGNAL_BYTES`].
    Oversized(u64),
    /// A file that could not be read, with the reason.
    Unreadable(String),
    /// The file's bytes.
    Bytes(Vec<u8>),
}

impl RawSignal {
    /// The same in UTF-8, where the bytes say by a byte-order mark that they are UTF-16: some shells write that.
    ///
    /// What looks for secrets in the bytes needs this first.
    #[must_use]
    pub fn in_utf8(self) -> Self {
        let Self::Bytes(bytes) = &self else {
            return self;
        };
        let (little, rest) = match bytes.as_slice() {
            [0xff, 0xfe, rest @ ..] => (true, rest),
            [0xfe, 0xff, rest @ ..] => (false, rest),
            _ => return self,
        };
        let (pairs, odd) = rest.as_chunks::<2>();
        let unit =
            |pair: &[u8; 2]| if little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
        let text: Result<String, _> = char::decode_utf16(pairs.iter().map(unit)).collect();
        match text {
            Ok(text) if odd.is_empty() => Self::Bytes(text.into_bytes()),
            _ => self,
        }
    }
}

/// Why a signal does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalFault {
    /// No signal was written.
    Missing,
    /// It is not one JSON object of the form that the rules describe.
    Malformed(String),
    /// It is larger than [`MAX_SIGNAL_BYTES`].
    Oversized(u64),
    /// It is not this iteration's own plain file.
    Foreign(String),
    /// It is well-formed and asks for what is not allowed here.
    NotAllowed(String),
}

impl std::fmt::Display for SignalFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("no `_signal.json` was written"),
            Self::Malformed(detail) => write!(f, "`_signal.json` is malformed: {detail}"),
            Self::Oversized(bytes) => {
                write!(f, "`_signal.json` has {bytes} bytes; at most {MAX_SIGNAL_BYTES} are read")
            }
            Self::Foreign(detail) => write!(f, "`_signal.json` does not count: {detail}"),
            Self::NotAllowed(detail) => write!(f, "the signal is not allowed here: {detail}"),
        }
    }
}

/// What the child asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Run the named phase next; none means the same again.
    Continue(Option<String>),
    /// Wait for a person.
    Waiting {
        /// For what; none where the phase leaves only one reading.
        what: Option<WaitFor>,
        /// The file that the person should look at.
        file: Option<String>,
        /// Why.
        reason: Option<String>,
    },
    /// Stop: a person must decide.
    Blocked {
        /// Why.
        reason: Option<String>,
        /// What kind of help is needed.
        needs: Needs,
    },
    /// The work is finished.
    Done,
    /// The same phase again, in a fresh context, with these notes.
    Handoff(Option<String>),
}

/// What a `waiting` signal waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitFor {
    /// Answers in `_qa.md`.
    QaAnswers,
    /// Approval of the plan.
    PlanApproval,
    /// Something only a person can do.
    HumanAction,
    /// A file only a person can change.
    FileUpdate,
}

/// What a blocked session needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// A person's decision.
    HumanDecision,
    /// A clearer task.
    Clarification,
    /// Help with an error.
    ErrorResolution,
}

impl std::fmt::Display for Needs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::HumanDecision => "a decision",
            Self::Clarification => "a clarification",
            Self::ErrorResolution => "help with an error",
        })
    }
}

/// A signal that parses. Whether it is allowed is for the state machine to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// What it asks for.
    pub ask: Ask,
    /// The child's one-line summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Keys that mean nothing to samocode, kept for the record.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

impl Signal {
    /// Reads what stood in the signal's place after iteration `iteration`.
    ///
    /// # Errors
    /// One of the first four faults; the fifth, [`SignalFault::NotAllowed`], is the state machine's to give.
    pub fn read(raw: &RawSignal, iteration: u32) -> Result<Self, SignalFault> {
        match raw {
            RawSignal::Absent => Err(SignalFault::Missing),
            RawSignal::NotAFile(what) => Err(SignalFault::Foreign(format!("it is {what}, not a plain file"))),
            RawSignal::Oversized(bytes) => Err(SignalFault::Oversized(*bytes)),
            RawSignal::Unreadable(why) => Err(SignalFault::Foreign(why.clone())),
            RawSignal::Bytes(bytes) => Self::parse(bytes, iteration),
        }
    }

    fn parse(bytes: &[u8], iteration: u32) -> Result<Self, SignalFault> {
        let text = decode(bytes)?;
        let mut object = object(text.trim_start_matches('\u{feff}').trim()).map_err(malformed)?;
        if let Some(stated) = object.get("iteration").and_then(Value::as_u64)
            && stated != u64::from(iteration)
        {
            return Err(SignalFault::Foreign(format!(
                "it says iteration {stated}, this is iteration {iteration}"
            )));
        }
        let ask = ask(&mut object)?;
        let summary = take_words(&mut object, "summary");
        Ok(Self { ask, summary, extra: object })
    }
}

/// The file's text.
fn decode(bytes: &[u8]) -> Result<&str, SignalFault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let tail: Vec<char> = valid.trim_end().chars().rev().take(20).collect();
        malformed(match tail.into_iter().rev().collect::<String>() {
            before if before.is_empty() => "it is not UTF-8 text".to_owned(),
            before => format!("it is not UTF-8 text after `{before}`"),
        })
    })
}

/// The JSON object in `text`. Strict JSON first; what models write around and into it costs nobody a run.
fn object(text: &str) -> Result<Map<String, Value>, String> {
    if text.is_empty() {
        return Err("the file is empty".to_owned());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        // An object that was serialised twice.
        Ok(Value::String(inner)) if inner.trim_start().starts_with('{') => lenient::read(&inner),
        Ok(Value::Array(items)) if items.len() == 1 && items[0].is_object() => lenient::read(text),
        Ok(other) => Err(format!("expected one JSON object, found {}", kind(&other))),
        Err(_) => lenient::read(text),
    }
}

fn ask(object: &mut Map<String, Value>) -> Result<Ask, SignalFault> {
    let Some(status) = take(object, "status")? else {
        return Err(malformed("`status` is missing"));
    };
    Ok(match plain(&status).as_str() {
        "continue" => Ask::Continue(take(object, "phase")?),
        "waiting" => Ask::Waiting {
            what: take(object, "for")?.map(|what| wait_for(&what)).transpose()?,
            file: take(object, "file")?,
            reason: take_words(object, "reason"),
        },
        "blocked" => Ask::Blocked {
            reason: take_words(object, "reason"),
            needs: take(object, "needs")?.map_or(Needs::HumanDecision, |needs| needs_of(&needs)),
        },
        "done" => Ask::Done,
        "handoff" => Ask::Handoff(take_words(object, "notes")),
        _ => {
            return Err(malformed(format!(
                "`status` is `{}`; it is one of continue, waiting, blocked, done, handoff",
                shorten(&status)
            )));
        }
    })
}

/// Takes what stands under a key; case and surrounding space of the key matter as little as those of its value.
fn take_value(object: &mut Map<String, Value>, key: &str) -> Option<Value> {
    let exact = object.contains_key(key).then(|| key.to_owned());
    let meant = exact.or_else(|| object.keys().find(|other| plain(other) == key).cloned())?;
    object.remove(&meant)
}

/// Takes words for people: a list or a number says as much as a text does.
fn take_words(object: &mut Map<String, Value>, key: &str) -> Option<String> {
    let words = words(&take_value(object, key)?);
    (!words.is_empty()).then_some(words)
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join("\n"),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// Takes a text out of the object; absent, null and empty are the same.
fn take(object: &mut Map<String, Value>, key: &str) -> Result<Option<String>, SignalFault> {
    match take_value(object, key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
        Some(other) => Err(malformed(format!("`{key}` is {}, not a text", kind(&other)))),
    }
}

fn wait_for(text: &str) -> Result<WaitFor, SignalFault> {
    match plain(text).as_str() {
        "qa_answers" => Ok(WaitFor::QaAnswers),
        "plan_approval" => Ok(WaitFor::PlanApproval),
        "human_action" => Ok(WaitFor::HumanAction),
        "file_update" => Ok(WaitFor::FileUpdate),
        _ => Err(malformed(format!(
            "`for` is `{}`; it is one of qa_answers, plan_approval, human_action, file_update",
            shorten(text)
        ))),
    }
}

/// An unknown need is still a call for a person.
fn needs_of(text: &str) -> Needs {
    match plain(text).as_str() {
        "clarification" => Needs::Clarification,
        "error_resolution" => Needs::ErrorResolution,
        _ => Needs::HumanDecision,
    }
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase().replace(['-', ' '], "_")
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

fn malformed(detail: impl Into<String>) -> SignalFault {
    SignalFault::Malformed(detail.into())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
