//! The end waits for an iteration that hears what a person said meanwhile.

use crate::domain::session::Session;
use crate::domain::verdict::{Decision, Ruling};

/// The ruling with that in mind. Each piece of guidance puts the end off once, and every iteration that this takes counts
/// against its phase's allowance.
pub(super) fn heard_first(mut ruling: Ruling, session: &Session) -> Ruling {
    if matches!(ruling.decision, Decision::Finish { .. }) && session.has_unheard_guidance() {
        ruling.decision = Decision::Go { phase: session.phase.clone() };
        ruling.told.push(format!(
            "The session did not end with iteration {}: the person said something while it ran. Act on their guidance \
             first, then end it.",
            session.iteration
        ));
    }
    ruling
}
