//! Bugs planted on purpose: the law has to catch every one of them, or it would catch no real one either.

use jiff::{SignedDuration, Timestamp};
use samocode::domain::check::{Check, CheckEnd};
use samocode::domain::fallback::Next;
use samocode::domain::gate::GateAsk;
use samocode::domain::outcome::Outcome;
use samocode::domain::phase::Phase;
use samocode::domain::policy::Policy;
use samocode::domain::request::{Act, Effect, Request, Scene};
use samocode::domain::session::{Counters, Session, State};
use samocode::domain::signal::Ask;
use samocode::domain::verdict::{Decision, Ruling, Verdict};
use samocode::domain::workflow::GateKind;

use super::plot::{Plot, REAL, Rules};
use super::{histories, workflows};

mod outcomes;

/// Every bug shows within so many histories.
const ENOUGH: u64 = 4000;

#[track_caller]
fn assert_caught(rules: Rules, breach: &str) {
    let pool = workflows::pool(20);
    let plot = Plot { rules, pool: &pool, most_turns: 30, on_disk: false };
    let breaches = histories(&plot, ENOUGH, Some(breach)).breaches;
    assert!(breaches.keys().any(|kind| kind.contains(breach)), "not caught: {:?}", breaches.keys());
}

fn go(phase: &str) -> Ruling {
    Ruling { decision: Decision::Go { phase: Phase::named(phase) }, told: Vec::new() }
}

/// The phase that an otherwise legal `continue` asks for.
fn asked_for<'a>(session: &Session, verdict: &'a Verdict) -> Option<&'a str> {
    let signal = verdict.signal.as_ref().ok()?;
    let Ask::Continue(Some(phase)) = &signal.ask else {
        return None;
    };
    let ran = !matches!(verdict.outcome, Outcome::Interrupted { .. } | Outcome::CannotStart { .. });
    let known = session.workflow.rules(&Phase::named(phase)).is_some();
    (ran && known).then_some(phase.as_str())
}

fn gate_of(session: &Session) -> Option<GateKind> {
    session.workflow.rules(&session.phase)?.gate
}

fn without_gate(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    match asked_for(session, verdict) {
        Some(phase) if gate_of(session) == Some(GateKind::Approval) => go(phase),
        _ => (REAL.decide)(session, policy, verdict, now),
    }
}

#[test]
fn a_plan_that_nobody_approved_is_noticed() {
    assert_caught(Rules { decide: without_gate, ..REAL }, "progress without a signal that is allowed");
}

fn without_questions(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    let mut blind = verdict.clone();
    if asked_for(session, verdict).is_some() {
        blind.facts.open_questions.clear();
    }
    (REAL.decide)(session, policy, &blind, now)
}

#[test]
fn a_question_that_nobody_answered_is_noticed() {
    assert_caught(Rules { decide: without_questions, ..REAL }, "progress without a signal that is allowed");
}

fn without_order(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    let mut passed = session.clone();
    passed.passed.extend(session.workflow.phases().map(|rules| rules.name.clone()));
    (REAL.decide)(&passed, policy, verdict, now)
}

#[test]
fn a_phase_that_was_left_out_is_noticed() {
    assert_caught(Rules { decide: without_order, ..REAL }, "progress without a signal that is allowed");
}

fn untidy(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    let mut tidy = verdict.clone();
    tidy.facts.branch_trouble = None;
    (REAL.decide)(session, policy, &tidy, now)
}

#[test]
fn a_finish_with_work_that_is_not_committed_is_noticed() {
    assert_caught(Rules { decide: untidy, ..REAL }, "progress without a signal that is allowed");
}

fn out_of_done(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    let last = session.workflow.rules(&session.phase).is_some_and(|rules| rules.terminal);
    match asked_for(session, verdict) {
        Some(phase) if last => go(phase),
        _ => (REAL.decide)(session, policy, verdict, now),
    }
}

#[test]
fn the_last_phase_left_by_a_signal_is_noticed() {
    assert_caught(Rules { decide: out_of_done, ..REAL }, "progress without a signal that is allowed");
}

fn resumed_when_done(session: &Session, request: &Request, scene: &Scene) -> Effect {
    match (&session.state, &request.act) {
        (State::Done(_), Act::Resume(_)) => Effect::Resumed,
        _ => (REAL.rule)(session, request, scene),
    }
}

