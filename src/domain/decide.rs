//! The heart: from where a session stands and what its iteration came to, what happens next.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::budget;
use crate::domain::gate::{Gate, GateAsk};
use crate::domain::phase::Phase;
use crate::domain::policy::Policy;
use crate::domain::session::Session;
use crate::domain::signal::{Ask, Signal, SignalFault, WaitFor};
use crate::domain::treatment::{Heed, Rule, Treatment, rule};
use crate::domain::verdict::{Block, BlockCause, Decision, Ruling, Verdict};
use crate::domain::workflow::{GateKind, Move, PhaseRules};

mod evidence;
mod idle;
mod unheard;
mod wait;

pub use evidence::conclude;
use wait::{Row, grown, later};

/// Decides what happens after an iteration. Pure: the same arguments give the same ruling.
#[must_use]
pub fn decide(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    if let Some(what) = &verdict.facts.tampering {
        return tampered(session, what);
    }
    let Rule { signal, otherwise } = rule(&verdict.outcome);
    let fault = match signal {
        Heed::Never => SignalFault::Missing,
        // The signal is written last: where a good one stands, the work was finished, however the run ended.
        Heed::First => match verdict.signal.as_ref().map(|signal| obey(session, verdict, signal)) {
            Ok(Ok(ruling)) => {
                let minded = idle::minded(ruling, session, policy, verdict);
                let heard = unheard::heard_first(minded, session);
                return evidence::demanded(heard, session, policy, verdict);
            }
            Ok(Err(refused)) => SignalFault::NotAllowed(refused),
            Err(fault) => fault.clone(),
        },
    };
    let ended = verdict.outcome.words();
    let detail = ended.clone().unwrap_or_default();
    let row = || Row::of(session, policy, verdict, now);
    match otherwise {
        Treatment::Again => again(session, &detail),
        Treatment::AgainSeldom => again_seldom(session, policy, &detail),
        Treatment::Park { until } => row().usage_limit(until, &detail),
        Treatment::BackOff => row().outage(&verdict.gate_id, &detail),
        Treatment::Stop => {
            let told = match signal {
                Heed::First => vec![cut_short(session, &detail)],
                Heed::Never => Vec::new(),
            };
            let park = row().until_the_own_serves(&detail);
            let decision = match park {
                Some(park) => Decision::Park(park),
                None => Decision::Block(Block { cause: BlockCause::Unable, reason: detail }),
            };
            Ruling { decision, told }
        }
        Treatment::Ask => {
            let told = format!(
                "Iteration {} was ended in its middle, at a budget of the person: {detail}. Check what it left.",
                session.iteration
            );
            stop(BlockCause::Limit, budget::with_remedy(&detail, &session.name), vec![told])
        }
        Treatment::Count => fail(session, policy, now, policy.retry_delay, &failure(ended, &fault)),
        Treatment::StartFresh => fail(session, policy, now, Duration::ZERO, &failure(ended, &fault)),
    }
}

/// A failure in words: how the run ended, and what became of the signal.
fn failure(ended: Option<String>, fault: &SignalFault) -> String {
    match (ended, fault) {
        (Some(ended), SignalFault::Missing) => ended,
        (Some(ended), fault) => format!("{ended}; {fault}"),
        (None, fault) => fault.to_string(),
    }
}

/// Whatever a run came to that reached for the record: a person looks at it first.
fn tampered(session: &Session, what: &str) -> Ruling {
    let reason = format!("in iteration {}, {what}", session.iteration);
    let told = format!("The session was blocked: {reason}. Never write there.");
    stop(BlockCause::Tampered, reason, vec![told])
}

fn cut_short(session: &Session, why: &str) -> String {
    format!("Iteration {} was cut short: {why}. Check what it left.", session.iteration)
}

fn again(session: &Session, why: &str) -> Ruling {
    let told = format!("Iteration {} was interrupted: {why}. Check what it left.", session.iteration);
    Ruling { decision: Decision::Again, told: vec![told] }
}

fn again_seldom(session: &Session, policy: &Policy, why: &str) -> Ruling {
    let in_a_row = session.counters.interruptions + 1;
    let mut ruling = again(session, why);
    if in_a_row >= policy.max_interruptions {
        ruling.decision = Decision::Block(Block {
            cause: BlockCause::Interruptions,
            reason: format!("{in_a_row} iterations in a row were interrupted: {why}"),
        });
    }
    ruling
}

fn stop(cause: BlockCause, reason: String, told: Vec<String>) -> Ruling {
    Ruling { decision: Decision::Block(Block { cause, reason }), told }
}

fn fail(session: &Session, policy: &Policy, now: Timestamp, delay: Duration, what: &str) -> Ruling {
    let failures = session.counters.failures + 1;
    let told = vec![format!("Iteration {} did not count as progress: {what}.", session.iteration)];
    let decision = if failures >= policy.max_failures {
        Decision::Block(Block {
            cause: BlockCause::Failures,
            reason: format!("{failures} failures in a row in phase {}; the last: {what}", session.phase),
        })
    } else {
        let delay = SignedDuration::try_from(delay).unwrap_or(SignedDuration::ZERO);
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
