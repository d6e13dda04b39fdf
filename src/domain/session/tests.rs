//! How entries of the journal move a session.

use jiff::{SignedDuration, Timestamp};

use super::sample::{after, done, judged, ready, received, refused, running, started, verifying, waiting};
use super::*;
use crate::domain::check::{Check, CheckEnd};
use crate::domain::event::{Adopted, JOURNAL_VERSION, Verified};
use crate::domain::gate::GateAsk;
use crate::domain::outage::Outage;
use crate::domain::outcome::{Interruption, Outcome};
use crate::domain::request::Act;
use crate::domain::verdict::{BlockCause, Decision, Park, Pause};

fn block(cause: BlockCause) -> Decision {
    Decision::Block(Block { cause, reason: "because".to_owned() })
}

fn told(session: Session, words: &str) -> Session {
    let words = words.to_owned();
    after(session, received(&words.clone(), Act::Tell(words.clone()), Effect::Guided(words)))
}

#[test]
fn news_stay_until_an_iteration_came_to_something() {
    let lost = Outcome::Interrupted { by: Interruption::OrchestratorLost };
    let login = Outcome::LoginRequired { detail: "log in".to_owned() };
    let limit = Outcome::UsageLimit { until: None, detail: "limit".to_owned() };
    let retry = Decision::Retry { after: Timestamp::UNIX_EPOCH };
    let go = Decision::Go { phase: Phase::named("testing") };
    let cases = [
        (lost.clone(), Decision::Again, true, 0),
        (lost, block(BlockCause::Interruptions), true, 0),
        (login, block(BlockCause::Unable), true, 0),
        (limit, block(BlockCause::Limit), true, 0),
        (Outcome::Completed, retry, true, 1),
        (Outcome::Completed, block(BlockCause::Failures), true, 1),
        (Outcome::Completed, block(BlockCause::Asked), true, 1),
        (Outcome::Completed, block(BlockCause::Limit), true, 1),
        (Outcome::Completed, go, false, 1),
    ];
    for (outcome, decision, kept, counted) in cases {
        let session = told(ready("quick", "implementation"), "mind the tests");
        let start = started(&session);
        let session = told(after(session, start), "and the manual");
        let end = judged(&session, outcome, decision.clone(), "what it left");
        let session = after(session, end);
        let news: &[&str] = if kept { &["mind the tests", "and the manual"] } else { &["and the manual"] };
        assert_eq!(session.guidance.unread().collect::<Vec<_>>(), news, "{decision:?}");
        assert_eq!(session.news.told, ["what it left"], "{decision:?}");
        let used = session.counters.in_phase.get(&Phase::named("implementation")).copied().unwrap_or(0);
        assert_eq!(used, counted, "{decision:?}");
    }
}

#[test]
fn a_reopened_session_has_a_fresh_allowance_in_every_phase() {
    let mut session = done("full");
    session.counters.in_phase.insert(Phase::named("implementation"), 100);
    session.counters.in_phase.insert(Phase::named("testing"), 20);
    let phase = Phase::named("implementation");
    let act = Act::Reopen { phase: None, message: "more".to_owned() };
    let session = after(session, received("r", act, Effect::Reopened { phase, message: "more".to_owned() }));
    assert!(session.counters.in_phase.is_empty());
}

#[test]
fn a_request_that_was_taken_changes_nothing_the_second_time() {
    let once = told(ready("quick", "implementation"), "mind the tests");
    assert_eq!(told(once.clone(), "mind the tests"), once);
}

