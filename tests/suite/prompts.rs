//! What must hold in the texts that the model reads. They are half of the product, and nothing else checks them.
//!
//! Each check is a function from a text to the list of its problems, run on every text and on planted bad ones.
//! The texts are read as they are built into the binary; only [`commands`] starts a process.

mod budget;
mod commands;
mod exits;
mod listed;
mod shape;
mod skills;
mod subagents;
mod wording;

use samocode::provider::bundle::Bundle;
use serde_json::Value;

const RULES: &str = include_str!("../../assets/rules.md");

/// A phase's text, and where a signal may take it in the workflow `full`: to which phases, into which waits.
/// Planning goes nowhere by a signal: the person's approval moves it.
struct Agent {
    phase: &'static str,
    text: &'static str,
    next: &'static [&'static str],
    waits: &'static [&'static str],
}

const AGENTS: [Agent; 7] = [
    Agent {
        phase: "investigation",
        text: include_str!("../../assets/agents/investigation.md"),
        next: &["requirements"],
        waits: &[],
    },
    Agent {
        phase: "requirements",
        text: include_str!("../../assets/agents/requirements.md"),
        next: &["planning"],
        waits: &["qa_answers"],
    },
    Agent {
        phase: "planning",
        text: include_str!("../../assets/agents/planning.md"),
        next: &[],
        waits: &["plan_approval"],
    },
    Agent {
        phase: "implementation",
        text: include_str!("../../assets/agents/implementation.md"),
        next: &["testing", "quality"],
        waits: &["human_action", "file_update"],
    },
    Agent {
        phase: "testing",
        text: include_str!("../../assets/agents/testing.md"),
        next: &["implementation", "quality", "done"],
        waits: &[],
    },
    Agent {
        phase: "quality",
        text: include_str!("../../assets/agents/quality.md"),
        next: &["testing", "implementation", "done"],
        waits: &[],
    },
    Agent { phase: "done", text: include_str!("../../assets/agents/done.md"), next: &[], waits: &[] },
];

struct Front<'a> {
    name: &'a str,
    description: &'a str,
    tools: Vec<&'a str>,
    body: &'a str,
}

fn front(text: &str) -> Result<Front<'_>, String> {
    let rest = text.strip_prefix("---\n").ok_or("no front matter")?;
    let (head, body) = rest.split_once("\n---\n").ok_or("front matter is not closed")?;
    let (mut name, mut description, mut tools) = (None, None, None);
    let (mut skills, mut subagents) = (None, None);
    for line in head.lines() {
        let (key, value) = line.split_once(": ").ok_or_else(|| format!("not `key: value`: {line}"))?;
        let slot = match key {
            "name" => &mut name,
            "description" => &mut description,
            "tools" => &mut tools,
            "skills" => &mut skills,
            "subagents" => &mut subagents,
            _ => return Err(format!("unknown key {key}")),
        };
        if value.contains(": ") || value.contains(" #") || slot.replace(value).is_some() {
            return Err(format!("{key} is given twice, or needs quotes in YAML: {value}"));
        }
    }
    Ok(Front {
        name: name.ok_or("no name")?,
        description: description.ok_or("no description")?,
        tools: tools.ok_or("no tools")?.split(", ").collect(),
        body,
    })
}

/// The name and text of all that stands in the prefix. Marks are words that are the same in each iteration.
fn texts() -> impl Iterator<Item = (String, String)> {
    let agents = AGENTS.iter().map(|agent| (agent.phase.to_owned(), unmarked(agent.text)));
    agents.chain([("rules".to_owned(), RULES.to_owned())])
}

/// The name and text of what is loaded when it is used: skills and sub-agents.
fn loaded_texts() -> Vec<(String, String)> {
    let Bundle { subagents, skills, .. } = Bundle::embedded().unwrap();
    let skills = skills.into_iter().map(|skill| (format!("skill {}", skill.name), skill.text));
    let agents = subagents.into_iter().map(|agent| (format!("sub-agent {}", agent.name), agent.text));
    skills.chain(agents).map(|(name, text)| (name, unmarked(&text))).collect()
}

/// `text` with the bare names in the place of `{{skill:dive}}` and `{{subagent:architect}}`.
fn unmarked(text: &str) -> String {
    text.replace("{{skill:", "").replace("{{subagent:", "").replace("}}", "")
}

/// Every JSON object in the text; what looks like one and does not parse is an error.
fn signals(text: &str) -> Vec<Result<Value, String>> {
    text.match_indices("{\"")
        .map(|(start, _)| {
            let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
            let line = text[start..].lines().next().unwrap_or_default();
            values.next().and_then(Result::ok).ok_or_else(|| format!("not JSON: {line}"))
        })
        .collect()
}

fn phrases(text: &str, unwanted: &[&str]) -> Vec<String> {
    let text = text.to_lowercase();
    unwanted
        .iter()
        .filter(|phrase| text.contains(**phrase))
        .map(|phrase| format!("says `{phrase}`"))
        .collect()
}

fn none(problems: &[String], of: &str) {
    assert!(problems.is_empty(), "{of}: {problems:#?}");
}

fn some(problems: &[String]) {
    assert!(!problems.is_empty(), "the check lets a bad text pass");
}
