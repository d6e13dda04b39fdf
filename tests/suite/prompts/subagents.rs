//! Sub-agents: they read, write one report, and somebody starts them.

use std::collections::BTreeSet;

use samocode::provider::agent::Agent;
use samocode::provider::bundle::Bundle;

use super::{none, some};

fn subagent_problems(agent: &Agent) -> Vec<String> {
    let may = ["Read", "Write", "Bash"];
    let mut problems: Vec<String> = agent
        .tools
        .iter()
        .filter(|tool| !may.contains(&tool.as_str()))
        .map(|tool| format!("has {tool}, and is there to read"))
        .collect();
    for needed in ["## Inputs", "## Limits", "## Return", "You write one file, your report"] {
        if !agent.text.contains(needed) {
            problems.push(format!("lacks `{needed}`"));
        }
    }
    if !agent.skills.is_empty() || !agent.subagents.is_empty() {
        problems.push("starts others".to_owned());
    }
    problems
}

#[test]
fn every_sub_agent_reads_and_writes_its_own_report() {
    let agents = Bundle::embedded().unwrap().subagents;
    let limits: BTreeSet<&str> = agents
        .iter()
        .filter_map(|agent| agent.text.split("\n## Limits\n").nth(1)?.split(" You write no").next())
        .filter_map(|limits| limits.split("\n\n").next())
        .collect();
    assert_eq!(limits.len(), 1, "{limits:#?}");
    for agent in &agents {
        none(&subagent_problems(agent), &agent.name);
    }
    let mut editing = agents[0].clone();
    editing.tools.push("Edit".to_owned());
    some(&subagent_problems(&editing));
}

/// A sub-agent that nobody starts is text that nobody reads.
#[test]
fn every_sub_agent_is_started_by_a_skill() {
    let Bundle { subagents, skills, .. } = Bundle::embedded().unwrap();
    for agent in subagents {
        let mark = format!("{{{{subagent:{}}}}}", agent.name);
        assert!(skills.iter().any(|skill| skill.text.contains(&mark)), "{}", agent.name);
    }
}
