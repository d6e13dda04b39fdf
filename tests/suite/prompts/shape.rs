//! Front matter, tools, sections and the question example: what a phase agent's text is made of.

use samocode::provider::bundle::Bundle;

use super::{AGENTS, Front, RULES, front, none, phrases, signals, some};

const SECTIONS: [&str; 4] = ["## Inputs", "## Steps", "## Stop", "## Signal"];

/// What a Claude Code agent could be given; the words are ordinary English, so only `X` and "X tool" count.
const TOOLS: [&str; 24] = [
    "Read",
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "NotebookRead",
    "Bash",
    "BashOutput",
    "KillBash",
    "KillShell",
    "Glob",
    "Grep",
    "LS",
    "WebFetch",
    "WebSearch",
    "Task",
    "TaskOutput",
    "TaskStop",
    "Agent",
    "Skill",
    "TodoWrite",
    "AskUserQuestion",
    "EnterPlanMode",
    "ExitPlanMode",
];

fn description_problems(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if !(60..=200).contains(&text.chars().count()) {
        problems.push(format!("not 60 to 200 characters: {text}"));
    }
    if !text.contains("Used when ") {
        problems.push(format!("does not say when it is used: {text}"));
    }
    if !text.split(' ').next().is_some_and(|verb| verb.ends_with('s')) {
        problems.push(format!("does not begin in the third person: {text}"));
    }
    problems.extend(phrases(text, &["you ", "first ", "then ", "step"]));
    problems
}

fn tool_problems(agent: &Front<'_>) -> Vec<String> {
    let mut problems: Vec<String> = ["Read", "Write", "Edit", "Bash"]
        .into_iter()
        .filter(|tool| !agent.tools.contains(tool))
        .map(|tool| format!("cannot do its work without {tool}"))
        .collect();
    problems.extend(
        agent.tools.iter().filter(|tool| !TOOLS.contains(tool)).map(|tool| format!("no such tool: {tool}")),
    );
    problems.extend(
        named_tools(agent.body)
            .into_iter()
            .filter(|tool| !agent.tools.contains(tool))
            .map(|tool| format!("names {tool}, which it does not have")),
    );
    problems
}

fn named_tools(text: &str) -> Vec<&'static str> {
    let named = |tool: &&str| {
        [format!("`{tool}`"), format!("`{tool}("), format!("{tool} tool")]
            .iter()
            .any(|form| text.contains(form.as_str()))
    };
    TOOLS.into_iter().filter(named).collect()
}

/// The sections in their order, the job before them, a signal as the last line.
fn shape_problems(body: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut at = 0;
    for section in SECTIONS {
        match body.match_indices(&format!("\n{section}\n")).map(|(i, _)| i).collect::<Vec<_>>()[..] {
            [i] if i > at => at = i,
            _ => problems.push(format!("`{section}` is missing, doubled or out of order")),
        }
    }
    if body.starts_with('#') || body.lines().next().is_none_or(|job| job.len() < 60) {
        problems.push("does not begin with its job".to_owned());
    }
    if body.split("\n## Output\n").nth(1).is_some_and(|output| output.matches("```").count() != 2) {
        problems.push("no single template under its output".to_owned());
    }
    if body.trim_end().lines().last().is_none_or(|line| signals(line).is_empty()) {
        problems.push("does not end on a signal".to_owned());
    }
    problems
}

/// The block of design.md §2: heading, lettered options, a suggestion that is one of them, an answer not given.
fn question_problems(block: &str) -> Vec<String> {
    let lines: Vec<&str> = block.lines().collect();
    let [heading, options @ .., suggestion, answer] = &lines[..] else {
        return vec!["no question".to_owned()];
    };
    let letters: Vec<char> = ('A'..)
        .zip(options)
        .filter(|(letter, line)| line.starts_with(&format!("{letter}) ")))
        .map(|(letter, _)| letter)
        .collect();
    let mut problems = Vec::new();
    if !heading.starts_with("### Q1: ") || !heading.ends_with('?') {
        problems.push(format!("heading: {heading}"));
    }
    if letters.len() != options.len() || !(2..=4).contains(&options.len()) {
        problems.push(format!("options: {options:?}"));
    }
    if !letters.iter().any(|letter| suggestion.starts_with(&format!("**Suggestion:** {letter} - "))) {
        problems.push(format!("suggestion: {suggestion}"));
    }
    if *answer != "**Answer:** _waiting_" {
        problems.push(format!("answer: {answer}"));
    }
    problems
}

