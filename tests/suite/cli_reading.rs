//! `logs` and `diff`: what a finished session left, for eyes and for pipes.

use std::fs;

use crate::cli_stage::{Said, Stage};
use crate::scenario::SAMOCODE;

/// A project with a finished session `job`.
fn finished() -> Stage {
    let stage = Stage::with_settings();
    let said = stage.say(&["run", "job", "--task", "Greet", "--accept-suggestions", "--approve-plan"]);
    assert_eq!(said.code, 0, "{said:?}");
    stage
}

#[test]
fn the_log_is_shown_whole_or_by_its_end_and_following_ends_when_nobody_works() {
    let stage = finished();
    let log =
        stage.path("sessions").join(stage.status("job")["folder"].as_str().unwrap()).join("session.log");
    let log = fs::read_to_string(log).unwrap();
    assert_eq!(stage.say(&["logs", "job"]).out, log);
    let last: Vec<&str> = log.lines().rev().take(2).collect();
    let said = stage.say(&["logs", "job", "-n", "2", "--follow"]);
    assert_eq!(said.out, format!("{}\n{}\n", last[1], last[0]));
    assert_eq!(said.err, "note: nothing works on job now, so nothing will follow\n");
}

#[test]
fn the_raw_stream_of_any_iteration_is_there() {
    let stage = finished();
    let results = |said: &Said| {
        assert_eq!(said.code, 0, "{said:?}");
        let lines: Vec<serde_json::Value> =
            said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines.last().unwrap()["words"].as_str().unwrap().to_owned()
    };
    assert!(results(&stage.say(&["logs", "job", "--raw", "2"])).contains("asked two questions"));
    assert!(results(&stage.say(&["logs", "job", "--raw"])).contains("summary.md"));
    let none = stage.say(&["logs", "job", "--raw", "99"]);
    assert_eq!(
        (none.code, none.err.as_str()),
        (2, "error: job has no stream of iteration 99; the newest is 10\n")
    );
}

#[test]
fn a_diff_in_a_pipe_can_be_applied_and_says_beside_it_what_it_leaves_out() {
    let stage = finished();
    let said = stage.say(&["diff", "job"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.starts_with("diff --git a/samocode-demo/README.md"), "{}", said.out);
    fs::write(stage.path("patch"), &said.out).unwrap();
    stage.git(&["apply", "../patch"]);
    assert!(stage.path("repo/samocode-demo/greet.sh").exists());

    let folder = stage.status("job")["folder"].as_str().unwrap().to_owned();
    fs::write(stage.path("worktrees").join(folder).join("left.txt"), "").unwrap();
    let said = stage.say(&["diff", "job", "--stat"]);
    assert_eq!(said.err, "note: 1 file is not committed and not shown: left.txt\n");
    let out: Vec<String> = said
        .out
        .lines()
        .map(|line| match line.strip_prefix("  ").and_then(|line| line.split_once(' ')) {
            Some((id, subject)) if id.len() >= 7 => format!("  ID {subject}"),
            _ => line.split(" (").next().unwrap().to_owned(),
        })
        .collect();
    insta::assert_snapshot!(out.join("\n"), @r#"
    job: 3 commits since main
      ID The page about it
      ID The loud greeting
      ID The new greeting

     samocode-demo/README.md | 10 ++++++++++
     samocode-demo/greet.sh  | 17 +++++++++++++++++
     samocode-demo/test.sh   | 20 ++++++++++++++++++++
     3 files changed, 47 insertions(+)
    "#);
}

#[test]
fn a_session_without_a_branch_has_no_diff_yet() {
    let stage = Stage::new();
    stage.settings("SAMOCODE_PROVIDER=demo\nSAMOCODE_SETUP=false\n");
    assert_eq!(stage.say(&["run", "job", "--task", "Greet"]).code, 12);
    let said = stage.say(&["diff", "job"]);
    assert_eq!(said.code, 2);
    insta::assert_snapshot!(said.err, @r#"
    error: job has no branch yet: its worktree is not made
    hint: `samocode run job` makes it
    "#);
}

#[test]
fn a_branch_that_is_gone_is_named() {
    let stage = finished();
    let folder = stage.status("job")["folder"].as_str().unwrap().to_owned();
    stage.git(&["worktree", "remove", "--force", &format!("../worktrees/{folder}")]);
    stage.git(&["branch", "--quiet", "-D", "job"]);
    let said = stage.say(&["diff", "job"]);
    assert_eq!(said.code, 2);
    insta::assert_snapshot!(stage.stable(&said.err), @r#"
    error: the branch job is gone from /stage/repo
    hint: the snapshots of its iterations are still there: `git -C /stage/repo for-each-ref refs/samocode`
    "#);
}

/// The crash sweep's points are in its own build only.
#[test]
#[cfg(not(feature = "crash-points"))]
fn the_program_has_no_crash_points() {
    let program = fs::read(SAMOCODE).unwrap();
    let has = |words: &str| memchr::memmem::find(&program, words.as_bytes()).is_some();
    assert!(has("_signal.json"), "words of the program are found in it");
    assert!(!has("SAMOCODE_CRASH_AT") && !has(", before the rename"));
}
