//! One phase agent: the front matter of its asset, read and written by one pure pair of functions.
//!
//! Never touches a file: [`super::bundle`] embeds the assets, `plugin.rs` writes them out.

use thiserror::Error;

/// A phase agent, as its asset describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Name within the plugin, e.g. `planning`.
    pub name: String,
    /// When the agent is used, in one line.
    pub description: String,
    /// Tools the agent needs, and no others.
    pub tools: Vec<String>,
    /// The agent's own text, which becomes the system prompt.
    pub text: String,
}

/// Why an agent's asset cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AgentError {
    /// The text does not begin with a block between two lines `---`.
    #[error("an agent's text must start with a front matter between two lines `---`")]
    NoFrontMatter,
    /// A line of the front matter is not `key: value`.
    #[error("line {line} of the front matter is not `key: value`: `{text}`")]
    NotAField {
        /// Line number in the asset, from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A key that no agent has, most likely a misspelt one.
    #[error("`{0}` is not a front matter key; known are `name`, `description` and `tools`")]
    UnknownKey(String),
    /// A key that every agent needs is absent or empty.
    #[error("the front matter has no `{0}`")]
    Missing(&'static str),
    /// The front matter is followed by nothing.
    #[error("the agent `{0}` has no text")]
    NoText(String),
}

impl Agent {
    /// Reads an asset: a front matter of plain one-line fields, then the text.
    ///
    /// # Errors
    /// Fails when the front matter is absent, incomplete or holds anything unknown, or when no text follows.
    pub fn parse(source: &str) -> Result<Self, AgentError> {
        let source = source.replace("\r\n", "\n");
        let rest = source.strip_prefix("---\n").ok_or(AgentError::NoFrontMatter)?;
        let (front, text) = rest.split_once("\n---\n").ok_or(AgentError::NoFrontMatter)?;

        let (mut name, mut description, mut tools) = (String::new(), String::new(), Vec::new());
        for (index, line) in front.lines().enumerate() {
            let Some((key, value)) = line.split_once(':') else {
                return Err(AgentError::NotAField { line: index + 2, text: line.to_owned() });
            };
            let value = unquoted(value.trim());
            match key.trim() {
                "name" => name = value.to_owned(),
                "description" => description = value.to_owned(),
                "tools" => tools = tool_list(value),
                unknown => return Err(AgentError::UnknownKey(unknown.to_owned())),
            }
        }

        if name.is_empty() {
            return Err(AgentError::Missing("name"));
        }
        if description.is_empty() {
            return Err(AgentError::Missing("description"));
        }
        if tools.is_empty() {
            return Err(AgentError::Missing("tools"));
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(AgentError::NoText(name));
        }
        Ok(Self { name, description, tools, text: text.to_owned() })
    }

    /// The file that Claude Code reads, with `extra_tools` after the agent's own, each tool once.
    pub fn render(&self, extra_tools: &[String]) -> String {
        let mut tools: Vec<&str> = Vec::new();
        for tool in self.tools.iter().chain(extra_tools) {
            if !tools.contains(&tool.as_str()) {
                tools.push(tool);
            }
        }
        // A JSON string is a valid YAML one, so no description can end the field early.
        let description = serde_json::Value::from(self.description.as_str());
        format!(
            "---\nname: {}\ndescription: {description}\ntools: {}\n---\n\n{}\n",
            self.name,
            tools.join(", "),
            self.text,
        )
    }
}

/// The tools of a list with commas.
fn tool_list(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|tool| !tool.is_empty()).map(str::to_owned).collect()
}

/// `value` without the pair of double quotes around it.
fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
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
        insta::assert_snapshot!(agent.render(&extra), @r#"
        ---
        name: planning
        description: "Use when requirements stand: plans."
        tools: Read, Write, WebFetch
        ---

        Plan it.

        ---

        More.
        "#);
    }

    #[test]
    fn what_it_renders_it_reads_again() {
        let agent = Agent::parse(PLANNING).unwrap();
        assert_eq!(Agent::parse(&agent.render(&[])).unwrap(), agent);
    }

    #[test]
    fn names_what_is_wrong() {
        let of = |source: &str| Agent::parse(source).unwrap_err();
        assert_eq!(of("Plan it."), AgentError::NoFrontMatter);
        assert_eq!(of("---\nname: a\n"), AgentError::NoFrontMatter);
        assert_eq!(of("---\nname: a\ndescription: b\n---\nx"), AgentError::Missing("tools"));
        assert_eq!(of("---\nname: a\nmodel: b\n---\nx"), AgentError::UnknownKey("model".into()));
        assert_eq!(
            of("---\nname: a\nhello\n---\nx"),
            AgentError::NotAField { line: 3, text: "hello".into() }
        );
        assert_eq!(of("---\nname: a\ndescription: b\ntools: Read\n---\n\n"), AgentError::NoText("a".into()));
    }
}
