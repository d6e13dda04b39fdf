//! The heart: from where a session stands and what its iteration came to, what happens next.

use jiff::{SignedDuration, Timestamp};

use crate::domain::gate::{Gate, GateAsk};
use crate::domain::outcome::{Interruption, Outcome, Silence};
use crate::domain::phase::Phase;
use crate::domain::policy::Policy;
use crate::domain::session::Session;
use crate::domain::signal::{Ask, Signal, SignalFault, WaitFor};
use crate::domain::verdict::{Block, BlockCause, Decision, Ruling, Verdict};
use crate::domain::workflow::{GateKind, Move, PhaseRules};

mod idle;
mod wait;

use wait::{grown, later};

/// Decides what happens after an iteration. Pure: the same arguments give the same ruling.
#[must_use]
pub fn decide(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    if let Some(what) = &verdict.facts.tampering {
        return tampered(session, what);
    }
    match &verdict.outcome {
        Outcome::Interrupted { by } => return interrupted(session, policy, *by),
        Outcome::CannotStart { detail } => return unable(detail),
        Outcome::LoginRequired { .. }
        | Outcome::CreditExhausted { .. }
        | Outcome::UsageLimit { .. }
        | Outcome::Overloaded { .. }
        | Outcome::Completed
        | Outcome::Crashed { .. }
        | Outcome::TurnLimit
        | Outcome::ContextExhausted
        | Outcome::Refused { .. }
        | Outcome::TimeLimit { .. }
        | Outcome::Stalled { .. } => {}
    }
    // The signal is written last: where a good one stands, the work was finished, however the run ended.
    let fault = match verdict.signal.as_ref().map(|signal| obey(session, verdict, signal)) {
        Ok(Ok(ruling)) => return idle::minded(ruling, session, policy, verdict),
        Ok(Err(refused)) => SignalFault::NotAllowed(refused),
        Err(fault) => fault.clone(),
    };
    match &verdict.outcome {
        Outcome::LoginRequired { detail } | Outcome::CreditExhausted { detail } => unable(detail),
        Outcome::UsageLimit { until, detail } => wait::usage_limit(session, policy, now, *until, detail),
        Outcome::Overloaded { detail } => wait::outage(session, policy, now, &verdict.gate_id, detail),
        outcome @ (Outcome::Completed
        | Outcome::Crashed { .. }
        | Outcome::TurnLimit
        | Outcome::ContextExhausted
        | Outcome::Refused { .. }
        | Outcome::TimeLimit { .. }
        | Outcome::Stalled { .. }
        | Outcome::CannotStart { .. }
        | Outcome::Interrupted { .. }) => fail(session, policy, now, &failure(outcome, &fault)),
    }
}

/// A failure in words: how the run ended, and what became of the signal.
fn failure(outcome: &Outcome, fault: &SignalFault) -> String {
    let ended = match outcome {
        Outcome::Completed => None,
        Outcome::Crashed { detail } => Some(format!("the run crashed: {detail}")),
        Outcome::TurnLimit => Some("the run used up its turns; do less in one iteration".to_owned()),
        Outcome::ContextExhausted => {
            Some("the context was exhausted; do less in one iteration, or hand off earlier".to_owned())
        }
        Outcome::Refused { detail } => Some(format!("the model refused: {detail}")),
        Outcome::TimeLimit { seconds } => {
            Some(format!("the run was ended at its time limit of {seconds} s; hand off before it"))
        }
        Outcome::Stalled { seconds, at: Silence::Start } => {
            Some(format!("the CLI said nothing at all for {seconds} s and was ended"))
        }
        Outcome::Stalled { seconds, at: Silence::Stream } => {
            Some(format!("the run fell silent for {seconds} s with no tool at work and was ended"))
        }
        Outcome::UsageLimit { detail, .. }
        | Outcome::Overloaded { detail }
        | Outcome::LoginRequired { detail }
        | Outcome::CreditExhausted { detail }
        | Outcome::CannotStart { detail } => Some(detail.clone()),
        Outcome::Interrupted { .. } => Some("the run was interrupted".to_owned()),
    };
    match (ended, fault) {
        (Some(ended), SignalFault::Missing) => ended,
        (Some(ended), fault) => format!("{ended}; {fault}"),
        (None, fault) => fault.to_string(),
    }
}

