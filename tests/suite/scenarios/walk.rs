//! The plain way through a session.

use samocode_testing_agent::{PLAN, Script};

use crate::scenario::Scenario;

#[test]
fn a_quick_session_runs_from_the_task_to_a_finished_branch() {
    let scenario = Scenario::new();
    scenario
        .run(["run", "auth", "--workflow", "quick", "--task", "Add tokens"])
        .expect_exit(0)
        .expect_out(&["done auth: all of it is done"])
        .expect_phase("done")
        .expect_state("done");
    let called = scenario.invocations();
    let phases: Vec<&str> = called.iter().map(|invocation| invocation.phase.as_str()).collect();
    assert_eq!(phases, ["implementation", "testing", "done"]);
    assert!(called[0].argv.windows(2).any(|pair| pair == ["--agent", "samocode:implementation"]));
    assert!(called[0].stdin.contains("## Task\n\nAdd tokens\n"), "{}", called[0].stdin);
    let branch = scenario.view().branch;
    assert_eq!(scenario.git(&["show", &format!("{branch}:work-1.txt")]), "work of iteration 1");
}

#[test]
fn a_full_session_passes_both_gates_by_flags() {
    let scenario = Scenario::new().agent(Script::full());
    scenario
        .run(["run", "auth", "--task", "Add tokens", "--accept-suggestions", "--approve-plan"])
        .expect_exit(0)
        .expect_state("done");
    let called = scenario.invocations();
    assert_eq!(called.len(), 8);
    assert!(called[2].stdin.contains("Answer: A - httpOnly cookie"), "{}", called[2].stdin);
    assert!(called[4].stdin.contains("was approved by the flag --approve-plan"), "{}", called[4].stdin);
    assert_eq!(std::fs::read_to_string(scenario.layout().approved_plan()).unwrap(), PLAN);
}
