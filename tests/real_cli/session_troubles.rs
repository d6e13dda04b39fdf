//! A model in trouble, and an agent that does not signal: what samocode makes of it on the real CLI.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use samocode::domain::session::State;
use samocode_testing_model::faults::{self, gemini, openai};
use samocode_testing_model::{Detours, Reply, Script, Turn, Walkthrough};

use crate::clis::Cli;
use crate::stage::{Stage, TASK};

/// A walkthrough whose first iteration meets this reply, as often as it asks.
fn first_meets(cli: Cli, reply: Reply) -> Stage {
    Stage::with(&[cli], Detours::from(Walkthrough::full().with_task(TASK)).always_in_iteration(1, reply))
}

#[test]
fn fault_05_a_refused_login_stops_at_once_and_says_what_to_do() {
    stops_without_a_login(Cli::Claude, faults::invalid_key(), "Invalid API key");
}

#[test]
fn codex_fault_05_a_refused_login_stops_at_once_and_says_what_to_do() {
    stops_without_a_login(Cli::Codex, openai::invalid_key(), "Incorrect API key provided");
}

#[test]
fn gemini_fault_05_a_refused_key_stops_at_once_and_says_what_to_do() {
    stops_without_a_login(Cli::Gemini, gemini::invalid_key(), "API key not valid");
}

fn stops_without_a_login(cli: Cli, reply: Reply, words: &str) {
    let stage = first_meets(cli, reply);

    let ended = stage.begin(&["--exit-on-wait"]).wait().with_code(12).saying(words);

    assert_eq!(ended.said.matches("samocode cannot go on").count(), 1, "{}", ended.said);
    ended.saying("log in").saying("run greet");
    assert_eq!(stage.phases(), ["investigation"]);
    stage.go_on(&["--exit-on-wait"]).wait().with_code(10);
    assert_eq!(stage.phases(), ["investigation", "investigation", "requirements"]);
}

fn in_an_hour() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600
}

#[test]
fn fault_01_a_usage_limit_parks_until_it_resets_and_a_stop_ends_the_wait() {
    a_subscription_is_used_up(Cli::Claude, "You've hit your 5-hour limit");
}

pub(crate) fn a_subscription_is_used_up(cli: Cli, words: &str) {
    let reset = in_an_hour();
    parks_until(&on_a_subscription(cli, reset), reset, words);
}

/// A subscription of Claude Code's whose limit is used up until then.
fn on_a_subscription(cli: Cli, reset: u64) -> Stage {
    Stage::with(&[cli], move |_: &Turn| faults::usage_limit(reset))
        .without_env("ANTHROPIC_API_KEY")
        .env("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-fake")
}

#[test]
fn a_person_s_settings_to_wait_for_a_limit_are_off_in_a_run() {
    waits_for_no_limit_by_itself(Cli::Claude, "You've hit your 5-hour limit");
}

/// The run ends with the CLI's own words. Had it waited, samocode would have ended it, and those words would be missing.
pub(crate) fn waits_for_no_limit_by_itself(cli: Cli, words: &str) {
    let reset = in_an_hour();
    let stage = on_a_subscription(cli, reset).env("CLAUDE_CODE_RETRY_WATCHDOG", "1");
    let settings = r#"{"autoContinueAtUsageLimit": true, "env": {"CLAUDE_CODE_RETRY_WATCHDOG": "1"}}"#;
    stage.scratch.write("home/.claude/settings.json", settings);
    parks_until(&stage, reset, words);
}

/// Its words tell the minute.
#[test]
fn codex_fault_01_a_usage_limit_parks_until_it_resets_and_a_stop_ends_the_wait() {
    codex_is_used_up(Cli::Codex);
}

pub(crate) fn codex_is_used_up(cli: Cli) {
    let reset = in_an_hour();
    let stage = Stage::with(&[cli], move |_: &Turn| openai::usage_limit(reset));
    parks_until(&stage, reset / 60 * 60, "You’ve hit your usage limit");
}

/// The CLI itself would sleep until then, which only its stderr says.
#[test]
fn gemini_fault_01_a_quota_of_a_day_ends_the_run_that_sleeps_and_parks() {
    let stage = first_meets(Cli::Gemini, gemini::capacity_exhausted());
    let began = Timestamp::now();
    let mut run = stage.begin(&["--exit-on-wait", "--max-wait", "24h"]);

    run.hears("parked until");
    assert!(
        stage.iterations().len() == 1 && stage.session().used_in_phase() == 0,
        "it counts against nothing"
    );
    let State::Parked(park) = stage.session().state else { panic!("{:?}", stage.session().state) };
    let wait = Duration::from_secs(19 * 3600 + 14 * 60 + 47);
    let slept = park.until.duration_since(began).unsigned_abs().checked_sub(wait + Duration::from_secs(120));
    assert!(slept.is_some_and(|slept| slept < Duration::from_secs(60)), "{slept:?}");
    stage.act("status", &[]).with_code(0).saying("Your quota will reset after 19h14m47s");
    stage.act("resume", &[]).with_code(0).saying("greet goes on");

    run.wait().with_code(10);
    assert_eq!(stage.phases(), ["investigation", "investigation", "requirements"]);
}

#[test]
fn gemini_fault_01_a_quota_of_a_day_without_a_reset_parks() {
    let stage = first_meets(Cli::Gemini, gemini::daily_quota());
    let mut run = stage.begin(&["--exit-on-wait"]);

    run.hears("parked until");
    stage.act("status", &[]).with_code(0).saying("You have exhausted your daily quota on this model");
    stage.act("resume", &[]).with_code(0).saying("greet goes on");

    run.wait().with_code(10);
    assert_eq!(stage.phases(), ["investigation", "investigation", "requirements"]);
}

