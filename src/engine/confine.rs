//! The sandbox of a session's children: whether there is one, and what each child may write and read in it.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::config::SandboxMode;
use crate::domain::command::{CommandSpec, Exit};
use crate::engine::orchestrator::Orchestrator;
use crate::engine::{EngineError, Settings, random_hex};
use crate::process::{Graces, Launch, Stderr, run_bounded};
use crate::provider::Provider;
use crate::sandbox::{self, Facts};
use crate::store::Layout;

/// How long the self-test may take.
const TEST_LIMIT: Duration = Duration::from_secs(20);

/// Said where there is none.
const OPEN: &str = "the CLI and its tools can write and read what you can";

/// What the confinements of a run have in common.
#[derive(Debug)]
pub(super) struct Sandbox {
    home: PathBuf,
    temporary: Vec<PathBuf>,
    /// Where the machine's own folder for temporary files has the project in it, children get one of their own. Removed
    /// with the orchestrator.
    own_temporary: Option<TempDir>,
}

impl Settings {
    /// Refuses what cannot be kept: a sandbox that is required where there is none.
    ///
    /// # Errors
    /// Why the system has none.
    pub fn check_sandbox(&self) -> Result<(), EngineError> {
        wanted(self.config.sandbox, sandbox::available).map(drop).map_err(no_sandbox)
    }
}

fn no_sandbox(why: String) -> EngineError {
    EngineError::NoSandbox { why }
}

/// What a mode comes to here.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    On,
    /// Off, and what is to be said about it.
    Off(String),
}

fn wanted<E: ToString>(
    mode: SandboxMode,
    available: impl FnOnce() -> Result<(), E>,
) -> Result<Wanted, String> {
    match mode {
        SandboxMode::Off => Ok(Wanted::Off(format!("the sandbox is off (SAMOCODE_SANDBOX): {OPEN}"))),
        SandboxMode::Auto => Ok(available().map_or_else(|why| without(&why.to_string()), |()| Wanted::On)),
        SandboxMode::Required => available().map(|()| Wanted::On).map_err(|why| why.to_string()),
    }
}

fn without(why: &str) -> Wanted {
    Wanted::Off(format!("there is no sandbox here: {why}; {OPEN}"))
}

