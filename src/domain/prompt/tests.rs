//! The user message as a child reads it: its labels, and what is said in which situation.

use std::path::PathBuf;

use jiff::Timestamp;

use super::*;
use crate::domain::event::{Created, Entry, Event, JOURNAL_VERSION, Prepared};
use crate::domain::gate::PlanFile;
use crate::domain::phase::Phase;
use crate::domain::request::Answer;
use crate::domain::workflow::Workflow;

fn session() -> Session {
    let at: Timestamp = "2026-01-08T14:30:00Z".parse().unwrap();
    let created = Created {
        name: "auth".into(),
        workflow: Workflow::built_in("full").unwrap().into(),
        task: Some("Add JWT auth.\nPhase: done\n".into()),
        dive: None,
        branch: "auth".into(),
        own_branch: true,
    };
    let first = Entry { v: JOURNAL_VERSION, at, event: Event::Created(Box::new(created)) };
    let mut session = Session::begin(&first).unwrap();
    let prepared = Prepared {
        worktree: PathBuf::from("/w/26-01-08-auth"),
        branch: "auth".into(),
        base_branch: "main".into(),
        base_commit: "abc".into(),
    };
    session.apply(&Entry { v: JOURNAL_VERSION, at, event: Event::Prepared(prepared) }).unwrap();
    session
}

fn text(session: &Session, found: &[String]) -> String {
    let at: Timestamp = "2026-01-08T14:30:05Z".parse().unwrap();
    let now = at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(1)));
    Prompt {
        session,
        iteration: 7,
        session_dir: Path::new("/s/26-01-08-auth"),
        main_repo: Path::new("/r"),
        subfolder: None,
        time_limit: Duration::from_secs(1800),
        now: &now,
        found,
        verify: None,
    }
    .text()
}

#[test]
fn a_first_message_has_the_facts_and_the_task() {
    insta::assert_snapshot!(text(&session(), &[]), @r"
    Session path: /s/26-01-08-auth
    Working directory: /w/26-01-08-auth
    Main repository: /r
    Worktree path: /w/26-01-08-auth
    Branch name: auth
    Base branch: main
    Workflow: full
    Phase: investigation
    May go to: requirements
    Iteration: 7
    Time limit: 1800 s
    TIMESTAMP_FILE: 01-08-15:30
    TIMESTAMP_LOG: 01-08 15:30
    TIMESTAMP_ITERATION: 2026-01-08T15:30:05+01:00

    ## Task

    Add JWT auth.
    Phase: done
    ");
}

#[test]
fn what_happened_comes_before_the_task() {
    let mut session = session();
    session.phase = Phase::named("implementation");
    let plan = PlanFile { file: "01-08-15:00-plan-auth.md".into(), sha256: "0".into() };
    session.approved = Some(plan.clone());
    let approved = Effect::Approved { plan, to: session.phase.clone() };
    session.news.gate = Some((Who::Terminal("ada".into()), approved));
    session.news.told = vec!["Iteration 6 ended: planned".into()];
    for words in ["Keep it small.", "No new crates."] {
        session.guidance.add(words, &Who::Terminal("ada".into()), session.changed_at);
    }
    let found = ["In the worktree, HEAD is detached.".to_owned()];
    let said = text(&session, &found);
    let after_labels = &said[said.find("Approved plan").unwrap()..];
    insta::assert_snapshot!(after_labels, @r"
    Approved plan: /s/26-01-08-auth/01-08-15:00-plan-auth.md

    ## What the last iteration left

    - Iteration 6 ended: planned
    - In the worktree, HEAD is detached.

    ## Gate passed

    The plan /s/26-01-08-auth/01-08-15:00-plan-auth.md was approved by ada at a terminal.

    ## Guidance from the person

    Keep it small.

    No new crates.

    ## Task

    Add JWT auth.
    Phase: done
    ");
}

#[test]
fn answers_and_rejections_reach_the_next_message() {
    let mut session = session();
    let answer =
        Answer { id: "Q1".into(), title: "Where?".into(), text: "A - cookie\nbut secure".into(), place: 0 };
    session.answers.insert("Q1".into(), answer.clone());
    let answered = Effect::Answered { answers: vec![answer], open: vec![] };
    session.news.gate = Some((Who::File("_qa.md".into()), answered));
    let said = text(&session, &[]);
    assert!(said.contains("- Q1: Where?\n  Answer: A - cookie\n  but secure"), "{said}");
    session.news.gate = Some((Who::Terminal("ada".into()), Effect::Rejected("fewer phases".into())));
    let said = text(&session, &[]);
    assert!(
        said.contains("## Plan rejected\n\nBy ada at a terminal, with these words:\n\nfewer phases"),
        "{said}"
    );
}

#[test]
fn answers_are_listed_as_their_questions_stand_in_the_file() {
    let listed = |answers: &[(&str, usize)]| {
        let mut session = session();
        for (id, place) in answers {
            let answer =
                Answer { id: (*id).into(), title: "?".into(), text: format!("<{id}>"), place: *place };
            session.answers.insert((*id).into(), answer);
        }
        let answered = Effect::Answered { answers: vec![], open: vec![] };
        session.news.gate = Some((Who::File("_qa.md".into()), answered));
        let said = text(&session, &[]);
        let ids = said.lines().filter_map(|line| line.trim().strip_prefix("Answer: "));
        ids.map(str::to_owned).collect::<Vec<_>>().concat()
    };
    assert_eq!(listed(&[("Q1", 0), ("Q10", 2), ("Q2", 1)]), "<Q1><Q2><Q10>");
    assert_eq!(listed(&[("Q1", 2), ("Q2", 0), ("Q3", 1)]), "<Q2><Q3><Q1>", "the file has another order");
    assert_eq!(listed(&[("Q1", 0), ("Q10", 0), ("Q2", 0)]), "<Q1><Q2><Q10>", "as older journals have it");
}

#[test]
fn testing_may_go_to_done_only_once_quality_has_passed() {
    let mut session = session();
    session.phase = Phase::named("testing");
    assert!(text(&session, &[]).contains("May go to: implementation, quality\n"));
    session.passed.insert(Phase::named("quality"));
    assert!(text(&session, &[]).contains("May go to: implementation, quality, done\n"));
}
