//! The folder in which a CLI keeps its state: its own, for this session, with the person's settings linked into it and
//! samocode's agents and skills beside them. A login that the CLI renews there becomes the person's, for the old one is
//! worth nothing then.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::domain::command::CommandSpec;
use crate::engine::EngineError;
use crate::engine::cli_login::{copy_login, take_copy, take_login};
use crate::engine::confine::make_folder;
use crate::engine::orchestrator::Orchestrator;
use crate::provider::{Added, Place, Prepared, Provider, State};

/// Where all of these folders lie, in samocode's cache.
pub(super) const STATES: &str = "state";

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

/// What of samocode's goes into the folder.
struct Additions<'a> {
    files: &'a [Added],
    /// What `install` put among the person's, for the CLI at its own prompt: a run that listed that, too, would have
    /// everything twice, and what its phase has no use for.
    installed: &'a [PathBuf],
}

impl Additions<'_> {
    /// Whether an entry of the person's is an installed one, or a folder with one in it.
    fn replaces(&self, person: &Path) -> bool {
        self.installed.iter().any(|file| file.starts_with(person))
    }
}

impl Orchestrator<'_> {
    /// Gives a CLI its folder where it is confined, or finds samocode's agents nowhere else. Other ones keep using the
    /// person's.
    pub(super) fn with_own_state(
        &mut self,
        prepared: Prepared,
        provider: &Provider,
    ) -> Result<CommandSpec, EngineError> {
        let mut spec = prepared.spec;
        let state = provider.state(&self.home(), &spec.env);
        let Some(state) = state.filter(|state| state.always || self.sandbox.is_some()) else {
            return Ok(spec);
        };
        self.renew_login();
        let dir = self.states().join(provider.name()).join(self.record.layout().process_mark());
        let known = self.cli_states.iter().position(|own| own.dir == dir);
        let mut copied = known.map(|at| self.cli_states.swap_remove(at).copied).unwrap_or_default();
        let added = Additions { files: &prepared.added, installed: &self.settings.installed };
        ready(&dir, &state, &added, &mut copied).map_err(|source| EngineError::Io {
            what: "make a folder for the CLI in",
            path: dir.clone(),
            source,
        })?;
        spec.env.retain(|(name, _)| name != state.variable);
        spec.env.push((state.variable.into(), dir.clone().into()));
        self.cli_states.push(CliState { provider: provider.name(), dir, state, copied });
        Ok(spec)
    }

    /// The folders of all sessions' CLIs.
    pub(super) fn states(&self) -> PathBuf {
        self.settings.cache_dir.join(STATES)
    }

    /// The folder of a provider, and what of the person's it links to.
    pub(super) fn own_state(&self, provider: Option<&Provider>) -> Option<(&Path, &State)> {
        let provider = provider?;
        let own = self.cli_states.iter().find(|own| own.provider == provider.name())?;
        Some((&own.dir, &own.state))
    }

    /// Makes a login that a CLI renewed the person's. Cheap where there is none: one look at one file.
    pub(super) fn renew_login(&mut self) {
        for own in &self.cli_states {
            let linked = own.state.logins.iter().map(|login| (login, take_login(&own.dir, login)));
            let copied = own.state.copied_logins.iter().map(|login| (login, take_copy(&own.dir, login)));
            for (login, taken) in linked.chain(copied) {
                if let Err(error) = taken {
                    let file = login.person.display();
                    self.say.line(&format!(
                        "the login that the CLI renewed could not be put in the place of {file}: {error}"
                    ));
                }
            }
        }
    }

    /// A finished session's CLIs need no state any more; what they said and did is in the session's logs.
    pub(super) fn drop_states(&mut self) {
        self.renew_login();
        for own in std::mem::take(&mut self.cli_states) {
            if let Err(error) = fs::remove_dir_all(&own.dir)
                && error.kind() != ErrorKind::NotFound
            {
                self.say.line(&format!("{} could not be removed: {error}", own.dir.display()));
            }
        }
    }
}

