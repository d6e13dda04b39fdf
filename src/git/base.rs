//! Finds the branch that new work starts from, after a bounded fetch. Never guesses, and changes
//! nothing but the remote-tracking branches.

use std::time::{Duration, Instant};

use super::error::GitError;
use super::program::Call;
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

/// How the fetch went.
struct Remote {
    name: String,
    online: bool,
}

impl Repository {
    /// The default branch and the commit that new work should start from.
    ///
    /// The remote is fetched first, for at most `limit`; that it cannot be reached is a warning. Then, in this
    /// order: the remote's default branch; a local `main` or `master` where only one exists; the branch that
    /// `init.defaultBranch` names; the branch that is checked out. The remote's tip is taken where it contains
    /// the local one, else the local one, which may have commits that are not pushed.
    ///
    /// # Errors
    /// [`GitError::NoBaseBranch`] when none of these exists.
    pub fn base_branch(&self, limit: Duration) -> Result<BaseBranch, GitError> {
        let deadline = Instant::now() + limit;
        let mut warnings = Vec::new();
        let remote = match self.default_remote(&mut warnings)? {
            Some(name) => {
                let fetched = self.fetch(&name, limit)?;
                let online = fetched.is_ok();
                warnings.extend(fetched.err());
                Some(Remote { name, online })
            }
            None => None,
        };
        self.base_of(remote.as_ref(), deadline, warnings)
    }

    /// As [`Repository::base_branch`], from what is here, without asking the remote.
    ///
    /// # Errors
    /// As there.
    pub fn known_base_branch(&self) -> Result<BaseBranch, GitError> {
        let mut warnings = Vec::new();
        let remote = self.default_remote(&mut warnings)?.map(|name| Remote { name, online: false });
        self.base_of(remote.as_ref(), Instant::now(), warnings)
    }

    fn base_of(
        &self,
        remote: Option<&Remote>,
        deadline: Instant,
        warnings: Vec<String>,
    ) -> Result<BaseBranch, GitError> {
        let name = match remote {
            Some(remote) => self.default_branch_of(remote, deadline)?,
            None => None,
        };
        let name = match name {
            Some(name) => name,
            None => {
                self.local_default()?.ok_or_else(|| GitError::NoBaseBranch { path: self.top().to_owned() })?
            }
        };
        self.start_point(name, remote, warnings)
    }

    /// `origin`, else the only remote, else none.
    fn default_remote(&self, warnings: &mut Vec<String>) -> Result<Option<String>, GitError> {
        let listed = self.call().arg("remote").run()?.text();
        let names: Vec<&str> = listed.lines().collect();
        if names.contains(&"origin") {
            return Ok(Some("origin".to_owned()));
        }
        match names.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some((*only).to_owned())),
            [..] => {
                warnings.push(format!(
                    "none of the remotes ({}) is called `origin`; nothing was fetched",
                    names.join(", ")
                ));
                Ok(None)
            }
        }
    }

    /// Fetches; the inner error is the warning to say.
    fn fetch(&self, remote: &str, limit: Duration) -> Result<Result<(), String>, GitError> {
        let call = self
            .online_call()?
            .args(["fetch", "--quiet", "--no-recurse-submodules", "--no-write-fetch-head", remote])
            .limit(limit);
        let reason = match call.run() {
            Ok(_) => return Ok(Ok(())),
            Err(GitError::TimedOut { seconds, .. }) => {
                format!("it did not answer within {seconds} s")
            }
            Err(error @ GitError::Failed { .. }) => error.short(),
            Err(error) => return Err(error),
        };
        Ok(Err(format!("could not fetch from `{remote}`: {reason}; going on with what is here")))
    }

    /// A call that may reach a remote: ssh must not ask either.
    fn online_call(&self) -> Result<Call, GitError> {
        let configured =
            self.git().names_ssh() || self.call().args(["config", "--get", "core.sshCommand"]).output()?.ok();
        let call = self.call();
        Ok(if configured { call } else { call.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes") })
    }

    /// The branch that the remote calls its default, if that is known and here.
    fn default_branch_of(&self, remote: &Remote, deadline: Instant) -> Result<Option<String>, GitError> {
        let prefix = format!("refs/remotes/{}/", remote.name);
        let head = self.call().args(["symbolic-ref", "--quiet", &format!("{prefix}HEAD")]).output()?;
        if let Some(name) = head.text().strip_prefix(&prefix).filter(|_| head.ok())
            && self.commit_of(&format!("{prefix}{name}"))?.is_some()
        {
            return Ok(Some(name.to_owned()));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if !remote.online || left.is_zero() {
            return Ok(None);
        }
        let asked =
            self.online_call()?.args(["ls-remote", "--symref", &remote.name, "HEAD"]).limit(left).run();
        let answer = match asked {
            Ok(output) => output.text(),
            Err(GitError::TimedOut { .. } | GitError::Failed { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let name =
            answer.lines().find_map(|line| line.strip_prefix("ref: refs/heads/")?.strip_suffix("\tHEAD"));
        match name {
            Some(name) if self.commit_of(&format!("{prefix}{name}"))?.is_some() => Ok(Some(name.to_owned())),
            _ => Ok(None),
        }
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
            Some(Remote { name: remote, .. }) => {
                let commit = self.commit_of(&format!("refs/remotes/{remote}/{name}"))?;
                commit.map(|commit| (format!("{remote}/{name}"), commit))
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
