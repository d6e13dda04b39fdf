//! The words of a verification, and the section that it gets in a summary.

use super::*;
use crate::domain::event::{Event, Verified};
use crate::domain::session::Session;
use crate::domain::session::sample::{after, running, verifying};
use crate::domain::verdict::Decision;
use std::path::Path;

fn check(end: CheckEnd) -> Check {
    Check {
        command: "cargo test".to_owned(),
        head: Some(Head { commit: "12ab34cd56ef".to_owned(), tree: "t1".to_owned() }),
        end,
        took_ms: 11_200,
        log: Some("01-08-1430-007-verify.log".to_owned()),
        tail: "running 2 tests\ntest a ... FAILED".to_owned(),
        left: Vec::new(),
        origins: Vec::new(),
    }
}

/// A session of `quick` whose verification before `done` ended like this.
fn verified(end: CheckEnd) -> Session {
    let phase = crate::domain::phase::Phase::named(if end == CheckEnd::Passed { "done" } else { "testing" });
    let verified = Verified { check: check(end), decision: Decision::Go { phase }, told: Vec::new() };
    after(verifying("quick", "testing"), Event::Verified(Box::new(verified)))
}

fn failed() -> CheckEnd {
    CheckEnd::Failed { exit: "exit code 101".to_owned() }
}

fn told(session: &Session, command: Option<&str>) -> String {
    prompt_section(session, command, Path::new("/s/_logs"))
}

#[test]
fn each_end_has_its_words() {
    let words = |end| check(end).words();
    assert_eq!(words(CheckEnd::Passed), "`cargo test` passed on commit 12ab34cd56 after 11 s");
    assert_eq!(words(failed()), "`cargo test` failed on commit 12ab34cd56 with exit code 101 after 11 s");
    assert_eq!(
        words(CheckEnd::TimeLimit { seconds: 60 }),
        "`cargo test` was ended on commit 12ab34cd56 at its time limit of 60 s"
    );
    let what = "it moved HEAD".to_owned();
    assert_eq!(
        words(CheckEnd::Changed { what }),
        "`cargo test` ended well on commit 12ab34cd56 after 11 s, but it moved HEAD"
    );
}

#[test]
fn where_other_files_may_have_been_tested_nothing_is_said_to_have_passed() {
    let mut doubtful = verified(CheckEnd::Passed);
    if let Some(evidence) = &mut doubtful.evidence {
        evidence.check.origins = vec!["`x.pth` imports from the main checkout (/code/app)".to_owned()];
        let words = evidence.check.words();
        assert!(words.contains("exited with 0") && words.contains("/code/app"), "{words}");
        assert!(!words.contains("passed"), "{words}");
    }
    let section = section(&doubtful, true, &[]);
    assert!(
        !section.contains("passed") && section.contains("  - `x.pth` imports from the main"),
        "{section}"
    );
    assert!(told(&doubtful, Some("cargo test")).contains("may have tested other files"));
    let mut kept_out = check(failed());
    kept_out.origins = vec!["/code/app/x.py".to_owned()];
    assert!(kept_out.words().ends_with("it can't read other checkouts of the repository: /code/app/x.py"));
}

#[test]
fn a_failure_is_told_in_every_phase_until_one_passes() {
    let session = verified(failed());
    let words = told(&session, Some("cargo test"));
    for part in [
        "failed on commit 12ab34cd56 with exit code 101",
        "/s/_logs/01-08-1430-007-verify.log",
        "\n    running 2 tests\n    test a ... FAILED",
    ] {
        assert!(words.contains(part), "{words}");
    }
    assert_eq!(session.counters.unverified, 1);
    assert_eq!(told(&running("quick", "implementation"), Some("cargo test")), "");
}

