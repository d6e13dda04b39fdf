//! From the JSON body of `POST /v1/messages` to a [`Turn`]. Reads only; what is missing is an error in words.

use serde_json::Value;

use crate::dialect::Dialect;
use crate::labels;
use crate::reply::ToolCall;
use crate::tool_result::ToolResult;
use crate::turn::{Called, Turn};

const REMINDER: &str = "<system-reminder>";

/// Reads a request's body; `conversation` comes from its headers.
pub(super) fn parse(body: &Value, conversation: &str) -> Result<Turn, String> {
    let messages = body["messages"].as_array().ok_or("the body has no array `messages`")?;
    let first = messages.iter().find(|message| message["role"] == "user").ok_or("no message of the user")?;
    let (mut reminders, own): (Vec<_>, Vec<_>) =
        texts(&first["content"]).into_iter().partition(|text| text.starts_with(REMINDER));
    for message in messages.iter().filter(|message| message["role"] == "system") {
        reminders.extend(texts(&message["content"]));
    }
    let prompt = own.join("\n");
    let (labels, message) = labels::split(&prompt);
    Ok(Turn {
        dialect: Dialect::Claude,
        conversation: conversation.to_owned(),
        model: body["model"].as_str().ok_or("the body has no `model`")?.to_owned(),
        system: texts(&body["system"]),
        tools: names(&body["tools"]),
        prompt,
        labels,
        message,
        reminders,
        answers: messages.iter().filter(|message| message["role"] == "assistant").count(),
        history: history(messages),
        results: last_results(messages),
    })
}

/// The texts of a `content` or `system` value, which is a string or an array of blocks.
pub(crate) fn texts(content: &Value) -> Vec<String> {
    match content {
        Value::String(text) => vec![text.clone()],
        Value::Array(blocks) => {
            blocks.iter().filter_map(|block| block["text"].as_str()).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The tools that the model may call at once. Those that it would have to search for first are left out; 2.1.332 sends
/// one that stands for none.
fn names(tools: &Value) -> Vec<String> {
    let tools = tools.as_array().map(Vec::as_slice).unwrap_or_default();
    let offered = tools.iter().filter(|tool| tool["defer_loading"] != true);
    offered.filter_map(|tool| tool["name"].as_str()).map(str::to_owned).collect()
}

fn blocks(message: &Value) -> &[Value] {
    message["content"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn history(messages: &[Value]) -> Vec<Called> {
    let all = || messages.iter().flat_map(blocks);
    let calls = all().filter(|block| block["type"] == "tool_use");
    calls
        .map(|block| Called {
            call: ToolCall {
                name: block["name"].as_str().unwrap_or_default().to_owned(),
                input: block["input"].clone(),
            },
            result: all()
                .filter_map(ToolResult::anthropic)
                .find(|result| Some(result.id.as_str()) == block["id"].as_str()),
        })
        .collect()
}

/// The results after the last answer. The CLI may put messages of its own behind them.
fn last_results(messages: &[Value]) -> Vec<ToolResult> {
    let from = messages.iter().rposition(|message| message["role"] == "assistant").map_or(0, |at| at + 1);
    messages[from..].iter().flat_map(blocks).filter_map(ToolResult::anthropic).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn the_prompt_is_told_from_what_the_cli_adds() {
        let body = json!({
            "model": "m",
            "system": [{"type": "text", "text": "x-anthropic-billing-header: a"},
                       {"type": "text", "text": "You are Claude Code, Anthropic's official CLI."},
                       {"type": "text", "text": "# Planning"}],
            "tools": [{"name": "Read"}, {"name": "DeferredToolPlaceholder", "defer_loading": true}, {"name": "Bash"}],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "<system-reminder>date</system-reminder>"},
                                             {"type": "text", "text": "Phase: planning\n\ntask"}]},
                {"role": "system", "content": "agents"}
            ]
        });
        let turn = parse(&body, "s").unwrap();
        assert_eq!(turn.label("Phase"), Some("planning"));
        assert_eq!(turn.message, "task");
        assert_eq!(turn.reminders, ["<system-reminder>date</system-reminder>", "agents"]);
        assert_eq!(turn.agent_text(), "# Planning");
        assert_eq!(turn.tools, ["Read", "Bash"]);
        assert_eq!(turn.answers, 0);
    }

    #[test]
    fn calls_are_matched_with_their_results() {
        let body = json!({"model": "m", "messages": [
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": "x"}},
                                              {"type": "tool_use", "id": "b", "name": "Read", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "b", "content": "no", "is_error": true},
                                         {"type": "tool_result", "tool_use_id": "a",
                                          "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]}]}
        ]});
        let turn = parse(&body, "s").unwrap();
        assert_eq!(turn.history[0].result.as_ref().unwrap().text, "one\ntwo");
        assert!(turn.history[1].result.as_ref().unwrap().is_error);
        assert_eq!(turn.results.len(), 2);
        assert_eq!(turn.answers, 1);
    }

    #[test]
    fn a_body_without_messages_is_refused_in_words() {
        assert_eq!(parse(&json!({"model": "m"}), "s"), Err("the body has no array `messages`".to_owned()));
    }
}