#[test]
fn a_finished_session_that_goes_on_without_being_reopened_is_noticed() {
    assert_caught(Rules { rule: resumed_when_done, ..REAL }, "what nothing held up was resumed");
}

fn endless_rework(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    let mut fresh = session.clone();
    fresh.counters.moves.clear();
    (REAL.decide)(&fresh, policy, verdict, now)
}

#[test]
fn rework_without_end_is_noticed() {
    assert_caught(Rules { decide: endless_rework, ..REAL }, "allowed is UsedUp");
}

fn endless_failures(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    (REAL.decide)(session, &Policy { max_failures: u32::MAX, ..policy.clone() }, verdict, now)
}

#[test]
fn failures_without_end_are_noticed() {
    assert_caught(Rules { decide: endless_failures, ..REAL }, "failures in a row went beyond their limit");
}

fn endless_idling(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    (REAL.decide)(session, &Policy { max_idle: u32::MAX, ..policy.clone() }, verdict, now)
}

#[test]
fn iterations_without_progress_and_without_end_are_noticed() {
    assert_caught(Rules { decide: endless_idling, ..REAL }, "allowed is Idle");
}

fn endless_losses(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    (REAL.decide)(session, &Policy { max_interruptions: u32::MAX, ..policy.clone() }, verdict, now)
}

#[test]
fn interruptions_without_end_are_noticed() {
    assert_caught(Rules { decide: endless_losses, ..REAL }, "too many interruptions in a row");
}

fn endless_waits(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    (REAL.decide)(session, &Policy { max_wait: std::time::Duration::MAX, ..policy.clone() }, verdict, now)
}

#[test]
fn waits_without_end_are_noticed() {
    assert_caught(Rules { decide: endless_waits, ..REAL }, "waits in a row are longer than the longest wait");
}

fn endless_phase(session: &Session, policy: &Policy, own: &str, now: Timestamp) -> Next {
    let fresh = Session { counters: Counters::default(), ..session.clone() };
    (REAL.next)(&fresh, policy, own, now)
}

#[test]
fn iterations_without_end_are_noticed() {
    assert_caught(Rules { next: endless_phase, ..REAL }, "a phase's iterations went beyond their limit");
    assert_caught(Rules { next: endless_phase, ..REAL }, "the budget of iterations was overdrawn");
}

fn outage_as_failure(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    match (&verdict.outcome, &verdict.signal) {
        (Outcome::Overloaded { .. } | Outcome::Interrupted { .. }, Err(_)) => {
            let after = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
            Ruling { decision: Decision::Retry { after }, told: Vec::new() }
        }
        _ => (REAL.decide)(session, policy, verdict, now),
    }
}

#[test]
fn an_interruption_that_counts_is_noticed() {
    assert_caught(Rules { decide: outage_as_failure, ..REAL }, "an interruption counted against something");
    assert_caught(Rules { decide: outage_as_failure, ..REAL }, "a limit counted against something");
}

fn forgetful(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    let ruling = (REAL.decide)(session, policy, verdict, now);
    if ruling.decision == Decision::Again { go(session.phase.as_str()) } else { ruling }
}

#[test]
fn an_interruption_taken_for_progress_is_noticed() {
    assert_caught(Rules { decide: forgetful, ..REAL }, "progress without a signal that is allowed");
}

fn any_gate(session: &Session, request: &Request, scene: &Scene) -> Effect {
    let mut renamed = request.clone();
    if let Some(open) = session.open_gate() {
        match &mut renamed.act {
            Act::Answer { gate, .. } | Act::Approve { gate, .. } | Act::Reject { gate, .. } => {
                gate.clone_from(&open.id);
            }
            Act::Resume(gate) => *gate = Some(open.id.clone()),
            Act::Tell(_) | Act::Stop { .. } | Act::Reopen { .. } | Act::SetPhase(_) | Act::Restore(_) => {}
        }
    }
    (REAL.rule)(session, &renamed, scene)
}

#[test]
fn an_act_that_was_meant_for_an_earlier_gate_is_noticed() {
    assert_caught(Rules { rule: any_gate, ..REAL }, "at another gate");
    assert_caught(Rules { rule: any_gate, ..REAL }, "a gate passed by an act meant for another");
}

