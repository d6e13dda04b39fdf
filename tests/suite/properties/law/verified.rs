//! What may come of a verification.

use samocode::domain::check::CheckEnd;
use samocode::domain::event::Verified;
use samocode::domain::session::{Session, State};
use samocode::domain::verdict::{BlockCause, Decision, Then};

use super::history::Fact;
use super::{Breach, Law, demand};

impl Law {
    pub(super) fn verified(
        &mut self,
        before: &Session,
        verified: &Verified,
        after: &Session,
    ) -> Result<(), Breach> {
        let State::Verifying(then) = &before.state else {
            return Err("a verification that was not due".to_owned());
        };
        self.words.left(&verified.told);
        let check = &verified.check;
        match &check.end {
            CheckEnd::Unset => {
                demand(self.terms.policy.verify.is_none(), "a verification was left out")?;
            }
            CheckEnd::Passed => {
                self.history.add(Fact::Checked(true));
                self.ends.passed(&check.command, check.head.as_ref().map(|head| head.tree.clone()));
            }
            _ => {
                self.history.add(Fact::Checked(false));
                self.ends.failed();
                return self.unverified(before, &verified.decision);
            }
        }
        let leads_on = match (then, &verified.decision) {
            (Then::Enter { phase: wanted }, Decision::Go { phase }) => {
                wanted == phase && after.phase == *wanted
            }
            (Then::Finish { .. }, Decision::Finish { .. }) => matches!(after.state, State::Done(_)),
            // Somebody said something meanwhile: the phase that would have ended hears it.
            (Then::Finish { .. }, Decision::Go { phase }) => {
                self.words.is_guidance_unheard() && *phase == before.phase
            }
            _ => false,
        };
        self.walked(before, after);
        demand(leads_on, "a verification that passed led elsewhere")
    }

    fn unverified(&self, before: &Session, decision: &Decision) -> Result<(), Breach> {
        if self.history.unverified() >= self.terms.policy.max_failures {
            let blocks = matches!(decision, Decision::Block(block) if block.cause == BlockCause::Unverified);
            demand(blocks, "failed verifications without end")
        } else {
            let stays = matches!(decision, Decision::Go { phase } if *phase == before.phase);
            demand(stays, "a failed verification did not keep the phase")
        }
    }
}
