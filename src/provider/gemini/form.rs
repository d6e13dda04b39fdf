//! The bundle in Gemini CLI's form: a system part, and sub-agents, skills and a policy in the CLI's own folder. Pure.
//!
//! The folder holds what the phase's run gets and no more: what it names there costs tokens in each request.

use std::collections::BTreeMap;

use super::tools;
use crate::provider::agent::Agent;
use crate::provider::bundle::Selection;
use crate::provider::front::{AssetError, quoted};
use crate::provider::names::Names;
use crate::provider::skill::Skill;

pub(super) const NAMES: Names = Names { skill: "samocode-", subagent: "samocode-" };

/// What the CLI puts its own sections in the place of: without them, a replaced system part lists neither the sub-agents
/// nor the skills, and the model knows none by name (measured).
const SUBAGENTS: &str = "${SubAgents}";
const SKILLS: &str = "${AgentSkills}";

/// Marks for the CLI, beside `${<tool>_ToolName}`.
const MARKS: [&str; 3] = ["AgentSkills", "AvailableTools", "SubAgents"];

/// The system part: the phase agent's text, the workflow rules, and the sections of what the agent may call.
pub(super) fn system(selection: &Selection<'_>, rules: &str) -> Result<String, AssetError> {
    let agent = selection.agent;
    let text = NAMES.put_into(&agent.name, &agent.text)?;
    let is_mark = |name: &str| MARKS.contains(&name) || name.ends_with("_ToolName");
    let mut parts = vec![defused(&text, is_mark), defused(rules.trim_end(), is_mark)];
    let may_call = |tool: &str| agent.tools.iter().any(|named| named == tool);
    if may_call("Agent") {
        parts.push(SUBAGENTS.to_owned());
    }
    if may_call("Skill") {
        parts.push(SKILLS.to_owned());
    }
    Ok(format!("{}\n", parts.join("\n\n")))
}

/// The files of the CLI's own folder for one phase, whose agent gets `extra_tools` beside its own.
pub(super) fn files(
    selection: &Selection<'_>,
    extra_tools: &[String],
) -> Result<BTreeMap<String, String>, AssetError> {
    let mut files = BTreeMap::new();
    for agent in &selection.subagents {
        files.insert(format!(".gemini/agents/{}{}.md", NAMES.subagent, agent.name), agent_file(agent)?);
    }
    for skill in &selection.skills {
        files.insert(format!(".gemini/skills/{}{}/SKILL.md", NAMES.skill, skill.name), skill_file(skill)?);
    }
    // One policy is for all of a run: a sub-agent that needs more than its phase has brings it along.
    let of_subagents = selection.subagents.iter().flat_map(|agent| &agent.tools);
    let wanted: Vec<&str> = selection
        .agent
        .tools_with(extra_tools)
        .into_iter()
        .chain(of_subagents.map(String::as_str))
        .map(tools::own_name)
        .collect();
    files.insert(".gemini/policies/samocode.toml".to_owned(), tools::policy(&wanted));
    Ok(files)
}

/// Its own limits, 30 turns and 10 minutes, would cut a review of a whole branch short; the iteration's stands above.
pub(super) fn agent_file(agent: &Agent) -> Result<String, AssetError> {
    let tools: Vec<String> =
        agent.tools.iter().map(|tool| format!("  - {}\n", tools::own_name(tool))).collect();
    Ok(format!(
        "---\nname: {}{}\ndescription: {}\ntools:\n{}max_turns: 200\ntimeout_mins: 120\n---\n\n{}\n",
        NAMES.subagent,
        agent.name,
        quoted(&agent.description),
        tools.concat(),
        agent_text(&NAMES.put_into(&agent.name, &agent.text)?),
    ))
}

/// A sub-agent's text is a template, and one with an unknown name in it is not run at all (from the code).
pub(super) fn agent_text(text: &str) -> String {
    defused(text, |_| true)
}

pub(super) fn skill_file(skill: &Skill) -> Result<String, AssetError> {
    Ok(format!(
        "---\nname: {}{}\ndescription: {}\n---\n\n{}\n",
        NAMES.skill,
        skill.name,
        quoted(&skill.description),
        NAMES.put_into(&skill.name, &skill.text)?,
    ))
}

/// `text` in which no `${name}` that `is_mark` is one for the CLI any more: a space parts it.
fn defused(text: &str, is_mark: impl Fn(&str) -> bool) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let name = after.split_once('}').map_or("", |(name, _)| name);
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        made.push_str(before);
        made.push_str(if is_name && is_mark(name) { "$ {" } else { "${" });
        rest = after;
    }
    made.push_str(rest);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(name: &str, tools: &[&str], text: &str) -> Agent {
        Agent {
            name: name.into(),
            description: format!("Does: {name}."),
            tools: tools.iter().map(|tool| (*tool).to_owned()).collect(),
            skills: vec!["dive".into()],
            subagents: vec!["architect".into()],
            text: text.into(),
        }
    }

    #[test]
    fn its_files() {
        let planning = agent(
            "planning",
            &["Read", "Write", "Edit", "Bash", "Skill", "Agent"],
            "Use {{skill:dive}}, ask {{subagent:architect}}.\n\n---\n\nMore.",
        );
        let architect = agent("architect", &["Read", "Grep"], "Look at ${HOME}.");
        let dive = Skill::parse("---\nname: dive\ndescription: When: unknown.\n---\nDive.\n").unwrap();
        let selection = Selection { agent: &planning, subagents: vec![&architect], skills: vec![&dive] };
        let mut files = files(&selection, &["WebFetch".into(), "list_mcp_resources".into()]).unwrap();
        files.insert("system.md".into(), system(&selection, "Rules.\n").unwrap());
        let shown: Vec<String> = files.iter().map(|(name, text)| format!("== {name}\n{text}")).collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn a_phase_that_calls_neither_is_told_of_neither() {
        let done = agent("done", &["Read"], "Close.");
        let selection = Selection { agent: &done, subagents: Vec::new(), skills: Vec::new() };
        assert_eq!(system(&selection, "Rules.").unwrap(), "Close.\n\nRules.\n");
    }

    #[test]
    fn nothing_of_our_own_texts_is_a_mark_by_accident() {
        let text = "${SubAgents} ${glob_ToolName} ${HOME} ${X:-1} $X ${";
        let done = agent("done", &["Read"], text);
        let selection = Selection { agent: &done, subagents: Vec::new(), skills: Vec::new() };
        let made = system(&selection, "${AgentSkills}").unwrap();
        assert_eq!(made, "$ {SubAgents} $ {glob_ToolName} ${HOME} ${X:-1} $X ${\n\n$ {AgentSkills}\n");
        let file = agent_file(&done).unwrap();
        assert!(file.contains("$ {HOME} ${X:-1} $X ${\n"), "{file}");
    }

    /// The CLI puts descriptions in by a replacement of JavaScript's, in which `$&` and its like mean something.
    #[test]
    fn no_description_of_the_bundle_has_a_dollar() {
        let bundle = crate::provider::bundle::Bundle::embedded().unwrap();
        let agents = bundle.subagents.iter().map(|agent| &agent.description);
        let all = agents.chain(bundle.skills.iter().map(|skill| &skill.description));
        assert!(all.into_iter().all(|description| !description.contains('$')));
    }
}