fn any_bytes(session: &Session, request: &Request, scene: &Scene) -> Effect {
    let mut scene = scene.clone();
    if let Act::Approve { sha256, .. } = &request.act {
        scene.plan_sha256 = Some(sha256.clone());
    }
    (REAL.rule)(session, request, &scene)
}

#[test]
fn the_approval_of_a_plan_that_changed_is_noticed() {
    assert_caught(Rules { rule: any_bytes, ..REAL }, "an approval of bytes that were not shown");
}

fn any_answer(session: &Session, request: &Request, scene: &Scene) -> Effect {
    match (REAL.rule)(session, request, scene) {
        Effect::Answered { answers, .. } => Effect::Answered { answers, open: Vec::new() },
        effect => effect,
    }
}

#[test]
fn a_gate_passed_with_half_of_the_answers_is_noticed() {
    assert_caught(Rules { rule: any_answer, ..REAL }, "questions that are open are miscounted");
}

fn any_kind(session: &Session, request: &Request, scene: &Scene) -> Effect {
    match (&request.act, session.open_gate().map(|gate| &gate.ask)) {
        (Act::Resume(_), Some(GateAsk::Approval(_) | GateAsk::Answers)) => Effect::ActionDone,
        _ => (REAL.rule)(session, request, scene),
    }
}

#[test]
fn a_gate_passed_by_the_wrong_kind_of_act_is_noticed() {
    assert_caught(Rules { rule: any_kind, ..REAL }, "a gate passed by an act meant for another");
}

fn any_target(session: &Session, request: &Request, scene: &Scene) -> Effect {
    match (&request.act, session.open_gate()) {
        (Act::SetPhase(phase), Some(gate)) if session.workflow.rules(phase).is_some() => match gate.ask {
            GateAsk::Approval(_) => (REAL.rule)(session, request, scene),
            GateAsk::Answers | GateAsk::HumanAction { .. } => Effect::Moved(phase.clone()),
        },
        _ => (REAL.rule)(session, request, scene),
    }
}

#[test]
fn a_hand_edit_to_anywhere_is_noticed() {
    assert_caught(Rules { rule: any_target, ..REAL }, "an illegal hand edit");
}

fn deaf(session: &Session, request: &Request, scene: &Scene) -> Effect {
    match (REAL.rule)(session, request, scene) {
        Effect::Approved { .. } | Effect::Guided(_) => Effect::Refused("later".to_owned()),
        effect => effect,
    }
}

#[test]
fn a_right_act_that_is_refused_is_noticed() {
    assert_caught(Rules { rule: deaf, ..REAL }, "a person's right act was refused");
}

fn unverified(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    (REAL.decide)(session, &Policy { verify: None, ..policy.clone() }, verdict, now)
}

#[test]
fn an_end_without_a_verification_is_noticed() {
    assert_caught(Rules { decide: unverified, ..REAL }, "allowed is Verify(None), done was Finish");
    assert_caught(Rules { decide: unverified, ..REAL }, "allowed is Verify(Some(");
}

/// Takes evidence of any files for evidence of these.
fn verified_once(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    let mut verdict = verdict.clone();
    let known = session.evidence.as_ref().and_then(|evidence| evidence.check.head.clone());
    verdict.facts.head = verdict.facts.head.map(|head| known.unwrap_or(head));
    (REAL.decide)(session, policy, &verdict, now)
}

#[test]
fn evidence_of_other_files_is_noticed() {
    assert_caught(Rules { decide: verified_once, ..REAL }, "allowed is Verify(");
}

fn lenient(session: &Session, policy: &Policy, check: &Check) -> Decision {
    (REAL.conclude)(session, policy, &Check { end: CheckEnd::Passed, ..check.clone() })
}

#[test]
fn a_failed_verification_that_passes_for_a_good_one_is_noticed() {
    assert_caught(Rules { conclude: lenient, ..REAL }, "a failed verification did not keep the phase");
}

fn endless_verification(session: &Session, policy: &Policy, check: &Check) -> Decision {
    (REAL.conclude)(session, &Policy { max_failures: u32::MAX, ..policy.clone() }, check)
}

#[test]
fn verifications_without_end_are_noticed() {
    assert_caught(Rules { conclude: endless_verification, ..REAL }, "failed verifications without end");
}
