//! When a verification is due, and what follows from it.

use super::*;

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
        origins: Vec::new(),
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

#[test]
fn a_verification_before_the_end_leads_to_an_iteration_that_hears_what_the_person_said() {
    let end = judged(
        &running("full", "done"),
        Outcome::Completed,
        Decision::Verify { then: crate::domain::verdict::Then::Finish { summary: "all".to_owned() } },
        "ended",
    );
    let session = after(running("full", "done"), end);
    assert_eq!(went(&conclude(&session, &verifies(), &check(CheckEnd::Passed))), "finished");
    assert_eq!(went(&conclude(&told_meanwhile(session), &verifies(), &check(CheckEnd::Passed))), "done");
}
