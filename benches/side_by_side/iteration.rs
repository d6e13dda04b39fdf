//! An iteration of samocode, beside a shell loop that starts the same program with the same input and output.

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::project::Project;
use crate::{least_and_median, verdict};

const ROUNDS: usize = 5;
const ITERATIONS: usize = 100;

/// Without and with something to keep in a snapshot; the sandbox is on where the kernel has it, and off in the last.
pub(crate) fn measure() {
    let cases = [
        ("nothing changed", false, "auto", 8.0),
        ("with a snapshot", true, "auto", 20.0),
        ("nothing changed, SAMOCODE_SANDBOX=off", false, "off", 8.0),
        ("with a snapshot, SAMOCODE_SANDBOX=off", true, "off", 20.0),
    ];
    for (what, change, sandbox, goal_ms) in cases {
        println!("iteration, {what}: {ROUNDS} rounds of {ITERATIONS}, journal synced");
        let project = Project::new();
        let (mut samocode, mut shell) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let mut env = vec![("SAMOCODE_SANDBOX", Path::new(sandbox))];
            env.extend(change.then_some(("BENCH_CHANGE", Path::new("1"))));
            let name = format!("round-{round}");
            let ran = project.run(&name, ITERATIONS, &env);
            assert_eq!(ran.snapshots() >= ITERATIONS - 1, change, "{} snapshots", ran.snapshots());
            samocode.push(ran.period_ms());
            shell.push(loop_ms(&project, &name, &env, ITERATIONS));
        }
        let (least, median) = least_and_median(&samocode);
        println!("  samocode    {least:7.2} / {median:7.2} ms an iteration");
        let (bare_least, bare_median) = least_and_median(&shell);
        println!("  shell loop  {bare_least:7.2} / {bare_median:7.2} ms a start");
        let overhead = median - bare_median;
        verdict("overhead", overhead, "ms", overhead <= goal_ms, &format!("{goal_ms} ms"));
    }
}

/// Milliseconds a start in a loop of `sh`, over so many starts.
pub(crate) fn loop_ms(project: &Project, name: &str, env: &[(&str, &Path)], starts: usize) -> f64 {
    let session = project.session_dir(name);
    let prompt = project.path("prompt");
    fs::write(&prompt, format!("Session path: {}\n", session.display())).unwrap();
    let script = r#"i=0; while [ $i -lt "$4" ]; do "$1" < "$2" > "$3" 2>&1; i=$((i+1)); done"#;
    let started = Instant::now();
    let status = project
        .command("sh")
        .args(["-c", script, "sh"])
        .args([project.stand_in(), prompt, project.path("log")])
        .arg(starts.to_string())
        .envs(env.iter().copied())
        .status();
    assert!(status.unwrap().success());
    started.elapsed().as_secs_f64() * 1e3 / f64::from(u32::try_from(starts).unwrap())
}
