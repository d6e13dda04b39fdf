//! Hundreds of iterations in one process: its memory and its open files stay as they are. How long an iteration takes
//! is measured by `cargo bench --bench side_by_side -- endurance`.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use samocode_testing_agent::{Run, SCRIPT_VARIABLE, Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, until};

const ITERATIONS: usize = 500;
/// By then, all that is made once has been made.
const WARM: usize = 150;
/// What the allocator of many short threads takes now and then; ten thousand iterations show that it does not add up.
const SLACK_KIB: usize = 1536;

/// One phase that may go on for ever.
const PHASES: &str = include_str!("../../../testing/workflows/endless.toml");

#[test]
fn hundreds_of_iterations_take_no_more_memory_and_files_than_the_first() {
    let steps = Step::run([
        Step::write("{worktree}/change.txt", "{iteration}\n"),
        Step::signal(json!({"status": "continue", "phase": "implementation", "summary": "worked"})),
    ]);
    let scenario = Scenario::new().workflow("endless.toml", PHASES);
    let script = scenario.path("light.json");
    let run = Run { phase: None, times: None, told: None, steps };
    Script { records: scenario.records(), light: true, runs: vec![run] }.write(&script).unwrap();
    let scenario = scenario.env(SCRIPT_VARIABLE, script);
    let workflow = scenario.path("endless.toml").display().to_string();
    let most = ITERATIONS.to_string();
    let run = ["run", "auth", "--task", "t", "--workflow", &workflow, "--max-iterations", &most];
    let mut running = scenario.start(run);

    let started = || {
        let journal = scenario.session().map(|layout| layout.journal());
        let text = journal.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        text.matches(r#"{"started":"#).count()
    };
    let files = |pid: u32| fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
    until("the first iterations", || (started() >= WARM).then_some(()));
    let mut looks = Vec::new();
    while !running.has_ended() {
        looks.push((memory_kib(running.pid()), files(running.pid())));
        sleep(Duration::from_millis(20));
    }
    drop(running.end().expect_exit(11).expect_out(&["500 of 500 iterations are used"]));
    looks.retain(|look| look.0 > 0 && look.1 > 0);
    assert!(looks.len() > 20, "{} looks", looks.len());
    let quarter = looks.len() / 4;
    let (first, last) = (&looks[..quarter], &looks[looks.len() - quarter..]);
    let memory = |looks: &[(usize, usize)]| looks.iter().map(|look| look.0).max().unwrap();
    let (begin, end) = (memory(first), memory(last));
    assert!(end <= begin + SLACK_KIB, "{begin} KiB grew to {end} KiB");
    // The least, because it makes a difference where in an iteration a look falls.
    let open = |looks: &[(usize, usize)]| looks.iter().map(|look| look.1).min().unwrap();
    let (begin, end) = (open(first), open(last));
    assert!(end <= begin + 1, "{begin} open files became {end}");
}

fn memory_kib(pid: u32) -> usize {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let resident = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    resident.and_then(|value| value.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
