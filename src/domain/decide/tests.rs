//! Decisions, one rule of the design a test.

use jiff::SignedDuration;

use super::*;
use crate::domain::check::{Check, CheckEnd, Evidence, Head};
use crate::domain::fallback::Fallback;
use crate::domain::outage::{Outage, Waits};
use crate::domain::outcome::Outcome;
use crate::domain::session::State;
use crate::domain::session::sample::{after, judged, plan, ready, received, running, started, verifying};
use crate::domain::verdict::Facts;

mod verifying;
mod waits;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn signal(text: &str) -> Result<Signal, SignalFault> {
    Signal::read(&crate::domain::signal::RawSignal::Bytes(text.as_bytes().to_vec()), 11)
}

fn verdict(outcome: Outcome, signal: Result<Signal, SignalFault>, facts: Facts) -> Verdict {
    Verdict { outcome, signal, facts, gate_id: crate::domain::gate::GateId::from_random("g".to_owned()) }
}

fn asks(session: &Session, text: &str, facts: Facts) -> Decision {
    decide(session, &Policy::default(), &verdict(Outcome::Completed, signal(text), facts), NOW).decision
}

/// What an ending comes to that left everything as it was.
fn comes_to(session: &Session, outcome: Outcome, signal: Result<Signal, SignalFault>) -> Ruling {
    let facts = Facts { unchanged: true, ..Facts::default() };
    decide(session, &Policy::default(), &verdict(outcome, signal, facts), NOW)
}

fn went(decision: &Decision) -> &str {
    match decision {
        Decision::Go { phase } => phase.as_str(),
        Decision::Retry { .. } => "refused",
        Decision::Open(_) => "gate",
        Decision::Finish { .. } => "finished",
        Decision::Verify { .. } => "verified first",
        Decision::Block(_) => "blocked",
        Decision::Again | Decision::Park(_) => "waits",
    }
}

