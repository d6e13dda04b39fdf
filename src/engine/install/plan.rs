//! What is to be done for each file, told from what stands. Changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::ledger::failed;
use super::manifest::{Manifest, Owned};
use crate::config::ProviderKind;
use crate::engine::EngineError;
use crate::provider::Home;
use crate::store::sha256_hex;

/// What is done for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It is written where nothing stands.
    Install,
    /// An older one of samocode's is replaced.
    Update,
    /// It stands as it should.
    Unchanged,
    /// The person changed it: it is kept.
    KeepChanged,
    /// Something stands there that is not samocode's: it is left.
    LeaveForeign,
    /// It is one file with another CLI's, by way of a link, and holds that one's form.
    Shared,
    /// It is samocode's and not wanted: it is removed.
    Remove,
    /// It is not there any more.
    Gone,
}

/// One file, and what is done for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The CLI that it is for.
    pub provider: String,
    /// The file.
    pub path: PathBuf,
    /// What is done.
    pub deed: Deed,
    /// The CLI's folder, and what the file will hold.
    #[serde(skip)]
    pub(super) content: Option<(PathBuf, String)>,
}

impl Step {
    fn of(owned: &Owned, deed: Deed) -> Self {
        Self { provider: owned.provider.clone(), path: owned.path.clone(), deed, content: None }
    }
}

/// What installing these would do, for those that a list says are installed.
pub(super) fn install(manifest: &Manifest, homes: &[(ProviderKind, Home)]) -> Result<Vec<Step>, EngineError> {
    // Two CLIs' folders may be one, by links: the first form to stand there stays.
    let mut claimed: BTreeMap<PathBuf, PathBuf> =
        manifest.files.iter().map(|owned| (real(&owned.path), owned.path.clone())).collect();
    let mut steps = Vec::new();
    for (provider, home) in homes {
        for (name, text) in &home.files {
            let path = home.dir.join(name);
            let claim = claimed.entry(real(&path)).or_insert_with(|| path.clone());
            let deed = if *claim == path {
                deed(manifest.owned(&path), &path, &sha256_hex(text.as_bytes()))?
            } else {
                Deed::Shared
            };
            let content = Some((home.dir.clone(), text.clone()));
            steps.push(Step { provider: provider.to_string(), path, deed, content });
        }
        let of_older = manifest.files.iter().filter(|owned| {
            let name = owned.path.strip_prefix(&home.dir).ok().and_then(Path::to_str);
            owned.is_of(*provider)
                && owned.root == home.dir
                && !name.is_some_and(|name| home.files.contains_key(name))
        });
        for owned in of_older {
            steps.push(Step::of(owned, farewell(owned)?));
        }
    }
    Ok(steps)
}

/// What uninstalling would do; for one CLI or for all.
pub(super) fn uninstall(manifest: &Manifest, only: Option<ProviderKind>) -> Result<Vec<Step>, EngineError> {
    let wanted = manifest.files.iter().filter(|owned| only.is_none_or(|provider| owned.is_of(provider)));
    wanted.map(|owned| Ok(Step::of(owned, farewell(owned)?))).collect()
}

fn deed(owned: Option<&Owned>, path: &Path, wanted: &str) -> Result<Deed, EngineError> {
    Ok(match (stands(path)?, owned) {
        (Standing::Nothing, _) => {
            refuse_broken_link(path)?;
            Deed::Install
        }
        (Standing::File(_) | Standing::Other, None) => Deed::LeaveForeign,
        (Standing::File(hash), Some(_)) if hash == wanted => Deed::Unchanged,
        (Standing::File(hash), Some(owned)) if owned.wrote(&hash) => Deed::Update,
        (Standing::File(_) | Standing::Other, Some(_)) => Deed::KeepChanged,
    })
}

fn farewell(owned: &Owned) -> Result<Deed, EngineError> {
    Ok(match stands(&owned.path)? {
        Standing::Nothing => Deed::Gone,
        Standing::File(hash) if owned.wrote(&hash) => Deed::Remove,
        Standing::File(_) | Standing::Other => Deed::KeepChanged,
    })
}

/// What stands at a path.
enum Standing {
    Nothing,
    /// A regular file with this hash.
    File(String),
    /// A link, a folder, a pipe, or a file in the place of one of its folders.
    Other,
}

fn stands(path: &Path) -> Result<Standing, EngineError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => {
            let bytes = fs::read(path).map_err(failed("read", path))?;
            Ok(Standing::File(sha256_hex(&bytes)))
        }
        Ok(_) => Ok(Standing::Other),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Standing::Nothing),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(Standing::Other),
        Err(error) => Err(failed("look at", path)(error)),
    }
}

/// Below a link that leads nowhere nothing can be made, and the system's own words for it name another path.
fn refuse_broken_link(path: &Path) -> Result<(), EngineError> {
    let nearest = path.ancestors().find(|folder| fs::symlink_metadata(folder).is_ok());
    match nearest {
        Some(link) if !link.exists() => {
            let source = io::Error::new(ErrorKind::NotFound, "it is a link that leads nowhere");
            Err(failed("install below", link)(source))
        }
        Some(_) | None => Ok(()),
    }
}

/// The path without links in its folders, as far as they exist.
fn real(path: &Path) -> PathBuf {
    for folder in path.ancestors().skip(1) {
        if let (Ok(real), Ok(rest)) = (folder.canonicalize(), path.strip_prefix(folder)) {
            return real.join(rest);
        }
    }
    path.to_owned()
}
