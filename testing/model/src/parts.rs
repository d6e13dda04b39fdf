//! What a request is made of, in the order in which a service's prompt cache reads it. Looks, decides nothing.

use serde_json::Value;

use crate::anthropic::texts;
use crate::recorder::Recorded;

/// The parts of one request, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The definitions of the tools, as JSON.
    pub tools: String,
    /// The system part: of the CLI and of the agent.
    pub system: String,
    /// What stands there as the user's before the first answer, additions of the CLI's included.
    pub user: String,
}

impl Parts {
    /// Of a recorded request, by what its body holds.
    #[must_use]
    pub fn of(recorded: &Recorded) -> Self {
        let body = &recorded.body;
        if body["contents"].is_array() {
            gemini(body)
        } else if body["input"].is_array() {
            responses(body)
        } else {
            messages(body)
        }
    }

    /// All of it, as the cache compares it from its beginning.
    #[must_use]
    pub fn whole(&self) -> String {
        [self.tools.as_str(), &self.system, &self.user].concat()
    }
}

/// Anthropic's messages.
fn messages(body: &Value) -> Parts {
    let before = first_of(&body["messages"], "assistant");
    Parts {
        tools: body["tools"].to_string(),
        system: texts(&body["system"]).concat(),
        user: before.iter().flat_map(|message| texts(&message["content"])).collect(),
    }
}

/// OpenAI's responses: the roles `developer` and `system` are the system part, and tools may stand among the items.
fn responses(body: &Value) -> Parts {
    let before = first_of(&body["input"], "assistant");
    let of = |user: bool| -> String {
        let items = before.iter().filter(|item| (item["role"] == "user") == user);
        items.flat_map(|item| texts(&item["content"])).collect()
    };
    let among: String =
        before.iter().filter(|item| item["tools"].is_array()).map(|item| item["tools"].to_string()).collect();
    Parts {
        tools: format!(
            "{}{among}",
            body["tools"].as_array().map(|_| body["tools"].to_string()).unwrap_or_default()
        ),
        system: format!("{}{}", body["instructions"].as_str().unwrap_or_default(), of(false)),
        user: of(true),
    }
}

/// Google's contents.
fn gemini(body: &Value) -> Parts {
    let before = first_of(&body["contents"], "model");
    Parts {
        tools: body["tools"].to_string(),
        system: texts(&body["systemInstruction"]["parts"]).concat(),
        user: before.iter().flat_map(|content| texts(&content["parts"])).collect(),
    }
}

/// The items before the first answer.
fn first_of<'a>(items: &'a Value, answer: &str) -> &'a [Value] {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    let end = items.iter().position(|item| item["role"] == answer).unwrap_or(items.len());
    items.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{gemini, messages, responses};

    #[test]
    fn each_services_body_falls_into_its_parts() {
        let claude = messages(&json!({
            "system": [{"type": "text", "text": "cli "}, {"type": "text", "text": "agent"}],
            "tools": [{"name": "Read"}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": "go"}]},
                         {"role": "assistant", "content": "done"}, {"role": "user", "content": "more"}]
        }));
        assert_eq!((claude.system.as_str(), claude.user.as_str()), ("cli agent", "go"));
        assert_eq!(claude.whole(), r#"[{"name":"Read"}]cli agentgo"#);

        let codex = responses(&json!({
            "input": [{"type": "additional_tools", "role": "developer", "tools": [1]},
                      {"role": "developer", "content": [{"type": "input_text", "text": "agent"}]},
                      {"role": "user", "content": [{"type": "input_text", "text": "go"}]},
                      {"role": "assistant", "content": []}, {"role": "user", "content": [{"text": "more"}]}]
        }));
        assert_eq!(codex.whole(), "[1]agentgo");

        let google = gemini(&json!({
            "systemInstruction": {"parts": [{"text": "agent"}]}, "tools": [],
            "contents": [{"role": "user", "parts": [{"text": "context"}, {"text": "go"}]}, {"role": "model", "parts": []}]
        }));
        assert_eq!(google.whole(), "[]agentcontextgo");
    }
}
