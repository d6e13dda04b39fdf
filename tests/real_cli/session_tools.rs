//! What the person adds to the CLI's command line and to a phase's tools.

use samocode_testing_model::Walkthrough;

use crate::stage::{Stage, TASK};

#[test]
fn a_phase_gets_the_tools_and_the_cli_the_arguments_that_the_person_adds() {
    let stage = Stage::new(Walkthrough::full().with_task(TASK))
        .setting("PLANNING_TOOLS=+WebFetch")
        .setting("PLANNING_MODEL=claude-haiku-4-5")
        .setting("CLAUDE_ARGS=--effort low");

    stage.begin(&["--accept-suggestions", "--exit-on-wait"]).wait().with_code(10);

    let [investigation, planning] = [1, 4].map(|iteration| stage.request(iteration).turn);
    assert!(planning.offers("WebFetch") && !investigation.offers("WebFetch"), "{:?}", planning.tools);
    assert_eq!(planning.model, "claude-haiku-4-5");
    assert_ne!(investigation.model, planning.model);
    assert_eq!(stage.request(1).body["output_config"]["effort"], "low");
}
