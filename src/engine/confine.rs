//! The sandbox of a session's children: whether there is one, tried out before it is relied on. What a child may write and
//! read in it is said in `confined`.

use std::cell::Cell;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::config::{ProviderKind, SandboxMode};
use crate::domain::command::{CommandSpec, Exit};
use crate::engine::happening::Happening;
use crate::engine::orchestrator::Orchestrator;
use crate::engine::say::duration_words;
use crate::engine::{EngineError, Settings, Wish, random_hex};
use crate::process::{Graces, Launch, Stderr, run_bounded};
use crate::sandbox::{self, Cache, Unavailable};

/// How long the self-test may take.
const TEST_LIMIT: Duration = Duration::from_secs(20);

/// The first pause before the self-test is tried again, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// Said where there is none.
const OPEN: &str = "the CLI and its tools can write and read what you can";

/// What the confinements of a run have in common.
#[derive(Debug)]
pub(super) struct Sandbox {
    pub(super) home: PathBuf,
    /// Folders for temporary files that are opened whole.
    pub(super) temporary: Vec<PathBuf>,
    /// Where the machine's own folder for temporary files has a place of the person's in it, children get one of their
    /// own. Removed with the orchestrator.
    pub(super) own_temporary: Option<TempDir>,
    /// Package caches, without links.
    pub(super) caches: Vec<PathBuf>,
}

impl Settings {
    /// Refuses what cannot be kept: a sandbox that is required where there is none.
    ///
    /// # Errors
    /// Why the system has none.
    pub fn check_sandbox(&self) -> Result<(), EngineError> {
        wanted(self.config.sandbox, sandbox::available).map(drop)
    }
}

/// What a mode comes to here.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    On,
    /// Off, and what is to be said about it.
    Off(String),
}

fn wanted(
    mode: SandboxMode,
    available: impl FnOnce() -> Result<u32, Unavailable>,
) -> Result<Wanted, EngineError> {
    if mode == SandboxMode::Off {
        return Ok(Wanted::Off(format!("the sandbox is off (SAMOCODE_SANDBOX): {OPEN}")));
    }
    match available() {
        Ok(_) => Ok(Wanted::On),
        Err(Unavailable::None(why)) => without(mode, why),
        Err(Unavailable::NotAsked { why, passes }) => Err(EngineError::SandboxNotAsked { why, passes }),
    }
}

/// What a mode comes to where there is none.
fn without(mode: SandboxMode, why: String) -> Result<Wanted, EngineError> {
    match mode {
        SandboxMode::Required => Err(EngineError::NoSandbox { why }),
        SandboxMode::Auto | SandboxMode::Off => {
            Ok(Wanted::Off(format!("there is no sandbox here: {why}; {OPEN}")))
        }
    }
}

/// What a confined process that was tried shows.
enum Trial {
    /// It is kept out of what is closed, and reaches what is open.
    Holds,
    /// The kernel's sandbox does not do what it has to.
    Fails(String),
    /// It could not be tried for now.
    NotTried(String),
}

