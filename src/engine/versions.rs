//! Whether a CLI is new enough: asked of the program itself, once for each state of its file.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::command::{CommandSpec, Exit};
use crate::engine::{EngineError, Settings, random_hex};
use crate::process::{Cut, Graces, Launch, Stderr, run_bounded};
use crate::provider::{Needed, Provider, ProviderError, Version};
use crate::store::write_atomic;

/// Gemini CLI takes 2.8 s on a slow machine; one that takes longer than this is slow to start, too.
const LIMIT: Duration = Duration::from_secs(15);
/// It has nothing to put away.
const HASTY: Graces = Graces {
    interrupt: Duration::from_millis(500),
    terminate: Duration::from_millis(500),
    leftovers: Duration::from_millis(200),
};
/// As much of what it prints as is looked at, in bytes: Claude Code's help is 12,000 long.
const MOST: usize = 64 * 1024;
/// Most characters of its words that are shown.
const SHOWN: usize = 80;
/// What is known of programs, in samocode's cache.
const KNOWN: &str = "versions.json";

/// A CLI's program, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCli {
    /// Its program.
    pub program: PathBuf,
    /// Its version; none where it is samocode itself.
    pub version: Option<CliVersion>,
}

/// What a program says its version is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CliVersion {
    /// This one.
    Known(Version),
    /// It says something else; in words.
    Unsaid(String),
    /// It could not be asked; in words.
    Failed(String),
}

/// A program's file: one that was replaced, by an update for example, has another inode or another time of change.
/// The time of writing would not do, for npm gives all files the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    inode: u64,
    changed: (i64, i64),
    length: u64,
}

/// What a program said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    stamp: Stamp,
    version: String,
    /// The flags that its help lacks; looked for only where its version could not be read.
    #[serde(default)]
    missing: Vec<String>,
}

impl Settings {
    /// Finds a CLI's program and refuses one that is too old, or lacks a flag. What is known of its file is not asked
    /// again. That it does not say its version is no reason to refuse it.
    ///
    /// # Errors
    /// When it is missing, cannot be run, or is too old.
    pub fn find_cli(&self, provider: &Provider) -> Result<FoundCli, EngineError> {
        self.find(provider, true)
    }

    /// The same without a trace: nothing of it is kept.
    ///
    /// # Errors
    /// As [`find_cli`](Self::find_cli).
    pub fn look_at_cli(&self, provider: &Provider) -> Result<FoundCli, EngineError> {
        self.find(provider, false)
    }

    fn find(&self, provider: &Provider, keep: bool) -> Result<FoundCli, EngineError> {
        let program = provider.check(&self.person_env)?;
        let Some(needed) = provider.needed() else {
            return Ok(FoundCli { program, version: None });
        };
        let said = match self.said(provider, needed, &program, keep) {
            Ok(said) => said,
            Err(why) => return Ok(FoundCli { program, version: Some(CliVersion::Failed(why)) }),
        };
        if let Some((version, _)) = needed.answer(&said.version) {
            needed.allow(version, &program)?;
            return Ok(FoundCli { program, version: Some(CliVersion::Known(version)) });
        }
        if !said.missing.is_empty() {
            return Err(ProviderError::MissingFlags { needed, flags: said.missing, path: program }.into());
        }
        let why = format!("`{} --version` says no version: {}", program.display(), shown(&said.version));
        Ok(FoundCli { program, version: Some(CliVersion::Unsaid(why)) })
    }

