//! From the JSON body of `…:streamGenerateContent` to a [`Turn`]. Reads only; what is missing is an error in words.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use crate::dialect::Dialect;
use crate::labels;
use crate::reply::ToolCall;
use crate::tool_result::ToolResult;
use crate::turn::{Called, Turn};

/// How the part begins that the CLI puts before the prompt: date, system, folders.
const CONTEXT: &str = "<session_context>";

/// Reads a request's body; `model` comes from its path.
pub(super) fn parse(body: &Value, model: &str) -> Result<Turn, String> {
    let contents = body["contents"].as_array().ok_or("the body has no array `contents`")?;
    let users = || contents.iter().filter(|content| content["role"] == "user");
    let (reminders, own): (Vec<_>, Vec<_>) =
        users().flat_map(texts).partition(|text| text.starts_with(CONTEXT));
    let prompt = own.first().ok_or("no text of the user")?.clone();
    let (labels, message) = labels::split(&prompt);
    Ok(Turn {
        dialect: Dialect::Gemini,
        conversation: conversation(&prompt),
        model: model.to_owned(),
        system: texts(&body["systemInstruction"]),
        tools: names(&body["tools"]),
        prompt,
        labels,
        message,
        reminders,
        answers: contents.iter().filter(|content| content["role"] == "model").count(),
        history: history(contents),
        results: last_results(contents),
    })
}

/// It tells no id, neither in a header nor in the body. What it was asked first is the same in each request of a run.
fn conversation(prompt: &str) -> String {
    let mut hasher = DefaultHasher::new();
    prompt.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn parts(content: &Value) -> impl Iterator<Item = &Value> {
    content["parts"].as_array().into_iter().flatten()
}

fn texts(content: &Value) -> Vec<String> {
    parts(content).filter_map(|part| part["text"].as_str()).map(str::to_owned).collect()
}

fn names(tools: &Value) -> Vec<String> {
    let declared = tools.as_array().into_iter().flatten();
    declared
        .flat_map(|tool| tool["functionDeclarations"].as_array().into_iter().flatten())
        .filter_map(|tool| tool["name"].as_str())
        .map(str::to_owned)
        .collect()
}

fn history(contents: &[Value]) -> Vec<Called> {
    let results: Vec<ToolResult> =
        contents.iter().flat_map(parts).filter_map(|part| result(&part["functionResponse"])).collect();
    let calls = contents.iter().flat_map(parts).map(|part| &part["functionCall"]);
    calls
        .filter_map(|call| {
            let id = call["id"].as_str()?;
            Some(Called {
                call: ToolCall::new(call["name"].as_str()?, call["args"].clone()),
                result: results.iter().find(|result| result.id == id).cloned(),
            })
        })
        .collect()
}

fn last_results(contents: &[Value]) -> Vec<ToolResult> {
    let from = contents.iter().rposition(|content| content["role"] == "model").map_or(0, |at| at + 1);
    contents[from..].iter().flat_map(parts).filter_map(|part| result(&part["functionResponse"])).collect()
}

/// What a tool answered: `output`, or `error` where it went wrong. The shell's answer is wrapped, and a command that
/// fails is no error of the tool.
fn result(response: &Value) -> Option<ToolResult> {
    let id = response["id"].as_str()?.to_owned();
    let told = &response["response"];
    if let Some(error) = told["error"].as_str() {
        return Some(ToolResult { id, text: error.to_owned(), is_error: true });
    }
    let output = told["output"].as_str().unwrap_or_default();
    if response["name"] != "run_shell_command" {
        return Some(ToolResult { id, text: output.to_owned(), is_error: false });
    }
    let inside = output.split_once("Output: ").map_or(output, |(_, inside)| inside);
    let ends = ["\nError: ", "\nExit Code: ", "\nSignal: ", "\nBackground PIDs: ", "\nProcess Group PGID: "];
    let end = ends.iter().filter_map(|end| inside.find(end)).min().unwrap_or(inside.len());
    let text = inside[..end].replace("(empty)", "");
    Some(ToolResult { id, text, is_error: output.contains("\nExit Code: ") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn the_prompt_is_told_from_what_the_cli_adds() {
        let body = json!({
            "systemInstruction": {"role": "user", "parts": [{"text": "# Planning"}]},
            "tools": [{"functionDeclarations": [{"name": "read_file"}, {"name": "replace"}]}],
            "contents": [{"role": "user", "parts": [{"text": "<session_context>\ndate</session_context>"},
                                                    {"text": "Phase: planning\n\ntask"}]}]
        });
        let turn = parse(&body, "m").unwrap();
        assert_eq!((turn.label("Phase"), turn.message.as_str()), (Some("planning"), "task"));
        assert_eq!((turn.agent_text().as_str(), turn.reminders.len()), ("# Planning", 1));
        assert_eq!((turn.tools, turn.answers), (vec!["read_file".to_owned(), "replace".to_owned()], 0));
    }

    #[test]
    fn calls_are_matched_with_their_results() {
        let shell = "<untrusted_context>\nOutput: one\ntwo\nExit Code: 2\nProcess Group PGID: 7\n</untrusted_context>";
        let body = json!({"contents": [
            {"role": "user", "parts": [{"text": "go"}]},
            {"role": "model", "parts": [{"functionCall": {"id": "a", "name": "run_shell_command", "args": {"command": "x"}}},
                                        {"functionCall": {"id": "b", "name": "read_file", "args": {}}}]},
            {"role": "user", "parts": [
                {"functionResponse": {"id": "b", "name": "read_file", "response": {"error": "no"}}},
                {"functionResponse": {"id": "a", "name": "run_shell_command", "response": {"output": shell}}}]}
        ]});
        let turn = parse(&body, "m").unwrap();
        let results: Vec<_> = turn.history.iter().map(|called| called.result.clone().unwrap()).collect();
        assert_eq!((results[0].text.as_str(), results[0].is_error), ("one\ntwo", true));
        assert_eq!((results[1].text.as_str(), results[1].is_error), ("no", true));
        assert_eq!((turn.results.len(), turn.answers), (2, 1));
        assert_eq!(turn.conversation, parse(&body, "m").unwrap().conversation);
    }

    #[test]
    fn a_body_without_contents_is_refused_in_words() {
        assert_eq!(parse(&json!({}), "m"), Err("the body has no array `contents`".to_owned()));
    }
}