/// Whatever a run came to that reached for the record: a person looks at it first.
fn tampered(session: &Session, what: &str) -> Ruling {
    let reason = format!("in iteration {}, {what}", session.iteration);
    let decision = Decision::Block(Block { cause: BlockCause::Tampered, reason: reason.clone() });
    Ruling { decision, told: vec![format!("The session was blocked: {reason}. Never write there.")] }
}

fn interrupted(session: &Session, policy: &Policy, by: Interruption) -> Ruling {
    let told = match by {
        Interruption::StopRequest | Interruption::Signal => {
            format!("Iteration {} was stopped by the person in its middle.", session.iteration)
        }
        Interruption::OrchestratorLost => format!(
            "Iteration {} was interrupted: samocode or the machine went down. Check what it left.",
            session.iteration
        ),
    };
    let in_a_row = session.counters.interruptions + 1;
    let decision = if by == Interruption::OrchestratorLost && in_a_row >= policy.max_interruptions {
        Decision::Block(Block {
            cause: BlockCause::Interruptions,
            reason: format!(
                "{in_a_row} iterations in a row were interrupted by samocode or the machine going down"
            ),
        })
    } else {
        Decision::Again
    };
    Ruling { decision, told: vec![told] }
}

fn unable(detail: &str) -> Ruling {
    let block = Block { cause: BlockCause::Unable, reason: detail.to_owned() };
    Ruling { decision: Decision::Block(block), told: Vec::new() }
}

fn fail(session: &Session, policy: &Policy, now: Timestamp, what: &str) -> Ruling {
    let failures = session.counters.failures + 1;
    let told = vec![format!("Iteration {} did not count as progress: {what}.", session.iteration)];
    let decision = if failures >= policy.max_failures {
        Decision::Block(Block {
            cause: BlockCause::Failures,
            reason: format!("{failures} failures in a row in phase {}; the last: {what}", session.phase),
        })
    } else {
        let delay = SignedDuration::try_from(policy.retry_delay).unwrap_or(SignedDuration::ZERO);
        Decision::Retry { after: later(now, grown(delay, failures - 1)) }
    };
    Ruling { decision, told }
}

/// Does what a signal asks for, or says why not.
fn obey(session: &Session, verdict: &Verdict, signal: &Signal) -> Result<Ruling, String> {
    let rules = session
        .workflow
        .rules(&session.phase)
        .ok_or_else(|| format!("the workflow has no phase {}", session.phase))?;
    let summary = || signal.summary.clone().unwrap_or_else(|| "none given".to_owned());
    let decision = match &signal.ask {
        Ask::Continue(phase) => go_on(session, rules, verdict, phase.as_deref())?,
        Ask::Waiting { what, file, reason } => {
            Decision::Open(open(rules, verdict, *what, file.as_deref(), reason.as_deref())?)
        }
        Ask::Blocked { reason, needs } => Decision::Block(Block {
            cause: BlockCause::Asked,
            reason: format!(
                "the agent needs {needs}: {}",
                reason.clone().or_else(|| signal.summary.clone()).unwrap_or_else(|| "none given".to_owned())
            ),
        }),
        Ask::Done if rules.terminal => {
            tidy(verdict)?;
            Decision::Finish { summary: summary() }
        }
        Ask::Done => {
            return Err(format!(
                "`done` belongs to the last phase; {} may continue to {}",
                rules.name,
                rules.targets()
            ));
        }
        Ask::Handoff(notes) => {
            let notes = notes.clone().unwrap_or_else(summary);
            return Ok(Ruling {
                decision: Decision::Go { phase: rules.name.clone() },
                told: vec![format!("Iteration {} handed over: {notes}", session.iteration)],
            });
        }
    };
    let told = vec![format!("Iteration {} ended: {}", session.iteration, summary())];
    Ok(Ruling { decision, told })
}

