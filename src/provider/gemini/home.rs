//! What a person finds at Gemini's own prompt. Pure. Measured with 0.61.0.
//!
//! In its terminal a skill is a slash command of its name, which only asks for the skill's text; without a terminal it is
//! none. So each command is a file of its own, `/dive the cache`, which sends the text at once, and then what was typed. A
//! command and a skill of one name would get other names both (`/user.dive`, `/dive1`), hence the skills' prefix.

use std::collections::BTreeMap;

use super::form::{NAMES, agent_file, skill_file};
use crate::provider::bundle::Bundle;
use crate::provider::front::{AssetError, quoted, toml_block};
use crate::provider::skill::Skill;

/// The files for `~/.gemini`.
pub(crate) fn home(bundle: &Bundle) -> Result<BTreeMap<String, String>, AssetError> {
    let mut files = BTreeMap::new();
    for agent in &bundle.subagents {
        files.insert(format!("agents/{}{}.md", NAMES.subagent, agent.name), agent_file(agent)?);
    }
    for skill in &bundle.skills {
        if let Some(hint) = &skill.arguments {
            files.insert(format!("commands/{}.toml", skill.name), command_file(skill, hint)?);
        }
        files.insert(format!("skills/{}{}/SKILL.md", NAMES.skill, skill.name), skill_file(skill)?);
    }
    Ok(files)
}

/// There is no field for the hint.
fn command_file(skill: &Skill, hint: &str) -> Result<String, AssetError> {
    let description = quoted(&format!("{hint}: {}", skill.description));
    let text = NAMES.put_into(&skill.name, &skill.text)?;
    Ok(format!("description = {description}\nprompt = {}\n", toml_block(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::home::sample;

    #[test]
    fn its_files() {
        insta::assert_snapshot!(sample::shown(&home(&sample::bundle()).unwrap()));
    }

    #[test]
    fn every_command_of_the_bundle_reads_back_as_its_skills_text() {
        let bundle = Bundle::embedded().unwrap();
        let files = home(&bundle).unwrap();
        for skill in bundle.skills.iter().filter(|skill| skill.is_command()) {
            let read: toml::Table = files[&format!("commands/{}.toml", skill.name)].parse().unwrap();
            let text = NAMES.put_into(&skill.name, &skill.text).unwrap();
            assert_eq!(read["prompt"].as_str(), Some(format!("{text}\n").as_str()), "{}", skill.name);
        }
    }
}
