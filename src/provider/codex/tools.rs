//! What of Codex's tools a phase's agent is offered, by the names of its `tools` and of `<PHASE>_TOOLS`. Pure.
//!
//! Codex has no list of tools to choose from: most work goes through its shell, which is always there, and the rest is
//! switched on and off by its settings.

use crate::provider::ProviderError;

/// Names of what the shell does: those of Claude Code, which the assets use, and Codex's own.
const SHELL: [&str; 11] = [
    "Bash",
    "Read",
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "Glob",
    "Grep",
    "LS",
    "exec_command",
    "apply_patch",
];

/// What can be switched on, for the words of an error.
const KNOWN: &str =
    "Agent, Skill, TodoWrite, WebFetch, WebSearch, apps, image_generation, mcp__<server>, view_image";

/// What an agent is offered beside the shell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offer {
    agents: bool,
    skills: bool,
    web: bool,
    plan: bool,
    view_image: bool,
    image_generation: bool,
    apps: bool,
    /// Names of MCP servers, each with all its tools.
    servers: Vec<String>,
}

impl Offer {
    /// What these tools mean.
    ///
    /// # Errors
    /// Names the first one that Codex has no counterpart for.
    pub(super) fn of(tools: &[&str]) -> Result<Self, ProviderError> {
        let mut offer = Self::default();
        for tool in tools {
            match *tool {
                "Agent" | "Task" | "spawn_agent" => offer.agents = true,
                "Skill" => offer.skills = true,
                "WebFetch" | "WebSearch" | "web_search" => offer.web = true,
                "TodoWrite" | "update_plan" => offer.plan = true,
                "view_image" => offer.view_image = true,
                "image_generation" => offer.image_generation = true,
                "apps" => offer.apps = true,
                tool if SHELL.contains(&tool) => {}
                tool => {
                    let server = tool.strip_prefix("mcp__").and_then(|server| server.split("__").next());
                    let server = server.ok_or_else(|| ProviderError::UnknownTool {
                        tool: tool.to_owned(),
                        cli: "Codex",
                        known: KNOWN,
                    })?;
                    offer.servers.push(server.to_owned());
                }
            }
        }
        Ok(offer)
    }

    /// The settings for it, where the person has set up these MCP servers.
    pub(super) fn settings(&self, servers: &[String]) -> Vec<String> {
        let switches = [
            // Without it the default model is offered sub-agents whatever `features.multi_agent` says.
            ("agents.enabled", self.agents),
            ("skills.include_instructions", self.skills),
            ("tools.update_plan.enabled", self.plan),
            ("features.view_image", self.view_image),
            ("features.image_generation", self.image_generation),
            ("features.apps", self.apps),
        ];
        let web = if self.web { "live" } else { "disabled" };
        let unwanted = servers.iter().filter(|server| !self.servers.contains(server));
        switches
            .into_iter()
            .map(|(name, on)| format!("{name}={on}"))
            .chain([format!("web_search=\"{web}\"")])
            .chain(unwanted.map(|server| format!("mcp_servers.{server}.enabled=false")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(tools: &[&str]) -> Vec<String> {
        let settings = Offer::of(tools).unwrap().settings(&["db".into(), "web".into()]);
        settings
            .into_iter()
            .filter(|setting| !setting.ends_with("=false") && !setting.ends_with("disabled\""))
            .collect()
    }

    #[test]
    fn an_agent_is_offered_what_it_names_and_no_more() {
        assert!(on(&["Read", "Write", "Edit", "Bash", "Glob", "Grep"]).is_empty());
        assert_eq!(on(&["Bash", "Agent"]), ["agents.enabled=true"]);
        assert_eq!(on(&["Bash", "Skill"]), ["skills.include_instructions=true"]);
        assert_eq!(on(&["Bash", "WebFetch", "WebSearch"]), ["web_search=\"live\""]);
        assert_eq!(on(&["view_image"]), ["features.view_image=true"]);
    }

    #[test]
    fn a_server_of_the_persons_stays_on_where_it_or_a_tool_of_it_is_named() {
        let off = |tools: &[&str]| {
            let settings = Offer::of(tools).unwrap().settings(&["db".into(), "web".into()]);
            settings.into_iter().filter(|setting| setting.starts_with("mcp_servers.")).collect::<Vec<_>>()
        };
        assert_eq!(off(&[]), ["mcp_servers.db.enabled=false", "mcp_servers.web.enabled=false"]);
        assert_eq!(off(&["mcp__db__query"]), ["mcp_servers.web.enabled=false"]);
        assert_eq!(off(&["mcp__db", "mcp__web"]), [""; 0]);
    }

    #[test]
    fn a_tool_that_codex_does_not_have_is_named_with_those_that_it_has() {
        let error = Offer::of(&["Bash", "ExitPlanMode"]).unwrap_err().to_string();
        assert!(error.contains("`ExitPlanMode`") && error.contains("WebSearch"), "{error}");
    }
}
