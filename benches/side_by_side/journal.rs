//! `status` of a session with 10,000 iterations, beside `cat` of its journal.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use samocode::domain::event::{Entry, Event};

use crate::project::Project;
use crate::start::run_ms;
use crate::{least_and_median, verdict};

const ITERATIONS: u32 = 10_000;
const ROUNDS: usize = 20;
const GOAL_MS: f64 = 50.0;

/// The journal is a real one whose two iterations are repeated under new numbers.
pub(crate) fn measure() {
    let project = Project::new();
    let ran = project.run("long", 2, &[("BENCH_CHANGE", Path::new("1"))]);
    let journal = project.record("long").join("journal.jsonl");
    let size = repeat(&ran.entries, &journal);
    let mib = f64::from(u32::try_from(size).unwrap()) / f64::from(1 << 20);
    println!("status, {ITERATIONS} iterations, a journal of {mib:.1} MiB: {ROUNDS} rounds");
    let mut status = project.samocode();
    status.args(["status", "long"]);
    let mut cat = project.command("cat");
    cat.arg(&journal);
    let (mut of_status, mut of_cat) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_status.push(run_ms(&mut status));
        of_cat.push(run_ms(&mut cat));
    }
    let (least, median) = least_and_median(&of_status);
    println!("  samocode    {least:7.2} / {median:7.2} ms");
    let (cat_least, cat_median) = least_and_median(&of_cat);
    println!("  cat         {cat_least:7.2} / {cat_median:7.2} ms");
    verdict("status", median, "ms", median <= GOAL_MS, &format!("{GOAL_MS} ms"));
    let shown = status.stdout(std::process::Stdio::piped()).output().unwrap();
    assert!(String::from_utf8_lossy(&shown.stdout).contains("10000 ("), "all iterations are counted");
}

/// Writes the entries before the first iteration, then the iterations over and over; gives the size in bytes.
fn repeat(entries: &[Entry], journal: &Path) -> u64 {
    let starts = |entry: &Entry| matches!(entry.event, Event::Started(_));
    let first = entries.iter().position(starts).unwrap();
    let (head, iterations) = entries.split_at(first);
    let judged = |entry: &&Entry| matches!(entry.event, Event::Started(_) | Event::Judged(_));
    let mut file = BufWriter::new(File::create(journal).unwrap());
    let mut write = |entry: &Entry| {
        serde_json::to_writer(&mut file, entry).unwrap();
        file.write_all(b"\n").unwrap();
    };
    head.iter().for_each(&mut write);
    let mut number = 0;
    for entry in iterations.iter().filter(judged).cycle() {
        let mut entry = entry.clone();
        match &mut entry.event {
            Event::Started(started) => {
                number += 1;
                if number > ITERATIONS {
                    break;
                }
                started.iteration = number;
            }
            Event::Judged(judged) => judged.iteration = number,
            _ => {}
        }
        write(&entry);
    }
    file.into_inner().unwrap().metadata().unwrap().len()
}
