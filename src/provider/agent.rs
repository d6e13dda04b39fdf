//! One agent, of a phase or one that another starts: what its asset says, without the form of any CLI.
//!
//! Never touches a file: [`super::bundle`] embeds the assets, each provider's renderer gives them its form.

use super::front::{AssetError, Front};

const KEYS: [&str; 5] = ["name", "description", "tools", "skills", "subagents"];

/// An agent, as its asset describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Name within the bundle, e.g. `planning`.
    pub name: String,
    /// When the agent is used, in one line.
    pub description: String,
    /// Tools the agent needs, and no others, by Claude Code's names.
    pub tools: Vec<String>,
    /// Names of the skills that it uses.
    pub skills: Vec<String>,
    /// Names of the sub-agents that it starts by itself; those of its skills come beside them.
    pub subagents: Vec<String>,
    /// The agent's own text, in which `{{skill:dive}}` and `{{subagent:architect}}` stand for names.
    pub text: String,
}

impl Agent {
    /// Reads an asset: a front matter of plain one-line fields, then the text.
    ///
    /// # Errors
    /// Fails when the front matter is absent, incomplete or holds anything unknown, or when no text follows.
    pub fn parse(source: &str) -> Result<Self, AssetError> {
        let front = Front::parse(source, &KEYS)?;
        let name = front.needed("name")?;
        let description = front.needed("description")?;
        front.needed("tools")?;
        let text = front.text_of(&name)?;
        Ok(Self {
            description,
            tools: front.list("tools"),
            skills: front.list("skills"),
            subagents: front.list("subagents"),
            text,
            name,
        })
    }

    /// The agent's tools, then `extra`, each once.
    pub fn tools_with<'a>(&'a self, extra: &'a [String]) -> Vec<&'a str> {
        let mut tools: Vec<&str> = Vec::new();
        for tool in self.tools.iter().chain(extra) {
            if !tools.contains(&tool.as_str()) {
                tools.push(tool);
            }
        }
        tools
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANNING: &str = "---\nname: planning\ndescription: Use when requirements stand: plans.\ntools: Read, Write\n---\n\nPlan it.\n\n---\n\nMore.\n";

    #[test]
    fn reads_fields_and_keeps_the_text_with_its_own_rules() {
        let agent = Agent::parse(PLANNING).unwrap();
        assert_eq!(agent.name, "planning");
        assert_eq!(agent.description, "Use when requirements stand: plans.");
        assert_eq!(agent.tools, ["Read", "Write"]);
        assert!(agent.skills.is_empty() && agent.subagents.is_empty());
        assert_eq!(agent.text, "Plan it.\n\n---\n\nMore.");
    }

    #[test]
    fn reads_carriage_returns_as_it_reads_none() {
        assert_eq!(Agent::parse(&PLANNING.replace('\n', "\r\n")), Agent::parse(PLANNING));
    }

    #[test]
    fn adds_extra_tools_once() {
        let agent = Agent::parse(PLANNING).unwrap();
        let extra = ["WebFetch".to_owned(), "Read".to_owned()];
        assert_eq!(agent.tools_with(&extra), ["Read", "Write", "WebFetch"]);
    }

    #[test]
    fn names_what_is_wrong() {
        let of = |source: &str| Agent::parse(source).unwrap_err();
        assert_eq!(of("Plan it."), AssetError::NoFrontMatter);
        assert_eq!(of("---\nname: a\n"), AssetError::NoFrontMatter);
        assert_eq!(of("---\nname: a\ndescription: b\n---\nx"), AssetError::Missing("tools"));
        let AssetError::UnknownKey { key, known } = of("---\nname: a\nmodel: b\n---\nx") else {
            panic!("the key is not one of an agent's");
        };
        assert_eq!((key.as_str(), known.as_str()), ("model", "name, description, tools, skills, subagents"));
        assert_eq!(
            of("---\nname: a\nhello\n---\nx"),
            AssetError::NotAField { line: 3, text: "hello".into() }
        );
        assert_eq!(of("---\nname: a\ndescription: b\ntools: Read\n---\n\n"), AssetError::NoText("a".into()));
    }
}
