//! The prompt texts that are part of the program.
//!
//! Everything is embedded at build time; nothing is read at run time.

use super::ProviderError;
use super::agent::{Agent, AgentError};

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

/// The phase agents, in the order of the `full` workflow.
///
/// # Errors
/// Fails when an asset's front matter is wrong, which a test rules out for the embedded ones.
pub fn agents() -> Result<Vec<Agent>, AgentError> {
    AGENTS.iter().map(|source| Agent::parse(source)).collect()
}

/// Checks that every agent that a workflow names is one of these.
///
/// # Errors
/// Names the first one that is not, with those that are.
pub fn check_agents<'a>(named: impl IntoIterator<Item = &'a str>) -> Result<(), ProviderError> {
    let known: Vec<String> = agents()?.into_iter().map(|agent| agent.name).collect();
    match named.into_iter().find(|agent| !known.iter().any(|name| name == agent)) {
        None => Ok(()),
        Some(agent) => Err(ProviderError::UnknownAgent { agent: agent.to_owned(), known }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phase_with_an_agent_has_its_asset() {
        let names: Vec<String> = agents().unwrap().into_iter().map(|agent| agent.name).collect();
        assert_eq!(
            names,
            ["investigation", "requirements", "planning", "implementation", "testing", "quality", "done"]
        );
    }

    #[test]
    fn every_agent_can_write_its_signal_and_run_a_command() {
        for agent in agents().unwrap() {
            for tool in ["Write", "Bash"] {
                assert!(agent.tools.iter().any(|named| named == tool), "{} lacks {tool}", agent.name);
            }
        }
    }
}
