//! The prompt texts that are part of the program: rules, agents and skills, each written once.
//!
//! Everything is embedded at build time; nothing is read at run time. Each provider's renderer gives them its CLI's form.

use super::ProviderError;
use super::agent::Agent;
use super::front::AssetError;
use super::names;
use super::skill::Skill;

/// The workflow rules that every phase agent works by.
pub const RULES: &str = include_str!("../../assets/rules.md");

/// The phase agents' assets, in the order of the `full` workflow.
const AGENTS: [&str; 7] = [
    include_str!("../../assets/agents/investigation.md"),
    include_str!("../../assets/agents/requirements.md"),
    include_str!("../../assets/agents/planning.md"),
    include_str!("../../assets/agents/implementation.md"),
    include_str!("../../assets/agents/testing.md"),
    include_str!("../../assets/agents/quality.md"),
    include_str!("../../assets/agents/done.md"),
];

/// The agents that others start.
const SUBAGENTS: [&str; 6] = [
    include_str!("../../assets/subagents/maintainer.md"),
    include_str!("../../assets/subagents/architect.md"),
    include_str!("../../assets/subagents/advocate.md"),
    include_str!("../../assets/subagents/verifier.md"),
    include_str!("../../assets/subagents/smallest-change.md"),
    include_str!("../../assets/subagents/clean-foundation.md"),
];

/// The skills, in the order of a task's way, then those about sessions.
const SKILLS: [&str; 16] = [
    include_str!("../../assets/skills/dive/SKILL.md"),
    include_str!("../../assets/skills/task/SKILL.md"),
    include_str!("../../assets/skills/create-plan/SKILL.md"),
    include_str!("../../assets/skills/do/SKILL.md"),
    include_str!("../../assets/skills/do2/SKILL.md"),
    include_str!("../../assets/skills/dop/SKILL.md"),
    include_str!("../../assets/skills/dop2/SKILL.md"),
    include_str!("../../assets/skills/testing/SKILL.md"),
    include_str!("../../assets/skills/cleanup/SKILL.md"),
    include_str!("../../assets/skills/multi-review/SKILL.md"),
    include_str!("../../assets/skills/summary/SKILL.md"),
    include_str!("../../assets/skills/session-start/SKILL.md"),
    include_str!("../../assets/skills/session-continue/SKILL.md"),
    include_str!("../../assets/skills/session-sync/SKILL.md"),
    include_str!("../../assets/skills/session-archive/SKILL.md"),
    include_str!("../../assets/skills/samocode-run/SKILL.md"),
];

/// All of samocode's agents and skills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The phase agents, in the order of the `full` workflow.
    pub agents: Vec<Agent>,
    /// The agents that phase agents and skills start.
    pub subagents: Vec<Agent>,
    /// The skills.
    pub skills: Vec<Skill>,
}

/// What one phase's run gets of the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection<'a> {
    /// The phase's agent.
    pub agent: &'a Agent,
    /// The sub-agents that it and its skills start, in the bundle's order.
    pub subagents: Vec<&'a Agent>,
    /// The skills that it uses and those that they use, in the bundle's order.
    pub skills: Vec<&'a Skill>,
}

impl Bundle {
    /// The embedded one.
    ///
    /// # Errors
    /// Fails when an asset's front matter is wrong, which a test rules out.
    pub fn embedded() -> Result<Self, AssetError> {
        Ok(Self {
            agents: AGENTS.iter().map(|source| Agent::parse(source)).collect::<Result<_, _>>()?,
            subagents: SUBAGENTS.iter().map(|source| Agent::parse(source)).collect::<Result<_, _>>()?,
            skills: SKILLS.iter().map(|source| Skill::parse(source)).collect::<Result<_, _>>()?,
        })
    }

