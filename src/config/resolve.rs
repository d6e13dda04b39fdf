//! Turns the texts of all layers into a [`Config`], or says what is wrong with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::fallback::Fallback;
use crate::domain::policy::Policy;

use super::error::ConfigError;
use super::folders::{self, Folder};
use super::layers::{Layers, Setting, Settings};
use super::phases::PhaseOverride;
use super::place;
use super::provider::{Program, ProviderKind, ProviderSettings};
use super::secret::Secret;
use super::settings::{Config, Explained, Forced, LoadSpec};
use super::source::{Origin, Source};
use super::{keys, values};

mod contact;

/// The keys without which there is no project.
const REQUIRED: [&str; 3] = ["MAIN_REPO", "WORKTREES", "SESSIONS"];

pub(super) fn resolve(spec: &LoadSpec<'_>, layers: Layers) -> Result<Config, ConfigError> {
    let Layers { file, settings, provider_below_flags } = layers;
    let settings = &settings;
    let all = Resolver { settings, home: &spec.home };
    let keys: Vec<&'static str> = REQUIRED.into_iter().filter(|key| all.set(key).is_none()).collect();
    if !keys.is_empty() {
        return Err(ConfigError::MissingKeys { path: file, keys });
    }
    let [main_repo, worktrees, sessions] =
        [all.folder(&file, "MAIN_REPO")?, all.folder(&file, "WORKTREES")?, all.folder(&file, "SESSIONS")?];
    folders::check(&main_repo, &worktrees, &sessions)?;
    let provider = all.required("SAMOCODE_PROVIDER", str::parse)?;
    let forced = forced(spec, provider_below_flags.as_deref())?;
    let mut providers = BTreeMap::new();
    for kind in ProviderKind::ALL {
        let mut own = all.provider(kind)?;
        own.timeout = forced.timeout.unwrap_or(own.timeout);
        if kind == provider {
            own.model = forced.model.clone().or(own.model);
        }
        providers.insert(kind, own);
    }
    Ok(Config {
        main_repo: main_repo.path,
        worktrees: worktrees.path,
        sessions: sessions.path,
        provider,
        claude_max_turns: all.required("CLAUDE_MAX_TURNS", values::count)?,
        telegram: all.telegram()?,
        channels: all.channels()?,
        branch_prefix: all.optional("GIT_BRANCH_PREFIX", values::branch_prefix)?,
        policy: all.policy()?,
        setup: all.optional("SAMOCODE_SETUP", text)?,
        verify: all.optional("SAMOCODE_VERIFY", text)?,
        sandbox: all.required("SAMOCODE_SANDBOX", values::sandbox)?,
        sandbox_write: all.paths("SAMOCODE_SANDBOX_WRITE")?,
        sandbox_read: all.paths("SAMOCODE_SANDBOX_READ")?,
        allow_push: all.required("SAMOCODE_ALLOW_PUSH", values::switch)?,
        pass_env: all.optional("SAMOCODE_PASS_ENV", values::variables)?.unwrap_or_default(),
        fallback: all.optional("SAMOCODE_FALLBACK", str::parse)?,
        reviewers: all.optional("SAMOCODE_REVIEWERS", values::providers)?.unwrap_or_default(),
        review_limit: all.required("SAMOCODE_REVIEW_TIMEOUT", values::timeout)?,
        providers,
        phases: all.phases()?,
        forced,
        explained: explain(spec, settings),
        file,
    })
}

/// The programs of the CLIs, which are looked for outside of projects, too.
pub(super) fn programs(
    spec: &LoadSpec<'_>,
    settings: &Settings,
) -> Result<BTreeMap<ProviderKind, Program>, ConfigError> {
    let all = Resolver { settings, home: &spec.home };
    let clis = [ProviderKind::Claude, ProviderKind::Codex, ProviderKind::Gemini];
    clis.into_iter().map(|kind| Ok((kind, all.provider(kind)?.program))).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of the readers of a value, and any text is good")]
fn text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

fn forced(spec: &LoadSpec<'_>, below: Option<&str>) -> Result<Forced, ConfigError> {
    let bad = |problem| ConfigError::BadValue { setting: "`--timeout`".to_owned(), problem };
    Ok(Forced {
        provider: spec.flags.provider.is_some(),
        provider_below: below.and_then(|name| name.parse().ok()).unwrap_or(ProviderKind::Claude),
        model: spec.flags.model.clone().filter(|model| !model.trim().is_empty()),
        timeout: spec
            .flags
            .timeout
            .as_deref()
            .map(|text| values::timeout(text.trim()).map_err(bad))
            .transpose()?,
    })
}

struct Resolver<'a> {
    settings: &'a Settings,
    home: &'a Path,
}

