//! Says where the environment points: at the start, when the worktree is made, and beside the result of a verification.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::origins;
use crate::domain::check::{Check, CheckEnd};
use crate::domain::confinement::Confinement;
use crate::domain::origins::Finding;
use crate::domain::refusal::refused_paths;
use crate::engine::orchestrator::Orchestrator;

/// How many findings a message has.
const MOST_SAID: usize = 5;

/// What an output says where Python or Node could not load code; not every tool names the path that it was refused.
const NOT_LOADED: [&str; 4] =
    ["ModuleNotFoundError", "ImportError", "Cannot find module", "ERR_MODULE_NOT_FOUND"];

/// What is known of the repository's checkouts, and of ways into them.
#[derive(Debug, Default)]
pub(in crate::engine) struct Origins {
    /// All of them, without links; the session's own worktree may be among them.
    pub(in crate::engine) checkouts: Vec<PathBuf>,
    said: BTreeSet<String>,
}

impl Orchestrator<'_> {
    /// Lists the checkouts. Where git can't, the main one is known.
    pub(in crate::engine) fn read_checkouts(&mut self) {
        self.origins.checkouts = match self.repository.checkouts() {
            Ok(checkouts) => checkouts,
            Err(error) => {
                self.say.line(&format!("the worktrees can't be listed: {error}"));
                vec![self.repository.top().to_owned()]
            }
        };
    }

    /// Looks where the environment points and says what is new. Gives all that was found.
    pub(in crate::engine) fn look_at_origins(&mut self) -> Vec<Finding> {
        let worktree = self.session().worktree().filter(|worktree| worktree.is_dir()).cloned();
        self.look_at_origins_of(worktree.as_deref())
    }

    /// The same for a worktree that the session doesn't have yet.
    pub(in crate::engine) fn look_at_origins_of(&mut self, worktree: Option<&Path>) -> Vec<Finding> {
        let found = match origins(self.settings, &self.repository, &self.origins.checkouts, worktree) {
            Ok(found) => found,
            Err(error) => {
                self.say.line(&format!("where the environment takes its code from is not known: {error}"));
                Vec::new()
            }
        };
        let new = found.iter().filter(|finding| self.origins.said.insert(finding.place.clone()));
        let new: Vec<&Finding> = new.collect();
        let follows = if self.sandbox.is_some() {
            "agents and the verify command can't read that"
        } else {
            "a verification may test those files instead of the session's"
        };
        for finding in new.iter().take(MOST_SAID) {
            self.say.line(&format!("{}; {follows}. Better: {}", finding.words(), finding.way.advice()));
        }
        if let Some(more) = new.len().checked_sub(MOST_SAID).filter(|more| *more > 0) {
            self.say.line(&format!("and {more} more; `samocode doctor` lists those that it can see"));
        }
        found
    }
}

/// What to say beside the result of a verification: for one that passed, from where else its code may have come; for one
/// that failed, that it was kept from code of another checkout.
pub(in crate::engine) fn beside_the_result(
    check: &Check,
    found: &[Finding],
    confinement: Option<&Confinement>,
) -> Vec<String> {
    let walled = |path: &Path| confinement.is_some_and(|confinement| confinement.is_walled(path));
    let mut words: Vec<String> = match check.end {
        CheckEnd::Passed => {
            let open = |finding: &&Finding| finding.way.is_at_second_hand() || !walled(&finding.leads);
            found.iter().filter(open).map(Finding::words).collect()
        }
        CheckEnd::Failed { .. } => {
            let paths = refused_paths(check.tail.as_bytes());
            let mut refused: Vec<String> = paths.into_iter().filter(|path| walled(Path::new(path))).collect();
            let unloaded = NOT_LOADED.iter().any(|words| check.tail.contains(words));
            if !refused.is_empty() || unloaded {
                refused.extend(found.iter().filter(|finding| walled(&finding.leads)).map(advised));
            }
            refused
        }
        _ => Vec::new(),
    };
    words.truncate(MOST_SAID);
    words
}

fn advised(finding: &Finding) -> String {
    format!("{}: {}", finding.words(), finding.way.advice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::origins::Way;

    fn check(end: CheckEnd, tail: &str) -> Check {
        Check {
            command: "x".into(),
            head: None,
            end,
            took_ms: 0,
            log: None,
            tail: tail.into(),
            left: Vec::new(),
            origins: Vec::new(),
        }
    }

    fn beside(end: CheckEnd, tail: &str, walled: bool) -> Vec<String> {
        let found = [Way::Editable, Way::Build].map(|way| Finding {
            place: format!("{way:?}"),
            leads: "/code/app/src".into(),
            in_main: true,
            way,
        });
        let confinement = Confinement { walled: vec!["/code/app".into()], ..Confinement::default() };
        beside_the_result(&check(end, tail), &found, walled.then_some(&confinement))
    }

    #[test]
    fn a_pass_is_doubtful_where_other_code_could_be_used() {
        assert_eq!(beside(CheckEnd::Passed, "", false).len(), 2);
        let walled = beside(CheckEnd::Passed, "", true);
        assert!(walled.len() == 1 && walled[0].starts_with("Build was configured"), "{walled:?}");
    }

    #[test]
    fn a_failure_is_explained_only_where_the_wall_is_behind_it() {
        let failed = || CheckEnd::Failed { exit: "exit code 1".into() };
        let denied = "PermissionError: [Errno 13] Permission denied: '/code/app/src/pkg/__init__.py'";
        let words = beside(failed(), denied, true);
        assert_eq!(words[0], "/code/app/src/pkg/__init__.py");
        assert!(words[1].contains("SAMOCODE_SETUP"), "{words:?}");
        assert!(beside(failed(), "assert 1 == 2", true).is_empty());
        assert!(beside(failed(), denied, false).is_empty());
        assert!(!beside(failed(), "ModuleNotFoundError: No module named 'pkg'", true).is_empty());
    }
}
