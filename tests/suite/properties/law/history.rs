//! What has happened to a session so far, and the few questions that the law asks of it. Counts are taken from the whole
//! history each time; nothing is kept up to date.

use samocode::domain::phase::Phase;
use samocode::domain::workflow::{Move, Workflow};

/// One thing that happened.
#[derive(Debug, Clone)]
pub(super) enum Fact {
    /// A person let the session go on with a fresh allowance: for this phase, or all of them.
    Granted(Option<Phase>),
    /// Any other act of a person that was taken, except a stop.
    Acted,
    /// The session went from one phase to another; with the workflow's rules for it, if it has some.
    Moved { from: Phase, to: Phase, rules: Option<Move> },
    /// A person sent a finished session back to this phase.
    SentBack(Phase),
    /// An iteration came to its end.
    Ran(Ran),
    /// A verification passed or failed.
    Checked(bool),
}

/// An iteration that came to its end.
#[derive(Debug, Clone)]
pub(super) struct Ran {
    pub(super) phase: Phase,
    pub(super) provider: String,
    pub(super) how: How,
    pub(super) unchanged: bool,
}

/// How an iteration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Its signal was obeyed, and it goes on with its phase.
    Stayed,
    /// Its signal was obeyed in another way.
    Obeyed,
    /// Its signal was good, and a person has to decide first.
    Asked,
    /// It counts as a failure.
    Failed,
    /// A budget was reached in its middle.
    Budget,
    /// A person ended it.
    Interrupted,
    /// samocode or the machine went down.
    Lost,
    /// The provider could not serve.
    Outage,
    /// The provider could not be used.
    Unable,
}

impl Ran {
    /// Interruptions, limits and what cannot be used count against no allowance.
    fn counts(&self) -> bool {
        !matches!(self.how, How::Interrupted | How::Lost | How::Outage | How::Unable)
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct History(Vec<Fact>);

impl History {
    pub(super) fn add(&mut self, fact: Fact) {
        self.0.push(fact);
    }

    /// Everything since a person last let the session go on, newest first.
    fn since_grant(&self) -> impl Iterator<Item = &Fact> {
        self.0.iter().rev().take_while(|fact| !matches!(fact, Fact::Granted(_)))
    }

    fn ran<'a>(facts: impl Iterator<Item = &'a Fact>) -> impl Iterator<Item = &'a Ran> {
        facts.filter_map(|fact| if let Fact::Ran(ran) = fact { Some(ran) } else { None })
    }

    /// Iterations that a phase used of its allowance.
    pub(super) fn used(&self, phase: &Phase) -> usize {
        // A grant for another phase leaves this one's count alone.
        let of_others = |fact: &Fact| matches!(fact, Fact::Granted(Some(granted)) if granted != phase);
        let ends = |fact: &&Fact| matches!(fact, Fact::Granted(_)) && !of_others(fact);
        let since = self.0.iter().rev().take_while(|fact| !ends(fact));
        Self::ran(since).filter(|ran| ran.counts() && ran.phase == *phase).count()
    }

    /// Iterations since a person let the session go on.
    pub(super) fn spent(&self) -> usize {
        Self::ran(self.since_grant()).filter(|ran| ran.counts()).count()
    }

    /// Moves that used a limited allowance since a person let the session go on.
    pub(super) fn uses(&self, name: &str) -> usize {
        let used = |fact: &&Fact| match fact {
            Fact::Moved { rules: Some(rules), .. } => rules.count.as_deref() == Some(name),
            _ => false,
        };
        self.since_grant().filter(used).count()
    }

    /// Whether a phase was passed, and the work on it has not been reopened since.
    pub(super) fn has_passed(&self, phase: &Phase, workflow: &Workflow) -> bool {
        let order = |phase: &Phase| workflow.phases().position(|rules| rules.name == *phase);
        let reopens = |to: &Phase| order(to) <= order(phase);
        for fact in self.0.iter().rev() {
            match fact {
                Fact::SentBack(to) if reopens(to) => return false,
                Fact::Moved { to, rules: Some(rules), .. } if rules.redo && reopens(to) => return false,
                Fact::Moved { from, .. } if from == phase => return true,
                _ => {}
            }
        }
        false
    }

    /// The newest facts of a kind in a row: `Some(true)` counts one, `Some(false)` ends the row, others are passed over.
    fn in_a_row(&self, kind: impl Fn(&Fact) -> Option<bool>) -> u32 {
        let mut count = 0;
        for fact in self.0.iter().rev() {
            match kind(fact) {
                _ if matches!(fact, Fact::Granted(_)) => break,
                Some(true) => count += 1,
                Some(false) => break,
                None => {}
            }
        }
        count
    }

    /// Failures in this phase with no success between them.
    pub(super) fn failures(&self) -> u32 {
        self.in_a_row(|fact| match fact {
            Fact::Moved { .. } | Fact::SentBack(_) => Some(false),
            Fact::Ran(ran) => match ran.how {
                How::Failed => Some(true),
                How::Stayed | How::Obeyed => Some(false),
                _ => None,
            },
            _ => None,
        })
    }

    /// Iterations that samocode lost with no other between them.
    pub(super) fn lost(&self) -> u32 {
        self.in_a_row(|fact| if let Fact::Ran(ran) = fact { Some(ran.how == How::Lost) } else { None })
    }

    /// Iterations that went on with this phase, changed nothing, and got no word of a person.
    pub(super) fn idle(&self) -> u32 {
        self.in_a_row(|fact| match fact {
            Fact::Acted | Fact::Moved { .. } | Fact::SentBack(_) => Some(false),
            Fact::Ran(ran) if !ran.counts() => None,
            Fact::Ran(ran) if !ran.unchanged || ran.how == How::Obeyed => Some(false),
            Fact::Ran(ran) if ran.how == How::Stayed => Some(true),
            _ => None,
        })
    }

    /// Verifications that failed with none between them that passed.
    pub(super) fn unverified(&self) -> u32 {
        self.in_a_row(|fact| if let Fact::Checked(passed) = fact { Some(!passed) } else { None })
    }

    /// Times that a provider could not serve with no work of its own between them.
    pub(super) fn outages(&self, provider: &str) -> u32 {
        let mut count = 0;
        for ran in Self::ran(self.since_grant()).filter(|ran| ran.provider == provider) {
            match ran.how {
                How::Outage => count += 1,
                How::Interrupted | How::Lost => continue,
                _ => break,
            }
            if !ran.unchanged {
                break;
            }
        }
        count
    }
}