impl<'a> Resolver<'a> {
    /// The setting, unless its text is empty: an empty text gives a key back to its default.
    fn set(&self, key: &str) -> Option<(&'a Setting, &'a str)> {
        let setting = self.settings.get(key)?;
        let text = setting.text.trim();
        (!text.is_empty()).then_some((setting, text))
    }

    fn optional<T>(
        &self,
        key: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some((setting, text)) = self.set(key) else {
            return Ok(None);
        };
        read(text).map(Some).map_err(|problem| bad(key, setting, problem))
    }

    /// A key that has a default.
    fn required<T>(
        &self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        if let Some(value) = self.optional(key, &read)? {
            return Ok(value);
        }
        let default = keys::find(key).map_or("", |key| key.default);
        read(default)
            .map_err(|problem| ConfigError::BadValue { setting: format!("`{key}` (default)"), problem })
    }

    fn provider(&self, kind: ProviderKind) -> Result<ProviderSettings, ConfigError> {
        let (path, model, timeout, args) = match kind {
            ProviderKind::Claude => ("CLAUDE_PATH", "CLAUDE_MODEL", "CLAUDE_TIMEOUT", "CLAUDE_ARGS"),
            ProviderKind::Codex => ("CODEX_PATH", "CODEX_MODEL", "CODEX_TIMEOUT", "CODEX_ARGS"),
            ProviderKind::Gemini => ("GEMINI_PATH", "GEMINI_MODEL", "GEMINI_TIMEOUT", "GEMINI_ARGS"),
            ProviderKind::Demo => {
                let timeout = Duration::from_secs(1800);
                return Ok(ProviderSettings {
                    program: Program::Itself,
                    model: None,
                    timeout,
                    args: Vec::new(),
                });
            }
        };
        Ok(ProviderSettings {
            program: self.program(path, kind)?,
            model: self.model(model),
            timeout: self.required(timeout, values::timeout)?,
            args: self.optional(args, values::arguments)?.unwrap_or_default(),
        })
    }