#[test]
fn an_entry_where_it_cannot_be_is_refused() {
    let held = Event::Held(Block { cause: BlockCause::Unable, reason: "no".to_owned() });
    let adopted = Event::Adopted(Adopted {
        phase: Phase::named("done"),
        iterations: 3,
        in_phase: 0,
        answers: Vec::new(),
    });
    let check = Check {
        command: "true".to_owned(),
        head: None,
        end: CheckEnd::Passed,
        took_ms: 0,
        log: None,
        tail: String::new(),
        left: Vec::new(),
        origins: Vec::new(),
    };
    let go = Decision::Go { phase: Phase::named("done") };
    let verified = Event::Verified(Box::new(Verified { check, decision: go, told: Vec::new() }));
    let waits = waiting("full", "requirements", GateAsk::Answers);
    let runs = running("full", "planning");
    let mut elsewhere = started(&ready("full", "planning"));
    if let Event::Started(started) = &mut elsewhere {
        started.phase = Phase::named("testing");
    }
    let mut other = judged(&runs, Outcome::Completed, Decision::Again, "");
    if let Event::Judged(judged) = &mut other {
        judged.iteration += 1;
    }
    for (session, event) in [
        (&waits, started(&waits)),
        (&runs, started(&runs)),
        (&done("full"), started(&done("full"))),
        (&ready("full", "planning"), elsewhere),
        (&runs, other),
        (&waits, judged(&waits, Outcome::Completed, Decision::Again, "")),
        (&waits, held.clone()),
        (&runs, held.clone()),
        (&verifying("quick", "testing"), held),
        (&runs, verified.clone()),
        (&ready("full", "planning"), verified),
        (&ready("full", "planning"), adopted),
    ] {
        assert!(!refused(session, event.clone()).is_empty(), "{event:?}");
    }
}

#[test]
fn absurd_numbers_of_a_cli_stop_nothing() {
    let mut session = ready("quick", "implementation");
    for _ in 0..2 {
        let start = started(&session);
        session = after(session, start);
        let mut end = judged(&session, Outcome::Completed, Decision::Again, "");
        if let Event::Judged(judged) = &mut end {
            judged.usage = Usage { input_tokens: u64::MAX, output_tokens: 1, ..Usage::default() };
            judged.took_ms = u64::MAX;
        }
        session = after(session, end);
    }
    assert_eq!((session.usage.input_tokens, session.worked_ms), (u64::MAX, u64::MAX));
}

#[test]
fn fault_21_a_clock_that_was_set_back_makes_no_wait_longer() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (meant, day) = (at("2026-01-08T15:00:00Z"), SignedDuration::from_hours(24));
    let wait = |decision: Decision, began: Timestamp| {
        let mut session = running("quick", "implementation");
        let event = judged(&session, Outcome::Completed, decision, "left");
        let judged = Entry { v: JOURNAL_VERSION, at: at("2026-01-08T14:30:00Z"), event };
        session.apply(&judged).unwrap();
        let event = Event::Began { version: "1".to_owned(), pid: 7, run: String::new() };
        session.apply(&Entry { v: JOURNAL_VERSION, at: began, event }).unwrap();
        match session.state {
            State::Ready { after } => after.unwrap(),
            State::Parked(park) => park.until,
            other => panic!("{other:?}"),
        }
    };
    for decision in [
        Decision::Retry { after: meant },
        Decision::Park(Park { until: meant, reason: "limit".to_owned(), next_start: None }),
    ] {
        assert_eq!(wait(decision.clone(), at("2026-01-07T14:30:00Z")), meant - day, "set back by a day");
        assert_eq!(wait(decision.clone(), at("2026-01-08T14:40:00Z")), meant, "it went on as it should");
        assert_eq!(wait(decision, at("2026-01-09T14:30:00Z")), meant, "a day later the wait is over");
    }
}

#[test]
fn a_restore_ends_a_verification_and_an_iteration_looks_at_what_is_there_now() {
    let restored = || {
        let (head, tree) = (Some("c1".to_owned()), "t1".to_owned());
        let effect = Effect::Restored { head, tree, told: "restored".to_owned() };
        received("r", Act::Restore("3".to_owned()), effect)
    };
    let session = after(verifying("quick", "testing"), restored());
    assert_eq!(session.state, State::Ready { after: None });
    assert_eq!(session.phase, Phase::named("testing"));
    assert_eq!(
        (session.head.as_deref(), session.news.told.last()),
        (Some("c1"), Some(&"restored".to_owned()))
    );
    for other in [ready("quick", "testing"), running("quick", "testing"), done("quick")] {
        assert_eq!(after(other.clone(), restored()).state, other.state);
    }
}

