//! What a person's configuration and flags mean for one run of a session.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{Config, ProviderKind};
use crate::domain::environment::{ChildEnvironment, FOR_PUSHING, Needs, child_environment, secret_values};
use crate::domain::phase::Phase;
use crate::domain::redact::Redactor;
use crate::domain::workflow::Workflow;
use crate::engine::EngineError;
use crate::notify::{Channel, Limits, Surroundings};
use crate::provider::{ClaudeSettings, CodexSettings, DemoSettings, GeminiSettings, Provider};

/// One run's settings, all resolved.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The person's configuration, flags included.
    pub config: Config,
    /// samocode's cache folder.
    pub cache_dir: PathBuf,
    /// The folder of what samocode could not make again.
    pub data_dir: PathBuf,
    /// The folder of the person's own settings for samocode.
    pub config_dir: PathBuf,
    /// What `install` put into the person's home, which runs do not list beside what they get.
    pub installed: Vec<PathBuf>,
    /// The person's environment, which children's are made from.
    pub person_env: Vec<(OsString, OsString)>,
    /// Takes secrets out of all that is written and shown.
    pub redactor: Arc<Redactor>,
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

/// What takes out the secrets of an environment and of the configuration.
#[must_use]
pub fn redactor(config: &Config, person_env: &[(OsString, OsString)]) -> Arc<Redactor> {
    let phone = config.telegram.as_ref().map(|phone| phone.bot_token.reveal());
    let own = phone.into_iter().chain(config.channels.secrets()).map(str::as_bytes);
    Arc::new(Redactor::new(secret_values(person_env).into_iter().chain(own)))
}

impl Settings {
    /// The environment of a provider's child; of a command of the person's where there is no provider.
    #[must_use]
    pub fn environment(&self, provider: Option<&Provider>) -> ChildEnvironment {
        let needs = provider.map_or_else(Needs::default, |provider| provider.needs(&self.person_env));
        let mut given = self.config.pass_env.clone();
        if self.config.allow_push {
            given.extend(FOR_PUSHING.map(str::to_owned));
        }
        child_environment(&self.person_env, &needs, &given)
    }

    /// The channels by which the person is told; not the phone. A command among them finds what a child's command
    /// would in its environment, but is the person's own: nothing confines it.
    #[must_use]
    pub fn channels(&self) -> Vec<Channel> {
        let around = Surroundings {
            folder: self.config.root().to_owned(),
            environment: self.environment(None).variables,
            redactor: Arc::clone(&self.redactor),
            limits: Limits::default(),
        };
        Channel::all(&self.config.channels, &around)
    }

    /// Goes before branch names: nothing, or a prefix with its `/`.
    #[must_use]
    pub fn branch_prefix(&self) -> String {
        self.config.branch_prefix.as_deref().map(|prefix| format!("{prefix}/")).unwrap_or_default()
    }

    /// The provider of a phase.
    #[must_use]
    pub fn provider(&self, phase: &Phase) -> Provider {
        self.adapter(self.config.for_phase(phase).provider)
    }

    /// The adapter to a CLI.
    #[must_use]
    pub fn adapter(&self, kind: ProviderKind) -> Provider {
        let own = self.config.provider_settings(kind);
        match kind {
            ProviderKind::Claude => Provider::Claude(ClaudeSettings {
                program: own.program.to_string(),
                max_turns: self.config.claude_max_turns,
                args: own.args.clone(),
            }),
            ProviderKind::Demo => Provider::Demo(DemoSettings { program: self.program.clone() }),
            ProviderKind::Codex => {
                Provider::Codex(CodexSettings { program: own.program.to_string(), args: own.args.clone() })
            }
            ProviderKind::Gemini => {
                Provider::Gemini(GeminiSettings { program: own.program.to_string(), args: own.args.clone() })
            }
        }
    }

    /// Checks that the fallback could take over, before anything relies on it.
    ///
    /// # Errors
    /// When its program is missing or too old.
    pub fn check_fallback(&self) -> Result<(), EngineError> {
        if let Some(kind) = self.config.fallback {
            self.find_cli(&self.adapter(kind))?;
        }
        Ok(())
    }

    /// Checks the providers of all phases of a workflow, before a session is made that could not run.
    ///
    /// # Errors
    /// When a program is missing or too old, or does not have a tool that a phase asks for.
    pub fn check_providers(&self, workflow: &Workflow) -> Result<(), EngineError> {
        let fallback = self.config.fallback.map(|kind| self.adapter(kind));
        for rules in workflow.phases().filter(|rules| rules.agent.is_some()) {
            let provider = self.provider(&rules.name);
            self.find_cli(&provider)?;
            let tools = self.config.for_phase(&rules.name).more_tools;
            provider.check_tools(&tools)?;
            fallback.iter().try_for_each(|fallback| fallback.check_tools(&tools))?;
        }
        Ok(())
    }
}
