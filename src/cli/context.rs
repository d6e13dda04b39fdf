//! What every command needs: settings, folders, and how the person would type the next command.

use std::path::{Path, PathBuf};

use crate::cli::args::Files;
use crate::cli::failure::Failure;
use crate::config::{Config, Dirs, LoadSpec, Overrides};
use crate::engine::{EngineError, Found, look_up, look_up_archived};
use crate::store::Layout;

/// Settings and where they came from.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) config: Config,
    pub(super) dirs: Dirs,
    explicit_config: Option<PathBuf>,
}

impl Context {
    /// Loads the settings that apply here.
    pub(super) fn load(files: &Files, flags: Overrides) -> Result<Self, Failure> {
        let dirs = dirs()?;
        let config = Config::load(&spec(files, &dirs, flags)?)?;
        Ok(Self { config, dirs, explicit_config: files.config.clone() })
    }

    /// Loads one file and nothing else: neither the environment nor a person's own file has a say.
    pub(super) fn alone(file: &Path) -> Result<Self, Failure> {
        let nothing = |_: &str| None;
        let folder = file.parent().unwrap_or(file);
        let dirs = Dirs::of_user(&nothing).unwrap_or_else(|| Dirs::new(folder, &nothing));
        let config = Config::load(&LoadSpec {
            config: Some(file.to_owned()),
            env_file: None,
            start_dir: folder.to_owned(),
            flags: Overrides::default(),
            env: &nothing,
            home: dirs.home.clone(),
            user_config_dir: folder.join("no-such-folder"),
        })?;
        Ok(Self { config, dirs, explicit_config: None })
    }

    /// A command as the person would type it here.
    pub(super) fn command(&self, words: &str) -> String {
        match &self.explicit_config {
            Some(path) => format!("samocode --config {} {words}", shell_word(path)),
            None => format!("samocode {words}"),
        }
    }

    /// The session of that name.
    pub(super) fn session(&self, name: &str) -> Result<Layout, Failure> {
        match look_up(&self.config.sessions, name)? {
            Found::Session(layout) => Ok(layout),
            Found::Folder(layout) => Err(EngineError::NotAdopted { path: layout.session_dir() }.into()),
            Found::New(name) => {
                // A finished session is not found by its bare name to be run, but may be looked at.
                let newest = crate::engine::list(&self.config.sessions)?
                    .into_iter()
                    .rfind(|layout| is_named(layout.folder(), name.as_str()));
                let sessions = &self.config.sessions;
                newest.ok_or_else(|| match look_up_archived(sessions, name.as_str()) {
                    Ok(Some(found)) => {
                        EngineError::Archived { name: name.to_string(), path: found.session_dir() }.into()
                    }
                    Ok(None) | Err(_) => {
                        EngineError::NoSession { name: name.to_string(), sessions: sessions.clone() }.into()
                    }
                })
            }
        }
    }
}

/// The person's folders.
pub(super) fn dirs() -> Result<Dirs, Failure> {
    Dirs::of_user(&variable)
        .ok_or_else(|| Failure::usage("the home folder is not known").with_hint("set HOME"))
}

/// What settings are loaded from here.
pub(super) fn spec(files: &Files, dirs: &Dirs, flags: Overrides) -> Result<LoadSpec<'static>, Failure> {
    let start_dir = std::env::current_dir()
        .map_err(|e| Failure::usage(format!("the working directory cannot be read: {e}")))?;
    Ok(LoadSpec {
        config: files.config.clone(),
        env_file: files.env_file.clone(),
        start_dir,
        flags,
        env: &variable,
        home: dirs.home.clone(),
        user_config_dir: dirs.config.clone(),
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn is_named(folder: &str, name: &str) -> bool {
    crate::domain::name::FolderName::parse(folder).is_some_and(|folder| folder.name.as_str() == name)
}

/// A path as a shell takes it.
pub(super) fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    shlex::try_quote(&text).map_or_else(|_| text.clone(), std::borrow::Cow::into_owned)
}

/// The login name, for the record.
pub(super) fn login() -> String {
    ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()))
}
