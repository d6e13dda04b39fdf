//! What a person finds at Gemini's own prompt. Pure. Measured with 0.61.0.
//!
//! In its terminal a skill is a slash command of its name, which only asks for the skill's text; without a terminal it is
//! none. So each command is a file of its own, `/dive the cache`, which sends the text at once, and then what was typed. A
//! command and a skill of one name would get other names both (`/user.dive`, `/dive1`), hence the skills' prefix.

use std::collections::BTreeMap;

use super::form::agent_text;
use crate::provider::agent::Agent;
use crate::provider::bundle::Bundle;
use crate::provider::front::{AssetError, quoted, toml_block};
use crate::provider::names::Names;
use crate::provider::skill::Skill;

const NAMES: Names = Names { skill: "samocode-", subagent: "samocode-" };

/// The files for `~/.gemini`.
pub(crate) fn home(bundle: &Bundle) -> Result<BTreeMap<String, String>, AssetError> {
    let mut files = BTreeMap::new();
    for agent in &bundle.subagents {
        let name = format!("{}{}", NAMES.subagent, agent.name);
        files.insert(format!("agents/{name}.md"), agent_file(&name, agent)?);
    }
    for skill in &bundle.skills {
        let name = format!("{}{}", NAMES.skill, skill.name);
        let text = NAMES.put_into(&skill.name, &skill.text)?;
        if let Some(hint) = &skill.arguments {
            files.insert(format!("commands/{}.toml", skill.name), command_file(skill, hint, &text));
        }
        files.insert(format!("skills/{name}/SKILL.md"), skill_file(&name, skill, &text));
    }
    Ok(files)
}

fn agent_file(name: &str, agent: &Agent) -> Result<String, AssetError> {
    Ok(format!(
        "---\nname: {name}\ndescription: {}\n---\n\n{}\n",
        quoted(&agent.description),
        agent_text(&NAMES.put_into(&agent.name, &agent.text)?),
    ))
}

/// There is no field for the hint.
fn command_file(skill: &Skill, hint: &str, text: &str) -> String {
    let description = quoted(&format!("{hint}: {}", skill.description));
    format!("description = {description}\nprompt = {}\n", toml_block(text))
}

fn skill_file(name: &str, skill: &Skill, text: &str) -> String {
    format!("---\nname: {name}\ndescription: {}\n---\n\n{text}\n", quoted(&skill.description))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::home::sample;

    #[test]
    fn its_files() {
        insta::assert_snapshot!(sample::shown(&home(&sample::bundle()).unwrap()));
    }
}
