//! Decisions, one rule of the design a test.

use jiff::SignedDuration;

use super::*;
use crate::domain::check::{Check, CheckEnd, Evidence, Head};
use crate::domain::fallback::Fallback;
use crate::domain::outage::Outage;
use crate::domain::outcome::Outcome;
use crate::domain::session::sample::{plan, running, verifying};
use crate::domain::verdict::Facts;

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
fn a_limit_parks_even_where_the_signal_is_refused() {
    let session = running("full", "planning");
    let jump = signal(r#"{"status":"continue","phase":"done"}"#);
    let limit = Outcome::UsageLimit { until: None, detail: "limit".to_owned() };
    assert!(matches!(comes_to(&session, limit, jump.clone()).decision, Decision::Park(_)));
    let login = Outcome::LoginRequired { detail: "log in".to_owned() };
    assert_eq!(went(&comes_to(&session, login, jump.clone()).decision), "blocked");
    let crash = comes_to(&session, Outcome::Crashed { detail: "SIGSEGV".to_owned() }, jump);
    assert!(crash.told[0].contains("SIGSEGV") && crash.told[0].contains("not allowed here"), "{crash:?}");
}

/// The session's provider was parked so often in a row already, for so many minutes together.
fn parked(session: &mut Session, parks: u32, minutes: i64) {
    let row = Outage {
        since: NOW,
        until: NOW,
        reason: String::new(),
        parks,
        waited: SignedDuration::from_mins(minutes),
    };
    if parks > 0 {
        session.outages.insert("demo".to_owned(), row);
    }
}

#[test]
fn a_park_ends_after_the_stated_reset_or_grows_while_the_limit_stands() {
    let until = |parks: u32, stated: Option<i64>| {
        let mut session = running("full", "planning");
        parked(&mut session, parks, 0);
        let until = stated.map(|seconds| NOW + SignedDuration::from_secs(seconds));
        let limit = Outcome::UsageLimit { until, detail: String::new() };
        match comes_to(&session, limit, Err(SignalFault::Missing)).decision {
            Decision::Park(park) => park.until.as_second() / 60,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(until(0, Some(3600)), 62);
    assert_eq!([until(0, None), until(1, None), until(2, Some(-7200)), until(9, None)], [15, 30, 60, 120]);
    // A reset that is always a minute ahead is no reason for a try every three minutes.
    assert_eq!([0, 1, 2, 3, 9].map(|parks| until(parks, Some(60))), [3, 4, 8, 16, 120]);
}

#[test]
fn a_park_says_why_it_ends_when_it_ends_and_the_next_iteration_is_told_once() {
    let reason = |parks: u32, until: Option<Timestamp>| {
        let mut session = running("full", "planning");
        parked(&mut session, parks, 0);
        let ruling = comes_to(
            &session,
            Outcome::UsageLimit { until, detail: "you hit it".to_owned() },
            Err(SignalFault::Missing),
        );
        assert_eq!(ruling.told.len(), usize::from(parks == 0), "{ruling:?}");
        match ruling.decision {
            Decision::Park(park) => park.reason,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reason(0, None), "you hit it; no reset time was given; trying again in 15 min");
    let past = NOW - SignedDuration::from_mins(10);
    assert_eq!(
        reason(1, Some(past)),
        "you hit it; the limit stands after its stated reset; trying again in 30 min"
    );
    assert_eq!(reason(0, Some(NOW + SignedDuration::from_mins(10))), "you hit it");
}

#[test]
fn a_reset_beyond_the_longest_wait_blocks_at_once_and_says_how_to_go_on() {
    let session = running("full", "planning");
    let limit = Outcome::UsageLimit {
        until: Some(NOW + SignedDuration::from_hours(30)),
        detail: "weekly limit".to_owned(),
    };
    match comes_to(&session, limit, Err(SignalFault::Missing)).decision {
        Decision::Block(block) => {
            assert_eq!(block.cause, BlockCause::Limit);
            for words in ["weekly limit", "1970-01-02T06:02:00Z", "12 h", "samocode resume", "--max-wait"] {
                assert!(block.reason.contains(words), "{}", block.reason);
            }
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn tries_at_an_overloaded_service_back_off_spread_out_and_never_wait_for_longer_than_two_hours() {
    let wait = |parks: u32, id: &str, longest: u64| {
        let mut session = running("full", "planning");
        parked(&mut session, parks, 0);
        let policy = Policy { max_wait: Duration::from_secs(longest), ..Policy::default() };
        let mut verdict = verdict(
            Outcome::Overloaded { detail: String::new() },
            Err(SignalFault::Missing),
            Facts { unchanged: true, ..Facts::default() },
        );
        verdict.gate_id = crate::domain::gate::GateId::from_random(id.to_owned());
        match decide(&session, &policy, &verdict, NOW).decision {
            Decision::Park(park) => park.until.as_second(),
            other => panic!("{other:?}"),
        }
    };
    let ids: Vec<String> =
        (0..200).map(|number: u64| format!("{:016x}", number * 0x9e37_79b9_7f4a)).collect();
    for (parks, most) in [(0, 30), (1, 60), (4, 480), (30, 7200)] {
        let waits: std::collections::BTreeSet<i64> =
            ids.iter().map(|id| wait(parks, id, 12 * 3600)).collect();
        assert!(waits.iter().all(|wait| (most * 3 / 4 - 1..=most).contains(wait)), "{waits:?}");
        assert!(waits.len() >= 5, "{waits:?}");
    }
    assert!(wait(9, "a", 600) <= 600, "a guess fits into the longest wait");
}

#[test]
fn guessed_waits_in_a_row_have_a_bound_together() {
    let mut session = running("full", "planning");
    let outage = || Outcome::Overloaded { detail: "503".to_owned() };
    let wait = |session: &Session| match comes_to(session, outage(), Err(SignalFault::Missing)).decision {
        Decision::Park(park) => park.until.as_second(),
        Decision::Block(block) => {
            for words in ["11 h were waited already", "12 h is the longest wait", "samocode resume a"] {
                assert!(block.reason.contains(words), "{}", block.reason);
            }
            0
        }
        other => panic!("{other:?}"),
    };
    parked(&mut session, 9, 11 * 60);
    assert!((2700..=3600).contains(&wait(&session)), "the last wait is as long as what is left");
    parked(&mut session, 9, 12 * 60 - 1);
    assert!((45..=60).contains(&wait(&session)));
    session.outages.get_mut("demo").unwrap().waited += SignedDuration::from_secs(31);
    assert_eq!(wait(&session), 0, "nothing is left to wait for");
}

#[test]
fn a_run_that_did_something_before_it_hit_a_limit_begins_a_new_row_of_waits() {
    let mut session = running("full", "planning");
    parked(&mut session, 9, 12 * 60);
    let worked =
        verdict(Outcome::Overloaded { detail: String::new() }, Err(SignalFault::Missing), Facts::default());
    let ruling = decide(&session, &Policy::default(), &worked, NOW);
    assert!(matches!(ruling.decision, Decision::Park(park) if park.until.as_second() <= 30));
    assert_eq!(ruling.told.len(), 1);
}

#[test]
fn a_park_of_its_own_that_a_clock_set_back_made_ahead_shortens_no_far_reset() {
    let mut session = running("full", "implementation");
    parked(&mut session, 1, 62);
    let row = session.outages.get_mut("demo").unwrap();
    row.until = NOW + SignedDuration::from_hours(2);
    let until = Some(NOW + SignedDuration::from_hours(24 * 5));
    let weekly = Outcome::UsageLimit { until, detail: "weekly limit".to_owned() };
    assert_eq!(went(&comes_to(&session, weekly, Err(SignalFault::Missing)).decision), "blocked");
}

#[test]
fn a_reset_beyond_the_longest_wait_is_waited_for_where_the_fallback_goes_on() {
    let session = running("full", "planning");
    let policy = |provider: &str| Policy {
        fallback: Some(Fallback { provider: provider.to_owned(), after: Duration::ZERO }),
        ..Policy::default()
    };
    let until = Some(NOW + SignedDuration::from_hours(30));
    let weekly = verdict(
        Outcome::UsageLimit { until, detail: String::new() },
        Err(SignalFault::Missing),
        Facts::default(),
    );
    assert_eq!(went(&decide(&session, &policy("other"), &weekly, NOW).decision), "waits");
    assert_eq!(went(&decide(&session, &policy("demo"), &weekly, NOW).decision), "blocked", "it ran itself");
    let mut both = session;
    both.outages.insert(
        "other".to_owned(),
        Outage {
            since: NOW,
            until: NOW + SignedDuration::from_hours(20),
            reason: String::new(),
            parks: 1,
            waited: SignedDuration::ZERO,
        },
    );
    assert_eq!(went(&decide(&both, &policy("other"), &weekly, NOW).decision), "blocked", "both are out");
}

#[test]
fn a_fallback_that_cannot_be_used_stops_nothing_while_the_own_provider_is_waited_for() {
    let mut session = running("full", "planning");
    let fallback = Some(Fallback { provider: "demo".to_owned(), after: Duration::ZERO });
    let policy = Policy { fallback, ..Policy::default() };
    let login = verdict(
        Outcome::LoginRequired { detail: "log in".to_owned() },
        Err(SignalFault::Missing),
        Facts::default(),
    );
    assert_eq!(went(&decide(&session, &policy, &login, NOW).decision), "blocked", "it is the own one");
    parked(&mut session, 1, 60);
    let mut own = session.outages.remove("demo").unwrap();
    own.until = NOW + SignedDuration::from_hours(1);
    session.outages.insert("claude".to_owned(), own);
    let ruling = decide(&session, &policy, &login, NOW);
    let Decision::Park(park) = ruling.decision else { panic!("{ruling:?}") };
    assert_eq!(park.until, NOW + SignedDuration::from_hours(1));
    assert_eq!(park.reason, "the fallback demo cannot be used: log in");
    assert_eq!(ruling.told, ["Iteration 11 was cut short: log in. Check what it left."]);
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

#[test]
fn times_at_the_end_of_the_calendar_are_no_panic() {
    let session = running("full", "planning");
    let policy = Policy { max_wait: Duration::MAX, ..Policy::default() };
    for now in [Timestamp::MIN, Timestamp::MAX] {
        for outcome in [
            Outcome::UsageLimit { until: Some(Timestamp::MAX), detail: String::new() },
            Outcome::UsageLimit { until: Some(Timestamp::MIN), detail: String::new() },
            Outcome::UsageLimit { until: None, detail: String::new() },
            Outcome::Overloaded { detail: String::new() },
            Outcome::TurnLimit,
        ] {
            let verdict = verdict(outcome, Err(SignalFault::Missing), Facts::default());
            assert_eq!(decide(&session, &policy, &verdict, now), decide(&session, &policy, &verdict, now));
        }
    }
}

fn verifies() -> Policy {
    Policy { verify: Some("cargo test".to_owned()), ..Policy::default() }
}

fn head(commit: &str, tree: &str) -> Head {
    Head { commit: commit.to_owned(), tree: tree.to_owned() }
}

fn check(end: CheckEnd) -> Check {
    Check {
        command: "cargo test".to_owned(),
        head: Some(head("c1", "t1")),
        end,
        took_ms: 0,
        log: None,
        tail: String::new(),
        left: Vec::new(),
    }
}

/// A session whose newest verification ended like this, back in a phase.
fn checked(phase: &str, end: CheckEnd) -> Session {
    let mut session = running("full", phase);
    session.evidence = Some(Evidence { at: NOW, check: check(end) });
    session
}

#[test]
fn the_end_needs_a_verification_of_the_files_that_are_there() {
    let enter = r#"{"status":"continue","phase":"done"}"#;
    let end = r#"{"status":"done"}"#;
    let failed = || CheckEnd::Failed { exit: "exit code 1".to_owned() };
    let at = |commit, tree| Some(head(commit, tree));
    // The session's base is the commit `c`.
    for (session, text, head, came) in [
        (running("full", "quality"), enter, at("c1", "t1"), "verified first"),
        (running("full", "quality"), enter, at("c", "t"), "done"),
        (running("full", "quality"), enter, None, "verified first"),
        (running("full", "quality"), r#"{"status":"continue","phase":"testing"}"#, at("c1", "t1"), "testing"),
        (running("full", "done"), end, at("c1", "t1"), "verified first"),
        (checked("done", CheckEnd::Passed), end, at("c1", "t1"), "finished"),
        (checked("done", CheckEnd::Passed), end, at("c2", "t1"), "finished"),
        (checked("done", CheckEnd::Passed), end, at("c2", "t2"), "verified first"),
        (checked("done", failed()), end, at("c1", "t1"), "verified first"),
        (checked("quality", CheckEnd::Passed), enter, at("c1", "t1"), "done"),
    ] {
        let facts = Facts { head: head.clone(), ..Facts::default() };
        let verdict = verdict(Outcome::Completed, signal(text), facts);
        let decision = decide(&session, &verifies(), &verdict, NOW).decision;
        assert_eq!(went(&decision), came, "{text} at {head:?} after {:?}", session.evidence);
        let without = decide(&session, &Policy::default(), &verdict, NOW).decision;
        assert_ne!(went(&without), "verified first");
    }
    let other = Policy { verify: Some("make check".to_owned()), ..Policy::default() };
    let facts = Facts { head: at("c1", "t1"), ..Facts::default() };
    let verdict = verdict(Outcome::Completed, signal(end), facts);
    let decision = decide(&checked("done", CheckEnd::Passed), &other, &verdict, NOW).decision;
    assert_eq!(went(&decision), "verified first", "another command has shown nothing yet");
}

#[test]
fn a_verification_leads_on_keeps_the_phase_or_blocks() {
    let mut session = verifying("quick", "testing");
    let comes_to = |session: &Session, end| conclude(session, &verifies(), &check(end));
    assert_eq!(went(&comes_to(&session, CheckEnd::Passed)), "done");
    assert_eq!(went(&comes_to(&session, CheckEnd::Unset)), "done");
    let ends = [
        CheckEnd::Failed { exit: "exit code 1".to_owned() },
        CheckEnd::TimeLimit { seconds: 60 },
        CheckEnd::Changed { what: "Cargo.lock is changed".to_owned() },
        CheckEnd::NotRun { why: "HEAD is detached".to_owned() },
    ];
    for end in ends {
        for (before, came) in [(0, "testing"), (1, "testing"), (2, "blocked")] {
            session.counters.unverified = before;
            assert_eq!(went(&comes_to(&session, end.clone())), came, "{end:?} after {before}");
        }
        let Decision::Block(block) = comes_to(&session, end) else { panic!("it blocks") };
        assert_eq!(block.cause, BlockCause::Unverified);
        assert!(block.reason.starts_with("3 verifications in a row failed"), "{}", block.reason);
    }
}
