//! The folder in which a confined CLI keeps its state: its own, for this session, with the person's settings linked into
//! it. A login that the CLI renews there becomes the person's, for the old one is worth nothing then.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::domain::command::CommandSpec;
use crate::engine::EngineError;
use crate::engine::confine::make_folder;
use crate::engine::orchestrator::Orchestrator;
use crate::provider::{Provider, State};

/// Where all of these folders lie, in samocode's cache.
pub(super) const STATES: &str = "state";

/// A longer login is none.
const LONGEST_LOGIN: u64 = 256 * 1024;

/// The folder of one CLI.
#[derive(Debug)]
pub(super) struct CliState {
    provider: &'static str,
    pub(super) dir: PathBuf,
    state: State,
    /// The person's files that were copied, as they were then.
    copied: Vec<(PathBuf, Option<Stamp>)>,
}

/// What tells that a file was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    changed: SystemTime,
    length: u64,
}

impl Orchestrator<'_> {
    /// Gives a confined CLI its folder. Without a sandbox it keeps using the person's.
    pub(super) fn with_own_state(
        &mut self,
        mut spec: CommandSpec,
        provider: &Provider,
    ) -> Result<CommandSpec, EngineError> {
        let Some(sandbox) = &self.sandbox else {
            return Ok(spec);
        };
        let Some(state) = provider.state(&sandbox.home, &spec.env) else {
            return Ok(spec);
        };
        self.renew_login();
        let dir = self.states().join(provider.name()).join(self.record.layout().process_mark());
        let mut copied = match self.cli_state.take() {
            Some(known) if known.dir == dir => known.copied,
            _ => Vec::new(),
        };
        ready(&dir, &state, &mut copied).map_err(|source| EngineError::Io {
            what: "make a folder for the CLI in",
            path: dir.clone(),
            source,
        })?;
        spec.env.retain(|(name, _)| name != state.variable);
        spec.env.push((state.variable.into(), dir.clone().into()));
        self.cli_state = Some(CliState { provider: provider.name(), dir, state, copied });
        Ok(spec)
    }

    /// The folders of all sessions' CLIs.
    pub(super) fn states(&self) -> PathBuf {
        self.settings.cache_dir.join(STATES)
    }

    /// The folder of a provider, and what of the person's it links to.
    pub(super) fn own_state(&self, provider: Option<&Provider>) -> Option<(&Path, &State)> {
        let own =
            self.cli_state.as_ref().filter(|own| provider.is_some_and(|it| it.name() == own.provider))?;
        Some((&own.dir, &own.state))
    }

    /// Makes a login that the CLI renewed the person's. Cheap where there is none: one look at one file.
    pub(super) fn renew_login(&mut self) {
        let Some(own) = &self.cli_state else {
            return;
        };
        if let Err(error) = take_login(&own.dir, &own.state.login) {
            let file = own.state.login.display();
            self.say.line(&format!(
                "the login that the CLI renewed could not be put in the place of {file}: {error}"
            ));
        }
    }

    /// A finished session's CLI needs no state any more; what it said and did is in the session's logs.
    pub(super) fn drop_states(&mut self) {
        self.renew_login();
        if let Some(own) = self.cli_state.take()
            && let Err(error) = fs::remove_dir_all(&own.dir)
            && error.kind() != ErrorKind::NotFound
        {
            self.say.line(&format!("{} could not be removed: {error}", own.dir.display()));
        }
    }
}

/// Brings the folder up to date. What an earlier run planted in the place of a setting is removed.
fn ready(dir: &Path, state: &State, copied: &mut Vec<(PathBuf, Option<Stamp>)>) -> io::Result<()> {
    make_folder(dir)?;
    take_login(dir, &state.login)?;
    for target in state.linked.iter().chain([&state.login]) {
        let link = dir.join(target.file_name().unwrap_or_default());
        let wanted = target.exists();
        if wanted && fs::read_link(&link).is_ok_and(|found| found == *target) {
            continue;
        }
        remove(&link)?;
        if wanted {
            symlink(target, &link)?;
        }
    }
    for original in &state.copied {
        let stamp = stamp(original);
        let copy = dir.join(original.file_name().unwrap_or_default());
        let known = copied.iter().any(|(path, known)| path == original && *known == stamp);
        if known && copy.is_file() {
            continue;
        }
        let text = if stamp.is_some() { fs::read(original)? } else { b"{}\n".to_vec() };
        remove(&copy)?;
        replace(&copy, &text)?;
        copied.retain(|(path, _)| path != original);
        copied.push((original.clone(), stamp));
    }
    Ok(())
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    Some(Stamp { changed: found.modified().ok()?, length: found.len() })
}

