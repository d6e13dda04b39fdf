//! Finds the branch that new work starts from, after a bounded fetch. Never guesses, and changes
//! nothing but the remote-tracking branches.

use std::time::{Duration, Instant};

use super::error::GitError;
use super::remote::{Remote, Said};
use super::repository::Repository;

/// Where new work starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseBranch {
    /// The branch's name without a remote, e.g. `main`.
    pub name: String,
    /// What was chosen, as git takes it: `main`, or `origin/main` where the remote is ahead.
    pub revision: String,
    /// The commit to start from.
    pub commit: String,
    /// What the person should know, e.g. that the remote could not be reached.
    pub warnings: Vec<String>,
}

/// Where only one of these exists, it is the default branch.
const USUAL: [&str; 2] = ["main", "master"];

impl Repository {
    /// The default branch and the commit that new work should start from.
    ///
    /// The remote is fetched first and asked for its default branch, for at most `limit` in all; that it cannot be
    /// reached is a warning. Then, in this order: the branch that this clone's `origin/HEAD` names, if the remote still
    /// has it; the remote's default branch; a local `main` or `master` where only one exists; the branch that
    /// `init.defaultBranch` names; the branch that is checked out. The remote's tip is taken where it contains
    /// the local one, else the local one, which may have commits that are not pushed.
    ///
    /// # Errors
    /// [`GitError::NoBaseBranch`] when none of these exists.
    pub fn base_branch(&self, limit: Duration) -> Result<BaseBranch, GitError> {
        let deadline = Instant::now() + limit;
        let mut warnings = Vec::new();
        let mut remote = self.default_remote(&mut warnings)?;
        if let Some(remote) = &mut remote {
            let usual = USUAL.map(str::to_owned);
            let wanted: Vec<String> = remote.known.iter().cloned().chain(usual).collect();
            warnings.extend(self.ask_remote(remote, &wanted, deadline)?);
        }
        self.base_of(remote.as_ref(), warnings)
    }

    /// As [`Repository::base_branch`], from what is here, without asking the remote.
    ///
    /// # Errors
    /// As there.
    pub fn known_base_branch(&self) -> Result<BaseBranch, GitError> {
        let mut warnings = Vec::new();
        let remote = self.default_remote(&mut warnings)?;
        self.base_of(remote.as_ref(), warnings)
    }

    fn base_of(&self, remote: Option<&Remote>, mut warnings: Vec<String>) -> Result<BaseBranch, GitError> {
        let of_remote = match remote {
            Some(remote) => match &remote.said {
                Some(said) => self.default_said(remote, said, &mut warnings)?,
                None => self.default_known(remote, &mut warnings)?,
            },
            None => None,
        };
        let name = match of_remote {
            Some(name) => name,
            None => {
                self.local_default()?.ok_or_else(|| GitError::NoBaseBranch { path: self.top().to_owned() })?
            }
        };
        self.start_point(name, remote, warnings)
    }

    /// The default branch of a remote that could not be asked, as far as this clone knows it.
    fn default_known(&self, remote: &Remote, warnings: &mut Vec<String>) -> Result<Option<String>, GitError> {
        let Some(known) = &remote.known else {
            return Ok(None);
        };
        if self.tracks(remote, known)? {
            return Ok(Some(known.clone()));
        }
        let Remote { name, .. } = remote;
        warnings.push(format!(
            "this clone's {name}/HEAD names `{name}/{known}`, which is gone; \
             `git remote set-head {name} -a` asks the remote for its default branch"
        ));
        Ok(None)
    }

