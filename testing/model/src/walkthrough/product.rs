//! What the walkthrough builds: a greeting script, its test and its description, in any repository with `sh`.

use super::work::quoted;

/// The folder in the worktree.
pub(super) const FOLDER: &str = "walkthrough";

/// The command that tests it, run in the worktree; it prints `ok`.
pub(super) const TEST: &str = "sh walkthrough/greet_test.sh";

/// The greeting when nobody was asked.
pub(super) const GREETING: &str = "hello";

/// One plan phase: its title and the file that it adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Script,
    Test,
    Description,
}

/// The plan phases, in order.
pub(super) const PARTS: [Part; 3] = [Part::Script, Part::Test, Part::Description];

impl Part {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Script => "Print the greeting",
            Self::Test => "Test the greeting",
            Self::Description => "Describe the greeting",
        }
    }

    /// The file, relative to the worktree.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Script => "walkthrough/greet.sh",
            Self::Test => "walkthrough/greet_test.sh",
            Self::Description => "walkthrough/README.md",
        }
    }

    pub(super) fn content(self, greeting: &str) -> String {
        let greeting_word = quoted(greeting);
        match self {
            Self::Script => format!("#!/bin/sh\nprintf '%s\\n' {greeting_word}\n"),
            Self::Test => format!(
                "#!/bin/sh\nset -eu\nfolder=$(dirname \"$0\")\ntest \"$(sh \"$folder/greet.sh\")\" = {greeting_word}\necho ok\n"
            ),
            Self::Description => {
                format!("# Greeting\n\n`sh walkthrough/greet.sh` prints: {greeting}\n")
            }
        }
    }

    /// The command that verifies it, run in the worktree.
    pub(super) fn check(self) -> &'static str {
        match self {
            Self::Script => "sh walkthrough/greet.sh",
            Self::Test => TEST,
            Self::Description => "test -s walkthrough/README.md",
        }
    }
}
