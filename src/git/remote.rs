//! Asks the remote that a clone came from: a bounded fetch, and what it calls its default branch now. Changes nothing
//! but the remote-tracking branches.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::error::GitError;
use super::program::Call;
use super::repository::Repository;

/// The remote that new work comes from.
pub(super) struct Remote {
    pub(super) name: String,
    /// The branch that this clone's `origin/HEAD` names, whether or not it is still there.
    pub(super) known: Option<String>,
    /// What the remote answered; `None` when it was not asked or could not be reached.
    pub(super) said: Option<Said>,
}

/// What a remote says of itself.
pub(super) struct Said {
    /// The branch that its HEAD names; none when that branch does not exist or HEAD is detached.
    pub(super) default: Option<String>,
    /// Which of the branches that it was asked for it has.
    pub(super) branches: BTreeSet<String>,
}

impl Remote {
    /// The reference that follows a branch of the remote.
    pub(super) fn tracking(&self, branch: &str) -> String {
        format!("refs/remotes/{}/{branch}", self.name)
    }
}

impl Repository {
    /// `origin`, else the only remote, else none.
    pub(super) fn default_remote(&self, warnings: &mut Vec<String>) -> Result<Option<Remote>, GitError> {
        let listed = self.call().arg("remote").run()?.text();
        let names: Vec<&str> = listed.lines().collect();
        if names.contains(&"origin") {
            return self.remote("origin").map(Some);
        }
        match names.as_slice() {
            [] => Ok(None),
            [only] => self.remote(only).map(Some),
            [..] => {
                warnings.push(format!(
                    "none of the remotes ({}) is called `origin`; nothing was fetched",
                    names.join(", ")
                ));
                Ok(None)
            }
        }
    }

    fn remote(&self, name: &str) -> Result<Remote, GitError> {
        let prefix = format!("refs/remotes/{name}/");
        let head = self.call().args(["symbolic-ref", "--quiet", &format!("{prefix}HEAD")]).output()?;
        let known = head.text().strip_prefix(&prefix).filter(|_| head.ok()).map(str::to_owned);
        Ok(Remote { name: name.to_owned(), known, said: None })
    }

    /// Fetches, and asks for the default branch and which of the `wanted` branches there are, until `deadline`.
    /// Returns the warning to say.
    pub(super) fn ask_remote(
        &self,
        remote: &mut Remote,
        wanted: &[String],
        deadline: Instant,
    ) -> Result<Option<String>, GitError> {
        let mut trouble = self.fetch(&remote.name, None, deadline)?.err();
        remote.said = self.ask(&remote.name, wanted, deadline)?;
        let default = remote.said.as_ref().and_then(|said| said.default.clone());
        if let Some(default) = default
            && (trouble.is_some() || self.commit_of(&remote.tracking(&default))?.is_none())
        {
            // A clone of a single branch follows only that one, and its fetch fails once that branch is renamed.
            let refspec = format!("+refs/heads/{default}:{}", remote.tracking(&default));
            trouble = self.fetch(&remote.name, Some(&refspec), deadline)?.err();
        }
        Ok(trouble)
    }

    /// Fetches what is configured, or one refspec; the inner error is the warning to say.
    fn fetch(
        &self,
        remote: &str,
        refspec: Option<&str>,
        deadline: Instant,
    ) -> Result<Result<(), String>, GitError> {
        let limit = left(deadline);
        let call = self
            .online_call()?
            .args(["fetch", "--quiet", "--no-recurse-submodules", "--no-write-fetch-head", remote])
            .args(refspec)
            .limit(limit);
        let reason = match call.run() {
            Ok(_) => return Ok(Ok(())),
            Err(GitError::TimedOut { .. }) => {
                format!("it did not answer within {} s", limit.as_millis().div_ceil(1000))
            }
            Err(error @ GitError::Failed { .. }) => error.short(),
            Err(error) => return Err(error),
        };
        Ok(Err(format!("could not fetch from `{remote}`: {reason}; going on with what is here")))
    }

    /// What the remote says now; none when it does not answer.
    fn ask(&self, remote: &str, wanted: &[String], deadline: Instant) -> Result<Option<Said>, GitError> {
        let left = left(deadline);
        if left.is_zero() {
            return Ok(None);
        }
        let branches = wanted.iter().map(|branch| format!("refs/heads/{branch}"));
        let call = self.online_call()?.args(["ls-remote", "--symref", remote, "HEAD"]).args(branches);
        match call.limit(left).run() {
            Ok(output) => Ok(Some(read(&output.text()))),
            Err(GitError::TimedOut { .. } | GitError::Failed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A call that may reach a remote: ssh must not ask either.
    fn online_call(&self) -> Result<Call, GitError> {
        let configured =
            self.git().names_ssh() || self.call().args(["config", "--get", "core.sshCommand"]).output()?.ok();
        let call = self.call();
        Ok(if configured { call } else { call.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes") })
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// Reads what `git ls-remote --symref` printed.
fn read(answer: &str) -> Said {
    let mut said = Said { default: None, branches: BTreeSet::new() };
    for line in answer.lines() {
        if let Some(rest) = line.strip_prefix("ref: refs/heads/") {
            said.default = said.default.or_else(|| rest.strip_suffix("\tHEAD").map(str::to_owned));
        } else if let Some((_, branch)) = line.split_once("\trefs/heads/") {
            said.branches.insert(branch.to_owned());
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_the_default_branch_and_those_that_there_are() {
        let said = read(
            "ref: refs/heads/release/2.0\tHEAD\n12ab\tHEAD\n12ab\trefs/heads/main\n34cd\trefs/heads/release/2.0\n",
        );
        assert_eq!(said.default.as_deref(), Some("release/2.0"));
        assert_eq!(said.branches.into_iter().collect::<Vec<_>>(), ["main", "release/2.0"]);
        assert!(read("12ab\tHEAD\n").default.is_none(), "HEAD is detached");
    }
}
