//! What becomes of iterations that go on with their phase and change nothing.

use crate::domain::policy::Policy;
use crate::domain::session::Session;
use crate::domain::verdict::{Block, BlockCause, Decision, Ruling, Verdict};

/// The ruling with that in mind: the next iteration is told, and the last one that may change nothing blocks. The
/// last phase has little to change, and few iterations.
pub(super) fn minded(mut ruling: Ruling, session: &Session, policy: &Policy, verdict: &Verdict) -> Ruling {
    let stays = matches!(&ruling.decision, Decision::Go { phase } if *phase == session.phase);
    let works = session.workflow.rules(&session.phase).is_some_and(|rules| !rules.terminal);
    if !(stays && works && verdict.facts.unchanged) {
        return ruling;
    }
    let idle = session.counters.idle.saturating_add(1);
    let left = policy.max_idle.saturating_sub(idle);
    if left == 0 {
        ruling.decision = Decision::Block(Block {
            cause: BlockCause::NoProgress,
            reason: format!(
                "no progress: {idle} iterations in a row in phase {} changed nothing; say with `samocode tell {}` \
                 what to do differently, then `samocode resume`",
                session.phase, session.name
            ),
        });
        return ruling;
    }
    ruling.told.push(format!(
        "Iteration {} changed nothing: no commit, no changed file, no ticked item, no document. \
         After {left} more like it the session stops for the person. If you cannot go on, signal `blocked`.",
        session.iteration
    ));
    ruling
}
