//! What a person's configuration and flags mean for one run of a session.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::{Config, ProviderKind};
use crate::domain::phase::Phase;
use crate::domain::workflow::Workflow;
use crate::engine::EngineError;
use crate::provider::{ClaudeSettings, DemoSettings, Provider};

/// One run's settings, all resolved.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The person's configuration, flags included.
    pub config: Config,
    /// samocode's cache folder.
    pub cache_dir: PathBuf,
    /// The environment that children's are made from.
    pub child_env: Vec<(OsString, OsString)>,
    /// The `samocode` program, by which keepers are started.
    pub program: PathBuf,
    /// What the person wants of this run.
    pub wishes: Wishes,
}

/// What a person wants of one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wishes {
    /// A branch that exists may become the session's.
    pub attach_branch: bool,
    /// Suggestions are taken as the person's answers.
    pub accept_suggestions: bool,
    /// The plan is approved without a look.
    pub approve_plan: bool,
    /// Leave at a gate instead of waiting at it.
    pub exit_on_wait: bool,
}

impl Settings {
    /// The longest that an iteration of a phase may run.
    #[must_use]
    pub fn timeout(&self, phase: &Phase) -> Duration {
        self.config.for_phase(phase).timeout
    }

    /// Goes before branch names: nothing, or a prefix with its `/`.
    #[must_use]
    pub fn branch_prefix(&self) -> String {
        self.config.branch_prefix.as_deref().map(|prefix| format!("{prefix}/")).unwrap_or_default()
    }

    /// The provider of a phase.
    ///
    /// # Errors
    /// When this version has no adapter for it.
    pub fn provider(&self, phase: &Phase) -> Result<Provider, EngineError> {
        let kind = self.config.for_phase(phase).provider;
        let own = self.config.provider_settings(kind);
        match kind {
            ProviderKind::Claude => Ok(Provider::Claude(ClaudeSettings {
                program: own.program.to_string(),
                max_turns: self.config.claude_max_turns,
                args: own.args.clone(),
            })),
            ProviderKind::Demo => Ok(Provider::Demo(DemoSettings { program: self.program.clone() })),
            ProviderKind::Codex | ProviderKind::Gemini => {
                Err(EngineError::NoAdapter { provider: kind.as_str() })
            }
        }
    }

    /// Checks the providers of all phases of a workflow, before a session is made that could not run.
    ///
    /// # Errors
    /// When a program is missing, or this version has no adapter.
    pub fn check_providers(&self, workflow: &Workflow) -> Result<(), EngineError> {
        for rules in workflow.phases().filter(|rules| rules.agent.is_some()) {
            self.provider(&rules.name)?.check(&self.child_env)?;
        }
        Ok(())
    }
}
