//! What the person adds to the CLI's command line and to a phase's tools.

use samocode_testing_model::{Reply, Turn, Walkthrough};

use crate::clis::Cli;
use crate::stage::{Stage, TASK};

#[test]
fn a_phase_gets_the_tools_and_the_cli_the_arguments_that_the_person_adds() {
    let stage = Stage::new(Walkthrough::full().with_task(TASK))
        .setting("PLANNING_TOOLS=+WebFetch")
        .setting("PLANNING_MODEL=claude-haiku-4-5")
        .setting("CLAUDE_ARGS=--effort low");

    stage.begin(&["--accept-suggestions", "--exit-on-wait"]).wait().with_code(10);

    let [investigation, planning] = [1, 4].map(|iteration| stage.request(iteration).turn);
    assert!(planning.offers("WebFetch") && !investigation.offers("WebFetch"), "{:?}", planning.tools);
    assert_eq!(planning.model, "claude-haiku-4-5");
    assert_ne!(investigation.model, planning.model);
    assert_eq!(stage.request(1).body["output_config"]["effort"], "low");
}

#[test]
fn codex_gives_a_phase_the_tools_and_takes_the_arguments_that_the_person_adds() {
    let stage = Stage::with(&[Cli::Codex], Walkthrough::full().with_task(TASK))
        .setting("PLANNING_TOOLS=+WebSearch,mcp__db")
        .setting("PLANNING_MODEL=another")
        .setting("CODEX_ARGS=-c model_reasoning_effort=\"low\"");
    let server = "\n[mcp_servers.db]\ncommand = \"/nonexistent\"\n";
    let config = std::fs::read_to_string(stage.scratch.path("home/.codex/config.toml")).unwrap();
    stage.scratch.write("home/.codex/config.toml", &(config + server));

    stage.begin(&["--accept-suggestions", "--exit-on-wait"]).wait().with_code(10);

    let [investigation, planning] = [1, 4].map(|iteration| stage.request(iteration).turn);
    let more = |tool: &str| planning.offers(tool) && !investigation.offers(tool);
    assert!(more("web_search") && more("list_mcp_resources"), "{:?}", planning.tools);
    assert_eq!(planning.model, "another");
    assert_ne!(investigation.model, planning.model);
    assert_eq!(stage.request(1).body["reasoning"]["effort"], "low");
}

#[test]
fn codex_says_at_once_which_tool_of_a_phase_it_does_not_have() {
    let stage = Stage::with(&[Cli::Codex], Walkthrough::full().with_task(TASK))
        .setting("PLANNING_TOOLS=+ExitPlanMode");

    let ended = stage.begin(&[]).wait().with_code(12);

    ended.saying("Codex has no tool that `ExitPlanMode` means; `<PHASE>_TOOLS` may add Agent, Skill");
    assert!(!stage.sessions().exists(), "no session is made");
}

#[test]
fn gemini_gives_a_phase_the_tools_and_takes_the_arguments_that_the_person_adds() {
    let stage = Stage::with(&[Cli::Gemini], Walkthrough::full().with_task(TASK))
        .setting("PLANNING_TOOLS=+WebFetch,list_directory")
        .setting("PLANNING_MODEL=gemini-2.5-pro")
        .setting("GEMINI_ARGS=--include-directories /usr/share");

    stage.begin(&["--accept-suggestions", "--exit-on-wait"]).wait().with_code(10);

    let [investigation, planning] = [1, 4].map(|iteration| stage.request(iteration).turn);
    let more = |tool: &str| planning.offers(tool) && !investigation.offers(tool);
    assert!(more("web_fetch") && more("list_directory"), "{:?}", planning.tools);
    assert_eq!(planning.model, "gemini-2.5-pro");
    assert_ne!(investigation.model, planning.model);
    assert!(investigation.reminders.iter().any(|added| added.contains("/usr/share")));
}

#[test]
fn gemini_says_at_once_which_tool_of_a_phase_it_does_not_have() {
    let stage = Stage::with(&[Cli::Gemini], Walkthrough::full().with_task(TASK))
        .setting("PLANNING_TOOLS=+NotebookWrite");

    stage.begin(&[]).wait().with_code(12).saying("Gemini CLI has no tool that `NotebookWrite` means");

    assert!(!stage.sessions().exists(), "no session is made");
}

/// The model that Codex takes by itself works by a tool that runs scripts, and has another set of tools for sub-agents.
#[test]
fn codex_offers_its_own_model_only_what_the_phase_needs() {
    let stage = Stage::with(&[Cli::Codex], |_: &Turn| Reply::text("finished"));
    let config = stage.scratch.path("home/.codex/config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replacen("model = \"stand-in\"\n", "", 1)).unwrap();

    stage.begin(&["--workflow", "quick", "--max-iterations", "1"]).wait().with_code(11);

    let request = stage.request(1);
    assert_ne!(request.turn.model, "stand-in");
    let agents =
        ["followup_task", "interrupt_agent", "list_agents", "send_message", "spawn_agent", "wait_agent"];
    // No setting takes the last one away, so agents are told to leave it alone.
    let wanted: Vec<String> = ["functions.exec", "functions.wait", "functions.send_message_to_user_async"]
        .map(str::to_owned)
        .into_iter()
        .chain(agents.map(|name| format!("collaboration.{name}")))
        .collect();
    assert_eq!(request.turn.tools, wanted);
    let whole = request.body.to_string();
    assert!(request.turn.agent_text().contains("Never call `send_message_to_user_async`"), "{whole}");
    assert!(whole.contains("samocode-dop2") && whole.contains("samocode-smallest-change"), "{whole}");
    let nested: Vec<&str> =
        whole.split("\\n### `").skip(1).filter_map(|tool| tool.split('`').next()).collect();
    let mcp = ["list_mcp_resource_templates", "list_mcp_resources", "read_mcp_resource"];
    let shell = ["apply_patch", "exec_command", "write_stdin", "clock__curr_time"];
    // With this model those of MCP are there without any server; there is no setting that takes them away.
    assert!(nested.iter().all(|tool| shell.contains(tool) || mcp.contains(tool)), "{nested:?}");
}
