//! A phase on the real Gemini CLI that activates a skill and starts a sub-agent, as the texts tell it to.

use samocode::provider::bundle::Bundle;
use samocode_testing_model::{Dialect, Reply, ToolCall, Turn};
use serde_json::json;

use crate::clis::Cli;
use crate::stage::Stage;

const ASKED: &str = "Propose the change.";
const ANSWER: &str = "keep it as it is";

/// The phase's part: activates the skill, starts the sub-agent, and signals with what it said.
fn phase(turn: &Turn, skill: &str) -> Reply {
    let said = turn.results.first().map(|result| result.text.clone()).unwrap_or_default();
    match turn.answers {
        0 => Reply::call(ToolCall::new("activate_skill", json!({"name": "samocode-dop2"}))),
        1 if said.contains(skill) => Reply::call(ToolCall::new(
            "invoke_agent",
            json!({"agent_name": "samocode-smallest-change", "prompt": ASKED}),
        )),
        2 if said.contains(ANSWER) => {
            let path = format!("{}/_signal.json", turn.label("Session path").unwrap_or_default());
            let signal = json!({"status": "continue", "phase": "testing"}).to_string();
            Reply::call(Dialect::Gemini.write(&path, &signal))
        }
        3 => Reply::text("finished"),
        _ => Reply::Unexpected(format!("after {} answers it was told {said:?}", turn.answers)),
    }
}

/// It ends by a tool, and by no other way.
fn subagent(turn: &Turn, text: &str) -> Reply {
    let told = turn.agent_text().contains(text);
    match turn.answers {
        0 if told && turn.prompt == ASKED => {
            Reply::call(ToolCall::new("complete_task", json!({"result": ANSWER})))
        }
        _ => Reply::Unexpected(format!("a sub-agent without its text: {:?}, {:?}", turn.system, turn.prompt)),
    }
}

#[test]
fn gemini_activates_a_skill_and_a_sub_agent_of_samocodes_answers_a_phase() {
    let bundle = Bundle::embedded().unwrap();
    let first_line = |text: &str| text.lines().next().unwrap().to_owned();
    let skill = bundle.skills.iter().find(|skill| skill.name == "dop2").unwrap();
    let agent = bundle.subagents.iter().find(|agent| agent.name == "smallest-change").unwrap();
    let (skill, text) = (first_line(&skill.text), agent.text.clone());
    let stage = Stage::with(&[Cli::Gemini], move |turn: &Turn| {
        if turn.label("Phase").is_some() { phase(turn, &skill) } else { subagent(turn, &text) }
    });

    stage.begin(&["--workflow", "quick", "--max-iterations", "1"]).wait().with_code(11);

    stage.model.assert_nothing_unexpected();
    let requests = stage.model.requests();
    assert_eq!(requests.len(), 5, "four of the phase, one of the sub-agent");
    let asked = requests.iter().find(|request| request.turn.prompt == ASKED).unwrap();
    let tools = ["read_file", "write_file", "run_shell_command", "complete_task"];
    assert_eq!(asked.turn.tools, tools);
    let usage = stage.session().counters.spent;
    assert!(usage.tokens > 1000, "what the sub-agent used is counted, too: {usage:?}");
}
