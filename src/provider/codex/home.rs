//! What a person finds at Codex's own prompt. Codex has no slash commands of a person's own: a skill is called by `$dive the
//! cache`, in its terminal and in `codex exec`; its text is then sent behind the person's. Pure. Measured with 0.169.0.

use std::collections::BTreeMap;

use crate::provider::agent::Agent;
use crate::provider::bundle::Bundle;
use crate::provider::front::{AssetError, quoted, toml_block};
use crate::provider::names::Names;
use crate::provider::skill::Skill;

const NAMES: Names = Names { skill: "", subagent: "samocode-" };

/// The files for `~/.codex`.
pub(crate) fn home(bundle: &Bundle) -> Result<BTreeMap<String, String>, AssetError> {
    let mut files = BTreeMap::new();
    for agent in &bundle.subagents {
        let name = format!("{}{}", NAMES.subagent, agent.name);
        files.insert(format!("agents/{name}.toml"), agent_file(&name, agent)?);
    }
    for skill in &bundle.skills {
        files.insert(format!("skills/{}/SKILL.md", skill.name), skill_file(skill)?);
    }
    Ok(files)
}

fn agent_file(name: &str, agent: &Agent) -> Result<String, AssetError> {
    Ok(format!(
        "name = {}\ndescription = {}\ndeveloper_instructions = {}\n",
        quoted(name),
        quoted(&agent.description),
        toml_block(&NAMES.put_into(&agent.name, &agent.text)?),
    ))
}

fn skill_file(skill: &Skill) -> Result<String, AssetError> {
    Ok(format!(
        "---\nname: {}\ndescription: {}\n---\n\n{}\n",
        skill.name,
        quoted(&skill.description),
        NAMES.put_into(&skill.name, &skill.text)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::home::sample;

    #[test]
    fn its_files() {
        let files = home(&sample::bundle()).unwrap();
        insta::assert_snapshot!(sample::shown(&files));
        let read: toml::Table = files["agents/samocode-architect.toml"].parse().unwrap();
        assert_eq!(read["developer_instructions"].as_str(), Some("Look.\n\nMind \\ and \"\"\".\n"));
    }
}
