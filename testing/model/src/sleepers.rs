//! A script that leaves processes behind, for tests that end a CLI in the middle of its work.

use crate::reply::Reply;
use crate::script::Script;
use crate::turn::Turn;

/// Starts three sleeps through `Bash` and stays in the call: one in the foreground, one in the background, and one
/// daemonised: its parent is gone, its session its own, its environment empty.
///
/// Their durations carry the test's own number, so that tests that run together find only their own.
#[derive(Debug, Clone)]
pub struct Sleepers {
    number: u32,
    in_tool: bool,
}

impl Sleepers {
    /// Sleeps that are told from other tests' by `number`; the CLI is in its tool call until it is ended.
    #[must_use]
    pub fn in_a_tool_call(number: u32) -> Self {
        Self { number, in_tool: true }
    }

    /// The call returns at once, leaving the two background sleeps, and then the model never answers.
    #[must_use]
    pub fn behind_a_silent_model(number: u32) -> Self {
        Self { number, in_tool: false }
    }

    /// The command lines to look for among the machine's processes, words separated by one space.
    #[must_use]
    pub fn command_lines(&self) -> Vec<String> {
        let background = [300, 302].map(|seconds| self.sleep(seconds));
        let foreground = self.in_tool.then(|| self.sleep(301));
        background.into_iter().chain(foreground).collect()
    }

    fn sleep(&self, seconds: u32) -> String {
        format!("sleep {seconds}.{:06}", self.number)
    }

    fn command(&self) -> String {
        // The inner parentheses end the daemonised sleep's parent at once, so that walking the tree from the CLI does
        // not find it. Output goes nowhere, or the tool would wait for its pipes to be closed.
        let start = format!(
            "(env -i setsid {} >/dev/null 2>&1 </dev/null &) ; {} >/dev/null 2>&1 </dev/null &",
            self.sleep(302),
            self.sleep(300)
        );
        if self.in_tool { format!("{start} {}", self.sleep(301)) } else { format!("{start} echo started") }
    }
}

impl Script for Sleepers {
    fn reply(&mut self, turn: &Turn) -> Reply {
        match turn.answers {
            0 if turn.offers(&turn.dialect.bash("").name) => Reply::call(turn.dialect.bash(&self.command())),
            0 => Reply::Unexpected(format!("`Bash` is not offered, only {:?}", turn.tools)),
            1 => Reply::Hang,
            _ => Reply::Unexpected("a request after the model went silent".to_owned()),
        }
    }
}
