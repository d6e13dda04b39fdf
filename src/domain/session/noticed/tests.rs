//! Notices over histories of a few entries.

use jiff::{SignedDuration, Timestamp};

use crate::domain::event::{Entry, Event, JOURNAL_VERSION};
use crate::domain::gate::GateAsk;
use crate::domain::notice::NoticeKind;
use crate::domain::outcome::Outcome;
use crate::domain::phase::Phase;
use crate::domain::request::{Act, Effect};
use crate::domain::session::sample::{after, gate, judged, ready, received, running, started, waiting};
use crate::domain::session::{Session, State};
use crate::domain::verdict::{Block, BlockCause, Decision, Park, Pause};

fn due(session: &Session) -> Vec<&'static str> {
    session.due("phone").map(|notice| notice.kind.name()).collect()
}

fn tell(session: Session) -> Session {
    let notices: Vec<String> = session.due("phone").map(|notice| notice.id.clone()).collect();
    notices.into_iter().fold(session, |session, notice| {
        after(session, Event::Notified { notice, channel: "phone".to_owned(), refused: None })
    })
}

fn at(session: &mut Session, minutes: i64, event: Event) {
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
    session.apply(&Entry { v: JOURNAL_VERSION, at, event }).unwrap();
}

fn park(minutes: i64) -> Decision {
    let until = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
    Decision::Park(Park { until, reason: "limit".to_owned(), next_start: None })
}

fn block(cause: BlockCause) -> Decision {
    Decision::Block(Block { cause, reason: "r".to_owned() })
}

fn go() -> Decision {
    Decision::Go { phase: Phase::named("implementation") }
}

#[test]
fn a_gate_is_told_once_it_is_in_order_and_never_after_it_was_passed() {
    let session = waiting("full", "requirements", GateAsk::Answers);
    assert_eq!(due(&session), [""; 0], "its questions are not in order yet");
    let session = after(session, Event::Posted { gate: gate("g1") });
    assert_eq!(session.due("phone").map(|notice| notice.id.as_str()).collect::<Vec<_>>(), ["waiting-g1"]);
    let passed = received("1", Act::Tell(String::new()), Effect::Answered { answers: vec![], open: vec![] });
    assert_eq!(due(&after(session.clone(), passed)), [""; 0]);
    let session = tell(session);
    assert_eq!(due(&session), [""; 0]);
    assert_eq!(session.due("desktop").count(), 1, "another channel has not taken it");
}

#[test]
fn a_restart_tells_nothing_twice() {
    let began = || Event::Began { version: "0".to_owned(), pid: 1, run: String::new() };
    for cause in [BlockCause::Asked, BlockCause::Limit, BlockCause::Tampered] {
        let session = running("quick", "implementation");
        let session = after(session.clone(), judged(&session, Outcome::Completed, block(cause), ""));
        assert_eq!(due(&session), ["blocked"]);
        assert_eq!(due(&after(session.clone(), began())), ["blocked"], "it was not told yet");
        assert_eq!(due(&after(tell(session), began())), [""; 0]);
    }
}

#[test]
fn what_only_the_person_can_mend_is_told_each_time_it_fails() {
    let session = running("quick", "implementation");
    let failed = |session: &Session| judged(session, Outcome::Completed, block(BlockCause::Unable), "");
    let session = after(session.clone(), failed(&session));
    assert_eq!(due(&session), ["failed"]);
    let session = after(tell(session), Event::Began { version: "0".to_owned(), pid: 1, run: String::new() });
    assert_eq!(due(&session), [""; 0]);
    let session = after(session.clone(), started(&session));
    assert_eq!(due(&after(session.clone(), failed(&session))), ["failed"]);
}

#[test]
fn a_long_wait_is_told_at_its_start_and_at_its_end_and_a_short_one_never() {
    let end = |session: &Session, decision| {
        let mut event = judged(session, Outcome::Completed, decision, "");
        if let Event::Judged(judged) = &mut event {
            judged.unchanged = true;
        }
        event
    };
    let mut session = running("quick", "implementation");
    let event = end(&session, park(1));
    at(&mut session, 0, event);
    assert_eq!(due(&session), [""; 0], "over in a minute");
    for minutes in [60, 120] {
        let event = started(&session);
        at(&mut session, minutes - 60, event);
        let event = end(&session, park(minutes));
        at(&mut session, minutes - 60, event);
        assert_eq!(due(&session), if minutes == 60 { &["parked"][..] } else { &[] }, "told once");
        session = tell(session);
    }
    let event = started(&session);
    at(&mut session, 120, event);
    assert_eq!(due(&session), [""; 0]);
    let event = end(&session, go());
    at(&mut session, 121, event);
    assert_eq!(due(&session), ["resumed"]);
    assert!(
        matches!(session.notices[0].kind, NoticeKind::Resumed { since } if since == Timestamp::UNIX_EPOCH)
    );
}

#[test]
fn a_clock_that_was_set_back_moves_the_end_of_a_wait_in_its_notice_and_tells_nothing_twice() {
    let session = running("quick", "implementation");
    let event = judged(&session, Outcome::Completed, park(60), "");
    let mut session = tell(after(session, event));
    at(&mut session, -120, Event::Began { version: "0".to_owned(), pid: 1, run: String::new() });
    assert_eq!(due(&session), [""; 0]);
    let until = Timestamp::UNIX_EPOCH - SignedDuration::from_mins(60);
    assert!(matches!(session.state, State::Parked(Pause { until: shown, .. }) if shown == until));
    assert!(matches!(session.notices[0].kind, NoticeKind::Parked { until: told, .. } if told == until));
    let outage = &session.outages["demo"];
    assert_eq!(outage.until.duration_since(outage.since).as_mins(), 60, "it is as long as it was");
}

#[test]
fn who_resumes_by_hand_need_not_be_told_that_it_resumed() {
    let session = running("quick", "implementation");
    let session = after(session.clone(), judged(&session, Outcome::Completed, park(60), ""));
    assert_eq!(due(&session), ["parked"]);
    let session = after(session, received("1", Act::Resume(None), Effect::Resumed));
    assert_eq!(due(&session), [""; 0]);
}

#[test]
fn the_end_is_told_until_it_is_taken_back_to_work() {
    let session = ready("quick", "implementation");
    let session = after(session.clone(), started(&session));
    let finish = Decision::Finish { summary: "all".to_owned() };
    let session = after(session.clone(), judged(&session, Outcome::Completed, finish, ""));
    assert_eq!(due(&session), ["done"]);
    let effect = Effect::Reopened { phase: Phase::named("implementation"), message: "more".to_owned() };
    let reopened = after(session, received("1", Act::Tell(String::new()), effect));
    assert_eq!(due(&reopened), [""; 0]);
    assert_eq!(reopened.guidance.unread().collect::<Vec<_>>(), ["more"]);
}
