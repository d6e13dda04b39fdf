//! A phase on the real Codex that reads a skill and starts a sub-agent, as the texts tell it to.

use samocode_testing_model::{Dialect, Reply, ToolCall, Turn};
use serde_json::json;

use crate::clis::Cli;
use crate::stage::Stage;

const DO: &str = include_str!("../../assets/skills/dop2/SKILL.md");
const SUBAGENT: &str = include_str!("../../assets/subagents/smallest-change.md");
const ANSWER: &str = "keep it as it is";

/// The last paragraph of an asset: it has no names of samocode's that each CLI words otherwise.
fn last_paragraph(asset: &str) -> &str {
    asset.trim_end().rsplit("\n\n").find(|part| !part.contains("{{")).unwrap()
}

/// Where a skill lies, as the CLI lists it: below a root that it abbreviates.
fn skill_file(turn: &Turn, name: &str) -> Option<String> {
    let listed = turn.reminders.iter().find(|text| text.contains("<skills_instructions>"))?;
    let line = listed.lines().find(|line| line.contains(&format!("- {name}: ")))?;
    let (root, path) = line.split_once("(file: ")?.1.trim_end_matches(')').split_once('/')?;
    let roots = listed.lines().find(|line| line.starts_with(&format!("- `{root}` = ")))?;
    Some(format!("{}/{path}", roots.split('`').nth(3)?))
}

/// The phase's part: reads the skill, starts the sub-agent, waits for it, and signals with what it said.
fn phase(turn: &Turn) -> Reply {
    let said = turn.results.first().map(|result| result.text.clone()).unwrap_or_default();
    match turn.answers {
        0 => match skill_file(turn, "samocode-dop2") {
            Some(path) => Reply::call(Dialect::Codex.read(&path)),
            None => Reply::Unexpected(format!("the skill is not listed: {:?}", turn.reminders)),
        },
        1 if said.contains(last_paragraph(DO)) => Reply::call(ToolCall::new(
            "multi_agent_v1.spawn_agent",
            json!({"message": "Propose the change.", "agent_type": "samocode-smallest-change"}),
        )),
        2 => {
            let agent: serde_json::Value = serde_json::from_str(&said).unwrap_or_default();
            let wait = json!({"targets": [agent["agent_id"]], "timeout_ms": 60_000});
            Reply::call(ToolCall::new("multi_agent_v1.wait_agent", wait))
        }
        3 if said.contains(ANSWER) => {
            let path = format!("{}/_signal.json", turn.label("Session path").unwrap_or_default());
            Reply::call(
                Dialect::Codex.write(&path, &json!({"status": "continue", "phase": "testing"}).to_string()),
            )
        }
        4 => Reply::text("finished"),
        _ => Reply::Unexpected(format!("after {} answers it was told {said:?}", turn.answers)),
    }
}

fn subagent(turn: &Turn) -> Reply {
    let told = turn.system.iter().any(|text| text.contains(last_paragraph(SUBAGENT)));
    match turn.answers {
        0 if told && turn.prompt.trim() == "Propose the change." => Reply::text(ANSWER),
        _ => Reply::Unexpected(format!("a sub-agent without its text: {:?}, {:?}", turn.system, turn.prompt)),
    }
}

#[test]
fn codex_reads_a_skill_and_a_sub_agent_of_samocodes_answers_a_phase() {
    let stage =
        Stage::with(
            &[Cli::Codex],
            |turn: &Turn| {
                if turn.label("Phase").is_some() { phase(turn) } else { subagent(turn) }
            },
        );

    stage.begin(&["--workflow", "quick", "--max-iterations", "1"]).wait().with_code(11);

    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.model.requests().len(), 6, "five of the phase, one of the sub-agent");
    let log = std::fs::read_dir(stage.layout().logs()).unwrap().next().unwrap().unwrap();
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(text.contains(ANSWER), "the sub-agent's answer is in the log");
    // The CLI's own sum of tokens, which it tells at the end only, leaves its sub-agents out.
    let requests = stage.model.requests();
    let of_phase = requests.iter().filter(|request| request.turn.label("Phase").is_some());
    let sent: usize = of_phase
        .map(|request| request.header("content-length").unwrap().parse::<usize>().unwrap().div_ceil(4))
        .sum();
    assert!(text.contains(&format!("\"input_tokens\":{sent},")), "{sent} tokens are not in the log:\n{text}");
    assert!(stage.session().counters.spent.tokens > sent as u64);
}
