//! How long `samocode --help` and `samocode status` take from start to end, beside programs that do next to nothing.

use std::process::Command;
use std::time::Instant;

use crate::project::Project;
use crate::{least_and_median, verdict};

const ROUNDS: usize = 200;
const GOAL_MS: f64 = 5.0;

/// All four in turn, so that a busy moment hits them alike.
pub(crate) fn measure() {
    println!("start: {ROUNDS} rounds");
    let project = Project::new();
    project.run("small", 5, &[]);
    let with = |program: &str, arguments: &[&str]| {
        let mut command = project.command(program);
        command.args(arguments);
        command
    };
    let samocode = env!("CARGO_BIN_EXE_samocode");
    let mut commands = [
        ("true", with("true", &[])),
        ("git --version", with("git", &["--version"])),
        ("samocode --help", with(samocode, &["--help"])),
        ("samocode status", with(samocode, &["status", "small"])),
    ];
    let mut times = vec![Vec::new(); commands.len()];
    for _ in 0..ROUNDS {
        for ((_, command), times) in commands.iter_mut().zip(&mut times) {
            times.push(run_ms(command));
        }
    }
    for ((name, _), times) in commands.iter().zip(&times) {
        let (least, median) = least_and_median(times);
        println!("  {name:<16}{least:7.2} / {median:7.2} ms");
        if name.starts_with("samocode") {
            verdict(name, median, "ms", median <= GOAL_MS, &format!("{GOAL_MS} ms"));
        }
    }
}

/// Milliseconds that a command takes.
pub(crate) fn run_ms(command: &mut Command) -> f64 {
    let started = Instant::now();
    assert!(command.status().unwrap().success(), "{command:?}");
    started.elapsed().as_secs_f64() * 1e3
}
