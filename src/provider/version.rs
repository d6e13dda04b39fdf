//! Which version of a CLI samocode needs, and which one a program says it is. Pure: the caller runs the program.

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

    /// The first word of a line that is a version: `2.1.197 (Claude Code)`, `codex-cli 0.169.0`, `v0.61.0-preview.1`.
    fn first_in(line: &str) -> Option<Self> {
        line.split_whitespace().find_map(Self::read)
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

/// Words of a line that speaks of versions and is not the CLI's answer: an update that is to be had, or a warning.
const NOTICES: [&str; 13] = [
    "->",
    "→",
    "available",
    "notice",
    "warn",
    "update",
    "upgrade",
    "newer",
    "latest",
    "deprecated",
    "node v",
    "node:",
    "changelog",
];

/// How a CLI writes the line that answers `--version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionLine {
    /// The version, then these words: `2.1.197 (Claude Code)`.
    Before(&'static str),
    /// These words, then the version: `codex-cli 0.169.0`.
    After(&'static str),
    /// The version and nothing else: `0.61.0`.
    Alone,
}

impl VersionLine {
    /// The version of a line that is written so.
    fn read(self, line: &str) -> Option<Version> {
        let word = match self {
            Self::Before(words) => line.strip_suffix(words)?,
            Self::After(words) => line.strip_prefix(words)?,
            Self::Alone => line,
        };
        Version::read(word.trim())
    }
}

/// The lines of what a program printed. A progress display ends its lines with a carriage return.
fn lines(printed: &str) -> impl Iterator<Item = &str> {
    printed.split(['\n', '\r']).map(str::trim)
}

/// A line, or what stands before a remark in it, that is no notice: `claude 2.1.197 (update available: 2.2.0)`.
fn without_notice(line: &str) -> Option<&str> {
    let is_notice = |text: &str| {
        let low = text.to_lowercase();
        NOTICES.iter().any(|word| low.contains(word))
    };
    if !is_notice(line) {
        return Some(line);
    }
    let remark = [" (", " - ", " — ", " · ", ";", ","].iter().filter_map(|mark| line.find(mark)).min()?;
    line.get(..remark).filter(|head| !is_notice(head))
}

/// What samocode needs of a CLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// The CLI as people call it.
    pub cli: &'static str,
    /// The oldest version that has all of it, as far as that is known. Older ones are refused.
    pub least: Version,
    /// The oldest version that the real-CLI tests run. Between [`least`](Self::least) and this one it may work.
    pub oldest_tested: Version,
    /// The newest version that the real-CLI tests run.
    pub newest_tested: Version,
    /// How it says its version, as measured.
    pub version_line: VersionLine,
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
    /// The version that `printed` answers `--version` with, and its line. Wrappers and package managers print notices
    /// around it, with versions of other things.
    #[must_use]
    pub fn answer<'a>(&self, printed: &'a str) -> Option<(Version, &'a str)> {
        let low = |line: &str| line.to_lowercase();
        let versions =
            || lines(printed).filter_map(|line| Some((Version::first_in(without_notice(line)?)?, line)));
        // `CLAUDE` of `CLAUDE_PATH`.
        let name = low(self.key.split('_').next().unwrap_or_default());
        self.sure_answer(printed)
            .or_else(|| versions().find(|(_, line)| low(line).contains(&name)))
            .or_else(|| versions().next())
    }

    /// The same where a line is written exactly as the CLI does it, or holds a version and nothing else.
    #[must_use]
    pub fn sure_answer<'a>(&self, printed: &'a str) -> Option<(Version, &'a str)> {
        let written =
            |form: VersionLine| lines(printed).filter_map(move |line| Some((form.read(line)?, line))).next();
        written(self.version_line).or_else(|| written(VersionLine::Alone))
    }

    /// What a person should know about a version that is older than the oldest tested one; none for others.
    #[must_use]
    pub fn too_old_to_be_tested(&self, seen: Version) -> Option<String> {
        (seen < self.oldest_tested).then(|| {
            format!(
                "{} {seen} is older than {}, the oldest version that samocode is tested with; update it with `{}`",
                self.cli, self.oldest_tested, self.update
            )
        })
    }

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

    fn version(major: u64, minor: u64, patch: u64) -> Option<Version> {
        Some(Version::new(major, minor, patch))
    }

    #[test]
    fn a_version_is_read_as_each_cli_says_it() {
        for (needed, text, version) in [
            (&claude::NEEDED, "2.1.197 (Claude Code)\n", version(2, 1, 197)),
            (&codex::NEEDED, "codex-cli 0.169.0\n", version(0, 169, 0)),
            (&gemini::NEEDED, "0.61.0", version(0, 61, 0)),
            (&gemini::NEEDED, "WARNING: /tmp/1.2.3/x\nv0.62.0-nightly.20261101", version(0, 62, 0)),
            (&claude::NEEDED, "v2.1.5", version(2, 1, 5)),
            (&claude::NEEDED, "claude, built by us from 2.1.197\r\n", version(2, 1, 197)),
            (&claude::NEEDED, "acme-wrapper 9.9.9\nclaude 2.1.197", version(2, 1, 197)),
            (&claude::NEEDED, "2.1.197 (Claude Code) - update available: 2.2.0", version(2, 1, 197)),
            (&codex::NEEDED, "codex 0.169.0 (latest: 0.171.0)", version(0, 169, 0)),
            (&gemini::NEEDED, "loading\r0.61.0\n", version(0, 61, 0)),
            (&claude::NEEDED, "Claude Code 3.0.0 is available (you have 2.1.197)", None),
            (&claude::NEEDED, "1.2", None),
            (&claude::NEEDED, "1.2.3.4", None),
            (&claude::NEEDED, "no version", None),
            (&claude::NEEDED, "", None),
        ] {
            assert_eq!(needed.answer(text).map(|(version, _)| version), version, "{text}");
        }
    }

    #[test]
    fn notices_around_it_do_not_hide_a_version() {
        let notices = [
            "npm notice New major version of npm available! 10.8.2 -> 11.0.0",
            "Update available 2.1.332 -> 2.2.0",
            "Claude Code 3.0.0 is available",
            "Now using node v22.3.0",
            "(node:7) [DEP0040] DeprecationWarning: the `punycode` module, since 21.0.0",
            "company wrapper 9.9.9",
        ];
        for (needed, line) in [
            (&claude::NEEDED, "2.1.197 (Claude Code)"),
            (&codex::NEEDED, "codex-cli 0.169.0"),
            (&gemini::NEEDED, "0.61.0"),
        ] {
            let right = needed.answer(line);
            assert!(right.is_some());
            let all = notices.join("\n");
            for text in
                [format!("{all}\n{line}\n"), format!("{line}\n{all}\n"), format!("{all}\n\n {line}\n{all}")]
            {
                assert_eq!(needed.answer(&text), right, "{text}");
            }
            for notice in &notices[..5] {
                assert_eq!(needed.answer(notice), None, "{notice}");
            }
        }
    }

    #[test]
    fn too_old_is_told_from_old_enough_by_numbers() {
        let path = Path::new("/bin/claude");
        let old = NEEDED.allow(Version::new(2, 0, 76), path).unwrap_err().to_string();
        insta::assert_snapshot!(old, @"Claude Code 2.0.76 at /bin/claude is too old: samocode needs 2.1.5 or later; update it with `npm install -g @anthropic-ai/claude-code@latest`, or set `CLAUDE_PATH` to a newer one");
        for seen in [NEEDED.least, NEEDED.newest_tested, Version::new(10, 0, 0)] {
            assert!(NEEDED.allow(seen, path).is_ok(), "{seen}");
        }
    }

    #[test]
    fn a_version_that_is_no_longer_tested_is_named_with_the_oldest_that_is() {
        let remark = NEEDED.too_old_to_be_tested(Version::new(2, 1, 100)).unwrap();
        insta::assert_snapshot!(remark, @"Claude Code 2.1.100 is older than 2.1.197, the oldest version that samocode is tested with; update it with `npm install -g @anthropic-ai/claude-code@latest`");
        for seen in [NEEDED.oldest_tested, NEEDED.newest_tested, Version::new(10, 0, 0)] {
            assert_eq!(NEEDED.too_old_to_be_tested(seen), None, "{seen}");
        }
    }

    #[test]
    fn a_flag_is_missing_unless_help_has_it_as_a_word() {
        let help = "  -p, --print   \n  --agent <agent>  x\n  --plugin-dir <path>\n --output-format <f>, --verbose --model";
        let missing = NEEDED.missing(help);
        assert_eq!(missing, ["--dangerously-skip-permissions", "--tools", "--settings", "--max-budget-usd"]);
        assert!(NEEDED.missing("--agents --tools-x").contains(&"--agent"));
    }
}
