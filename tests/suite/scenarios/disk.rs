//! The disk is full, or a folder cannot be written. A full disk is made by the limit on the length of files
//! (`RLIMIT_FSIZE`), which needs no mount and no rights: each file of samocode's, or of its children's, can be made to fail by
//! how long it is. A folder is made read-only for an ordinary user, because root may write everywhere.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use samocode::domain::event::Event;
use samocode::domain::outcome::Outcome;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Running, Scenario, expect_words, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// From now on no file of this process, or of a child that it starts later, grows beyond this; none: any may.
fn most_bytes(running: &Running<'_>, most: Option<u64>) {
    let pid = Pid::from_raw(i32::try_from(running.pid()).unwrap());
    let maximum = getrlimit(Resource::Fsize).maximum;
    prlimit(pid, Resource::Fsize, Rlimit { current: most.or(maximum), maximum }).unwrap();
}

fn length(path: &Path) -> u64 {
    path.metadata().unwrap().len()
}

/// An agent that leaves a process behind and waits to be let go on.
fn waiting(first: &[Step], phase: &str) -> Vec<Step> {
    let before = [Step::Init, Step::Daemon { bare: false }, Step::write("{records}/up", "")];
    let signal = Step::signal(json!({"status": "continue", "phase": phase, "summary": "did it"}));
    let after = [Step::Await("{records}/go".to_owned())];
    before.into_iter().chain(after).chain(first.iter().cloned()).chain([signal, Step::Result]).collect()
}

/// A session in its first iteration, which goes on when told.
fn started<'a>(scenario: &'a Scenario, more: &[&str]) -> Running<'a> {
    let running = scenario.start(RUN.iter().chain(more));
    until("the agent", || scenario.records().join("up").exists().then_some(()));
    running
}

fn phases(scenario: &Scenario) -> Vec<String> {
    scenario.invocations().into_iter().map(|called| called.phase).collect()
}

fn interruptions(scenario: &Scenario) -> usize {
    scenario.count(|event| {
        matches!(event, Event::Judged(judged) if matches!(judged.outcome, Outcome::Interrupted { .. }))
    })
}

#[test]
fn fault_20_a_journal_that_cannot_grow_ends_the_run_with_all_it_started_and_loses_nothing() {
    let scenario = Scenario::new().agent(Script::new().next(waiting(&[], "testing")).then(Script::quick()));
    let running = started(&scenario, &[]);
    let journal = scenario.layout().journal();
    let stood = fs::read(&journal).unwrap();
    most_bytes(&running, Some(stood.len() as u64 + 10));
    scenario.run(["tell", "auth", "mind the dates"]).expect_exit(0);
    running.end().expect_exit(11).expect_err(&[
        "cannot write",
        &journal.display().to_string(),
        "File too large",
        "free the disk",
    ]);
    let mut pids = scenario.daemons();
    pids.push(scenario.invocations()[0].pid);
    until("the end of all that it started", || pids.iter().all(|&pid| !lives(pid)).then_some(()));
    assert!(fs::read(&journal).unwrap().starts_with(&stood), "what stood stands");

    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(phases(&scenario), ["implementation", "implementation", "testing", "done"]);
    assert_eq!(interruptions(&scenario), 1);
    expect_words(&scenario.prompt(2), &["## Guidance from the person\n\nmind the dates"]);
}

