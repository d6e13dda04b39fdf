//! How long a provider that does not serve is waited for.

use super::*;

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
    let row = Outage { since: NOW, until: NOW, reason: String::new(), parks };
    if parks > 0 {
        session.outages.insert("demo".to_owned(), row);
        session.waits = Some(Waits { since: NOW, total: SignedDuration::from_mins(minutes) });
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
    session.waits.as_mut().unwrap().total += SignedDuration::from_secs(31);
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
        Outage { since: NOW, until: NOW + SignedDuration::from_hours(20), reason: String::new(), parks: 1 },
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
    on_fallback(&mut session, "claude");
    let ruling = decide(&session, &policy, &login, NOW);
    let Decision::Park(park) = ruling.decision else { panic!("{ruling:?}") };
    assert_eq!(park.until, NOW + SignedDuration::from_hours(1));
    assert_eq!(park.reason, "the fallback demo cannot be used: log in");
    assert_eq!(ruling.told, ["Iteration 11 was cut short: log in. Check what it left."]);
    let short = Policy { max_wait: Duration::from_secs(60), ..policy };
    assert_eq!(went(&decide(&session, &short, &login, NOW).decision), "blocked", "that is too long to wait");
}

/// The running iteration is on the fallback, in place of this provider.
fn on_fallback(session: &mut Session, own: &str) {
    let State::Running(running) = &mut session.state else { panic!("{:?}", session.state) };
    running.own = Some(own.to_owned());
}

/// A provider that is out until then, in hours.
fn out(session: &mut Session, provider: &str, hours: i64) {
    let until = NOW + SignedDuration::from_hours(hours);
    let row = Outage { since: NOW, until, reason: "limit".to_owned(), parks: 1 };
    session.outages.insert(provider.to_owned(), row);
}

/// When the next iteration can start after the one that runs hit a limit of so many hours, in minutes.
fn next_start(session: &Session, policy: &Policy, hours: i64) -> Option<i64> {
    let until = Some(NOW + SignedDuration::from_hours(hours));
    let limit = Outcome::UsageLimit { until, detail: "limit".to_owned() };
    let verdict = verdict(limit, Err(SignalFault::Missing), Facts { unchanged: true, ..Facts::default() });
    match decide(session, policy, &verdict, NOW).decision {
        Decision::Park(park) => Some(park.pause().until.as_second() / 60),
        Decision::Block(_) => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_park_lasts_until_a_provider_that_counts_can_go_on() {
    let after = |seconds| Policy {
        fallback: Some(Fallback { provider: "other".to_owned(), after: Duration::from_secs(seconds) }),
        ..Policy::default()
    };
    let mut session = running("full", "planning");
    out(&mut session, "codex", 1);
    assert_eq!(next_start(&session, &Policy::default(), 3), Some(182), "codex has no part in this phase");
    assert_eq!(next_start(&session, &after(900), 3), Some(0), "the fallback goes on at once");
    assert_eq!(next_start(&session, &after(100_000), 3), Some(182), "it is too short for the fallback");
    out(&mut session, "other", 2);
    assert_eq!(next_start(&session, &after(900), 3), Some(120), "the fallback is back first");
    let mut session = running("full", "planning");
    out(&mut session, "demo", 2);
    on_fallback(&mut session, "claude");
    out(&mut session, "claude", 1);
    assert_eq!(next_start(&session, &Policy::default(), 3), Some(60), "its own provider is back first");
}

#[test]
fn the_longest_wait_is_measured_by_the_wait_that_is_begun() {
    let policy = Policy { max_wait: Duration::from_secs(2 * 3600), ..Policy::default() };
    let mut session = running("full", "planning");
    out(&mut session, "codex", 1);
    assert_eq!(next_start(&session, &policy, 3), None, "codex does not make it any shorter");
    let short = Fallback { provider: "other".to_owned(), after: Duration::from_secs(100_000) };
    let policy = Policy { fallback: Some(short), ..policy };
    assert_eq!(next_start(&session, &policy, 3), None, "the fallback would not step in");
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
