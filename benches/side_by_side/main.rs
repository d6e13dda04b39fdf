//! What samocode costs, beside the plain thing that does the same: `cargo bench --bench side_by_side`.
//!
//! Needs `sh`, `cat` and `git`, works in cargo's target folder, and judges nothing by itself: it prints both figures,
//! the goal, and the machine they were measured on. Only the parts that are named run:
//! `cargo bench --bench side_by_side -- iteration stream`. `endurance` takes minutes, and runs only by its name.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for a developer's terminal")]

mod endurance;
mod iteration;
mod journal;
mod machine;
mod project;
mod start;
mod stream;
mod watch;

type Part = (&'static str, fn());

const PARTS: [Part; 6] = [
    ("iteration", iteration::measure),
    ("start", start::measure),
    ("stream", stream::measure),
    ("status", journal::measure),
    ("watch", watch::measure),
    (LONG, endurance::measure),
];

/// The part that is left out where none is named.
const LONG: &str = "endurance";

fn main() {
    // Cargo adds `--bench`.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    println!("{}\n", machine::facts());
    for (name, measure) in PARTS {
        if (asked.is_empty() && name != LONG) || asked.iter().any(|word| word == name) {
            measure();
            println!();
        }
    }
}

/// Prints one measured figure with its goal.
fn verdict(what: &str, figure: f64, unit: &str, met: bool, goal: &str) {
    println!("  => {what}: {figure:.2} {unit} (goal {goal}: {})", if met { "met" } else { "MISSED" });
}

/// Smallest and middle value, in the unit of the input.
fn least_and_median(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[0], sorted[sorted.len() / 2])
}
