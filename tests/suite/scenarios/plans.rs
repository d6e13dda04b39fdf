//! Approvals bind the bytes that were shown.

use std::time::{Duration, Instant};
use std::{fs, thread};

use samocode_testing_agent::PLAN;

use super::workflows::{RUN_PLANNED, planning};
use crate::scenario::Scenario;

const FILE: &str = "01-08-14:30-plan-tokens.md";

fn waiting() -> Scenario {
    let scenario = planning();
    scenario.run(RUN_PLANNED.into_iter().chain(["--exit-on-wait"])).expect_exit(10).expect_out(&[
        "samocode needs you: a plan to approve",
        "Plan: tokens",
        FILE,
        "samocode approve auth",
        "samocode reject auth -m",
    ]);
    scenario
}

#[test]
fn a_plan_that_changed_is_shown_and_approved_only_by_its_hash() {
    let scenario = waiting();
    scenario.edit(FILE, "- [ ] read it", "- [ ] read it twice");
    let ended = scenario.run(["approve", "auth"]).expect_exit(2).expect_out(&[
        "changed since the agent asked",
        "-- [ ] read it",
        "+- [ ] read it twice",
    ]);
    let (_, hash) = ended.err.rsplit_once("--sha256 ").expect("the hint says how");
    let wrong = "0".repeat(64);
    scenario.run(["approve", "auth", "--sha256", &wrong]).expect_exit(2).expect_err(&[
        FILE,
        hash.trim(),
        &wrong,
    ]);
    assert_eq!(scenario.view().state, "waiting");
    scenario.run(["approve", "auth", "--sha256", hash.trim()]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0);
    let approved = fs::read_to_string(scenario.layout().approved_plan()).unwrap();
    assert_eq!(approved, PLAN.replace("read it", "read it twice"));
}

#[test]
fn the_approved_bytes_are_kept_even_if_the_plan_changes_the_moment_it_is_approved() {
    let scenario = waiting();
    scenario.run(["approve", "auth"]).expect_exit(0);
    let layout = scenario.layout();
    thread::scope(|scope| {
        scope.spawn(|| {
            // Without a pause: the entry is seen while it is being synced.
            let deadline = Instant::now() + Duration::from_secs(60);
            while !fs::read_to_string(layout.journal()).unwrap().contains("\"approved\"") {
                assert!(Instant::now() < deadline, "waited in vain for the approval");
            }
            fs::write(layout.session_dir().join(FILE), "# Another plan\n").unwrap();
        });
        scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    });
    assert_eq!(fs::read_to_string(layout.approved_plan()).unwrap(), PLAN);
    assert_eq!(scenario.session_file(FILE), "# Another plan\n");
}

#[test]
fn a_plan_that_changed_between_the_act_and_its_taking_is_not_approved() {
    let scenario = waiting();
    scenario.run(["approve", "auth"]).expect_exit(0).expect_out(&["kept for auth", "samocode run auth"]);
    scenario.edit(FILE, "set it", "set it on fire");
    scenario
        .run(["run", "auth", "--exit-on-wait"])
        .expect_exit(10)
        .expect_out(&["was refused", FILE, "changed after it was shown"])
        .expect_phase("planning");
    scenario.run(["approve", "auth"]).expect_exit(2).expect_out(&["+- [ ] set it on fire"]);
}

#[test]
fn a_rejected_plan_goes_back_to_planning_with_the_words() {
    let scenario = waiting();
    scenario.run(["reject", "auth", "-m", "no cookies,\nplease"]).expect_exit(0);
    scenario.run(["run", "auth", "--exit-on-wait"]).expect_exit(10).expect_phase("planning");
    let prompt = scenario.prompt(2);
    assert!(
        prompt.contains("## Plan rejected\n\nBy ada at a terminal, with these words:\n\nno cookies,\nplease")
    );
    scenario.run(["approve", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0);
    let prompt = scenario.prompt(3);
    assert!(prompt.contains("was approved by ada at a terminal"), "{prompt}");
    assert!(
        prompt.contains(&format!("Approved plan: {}", scenario.layout().session_dir().join(FILE).display()))
    );
}

#[test]
fn an_act_for_an_earlier_gate_passes_no_later_one() {
    let scenario = waiting();
    // Both are made for the first gate; the first of them closes it.
    scenario.run(["reject", "auth", "-m", "again"]).expect_exit(0);
    scenario.run(["approve", "auth"]).expect_exit(0);
    scenario
        .run(["run", "auth", "--exit-on-wait"])
        .expect_exit(10)
        .expect_out(&["was refused"])
        .expect_phase("planning");
}
