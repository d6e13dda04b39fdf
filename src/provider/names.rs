//! What a CLI calls samocode's skills and sub-agents, put in the place of the assets' own words for them.

use super::front::AssetError;

/// How a CLI, or a place in it, names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Names {
    /// Goes before a skill's name, e.g. `samocode:`; nothing for skills that a person installed.
    pub(super) skill: &'static str,
    /// Goes before a sub-agent's name.
    pub(super) subagent: &'static str,
}

impl Names {
    /// `text` of `asset` with names in the place of `{{skill:…}}` and `{{subagent:…}}`.
    ///
    /// # Errors
    /// Names a mark that is none of these.
    pub(super) fn put_into(self, asset: &str, text: &str) -> Result<String, AssetError> {
        let mut made = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let unknown = || AssetError::Unknown {
                asset: asset.to_owned(),
                kind: "mark",
                name: after.chars().take(40).collect(),
            };
            let (mark, after_mark) = after.split_once("}}").ok_or_else(unknown)?;
            let (prefix, name) = match mark.split_once(':') {
                Some(("skill", name)) => (self.skill, name),
                Some(("subagent", name)) => (self.subagent, name),
                _ => return Err(unknown()),
            };
            made.push_str(before);
            made.push_str(prefix);
            made.push_str(name);
            rest = after_mark;
        }
        made.push_str(rest);
        Ok(made)
    }
}

/// The names that the marks of `text` stand for: `("skill", "dive")`.
pub(super) fn marks(text: &str) -> Vec<(&str, &str)> {
    text.split("{{").skip(1).filter_map(|piece| piece.split_once("}}")?.0.split_once(':')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names = Names { skill: "samocode:", subagent: "samocode-" };

    #[test]
    fn names_take_the_place_of_marks() {
        let text = "Use {{skill:dive}}, then start {{subagent:architect}}.";
        let made = NAMES.put_into("x", text).unwrap();
        assert_eq!(made, "Use samocode:dive, then start samocode-architect.");
        assert_eq!(marks(text), [("skill", "dive"), ("subagent", "architect")]);
    }

    #[test]
    fn a_mark_that_there_is_not_is_named_with_its_asset() {
        for text in ["{{tool:Bash}}", "{{skill}}", "{{skill:dive"] {
            let error = NAMES.put_into("planning", text).unwrap_err().to_string();
            assert!(error.contains("planning") && error.contains(text.trim_matches(['{', '}'])), "{error}");
        }
    }
}
