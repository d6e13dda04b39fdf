//! The resolved settings of one run, and what they are loaded from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::phase::Phase;
use crate::domain::policy::Policy;

use super::channels::{Channels, Telegram};
use super::error::ConfigError;
use super::phases::{PhaseOverride, PhaseSettings};
use super::provider::{Program, ProviderKind, ProviderSettings};
use super::source::{Origin, Source};
use super::values::SandboxMode;
use super::{layers, resolve};

/// What settings are loaded from.
pub struct LoadSpec<'a> {
    /// The file of `--config`; none looks for the nearest `.samocode` upward.
    pub config: Option<PathBuf>,
    /// The file of `--env-file`; none looks for `.env` beside `.samocode`.
    pub env_file: Option<PathBuf>,
    /// The absolute working directory.
    pub start_dir: PathBuf,
    /// What the command line sets.
    pub flags: Overrides,
    /// The environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The home folder, for `~`.
    pub home: PathBuf,
    /// The folder of the user file `config`, see [`Dirs`](super::Dirs).
    pub user_config_dir: PathBuf,
}

/// What flags set, as typed. Each is read by the rules of its key.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--provider`
    pub provider: Option<String>,
    /// `--model`: of that provider, in every phase that it runs.
    pub model: Option<String>,
    /// `--timeout`: of an iteration, in every phase.
    pub timeout: Option<String>,
    /// `--max-iterations`
    pub max_iterations: Option<String>,
    /// `--max-cost`
    pub max_cost: Option<String>,
    /// `--max-tokens`
    pub max_tokens: Option<String>,
    /// `--max-time`
    pub max_time: Option<String>,
    /// `--max-wait`
    pub max_wait: Option<String>,
}

impl Overrides {
    /// Key, flag and text of each that is set and has a key of its own.
    pub(super) fn settings(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        [
            ("SAMOCODE_PROVIDER", "--provider", &self.provider),
            ("SAMOCODE_MAX_ITERATIONS", "--max-iterations", &self.max_iterations),
            ("SAMOCODE_MAX_COST", "--max-cost", &self.max_cost),
            ("SAMOCODE_MAX_TOKENS", "--max-tokens", &self.max_tokens),
            ("SAMOCODE_MAX_TIME", "--max-time", &self.max_time),
            ("SAMOCODE_MAX_WAIT", "--max-wait", &self.max_wait),
        ]
        .into_iter()
        .filter_map(|(key, flag, text)| Some((key, flag, text.as_deref()?)))
    }
}

/// The settings of one run; nothing in it is left to be looked up or interpreted.
#[derive(Debug, Clone)]
pub struct Config {
    /// The project's file, absolute.
    pub file: PathBuf,
    /// The project's repository, an existing folder.
    pub main_repo: PathBuf,
    /// Folder for worktrees; may not exist yet.
    pub worktrees: PathBuf,
    /// Folder for sessions; may not exist yet.
    pub sessions: PathBuf,
    /// The CLI for phases that have none of their own.
    pub provider: ProviderKind,
    /// Most turns of one run of Claude Code.
    pub claude_max_turns: u32,
    /// The phone, if there is one.
    pub telegram: Option<Telegram>,
    /// The other channels.
    pub channels: Channels,
    /// Put before branch names, with a `/` between.
    pub branch_prefix: Option<String>,
    /// Limits and budgets.
    pub policy: Policy,
    /// Command for a fresh worktree.
    pub setup: Option<String>,
    /// Command that has to pass before a session ends, as it is run; the policy has it as it is told.
    pub verify: Option<String>,
    /// Whether writes are confined.
    pub sandbox: SandboxMode,
    /// More folders and files that a confined child may write.
    pub sandbox_write: Vec<PathBuf>,
    /// Folders and files of other checkouts, the main one above all, that a confined child may read.
    pub sandbox_read: Vec<PathBuf>,
    /// Whether an agent may push.
    pub allow_push: bool,
    /// More variables that the CLI may see.
    pub pass_env: Vec<String>,
    /// The CLI to go on with while the first is parked.
    pub fallback: Option<ProviderKind>,
    /// Outside reviewers of the phases that a workflow has reviewed, as `quality`.
    pub reviewers: Vec<ProviderKind>,
    /// The longest that one of them may run.
    pub review_limit: Duration,
    pub(super) providers: BTreeMap<ProviderKind, ProviderSettings>,
    pub(super) phases: BTreeMap<String, PhaseOverride>,
    pub(super) forced: Forced,
    pub(super) explained: Vec<Explained>,
}

/// What flags say on every phase; a flag is stronger than a phase's own key in a file.
#[derive(Debug, Clone)]
pub(super) struct Forced {
    pub(super) provider: bool,
    /// The provider that would be the session's without a flag.
    pub(super) provider_below: ProviderKind,
    pub(super) model: Option<String>,
    pub(super) timeout: Option<Duration>,
}

