//! Lines of the stream, in the form measured with Claude Code 2.1.197.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// The version that the stand-in claims.
pub(crate) const VERSION: &str = "2.1.197";

/// The first line.
pub(crate) fn init(agents: &[&str]) -> String {
    ordered(
        r#""type":"system","subtype":"init""#,
        &json!({"tools": ["Read", "Bash"], "mcp_servers": [], "model": "stand-in", "agents": agents, "claude_code_version": VERSION}),
    )
}

/// A message with one block of content.
pub(crate) fn message(content: &Value, number: usize) -> String {
    ordered(
        &format!(
            r#""type":"assistant","message":{{"id":"msg_{number:04}","type":"message","role":"assistant","model":"stand-in","content":[{content}],"stop_reason":null,"usage":{{"input_tokens":100,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":10}},"context_management":null}}"#
        ),
        &json!({"parent_tool_use_id": null}),
    )
}

/// The answer of the tool whose call has the id `t`.
pub(crate) fn answered() -> String {
    let answer = json!({"tool_use_id": "t", "type": "tool_result", "content": "ok"});
    ordered(r#""type":"user""#, &json!({"message": {"role": "user", "content": [answer]}}))
}

/// The last line of a run that worked.
pub(crate) fn result(words: &str) -> String {
    let usage = json!({"input_tokens": 200, "output_tokens": 20});
    ordered(
        r#""type":"result","subtype":"success","is_error":false,"api_error_status":null"#,
        &json!({"num_turns": 2, "result": words, "stop_reason": "end_turn", "total_cost_usd": 0.25, "usage": usage}),
    )
}

/// The last line of a run that failed.
pub(crate) fn failed(subtype: &str, status: Option<u16>, words: &str) -> String {
    ordered(
        &format!(r#""type":"result","subtype":"{subtype}","is_error":true"#),
        &json!({"api_error_status": status, "num_turns": 1, "result": words}),
    )
}

/// What is said of a usage limit of a subscription.
pub(crate) fn limit(status: &str, resets_in: i64) -> String {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let resets_at = i64::try_from(since_1970).unwrap_or(i64::MAX).saturating_add(resets_in);
    let info = json!({
        "status": status, "resetsAt": resets_at, "rateLimitType": "five_hour",
        "overageStatus": "rejected", "isUsingOverage": false,
    });
    ordered(r#""type":"rate_limit_event""#, &json!({"rate_limit_info": info}))
}

/// An object that begins with these keys: the CLI writes them first.
fn ordered(first: &str, rest: &Value) -> String {
    let rest = rest.to_string();
    format!("{{{first},{}", rest.trim_start_matches('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_one_json_object_that_begins_with_its_type() {
        let lines = [
            init(&["samocode:planning"]),
            message(&json!({"type": "text", "text": "a \"quoted\" word"}), 1),
            answered(),
            result("finished"),
            failed("success", Some(529), "overloaded"),
            limit("rejected", -60),
        ];
        for line in lines {
            assert!(line.starts_with(r#"{"type":""#), "{line}");
            assert!(serde_json::from_str::<Value>(&line).unwrap().is_object(), "{line}");
        }
    }
}
