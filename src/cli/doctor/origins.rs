//! Whether the environment of the verify command uses another checkout of the repository.

use super::Check;
use crate::domain::origins::Finding;
use crate::engine::{self, Settings};
use crate::git::{Git, Repository};

const NAME: &str = "environment";

/// A check, unless the repository can't be read, which another check says.
pub(super) fn check(settings: &Settings) -> Option<Check> {
    let repository = Repository::discover(&Git::new(), &settings.config.main_repo).ok()?;
    let found =
        repository.checkouts().and_then(|checkouts| engine::origins(settings, &repository, &checkouts, None));
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            return Some(Check::warn(NAME, error.to_string(), "run `git worktree list` to see why"));
        }
    };
    if found.is_empty() {
        return Some(Check::ok(NAME, "nothing found that takes code from outside a session's worktree"));
    }
    let lines: Vec<String> = found.iter().map(Finding::words).collect();
    let mut advice: Vec<&str> = found.iter().map(|finding| finding.way.advice()).collect();
    advice.sort_unstable();
    advice.dedup();
    let found = format!(
        "SAMOCODE_VERIFY and agents' tests would use files outside the session's worktree:\n{}",
        lines.join("\n")
    );
    Some(Check::warn(NAME, found, advice.join("\n")))
}
