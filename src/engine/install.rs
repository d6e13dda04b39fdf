//! Puts samocode's skills, sub-agents and slash commands into a person's home, for the CLIs at their own prompts, and takes
//! exactly those away again.
//!
//! Each file is noted before it is written, so that a kill leaves nothing that no list knows. Nothing is overwritten or
//! removed that is not, byte for byte, what samocode wrote.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

mod ledger;
mod manifest;
mod plan;

pub use plan::{Deed, Step};

use crate::config::{Dirs, ProviderKind};
use crate::crash;
use crate::engine::EngineError;
use crate::provider::Home;
use crate::store::{create_atomic, remove_leftovers, sha256_hex, write_atomic};
use ledger::{Ledger, failed};
use manifest::Manifest;

/// Installs these, or tells what that would do.
///
/// # Errors
/// When the list of what is installed cannot be read, or a path cannot be read or written. What was done until then is in
/// the list.
pub fn install(dirs: &Dirs, homes: &[(ProviderKind, Home)], dry_run: bool) -> Result<Vec<Step>, EngineError> {
    let ledger = Ledger::of(dirs);
    if dry_run {
        return plan::install(&ledger.load()?, homes);
    }
    let _turn = ledger.take_turn()?;
    let mut manifest = ledger.load()?;
    clear_leftovers(&manifest)?;
    let steps = plan::install(&manifest, homes)?;
    if steps.iter().all(|step| !changes(step.deed)) {
        return Ok(steps);
    }
    let folders = intend(&mut manifest, homes, &steps);
    ledger.save(&mut manifest)?;
    for folder in folders {
        make_folder(&folder)?;
    }
    for step in &steps {
        match (step.deed, &step.content) {
            (Deed::Install, Some((_, text))) => create_atomic(&step.path, text.as_bytes())?,
            (Deed::Update, Some((_, text))) => write_atomic(&step.path, text.as_bytes())?,
            (Deed::Remove, _) => remove_file(&step.path)?,
            _ => {}
        }
    }
    let left: BTreeSet<&Path> = leaving(&steps).collect();
    manifest.files.retain(|owned| !left.contains(owned.path.as_path()));
    manifest.files.iter_mut().for_each(|owned| owned.before = None);
    remove_empty_folders(&mut manifest, &ledger)?;
    ledger.save(&mut manifest)?;
    Ok(steps)
}

/// Removes what was installed, for one CLI or for all, or tells what that would do.
///
/// # Errors
/// As [`install`]; called again it goes on.
pub fn uninstall(dirs: &Dirs, only: Option<ProviderKind>, dry_run: bool) -> Result<Vec<Step>, EngineError> {
    let ledger = Ledger::of(dirs);
    if dry_run {
        return plan::uninstall(&ledger.load()?, only);
    }
    let _turn = ledger.take_turn()?;
    let mut manifest = ledger.load()?;
    clear_leftovers(&manifest)?;
    let steps = plan::uninstall(&manifest, only)?;
    for step in steps.iter().filter(|step| step.deed == Deed::Remove) {
        remove_file(&step.path)?;
    }
    // What the person changed is theirs from here on.
    let left: BTreeSet<&Path> = steps.iter().map(|step| step.path.as_path()).collect();
    manifest.files.retain(|owned| !left.contains(owned.path.as_path()));
    remove_empty_folders(&mut manifest, &ledger)?;
    if manifest.files.is_empty() {
        ledger.remove(&manifest.folders)?;
    } else {
        ledger.save(&mut manifest)?;
    }
    Ok(steps)
}

/// The files that are installed; none where that is not known. A run gets what it needs of samocode's by itself, and would
/// list these beside it.
#[must_use]
pub fn installed(dirs: &Dirs) -> Vec<PathBuf> {
    let manifest = Ledger::of(dirs).load().unwrap_or_default();
    manifest.files.into_iter().map(|owned| owned.path).collect()
}

fn changes(deed: Deed) -> bool {
    matches!(deed, Deed::Install | Deed::Update | Deed::Remove | Deed::Gone)
}

/// Files that the list loses: those of an older samocode that are gone now, and that the person made theirs.
fn leaving(steps: &[Step]) -> impl Iterator<Item = &Path> {
    let of_older = steps.iter().filter(|step| step.content.is_none());
    of_older.map(|step| step.path.as_path())
}

/// Notes in the list what is going to be written; returns the folders to make, outermost first.
fn intend(manifest: &mut Manifest, homes: &[(ProviderKind, Home)], steps: &[Step]) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for step in steps.iter().filter(|step| matches!(step.deed, Deed::Install | Deed::Update)) {
        let Some((root, text)) = &step.content else { continue };
        let Some((provider, _)) = homes.iter().find(|(provider, _)| provider.as_str() == step.provider)
        else {
            continue;
        };
        manifest.intend(*provider, root, &step.path, sha256_hex(text.as_bytes()));
        let missing: Vec<&Path> = step
            .path
            .ancestors()
            .skip(1)
            .take_while(|folder| fs::symlink_metadata(folder).is_err())
            .collect();
        for folder in missing.into_iter().rev() {
            if !folders.iter().any(|known| known == folder) {
                folders.push(folder.to_owned());
                manifest.intend_folder(folder);
            }
        }
    }
    folders
}

fn make_folder(path: &Path) -> Result<(), EngineError> {
    crash::point(|| "make a folder, before");
    match fs::create_dir(path) {
        // Some may be the list's own, which stand since it was saved.
        Err(error) if error.kind() != ErrorKind::AlreadyExists || !path.is_dir() => {
            return Err(failed("make", path)(error));
        }
        Ok(()) | Err(_) => {}
    }
    crash::point(|| "make a folder, after");
    Ok(())
}

fn remove_file(path: &Path) -> Result<(), EngineError> {
    crash::point(|| "remove a file, before");
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path)(error)),
        Ok(()) | Err(_) => {
            crash::point(|| "remove a file, after");
            Ok(())
        }
    }
}

/// Removes temporary files of an installing that was killed.
fn clear_leftovers(manifest: &Manifest) -> Result<(), EngineError> {
    let folders: BTreeSet<&Path> = manifest.files.iter().filter_map(|owned| owned.path.parent()).collect();
    for folder in folders.into_iter().filter(|folder| folder.is_dir()) {
        remove_leftovers(folder)?;
    }
    Ok(())
}

/// Removes folders that were made and hold nothing any more. Those that the list lies in go with it.
fn remove_empty_folders(manifest: &mut Manifest, ledger: &Ledger) -> Result<(), EngineError> {
    let mut kept = Vec::new();
    for folder in manifest.folders.iter().rev() {
        if ledger.lies_in(folder) {
            kept.push(folder.clone());
            continue;
        }
        match fs::remove_dir(folder) {
            Ok(()) => crash::point(|| "remove a folder, after"),
            Err(error) => match error.kind() {
                // Gone, or a file or a link of the person's by now.
                ErrorKind::NotFound | ErrorKind::NotADirectory => {}
                ErrorKind::DirectoryNotEmpty => kept.push(folder.clone()),
                _ => return Err(failed("remove", folder)(error)),
            },
        }
    }
    kept.reverse();
    manifest.folders = kept;
    Ok(())
}
