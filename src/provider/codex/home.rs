//! What a person finds at Codex's own prompt. Codex has no slash commands of a person's own: a skill is called by `$dive the
//! cache`, in its terminal and in `codex exec`; its text is then sent behind the person's. Pure. Measured with 0.169.0.

use std::collections::BTreeMap;

use super::form::{agent_file, skill_file};
use crate::provider::bundle::Bundle;
use crate::provider::front::AssetError;
use crate::provider::names::Names;

const NAMES: Names = Names { skill: "", subagent: "samocode-" };

/// The files for `~/.codex`.
pub(crate) fn home(bundle: &Bundle) -> Result<BTreeMap<String, String>, AssetError> {
    let agents = bundle.subagents.iter().map(|agent| {
        Ok((format!("agents/{}{}.toml", NAMES.subagent, agent.name), agent_file(agent, NAMES)?))
    });
    let skills = bundle.skills.iter().map(|skill| {
        Ok((format!("skills/{}{}/SKILL.md", NAMES.skill, skill.name), skill_file(skill, NAMES)?))
    });
    agents.chain(skills).collect()
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
