//! A verify command that fails first: the work goes back, is mended, and ends with evidence.

use samocode::domain::event::Event;
use samocode_testing_model::{Detours, Reply, ToolCall, Turn, Walkthrough};

use crate::stage::{Stage, TASK, git};

/// An iteration that runs one command in its worktree and signals to go on with a phase.
fn one_command(command: &'static str, phase: &'static str) -> impl FnMut(&Turn) -> Reply {
    move |turn: &Turn| {
        if turn.answers > 0 {
            return Reply::text("Done.");
        }
        let [worktree, session] =
            ["Worktree path", "Session path"].map(|label| turn.label(label).unwrap_or_default());
        let signal = format!(r#"{{"status": "continue", "phase": "{phase}", "summary": "as told"}}"#);
        Reply::call(ToolCall::bash(&format!(
            "cd '{worktree}' && {command} && printf '%s' '{signal}' > '{session}/_signal.json'"
        )))
    }
}

#[test]
fn a_failed_verification_is_mended_and_the_summary_has_the_evidence() {
    let mend = "echo MIT > walkthrough/LICENSE && git add walkthrough && git commit -q -m 'Add a license'";
    let script = Detours::from(Walkthrough::quick().with_task(TASK))
        .in_iteration(3, one_command("true", "implementation"))
        .in_iteration(4, one_command(mend, "testing"));
    let stage = Stage::new(script)
        .setting("SAMOCODE_VERIFY='sh walkthrough/greet_test.sh && grep MIT walkthrough/LICENSE'");

    stage
        .begin(&["--workflow", "quick"])
        .wait()
        .with_code(0)
        .saying("verified  `sh walkthrough/greet_test.sh");

    stage.model.assert_nothing_unexpected();
    let phases = ["implementation", "testing", "testing", "implementation", "testing", "done"];
    assert_eq!(stage.phases(), phases);
    for iteration in [3, 4] {
        stage.was_told(iteration, "## Verification\n\nsamocode itself runs the person's verify command");
        stage.was_told(iteration, "\n    ok\n    grep: walkthrough/LICENSE: No such file or directory");
    }
    stage.was_told(6, "samocode itself ran the person's verify command: `sh walkthrough/greet_test.sh");
    let checks: Vec<bool> = stage
        .journal()
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Verified(verified) => Some(verified.check.passed()),
            _ => None,
        })
        .collect();
    assert_eq!(checks, [false, true]);
    let (_, summary) = stage.document("-summary.md");
    let head = git(&stage.main(), &["rev-parse", "greet"]);
    assert!(summary.contains("## Pull request\n\nAdds a greeting."), "{summary}");
    assert!(summary.contains(&format!("- Commit: {head} (the branch's last commit)")), "{summary}");
}
