//! What of the person's own the real Gemini CLI finds in a session: settings, agents, skills, policies, MCP servers; and
//! that it finds samocode's beside them.

use std::fs;

use samocode_testing_model::{Dialect, Reply, ToolCall, Turn};
use serde_json::json;

use crate::clis::Cli;
use crate::stage::{Stage, TASK};

/// An MCP server with one tool.
const SERVER: &str = r#"
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("method") == "initialize":
        result = {"protocolVersion": asked["params"]["protocolVersion"], "capabilities": {"tools": {}},
                  "serverInfo": {"name": "bell", "version": "1"}}
    elif asked.get("method") == "tools/list":
        result = {"tools": [{"name": "ring", "description": "Rings.", "inputSchema": {"type": "object", "properties": {}}}]}
    elif asked.get("method") == "tools/call":
        result = {"content": [{"type": "text", "text": "it rang"}]}
    elif "id" in asked:
        result = {}
    else:
        continue
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"#;

/// A person with something of everything.
fn stage(script: impl FnMut(&Turn) -> Reply + Send + 'static) -> Stage {
    let stage = Stage::with(&[Cli::Gemini], script);
    let server = stage.scratch.write("bell.py", SERVER);
    let settings = json!({
        "security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": false},
        "mcpServers": {"bell": {"command": "python3", "args": [server]}}
    });
    for (path, text) in [
        (".gemini/settings.json", settings.to_string().as_str()),
        (".gemini/GEMINI.md", "Answer in rhymes.\n"),
        (".gemini/agents/mine.md", "---\nname: mine\ndescription: An agent of mine.\n---\nBe brief.\n"),
        (".gemini/skills/own/SKILL.md", "---\nname: own\ndescription: A skill of mine.\n---\nBe brief.\n"),
        (
            ".agents/skills/shared/SKILL.md",
            "---\nname: shared\ndescription: For every CLI.\n---\nBe brief.\n",
        ),
        (
            ".gemini/policies/mine.toml",
            "[[rule]]\ntoolName = \"run_shell_command\"\ncommandPrefix = \"touch forbidden\"\ndecision = \"deny\"\npriority = 500\n",
        ),
    ] {
        stage.scratch.write(&format!("home/{path}"), text);
    }
    stage
}

/// The first request calls the person's server and what their policy denies.
fn script(turn: &Turn) -> Reply {
    match turn.answers {
        0 => Reply::ToolCalls(vec![
            ToolCall::new("mcp_bell_ring", json!({})),
            Dialect::Gemini.bash("touch forbidden"),
            Dialect::Gemini.bash("touch allowed"),
        ]),
        _ => Reply::text("finished"),
    }
}

#[test]
fn gemini_finds_what_the_person_has_and_what_samocode_adds() {
    let stage = stage(script);

    stage.begin(&["--workflow", "quick", "--max-iterations", "1"]).wait().with_code(11);

    stage.model.assert_nothing_unexpected();
    let requests = stage.model.requests();
    let first = &requests[0];
    assert!(first.turn.offers("mcp_bell_ring"), "{:?}", first.turn.tools);
    let system = first.turn.agent_text();
    for words in
        ["Answer in rhymes.", "An agent of mine.", "A skill of mine.", "For every CLI.", "samocode-dop2"]
    {
        assert!(system.contains(words), "no {words:?} in:\n{system}");
    }
    for words in ["codebase_investigator", "skill-creator", "generalist"] {
        assert!(!system.contains(words), "{words} costs tokens and is not asked for");
    }
    let results = &requests[1].turn.results;
    assert!(results[0].text.contains("it rang"), "{results:?}");
    assert!(results[1].is_error && !results[2].is_error, "{results:?}");
    let worktree = stage.session().worktree().unwrap().clone();
    assert!(worktree.join("allowed").exists() && !worktree.join("forbidden").exists());
    let home = stage.scratch.home();
    let kept = fs::read_to_string(home.join(".gemini/policies/mine.toml")).unwrap();
    assert!(kept.contains("forbidden") && !home.join(".gemini/policies/samocode.toml").exists());
}

/// By itself it would send the file along, and put a space into the address.
#[test]
fn gemini_sends_no_file_along_that_the_task_names() {
    let stage = Stage::with(&[Cli::Gemini], |_: &Turn| Reply::text("finished"));

    let task = "look at @README.md and write to ada@example.com";
    stage.go_on(&["--workflow", "quick", "--max-iterations", "1", "--task", task]).wait().with_code(11);

    let told = "look at \\@README.md and write to ada@example.com";
    assert!(stage.message(1).contains(told), "{}", stage.message(1));
    assert!(!stage.request(1).body.to_string().contains("# A project"));
}

/// 1 MB reaches the model; its own limit for standard input is 8 MB.
#[test]
fn gemini_fault_16_a_task_of_a_megabyte_reaches_the_model() {
    let task = "it's \"quoted\", costs $(nothing) ${HOME}, and asks ada@example.com about @readme; \n"
        .repeat(13_000);
    let stage = Stage::with(&[Cli::Gemini], |turn: &Turn| {
        let path = format!("{}/_signal.json", turn.label("Session path").unwrap_or_default());
        let signal = json!({"status": "blocked", "reason": "read it", "needs": "clarification"}).to_string();
        if turn.answers == 0 {
            Reply::call(Dialect::Gemini.write(&path, &signal))
        } else {
            Reply::text("read")
        }
    });
    let file = stage.scratch.write("task.txt", &format!("{task}{TASK}"));
    let file = file.display().to_string();

    stage.go_on(&["--workflow", "research", "--task-file", &file]).wait().with_code(11).saying("read it");

    assert!(stage.request(1).turn.message.len() > 1024 * 1024);
    assert!(stage.message(1).contains(task.trim_end()), "not a byte of it is changed");
}
