//! A child's output on its way into the log, beside `cat > file`: lines of 1 kB with their keys in several orders, and a
//! single line of the same size.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::project::Project;
use crate::{least_and_median, verdict};

const ROUNDS: usize = 5;
const SIZE: usize = 200 * 1024 * 1024;
const GOAL_KIB: u64 = 16 * 1024;
const ONE_LINE: &str = "line";

/// What a model or a tool says in a line.
const TEXT: &str = "the parser now takes an empty list, and its error says at which line it stopped; ";

/// Speed for the lines, memory for all.
pub(crate) fn measure() {
    let project = Project::new();
    let streams = [
        ("lines", "lines of 1 kB, keys as of 2.1.197", lines as fn(&mut _)),
        ("newest", "lines of 1 kB, keys as of 2.1.332", newest),
        ("own", "lines of 1 kB, as 2.1.332 writes its own messages", newest_own),
        ("sorted", "lines of 1 kB, keys sorted", sorted),
        ("reversed", "lines of 1 kB, keys sorted backwards", reversed),
        (ONE_LINE, "one line", one_line),
    ];
    for (label, what, write) in streams {
        println!("stream, 200 MiB, {what}: {ROUNDS} rounds");
        let stream = project.path("stream.jsonl");
        let mut file = BufWriter::new(File::create(&stream).unwrap());
        write(&mut file);
        file.into_inner().unwrap().sync_all().unwrap();
        let (mut samocode, mut cat, mut peak) = (Vec::new(), Vec::new(), 0);
        for round in 0..ROUNDS {
            let name = format!("{label}-{round}");
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
        if label != ONE_LINE {
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

/// Writes what Claude Code writes while it works: a message, then what its tool gave.
fn work(
    file: &mut BufWriter<File>,
    message: impl Fn(usize, &str) -> String,
    answer: impl Fn(usize, &str) -> String,
) {
    let text = TEXT.repeat(6);
    let mut written = 0;
    let mut number = 0;
    while written < SIZE {
        number += 1;
        let line = if number % 2 == 1 { message(number, &text) } else { answer(number, &text) };
        writeln!(file, "{line}").unwrap();
        written += line.len() + 1;
    }
}

fn lines(file: &mut BufWriter<File>) {
    let message = |number, text: &str| {
        format!(
            r#"{{"type":"assistant","message":{{"id":"msg_{number:08}","type":"message","role":"assistant","model":"claude-opus-4-8","content":[{{"type":"text","text":"{text}"}}],"stop_reason":null,"stop_sequence":null,"usage":{{"input_tokens":101,"cache_creation_input_tokens":20,"cache_read_input_tokens":1000,"output_tokens":1}},"context_management":null}},"parent_tool_use_id":null,"session_id":"05fbe1ff-7ea7-4ec6-ab3b-5efd50ba057a","uuid":"07ca8d54-ef9a-4ec6-baf4-0d8368e6f236","request_id":"req_x"}}"#
        )
    };
    let answer = |number, text: &str| {
        format!(
            r#"{{"type":"user","message":{{"role":"user","content":[{{"tool_use_id":"toolu_{number:08}","type":"tool_result","content":"{text}","is_error":false}}]}},"parent_tool_use_id":null,"session_id":"05fbe1ff-7ea7-4ec6-ab3b-5efd50ba057a","uuid":"395a189d-e748-46e2-80a0-0240d7773454","timestamp":"2026-11-22T07:25:30.965Z","tool_use_result":{{"stdout":"two lines","stderr":"","interrupted":false,"isImage":false,"noOutputExpected":false}}}}"#
        )
    };
    work(file, message, answer);
}

fn newest(file: &mut BufWriter<File>) {
    work(file, newest_message, newest_answer);
}

fn newest_message(number: usize, text: &str) -> String {
    format!(
        r#"{{"type":"assistant","message":{{"id":"msg_{number:08}","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{{"type":"text","text":"{text}"}}],"stop_reason":null,"stop_sequence":null,"usage":{{"input_tokens":101,"cache_creation_input_tokens":20,"cache_read_input_tokens":1000,"output_tokens":1}},"context_management":null}},"parent_tool_use_id":null,"session_id":"aa40fb23-e536-4646-944b-ea3823192484","uuid":"2ec2bc9e-0869-4e6e-833f-1369d5812972","timestamp":"2026-12-01T03:38:51.210Z","request_id":"req_x","thinking_duration_ms":1,"thinking_display":"updates"}}"#
    )
}

fn newest_answer(number: usize, text: &str) -> String {
    format!(
        r#"{{"type":"user","message":{{"role":"user","content":[{{"tool_use_id":"toolu_{number:08}","type":"tool_result","content":"{text}","is_error":false}}]}},"parent_tool_use_id":null,"session_id":"aa40fb23-e536-4646-944b-ea3823192484","uuid":"395a189d-e748-46e2-80a0-0240d7773454","timestamp":"2026-12-01T03:38:51.965Z","tool_use_result":{{"stdout":"two lines","stderr":"","interrupted":false,"isImage":false,"noOutputExpected":false}},"tool_result_meta":[{{"id":"toolu_{number:08}","permission_decision":{{"decision":"accept","source":"config","reason_type":"mode"}}}}]}}"#
    )
}

/// Messages that begin as those that 2.1.332 writes itself, about errors of the service.
fn newest_own(file: &mut BufWriter<File>) {
    let message = |number, text: &str| {
        format!(
            r#"{{"type":"assistant","message":{{"diagnostics":null,"id":"msg_{number:08}","container":null,"model":"claude-opus-5-5","role":"assistant","stop_details":null,"stop_reason":null,"stop_sequence":"","type":"message","usage":{{"output_tokens_details":null,"input_tokens":101,"output_tokens":1,"cache_creation_input_tokens":20,"cache_read_input_tokens":1000,"server_tool_use":{{"web_search_requests":0,"web_fetch_requests":0}},"service_tier":null,"cache_creation":{{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":0}},"inference_geo":null,"iterations":null,"speed":null,"fallback_credit":null}},"content":[{{"type":"text","text":"{text}"}}],"context_management":null}},"parent_tool_use_id":null,"session_id":"aa40fb23-e536-4646-944b-ea3823192484","uuid":"7c0ec1ae-2403-4415-b539-b05467bc5034","timestamp":"2026-12-01T03:39:05.169Z","request_id":"req_x"}}"#
        )
    };
    work(file, message, newest_answer);
}

/// As nobody writes them: `message` begins with its content, and the type comes last but for the usage.
fn sorted(file: &mut BufWriter<File>) {
    let rewrite = |line: &str| serde_json::from_str::<Value>(line).unwrap().to_string();
    work(
        file,
        |number, text| rewrite(&newest_message(number, text)),
        |number, text| rewrite(&newest_answer(number, text)),
    );
}

fn reversed(file: &mut BufWriter<File>) {
    let rewrite = |line: &str| backwards(&serde_json::from_str(line).unwrap());
    work(
        file,
        |number, text| rewrite(&newest_message(number, text)),
        |number, text| rewrite(&newest_answer(number, text)),
    );
}

fn backwards(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            let members: Vec<String> = members
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), backwards(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(backwards).collect::<Vec<_>>().join(","))
        }
        _ => value.to_string(),
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
