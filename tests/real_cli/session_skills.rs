//! What the real CLI makes of a phase's skills and of the sub-agents that they start.

use samocode::provider::bundle::Bundle;
use samocode_testing_model::{Recorded, Reply, Script, ToolCall, Turn, Walkthrough};
use serde_json::json;

use crate::clis::Cli;
use crate::stage::{Stage, TASK};

const BRIEF: &str = "The brief is in brief.md, your report goes into proposal.md.";

/// The first iteration loads a skill, starts a sub-agent as it says, and hands over; the rest is a whole session.
fn with_a_proposal(turn: &Turn) -> Option<Reply> {
    if turn.prompt.contains(BRIEF) {
        return Some(Reply::text("proposal.md: keep it small"));
    }
    let session = turn.label("Session path")?;
    (turn.label("Iteration")? == "1").then(|| match turn.answers {
        0 => Reply::call(ToolCall::new("Skill", json!({"skill": "samocode:dop2"}))),
        1 => {
            let brief = json!({"description": "propose", "prompt": BRIEF, "subagent_type": "samocode:smallest-change"});
            Reply::call(ToolCall::new("Agent", brief))
        }
        2 => {
            let signal = json!({"status": "handoff", "notes": "one proposal stands"}).to_string();
            Reply::call(ToolCall::write(&format!("{session}/_signal.json"), &signal))
        }
        _ => Reply::text("Handed over."),
    })
}

#[test]
fn a_phase_loads_its_skill_and_starts_the_sub_agent_that_it_names() {
    loads_a_skill_and_starts_its_sub_agent(Cli::Claude);
}

/// The sub-agent's answer comes as the answer of the call, before the phase goes on.
pub(crate) fn loads_a_skill_and_starts_its_sub_agent(cli: Cli) {
    let mut walkthrough = Walkthrough::quick().with_task(TASK);
    let script = move |turn: &Turn| with_a_proposal(turn).unwrap_or_else(|| walkthrough.reply(turn));
    let stage = Stage::with(&[cli], script);

    stage.begin(&["--workflow", "quick"]).wait().with_code(0);

    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.phases(), ["implementation", "implementation", "testing", "done"]);
    let bundle = Bundle::embedded().unwrap();
    let skill = bundle.skills.iter().find(|skill| skill.name == "dop2").unwrap();
    let proposer = bundle.subagents.iter().find(|agent| agent.name == "smallest-change").unwrap();
    let requests = stage.model.requests();
    let of_iteration: Vec<&Recorded> =
        requests.iter().filter(|request| request.turn.label("Iteration") == Some("1")).collect();
    let first = of_iteration[0].body.to_string();
    for (name, words) in [(&skill.name, &skill.description), (&proposer.name, &proposer.description)] {
        assert!(first.contains(&format!("- samocode:{name}: {words}")), "{name} is listed");
    }
    let job = skill.text.lines().next().unwrap();
    assert!(!first.contains(job), "a skill's text comes only when it is used");
    let second = of_iteration[1].body.to_string();
    assert!(second.contains(job) && second.contains("samocode:clean-foundation"), "{second}");
    let proposing = requests.iter().find(|request| request.turn.prompt.contains(BRIEF)).unwrap();
    assert!(proposing.turn.agent_text().contains(&proposer.text), "{}", proposing.turn.agent_text());
    assert_eq!(proposing.turn.tools, ["Read", "Write", "Bash"]);
    // 2.1.332 puts words of its own around the answer.
    let answer = &of_iteration[2].turn.results[0].text;
    assert!(answer.contains("proposal.md: keep it small"), "{answer}");
}
