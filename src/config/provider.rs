//! The AI CLIs there are, and the settings of one.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// An AI CLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProviderKind {
    /// Claude Code.
    Claude,
    /// Codex.
    Codex,
    /// Gemini CLI.
    Gemini,
    /// Built in, for a look without an account.
    Demo,
}

impl ProviderKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Claude, Self::Codex, Self::Gemini, Self::Demo];

    /// The name in settings and flags.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
            Self::Demo => "demo",
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ProviderKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let name = name.trim();
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name)).ok_or_else(|| {
            format!("`{name}` is no provider; there are `claude`, `codex`, `gemini` and `demo`")
        })
    }
}

/// How the program of a CLI is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// By name on `PATH`.
    Name(String),
    /// At this absolute path.
    Path(PathBuf),
    /// It is samocode itself.
    Itself,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Itself => f.write_str("samocode"),
        }
    }
}

/// The settings of one CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// The program.
    pub program: Program,
    /// The model; none is the CLI's own choice.
    pub model: Option<String>,
    /// The longest that an iteration may run.
    pub timeout: Duration,
    /// More arguments for the CLI.
    pub args: Vec<String>,
}
