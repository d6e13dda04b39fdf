//! When the person's verify command has to run before the end, and what follows from how it went.

use crate::domain::check::{Check, CheckEnd};
use crate::domain::policy::Policy;
use crate::domain::session::{Session, State};
use crate::domain::verdict::{Block, BlockCause, Decision, Ruling, Then, Verdict};

/// The ruling with that in mind: the last phase is entered from another one, and the session ended, only over a
/// verification of the files that the branch then has. Without a commit of its own there is nothing to verify.
pub(super) fn demanded(mut ruling: Ruling, session: &Session, policy: &Policy, verdict: &Verdict) -> Ruling {
    let then = match &ruling.decision {
        Decision::Go { phase } if *phase != session.phase && is_last(session, phase) => {
            Then::Enter { phase: phase.clone() }
        }
        Decision::Finish { summary } => Then::Finish { summary: summary.clone() },
        Decision::Go { .. }
        | Decision::Retry { .. }
        | Decision::Again
        | Decision::Open(_)
        | Decision::Park(_)
        | Decision::Block(_)
        | Decision::Verify { .. } => return ruling,
    };
    let Some(command) = &policy.verify else {
        return ruling;
    };
    let nothing_to_verify = verdict.facts.head.as_ref().is_some_and(|head| {
        let own = session.evidence.as_ref().is_some_and(|evidence| evidence.check.covers(command, head));
        own || session.place.as_ref().is_some_and(|place| place.base_commit == head.commit)
    });
    if !nothing_to_verify {
        ruling.decision = Decision::Verify { then };
    }
    ruling
}

fn is_last(session: &Session, phase: &crate::domain::phase::Phase) -> bool {
    session.workflow.rules(phase).is_some_and(|rules| rules.terminal)
}

/// Decides what follows a verification of the session, which has to be waiting for one. Pure, as
/// [`decide`](super::decide).
#[must_use]
pub fn conclude(session: &Session, policy: &Policy, check: &Check) -> Decision {
    let failed = match &check.end {
        CheckEnd::Passed | CheckEnd::Unset => 0,
        CheckEnd::Failed { .. }
        | CheckEnd::TimeLimit { .. }
        | CheckEnd::Changed { .. }
        | CheckEnd::NotRun { .. } => session.counters.unverified.saturating_add(1),
    };
    match &session.state {
        State::Verifying(Then::Enter { phase }) if failed == 0 => Decision::Go { phase: phase.clone() },
        // What a person said meanwhile is heard first; the files stay verified.
        State::Verifying(Then::Finish { .. }) if failed == 0 && session.has_unheard_guidance() => {
            Decision::Go { phase: session.phase.clone() }
        }
        State::Verifying(Then::Finish { summary }) if failed == 0 => {
            Decision::Finish { summary: summary.clone() }
        }
        _ if failed >= policy.max_failures => Decision::Block(Block {
            cause: BlockCause::Unverified,
            reason: format!(
                "{failed} verifications in a row failed (SAMOCODE_VERIFY); the last: {}{}",
                check.words(),
                check.log.as_ref().map(|log| format!("; see _logs/{log}")).unwrap_or_default()
            ),
        }),
        _ => Decision::Go { phase: session.phase.clone() },
    }
}
