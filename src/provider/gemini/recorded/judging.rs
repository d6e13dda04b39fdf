//! How recorded runs are judged.

use super::*;
use crate::provider::gemini::parse_stderr;

/// The kind of an outcome, and its words.
fn shown(outcome: &Outcome) -> String {
    let name = format!("{outcome:?}");
    let name = name.split([' ', '{']).next().unwrap_or_default();
    let until = match outcome {
        Outcome::UsageLimit { until: Some(until), .. } => format!(" until {until}"),
        _ => String::new(),
    };
    format!("{name}{until}: {}", outcome.words().unwrap_or_default())
}

#[test]
fn a_result_says_how_the_run_ended() {
    let runs = [
        ("work", recorded!("work"), 0),
        ("bad key", recorded!("bad-key"), 144),
        ("context", recorded!("context"), 144),
        ("401", recorded!("status-401"), 145),
        ("403", recorded!("status-403"), 147),
        ("404", recorded!("unknown-model"), 1),
        ("429", recorded!("rate-limited"), 173),
        ("429 of a day", recorded!("daily-quota"), 173),
        ("429 of a minute", recorded!("minute-quota"), 173),
        ("500", recorded!("status-500"), 244),
        ("503", recorded!("overloaded"), 247),
        ("unreachable", recorded!("unreachable"), 1),
        ("MAX_TOKENS", recorded!("cut-answer"), 0),
        ("SAFETY", recorded!("blocked"), 0),
        ("malformed call", recorded!("malformed-call"), 0),
        ("turn limit", recorded!("turn-limit"), 53),
    ];
    let rows: Vec<String> = runs
        .iter()
        .map(|(name, stream, code)| {
            format!("{name:15} {}", shown(&judge(&seen(stream), Exit::Code(*code), "")))
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn without_a_result_stderr_and_the_exit_code_say_it() {
    let runs = [
        (
            41,
            "\u{1b}[31mManual authorization is required but the current session is non-interactive.\u{1b}[0m",
        ),
        (
            41,
            "When using Gemini API, you must specify the GEMINI_API_KEY environment variable.\nUpdate your environment and try again",
        ),
        (42, "No input provided via stdin."),
        (44, "Failed to start the sandbox"),
        (52, "Error in /home/ada/.gemini/settings.json: Unexpected end of JSON input"),
        (53, ""),
        (54, "Error executing tool write_file: No space left on device\nENOSPC"),
        (55, "Gemini CLI is not running in a trusted directory."),
        (127, "/usr/bin/env: 'node': No such file or directory"),
        (130, ""),
        (1, "Unknown argument: nope\nUsage: gemini [options] [command]"),
        (
            1,
            "Fatal error: Failed to relaunch the CLI process.\nFatalSandboxError: Sandbox image 'x' is missing",
        ),
        (
            1,
            "Warning: 256-color support not detected.\nYOLO mode is enabled. All\nAn unexpected critical error occurred:TypeError: x\n    at y",
        ),
    ];
    let rows: Vec<String> = runs
        .iter()
        .map(|(code, stderr)| {
            format!("{code:3} {}", shown(&judge(&Seen::new("planning"), Exit::Code(*code), stderr)))
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn a_stream_that_ends_without_a_result_is_a_crash_whatever_the_exit_code() {
    let mut lines: Vec<&str> = recorded!("work").lines().collect();
    lines.pop();
    for exit in [Exit::Code(0), Exit::Signal(9), Exit::Unknown] {
        let outcome = judge(&seen(&lines.join("\n")), exit, "");
        assert!(matches!(outcome, Outcome::Crashed { .. }), "{outcome:?}");
    }
}

fn after(stderr: &[&str]) -> Seen {
    let mut seen = seen(recorded!("asleep"));
    for event in stderr.iter().filter_map(|line| parse_stderr(line.as_bytes())) {
        seen.note(&event);
    }
    seen
}

#[test]
fn a_run_that_went_to_sleep_for_its_quota_is_at_its_limit() {
    let slept = after(&[
        "Attempt 1 failed: You have exhausted your capacity on this model. Your quota will reset after 19h14m47s.. Retrying after 71503704ms...",
    ]);
    for exit in [Exit::Signal(2), Exit::Code(130), Exit::Code(0)] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(shown(&judge(&slept, exit, "")), @"UsageLimit until 2026-04-15T19:14:47Z: Attempt 1 failed: You have exhausted your capacity on this model. Your quota will reset after 19h14m47s..");
        }
    }
    let wordless = after(&["Attempt 1 failed: no.. Retrying after 120000ms..."]);
    insta::assert_snapshot!(shown(&judge(&wordless, Exit::Signal(2), "")), @"UsageLimit until 2026-04-15T00:02:00Z: Attempt 1 failed: no..");
}

#[test]
fn one_that_was_cut_off_while_it_tried_again_met_an_outage() {
    let tried = after(&["Attempt 3 failed with status 503. Retrying with backoff... _ApiError: {"]);
    let outcome = judge(&tried, Exit::Signal(9), "");
    insta::assert_snapshot!(shown(&outcome), @"Overloaded: it ended with signal 9 while trying again: Attempt 3 failed with status 503.");
    let short = after(&["Suggested retry after 2s.. Retrying after 5938ms..."]);
    assert!(judge(&short, Exit::Signal(9), "").is_outage());
}