/// Removes whatever stands there, and follows no link.
fn remove(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Where the CLI put a file in the link's place, that file is the login now.
fn take_login(dir: &Path, login: &Path) -> io::Result<()> {
    let own = dir.join(login.file_name().unwrap_or_default());
    match own.symlink_metadata() {
        Ok(found) if found.is_file() && found.len() <= LONGEST_LOGIN => {}
        _ => return Ok(()),
    }
    let text = fs::read(&own)?;
    let is_login = matches!(serde_json::from_slice(&text), Ok(serde_json::Value::Object(_)));
    if !is_login || !login.exists() {
        return Ok(());
    }
    // The person's file may be a link to where it is kept.
    replace(&login.canonicalize()?, &text)?;
    let link = dir.join(".samocode-login");
    remove(&link)?;
    symlink(login, &link)?;
    fs::rename(&link, &own)
}

/// Writes a file for its owner alone, in one step.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let mut temporary = tempfile::Builder::new().prefix(".samocode-").tempfile_in(folder)?;
    temporary.write_all(text)?;
    temporary.as_file().sync_data()?;
    temporary.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    struct Home(TempDir);

    impl Home {
        fn new() -> Self {
            let home = Self(TempDir::new().unwrap());
            fs::create_dir(home.path("person")).unwrap();
            fs::write(home.path("person/settings.json"), "mine").unwrap();
            fs::write(home.path("person/login"), "{\"token\":1}").unwrap();
            fs::write(home.path("person/changing"), "1").unwrap();
            home
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn text(&self, name: &str) -> String {
            fs::read_to_string(self.path(name)).unwrap()
        }

        fn ready(&self, copied: &mut Vec<(PathBuf, Option<Stamp>)>) {
            let state = State {
                variable: "X",
                readable: Vec::new(),
                linked: ["settings.json", "agents"].map(|name| self.path("person").join(name)).into(),
                copied: vec![self.path("person/changing"), self.path("person/missing")],
                login: self.path("person/login"),
            };
            ready(&self.path("own"), &state, copied).unwrap();
        }
    }

    #[test]
    fn it_holds_the_persons_settings_and_copies_of_what_changes() {
        let home = Home::new();
        let mut copied = Vec::new();
        home.ready(&mut copied);
        assert_eq!(home.text("own/settings.json"), "mine");
        assert_eq!(home.text("own/missing"), "{}\n");
        fs::write(home.path("own/changing"), "the CLI's").unwrap();
        home.ready(&mut copied);
        assert_eq!(
            (home.text("own/changing"), home.text("person/changing")),
            ("the CLI's".into(), "1".into())
        );
        fs::write(home.path("person/changing"), "the person's").unwrap();
        home.ready(&mut copied);
        assert_eq!(home.text("own/changing"), "the person's");
    }

    #[test]
    fn what_a_run_put_in_the_place_of_a_setting_is_gone_before_the_next() {
        let home = Home::new();
        home.ready(&mut Vec::new());
        fs::remove_file(home.path("own/settings.json")).unwrap();
        fs::write(home.path("own/settings.json"), "planted").unwrap();
        fs::create_dir(home.path("own/agents")).unwrap();
        fs::write(home.path("own/agents/planted.md"), "planted").unwrap();
        home.ready(&mut Vec::new());
        assert_eq!(home.text("own/settings.json"), "mine");
        assert!(!home.path("own/agents").exists());
        assert_eq!(home.text("person/settings.json"), "mine");
    }

    #[test]
    fn a_renewed_login_becomes_the_persons_and_no_other_file_does() {
        let home = Home::new();
        home.ready(&mut Vec::new());
        for (renewed, stands) in [("{\"token\":2}", "{\"token\":2}"), ("half a lo", "{\"token\":2}")] {
            fs::write(home.path("own/new"), renewed).unwrap();
            fs::rename(home.path("own/new"), home.path("own/login")).unwrap();
            take_login(&home.path("own"), &home.path("person/login")).unwrap();
            assert_eq!(home.text("person/login"), stands);
        }
        home.ready(&mut Vec::new());
        assert_eq!(fs::read_link(home.path("own/login")).unwrap(), home.path("person/login"));
    }
}