    /// The default branch of a remote that was asked. A clone's own `origin/HEAD` may be a person's choice
    /// (`git remote set-head`), so it counts for as long as the remote has that branch.
    fn default_said(
        &self,
        remote: &Remote,
        said: &Said,
        warnings: &mut Vec<String>,
    ) -> Result<Option<String>, GitError> {
        let here = |branch: &String| self.tracks(remote, branch);
        let Remote { name, known, .. } = remote;
        let default = match &said.default {
            Some(default) if here(default)? => Some(default.clone()),
            Some(_) | None => None,
        };
        let Some(known) = known else {
            return Ok(default);
        };
        if said.branches.contains(known) && here(known)? {
            if let Some(default) = default.filter(|default| default != known) {
                warnings.push(format!(
                    "new work starts from `{known}`, as this clone's {name}/HEAD says; the default branch of \
                     `{name}` is `{default}` now (`git remote set-head {name} -a` makes it this clone's, too)"
                ));
            }
            return Ok(Some(known.clone()));
        }
        let gone = format!("`{name}` no longer has `{known}`, which this clone's {name}/HEAD names");
        if let Some(default) = default {
            warnings.push(format!(
                "{gone}; its default branch is `{default}` now (`git remote set-head {name} -a` makes it this \
                 clone's, too)"
            ));
            warnings.extend(self.left_behind(remote, known, &default)?);
            return Ok(Some(default));
        }
        let usual: Vec<&str> = USUAL.into_iter().filter(|usual| said.branches.contains(*usual)).collect();
        let only = match usual.as_slice() {
            [only] if here(&(*only).to_owned())? => Some((*only).to_owned()),
            _ => None,
        };
        let instead =
            only.as_ref().map(|only| format!("; new work starts from its `{only}`")).unwrap_or_default();
        warnings.push(format!(
            "{gone}, and it names no default branch{instead}; `git remote set-head {name} <branch>` names one"
        ));
        Ok(only)
    }

    /// A word on local commits of a renamed branch, which the new one may not have.
    fn left_behind(&self, remote: &Remote, old: &str, new: &str) -> Result<Option<String>, GitError> {
        let Some(local) = self.commit_of(&format!("refs/heads/{old}"))? else {
            return Ok(None);
        };
        let tracking = remote.tracking(new);
        if self.is_ancestor(&local, &tracking)? {
            return Ok(None);
        }
        Ok(Some(format!(
            "the local `{old}` has commits that `{}/{new}` does not have; they are not part of the new work",
            remote.name
        )))
    }

    fn tracks(&self, remote: &Remote, branch: &str) -> Result<bool, GitError> {
        Ok(self.commit_of(&remote.tracking(branch))?.is_some())
    }

    fn local_default(&self) -> Result<Option<String>, GitError> {
        let main = self.commit_of("refs/heads/main")?.is_some();
        let master = self.commit_of("refs/heads/master")?.is_some();
        if main != master {
            return Ok(Some(if main { "main" } else { "master" }.to_owned()));
        }
        let configured = self.call().args(["config", "--get", "init.defaultBranch"]).output()?;
        if configured.ok() && self.commit_of(&format!("refs/heads/{}", configured.text()))?.is_some() {
            return Ok(Some(configured.text()));
        }
        let head = self.call().args(["symbolic-ref", "--quiet", "HEAD"]).output()?.text();
        match head.strip_prefix("refs/heads/") {
            Some(name) if self.commit_of(&head)?.is_some() => Ok(Some(name.to_owned())),
            _ => Ok(None),
        }
    }

    fn start_point(
        &self,
        name: String,
        remote: Option<&Remote>,
        mut warnings: Vec<String>,
    ) -> Result<BaseBranch, GitError> {
        let local = self.commit_of(&format!("refs/heads/{name}"))?;
        let tracking = match remote {
            Some(remote) => {
                let commit = self.commit_of(&remote.tracking(&name))?;
                commit.map(|commit| (format!("{}/{name}", remote.name), commit))
            }
            None => None,
        };
        let (revision, commit) = match (local, tracking) {
            (Some(local), Some((_, commit))) if local == commit => (name.clone(), local),
            (Some(local), Some((revision, commit))) => {
                if self.is_ancestor(&local, &commit)? {
                    (revision, commit)
                } else {
                    if !self.is_ancestor(&commit, &local)? {
                        warnings.push(format!(
                            "`{name}` and `{revision}` have diverged; starting from the local `{name}`"
                        ));
                    }
                    (name.clone(), local)
                }
            }
            (Some(local), None) => (name.clone(), local),
            (None, Some(tracking)) => tracking,
            (None, None) => {
                return Err(GitError::NoBaseBranch { path: self.top().to_owned() });
            }
        };
        Ok(BaseBranch { name, revision, commit, warnings })
    }
}
