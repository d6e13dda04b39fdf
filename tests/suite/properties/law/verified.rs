//! What may come of a verification, and when one is due.

use samocode::domain::check::CheckEnd;
use samocode::domain::event::Verified;
use samocode::domain::verdict::{BlockCause, Decision};

use super::super::world::World;
use super::{Breach, Law, demand};

impl Law {
    /// Whether the files that are there still have to pass the person's command. Those of the base are the person's.
    pub(super) fn needs_verification(&self, world: &World) -> bool {
        let Some(command) = &self.policy.verify else {
            return false;
        };
        let Some(head) = world.head() else {
            return true;
        };
        head.commit != "c0" && self.evidence != Some((command.clone(), Some(head.tree)))
    }

    pub(super) fn verified(&mut self, verified: &Verified) -> Result<(), Breach> {
        let Some(wanted) = self.verifying.take() else {
            return Err("a verification that was not due".to_owned());
        };
        self.told.extend(verified.told.iter().cloned());
        let check = &verified.check;
        let passed = match &check.end {
            CheckEnd::Unset => {
                demand(self.policy.verify.is_none(), "a verification was left out")?;
                true
            }
            CheckEnd::Passed => {
                self.unverified = 0;
                let tree = check.head.as_ref().map(|head| head.tree.clone());
                self.evidence = Some((check.command.clone(), tree));
                true
            }
            _ => {
                self.unverified += 1;
                self.evidence = None;
                false
            }
        };
        if !passed {
            return if self.unverified >= self.policy.max_failures {
                let blocks = matches!(&verified.decision, Decision::Block(block) if block.cause == BlockCause::Unverified);
                demand(blocks, "failed verifications without end")
            } else {
                let stays = matches!(&verified.decision, Decision::Go { phase } if *phase == self.phase);
                demand(stays, "a failed verification did not keep the phase")
            };
        }
        match (wanted, &verified.decision) {
            (Some(wanted), Decision::Go { phase }) if wanted == *phase => self.walk(&wanted),
            (None, Decision::Finish { .. }) => self.done = true,
            (wanted, decision) => return Err(format!("due was {wanted:?}, done was {decision:?}")),
        }
        Ok(())
    }
}