    /// What a run of the phase agent `name` gets.
    ///
    /// # Errors
    /// When there is no such agent, or it names a skill or a sub-agent that there is not.
    pub fn select(&self, name: &str) -> Result<Selection<'_>, ProviderError> {
        let agent = self.agents.iter().find(|agent| agent.name == name).ok_or_else(|| self.unknown(name))?;
        let (mut skills, mut subagents): (Vec<&Skill>, Vec<&Agent>) = (Vec::new(), Vec::new());
        let mut wanted: Vec<(&str, &str)> =
            agent.skills.iter().map(|name| (agent.name.as_str(), name.as_str())).collect();
        while let Some((asset, name)) = wanted.pop() {
            let skill = self.skill(asset, name)?;
            if skills.iter().any(|known| known.name == name) {
                continue;
            }
            skills.push(skill);
            let used = names::marks(&skill.text).into_iter().filter(|(kind, _)| *kind == "skill");
            wanted.extend(used.map(|(_, name)| (skill.name.as_str(), name)));
        }
        let of_skills =
            skills.iter().flat_map(|skill| skill.subagents.iter().map(|name| (&skill.name, name)));
        for (asset, name) in agent.subagents.iter().map(|name| (&agent.name, name)).chain(of_skills) {
            let subagent = self.subagent(asset, name)?;
            if !subagents.iter().any(|known| known.name == *name) {
                subagents.push(subagent);
            }
        }
        skills.sort_by_key(|skill| self.skills.iter().position(|known| known.name == skill.name));
        subagents.sort_by_key(|agent| self.subagents.iter().position(|known| known.name == agent.name));
        Ok(Selection { agent, subagents, skills })
    }

    fn skill(&self, asset: &str, name: &str) -> Result<&Skill, AssetError> {
        let found = self.skills.iter().find(|skill| skill.name == name);
        found.ok_or_else(|| unknown_in(asset, "skill", name))
    }

    fn subagent(&self, asset: &str, name: &str) -> Result<&Agent, AssetError> {
        let found = self.subagents.iter().find(|agent| agent.name == name);
        found.ok_or_else(|| unknown_in(asset, "sub-agent", name))
    }

    fn unknown(&self, agent: &str) -> ProviderError {
        let known = self.agents.iter().map(|agent| agent.name.clone()).collect();
        ProviderError::UnknownAgent { agent: agent.to_owned(), known }
    }
}

fn unknown_in(asset: &str, kind: &'static str, name: &str) -> AssetError {
    AssetError::Unknown { asset: asset.to_owned(), kind, name: name.to_owned() }
}

/// Checks that every agent that a workflow names is one of these.
///
/// # Errors
/// Names the first one that is not, with those that are.
pub fn check_agents<'a>(named: impl IntoIterator<Item = &'a str>) -> Result<(), ProviderError> {
    let bundle = Bundle::embedded()?;
    match named.into_iter().find(|agent| !bundle.agents.iter().any(|known| known.name == *agent)) {
        None => Ok(()),
        Some(agent) => Err(bundle.unknown(agent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phase_with_an_agent_has_its_asset() {
        let names: Vec<String> =
            Bundle::embedded().unwrap().agents.into_iter().map(|agent| agent.name).collect();
        assert_eq!(
            names,
            ["investigation", "requirements", "planning", "implementation", "testing", "quality", "done"]
        );
    }

    #[test]
    fn every_agent_can_write_its_signal_and_run_a_command() {
        for agent in Bundle::embedded().unwrap().agents {
            for tool in ["Write", "Bash"] {
                assert!(agent.tools.iter().any(|named| named == tool), "{} lacks {tool}", agent.name);
            }
        }
    }

    /// What a text names it must also list, or a run would not get it.
    #[test]
    fn every_text_names_only_what_its_run_gets() {
        let bundle = Bundle::embedded().unwrap();
        for agent in &bundle.agents {
            let selection = bundle.select(&agent.name).unwrap();
            let texts = selection.skills.iter().map(|skill| &skill.text).chain([&agent.text]);
            for (kind, name) in texts.flat_map(|text| names::marks(text)) {
                let gets = match kind {
                    "skill" => selection.skills.iter().any(|skill| skill.name == name),
                    "subagent" => selection.subagents.iter().any(|agent| agent.name == name),
                    _ => false,
                };
                assert!(gets, "{} names the {kind} {name}, which its run does not get", agent.name);
            }
        }
        for skill in &bundle.skills {
            for (kind, name) in names::marks(&skill.text) {
                assert!(kind != "subagent" || skill.subagents.iter().any(|known| known == name), "{name}");
                assert!(kind != "skill" || bundle.skills.iter().any(|known| known.name == name), "{name}");
            }
        }
    }

    #[test]
    fn a_skill_brings_the_skills_and_sub_agents_that_it_uses() {
        let agent = |name: &str| Agent {
            name: name.into(),
            description: "d".into(),
            tools: vec!["Read".into()],
            skills: vec!["do".into()],
            subagents: Vec::new(),
            text: "t".into(),
        };
        let skill = |name: &str, text: &str, subagents: &[&str]| Skill {
            name: name.into(),
            description: "d".into(),
            arguments: None,
            subagents: subagents.iter().map(|name| (*name).to_owned()).collect(),
            text: text.into(),
        };
        let mut bundle = Bundle {
            agents: vec![agent("work")],
            subagents: vec![agent("other"), agent("helper")],
            skills: vec![skill("dive", "t", &[]), skill("do", "first {{skill:dive}}", &["helper"])],
        };
        let selection = bundle.select("work").unwrap();
        let names: Vec<&str> = selection.skills.iter().map(|skill| skill.name.as_str()).collect();
        assert_eq!((names, selection.subagents.len()), (vec!["dive", "do"], 1));
        bundle.skills.remove(0);
        let error = bundle.select("work").unwrap_err().to_string();
        assert_eq!(error, "`dive` of `do` is no skill that there is");
    }
}