    /// Here an empty text is a choice: the CLI's own model.
    fn model(&self, key: &str) -> Option<String> {
        let default = || keys::find(key).map_or("", |key| key.default);
        let text = self.settings.get(key).map_or_else(default, |setting| setting.text.trim());
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn program(&self, key: &str, kind: ProviderKind) -> Result<Program, ConfigError> {
        match self.set(key) {
            None => Ok(Program::Name(kind.to_string())),
            Some((setting, text)) if text.contains('/') || text.starts_with('~') => {
                Ok(Program::Path(self.path(key, setting, text)?))
            }
            Some((_, name)) => Ok(Program::Name(name.to_owned())),
        }
    }

    fn path(&self, key: &str, setting: &Setting, text: &str) -> Result<PathBuf, ConfigError> {
        place::absolute(text, &setting.base, self.home).map_err(|problem| bad(key, setting, problem))
    }

    /// Paths with `:` between them.
    fn paths(&self, key: &str) -> Result<Vec<PathBuf>, ConfigError> {
        let Some((setting, text)) = self.set(key) else {
            return Ok(Vec::new());
        };
        let texts = text.split(':').map(str::trim).filter(|text| !text.is_empty());
        texts
            .map(|text| match self.path(key, setting, text)? {
                all if all.parent().is_none() => Err(bad(
                    key,
                    setting,
                    "`/` would open the whole disk; `SAMOCODE_SANDBOX=off` does".into(),
                )),
                path => Ok(path),
            })
            .collect()
    }

    fn folder(&self, file: &Path, key: &'static str) -> Result<Folder, ConfigError> {
        let missing = || ConfigError::MissingKeys { path: file.to_owned(), keys: vec![key] };
        let (setting, text) = self.set(key).ok_or_else(missing)?;
        let path = self.path(key, setting, text)?;
        let relative_to = (!text.starts_with(['/', '~'])).then(|| setting.base.clone());
        Ok(Folder::new(setting.origin.naming(key), path, relative_to))
    }

    fn policy(&self) -> Result<Policy, ConfigError> {
        Ok(Policy {
            max_failures: self.required("SAMOCODE_MAX_RETRIES", values::count)?,
            retry_delay: self.required("SAMOCODE_RETRY_DELAY", values::seconds)?,
            max_idle: self.required("SAMOCODE_MAX_IDLE", values::count)?,
            stall_start: self.required("SAMOCODE_STALL_START", values::timeout)?,
            stall_stream: self.required("SAMOCODE_STALL_STREAM", values::timeout)?,
            stall_tool: self.required("SAMOCODE_STALL_TOOL", values::timeout)?,
            fallback: self.fallback()?,
            max_wait: self.required("SAMOCODE_MAX_WAIT", values::duration)?,
            max_iterations: self.optional("SAMOCODE_MAX_ITERATIONS", values::count)?,
            max_cost_usd: self.optional("SAMOCODE_MAX_COST", values::dollars)?,
            max_tokens: self.optional("SAMOCODE_MAX_TOKENS", values::tokens)?,
            max_time: self.optional("SAMOCODE_MAX_TIME", values::duration)?,
            verify: self.optional("SAMOCODE_VERIFY", text)?,
            verify_limit: self.required("SAMOCODE_VERIFY_TIMEOUT", values::timeout)?,
            ..Policy::default()
        })
    }

    fn fallback(&self) -> Result<Option<Fallback>, ConfigError> {
        let provider: Option<ProviderKind> = self.optional("SAMOCODE_FALLBACK", str::parse)?;
        let after = self.required("SAMOCODE_FALLBACK_AFTER", values::seconds)?;
        Ok(provider.map(|provider| Fallback { provider: provider.to_string(), after }))
    }

    fn phases(&self) -> Result<BTreeMap<String, PhaseOverride>, ConfigError> {
        let mut phases: BTreeMap<String, PhaseOverride> = BTreeMap::new();
        for key in self.settings.keys() {
            let Some((phase, suffix)) = keys::phase_key(key) else {
                continue;
            };
            let own = phases.entry(phase.to_lowercase()).or_default();
            match suffix {
                "_PROVIDER" => own.provider = self.optional(key, str::parse)?,
                "_MODEL" => own.model = self.optional(key, text)?,
                "_TIMEOUT" => own.timeout = self.optional(key, values::timeout)?,
                _ => own.tools = self.optional(key, values::tools)?.unwrap_or_default(),
            }
        }
        Ok(phases)
    }
}

fn bad(key: &str, setting: &Setting, problem: String) -> ConfigError {
    ConfigError::BadValue { setting: setting.origin.naming(key), problem }
}

fn explain(spec: &LoadSpec<'_>, settings: &Settings) -> Vec<Explained> {
    let shown = |key: &str, text: &str| {
        let secret = keys::find(key).is_some_and(|key| key.secret) && !text.is_empty();
        if secret { Secret::new(text).to_string() } else { text.to_owned() }
    };
    let own = keys::KEYS.iter().map(|key| match settings.get(key.name) {
        Some(setting) => Explained {
            key: key.name.into(),
            value: shown(key.name, &setting.text),
            origin: setting.origin.clone(),
        },
        None => {
            Explained { key: key.name.into(), value: key.default.into(), origin: Origin::of(Source::Default) }
        }
    });
    let phases = settings.iter().filter(|(key, _)| keys::find(key).is_none()).map(|(key, setting)| {
        Explained { key: key.clone(), value: setting.text.clone(), origin: setting.origin.clone() }
    });
    let flags = [("--model", &spec.flags.model), ("--timeout", &spec.flags.timeout)].into_iter().filter_map(
        |(flag, text)| {
            let origin = Origin { flag: Some(flag), ..Origin::of(Source::Flag) };
            Some(Explained { key: flag.into(), value: text.clone()?, origin })
        },
    );
    own.chain(phases).chain(flags).collect()
}
