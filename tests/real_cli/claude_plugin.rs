//! What of a plugin's agent and of the appended system prompt reaches the model.

use samocode_testing_model::{Model, Recorded, Reply, Steps, ToolCall, Turn};
use serde_json::Value;

use crate::claude::{Claude, Outcome};
use crate::clis::Cli;
use crate::scratch::Scratch;

const TOOLS: &str = "Read, Write, Edit, Bash, Glob, Grep, Skill, Agent, TodoWrite";

fn plugin(scratch: &Scratch, tools: &str) {
    scratch.write(
        "plugin/.claude-plugin/plugin.json",
        r#"{"name": "samocode", "version": "0.1.0", "description": "A plugin for a test"}"#,
    );
    let agent =
        format!("---\nname: planning\ndescription: Plans.\ntools: {tools}\n---\n# Planning\n\nThe agent.\n");
    scratch.write("plugin/agents/planning.md", &agent);
    let skill = "---\nname: dive\ndescription: Use when something is unknown.\n---\n# Dive\n\nThe skill.\n";
    scratch.write("plugin/skills/dive/SKILL.md", skill);
    scratch.write("rules.md", "# Rules\n\nThe rules.\n");
}

fn run(scratch: &Scratch, model: &Model, prompt: &str) -> Outcome {
    run_with(scratch, model, prompt, &[])
}

fn run_with(scratch: &Scratch, model: &Model, prompt: &str, environment: &[(&str, &str)]) -> Outcome {
    let claude = Claude::new(model, scratch);
    let claude = environment.iter().fold(claude, |claude, (name, value)| claude.env(name, value));
    let outcome = claude
        .arg("--plugin-dir")
        .arg(scratch.path("plugin"))
        .args(&["--agent", "samocode:planning", "--append-system-prompt-file"])
        .arg(scratch.path("rules.md"))
        .prompt(prompt)
        .run();
    model.assert_nothing_unexpected();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome
}

#[test]
fn the_agents_text_and_then_the_rules_are_the_last_system_block() {
    let scratch = Scratch::new();
    plugin(&scratch, "Read, Bash");
    let model = Model::start(Steps::new([Reply::text("finished")]));

    let outcome = run(&scratch, &model, "Phase: planning\n\ngo\n");

    let system = &model.requests()[0].turn.system;
    assert_eq!(system.len(), 3, "{system:#?}");
    let newest = Cli::Claude.needed().newest_tested;
    let header = format!("x-anthropic-billing-header: cc_version={newest}.");
    assert!(system[0].starts_with(&header), "{}", system[0]);
    assert!(system[1].starts_with("You are Claude Code, "), "{}", system[1]);
    assert_eq!(system[2], "# Planning\n\nThe agent.\n\n# Rules\n\nThe rules.\n");
    assert_eq!(model.requests()[0].turn.agent_text(), system[2]);
    let agents = outcome.last("system", Some("init")).unwrap()["agents"].as_array().unwrap();
    assert!(agents.iter().any(|agent| agent == "samocode:planning"), "{agents:?}");
}

#[test]
fn only_the_tools_that_this_version_has_are_offered() {
    let scratch = Scratch::new();
    plugin(&scratch, TOOLS);
    let model = Model::start(Steps::new([Reply::text("finished")]));

    run(&scratch, &model, "go\n");

    let tools = &model.requests()[0].turn.tools;
    assert_eq!(*tools, ["Read", "Write", "Edit", "Bash", "Skill", "Agent"], "no Glob, Grep, TodoWrite");
}

/// Two runs of one phase with different prompts; the system blocks and tools of each.
fn two_runs(prompts: [&str; 2], attribution: &str) -> Vec<(Value, Value)> {
    let scratch = Scratch::new();
    plugin(&scratch, TOOLS);
    let model = Model::start(Steps::new([Reply::text("one"), Reply::text("two")]));
    for prompt in prompts {
        run_with(&scratch, &model, prompt, &[("CLAUDE_CODE_ATTRIBUTION_HEADER", attribution)]);
    }
    let part = |request: Recorded| (request.body["system"].clone(), request.body["tools"].clone());
    model.requests().into_iter().map(part).collect()
}

#[test]
fn the_system_part_is_the_same_byte_for_byte_without_the_attribution() {
    let requests = two_runs(["one task\n", "quite another task, and longer\n"], "0");
    assert_eq!(requests[0], requests[1]);
    assert_eq!(requests[0].0.as_array().unwrap().len(), 2);
}

/// A few of the prompt's first characters go into it, so prompts that begin alike may have the same one.
#[test]
fn the_attribution_changes_with_the_prompt() {
    let requests = two_runs(["one task\n", "quite another task, and longer\n"], "1");
    let (first, second) = (&requests[0].0, &requests[1].0);
    assert_ne!(first[0], second[0]);
    assert_eq!((&first[1], &first[2]), (&second[1], &second[2]));
}

#[test]
fn a_sub_agent_and_a_skill_of_the_plugin_can_be_used() {
    let scratch = Scratch::new();
    plugin(&scratch, TOOLS);
    let sub_agent =
        serde_json::json!({"description": "d", "prompt": "sub", "subagent_type": "samocode:planning"});
    let model = Model::start(move |turn: &Turn| match (turn.prompt.as_str(), turn.answers) {
        ("main\n", 0) => Reply::call(ToolCall::new("Skill", serde_json::json!({"skill": "samocode:dive"}))),
        ("main\n", 1) => Reply::call(ToolCall::new("Agent", sub_agent.clone())),
        ("main\n", 2) => Reply::text(format!("it said: {}", turn.results[0].text)),
        ("sub", 0) => Reply::text("the sub-agent's answer"),
        other => Reply::Unexpected(format!("{other:?}")),
    });

    // Else the sub-agent starts in the background, and the model goes on before its answer is there.
    let outcome = run_with(&scratch, &model, "main\n", &[("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1")]);

    assert!(outcome.text().contains("the sub-agent's answer"), "{}", outcome.text());
}