#[test]
fn gemini_waits_by_itself_for_a_quota_of_a_minute() {
    let mut walkthrough = Walkthrough::full().with_task(TASK);
    let mut asked = 0;
    let stage = Stage::with(&[Cli::Gemini], move |turn: &Turn| {
        asked += 1;
        if asked == 1 { gemini::minute_quota(1) } else { walkthrough.reply(turn) }
    });

    stage.begin(&["--exit-on-wait"]).wait().with_code(10);

    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.phases(), ["investigation", "requirements"]);
}

#[test]
fn gemini_says_which_setting_names_a_model_that_there_is_not() {
    let stage = Stage::with(&[Cli::Gemini], |_: &Turn| gemini::unknown_model());
    stage.begin(&[]).wait().with_code(12).saying("models/nope is not found").saying("set `GEMINI_MODEL`");
}

#[test]
fn gemini_says_what_is_wrong_with_the_persons_settings() {
    let stage = Stage::with(&[Cli::Gemini], Walkthrough::full().with_task(TASK));
    stage.scratch.write("home/.gemini/settings.json", "{ \"x\": ");
    stage.begin(&[]).wait().with_code(12).saying("mend `~/.gemini/settings.json`");
}

fn parks_until(stage: &Stage, reset: u64, words: &str) {
    let mut run = stage.begin(&[]);

    run.hears("parked until");
    let State::Parked(park) = stage.session().state else { panic!("{:?}", stage.session().state) };
    let margin = park.until.duration_since(Timestamp::from_second(i64::try_from(reset).unwrap()).unwrap());
    assert_eq!(margin.unsigned_abs(), Duration::from_secs(120), "the words drop the seconds");
    stage.act("status", &[]).with_code(0).saying("parked until").saying(words);
    assert_eq!(stage.session().used_in_phase(), 0, "it counts against nothing");
    stage.act("stop", &[]).with_code(0);

    run.wait().with_code(13);
    assert_eq!(stage.phases(), ["investigation"]);
}

#[test]
fn fault_05_an_overloaded_service_is_waited_for_and_a_resume_ends_the_wait() {
    let stage = first_meets(Cli::Claude, faults::overloaded());
    let mut run = stage.begin(&["--exit-on-wait"]);

    run.hears("parked until");
    stage.act("resume", &[]).with_code(0).saying("greet goes on");

    run.wait().with_code(10);
    assert_eq!(stage.phases(), ["investigation", "investigation", "requirements"]);
}

#[test]
fn fault_06_an_exhausted_context_counts_as_a_failure_that_is_told() {
    exhausts_its_context(Cli::Claude, faults::prompt_too_long());
}

#[test]
fn codex_fault_06_an_exhausted_context_counts_as_a_failure_that_is_told() {
    exhausts_its_context(Cli::Codex, openai::prompt_too_long());
}

#[test]
fn gemini_fault_06_an_exhausted_context_counts_as_a_failure_that_is_told() {
    exhausts_its_context(Cli::Gemini, gemini::input_too_long());
}

fn exhausts_its_context(cli: Cli, reply: Reply) {
    let stage = first_meets(cli, reply);

    stage.begin(&["--exit-on-wait"]).wait().with_code(10).saying("the context was exhausted");

    assert_eq!(stage.phases(), ["investigation", "investigation", "requirements"]);
    stage.was_told(2, "Iteration 1 did not count as progress: the context was exhausted");
}

#[test]
fn three_iterations_without_a_signal_block_the_session() {
    let stage = Stage::new(|_: &Turn| Reply::text("finished"));

    stage.begin(&[]).wait().with_code(11).saying("samocode is blocked: you decide");

    assert_eq!(stage.phases(), ["investigation"; 3]);
    for (iteration, last) in [(2, 1), (3, 2)] {
        stage.was_told(iteration, &format!("Iteration {last} did not count as progress: "));
        stage.was_told(iteration, "signal");
    }
}

#[test]
fn answers_that_a_run_without_a_signal_was_told_are_told_again() {
    let script =
        Detours::from(Walkthrough::full().with_task(TASK)).always_in_iteration(3, Reply::text("finished"));
    let stage = Stage::new(script);

    stage.begin(&["--accept-suggestions", "--exit-on-wait"]).wait().with_code(10);

    stage.model.assert_nothing_unexpected();
    let phases = ["investigation", "requirements", "requirements", "requirements", "planning"];
    assert_eq!(stage.phases(), phases);
    stage.was_told(3, "Answer: A - hello");
    stage.was_told(4, "Answer: A - hello");
    assert!(!stage.message(5).contains("Answer: A - hello"), "{}", stage.message(5));
}

#[test]
fn codex_fault_05_what_only_the_person_can_mend_stops_at_once_and_says_how() {
    for (reply, words, mend) in [
        (openai::no_credit(), "Quota exceeded", "add credit to the account"),
        (openai::unknown_model(), "The model `stand-in` does not exist", "set `CODEX_MODEL`"),
    ] {
        let stage = first_meets(Cli::Codex, reply);
        stage.begin(&["--exit-on-wait"]).wait().with_code(12).saying(words).saying(mend);
        assert_eq!(stage.phases(), ["investigation"]);
    }
}

#[test]
fn codex_fault_05_a_service_that_is_overloaded_is_waited_for() {
    for (reply, words) in
        [(openai::internal_error(), "high demand"), (openai::rate_limited(), "429 Too Many Requests")]
    {
        let stage = first_meets(Cli::Codex, reply);
        let mut run = stage.begin(&["--exit-on-wait"]);
        run.hears("parked until");
        stage.act("status", &[]).with_code(0).saying(words);
        assert_eq!(stage.session().used_in_phase(), 0, "it counts against nothing");
        run.interrupt();
        run.wait().with_code(130);
    }
}
