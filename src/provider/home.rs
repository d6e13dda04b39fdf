//! What a person finds at a CLI's own prompt once it is installed: skills, sub-agents and slash commands as files for the
//! folder in which the CLI keeps a person's own. Pure: writes none of them.
//!
//! What a person types has its plain name: `/dive`. Sub-agents have the prefix `samocode-`, so that they are told from the
//! person's own. Codex and Gemini read `~/.agents/skills`, too; each gets its own folder, so that neither lists anything
//! twice.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::bundle::Bundle;
use super::front::AssetError;
use super::program::variable;
use super::{Provider, claude, codex, gemini};

/// Files for a person's own folder of a CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The folder.
    pub dir: PathBuf,
    /// What belongs below it: the path, with `/`, and the text.
    pub files: BTreeMap<String, String>,
    /// What goes before a command's name at the prompt: `/`, or `$`.
    pub sign: &'static str,
}

impl Provider {
    /// What of the bundle a person's CLI gets, for a home folder and an environment; none where there is no CLI.
    ///
    /// # Errors
    /// When an asset names what there is not, which a test rules out.
    pub fn home(
        &self,
        bundle: &Bundle,
        home: &Path,
        env: &[(OsString, OsString)],
    ) -> Result<Option<Home>, AssetError> {
        let named = |name: &str| variable(env, name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let (dir, files, sign) = match self {
            Self::Claude(_) => {
                let dir = named("CLAUDE_CONFIG_DIR").unwrap_or_else(|| home.join(".claude"));
                (dir, claude::home(bundle)?, "/")
            }
            Self::Codex(_) => {
                let dir = named("CODEX_HOME").unwrap_or_else(|| home.join(".codex"));
                (dir, codex::home(bundle)?, "$")
            }
            Self::Gemini(_) => {
                let dir = named("GEMINI_CLI_HOME").unwrap_or_else(|| home.to_owned()).join(".gemini");
                (dir, gemini::home(bundle)?, "/")
            }
            Self::Demo(_) => return Ok(None),
        };
        Ok(Some(Home { dir, files, sign }))
    }
}

#[cfg(test)]
pub(super) mod sample {
    //! A small bundle with one of everything, how its files are shown, and a run of the planning agent.

    use std::collections::BTreeMap;
    use std::path::Path;

    use crate::provider::RunSpec;
    use crate::provider::agent::Agent;
    use crate::provider::bundle::Bundle;
    use crate::provider::skill::Skill;

    pub(in crate::provider) fn bundle() -> Bundle {
        let skill = |source: &str| Skill::parse(source).unwrap();
        let architect = "---\nname: architect\ndescription: Looks: \"all\".\ntools: Read, Bash\n---\nLook.\n\nMind \\ and \"\"\".\n";
        Bundle {
            agents: Vec::new(),
            subagents: vec![Agent::parse(architect).unwrap()],
            skills: vec![
                skill(
                    "---\nname: dive\ndescription: When: unknown.\narguments: [topic]\nsubagents: architect\n---\n\
                     Dive. Use {{skill:testing}}, ask {{subagent:architect}}.\n",
                ),
                skill("---\nname: testing\ndescription: Tests it.\n---\nTest.\n"),
            ],
        }
    }

    pub(in crate::provider) fn run(model: &str) -> RunSpec<'_> {
        RunSpec {
            agent: "planning",
            rules: "Rules.",
            extra_tools: &[],
            model,
            worktree: Path::new("/home/ada/tree"),
            session_dir: Path::new("/home/ada/session"),
            env: &[],
            cache_dir: Path::new("/cache"),
            cost_left: None,
        }
    }

    pub(in crate::provider) fn shown(files: &BTreeMap<String, String>) -> String {
        files.iter().map(|(name, text)| format!("== {name}\n{text}")).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{ClaudeSettings, CodexSettings, DemoSettings, GeminiSettings};

    fn all() -> [Provider; 3] {
        let program = String::new;
        [
            Provider::Claude(ClaudeSettings { program: program(), max_turns: 1, args: Vec::new() }),
            Provider::Codex(CodexSettings { program: program(), args: Vec::new() }),
            Provider::Gemini(GeminiSettings { program: program(), args: Vec::new() }),
        ]
    }

    #[test]
    fn the_folders_follow_the_environment() {
        let bundle = sample::bundle();
        let dirs = |env: &[(OsString, OsString)]| {
            all().map(|provider| provider.home(&bundle, Path::new("/h"), env).unwrap().unwrap().dir)
        };
        assert_eq!(dirs(&[]), ["/h/.claude", "/h/.codex", "/h/.gemini"].map(PathBuf::from));
        let names = ["CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME"];
        let set = names.map(|name| (name.into(), format!("/{name}").into()));
        let moved = ["/CLAUDE_CONFIG_DIR", "/CODEX_HOME", "/GEMINI_CLI_HOME/.gemini"].map(PathBuf::from);
        assert_eq!(dirs(&set), moved);
        assert_eq!(dirs(&names.map(|name| (name.into(), "".into()))), dirs(&[]));
        let demo = Provider::Demo(DemoSettings { program: "/s".into() });
        assert_eq!(demo.home(&bundle, Path::new("/h"), &[]), Ok(None));
    }

    /// Claude Code and Gemini put something else in the place of these; see each renderer.
    #[test]
    fn no_text_holds_what_a_cli_would_replace() {
        for skill in Bundle::embedded().unwrap().skills {
            for replaced in ["$ARGUMENTS", "$0", "$1", "${CLAUDE_", "!`", "!{", "@{"] {
                assert!(!skill.text.contains(replaced), "{} holds {replaced}", skill.name);
            }
        }
    }
}
