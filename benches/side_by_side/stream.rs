//! A child's output on its way into the log, beside `cat > file`: lines of 1 kB, and a single line of the same size.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::project::Project;
use crate::{least_and_median, verdict};

const ROUNDS: usize = 5;
const SIZE: usize = 200 * 1024 * 1024;
const GOAL_KIB: u64 = 16 * 1024;

/// Speed for the lines, memory for both.
pub(crate) fn measure() {
    let project = Project::new();
    for (what, write) in [("lines of 1 kB", lines as fn(&mut _)), ("one line", one_line)] {
        println!("stream, 200 MiB, {what}: {ROUNDS} rounds");
        let stream = project.path("stream.jsonl");
        let mut file = BufWriter::new(File::create(&stream).unwrap());
        write(&mut file);
        file.into_inner().unwrap().sync_all().unwrap();
        let (mut samocode, mut cat, mut peak) = (Vec::new(), Vec::new(), 0);
        for round in 0..ROUNDS {
            let name = format!("{}-{round}", if what == "one line" { "line" } else { "lines" });
            settle();
            let ran = project.run(&name, 1, &[("BENCH_STREAM", &stream)]);
            samocode.push(speed(ran.took().as_secs_f64()));
            peak = peak.max(ran.peak_kib);
            check_copy(&project, &name);
            settle();
            cat.push(cat_speed(&stream, &project.path("copy")));
        }
        let fastest = |speeds: &[f64]| speeds.iter().copied().fold(0.0, f64::max);
        let (_, median) = least_and_median(&samocode);
        println!(
            "  samocode    {:7.0} fastest, {median:7.0} median MiB/s, with its start and end",
            fastest(&samocode)
        );
        let (_, cat_median) = least_and_median(&cat);
        println!("  cat > file  {:7.0} fastest, {cat_median:7.0} median MiB/s", fastest(&cat));
        let ratio = median / cat_median;
        if what != "one line" {
            verdict("speed", ratio, "of cat's", ratio >= 0.7, "0.7");
        }
        let mib = f64::from(u32::try_from(peak).unwrap()) / 1024.0;
        verdict("peak memory", mib, "MiB", peak > 0 && peak <= GOAL_KIB, "16 MiB");
    }
}

fn speed(seconds: f64) -> f64 {
    200.0 / seconds
}

/// What an earlier round left to be written must not be written during the next.
fn settle() {
    assert!(Command::new("sync").status().unwrap().success());
}

fn cat_speed(stream: &Path, copy: &Path) -> f64 {
    let started = Instant::now();
    let status =
        Command::new("sh").args(["-c", r#"cat "$1" | cat > "$2""#, "sh"]).args([stream, copy]).status();
    assert!(status.unwrap().success());
    let speed = speed(started.elapsed().as_secs_f64());
    fs::remove_file(copy).unwrap();
    speed
}

/// The log holds the whole stream; then it is deleted.
fn check_copy(project: &Project, name: &str) {
    let logs = fs::read_dir(project.session_dir(name).join("_logs")).unwrap();
    let mut copied = 0;
    for log in logs {
        let path = log.unwrap().path();
        copied += path.metadata().unwrap().len();
        fs::remove_file(path).unwrap();
    }
    assert!(copied >= SIZE as u64, "{copied} bytes were copied");
}

/// What Claude Code writes while it works: a message, then what its tool gave.
fn lines(file: &mut BufWriter<File>) {
    let text = "the parser now takes an empty list, and its error says at which line it stopped; ".repeat(6);
    let mut written = 0;
    let mut number = 0;
    while written < SIZE {
        number += 1;
        let line = if number % 2 == 1 {
            format!(
                r#"{{"type":"assistant","message":{{"id":"msg_{number:08}","type":"message","role":"assistant","model":"claude-opus-4-8","content":[{{"type":"text","text":"{text}"}}],"stop_reason":null,"stop_sequence":null,"usage":{{"input_tokens":101,"cache_creation_input_tokens":20,"cache_read_input_tokens":1000,"output_tokens":1}},"context_management":null}},"parent_tool_use_id":null,"session_id":"05fbe1ff-7ea7-4ec6-ab3b-5efd50ba057a","uuid":"07ca8d54-ef9a-4ec6-baf4-0d8368e6f236","request_id":"req_x"}}"#
            )
        } else {
            format!(
                r#"{{"type":"user","message":{{"role":"user","content":[{{"tool_use_id":"toolu_{number:08}","type":"tool_result","content":"{text}","is_error":false}}]}},"parent_tool_use_id":null,"session_id":"05fbe1ff-7ea7-4ec6-ab3b-5efd50ba057a","uuid":"395a189d-e748-46e2-80a0-0240d7773454","timestamp":"2026-11-22T07:25:30.965Z","tool_use_result":{{"stdout":"two lines","stderr":"","interrupted":false,"isImage":false,"noOutputExpected":false}}}}"#
            )
        };
        writeln!(file, "{line}").unwrap();
        written += line.len() + 1;
    }
}

fn one_line(file: &mut BufWriter<File>) {
    file.write_all(
        br#"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","content":""#,
    )
    .unwrap();
    for _ in 0..SIZE / 1024 {
        file.write_all(&[b'x'; 1024]).unwrap();
    }
    file.write_all(b"\"}]}}\n").unwrap();
}