    fn said(
        &self,
        provider: &Provider,
        needed: &'static Needed,
        program: &Path,
        keep: bool,
    ) -> Result<Said, String> {
        let cache = self.cache_dir.join(KNOWN);
        let known = fs::read(&cache).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let mut known: BTreeMap<PathBuf, Said> = known.unwrap_or_default();
        let stamp = Stamp::of(program);
        if let Some(said) = known.get(program).filter(|said| Some(said.stamp) == stamp) {
            return Ok(said.clone());
        }
        let printed = self.ask(provider, needed, program, "--version")?;
        let (version, missing) = match needed.answer(&printed) {
            Some((_, line)) => (shown(line), Vec::new()),
            // Help that cannot be had says nothing of flags.
            None => match self.ask(provider, needed, program, "--help") {
                Ok(help) => (shown(&printed), needed.missing(&help).into_iter().map(str::to_owned).collect()),
                Err(_) => (shown(&printed), Vec::new()),
            },
        };
        let Some(stamp) = stamp else {
            return Err(format!("{} is gone", program.display()));
        };
        let said = Said { stamp, version, missing };
        if !keep {
            return Ok(said);
        }
        known.retain(|program, _| program.exists());
        known.insert(program.to_owned(), said.clone());
        if let Ok(text) = serde_json::to_vec_pretty(&known) {
            // Not kept, it is asked again.
            let _ = fs::create_dir_all(&self.cache_dir);
            let _ = write_atomic(&cache, &text);
        }
        Ok(said)
    }

    /// What a program prints for one argument, in the environment that an iteration would give it but with a state of its
    /// own: Codex makes folders in it by the way. Nothing of it is left running.
    fn ask(
        &self,
        provider: &Provider,
        needed: &'static Needed,
        program: &Path,
        argument: &str,
    ) -> Result<String, String> {
        let scratch = tempfile::tempdir().map_err(|e| format!("there is no temporary folder: {e}"))?;
        let asked = format!("`{} {argument}`", program.display());
        let mut env = self.environment(Some(provider)).variables;
        if let Some(state) = provider.state(scratch.path(), &env) {
            env.retain(|(name, _)| name != state.variable);
            env.push((state.variable.into(), scratch.path().into()));
        }
        let stdout_log = scratch.path().join("stdout");
        // A wrapper of the person's may stay behind its CLI.
        let said = stdout_log.clone();
        let answered = move || fs::read_to_string(&said).is_ok_and(|out| has_version(needed, &out));
        let launch = Launch {
            spec: CommandSpec {
                program: program.to_owned(),
                args: vec![argument.into()],
                env,
                dir: scratch.path().to_owned(),
                confinement: None,
            },
            prompt: None,
            tag: format!("version/{}", random_hex().map_err(|e| e.to_string())?),
            graces: HASTY,
            keeper: self.program.clone(),
            stdout_log,
            stderr: Stderr::Log(scratch.path().join("stderr")),
            stdout_tail: MOST,
            redactor: Arc::clone(&self.redactor),
        };
        let finished =
            run_bounded(launch, LIMIT, answered).map_err(|e| format!("{asked} could not be started: {e}"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&finished.ended.stdout_tail), text(&finished.ended.stderr_tail));
        match (finished.cut, finished.ended.exit) {
            (Some(Cut::Stopped), _) => Ok(out),
            (Some(Cut::TimeLimit), _) if needed.answer(&out).is_some() => Ok(out),
            (Some(Cut::TimeLimit), _) => Err(format!("{asked} did not end within {} s", LIMIT.as_secs())),
            (None, Exit::Code(0)) => Ok(out),
            (None, exit) => {
                let words = if out.trim().is_empty() { err } else { out };
                Err(format!("{asked} ended with {exit}: {}", shown(&words)))
            }
        }
    }
}

impl Stamp {
    /// Of the file that a path leads to.
    fn of(program: &Path) -> Option<Self> {
        let found = fs::metadata(program).ok()?;
        Some(Self { inode: found.ino(), changed: (found.ctime(), found.ctime_nsec()), length: found.len() })
    }
}

/// Whether a whole line is the CLI's own answer. A version in a line of another form may be a notice's, and the answer
/// still to come.
fn has_version(needed: &Needed, out: &str) -> bool {
    out.rsplit_once('\n').is_some_and(|(whole, _)| needed.sure_answer(whole).is_some())
}

/// The first line, without what would steer a terminal.
fn shown(printed: &str) -> String {
    let first = printed.trim_start().lines().next().unwrap_or_default();
    first.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}