#[test]
fn fault_20_an_answer_that_cannot_be_journaled_is_kept_and_taken_when_there_is_space_again() {
    let scenario = Scenario::new().agent(Script::full());
    let mut running = scenario.start(["run", "auth", "--task", "Add tokens"]);
    running.until_state("waiting");
    let journal = scenario.layout().journal();
    most_bytes(&running, Some(length(&journal)));
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
    running.end().expect_exit(11).expect_err(&[&journal.display().to_string()]).expect_state("waiting");
    scenario.run(["run", "auth", "--approve-plan"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.count(|event| matches!(event, Event::Posted { .. })), 2, "no gate was asked twice");
    assert_eq!(scenario.invocations().len(), 8);
}

#[test]
fn fault_20_a_session_that_cannot_be_begun_leaves_nothing_in_its_place() {
    let scenario = Scenario::new();
    let limited = ["-c", "ulimit -f 1; exec \"$@\"", "sh"];
    let samocode = scenario.command(RUN);
    let mut command = Command::new("sh");
    command.args(limited).arg(samocode.get_program()).args(samocode.get_args());
    command.env_clear().envs(samocode.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(scenario.root());
    let ended = scenario.start_command(command).end();
    ended.expect_exit(11).expect_err(&["cannot write", "journal.jsonl", "File too large"]);
    assert!(scenario.session().is_none());
    scenario.run(RUN).expect_exit(0).expect_state("done");
}

#[test]
fn fault_20_a_stream_that_cannot_be_logged_is_still_read_to_its_end() {
    let long = [Step::Say("x".repeat(200_000))];
    let scenario = Scenario::new().agent(Script::new().next(waiting(&long, "testing")).then(Script::quick()));
    let running = started(&scenario, &[]);
    most_bytes(&running, Some(100_000));
    scenario.release("go");
    running.end().expect_exit(0).expect_state("done").expect_out(&["is not complete: File too large"]);
    assert_eq!(phases(&scenario), ["implementation", "testing", "done"]);
    assert_eq!(scenario.view().usage.turns, 6, "the last line of each stream was found");
}

#[test]
fn fault_20_a_notebook_that_cannot_be_written_ends_the_run_after_its_verdict_stands() {
    let notes = [Step::shell("head -c 200000 /dev/zero | tr '\\0' x >> '{session}/_overview.md'")];
    let scenario =
        Scenario::new().agent(Script::new().next(waiting(&notes, "testing")).then(Script::quick()));
    let running = started(&scenario, &[]);
    most_bytes(&running, Some(100_000));
    scenario.release("go");
    let path = scenario.layout().overview().display().to_string();
    running.end().expect_exit(11).expect_err(&["cannot write", &path, "File too large"]);
    assert!(scenario.session_file("_overview.md").ends_with("xxx"), "what stood stands");
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(phases(&scenario), ["implementation", "testing", "done"], "nothing was done twice");
    assert_eq!(interruptions(&scenario), 0);
    let notebook = scenario.session_file("_overview.md");
    expect_words(&notebook, &["Phase: done", "Total Iterations: 3", "xxx"]);
}

#[test]
fn fault_20_a_snapshot_that_cannot_be_kept_is_said_and_the_worktree_stands() {
    let big = [Step::shell("head -c 300000 /dev/urandom > big.bin")];
    let scenario =
        Scenario::new().agent(Script::new().next(waiting(&big, "implementation")).then(Script::quick()));
    let running = started(&scenario, &["--max-iterations", "1"]);
    most_bytes(&running, Some(100_000));
    scenario.release("go");
    running.end().expect_exit(11).expect_out(&["no snapshot of iteration 1", "1 of 1 iterations are used"]);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    let branch = scenario.view().branch;
    assert_eq!(scenario.git(&["cat-file", "-s", &format!("{branch}:big.bin")]), "300000");
}

#[test]
fn fault_20_a_signal_that_the_disk_cut_short_is_told_and_the_work_goes_on() {
    let cut = "ulimit -f 1; printf '{\"status\":\"continue\",\"phase\":\"testing\",\"summary\":\"%3000s\"}' x > '{session}/_signal.json'";
    let scenario =
        Scenario::new().agent(Script::new().next(Step::run([Step::shell(cut)])).then(Script::quick()));
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(phases(&scenario), ["implementation", "implementation", "testing", "done"]);
    expect_words(&scenario.prompt(2), &["did not count as progress", "_signal.json"]);
}

/// Nobody's user and group number.
const NOBODY: u32 = 65_534;

/// The samocode program as an ordinary user would run it; root gives the whole scenario away.
fn ordinary(scenario: &Scenario, arguments: &[&str]) -> Command {
    let command = scenario.command(arguments);
    if !rustix::process::geteuid().is_root() {
        return command;
    }
    use std::os::unix::process::CommandExt;
    // The build folder may lie where only root may look.
    let program = scenario.path("samocode");
    let agent = scenario.path("agent-standin");
    if !program.exists() {
        fs::copy(command.get_program(), &program).unwrap();
        fs::copy(scenario.config_value("CLAUDE_PATH"), &agent).unwrap();
    }
    let given =
        Command::new("chown").args(["-R", &format!("{NOBODY}:{NOBODY}")]).arg(scenario.root()).status();
    assert!(given.unwrap().success());
    let mut ordinary = Command::new(program);
    ordinary.args(arguments).env_clear().current_dir(scenario.root()).stdin(std::process::Stdio::null());
    ordinary.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    ordinary.env("CLAUDE_PATH", agent).uid(NOBODY).gid(NOBODY);
    ordinary
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn fault_20_a_folder_that_cannot_be_written_ends_the_run_with_its_path_and_nothing_is_lost() {
    type Place = fn(&Scenario) -> std::path::PathBuf;
    let places: [(Place, &str); 2] = [
        (|scenario| scenario.layout().session_dir(), "_overview.md"),
        (|scenario| scenario.layout().record_dir(), "guard.json"),
    ];
    for (place, file) in places {
        let scenario = Scenario::new();
        let budget: Vec<&str> = RUN.into_iter().chain(["--max-iterations", "1"]).collect();
        scenario.start_command(ordinary(&scenario, &budget)).end().expect_exit(11);
        scenario.start_command(ordinary(&scenario, &["resume", "auth"])).end().expect_exit(0);
        let folder = place(&scenario);
        let command = ordinary(&scenario, &["run", "auth"]);
        set_mode(&folder, 0o555);
        let ended = scenario.start_command(command).end();
        let path = folder.join(file).display().to_string();
        ended.expect_exit(11).expect_err(&[&path, "Permission denied", "mend the permissions"]);
        assert_eq!(phases(&scenario), ["implementation"]);
        set_mode(&folder, 0o755);
        scenario
            .start_command(ordinary(&scenario, &["run", "auth"]))
            .end()
            .expect_exit(0)
            .expect_state("done");
        assert_eq!(phases(&scenario), ["implementation", "testing", "done"]);
    }
}