#[test]
fn each_phase_of_full_goes_where_the_table_says() {
    let go = |to: &str| format!(r#"{{"status":"continue","phase":"{to}"}}"#);
    let cases = [
        ("investigation", "requirements", "requirements"),
        ("investigation", "planning", "refused"),
        ("investigation", "init", "refused"),
        ("requirements", "implementation", "refused"),
        ("planning", "implementation", "refused"),
        ("planning", "Planning", "planning"),
        ("implementation", "testing", "testing"),
        ("implementation", "quality", "quality"),
        ("implementation", "done", "refused"),
        ("testing", "implementation", "implementation"),
        ("testing", "quality", "quality"),
        ("testing", "done", "refused"),
        ("quality", "testing", "testing"),
        ("quality", "implementation", "implementation"),
        ("quality", "done", "done"),
        ("done", "done", "refused"),
        ("done", "quality", "refused"),
        ("testing", "nowhere", "refused"),
    ];
    for (from, to, came) in cases {
        let decision = asks(&running("full", from), &go(to), Facts::default());
        assert_eq!(went(&decision), came, "{from} → {to}");
    }
}

#[test]
fn requirements_are_left_when_every_question_has_a_persons_answer() {
    let go_on = r#"{"status":"continue","phase":"planning"}"#;
    let wait = r#"{"status":"waiting","for":"qa_answers"}"#;
    let facts = |questions: usize, open: &[&str], written: bool| Facts {
        questions,
        open_questions: open.iter().map(|id| (*id).to_owned()).collect(),
        documents: written.then(|| "requirements".to_owned()).into_iter().collect(),
        ..Facts::default()
    };
    let session = running("full", "requirements");
    for (text, facts, came) in [
        (go_on, facts(2, &["Q2"], true), "refused"),
        (go_on, facts(2, &[], false), "planning"),
        (go_on, facts(0, &[], false), "refused"),
        (go_on, facts(0, &[], true), "planning"),
        (wait, facts(2, &["Q2"], false), "gate"),
        (wait, facts(2, &[], false), "refused"),
    ] {
        assert_eq!(went(&asks(&session, text, facts.clone())), came, "{text} {facts:?}");
    }
}

#[test]
fn a_gate_opens_only_for_what_its_phase_may_wait_for() {
    let planned = || Facts { plan: Some(Ok(plan("aa"))), ..Facts::default() };
    for (phase, what, came) in [
        ("planning", "plan_approval", "gate"),
        ("planning", "qa_answers", "refused"),
        ("implementation", "human_action", "gate"),
        ("implementation", "file_update", "gate"),
        ("implementation", "plan_approval", "refused"),
        ("testing", "human_action", "refused"),
        ("done", "human_action", "refused"),
    ] {
        let text = format!(r#"{{"status":"waiting","for":"{what}"}}"#);
        assert_eq!(went(&asks(&running("full", phase), &text, planned())), came, "{phase} {what}");
    }
    let text = r#"{"status":"waiting"}"#;
    assert_eq!(went(&asks(&running("full", "planning"), text, Facts::default())), "refused", "no plan");
}

#[test]
fn the_end_is_reached_only_with_the_branch_clean() {
    let dirty = || Facts { branch_trouble: Some("HEAD is detached".to_owned()), ..Facts::default() };
    let end = r#"{"status":"done","summary":"all"}"#;
    let enter = r#"{"status":"continue","phase":"done"}"#;
    assert_eq!(went(&asks(&running("full", "done"), end, Facts::default())), "finished");
    assert_eq!(went(&asks(&running("full", "done"), end, dirty())), "refused");
    assert_eq!(went(&asks(&running("full", "quality"), enter, dirty())), "refused");
    assert_eq!(went(&asks(&running("full", "quality"), end, Facts::default())), "refused");
}

#[test]
fn an_ending_that_no_pause_would_mend_is_followed_at_once_in_a_fresh_context() {
    let session = running("full", "planning");
    for (outcome, pause) in [
        (Outcome::ContextExhausted, 0),
        (Outcome::TurnLimit, 0),
        (Outcome::TimeLimit { seconds: 1800 }, 5),
        (Outcome::Crashed { detail: String::new() }, 5),
    ] {
        match comes_to(&session, outcome, Err(SignalFault::Missing)).decision {
            Decision::Retry { after } => assert_eq!(after.as_second(), pause),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_run_that_was_ended_at_a_budget_asks_with_the_figures() {
    let session = running("full", "planning");
    let ended = Outcome::BudgetReached { figures: "412,000 of 400,000 tokens are used".to_owned() };
    let ruling = comes_to(&session, ended, Err(SignalFault::Missing));
    let Decision::Block(block) = ruling.decision else { panic!("{ruling:?}") };
    assert_eq!(block.cause, BlockCause::Limit);
    assert_eq!(
        block.reason,
        "412,000 of 400,000 tokens are used; `samocode resume a` grants a fresh allowance"
    );
    assert!(ruling.told[0].contains("412,000 of 400,000"), "{:?}", ruling.told);
}

/// The person said something after the prompt of the running iteration was written.
fn told_meanwhile(session: Session) -> Session {
    let words = "and the manual".to_owned();
    let act = crate::domain::request::Act::Tell(words.clone());
    after(session, received("late", act, crate::domain::request::Effect::Guided(words)))
}

#[test]
fn the_end_waits_for_an_iteration_that_hears_what_the_person_said() {
    let end = r#"{"status":"done"}"#;
    let ended = verdict(Outcome::Completed, signal(end), Facts::default());
    let session = told_meanwhile(running("full", "done"));
    let ruling = decide(&session, &Policy::default(), &ended, NOW);
    assert_eq!(went(&ruling.decision), "done");
    assert!(ruling.told[1].contains("the person said something while it ran"), "{ruling:?}");
    let verifies = Policy { verify: Some("cargo test".to_owned()), ..Policy::default() };
    assert_eq!(went(&decide(&session, &verifies, &ended, NOW).decision), "done", "before it is verified");
    let heard = after(told_meanwhile(ready("full", "done")), started(&told_meanwhile(ready("full", "done"))));
    assert_eq!(went(&asks(&heard, end, Facts::default())), "finished", "it was in the prompt");
}
