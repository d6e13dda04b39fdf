//! One skill: a move that an agent makes, and that a person can call by name. Without the form of any CLI.
//!
//! Never touches a file: [`super::bundle`] embeds the assets.

use super::front::{AssetError, Front};

const KEYS: [&str; 4] = ["name", "description", "arguments", "subagents"];

/// A skill, as its asset describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// Name within the bundle, e.g. `dive`.
    pub name: String,
    /// What it makes and when it is used, in one line.
    pub description: String,
    /// What a person writes behind its slash command, e.g. `<topic>`; none where it is no command.
    pub arguments: Option<String>,
    /// Names of the sub-agents that it starts.
    pub subagents: Vec<String>,
    /// The skill's own text, in which `{{skill:dive}}` and `{{subagent:architect}}` stand for names.
    pub text: String,
}

impl Skill {
    /// Reads an asset: a front matter of plain one-line fields, then the text.
    ///
    /// # Errors
    /// As [`super::agent::Agent::parse`].
    pub fn parse(source: &str) -> Result<Self, AssetError> {
        let front = Front::parse(source, &KEYS)?;
        let name = front.needed("name")?;
        let description = front.needed("description")?;
        let text = front.text_of(&name)?;
        Ok(Self {
            description,
            arguments: Some(front.field("arguments")).filter(|hint| !hint.is_empty()),
            subagents: front.list("subagents"),
            text,
            name,
        })
    }

    /// Whether a person can call it by a slash command.
    pub fn is_command(&self) -> bool {
        self.arguments.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_command_where_it_says_what_comes_behind() {
        let skill = |more: &str| {
            Skill::parse(&format!("---\nname: dive\ndescription: Use when unknown.\n{more}---\nDive.\n"))
                .unwrap()
        };
        assert!(!skill("").is_command());
        assert_eq!(skill("arguments: <topic>\n").arguments.as_deref(), Some("<topic>"));
        assert_eq!(skill("subagents: a, b\n").subagents, ["a", "b"]);
    }
}
