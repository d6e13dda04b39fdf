//! Bugs in what is waited for, and in when a session may end.

use jiff::Timestamp;
use samocode::domain::check::Check;
use samocode::domain::event::{Entry, Event};
use samocode::domain::fallback::Next;
use samocode::domain::guidance::Told;
use samocode::domain::policy::Policy;
use samocode::domain::request::Effect;
use samocode::domain::session::{Session, State};
use samocode::domain::verdict::{Decision, Ruling, Verdict};

use super::super::plot::{REAL, Rules};
use super::assert_caught;

/// Takes whoever is back first for the one that goes on, whether it has a part in the phase or not.
fn anybody(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    let mut ruling = (REAL.decide)(session, policy, verdict, now);
    if let Decision::Park(park) = &mut ruling.decision {
        let others = session.outages.values().map(|outage| outage.until).filter(|until| *until > now);
        park.next_start = others.chain(park.next_start).min();
    }
    ruling
}

#[test]
fn a_wait_that_another_provider_cuts_short_is_noticed() {
    let breach = "what is shown is not when the next iteration can start";
    assert_caught(Rules { decide: anybody, ..REAL }, breach);
}

/// Forgets how long the session has waited already.
fn patient(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    (REAL.decide)(&Session { waits: None, ..session.clone() }, policy, verdict, now)
}

#[test]
fn waits_that_are_short_each_and_endless_together_are_noticed() {
    assert_caught(Rules { decide: patient, ..REAL }, "waits in a row are longer than the longest wait");
}

/// Runs on the phase's own provider, out or not.
fn stubborn(session: &Session, policy: &Policy, own: &str, now: Timestamp) -> Next {
    let served = Session { outages: std::collections::BTreeMap::new(), ..session.clone() };
    (REAL.next)(&served, policy, own, now)
}

#[test]
fn an_iteration_on_a_provider_that_is_out_is_noticed() {
    assert_caught(Rules { next: stubborn, ..REAL }, "an iteration started on a provider that is out");
}

/// Waits for the phase's own provider alone, whatever the fallback could do.
fn without_fallback(session: &Session, policy: &Policy, own: &str, now: Timestamp) -> Next {
    (REAL.next)(session, &Policy { fallback: None, ..policy.clone() }, own, now)
}

#[test]
fn a_wait_although_the_fallback_could_go_on_is_noticed() {
    assert_caught(
        Rules { next: without_fallback, ..REAL },
        "it waits although the next iteration could start earlier",
    );
}

/// The session, as if nobody had told it anything.
fn unguided(session: &Session) -> Session {
    Session { guidance: Told::default(), ..session.clone() }
}

fn hasty(session: &Session, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Ruling {
    (REAL.decide)(&unguided(session), policy, verdict, now)
}

fn hasty_after_verifying(session: &Session, policy: &Policy, check: &Check) -> Decision {
    (REAL.conclude)(&unguided(session), policy, check)
}

#[test]
fn an_end_that_leaves_the_persons_words_unread_is_noticed() {
    assert_caught(Rules { decide: hasty, ..REAL }, "allowed is Go(Phase(");
    let breach = "it ended with words of the person unread";
    assert_caught(Rules { conclude: hasty_after_verifying, ..REAL }, breach);
}

/// Goes on with a verification although other files were brought back.
fn undisturbed(session: &mut Session, entry: &Entry) -> Result<(), String> {
    let before = session.state.clone();
    session.apply(entry)?;
    let restored = match &entry.event {
        Event::Received(received) => matches!(received.effect, Effect::Restored { .. }),
        _ => false,
    };
    if restored && matches!(before, State::Verifying(_)) {
        session.state = before;
    }
    Ok(())
}

#[test]
fn an_end_with_files_that_were_brought_back_is_noticed() {
    let breach = "it ended without an iteration that asked for the end of what is there";
    assert_caught(Rules { apply: Some(undisturbed), ..REAL }, breach);
}