#[test]
fn a_journal_in_which_a_verification_went_on_after_a_restore_still_loads() {
    let restored = Effect::Restored { head: None, tree: "t1".to_owned(), told: "restored".to_owned() };
    let session = after(verifying("quick", "testing"), received("r", Act::Restore("3".to_owned()), restored));
    let check = Check {
        command: "true".to_owned(),
        head: None,
        end: CheckEnd::Passed,
        took_ms: 0,
        log: None,
        tail: String::new(),
        left: Vec::new(),
        origins: Vec::new(),
    };
    let decision = Decision::Go { phase: Phase::named("done") };
    let verified = Event::Verified(Box::new(Verified { check, decision, told: Vec::new() }));
    assert_eq!(after(session.clone(), verified.clone()).phase, Phase::named("done"));
    let start = started(&session);
    assert!(!refused(&after(session, start), verified).is_empty());
}

#[test]
fn a_park_lasts_for_as_long_as_its_decision_says_whoever_else_is_out() {
    let at = |hours: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
    let park = |hours, next_start: Option<i64>| {
        let (reason, next_start) = ("limit".to_owned(), next_start.map(at));
        Decision::Park(Park { until: at(hours), reason, next_start })
    };
    let state = |decision| {
        let mut session = running("quick", "implementation");
        let codex = Outage { since: at(0), until: at(1), reason: "limit".to_owned(), parks: 1 };
        session.outages.insert("codex".to_owned(), codex);
        let event = judged(&session, Outcome::Completed, decision, "left");
        let session = after(session, event);
        assert_eq!(session.outages["demo"].until, at(3), "the provider is out, whoever goes on");
        session.state
    };
    let parked = |hours| State::Parked(Pause { until: at(hours), reason: "limit".to_owned() });
    assert_eq!(state(park(3, None)), parked(3));
    assert_eq!(state(park(3, Some(2))), parked(2), "the fallback is back first");
    assert_eq!(state(park(3, Some(0))), State::Ready { after: None }, "the fallback goes on at once");
}

#[test]
fn waits_add_up_until_something_was_done_and_one_that_was_cut_short_counts_for_what_it_lasted() {
    let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
    let see = |session: &mut Session, minutes, event| {
        session.apply(&Entry { v: JOURNAL_VERSION, at: at(minutes), event }).unwrap();
    };
    let total = |session: &Session| session.waits.map(|waits| waits.total.as_mins());
    let mut session = running("quick", "implementation");
    let pause = |minutes| Pause { until: at(minutes), reason: "limit".to_owned() };
    let park = |session: &Session, minutes| {
        let park = Park { until: at(minutes), reason: "limit".to_owned(), next_start: None };
        let mut event = judged(session, Outcome::Completed, Decision::Park(park), "");
        if let Event::Judged(judged) = &mut event {
            judged.unchanged = true;
        }
        event
    };
    let event = park(&session, 60);
    see(&mut session, 0, event);
    assert_eq!(total(&session), Some(60));
    see(&mut session, 10, Event::Parked(pause(40)));
    assert_eq!(total(&session), Some(40), "ten minutes, and thirty from there");
    let event = started(&session);
    see(&mut session, 20, event);
    assert_eq!(total(&session), Some(20));
    let event = park(&session, 50);
    see(&mut session, 20, event);
    assert_eq!(total(&session), Some(50));
    let event = started(&session);
    see(&mut session, 50, event);
    let go = Decision::Go { phase: Phase::named("testing") };
    let event = judged(&session, Outcome::Completed, go, "");
    see(&mut session, 51, event);
    assert_eq!(total(&session), None);
    assert!(!refused(&running("quick", "testing"), Event::Parked(pause(1))).is_empty());
}
