//! Requests that fit nothing, and requests of those who are no person.

use samocode_testing_agent::{PLAN, Script, Step};
use serde_json::Value;

use super::workflows::{RUN_ASK, RUN_PLANNED, asking, planning};
use crate::scenario::{SAMOCODE, Scenario};

fn waiting_for_answers() -> Scenario {
    let scenario = asking();
    scenario.run(RUN_ASK.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    scenario
}

#[test]
fn an_answer_to_a_question_that_does_not_exist_names_those_that_do() {
    let scenario = waiting_for_answers();
    scenario
        .run(["answer", "auth", "Q9=A"])
        .expect_exit(2)
        .expect_err(&["there is no question Q9", "Q1, Q2"]);
    scenario
        .run(["answer", "auth", "Q1=C"])
        .expect_exit(2)
        .expect_err(&["Q1 has no option `C`", "localStorage"]);
    scenario.run(["answer", "auth", "Q1"]).expect_exit(2).expect_err(&["`Q1` is no answer", "Q1=A"]);
    scenario.run(["answer", "auth", "Q1="]).expect_exit(2).expect_err(&["Q1", "empty"]);
    scenario.run(["answer", "auth"]).expect_exit(2).expect_err(&["no terminal to ask on", "--suggestions"]);
    scenario.run(["run", "auth", "--exit-on-wait"]).expect_exit(10).expect_state("waiting");
}

#[test]
fn an_act_that_does_not_fit_the_gate_says_what_it_waits_for() {
    let scenario = waiting_for_answers();
    for arguments in [
        vec!["approve", "auth"],
        vec!["reject", "auth", "-m", "no"],
        vec!["resume", "auth"],
        vec!["reopen", "auth", "-m", "no"],
    ] {
        scenario.run(&arguments).expect_exit(2).expect_err(&["auth", "wait"]);
    }
    let planned = planning();
    planned.run(RUN_PLANNED.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    planned.run(["answer", "auth", "Q1=A"]).expect_exit(2).expect_err(&["auth waits for your approval"]);
    planned.run(["reject", "auth", "-m", " "]).expect_exit(2).expect_err(&["needs words"]);
}

#[test]
fn nothing_waits_in_a_finished_session() {
    let scenario = Scenario::new();
    scenario.run(["run", "auth", "--workflow", "quick", "--task", "t"]).expect_exit(0);
    for arguments in [
        vec!["answer", "auth", "Q1=A"],
        vec!["approve", "auth"],
        vec!["reject", "auth", "-m", "no"],
        vec!["resume", "auth"],
    ] {
        scenario.run(&arguments).expect_exit(2).expect_err(&["auth is done"]);
    }
    scenario.run(["stop", "auth"]).expect_exit(0).expect_out(&["nothing works on auth", "done"]);
    scenario
        .run(["reopen", "auth", "--phase", "quality", "-m", "again"])
        .expect_exit(2)
        .expect_err(&["quality"]);
    scenario.run(["tell", "other", "x"]).expect_exit(2).expect_err(&["no session `other`", "samocode list"]);
}

#[test]
fn a_finished_session_is_reopened_with_words_and_finishes_again() {
    let scenario = Scenario::new();
    scenario.run(["run", "auth", "--workflow", "quick", "--task", "t"]).expect_exit(0);
    scenario
        .run(["reopen", "auth", "-m", "also for admins"])
        .expect_exit(0)
        .expect_out(&["samocode run auth"]);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    let prompt = scenario.prompt(4);
    assert!(prompt.contains("## Guidance from the person\n\nalso for admins"), "{prompt}");
    assert_eq!(scenario.invocations()[3].phase, "implementation");
}

#[test]
fn a_workflow_of_ones_own_can_be_reopened_where_it_says_or_where_its_work_begins() {
    let scenario = planning();
    scenario.run(RUN_PLANNED.into_iter().chain(["--approve-plan"])).expect_exit(0).expect_state("done");
    scenario
        .run(["reopen", "auth", "--phase", "done", "-m", "again"])
        .expect_exit(2)
        .expect_err(&["cannot be reopened in `done`", "implementation, planning"]);
    scenario.run(["reopen", "auth", "-m", "also for admins"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations()[3].phase, "implementation");

    let scenario = asking();
    let workflow = std::fs::read_to_string(scenario.path("ask.toml")).unwrap();
    let marked = workflow.replace("most_iterations = 3\n", "most_iterations = 3\nreopen = true\n");
    std::fs::write(scenario.path("ask.toml"), marked).unwrap();
    scenario.run(RUN_ASK.into_iter().chain(["--accept-suggestions"])).expect_exit(0).expect_state("done");
    scenario
        .run(["reopen", "auth", "--phase", "requirements", "-m", "again"])
        .expect_exit(2)
        .expect_err(&["phases to reopen a session in: done"]);
    let iterations = scenario.invocations().len();
    scenario.run(["reopen", "auth", "-m", "a shorter summary"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations()[iterations].phase, "done");
}

#[test]
fn what_is_told_to_a_finished_session_is_refused_with_what_to_do() {
    let scenario = Scenario::new();
    scenario.run(["run", "auth", "--workflow", "quick", "--task", "t"]).expect_exit(0);
    scenario
        .run(["tell", "auth", "and the manual"])
        .expect_exit(2)
        .expect_err(&["auth is done", "samocode reopen auth"]);
}

#[test]
fn an_agent_that_approves_its_own_plan_is_refused() {
    let call = |words: &[&str], into: &str| Step::Call {
        command: [SAMOCODE].iter().chain(words).map(|&word| word.to_owned()).collect(),
        into: into.to_owned(),
    };
    let mut plan = Step::plan(PLAN);
    plan.insert(3, call(&["approve", "auth"], "approve"));
    plan.insert(3, call(&["answer", "auth", "Q1=A"], "answer"));
    plan.insert(3, call(&["run", "other", "--task", "x"], "run"));
    let scenario = planning().agent(Script::new().each("planning", plan));
    scenario.run(RUN_PLANNED.into_iter().chain(["--exit-on-wait"])).expect_exit(10).expect_state("waiting");
    scenario.invocations();
    for (name, words) in [
        ("approve", "from inside an iteration"),
        ("answer", "from inside an iteration"),
        ("run", "inside one of its own"),
    ] {
        let said = std::fs::read(scenario.records().join(name)).unwrap();
        let said: Value = serde_json::from_slice(&said).unwrap();
        assert_eq!(said["code"], 2, "{name}: {said}");
        assert!(said["stderr"].as_str().unwrap().contains(words), "{name}: {said}");
    }
}

#[test]
fn without_the_tag_there_is_no_gate_yet_that_an_agent_could_pass() {
    let mut plan = Step::plan(PLAN);
    let command = ["env", "-u", "SAMOCODE_TAG", SAMOCODE, "approve", "auth"].map(str::to_owned).to_vec();
    plan.insert(3, Step::Call { command, into: "approve".to_owned() });
    let scenario = planning().agent(Script::new().each("planning", plan));
    scenario.run(RUN_PLANNED.into_iter().chain(["--exit-on-wait"])).expect_exit(10).expect_state("waiting");
    let said = std::fs::read_to_string(scenario.records().join("approve")).unwrap();
    assert!(said.contains("nothing waits for an approval"), "{said}");
}
