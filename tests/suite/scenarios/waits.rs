//! Waits between iterations: a person's word ends them at once.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use samocode::domain::event::Event;
use samocode::domain::verdict::Decision;
use samocode_testing_agent::{Script, Step};

use crate::scenario::{Scenario, expect_words, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// The first iteration meets an overloaded service.
fn overloaded() -> Scenario {
    let failed = Step::Failed { subtype: "success".into(), status: Some(529), words: "Overloaded".into() };
    Scenario::new().agent(Script::new().next([Step::Init, failed, Step::Exit(1)]).then(Script::quick()))
}

#[test]
fn fault_05_an_overloaded_service_parks_counts_nothing_and_resume_tries_at_once() {
    let scenario = overloaded();
    let started = Instant::now();
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    assert_eq!(scenario.view().used_in_phase, 0);
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&["parked until", "Overloaded"]);
    scenario.run(["resume", "auth"]).expect_exit(0).expect_out(&["auth goes on"]);
    running.end().expect_exit(0).expect_state("done");
    assert!(started.elapsed() < Duration::from_secs(25), "{:?}", started.elapsed());
    assert_eq!(scenario.invocations().len(), 4);
}

#[test]
fn a_parked_session_stops_at_once_and_stays_parked() {
    let scenario = overloaded();
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    scenario.run(["stop", "auth"]).expect_exit(0);
    running.end().expect_exit(13).expect_state("parked");
    let again = scenario.start(["run", "auth"]);
    again.until_said("parked until");
    again.ctrl_c();
    again.end().expect_exit(130).expect_state("parked");
    assert_eq!(scenario.invocations().len(), 1);
}

/// Every iteration ends at a usage limit, in these words.
fn limited(words: &str) -> Scenario {
    let failed = Step::Failed { subtype: "success".into(), status: Some(429), words: words.into() };
    Scenario::new().agent(Script::new().each("implementation", [Step::Init, failed, Step::Exit(1)]))
}

#[test]
fn fault_03_a_reset_that_is_only_said_in_words_is_waited_for() {
    let reset = Timestamp::from_second((Timestamp::now().as_second() / 60 + 90) * 60).unwrap();
    let said = reset.to_zoned(TimeZone::UTC).strftime("%-I:%M%P (UTC)").to_string();
    let scenario = limited(&format!("You've hit your session limit · resets {said}"));
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    let parked = scenario.journal().into_iter().find_map(|entry| match entry.event {
        Event::Judged(judged) => Some(judged.decision),
        _ => None,
    });
    let Some(Decision::Park(park)) = parked else { panic!("{parked:?}") };
    assert_eq!(park.until, reset + SignedDuration::from_mins(2));
    running.ctrl_c();
    running.end().expect_exit(130).expect_state("parked");
}

#[test]
fn fault_03_a_limit_without_a_known_reset_says_so_and_one_beyond_the_longest_wait_blocks_at_once() {
    let scenario = limited("Claude AI usage limit reached");
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    scenario
        .run(["status", "auth"])
        .expect_exit(0)
        .expect_out(&["no reset time was given; trying again in 15 min"]);
    running.ctrl_c();
    running.end().expect_exit(130);

    let far = limited("You've hit your limit · resets Jan 1, 2100, 12am (UTC)");
    far.run(RUN).expect_exit(11).expect_state("blocked").expect_out(&[
        "2100-01-01T00:02:00Z",
        "12 h",
        "samocode resume auth",
        "--max-wait",
    ]);
    assert_eq!(far.invocations().len(), 1);
}

#[test]
fn a_pause_after_a_failure_ends_with_ctrl_c_and_is_kept_by_wall_clock() {
    let scenario = Scenario::new()
        .config("SAMOCODE_RETRY_DELAY=600")
        .agent(Script::new().next(Step::run([])).then(Script::quick()));
    let running = scenario.start(RUN);
    running.until_said("no `_signal.json` was written");
    running.ctrl_c();
    running.end().expect_exit(130).expect_out(&["samocode run auth"]);
    let scenario = scenario.config("SAMOCODE_RETRY_DELAY=0");
    let waiting = scenario.start(["run", "auth"]);
    let began = |event: &Event| matches!(event, Event::Began { .. });
    until("the second start", || (scenario.count(began) == 2).then_some(()));
    waiting.ctrl_c();
    waiting.end().expect_exit(130);
    assert_eq!(scenario.invocations().len(), 1, "the pause is kept by wall clock");
}

#[test]
fn a_plan_that_is_gone_cannot_be_approved() {
    let scenario = super::workflows::planning();
    scenario.run(super::workflows::RUN_PLANNED.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    let plan = scenario.layout().session_dir().join("01-08-14:30-plan-tokens.md");
    std::fs::remove_file(&plan).unwrap();
    scenario
        .run(["approve", "auth"])
        .expect_exit(2)
        .expect_err(&["cannot read", &plan.display().to_string()]);
    scenario.run(["reject", "auth", "-m", "write it again"]).expect_exit(0);
    scenario.run(["run", "auth", "--exit-on-wait"]).expect_exit(10);
    expect_words(&scenario.prompt(2), &["write it again"]);
}

#[test]
fn fault_22_a_busy_branch_is_refused_with_the_place_where_it_is_checked_out() {
    let scenario = Scenario::new();
    scenario.git(&["switch", "--quiet", "-c", "auth"]);
    let repo = scenario.repo().display().to_string();
    let ended = scenario.run(RUN.into_iter().chain(["--attach-branch"]));
    ended.expect_exit(2).expect_err(&["branch `auth` is checked out at", &repo, "switch"]);
    scenario.git(&["switch", "--quiet", "main"]);
    scenario.run(RUN.into_iter().chain(["--attach-branch"])).expect_exit(0).expect_state("done");
}

#[test]
fn a_branch_prefix_is_used_and_one_that_clashes_is_refused_in_words() {
    let scenario = Scenario::new().config("GIT_BRANCH_PREFIX=ada");
    scenario.git(&["branch", "ada"]);
    scenario.run(RUN).expect_exit(2).expect_err(&["branch `ada/auth` cannot be made", "branch `ada` exists"]);
    scenario.git(&["branch", "-m", "ada", "other"]);
    scenario.run(["run", "auth", "--workflow", "quick", "--task", "t"]).expect_exit(0);
    assert_eq!(scenario.view().branch, "ada/auth");
}

#[test]
fn fault_22_a_folder_in_the_worktrees_place_is_refused_and_left_as_it_is() {
    let scenario = Scenario::new();
    let today = jiff::Zoned::now().strftime("%y-%m-%d-auth").to_string();
    let folder = scenario.path("worktrees").join(today);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("mine.txt"), "mine\n").unwrap();
    let path = folder.display().to_string();
    scenario.run(RUN).expect_exit(2).expect_err(&[&path, "is not this session's worktree"]);
    assert_eq!(std::fs::read_to_string(folder.join("mine.txt")).unwrap(), "mine\n");
}
