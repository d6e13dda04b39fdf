//! What the stand-in answers to one request, in words that do not depend on the wire format.

use std::time::Duration;

use serde_json::Value;

use crate::dialect::Dialect;

/// One tool call of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// The tool's name as the CLI offered it, e.g. `Bash`.
    pub name: String,
    /// The tool's input, a JSON object.
    pub input: Value,
}

impl ToolCall {
    /// A call of any tool.
    #[must_use]
    pub fn new(name: &str, input: Value) -> Self {
        Self { name: name.to_owned(), input }
    }

    /// A call of Claude Code's `Bash`; the command may run for its longest time, 10 minutes.
    #[must_use]
    pub fn bash(command: &str) -> Self {
        Dialect::Claude.bash(command)
    }

    /// A call of Claude Code's `Read`.
    #[must_use]
    pub fn read(path: &str) -> Self {
        Dialect::Claude.read(path)
    }

    /// A call of Claude Code's `Write`. 2.1.197 refuses to overwrite a file that was not read before.
    #[must_use]
    pub fn write(path: &str, content: &str) -> Self {
        Dialect::Claude.write(path, content)
    }

    /// A call of Claude Code's `Edit`; `old` must occur exactly once in a file that was read before.
    #[must_use]
    pub fn edit(path: &str, old: &str, new: &str) -> Self {
        Dialect::Claude.edit(path, old, new)
    }
}

/// The answer to one request.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// One message with these calls; the CLI runs them and asks again.
    ToolCalls(Vec<ToolCall>),
    /// One message with this text; the CLI's run ends here.
    Text(String),
    /// One message with this text that ends for another reason than `end_turn`, e.g. `refusal` or `max_tokens`.
    Stopped {
        /// The text before the stop.
        text: String,
        /// The value of `stop_reason`.
        stop_reason: String,
    },
    /// A plain HTTP response in place of a message; see [`crate::faults`].
    Status {
        /// The HTTP status.
        code: u16,
        /// Headers beside the content type and length.
        headers: Vec<(String, String)>,
        /// The body, sent as JSON.
        body: String,
    },
    /// Takes the request and never sends a byte.
    Hang,
    /// Sends the beginning of this text, then nothing more; the connection stays open.
    HangMidStream(String),
    /// Sends the beginning of this text, then closes the connection without ending the stream.
    CutMidStream(String),
    /// The inner reply with a pause before each event of its stream.
    Slow {
        /// The pause.
        every: Duration,
        /// What is sent.
        reply: Box<Reply>,
    },
    /// The script did not expect this request: the CLI gets HTTP 400, and the reason is listed by
    /// [`Model::unexpected`](crate::Model::unexpected).
    Unexpected(String),
}

impl Reply {
    /// One message with a single call.
    #[must_use]
    pub fn call(call: ToolCall) -> Self {
        Self::ToolCalls(vec![call])
    }

    /// One message of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// This reply with a pause before each event of its stream.
    #[must_use]
    pub fn slowly(self, every: Duration) -> Self {
        Self::Slow { every, reply: Box::new(self) }
    }
}
