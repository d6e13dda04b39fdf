//! The pinned CLIs: where they are, and how each is pointed at the model stand-in.
//!
//! Most tests run the newest versions. [`crate::oldest`] runs a short set on the oldest ones that samocode is tested with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use samocode::provider::{ClaudeSettings, CodexSettings, GeminiSettings, Needed, Provider};
use samocode_testing_model::{Model, Recorded};
use serde_json::{Value, json};

use crate::scratch::Scratch;

/// Gemini CLI's names of Claude Code's tools, in the order in which it offers them.
const GEMINI_TOOLS: [(&str, &str); 6] = [
    ("Read", "read_file"),
    ("Edit", "replace"),
    ("Write", "write_file"),
    ("Bash", "run_shell_command"),
    ("Agent", "invoke_agent"),
    ("Skill", "activate_skill"),
];

/// One of the CLIs, at the newest version unless its name says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cli {
    Claude,
    OldestClaude,
    Codex,
    OldestCodex,
    Gemini,
}

impl Cli {
    pub(crate) const ALL: [Self; 3] = [Self::Claude, Self::Codex, Self::Gemini];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Claude | Self::OldestClaude => "claude",
            Self::Codex | Self::OldestCodex => "codex",
            Self::Gemini => "gemini",
        }
    }

    /// As its makers call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Claude | Self::OldestClaude => "Claude Code",
            Self::Codex | Self::OldestCodex => "Codex",
            Self::Gemini => "Gemini CLI",
        }
    }

    /// What samocode says that it needs of it.
    pub(crate) fn needed(self) -> &'static Needed {
        let provider = match self {
            Self::Claude | Self::OldestClaude => Provider::Claude(ClaudeSettings::default()),
            Self::Codex | Self::OldestCodex => {
                Provider::Codex(CodexSettings { program: String::new(), args: Vec::new() })
            }
            Self::Gemini => Provider::Gemini(GeminiSettings { program: String::new(), args: Vec::new() }),
        };
        provider.needed().unwrap()
    }

    /// The program, as npm installed it; `SAMOCODE_TEST_CLIS` names another folder than `testing/clis`.
    ///
    /// # Panics
    /// When it is not there.
    pub(crate) fn program(self) -> PathBuf {
        let pinned = || Path::new(env!("CARGO_MANIFEST_DIR")).join("testing/clis");
        let folder = std::env::var_os("SAMOCODE_TEST_CLIS").map_or_else(pinned, PathBuf::from);
        let path = folder.join("node_modules").join(match self {
            Self::Claude => ".bin/claude",
            Self::Codex => ".bin/codex",
            Self::Gemini => ".bin/gemini",
            // npm links one package's program of a name.
            Self::OldestClaude => "claude-code-oldest/bin/claude.exe",
            Self::OldestCodex => "codex-oldest/bin/codex.js",
        });
        assert!(
            path.is_file(),
            "{} is not at `{}`; install it: npm ci --prefix testing/clis",
            self.name(),
            path.display()
        );
        path
    }

    /// The line of `.samocode` that names the program.
    pub(crate) fn setting(self) -> String {
        format!("{}_PATH={}", self.name().to_uppercase(), self.program().display())
    }

    /// What stands before the names of samocode's skills and sub-agents.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Claude | Self::OldestClaude => "samocode:",
            Self::Codex | Self::OldestCodex | Self::Gemini => "samocode-",
        }
    }

    /// What stands in the first and in the last line of its stream.
    pub(crate) fn first_and_last(self) -> (&'static str, &'static str) {
        match self {
            Self::Claude | Self::OldestClaude => (r#""subtype":"init""#, r#""type":"result""#),
            Self::Codex | Self::OldestCodex => (r#""type":"thread.started""#, r#""type":"turn.completed""#),
            Self::Gemini => (r#""type":"init""#, r#""type":"result""#),
        }
    }

    /// The tools that a request offers where an agent's asset names these.
    pub(crate) fn offered(self, named: &[String]) -> Vec<String> {
        match self {
            Self::Claude | Self::OldestClaude => named.to_vec(),
            Self::Gemini => GEMINI_TOOLS
                .iter()
                .filter(|(tool, _)| named.iter().any(|named| named == tool))
                .map(|(_, own)| (*own).to_owned())
                .collect(),
            Self::Codex | Self::OldestCodex => {
                let agents = ["close_agent", "resume_agent", "send_input", "spawn_agent", "wait_agent"];
                let starts = named.iter().any(|tool| tool == "Agent");
                let agents = agents.iter().filter(|_| starts).map(|name| format!("multi_agent_v1.{name}"));
                ["exec_command", "write_stdin"].map(str::to_owned).into_iter().chain(agents).collect()
            }
        }
    }

    /// What of a request stays the same in each iteration of a phase.
    pub(crate) fn stable(self, request: &Recorded) -> Value {
        let body = &request.body;
        match self {
            Self::Claude | Self::OldestClaude => json!([body["system"], body["tools"]]),
            Self::Gemini => json!([body["systemInstruction"], body["tools"]]),
            Self::Codex | Self::OldestCodex => {
                let input = body["input"].as_array().cloned().unwrap_or_default();
                // The ids of messages are random; the service is sent them and the model is not.
                let developer = input.iter().filter(|item| item["role"] == "developer");
                json!([developer.map(|item| &item["content"]).collect::<Vec<_>>(), body["tools"]])
            }
        }
    }

    /// What its person has set up: variables for the environment, and files in the home.
    pub(crate) fn log_in(self, scratch: &Scratch, model: &Model) -> Vec<(&'static str, OsString)> {
        match self {
            Self::Claude | Self::OldestClaude => vec![
                ("ANTHROPIC_BASE_URL", model.base_url().into()),
                ("ANTHROPIC_API_KEY", "any".into()),
                ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".into()),
                ("CLAUDE_CODE_MAX_RETRIES", "1".into()),
            ],
            Self::Codex | Self::OldestCodex => {
                let config = format!(
                    "model = \"stand-in\"\nmodel_provider = \"stand-in\"\n\n[model_providers.stand-in]\nname = \"stand-in\"\n\
                     base_url = \"{}/v1\"\nwire_api = \"responses\"\nenv_key = \"STAND_IN_API_KEY\"\n\
                     request_max_retries = 1\nstream_max_retries = 1\n",
                    model.base_url()
                );
                scratch.write("home/.codex/config.toml", &config);
                vec![("STAND_IN_API_KEY", "any".into())]
            }
            Self::Gemini => {
                let settings = r#"{"security": {"auth": {"selectedType": "gemini-api-key"}},
                    // A comment, as its settings may have.
                    "general": {"maxAttempts": 2}, "privacy": {"usageStatisticsEnabled": false}}"#;
                scratch.write("home/.gemini/settings.json", settings);
                vec![("GOOGLE_GEMINI_BASE_URL", model.base_url().into()), ("GEMINI_API_KEY", "any".into())]
            }
        }
    }
}
