//! How long the texts are: what every request carries, and what is loaded on use.

use samocode::domain::phase::Phase;
use samocode::domain::workflow::Workflow;
use samocode::provider::bundle::{Bundle, RULES, Selection};

/// Characters of samocode's own text in every request of a phase: rules, the generated `## This phase`, the agent's
/// text, and the names and descriptions of its skills and sub-agents.
const IN_EVERY_REQUEST: usize = 9_000;

/// What the generated section may take of them.
const GENERATED: usize = 600;

/// Characters of a skill's or sub-agent's own text, which comes only when it is used.
const ON_USE: usize = 3_500;

/// The longest section that any built-in workflow generates for a phase.
fn generated(phase: &str) -> usize {
    let of = |name| {
        let workflow = Workflow::parse(Workflow::built_in(name).unwrap()).unwrap();
        workflow.phase_prompt(&Phase::named(phase)).chars().count()
    };
    Workflow::built_in_names().map(of).max().unwrap_or_default()
}

/// A CLI lists what it can use about so: `- samocode:dive: Writes …`.
fn listing(selection: &Selection<'_>) -> usize {
    let skills = selection.skills.iter().map(|skill| (&skill.name, &skill.description));
    let agents = selection.subagents.iter().map(|agent| (&agent.name, &agent.description));
    let line = |(name, words): (&String, &String)| format!("- samocode:{name}: {words}\n").chars().count();
    skills.chain(agents).map(line).sum()
}

#[test]
fn what_every_request_of_a_phase_carries_is_within_the_budget() {
    let bundle = Bundle::embedded().unwrap();
    let mut table = Vec::new();
    for agent in &bundle.agents {
        let parts = [
            RULES.chars().count(),
            generated(&agent.name),
            agent.text.chars().count(),
            listing(&bundle.select(&agent.name).unwrap()),
        ];
        table.push((agent.name.as_str(), parts.iter().sum::<usize>(), parts));
    }
    let over = table.iter().any(|(_, sum, _)| *sum > IN_EVERY_REQUEST);
    assert!(!over, "phase, sum, [rules, this phase, agent, listing]: {table:#?}");
    assert!(table.iter().all(|(_, _, parts)| parts.iter().all(|part| *part > 0)), "{table:#?}");
    assert!(bundle.agents.iter().all(|agent| generated(&agent.name) <= GENERATED), "{table:#?}");
}

#[test]
fn a_text_that_is_loaded_on_use_is_short() {
    let bundle = Bundle::embedded().unwrap();
    let skills = bundle.skills.iter().map(|skill| (&skill.name, skill.text.chars().count()));
    let agents = bundle.subagents.iter().map(|agent| (&agent.name, agent.text.chars().count()));
    let table: Vec<_> = skills.chain(agents).collect();
    assert!(table.iter().all(|(_, length)| *length <= ON_USE), "{table:#?}");
}
