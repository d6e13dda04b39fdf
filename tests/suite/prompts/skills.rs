//! Skills and sub-agents: sections, descriptions, and words that hold on every CLI, with samocode and without.

use std::collections::BTreeSet;

use samocode::provider::agent::Agent;
use samocode::provider::bundle::Bundle;
use samocode::provider::skill::Skill;

use super::{loaded_texts, none, phrases, some};

const COMMANDS: [&str; 14] = [
    "dive",
    "task",
    "create-plan",
    "do",
    "do2",
    "dop",
    "dop2",
    "cleanup",
    "multi-review",
    "session-start",
    "session-continue",
    "session-sync",
    "session-archive",
    "samocode-run",
];

/// What only one CLI has: its tools, its marks for arguments, its way to ask.
const OF_ONE_CLI: [&str; 31] = [
    "todo",
    "task tool",
    "skill tool",
    "agent tool",
    "bash tool",
    "`bash`",
    "`read`",
    "`write`",
    "`edit`",
    "`grep`",
    "`glob`",
    "webfetch",
    "websearch",
    "askuserquestion",
    "todowrite",
    "spawn_agent",
    "wait_agent",
    "exec_command",
    "apply_patch",
    "update_plan",
    "invoke_agent",
    "run_shell_command",
    "activate_skill",
    "read_file",
    "write_file",
    "grep_search",
    "ask_user",
    "plan_mode",
    "subagent_type",
    "$arguments",
    "{{args}}",
];

/// Switches that would let a reviewer write, or anybody past a gate.
const UNSAFE: [&str; 7] = [
    "--yolo",
    "--dangerously",
    "danger-full-access",
    "workspace-write",
    "--approve-plan",
    "--accept-suggestions",
    "--no-verify",
];

const SECTIONS: [&str; 4] = ["## Inputs", "## Steps", "## Stop", "## Output"];

/// The paragraph after the job, which tells the skill who is there: one for what both use, one for persons only.
const IN_BOTH: &str = "Who is there:\n- The first message has a `Session path:` line: nobody, ";
const BY_HAND: &str =
    "This is for a person at this CLI. Where the first message has a `Session path:` line, ";

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

/// The sections in their order, the job and who is there before them, a template at the end.
fn section_problems(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let at: Vec<Option<usize>> =
        SECTIONS.iter().map(|section| text.find(&format!("\n{section}\n"))).collect();
    if at.contains(&None) || !at.is_sorted() {
        problems.push(format!("sections are not {SECTIONS:?}: {at:?}"));
    }
    let job = text.lines().next().unwrap_or_default();
    if !job.starts_with("You ") {
        problems.push(format!("does not begin with its job: {job}"));
    }
    let output = text.split("\n## Output\n").nth(1).unwrap_or_default();
    let fences = output.lines().filter(|line| *line == "```").count();
    if fences == 0 || fences % 2 != 0 {
        problems.push(format!("{fences} fences under Output"));
    }
    problems
}

fn second_paragraph(text: &str) -> &str {
    text.split("\n\n").nth(1).unwrap_or_default()
}

#[test]
fn the_commands_are_those_that_are_promised() {
    let skills = Bundle::embedded().unwrap().skills;
    let commands: Vec<&str> =
        skills.iter().filter(|skill| skill.is_command()).map(|skill| skill.name.as_str()).collect();
    let wanted: BTreeSet<&str> = COMMANDS.into();
    assert_eq!(commands.iter().copied().collect::<BTreeSet<_>>(), wanted);
    let others: Vec<&str> =
        skills.iter().filter(|skill| !skill.is_command()).map(|skill| skill.name.as_str()).collect();
    assert_eq!(others, ["testing", "summary"]);
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

#[test]
fn every_skill_has_job_inputs_steps_stop_and_a_template() {
    let skills = Bundle::embedded().unwrap().skills;
    for Skill { name, text, .. } in &skills {
        none(&section_problems(text), name);
    }
    let good = &skills[0].text;
    for section in SECTIONS {
        some(&section_problems(&good.replace(section, "## Other")));
    }
    some(&section_problems(&format!("# Dive\n\n{good}")));
    some(&section_problems(good.trim_end().trim_end_matches("```")));
}

/// The same words everywhere, so that a reader of two skills does not look for a difference.
#[test]
fn every_skill_says_in_the_same_words_who_is_there() {
    let skills = Bundle::embedded().unwrap().skills;
    for (opening, for_both) in [(IN_BOTH, true), (BY_HAND, false)] {
        let by_hand = |skill: &&Skill| skill.name.starts_with("session-") || skill.name == "samocode-run";
        let told: Vec<&Skill> = skills.iter().filter(|skill| by_hand(skill) != for_both).collect();
        let words: BTreeSet<&str> = told.iter().map(|skill| second_paragraph(&skill.text)).collect();
        assert_eq!(words.len(), 1, "{words:#?}");
        assert!(words.iter().all(|words| words.starts_with(opening)), "{words:#?}");
    }
}

/// The steps of a skill that another one repeats.
fn block<'a>(skills: &'a [Skill], name: &str, from: &str, to: &str) -> &'a str {
    let text = &skills.iter().find(|skill| skill.name == name).unwrap().text;
    let start = text.find(from).unwrap_or_else(|| panic!("{name} lacks {from}"));
    let length = text[start..].find(to).unwrap_or_else(|| panic!("{name} lacks {to}"));
    &text[start..start + length]
}

#[test]
fn what_two_skills_share_is_the_same_in_both() {
    let skills = Bundle::embedded().unwrap().skills;
    let work = |name| block(&skills, name, "- See what fails before", " so.\n");
    assert_eq!(work("do"), work("dop"));
    let propose = |name| block(&skills, name, "1. Write the brief", "\n5. ");
    assert_eq!(propose("do2"), propose("dop2"));
}

#[test]
fn no_text_names_what_only_one_cli_has_or_what_opens_a_gate() {
    for (name, text) in loaded_texts() {
        none(&phrases(&text, &OF_ONE_CLI), &name);
        none(&phrases(&text, &UNSAFE), &name);
    }
    for bad in ["Call `spawn_agent`.", "Use the Task tool.", "TODO: more", "about $ARGUMENTS"] {
        some(&phrases(bad, &OF_ONE_CLI));
    }
    some(&phrases("gemini --yolo -p", &UNSAFE));
}

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