impl Orchestrator<'_> {
    /// Decides about the sandbox. Where the machine has nothing to try it with, that is waited for as an outage is: no
    /// child starts unconfined because a fork failed.
    pub(super) fn enter_sandbox_in_time(&mut self) -> Result<Option<Wish>, EngineError> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.enter_sandbox() {
                Ok(()) => return Ok(None),
                Err(error @ EngineError::SandboxNotAsked { passes: true, .. }) => error,
                Err(error) => return Err(error),
            };
            if begun.elapsed() + pause > self.settings.config.policy.max_wait {
                return Err(error);
            }
            self.say.line(&format!("{error}; trying again in {}", duration_words(pause)));
            let until = Instant::now() + pause;
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                if matches!(self.happenings.next(left), Some(Happening::Interrupt)) {
                    self.interrupted = true;
                    return Ok(Some(Wish::Interrupted));
                }
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Decides about the sandbox, tries it out, and says so where there is none.
    fn enter_sandbox(&mut self) -> Result<(), EngineError> {
        let mode = self.settings.config.sandbox;
        let mut wanted = wanted(mode, sandbox::available)?;
        if wanted == Wanted::On {
            self.sandbox = Some(self.make_sandbox()?);
            wanted = match self.try_sandbox()? {
                Trial::Holds => Wanted::On,
                Trial::Fails(why) => without(mode, why)?,
                // It may well be there: an error never takes it away.
                Trial::NotTried(why) => return Err(EngineError::SandboxNotAsked { why, passes: true }),
            };
        }
        if let Wanted::Off(words) = wanted {
            self.sandbox = None;
            self.say.line(&words);
        }
        Ok(())
    }

    fn make_sandbox(&self) -> Result<Sandbox, EngineError> {
        let home = self.home();
        let closed = [self.places(&home), self.own(&home)].concat();
        let standard = self.standard_temporary();
        let own_temporary = if sandbox::lies_apart(&standard, &closed) {
            None
        } else {
            let made = tempfile::Builder::new().prefix("samocode-").tempdir_in(&standard);
            let cannot =
                |source| EngineError::Io { what: "make a folder in", path: standard.clone(), source };
            Some(made.map_err(cannot)?)
        };
        let mut temporary = vec![standard, real(Path::new("/tmp")), real(Path::new("/var/tmp"))];
        temporary.retain(|folder| sandbox::lies_apart(folder, &closed));
        temporary.dedup();
        let caches = self.make_caches(&home);
        for path in &self.settings.config.sandbox_write {
            if !path.exists() {
                make_folder(path).map_err(|source| EngineError::Io {
                    what: "make",
                    path: path.clone(),
                    source,
                })?;
            }
        }
        Ok(Sandbox { home, temporary, own_temporary, caches })
    }

    /// The person's folder for temporary files; the usual one where theirs is none.
    pub(super) fn standard_temporary(&self) -> PathBuf {
        let named = self.variable("TMPDIR").map(PathBuf::from);
        let named = named.filter(|folder| folder.is_absolute() && folder.is_dir());
        real(named.as_deref().unwrap_or(Path::new("/tmp")))
    }

    /// The package caches; those of installed tools are made where they are missing, for a confined child cannot.
    fn make_caches(&self, home: &Path) -> Vec<PathBuf> {
        let base = self.settings.cache_dir.parent().unwrap_or(&self.settings.cache_dir);
        let mut folders = vec![base.to_owned(), home.join(".cache")];
        folders.dedup();
        let path = self.variable("PATH").unwrap_or_default();
        let programs: Vec<PathBuf> = std::env::split_paths(&path).filter(|path| path.is_absolute()).collect();
        // The built-in agent runs no tool, but the person's own commands may.
        let all = self.runs_tools();
        let any = Cell::new(all);
        let installed = |name: &str| {
            let used = all || self.own_commands().any(|line| names_program(line, name));
            let found = used && programs.iter().any(|folder| folder.join(name).is_file());
            any.set(any.get() || found);
            found
        };
        let marked = |name: &str| self.repository.top().join(name).exists();
        let mut caches = sandbox::caches(home, &folders, |name| self.variable(name), installed, marked);
        if !any.get() {
            caches.iter_mut().for_each(|cache| cache.wanted = false);
        }
        let mut found: Vec<PathBuf> = caches.iter().filter_map(cache).collect();
        found.sort();
        found.dedup();
        found
    }

    /// A child that writes to samocode's own record must be refused, and one that writes to the session must not.
    fn try_sandbox(&self) -> Result<Trial, EngineError> {
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
        let standard = self.standard_temporary();
        let folder = tempfile::tempdir_in(&standard).map_err(|source| EngineError::Io {
            what: "make a folder in",
            path: standard,
            source,
        })?;
        let launch = Launch {
            spec: self.confined(spec, &layout.session_dir(), None)?,
            prompt: None,
            tag: format!("{}/sandbox-{}", layout.process_mark(), random_hex()?),
            graces: Graces::default(),
            keeper: self.settings.program.clone(),
            stdout_log: folder.path().join("log"),
            stderr: Stderr::WithStdout,
            stdout_tail: 512,
            redactor: Arc::clone(&self.settings.redactor),
        };
        let finished = run_bounded(launch, TEST_LIMIT, || false);
        for left in [&closed, &open] {
            // Whatever of it was made has served its purpose.
            let _ = std::fs::remove_file(left);
        }
        Ok(match finished {
            Ok(finished) => match finished.ended.exit {
                Exit::Code(0) => Trial::Holds,
                Exit::Code(3) => {
                    Trial::Fails("a confined process could write to samocode's own record".to_owned())
                }
                Exit::Code(4) => {
                    Trial::Fails("a confined process could not write to the session folder".to_owned())
                }
                // Somebody ended it, the kernel for want of memory perhaps.
                exit @ (Exit::Signal(_) | Exit::Unknown) => {
                    Trial::NotTried(format!("its test ended with {exit}"))
                }
                exit @ Exit::Code(_) => {
                    let why = format!("its test ended with {exit}");
                    return Err(EngineError::SandboxNotAsked { why, passes: false });
                }
            },
            Err(error) if error.is_unconfined() => Trial::Fails(error.to_string()),
            Err(error) if error.shortage().is_some() => Trial::NotTried(error.to_string()),
            Err(error) => return Err(error.into()),
        })
    }

    /// Whether some phase may run any tool: the built-in agent needs none.
    fn runs_tools(&self) -> bool {
        let config = &self.settings.config;
        let mut phases = self.session().workflow.phases().filter(|rules| rules.agent.is_some());
        phases.any(|rules| config.for_phase(&rules.name).provider != ProviderKind::Demo)
    }

    /// The commands of the settings that children run.
    fn own_commands(&self) -> impl Iterator<Item = &str> {
        let config = &self.settings.config;
        [config.setup.as_deref(), config.policy.verify.as_deref()].into_iter().flatten()
    }

    pub(super) fn home(&self) -> PathBuf {
        let home = self.variable("HOME").map(PathBuf::from).or_else(std::env::home_dir).unwrap_or_default();
        real(&home)
    }

    pub(super) fn variable(&self, name: &str) -> Option<String> {
        let mut all = self.settings.person_env.iter();
        all.find(|(other, _)| other == name)?.1.to_str().map(str::to_owned)
    }
}

