//! A session whose phases run on different CLIs: one investigates and plans, another implements, a third judges.

use samocode_testing_model::{Dialect, Walkthrough};

use crate::clis::Cli;
use crate::session_full::WALK;
use crate::stage::{Stage, TASK};

/// Which CLI a phase runs on.
fn cli_of(phase: &str) -> Cli {
    match phase {
        "implementation" | "done" => Cli::Codex,
        "testing" | "quality" | "requirements" => Cli::Gemini,
        _ => Cli::Claude,
    }
}

#[test]
fn one_session_uses_all_three_clis_by_phase() {
    let mut stage = Stage::with(&Cli::ALL, Walkthrough::full().with_task(TASK));
    for phase in WALK.into_iter().filter(|phase| cli_of(phase) != Cli::Claude) {
        stage = stage.setting(&format!("{}_PROVIDER={}", phase.to_uppercase(), cli_of(phase).name()));
    }

    stage.begin(&["--accept-suggestions", "--approve-plan"]).wait().with_code(0);

    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.phases(), WALK);
    for (number, phase) in (1..).zip(WALK) {
        let dialect = match cli_of(phase) {
            Cli::Claude | Cli::OldestClaude => Dialect::Claude,
            Cli::Codex | Cli::OldestCodex => Dialect::Codex,
            Cli::Gemini => Dialect::Gemini,
        };
        let turn = stage.request(number).turn;
        assert_eq!(turn.dialect, dialect, "iteration {number}, {phase}");
        assert!(turn.agent_text().contains("_signal.json"), "the rules of iteration {number}, {phase}");
    }
    for part in
        ["-dive-", "-requirements.md", "-plan-", "-test-report.md", "-quality-review.md", "-summary.md"]
    {
        assert!(!stage.document(part).1.is_empty());
    }
}
