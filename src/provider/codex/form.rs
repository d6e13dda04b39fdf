//! The bundle in Codex's form: the phase agent as developer instructions, files for its sub-agents and skills. Pure.

use crate::provider::Added;
use crate::provider::agent::Agent;
use crate::provider::bundle::Selection;
use crate::provider::front::{AssetError, quoted};
use crate::provider::names::Names;
use crate::provider::skill::Skill;

const NAMES: Names = Names { skill: "samocode-", subagent: "samocode-" };

/// 0.171.0 offers this tool to its own model, and no setting takes it away: neither `features.send_message_to_user_async`
/// nor a key of `tools`.
const NO_MESSAGES: &str = "Nobody reads messages during this run. Never call `send_message_to_user_async`: write to the session folder instead.";

/// What stands in the developer message: the phase agent's text, the rules, and what only Codex has to be told. The same
/// bytes in each iteration of a phase.
pub(super) fn instructions(agent: &Agent, rules: &str) -> Result<String, AssetError> {
    let text = NAMES.put_into(&agent.name, &agent.text)?;
    Ok(format!("{text}\n\n{}\n\n{NO_MESSAGES}\n", rules.trim_end()))
}

/// What a phase's run finds in its `CODEX_HOME`: its sub-agents are listed to `spawn_agent`, its skills by name,
/// description and path.
pub(super) fn files(selection: &Selection<'_>) -> Result<Vec<Added>, AssetError> {
    let agents = selection.subagents.iter().map(|agent| {
        let own = format!("agents/{}{}.toml", NAMES.subagent, agent.name).into();
        Ok(Added { own, text: agent_file(agent, NAMES)? })
    });
    let skills = selection.skills.iter().map(|skill| {
        let own = format!("skills/{}{}/SKILL.md", NAMES.skill, skill.name).into();
        Ok(Added { own, text: skill_file(skill, NAMES)? })
    });
    agents.chain(skills).collect()
}

/// Its tools are those of the agent that starts it: Codex limits none of a sub-agent's own.
pub(super) fn agent_file(agent: &Agent, names: Names) -> Result<String, AssetError> {
    Ok(format!(
        "name = {}\ndescription = {}\ndeveloper_instructions = {}\n",
        toml_string(&format!("{}{}", names.subagent, agent.name)),
        toml_string(&agent.description),
        toml_string(&names.put_into(&agent.name, &agent.text)?),
    ))
}

pub(super) fn skill_file(skill: &Skill, names: Names) -> Result<String, AssetError> {
    Ok(format!(
        "---\nname: {}{}\ndescription: {}\n---\n\n{}\n",
        names.skill,
        skill.name,
        quoted(&skill.description),
        names.put_into(&skill.name, &skill.text)?,
    ))
}

/// A text as a string of TOML: a JSON string is one, but for the one control character that JSON leaves as it is.
pub(super) fn toml_string(text: &str) -> String {
    quoted(text).replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::home::sample;

    #[test]
    fn its_files() {
        let planning = "---\nname: planning\ndescription: Plans.\ntools: Read\n---\nUse {{skill:dive}}.\n\n---\n\nMore.\n";
        let (planning, bundle) = (Agent::parse(planning).unwrap(), sample::bundle());
        let selection = Selection {
            agent: &planning,
            subagents: bundle.subagents.iter().collect(),
            skills: bundle.skills.iter().collect(),
        };
        let files = files(&selection).unwrap();
        let mut shown: Vec<String> =
            files.iter().map(|file| format!("== {}\n{}", file.own.display(), file.text)).collect();
        shown.push(format!("== instructions\n{}", instructions(&planning, "Rules.\n").unwrap()));
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn any_text_comes_back_from_toml() {
        let text = "a \"b\" \\ 'c'\n\t\u{7f}\u{1}é\u{2028}🦀 {{x}} = [1]\r\n";
        let table: toml::Table = format!("text = {}", toml_string(text)).parse().unwrap();
        assert_eq!(table["text"].as_str(), Some(text));
    }
}