/// A cache without links, made where it is wanted and missing; none where there is none then.
fn cache(cache: &Cache) -> Option<PathBuf> {
    if cache.wanted && cache.path.symlink_metadata().is_err() {
        // Who may not make it may not use it either.
        let _ = if cache.is_file {
            cache.path.parent().map_or(Ok(()), make_folder).and_then(|()| make_file(&cache.path, ""))
        } else {
            make_folder(&cache.path)
        };
    }
    cache.path.canonicalize().ok()
}

/// Makes a folder with those above it, for its owner alone.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a file for its owner alone, unless something stands there.
pub(super) fn make_file(path: &Path, text: &str) -> io::Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a command line names a program.
fn names_program(line: &str, name: &str) -> bool {
    let part = |c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c));
    line.split(part).any(|word| word == name)
}

/// A path without links, as the kernel will judge it; as it stands where it does not exist yet.
pub(super) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_its_programs_and_no_parts_of_them() {
        assert!(names_program("npm ci && (npm test)", "npm"));
        assert!(names_program("CI=1 /usr/bin/cargo test", "cargo"));
        assert!(!names_program("pnpm test; cargo-nextest run", "npm"));
        assert!(!names_program("cargo-nextest run", "cargo"));
    }

    #[test]
    fn without_a_kernel_for_it_auto_says_so_and_required_refuses() {
        let cannot = || Err(Unavailable::None("an old kernel".to_owned()));
        let Ok(Wanted::Off(words)) = wanted(SandboxMode::Auto, cannot) else {
            panic!("auto goes on without");
        };
        assert!(words.contains("an old kernel") && words.contains(OPEN), "{words}");
        let refused = wanted(SandboxMode::Required, cannot);
        assert!(matches!(refused, Err(EngineError::NoSandbox { why }) if why == "an old kernel"));
    }

    #[test]
    fn an_error_on_the_way_takes_no_sandbox_away() {
        let busy = || Err(Unavailable::NotAsked { why: "out of processes".to_owned(), passes: true });
        for mode in [SandboxMode::Auto, SandboxMode::Required] {
            assert!(matches!(wanted(mode, busy), Err(EngineError::SandboxNotAsked { .. })), "{mode:?}");
        }
        assert!(matches!(wanted(SandboxMode::Off, busy), Ok(Wanted::Off(_))));
    }

    #[test]
    fn where_the_kernel_can_only_off_is_off_and_that_is_said() {
        let can = || Ok(3);
        assert!(matches!(wanted(SandboxMode::Auto, can), Ok(Wanted::On)));
        assert!(matches!(wanted(SandboxMode::Required, can), Ok(Wanted::On)));
        assert!(matches!(wanted(SandboxMode::Off, can), Ok(Wanted::Off(words)) if words.contains(OPEN)));
    }
}
