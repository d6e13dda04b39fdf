//! Skills: sections, who uses them, and words that hold on every CLI, with samocode and without.

use std::collections::BTreeSet;

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

#[test]
fn every_phase_uses_the_skills_that_it_lists() {
    let agents = Bundle::embedded().unwrap().agents;
    let listed: Vec<String> = agents.iter().map(|agent| agent.skills.join(", ")).collect();
    let wanted =
        ["dive", "task", "create-plan", "do, dop, dop2", "testing", "cleanup, multi-review", "summary"];
    assert_eq!(listed, wanted);
    for agent in &agents {
        for skill in &agent.skills {
            assert!(agent.text.contains(&format!("{{{{skill:{skill}}}}}")), "{} and {skill}", agent.name);
        }
    }
}