/// One setting as `doctor` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The key, or the flag where there is no key.
    pub key: String,
    /// The text that counts; `<hidden>` for a secret.
    pub value: String,
    /// Where it was set.
    pub origin: Origin,
}

impl Config {
    /// Loads, lays over each other and checks all layers.
    ///
    /// # Errors
    /// A file that is missing or cannot be read, a line, key or value that makes no sense, a required key
    /// that is not set, or folders that would get into each other's way.
    pub fn load(spec: &LoadSpec<'_>) -> Result<Self, ConfigError> {
        resolve::resolve(spec, layers::collect(spec)?)
    }

    /// The programs of the CLIs by the settings that apply here, in a project or in none.
    ///
    /// # Errors
    /// When a file of settings that stands is wrong.
    pub fn programs(spec: &LoadSpec<'_>) -> Result<BTreeMap<ProviderKind, Program>, ConfigError> {
        resolve::programs(spec, &layers::collect_anywhere(spec)?)
    }

    /// The folder of the project's file.
    pub fn root(&self) -> &Path {
        self.file.parent().unwrap_or(&self.file)
    }

    /// The settings of a CLI.
    pub fn provider_settings(&self, kind: ProviderKind) -> &ProviderSettings {
        &self.providers[&kind]
    }

    /// What an iteration of a phase runs with. A flag is stronger than the phase's own key, and that is
    /// stronger than the provider's. The model of `--model` is for the session's provider only: another
    /// CLI would not know it.
    pub fn for_phase(&self, phase: &Phase) -> PhaseSettings {
        let own = self.phase(phase);
        let provider = own.provider.filter(|_| !self.forced.provider).unwrap_or(self.provider);
        self.with_provider(own, provider)
    }

    /// The same with another CLI in its place.
    pub fn for_phase_on(&self, phase: &Phase, provider: ProviderKind) -> PhaseSettings {
        self.with_provider(self.phase(phase), provider)
    }

    fn phase(&self, phase: &Phase) -> PhaseOverride {
        self.phases.get(&phase.as_str().replace('-', "_")).cloned().unwrap_or_default()
    }

    fn with_provider(&self, own: PhaseOverride, provider: ProviderKind) -> PhaseSettings {
        let settings = self.provider_settings(provider);
        let forced_model = self.forced.model.clone().filter(|_| provider == self.provider);
        // A phase's model was chosen for the CLI that the files give to the phase; that of a flag would not know it.
        let meant_for = own.provider.unwrap_or(self.forced.provider_below);
        let own_model = own.model.filter(|_| meant_for == provider);
        PhaseSettings {
            provider,
            model: forced_model.or(own_model).or_else(|| settings.model.clone()),
            timeout: self.forced.timeout.or(own.timeout).unwrap_or(settings.timeout),
            more_tools: own.tools,
        }
    }

    /// The keys of phases that are none of these, with the phase's name in lower case: a slip in a phase's
    /// name sets nothing, so somebody should be told.
    pub fn keys_of_other_phases<'a>(&'a self, known: &'a [Phase]) -> impl Iterator<Item = &'a Explained> {
        self.explained.iter().filter(move |setting| {
            super::keys::phase_key(&setting.key).is_some_and(|(phase, _)| {
                let phase = phase.to_lowercase();
                !known.iter().any(|other| other.as_str().replace('-', "_") == phase)
            })
        })
    }

    /// The keys that somebody set and that do nothing, each with the key that it would need beside it.
    pub fn keys_without_effect(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let set = |key: &str| {
            self.explained.iter().any(|setting| setting.key == key && !setting.value.trim().is_empty())
        };
        let chosen = move |key: &str| set(key) && self.source(key) != Source::Default;
        super::keys::COMPANIONS.iter().copied().filter(move |(key, needed)| chosen(key) && !set(needed))
    }

    /// The files in which a secret is set, wherever they lie.
    pub fn files_with_secrets(&self) -> impl Iterator<Item = &Path> {
        let secret = |setting: &&Explained| super::keys::find(&setting.key).is_some_and(|key| key.secret);
        self.explained.iter().filter(secret).filter_map(|setting| setting.origin.file.as_deref())
    }

    /// Every key with the text that counts and where it was set, built-in defaults included.
    pub fn explain(&self) -> &[Explained] {
        &self.explained
    }

    /// The layer that set a key; the default for one that none sets.
    pub fn source(&self, key: &str) -> Source {
        let found = self.explained.iter().find(|setting| setting.key == key);
        found.map_or(Source::Default, |setting| setting.origin.source)
    }
}
