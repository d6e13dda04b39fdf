//! The bundle in Claude Code's form: a plugin, loaded for one run by `--plugin-dir`. Pure.
//!
//! The plugin holds what the phase's run gets and no more: what it names there costs tokens in each request.

use std::collections::BTreeMap;

use crate::provider::agent::Agent;
use crate::provider::bundle::Selection;
use crate::provider::front::{AssetError, quoted};
use crate::provider::names::Names;
use crate::provider::skill::Skill;

/// The plugin's name, which prefixes what it holds: `samocode:planning`.
pub(super) const NAME: &str = "samocode";

/// The file of the workflow rules, for `--append-system-prompt-file`.
pub(super) const RULES: &str = "rules.md";

const NAMES: Names = Names { skill: "samocode:", subagent: "samocode:" };

/// The plugin's files for one phase, whose agent gets `extra_tools` beside its own.
pub(super) fn files(
    selection: &Selection<'_>,
    extra_tools: &[String],
    rules: &str,
) -> Result<BTreeMap<String, String>, AssetError> {
    let manifest = serde_json::json!({
        "name": NAME,
        "version": env!("CARGO_PKG_VERSION"),
        "description": env!("CARGO_PKG_DESCRIPTION"),
    });
    let mut files = BTreeMap::from([
        (".claude-plugin/plugin.json".to_owned(), format!("{manifest}\n")),
        (RULES.to_owned(), rules.to_owned()),
    ]);
    let agents = selection.subagents.iter().map(|agent| (*agent, &[][..]));
    for (agent, extra) in agents.chain([(selection.agent, extra_tools)]) {
        files.insert(format!("agents/{}.md", agent.name), agent_file(&agent.name, agent, extra, NAMES)?);
    }
    for skill in &selection.skills {
        files.insert(format!("skills/{}/SKILL.md", skill.name), skill_file(skill, "", NAMES)?);
    }
    Ok(files)
}

/// An agent's file; `name` is what it is called where the file lies.
pub(super) fn agent_file(
    name: &str,
    agent: &Agent,
    extra_tools: &[String],
    names: Names,
) -> Result<String, AssetError> {
    Ok(format!(
        "---\nname: {name}\ndescription: {}\ntools: {}\n---\n\n{}\n",
        quoted(&agent.description),
        agent.tools_with(extra_tools).join(", "),
        names.put_into(&agent.name, &agent.text)?,
    ))
}

/// A skill's file, with `more` lines in its front matter.
pub(super) fn skill_file(skill: &Skill, more: &str, names: Names) -> Result<String, AssetError> {
    Ok(format!(
        "---\nname: {}\ndescription: {}\n{more}---\n\n{}\n",
        skill.name,
        quoted(&skill.description),
        names.put_into(&skill.name, &skill.text)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(name: &str, text: &str) -> Agent {
        Agent {
            name: name.into(),
            description: format!("Does: {name}."),
            tools: vec!["Read".into(), "Skill".into()],
            skills: vec!["dive".into()],
            subagents: vec!["architect".into()],
            text: text.into(),
        }
    }

    #[test]
    fn its_files() {
        let planning = agent("planning", "Use {{skill:dive}}, ask {{subagent:architect}}.\n\n---\n\nMore.");
        let architect = agent("architect", "Look.");
        let dive = Skill::parse("---\nname: dive\ndescription: When: unknown.\n---\nDive.\n").unwrap();
        let selection = Selection { agent: &planning, subagents: vec![&architect], skills: vec![&dive] };
        let mut files = files(&selection, &["WebFetch".into(), "Read".into()], "Rules.").unwrap();
        let manifest = files.remove(".claude-plugin/plugin.json").unwrap();
        assert!(manifest.starts_with("{\"description\""), "{manifest}");
        let shown: Vec<String> = files.iter().map(|(name, text)| format!("== {name}\n{text}")).collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
