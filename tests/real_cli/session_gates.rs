//! What a person may do at the gates beside passing them at once.

use samocode_testing_model::Walkthrough;

use crate::stage::{Stage, TASK};

fn design() -> Stage {
    Stage::new(Walkthrough::design().with_task(TASK))
}

#[test]
fn a_rejected_plan_is_changed_and_asked_for_again() {
    let stage = design();
    let mut run = stage.begin(&["--workflow", "design", "--accept-suggestions"]);

    run.hears("samocode needs you: a plan to approve");
    stage.act("reject", &["-m", "say which shell it's for"]).with_code(0).saying("greet revises the plan");
    stage.sees_iteration(5);
    run.hears("#5 → waits for approval");
    stage.act("approve", &[]).with_code(0).saying("approved; greet goes on with done");

    run.wait().with_code(0);
    stage.model.assert_nothing_unexpected();
    assert_eq!(
        stage.phases(),
        ["investigation", "requirements", "requirements", "planning", "planning", "done"]
    );
    stage.was_told(
        5,
        "## Plan rejected\n\nBy ada at a terminal, with these words:\n\nsay which shell it's for\n",
    );
    assert!(stage.document("-plan-").1.contains("Changed in iteration 5."));
    stage.was_told(6, "approved by ada at a terminal");
}

#[test]
fn a_session_that_leaves_at_its_gates_goes_on_with_the_next_start() {
    let stage = design();

    stage.begin(&["--workflow", "design", "--exit-on-wait"]).wait().with_code(10).saying("answer greet");
    stage.act("answer", &["Q1=C", "Q2=B"]).with_code(0).saying("nothing works on it now");
    stage.go_on(&["--exit-on-wait"]).wait().with_code(10).saying("approve greet");
    stage.act("approve", &[]).with_code(0).saying("nothing works on it now");
    stage.go_on(&["--exit-on-wait"]).wait().with_code(0).saying("done greet");

    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.phases(), ["investigation", "requirements", "requirements", "planning", "done"]);
    stage.was_told(3, "Answer: C - welcome");
}

#[test]
fn fault_18_killed_at_its_gates_it_asks_nothing_twice_and_loses_no_answer() {
    let stage = design();

    let mut run = stage.begin(&["--workflow", "design"]);
    run.hears("samocode needs you: 2 questions");
    run.crash();
    stage.act("answer", &["Q1=C", "Q2=B"]).with_code(0).saying("nothing works on it now");
    let mut run = stage.go_on(&[]);
    run.hears("samocode needs you: a plan to approve");
    run.crash();
    stage.act("approve", &[]).with_code(0).saying("nothing works on it now");
    stage.go_on(&[]).wait().with_code(0).saying("done greet");

    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.phases(), ["investigation", "requirements", "requirements", "planning", "done"]);
    stage.was_told(3, "Answer: C - welcome");
    assert_eq!(stage.session().counters.interruptions, 0);
}
