//! Follows a worktree that a person moved: with the whole project, with the repository, or alone. Before anything else
//! looks for it, so that no second one is made at the old place.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::config::Config;
use crate::domain::event::{Event, Moved};
use crate::domain::session::Session;
use crate::engine::{EngineError, overview};
use crate::git::{Repository, Whereabouts};
use crate::store::Writable;

/// Finds the session's worktree and journals its new place. Returns what to say, one sentence each.
pub(super) fn follow(
    config: &Config,
    repository: &Repository,
    record: &mut Writable,
) -> Result<Vec<String>, EngineError> {
    let Some(recorded) = record.session().worktree().cloned() else {
        return Ok(Vec::new());
    };
    let configured = configured(config, &recorded);
    let shown = recorded.display();
    Ok(match repository.find_worktree(&recorded, &configured)? {
        Whereabouts::Here if configured != recorded && configured.join(".git").exists() => vec![format!(
            "the session goes on in {shown}, where its worktree is; {} is left alone",
            configured.display()
        )],
        Whereabouts::Here | Whereabouts::Gone => Vec::new(),
        Whereabouts::Linked => {
            vec![format!("the repository moved; the worktree {shown} is linked to it again")]
        }
        Whereabouts::Moved(place) => {
            let (from, to) = moved_part(&recorded, &place);
            let (from, to, at) = (from.display(), to.display(), place.display());
            let told = format!(
                "The person moved {from} to {to}. The worktree came along and is at {at} now, with all that was in it. Paths \
                 below {from} in documents and notes are out of date, and what holds absolute paths (virtual environments, \
                 build caches) may have to be made again."
            );
            journal(record, &place, told)?;
            vec![format!("moved from {from} to {to}; the worktree came along, and work goes on in {at}")]
        }
    })
}

/// Journals where the worktree is now, and corrects the line of the notebook that names it.
pub(super) fn journal(record: &mut Writable, place: &Path, told: String) -> Result<(), EngineError> {
    let old = record.session().worktree().cloned().unwrap_or_default();
    let moved = Moved { worktree: place.to_owned(), told: vec![told] };
    record.append(Event::Moved(moved), Timestamp::now())?;
    overview::name_worktree(record.layout(), &old, place)
}

/// Where the settings put the session's worktree.
pub(super) fn configured_place(config: &Config, session: &Session) -> PathBuf {
    session.worktree().map(|recorded| configured(config, recorded)).unwrap_or_default()
}

fn configured(config: &Config, recorded: &Path) -> PathBuf {
    recorded.file_name().map_or_else(|| recorded.to_owned(), |name| config.worktrees.join(name))
}

/// The folder that moved: both paths without the end that they have in common.
fn moved_part<'a>(from: &'a Path, to: &'a Path) -> (&'a Path, &'a Path) {
    let (mut old, mut new) = (from, to);
    while let (Some(old_parent), Some(new_parent)) = (old.parent(), new.parent())
        && old.file_name() == new.file_name()
        && old_parent != new_parent
    {
        (old, new) = (old_parent, new_parent);
    }
    (old, new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_that_moved_is_named_and_not_all_below_it() {
        let part = |from, to| {
            let (from, to) = moved_part(Path::new(from), Path::new(to));
            (from.to_str().unwrap().to_owned(), to.to_str().unwrap().to_owned())
        };
        assert_eq!(part("/w/p/wt/x", "/w/q/wt/x"), ("/w/p".into(), "/w/q".into()));
        assert_eq!(part("/w/wt/x", "/w/other/wt/x"), ("/w".into(), "/w/other".into()));
        assert_eq!(part("/wt/x", "/wt/y"), ("/wt/x".into(), "/wt/y".into()));
    }
}