/// Brings the folder up to date. What an earlier run planted in the place of a setting is removed.
fn ready(
    dir: &Path,
    state: &State,
    added: &Additions<'_>,
    copied: &mut Vec<(PathBuf, Option<Stamp>)>,
) -> io::Result<()> {
    make_folder(dir)?;
    let places = [&state.linked, &state.merged, &state.copied, &state.logins, &state.copied_logins];
    for place in places.into_iter().flatten() {
        // Through a link in the place of a folder, all that follows would be done to the person's.
        dir.join(&place.own).parent().map_or(Ok(()), real_folder)?;
    }
    for login in &state.logins {
        take_login(dir, login)?;
    }
    for login in &state.copied_logins {
        take_copy(dir, login)?;
        copy_login(dir, login)?;
    }
    for place in state.linked.iter().chain(&state.logins) {
        link(&place.person, &dir.join(&place.own))?;
    }
    for place in &state.merged {
        merge(dir, place, added)?;
    }
    for file in added.files {
        put(&dir.join(&file.own), file.text.as_bytes())?;
    }
    for place in &state.copied {
        let stamp = stamp(&place.person);
        let copy = dir.join(&place.own);
        let known = copied.iter().any(|(path, known)| *path == place.person && *known == stamp);
        if known && copy.is_file() {
            continue;
        }
        let text = if stamp.is_some() { fs::read(&place.person)? } else { b"{}\n".to_vec() };
        copy.parent().map_or(Ok(()), real_folder)?;
        remove(&copy)?;
        replace(&copy, &text)?;
        copied.retain(|(path, _)| *path != place.person);
        copied.push((place.person.clone(), stamp));
    }
    Ok(())
}

/// Makes `own` a link to `person`, or nothing where the person has nothing.
fn link(person: &Path, own: &Path) -> io::Result<()> {
    let wanted = person.exists();
    if wanted && fs::read_link(own).is_ok_and(|found| found == *person) {
        return Ok(());
    }
    remove(own)?;
    if wanted {
        own.parent().map_or(Ok(()), real_folder)?;
        symlink(person, own)?;
    }
    Ok(())
}

/// Makes a folder of the CLI's own hold what the person's holds, and room for what is added. A folder is linked, a file
/// copied: Gemini CLI 0.61.0 passes over files that are links.
fn merge(dir: &Path, place: &Place, added: &Additions<'_>) -> io::Result<()> {
    let folder = dir.join(&place.own);
    real_folder(&folder)?;
    let ours: BTreeSet<OsString> = added
        .files
        .iter()
        .filter_map(|file| file.own.strip_prefix(&place.own).ok()?.components().next())
        .map(|first| first.as_os_str().to_owned())
        .collect();
    let mut wanted = names(&place.person)?;
    wanted.retain(|name| !ours.contains(name) && !added.replaces(&place.person.join(name)));
    for name in names(&folder)? {
        if !wanted.contains(&name) && !ours.contains(&name) {
            remove(&folder.join(name))?;
        }
    }
    for name in wanted {
        let (person, own) = (place.person.join(&name), folder.join(&name));
        match fs::read(&person) {
            Ok(text) => put(&own, &text)?,
            Err(_) => link(&person, &own)?,
        }
    }
    Ok(())
}

/// Makes `own` a file with this text, unless it is one.
fn put(own: &Path, text: &[u8]) -> io::Result<()> {
    let stands = own.symlink_metadata().is_ok_and(|found| found.is_file())
        && fs::read(own).is_ok_and(|found| found == text);
    if stands {
        return Ok(());
    }
    own.parent().map_or(Ok(()), real_folder)?;
    remove(own)?;
    replace(own, text)
}

/// The names in a folder; none where there is none.
fn names(folder: &Path) -> io::Result<BTreeSet<OsString>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}

/// Makes a folder where none stands; a link or a file in its place is removed.
fn real_folder(path: &Path) -> io::Result<()> {
    if path.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
        remove(path)?;
    }
    make_folder(path)
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    Some(Stamp { changed: found.modified().ok()?, length: found.len() })
}

/// Removes whatever stands there, and follows no link.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Writes a file for its owner alone, in one step.
pub(super) fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let mut temporary = tempfile::Builder::new().prefix(".samocode-").tempfile_in(folder)?;
    temporary.write_all(text)?;
    temporary.as_file().sync_data()?;
    temporary.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests;