#[test]
fn front_matter_names_the_phase_and_says_when_it_is_used() {
    for agent in &AGENTS {
        let front = front(agent.text).unwrap();
        assert_eq!(front.name, agent.phase);
        none(&description_problems(front.description), agent.phase);
    }
    assert!(front("no front matter").is_err());
    assert!(front("---\nname: x\ndescription: y\n").is_err(), "not closed");
    assert!(front("---\nname: x\ndescription: y\n---\n").is_err(), "no tools");
    assert!(front("---\nname: x\ndescription: y: z\ntools: Read\n---\n").is_err(), "not YAML");
    some(&description_problems("Plan the work."));
    some(&description_problems(
        "Reads the code first, asks questions, then writes the plan. Used when a plan is needed.",
    ));
}

#[test]
fn no_agent_names_or_lists_a_tool_that_it_lacks() {
    for agent in &AGENTS {
        none(&tool_problems(&front(agent.text).unwrap()), agent.phase);
    }
    assert_eq!(named_tools(RULES), Vec::<&str>::new(), "the rules are for every provider");
    for body in ["Open it with `Glob`.", "Use the WebFetch tool.", "Call `Skill(dive)`."] {
        some(&tool_problems(&Front {
            name: "x",
            description: "y",
            tools: vec!["Read", "Write", "Edit", "Bash"],
            body,
        }));
    }
    some(&tool_problems(&Front {
        name: "x",
        description: "y",
        tools: vec!["Read", "Write", "Edit"],
        body: "",
    }));
    assert_eq!(named_tools("Read the task. Write it."), Vec::<&str>::new(), "plain English passes");
}

/// Without the tool it could name its skills and sub-agents, and not use them.
#[test]
fn an_agent_has_the_tools_for_its_skills_and_sub_agents() {
    let bundle = Bundle::embedded().unwrap();
    for agent in &bundle.agents {
        let selection = bundle.select(&agent.name).unwrap();
        let has = |tool: &str| agent.tools.iter().any(|known| known == tool);
        assert_eq!(has("Skill"), !selection.skills.is_empty(), "{}", agent.name);
        assert_eq!(has("Agent"), !selection.subagents.is_empty(), "{}", agent.name);
    }
}

#[test]
fn every_agent_has_job_inputs_steps_stop_and_ends_on_a_signal() {
    for agent in &AGENTS {
        none(&shape_problems(front(agent.text).unwrap().body), agent.phase);
    }
    let good = front(AGENTS[0].text).unwrap().body;
    for section in SECTIONS {
        some(&shape_problems(&good.replace(section, "## Other")));
    }
    some(&shape_problems(&format!("{good}\nGood luck.\n")));
    some(&shape_problems(&good.replace("## Signal", "## Output\nA report.\n\n## Signal")));
    some(&shape_problems(&format!("# Investigation\n{good}")));
}

#[test]
fn the_question_example_is_the_format_that_samocode_reads() {
    let example = |text: &str| {
        text.split("```\n").find(|block| block.starts_with("### Q")).unwrap_or_default().to_owned()
    };
    let block = example(AGENTS[1].text);
    none(&question_problems(&block), "requirements");
    for (from, to) in
        [("_waiting_", "A"), ("B) ", "C) "), ("**Suggestion:** A", "**Suggestion:** D"), ("### Q1: ", "Q1: ")]
    {
        some(&question_problems(&block.replace(from, to)));
    }
}
