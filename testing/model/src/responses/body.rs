//! From the JSON body of `POST /v1/responses` to a [`Turn`]. Reads only; what is missing is an error in words.

use serde_json::Value;

use crate::anthropic::texts;
use crate::dialect::Dialect;
use crate::labels;
use crate::reply::ToolCall;
use crate::tool_result::ToolResult;
use crate::turn::{Called, Turn};

/// How user messages begin that the CLI adds by itself: in angle brackets, and the texts of `AGENTS.md`.
const ADDED: [&str; 2] = ["<", "# AGENTS.md instructions"];

/// Reads a request's body; `conversation` comes from its headers.
pub(super) fn parse(body: &Value, conversation: &str) -> Result<Turn, String> {
    let input = body["input"].as_array().ok_or("the body has no array `input`")?;
    let messages = |role: &str| {
        let of_role = input.iter().filter(|item| item["type"] == "message" && item["role"] == role);
        of_role.flat_map(|item| texts(&item["content"])).collect::<Vec<_>>()
    };
    // What the CLI lists (skills, modes) it puts into tags of its own.
    let (listed, system) = messages("developer").into_iter().partition(|text: &String| text.starts_with('<'));
    let (added, own): (Vec<_>, Vec<_>) =
        messages("user").into_iter().partition(|text| ADDED.iter().any(|start| text.starts_with(start)));
    let prompt = own.into_iter().next().ok_or("no message of the user")?;
    let (labels, message) = labels::split(&prompt);
    Ok(Turn {
        dialect: Dialect::Codex,
        conversation: conversation.to_owned(),
        model: body["model"].as_str().ok_or("the body has no `model`")?.to_owned(),
        system,
        tools: tools(body, input),
        prompt,
        labels,
        message,
        reminders: [listed, added].concat(),
        answers: input
            .chunk_by(|one, next| is_answer(one) == is_answer(next))
            .filter(|run| is_answer(&run[0]))
            .count(),
        history: history(input),
        results: last_results(input),
    })
}

/// Whether the model wrote this item; those of one answer stand together.
fn is_answer(item: &Value) -> bool {
    let by_model = ["function_call", "custom_tool_call", "reasoning"];
    by_model.iter().any(|kind| item["type"] == *kind) || item["role"] == "assistant"
}

/// The names of the tools, those of a namespace with its name and a dot in front. Some models get them as an item of the
/// conversation.
fn tools(body: &Value, input: &[Value]) -> Vec<String> {
    let additional =
        input.iter().filter(|item| item["type"] == "additional_tools").map(|item| &item["tools"]);
    let lists = [&body["tools"]].into_iter().chain(additional);
    lists.flat_map(entries).flat_map(names).collect()
}

fn names(tool: &Value) -> Vec<String> {
    let name = tool["name"].as_str().or(tool["type"].as_str()).unwrap_or_default();
    if tool["type"] != "namespace" {
        return vec![name.to_owned()];
    }
    entries(&tool["tools"])
        .iter()
        .map(|inner| format!("{name}.{}", inner["name"].as_str().unwrap_or_default()))
        .collect()
}

fn entries(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn history(input: &[Value]) -> Vec<Called> {
    let calls = input.iter().filter(|item| item["type"] == "function_call");
    calls
        .map(|item| {
            let name = item["name"].as_str().unwrap_or_default();
            let name =
                item["namespace"].as_str().map_or_else(|| name.to_owned(), |space| format!("{space}.{name}"));
            let arguments = item["arguments"].as_str().unwrap_or_default();
            Called {
                call: ToolCall { name, input: serde_json::from_str(arguments).unwrap_or_default() },
                result: input
                    .iter()
                    .filter_map(ToolResult::openai)
                    .find(|result| Some(result.id.as_str()) == item["call_id"].as_str()),
            }
        })
        .collect()
}

/// The results after the last answer.
fn last_results(input: &[Value]) -> Vec<ToolResult> {
    let from = input.iter().rposition(is_answer).map_or(0, |at| at + 1);
    input[from..].iter().filter_map(ToolResult::openai).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::parse;

    fn text(role: &str, text: &str) -> Value {
        json!({"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]})
    }

    fn call(id: &str) -> Value {
        json!({"type": "function_call", "name": "exec_command", "arguments": "{\"cmd\": \"x\"}", "call_id": id})
    }

    fn output(id: &str, code: u8, text: &str) -> Value {
        let text =
            format!("Chunk ID: 1\nWall time: 0.0 seconds\nProcess exited with code {code}\nOutput:\n{text}");
        json!({"type": "function_call_output", "call_id": id, "output": text})
    }

    #[test]
    fn the_prompt_and_the_agents_text_are_told_from_what_the_cli_adds() {
        let body = json!({
            "model": "m",
            "tools": [{"type": "function", "name": "exec_command"}, {"type": "web_search"},
                      {"type": "namespace", "name": "n", "tools": [{"name": "spawn_agent"}]}],
            "input": [text("developer", "You are a coding agent running in the Codex CLI, a terminal"),
                      text("developer", "# Planning"), text("developer", "<skills_instructions>"),
                      text("user", "# AGENTS.md instructions\n\nx"), text("user", "<environment_context>"),
                      text("user", "Phase: planning\n\ntask")]
        });
        let turn = parse(&body, "s").unwrap();
        assert_eq!((turn.label("Phase"), turn.message.as_str()), (Some("planning"), "task"));
        assert_eq!(turn.agent_text(), "# Planning");
        assert_eq!(turn.reminders.len(), 3);
        assert_eq!(turn.tools, ["exec_command", "web_search", "n.spawn_agent"]);
        assert_eq!(turn.answers, 0);
    }

    #[test]
    fn calls_are_matched_with_their_results_and_calls_made_at_once_are_one_answer() {
        let body = json!({"model": "m", "input": [
            text("user", "go"), call("a"), output("a", 0, "one\n"), call("b"), call("c"),
            output("c", 1, "no\n"), output("b", 0, "")
        ]});
        let turn = parse(&body, "s").unwrap();
        assert_eq!(turn.answers, 2);
        assert_eq!(turn.history[0].result.as_ref().unwrap().text, "one\n");
        assert!(turn.history[2].result.as_ref().unwrap().is_error);
        assert_eq!(turn.results.len(), 2);
    }

    #[test]
    fn a_body_without_input_is_refused_in_words() {
        assert_eq!(parse(&json!({"model": "m"}), "s"), Err("the body has no array `input`".to_owned()));
    }
}
