//! A usage limit of one CLI does not hold up a session that may go on with another.

use samocode::domain::event::Event;
use samocode_testing_model::{Dialect, Script, Turn, Walkthrough, faults};

use crate::clis::Cli;
use crate::stage::{Stage, TASK};

/// Longer than `SAMOCODE_FALLBACK_AFTER` and than any test.
const TWO_HOURS: i64 = 7200;

#[test]
fn while_claude_code_is_at_its_limit_codex_does_the_work() {
    let reset = u64::try_from(jiff::Timestamp::now().as_second() + TWO_HOURS).unwrap();
    let mut walkthrough = Walkthrough::quick().with_task(TASK);
    let stage = Stage::with(&[Cli::Claude, Cli::Codex], move |turn: &Turn| match turn.dialect {
        Dialect::Claude => faults::usage_limit(reset),
        _ => walkthrough.reply(turn),
    });
    let stage = stage
        .without_env("ANTHROPIC_API_KEY")
        .env("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-fake")
        .setting("SAMOCODE_FALLBACK=codex");

    let words = "codex started, in place of claude, which is parked: You've hit your 5-hour limit";
    stage.begin(&["--workflow", "quick"]).wait().with_code(0).saying(words);

    stage.model.assert_nothing_unexpected();
    let providers: Vec<String> = stage
        .journal()
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::Started(started) => Some(started.provider),
            _ => None,
        })
        .collect();
    assert_eq!(providers, ["claude", "codex", "codex", "codex"]);
}
