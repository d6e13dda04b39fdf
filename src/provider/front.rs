//! The front matter of an asset: plain `key: value` lines between two lines `---`, then the text.
//!
//! Pure; [`super::agent`] and [`super::skill`] say which keys there are.

use std::fmt::Write;

use thiserror::Error;

/// Why an asset cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AssetError {
    /// The text does not begin with a block between two lines `---`.
    #[error("an asset must start with a front matter between two lines `---`")]
    NoFrontMatter,
    /// A line of the front matter is not `key: value`.
    #[error("line {line} of the front matter is not `key: value`: `{text}`")]
    NotAField {
        /// Line number in the asset, from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A key that there is not, most likely a misspelt one.
    #[error("`{key}` is not a front matter key; known are {known}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that there are.
        known: String,
    },
    /// A key that is needed is absent or empty.
    #[error("the front matter has no `{0}`")]
    Missing(&'static str),
    /// The front matter is followed by nothing.
    #[error("`{0}` has no text")]
    NoText(String),
    /// A text or a list names what there is not.
    #[error("`{name}` of `{asset}` is no {kind} that there is")]
    Unknown {
        /// The asset that names it.
        asset: String,
        /// What it should be: `skill` or `sub-agent`.
        kind: &'static str,
        /// The name.
        name: String,
    },
}

/// An asset, cut into its fields and its text.
#[derive(Debug)]
pub(super) struct Front {
    fields: Vec<(&'static str, String)>,
    /// What follows the front matter, trimmed.
    pub(super) text: String,
}

impl Front {
    /// Reads an asset whose front matter may have these keys.
    pub(super) fn parse(source: &str, keys: &[&'static str]) -> Result<Self, AssetError> {
        let source = source.replace("\r\n", "\n");
        let rest = source.strip_prefix("---\n").ok_or(AssetError::NoFrontMatter)?;
        let (front, text) = rest.split_once("\n---\n").ok_or(AssetError::NoFrontMatter)?;
        let mut fields = Vec::new();
        for (index, line) in front.lines().enumerate() {
            let Some((key, value)) = line.split_once(':') else {
                return Err(AssetError::NotAField { line: index + 2, text: line.to_owned() });
            };
            let Some(known) = keys.iter().find(|known| **known == key.trim()) else {
                return Err(AssetError::UnknownKey { key: key.trim().to_owned(), known: keys.join(", ") });
            };
            fields.push((*known, unquoted(value.trim()).to_owned()));
        }
        Ok(Self { fields, text: text.trim().to_owned() })
    }

    /// A field's value; empty where there is none.
    pub(super) fn field(&self, key: &str) -> String {
        let found = self.fields.iter().find(|(known, _)| *known == key);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// A field's value, which must be there.
    pub(super) fn needed(&self, key: &'static str) -> Result<String, AssetError> {
        Some(self.field(key)).filter(|value| !value.is_empty()).ok_or(AssetError::Missing(key))
    }

    /// The items of a list with commas.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        let items = self.field(key);
        items.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// The text, which must be there.
    pub(super) fn text_of(&self, name: &str) -> Result<String, AssetError> {
        if self.text.is_empty() { Err(AssetError::NoText(name.to_owned())) } else { Ok(self.text.clone()) }
    }
}

/// `value` without the pair of double quotes around it.
fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

/// A text as a value of YAML: a JSON string is one, so nothing in it can end the field early.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text as a value of TOML that a person can read: in several lines, with a line break at its end.
pub(super) fn toml_block(text: &str) -> String {
    let mut block = "\"\"\"\n".to_owned();
    for letter in text.replace('\\', r"\\").replace(r#"""""#, r#"""\""#).chars() {
        if letter.is_control() && !matches!(letter, '\n' | '\t') {
            // Writing to a String cannot fail.
            let _ = write!(block, "\\u{:04x}", u32::from(letter));
        } else {
            block.push(letter);
        }
    }
    block.push_str("\n\"\"\"");
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_from_a_block_of_toml() {
        for text in ["plain", "a\n\tb", "\\ and \"\"\" and \"\"\"\"\"\"\"", "\u{1}\r\n\u{7f}é🦀", "\"", ""]
        {
            let table: toml::Table = format!("text = {}", toml_block(text)).parse().unwrap();
            assert_eq!(table["text"].as_str(), Some(format!("{text}\n").as_str()));
        }
    }
}