fn go_on(
    session: &Session,
    rules: &PhaseRules,
    verdict: &Verdict,
    phase: Option<&str>,
) -> Result<Decision, String> {
    let target = phase.map_or_else(|| rules.name.clone(), Phase::named);
    if rules.terminal {
        return Err(format!("{} is the last phase: it ends with `done`", rules.name));
    }
    if target == rules.name {
        return Ok(Decision::Go { phase: target });
    }
    let Some(step) = rules.move_to(&target) else {
        return Err(format!("{} may continue to {}, not to `{target}`", rules.name, rules.targets()));
    };
    leave(rules, verdict)?;
    if let Some(after) = &step.after
        && !session.passed.contains(after)
    {
        return Err(format!("{target} comes only after {after} has passed"));
    }
    if session.workflow.rules(&target).is_some_and(|rules| rules.terminal) {
        tidy(verdict)?;
    }
    Ok(used_up(session, step).map_or(Decision::Go { phase: target }, Decision::Block))
}

/// Whether the phase's gate lets it be left by a signal.
fn leave(rules: &PhaseRules, verdict: &Verdict) -> Result<(), String> {
    let facts = &verdict.facts;
    match rules.gate {
        Some(GateKind::Approval) => Err(format!(
            "{} is left only by a person's approval: signal `waiting` for `plan_approval`",
            rules.name
        )),
        Some(GateKind::Answers) if !facts.repeated_questions.is_empty() => Err(repeated(verdict)),
        Some(GateKind::Answers) if !facts.open_questions.is_empty() => Err(format!(
            "no person has answered {}: signal `waiting` for `qa_answers`",
            facts.open_questions.join(", ")
        )),
        Some(GateKind::Answers) => {
            let document = rules.document.as_deref().unwrap_or_default();
            if facts.questions > 0 || facts.documents.contains(document) {
                Ok(())
            } else {
                Err(format!("without a question, the {document} document has to exist first"))
            }
        }
        Some(GateKind::HumanAction) | None => Ok(()),
    }
}

/// An answer belongs to one question: numbers that stand twice would let one of them pass unanswered.
fn repeated(verdict: &Verdict) -> String {
    let ids = verdict.facts.repeated_questions.join(", ");
    format!("{ids} stands more than once in `_qa.md`: give new questions new numbers")
}

/// The last phase is entered and ended only with the session's branch checked out and clean.
fn tidy(verdict: &Verdict) -> Result<(), String> {
    verdict
        .facts
        .branch_trouble
        .as_ref()
        .map_or(Ok(()), |trouble| Err(format!("the work is not finished while {trouble}")))
}

fn used_up(session: &Session, step: &Move) -> Option<Block> {
    let (name, most) = (step.count.as_ref()?, step.most?);
    let used = session.counters.moves.get(name).copied().unwrap_or(0);
    (used >= most).then(|| Block {
        cause: BlockCause::Limit,
        reason: format!("{} asks for another {name}, and all {most} are used", session.phase),
    })
}

fn open(
    rules: &PhaseRules,
    verdict: &Verdict,
    what: Option<WaitFor>,
    file: Option<&str>,
    reason: Option<&str>,
) -> Result<Gate, String> {
    let Some(kind) = rules.gate else {
        return Err(format!("{} cannot wait for a person; `blocked` can", rules.name));
    };
    let fits = match what {
        None => true,
        Some(WaitFor::QaAnswers) => kind == GateKind::Answers,
        Some(WaitFor::PlanApproval) => kind == GateKind::Approval,
        Some(WaitFor::HumanAction | WaitFor::FileUpdate) => kind == GateKind::HumanAction,
    };
    if !fits {
        return Err(format!("{} cannot wait for that", rules.name));
    }
    let ask = match kind {
        GateKind::Answers if !verdict.facts.repeated_questions.is_empty() => return Err(repeated(verdict)),
        GateKind::Answers if verdict.facts.open_questions.is_empty() => {
            return Err("`_qa.md` holds no open question".to_owned());
        }
        GateKind::Answers => GateAsk::Answers,
        GateKind::Approval => match &verdict.facts.plan {
            Some(Ok(plan)) => GateAsk::Approval(plan.clone()),
            Some(Err(why)) => return Err(why.clone()),
            None => return Err("there is no plan document to approve".to_owned()),
        },
        GateKind::HumanAction => GateAsk::HumanAction {
            reason: reason.unwrap_or("none given").to_owned(),
            file: file.map(str::to_owned),
        },
    };
    Ok(Gate { id: verdict.gate_id.clone(), phase: rules.name.clone(), ask })
}

#[cfg(test)]
mod tests;
