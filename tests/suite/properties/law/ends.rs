//! What holds when a session is done: an agent ended the last phase, with all words of the person in its prompt; the person's
//! command passed on the files that are there; and they are the files that the agent left.

use samocode::domain::policy::Policy;

use super::super::world::World;
use super::words::Words;
use super::{Breach, demand};

/// What the end rests on.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    /// The tree that the iteration left which asked for the end; none once anything else happened to the files.
    signalled: Option<Option<String>>,
    /// The newest verification, if it passed: its command and the tree that it ran on.
    passed: Option<(String, Option<String>)>,
}

impl Ends {
    /// An iteration came to its end; it may have asked for the session's.
    pub(super) fn judged(&mut self, asks_for_end: bool, world: &World) {
        self.signalled = asks_for_end.then(|| world.head().map(|head| head.tree));
    }

    pub(super) fn restored(&mut self) {
        self.signalled = None;
    }

    pub(super) fn passed(&mut self, command: &str, tree: Option<String>) {
        self.passed = Some((command.to_owned(), tree));
    }

    pub(super) fn failed(&mut self) {
        self.passed = None;
    }

    /// Whether the files that are there still have to pass the person's command. Those of the base are the person's.
    pub(super) fn needs_verification(&self, policy: &Policy, world: &World) -> bool {
        let Some(command) = &policy.verify else {
            return false;
        };
        let Some(head) = world.head() else {
            return true;
        };
        head.commit != "c0" && self.passed != Some((command.clone(), Some(head.tree)))
    }

    /// The session is done now.
    pub(super) fn done(&self, policy: &Policy, world: &World, words: &Words) -> Result<(), Breach> {
        let Some(tree) = &self.signalled else {
            return Err("it ended without an iteration that asked for the end of what is there".to_owned());
        };
        demand(*tree == world.head().map(|head| head.tree), "it ended with other files than the agent left")?;
        demand(!self.needs_verification(policy, world), "it ended with files that were not verified")?;
        demand(!words.are_unheard(), "it ended with words of the person unread")
    }
}