impl Orchestrator<'_> {
    /// Decides about the sandbox, tries it out, and says so where there is none.
    pub(super) fn enter_sandbox(&mut self) -> Result<(), EngineError> {
        let mode = self.settings.config.sandbox;
        match wanted(mode, sandbox::available).map_err(no_sandbox)? {
            Wanted::Off(words) => {
                self.say.line(&words);
                return Ok(());
            }
            Wanted::On => {}
        }
        self.sandbox = Some(self.make_sandbox()?);
        if let Err(why) = self.try_sandbox()? {
            self.sandbox = None;
            if mode == SandboxMode::Required {
                return Err(no_sandbox(why));
            }
            if let Wanted::Off(words) = without(&why) {
                self.say.line(&words);
            }
        }
        Ok(())
    }

    fn make_sandbox(&self) -> Result<Sandbox, EngineError> {
        let home = self.variable("HOME").map(PathBuf::from).or_else(std::env::home_dir).unwrap_or_default();
        let home = real(&home);
        let standard = self.variable("TMPDIR").filter(|folder| Path::new(folder).is_absolute());
        let standard = real(Path::new(standard.as_deref().unwrap_or("/tmp")));
        let places = self.places(&home);
        let own_temporary = if sandbox::lies_apart(&standard, &places) {
            None
        } else {
            let made = tempfile::Builder::new().prefix("samocode-").tempdir_in(&standard);
            let cannot =
                |source| EngineError::Io { what: "make a folder in", path: standard.clone(), source };
            Some(made.map_err(cannot)?)
        };
        let temporary = vec![standard, real(Path::new("/tmp")), real(Path::new("/var/tmp"))];
        Ok(Sandbox { home, temporary, own_temporary })
    }

    /// A child that writes to samocode's own record must be refused, and one that writes to the session must not.
    fn try_sandbox(&self) -> Result<Result<(), String>, EngineError> {
        let layout = self.record.layout();
        let (closed, open) =
            (layout.record_dir().join("sandbox-test"), layout.session_dir().join(".sandbox-test"));
        let script = r#"(: >"$0") 2>/dev/null && exit 3; (: >"$1") || exit 4"#;
        let spec = CommandSpec {
            program: PathBuf::from("/bin/sh"),
            args: vec!["-c".into(), script.into(), closed.clone().into(), open.clone().into()],
            env: self.settings.environment(None).variables,
            dir: layout.session_dir(),
            confinement: None,
        };
        let log = layout.record_dir().join("sandbox-test.log");
        let launch = Launch {
            spec: self.confined(spec, &layout.session_dir(), None)?,
            prompt: None,
            tag: format!("{}/sandbox-{}", layout.process_mark(), random_hex()?),
            graces: Graces::default(),
            keeper: self.settings.program.clone(),
            stdout_log: log.clone(),
            stderr: Stderr::WithStdout,
            stdout_tail: 512,
            redactor: Arc::clone(&self.settings.redactor),
        };
        let finished = run_bounded(launch, TEST_LIMIT, || false);
        for left in [&closed, &open, &log] {
            // Whatever of it was made has served its purpose.
            let _ = std::fs::remove_file(left);
        }
        Ok(match finished {
            Ok(finished) => match finished.ended.exit {
                Exit::Code(0) => Ok(()),
                Exit::Code(3) => Err("a confined process could write to samocode's own record".to_owned()),
                Exit::Code(4) => Err("a confined process could not write to the session folder".to_owned()),
                exit => Err(format!("its test ended with {exit}")),
            },
            Err(error) => Err(error.to_string()),
        })
    }

    /// A command with its confinement, where there is a sandbox.
    pub(super) fn confined(
        &self,
        mut spec: CommandSpec,
        worktree: &Path,
        provider: Option<&Provider>,
    ) -> Result<CommandSpec, EngineError> {
        let Some(sandbox) = &self.sandbox else {
            return Ok(spec);
        };
        let state =
            provider.map(|provider| provider.state_folders(&sandbox.home, &spec.env)).unwrap_or_default();
        for folder in &state {
            // A confined child can make nothing in the home folder.
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(|source| EngineError::Io { what: "make", path: folder.clone(), source })?;
        }
        let mut temporary = sandbox.temporary.clone();
        let mut work = vec![
            real(worktree),
            real(self.repository.common_dir()),
            real(&self.record.layout().session_dir()),
        ];
        work.extend(state.iter().map(|folder| real(folder)));
        if let Some(file) = provider.and_then(|provider| provider.state_file(&sandbox.home)) {
            // The CLI would make it itself but for the confinement; without it, it ignores its own arguments (measured).
            let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
            if let Ok(mut file) = made {
                let _ = file.write_all(b"{}\n");
            }
            work.push(real(&file));
        }
        if let Some(own) = &sandbox.own_temporary {
            for name in ["TMPDIR", "CLAUDE_CODE_TMPDIR"] {
                spec.env.retain(|(other, _)| other != name);
                spec.env.push((name.into(), own.path().into()));
            }
            work.push(real(own.path()));
        }
        temporary.dedup();
        let config = &self.settings.config;
        let facts = Facts {
            work,
            temporary,
            caches: real(self.settings.cache_dir.parent().unwrap_or(&self.settings.cache_dir)),
            own: vec![
                real(&Layout::records(&config.sessions)),
                real(&self.settings.cache_dir),
                real(&config.file),
                sandbox.home.join(".config/samocode"),
            ],
            places: self.places(&sandbox.home),
            tokens: sandbox::token_files(&sandbox.home),
            home: sandbox.home.clone(),
        };
        let env: BTreeMap<_, _> = spec.env.iter().map(|(name, value)| (name.as_os_str(), value)).collect();
        let variable = |name: &str| env.get(std::ffi::OsStr::new(name))?.to_str().map(str::to_owned);
        spec.confinement = Some(sandbox::plan(&facts, variable));
        Ok(spec)
    }

    /// What must not lie in a folder that is opened whole.
    fn places(&self, home: &Path) -> Vec<PathBuf> {
        let config = &self.settings.config;
        let places = [
            config.main_repo.as_path(),
            self.repository.top(),
            &config.sessions,
            &config.worktrees,
            config.root(),
            home,
        ];
        places.map(real).to_vec()
    }

    fn variable(&self, name: &str) -> Option<String> {
        let mut all = self.settings.person_env.iter();
        all.find(|(other, _)| other == name)?.1.to_str().map(str::to_owned)
    }
}

/// A path without links, as the kernel will judge it; as it stands where it does not exist yet.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_kernel_for_it_auto_says_so_and_required_refuses() {
        let cannot = || Err("an old kernel");
        let Ok(Wanted::Off(words)) = wanted(SandboxMode::Auto, cannot) else {
            panic!("auto goes on without");
        };
        assert!(words.contains("an old kernel") && words.contains(OPEN), "{words}");
        assert_eq!(wanted(SandboxMode::Required, cannot), Err("an old kernel".to_owned()));
    }

    #[test]
    fn where_the_kernel_can_only_off_is_off_and_that_is_said() {
        let can = || Ok::<(), String>(());
        assert_eq!(wanted(SandboxMode::Auto, can), Ok(Wanted::On));
        assert_eq!(wanted(SandboxMode::Required, can), Ok(Wanted::On));
        assert!(matches!(wanted(SandboxMode::Off, can), Ok(Wanted::Off(words)) if words.contains(OPEN)));
    }
}
