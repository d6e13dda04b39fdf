//! Checks, before an iteration is paid for, that git knows who commits.

use crate::config::ProviderKind;
use crate::domain::session::Session;
use crate::engine::{EngineError, Settings};
use crate::git::{Identity, Worktree};

/// What mends it, a command a line.
pub const SET_IDENTITY: &str =
    "git config --global user.name \"Your Name\"\ngit config --global user.email you@example.com";

/// Whether git was asked in this run. The answer stays: what children change in git's settings is put back.
#[derive(Debug, Default)]
pub(super) struct Committer {
    known: bool,
}

impl Committer {
    /// Why nobody could commit in the worktree; none where git knows who does. Asks git once.
    pub(super) fn missing(
        &mut self,
        settings: &Settings,
        session: &Session,
        worktree: &Worktree,
    ) -> Result<Option<String>, EngineError> {
        if self.known || !needs_identity(settings, session) {
            return Ok(None);
        }
        match worktree.identity(&settings.environment(None).variables)? {
            Identity::Known(_) => {
                self.known = true;
                Ok(None)
            }
            Identity::Unknown(reason) => Ok(Some(missing_identity(&reason))),
        }
    }
}

/// That git does not know who commits, with what to do.
#[must_use]
pub fn missing_identity(reason: &str) -> String {
    format!(
        "Git does not know who you are, so agents could not commit ({reason}). Tell it, then run this again:\n\
         {SET_IDENTITY}"
    )
}

/// The demo's agent commits under a name of its own where there is no other.
fn needs_identity(settings: &Settings, session: &Session) -> bool {
    let mut agents = session.workflow.phases().filter(|rules| rules.agent.is_some());
    agents.any(|rules| settings.config.for_phase(&rules.name).provider != ProviderKind::Demo)
}
