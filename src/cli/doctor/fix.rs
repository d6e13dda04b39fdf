//! Mends what can be mended without a decision of the person's: folders that are missing, a line in the repository's own
//! exclude file, the mode of files with secrets, leftovers of killed writes. No file's content changes but that line, and
//! nothing that git keeps.

use std::fs;

use super::{Check, leftovers, secrets};
use crate::config::Config;
use crate::git::{Git, Repository, exclude_locally};

/// What was done, in words, and what could not be.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    pub(super) done: Vec<String>,
    pub(super) failed: Vec<Check>,
}

impl Fixed {
    fn note<E: std::fmt::Display>(&mut self, done: Result<String, E>, tried: &str) {
        match done {
            Ok(words) => self.done.push(words),
            Err(error) => self.failed.push(Check::warn(
                "fix",
                format!("{tried}: {error}"),
                "do it yourself, or mend what stands in the way",
            )),
        }
    }
}

/// Does all of it that is needed.
pub(super) fn all(config: &Config) -> Fixed {
    let mut fixed = Fixed::default();
    for (key, folder) in [("WORKTREES", &config.worktrees), ("SESSIONS", &config.sessions)] {
        let shown = folder.display();
        if !folder.exists() {
            let made = fs::create_dir_all(folder).map(|()| format!("made {shown} ({key})"));
            fixed.note(made, &format!("cannot make {shown}"));
        }
    }
    exclude(config, &mut fixed);
    for file in secrets::files(config).iter().filter(|file| secrets::open_to_others(file)) {
        let shown = file.display();
        let closed = secrets::close(file).map(|()| format!("{shown}: now only you can read it"));
        fixed.note(closed, &format!("cannot change the mode of {shown}"));
    }
    for path in leftovers::find(config) {
        let shown = path.display();
        let removed = fs::remove_file(&path).map(|()| format!("removed {shown}, of a write that was killed"));
        fixed.note(removed, &format!("cannot remove {shown}"));
    }
    fixed
}

/// Folders inside the repository are none of its files.
fn exclude(config: &Config, fixed: &mut Fixed) {
    // Without a repository another line says what is wrong.
    let Ok(repository) = Repository::discover(&Git::new(), &config.main_repo) else {
        return;
    };
    for folder in [&config.worktrees, &config.sessions] {
        match exclude_locally(&repository, folder) {
            Ok(false) => {}
            Ok(true) => fixed.done.push(format!(
                "{} is kept out of `git status` by {}",
                folder.display(),
                repository.common_dir().join("info/exclude").display()
            )),
            Err(error) => {
                fixed.note(Err(error), &format!("cannot keep {} out of `git status`", folder.display()));
            }
        }
    }
}
