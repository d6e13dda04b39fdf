//! What one child may write, read and push to: its command with the confinement, and its git's settings.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::config::keys::KEYS;
use crate::domain::command::CommandSpec;
use crate::domain::environment::add_git_settings;
use crate::engine::EngineError;
use crate::engine::confine::{Sandbox, real};
use crate::engine::orchestrator::Orchestrator;
use crate::provider::{Provider, State};
use crate::sandbox::{self, Facts};
use crate::store::Layout;

impl Orchestrator<'_> {
    /// A command as a child gets it: its git pushes nowhere and signs nothing, and where there is a sandbox it runs in
    /// it. `provider` is the CLI that it is; none for a command of the person's, as set-up and verification.
    pub(super) fn confined(
        &self,
        spec: CommandSpec,
        worktree: &Path,
        provider: Option<&Provider>,
    ) -> Result<CommandSpec, EngineError> {
        let mut spec = self.confined_to(self.work(worktree), spec, worktree, provider)?;
        self.close_checkouts(&mut spec, worktree);
        Ok(spec)
    }

    /// The same for a command of the person's that may read the repository's other checkouts.
    pub(super) fn confined_beside_checkouts(
        &self,
        spec: CommandSpec,
        worktree: &Path,
    ) -> Result<CommandSpec, EngineError> {
        self.confined_to(self.work(worktree), spec, worktree, None)
    }

    /// The same for a CLI that only reads: of the session it writes nothing.
    pub(super) fn confined_to_reading(
        &self,
        mut spec: CommandSpec,
        worktree: &Path,
        provider: &Provider,
    ) -> Result<CommandSpec, EngineError> {
        // Git would refresh its index by the way.
        set_if_unset(&mut spec, "GIT_OPTIONAL_LOCKS", "0");
        let mut spec = self.confined_to(Vec::new(), spec, worktree, Some(provider))?;
        self.close_checkouts(&mut spec, worktree);
        Ok(spec)
    }

    fn confined_to(
        &self,
        mut work: Vec<PathBuf>,
        mut spec: CommandSpec,
        worktree: &Path,
        provider: Option<&Provider>,
    ) -> Result<CommandSpec, EngineError> {
        let own_folders = self.open_folders(worktree);
        add_git_settings(
            &mut spec.env,
            self.child_git.settings(self.settings.config.allow_push, &own_folders),
        );
        // There is nobody to be asked.
        set_if_unset(&mut spec, "GIT_TERMINAL_PROMPT", "0");
        let Some(sandbox) = &self.sandbox else {
            return Ok(spec);
        };
        let state = self.own_state(provider);
        work.extend(state.map(|(folder, _)| real(folder)));
        if let Some(own) = &sandbox.own_temporary {
            for name in ["TMPDIR", "TMP", "TEMP", "CLAUDE_CODE_TMPDIR"] {
                spec.env.retain(|(other, _)| other != name);
            }
            for name in ["TMPDIR", "CLAUDE_CODE_TMPDIR"] {
                spec.env.push((name.into(), own.path().into()));
            }
            work.push(real(own.path()));
        }
        let facts = self.facts(sandbox, work, state.map(|(_, state)| state));
        let env: BTreeMap<_, _> = spec.env.iter().map(|(name, value)| (name.as_os_str(), value)).collect();
        let variable = |name: &str| env.get(OsStr::new(name))?.to_str().map(str::to_owned);
        spec.confinement = Some(sandbox::plan(&facts, variable));
        Ok(spec)
    }

    /// Folders of the child's own, in which pushing by path harms nobody.
    fn open_folders(&self, worktree: &Path) -> Vec<PathBuf> {
        let mut folders = vec![worktree.to_owned()];
        match &self.sandbox {
            Some(sandbox) => {
                folders.extend(sandbox.temporary.iter().cloned());
                folders.extend(sandbox.own_temporary.iter().map(|own| own.path().to_owned()));
            }
            None => {
                let standard = self.standard_temporary();
                if sandbox::lies_apart(&standard, &self.places(&self.home())) {
                    folders.push(standard);
                }
            }
        }
        folders
    }

    /// Where a child works, and what the person opened for it.
    fn work(&self, worktree: &Path) -> Vec<PathBuf> {
        let config = &self.settings.config;
        let session = self.record.layout().session_dir();
        let mut work = vec![real(worktree), real(self.repository.common_dir()), real(&session)];
        work.extend(config.sandbox_write.iter().map(|path| real(path)));
        if config.allow_push {
            work.extend(self.child_git.local_remotes().iter().map(|path| real(path)));
        }
        work
    }

    fn facts(&self, sandbox: &Sandbox, work: Vec<PathBuf>, state: Option<&State>) -> Facts {
        let own = self.own(&sandbox.home);
        let mut tokens = sandbox::token_files(&sandbox.home);
        let settings = own.iter().filter(|path| is_settings_with_token(path));
        tokens.extend(settings.cloned());
        // A file that was named with `--env-file` may lie anywhere.
        tokens.extend(self.settings.config.files_with_secrets().map(real));
        // Copies of what is hidden where it lies, those of other sessions included.
        tokens.push(real(&self.states()));
        Facts {
            work,
            readable: state.iter().flat_map(|state| &state.readable).map(|path| real(path)).collect(),
            temporary: sandbox.temporary.clone(),
            caches: sandbox.caches.clone(),
            places: self.places(&sandbox.home),
            tokens,
            own,
            home: sandbox.home.clone(),
            may_push: self.settings.config.allow_push,
        }
    }

    /// What is samocode's: no child changes it.
    pub(super) fn own(&self, home: &Path) -> Vec<PathBuf> {
        let settings = self.settings;
        let mut own: Vec<PathBuf> = [
            &Layout::records(&settings.config.sessions),
            &settings.cache_dir,
            &settings.config.file,
            &settings.config.root().join(".env"),
            &settings.config_dir,
            &settings.config_dir.join("config"),
            &home.join(".config/samocode"),
        ]
        .map(|path| real(path))
        .to_vec();
        own.dedup();
        own
    }

    /// What must not lie in a folder that is opened whole.
    pub(super) fn places(&self, home: &Path) -> Vec<PathBuf> {
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
}

fn set_if_unset(spec: &mut CommandSpec, name: &str, value: &str) {
    if !spec.env.iter().any(|(other, _)| other == name) {
        spec.env.push((name.into(), value.into()));
    }
}

/// Whether a file names a setting of samocode's that is a credential. A child has no business with such a file.
fn is_settings_with_token(path: &Path) -> bool {
    let names = |text: &[u8]| {
        let mut secrets = KEYS.iter().filter(|key| key.secret);
        secrets.any(|key| memchr::memmem::find(text, key.name.as_bytes()).is_some())
    };
    path.is_file() && std::fs::read(path).map_or(true, |text| names(&text))
}
