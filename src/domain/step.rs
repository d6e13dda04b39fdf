//! What an orchestrator has to do next, from where the session stands.

use jiff::Timestamp;

use crate::domain::budget;
use crate::domain::gate::Gate;
use crate::domain::policy::Policy;
use crate::domain::session::{Session, State};
use crate::domain::verdict::{Block, BlockCause, Pause};

/// The next thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Make the worktree.
    Prepare,
    /// Close the iteration that an earlier orchestrator left behind.
    CloseLost,
    /// Start the next iteration, not before this time.
    Run {
        /// Wall-clock time; none means at once.
        after: Option<Timestamp>,
    },
    /// Run the verify command.
    Verify,
    /// Wait for a person.
    Wait(Gate),
    /// Wait: no provider that counts can run the next iteration yet.
    Park(Pause),
    /// Journal this block first: a limit is used up.
    Hold(Block),
    /// Leave: blocked.
    Blocked(Block),
    /// Leave: finished.
    Finished(String),
}

/// The next thing to do. No iteration starts but through here, so no limit can be passed by.
#[must_use]
pub fn next_step(session: &Session, policy: &Policy, now: Timestamp) -> Step {
    match &session.state {
        State::Preparing => Step::Prepare,
        State::Running(_) => Step::CloseLost,
        State::Ready { after } => run(session, policy, *after),
        State::Verifying(_) => Step::Verify,
        State::Waiting(gate) => Step::Wait(gate.clone()),
        State::Parked(pause) if now < pause.until => Step::Park(pause.clone()),
        State::Parked(_) => run(session, policy, None),
        State::Blocked(block) => Step::Blocked(block.clone()),
        State::Done(summary) => Step::Finished(summary.clone()),
    }
}

/// The next iteration, unless a limit or budget is used up.
pub(crate) fn run(session: &Session, policy: &Policy, after: Option<Timestamp>) -> Step {
    exhausted(session, policy).map_or(Step::Run { after }, Step::Hold)
}

/// The limit or budget that is used up, if one is.
fn exhausted(session: &Session, policy: &Policy) -> Option<Block> {
    let most = session.workflow.rules(&session.phase).and_then(|rules| rules.most_iterations);
    let used = session.used_in_phase();
    let reason = if most.is_some_and(|most| used >= most) {
        format!("phase {} used all of its {used} iterations", session.phase)
    } else {
        budget::used_up(policy, &session.counters.spent)?
    };
    Some(Block { cause: BlockCause::Limit, reason: budget::with_remedy(&reason, &session.name) })
}
