//! What a CLI lists before anything is used: names and descriptions of skills and sub-agents.

use std::collections::BTreeSet;

use samocode::provider::bundle::Bundle;

use super::{none, phrases, some};

fn description_problems(text: &str) -> Vec<String> {
    let mut problems = phrases(text, &["you ", "first ", "then ", " step"]);
    if !(60..=160).contains(&text.chars().count()) {
        problems.push(format!("not 60 to 160 characters: {text}"));
    }
    if !text.contains(". Use when ") || !text.ends_with('.') {
        problems.push(format!("does not say when to use it: {text}"));
    }
    if text.contains(": ") || text.contains(" #") || text.contains('"') {
        problems.push(format!("needs quotes in YAML: {text}"));
    }
    if !text.split(' ').next().is_some_and(|verb| verb.ends_with('s')) {
        problems.push(format!("does not begin in the third person: {text}"));
    }
    problems
}

/// Installed for a person they stand beside each other, without a prefix.
#[test]
fn names_are_plain_and_unique() {
    let Bundle { agents, subagents, skills } = Bundle::embedded().unwrap();
    let of_agents = agents.into_iter().chain(subagents).map(|agent| agent.name);
    for names in [of_agents.collect::<Vec<_>>(), skills.into_iter().map(|skill| skill.name).collect()] {
        let unique: BTreeSet<&String> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{names:?}");
        for name in unique {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
        }
    }
}

#[test]
fn descriptions_say_what_it_makes_and_when_to_use_it() {
    let Bundle { subagents, skills, .. } = Bundle::embedded().unwrap();
    let of_agents = subagents.into_iter().map(|agent| (agent.name, agent.description));
    for (name, words) in skills.into_iter().map(|skill| (skill.name, skill.description)).chain(of_agents) {
        none(&description_problems(&words), &name);
    }
    some(&description_problems("Plan the work. Use when a plan is needed by somebody somewhere."));
    some(&description_problems("Writes the plan from the requirements that were settled before."));
    some(&description_problems(
        "Reads the code first, asks questions, then writes it. Use when a plan is needed.",
    ));
}