#[test]
fn the_last_phase_is_told_what_was_verified_and_what_will_be() {
    let passed = told(&verified(CheckEnd::Passed), Some("cargo test"));
    assert!(passed.contains("passed on commit 12ab34cd56"), "{passed}");
    assert!(!passed.contains("FAILED"), "the output of a pass is not told: {passed}");
    let mut moved = verified(CheckEnd::Passed);
    moved.head = Some("other".to_owned());
    assert!(told(&moved, Some("cargo test")).contains("HEAD has moved since"));
    let mut last = running("quick", "done");
    assert!(told(&last, Some("cargo test")).contains("no commit of its own"));
    last.head = Some("other".to_owned());
    assert!(told(&last, Some("cargo test")).contains("samocode itself runs `cargo test`"));
    assert_eq!(told(&last, None), "");
}

#[test]
fn the_section_says_what_was_run_on_which_commit_with_which_result() {
    insta::assert_snapshot!(section(&verified(CheckEnd::Passed), true, &[]), @r"
    <!-- samocode: what follows is written by samocode itself -->
    ## Verified by samocode

    - Command: `cargo test`
    - Commit: 12ab34cd56ef (the branch's last commit)
    - Result: passed, exit code 0, after 11 s
    - When: 1970-01-01 00:00 UTC
    - Output: `_logs/01-08-1430-007-verify.log`
    <!-- samocode: end -->
    ");
    let mut later = verified(CheckEnd::Passed);
    later.head = Some("99ff99ff99ff".to_owned());
    assert!(section(&later, true, &[]).contains("the branch's last commit 99ff99ff99 holds the same files"));
}

#[test]
fn without_evidence_the_section_says_so() {
    let at_base = running("quick", "done");
    assert!(
        section(&at_base, false, &[]).contains("Nothing was verified by samocode: the branch has no commit")
    );
    let mut worked = at_base;
    worked.head = Some("other".to_owned());
    assert!(section(&worked, false, &[]).contains("no verify command (`SAMOCODE_VERIFY`) was set"));
    let other = section(&verified(CheckEnd::Passed), false, &[]);
    assert!(other.contains("Nothing was verified") && other.contains("no evidence for these"), "{other}");
}

#[test]
fn what_is_on_no_branch_is_in_the_section() {
    let left = ["Git ignores these files: a.".to_owned()];
    let text = section(&running("quick", "done"), false, &left);
    assert!(text.contains("\n## Not on the branch\n\n- Git ignores these files: a.\n<!--"), "{text}");
}

#[test]
fn a_section_is_placed_once_and_the_rest_of_the_document_stays() {
    let (one, two) =
        (section(&verified(CheckEnd::Passed), true, &[]), section(&running("quick", "done"), false, &[]));
    for document in
        ["", "# Summary", "# Summary\n", "# Summary\n\n", "# S\r\n\r\n## Verified by samocode\r\nall\r\n"]
    {
        let first = place(document, &one);
        assert!(first.text.starts_with(document) && first.text.ends_with(&one) && !first.replaced);
        assert_eq!(place(&first.text, &one), Placed { text: first.text.clone(), replaced: false });
        let edited = format!("{}\n## Added by a person\n", first.text);
        let second = place(&edited, &two);
        assert!(second.replaced && second.text.starts_with(document));
        assert!(second.text.ends_with(&format!("{two}\n## Added by a person\n")), "{}", second.text);
    }
}

#[test]
fn a_command_with_backticks_and_lines_stays_one_line_of_code() {
    let mut session = verified(CheckEnd::Passed);
    if let Some(evidence) = &mut session.evidence {
        evidence.check.command = "make `uname`\n&& x".to_owned();
    }
    assert!(section(&session, true, &[]).contains("- Command: `` make `uname` && x ``\n"));
}

#[test]
fn a_tail_is_made_of_whole_lines() {
    assert_eq!(tail("a\nb\n", true), "a\nb");
    assert_eq!(tail("half a line\nb\nc\n", false), "b\nc");
    assert_eq!(tail("no line ends in it", false), "no line ends in it");
    let many: String = (0..100).map(|number| format!("{number}\n")).collect();
    let kept = tail(&many, true);
    assert_eq!((kept.lines().count(), kept.lines().next()), (60, Some("40")));
}
