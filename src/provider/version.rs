//! Which version of a CLI samocode needs, and which one a program says it is. Pure: whoever calls runs the program.

use std::fmt;
use std::path::Path;

use super::{Provider, ProviderError, claude, codex, gemini};

/// A version of a CLI. What follows the three numbers is not looked at: a preview has what its release has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Version {
    /// That version.
    #[must_use]
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self { major, minor, patch }
    }

    /// The first word of a text that is a version: `2.1.197 (Claude Code)`, `codex-cli 0.169.0`, `v0.61.0-preview.1`.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::read)
    }

    fn read(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word).split(['-', '+']).next()?;
        let mut numbers = word.split('.').map(str::parse);
        let version = Self::new(numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What samocode needs of a CLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// The CLI as people call it.
    pub cli: &'static str,
    /// The oldest version that has all of it, as far as that is known.
    pub least: Version,
    /// The version that the adapter was measured with.
    pub measured: Version,
    /// Of the flags that it is started with those that its `--help` names.
    pub flags: &'static [&'static str],
    /// How to update it.
    pub update: &'static str,
    /// The setting that names the program.
    pub key: &'static str,
}

impl Provider {
    /// What samocode needs of the CLI; none where it is samocode itself.
    #[must_use]
    pub fn needed(&self) -> Option<&'static Needed> {
        match self {
            Self::Claude(_) => Some(&claude::NEEDED),
            Self::Codex(_) => Some(&codex::NEEDED),
            Self::Gemini(_) => Some(&gemini::NEEDED),
            Self::Demo(_) => None,
        }
    }
}

impl Needed {
    /// Refuses a version that is too old.
    ///
    /// # Errors
    /// With the version seen, the one needed, and how to update.
    pub fn allow(&'static self, seen: Version, program: &Path) -> Result<(), ProviderError> {
        if seen >= self.least {
            return Ok(());
        }
        Err(ProviderError::TooOld { needed: self, seen, path: program.to_owned() })
    }

    /// The flags that a `--help` does not name.
    #[must_use]
    pub fn missing(&self, help: &str) -> Vec<&'static str> {
        let named = |flag: &&str| {
            help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == *flag)
        };
        self.flags.iter().copied().filter(|flag| !named(flag)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static NEEDED: &Needed = &claude::NEEDED;

    #[test]
    fn a_version_is_read_as_each_cli_says_it() {
        for (text, version) in [
            ("2.1.197 (Claude Code)\n", Some(Version::new(2, 1, 197))),
            ("codex-cli 0.169.0\n", Some(Version::new(0, 169, 0))),
            ("0.61.0", Some(Version::new(0, 61, 0))),
            ("WARNING: /tmp/1.2.3/x\nv0.62.0-nightly.20261101", Some(Version::new(0, 62, 0))),
            ("1.2", None),
            ("1.2.3.4", None),
            ("no version", None),
            ("", None),
        ] {
            assert_eq!(Version::find(text), version, "{text}");
        }
    }

    #[test]
    fn too_old_is_told_from_old_enough_by_numbers() {
        let path = Path::new("/bin/claude");
        let old = NEEDED.allow(Version::new(2, 0, 76), path).unwrap_err().to_string();
        insta::assert_snapshot!(old, @"Claude Code 2.0.76 at /bin/claude is too old: samocode needs 2.1.5 or later; update it with `npm install -g @anthropic-ai/claude-code@latest`, or set `CLAUDE_PATH` to a newer one");
        for seen in [NEEDED.least, NEEDED.measured, Version::new(10, 0, 0)] {
            assert!(NEEDED.allow(seen, path).is_ok(), "{seen}");
        }
    }

    #[test]
    fn a_flag_is_missing_unless_help_has_it_as_a_word() {
        let help = "  -p, --print   \n  --agent <agent>  x\n  --plugin-dir <path>\n --output-format <f>, --verbose --model";
        let missing = NEEDED.missing(help);
        assert_eq!(missing, ["--dangerously-skip-permissions", "--tools"]);
        assert!(NEEDED.missing("--agents --tools-x").contains(&"--agent"));
    }
}
