//! What a person finds at Claude Code's own prompt. A skill of `~/.claude/skills` is a slash command, too: `/dive the cache`
//! sends its text and what stands behind the name. Pure. Measured with 2.1.197.

use std::collections::BTreeMap;

use super::plugin::{agent_file, skill_file};
use crate::provider::bundle::Bundle;
use crate::provider::front::{AssetError, quoted};
use crate::provider::names::Names;
use crate::provider::skill::Skill;

const NAMES: Names = Names { skill: "", subagent: "samocode-" };

/// The files for `~/.claude`.
pub(crate) fn home(bundle: &Bundle) -> Result<BTreeMap<String, String>, AssetError> {
    let mut files = BTreeMap::new();
    for agent in &bundle.subagents {
        let name = format!("{}{}", NAMES.subagent, agent.name);
        files.insert(format!("agents/{name}.md"), agent_file(&name, agent, &[], NAMES)?);
    }
    for skill in &bundle.skills {
        files.insert(format!("skills/{}/SKILL.md", skill.name), skill_file(skill, &call(skill), NAMES)?);
    }
    Ok(files)
}

/// How it is called: by its slash command, or by the model alone.
fn call(skill: &Skill) -> String {
    match &skill.arguments {
        Some(hint) => format!("argument-hint: {}\n", quoted(hint)),
        None => "user-invocable: false\n".to_owned(),
    }
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
