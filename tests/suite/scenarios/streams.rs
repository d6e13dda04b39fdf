//! Whatever a CLI prints, its result is found, and samocode stays small (faults 15 and 32).

use std::fs;

use samocode::domain::event::Event;
use samocode::domain::outcome::Outcome;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Running, Scenario};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];
const MEGABYTE: usize = 1 << 20;
/// A session with hardly any output takes 14 MB (measured), one line may take 1 MB more, and its copies.
const FLAT: usize = 32 * MEGABYTE;

/// The result of a run that cost a dollar, in the form measured with Claude Code 2.1.197.
const RESULT: &str = r#"{"type":"result","subtype":"success","is_error":false,"api_error_status":null,"num_turns":2,"result":"finished","stop_reason":"end_turn","total_cost_usd":1.0,"usage":{"input_tokens":200,"output_tokens":20}}"#;

fn print(bytes: impl Into<Vec<u8>>, times: usize) -> Step {
    Step::Print { stderr: false, bytes: bytes.into(), times }
}

fn complain(bytes: impl Into<Vec<u8>>, times: usize) -> Step {
    Step::Print { stderr: true, bytes: bytes.into(), times }
}

/// The first iteration prints this, the second one waits to be released.
fn printing(steps: impl IntoIterator<Item = Step>) -> Scenario {
    let on = Step::signal(json!({"status": "continue", "phase": "testing", "summary": "printed"}));
    let first = [Step::Init, on].into_iter().chain(steps);
    let second = [Step::Await("{records}/go".into())].into_iter().chain(Step::go("done"));
    Scenario::new().agent(Script::new().next(first).next(second).then(Script::quick()))
}

/// Runs it to its end. Gives the most memory that samocode ever used before the second iteration, in bytes.
fn peak(scenario: &Scenario) -> usize {
    let running = scenario.start(RUN);
    scenario.until_called(2);
    let peak = most_memory(&running);
    scenario.release("go");
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 3);
    peak
}

fn most_memory(running: &Running<'_>) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", running.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// How long the first iteration's logs are: its stream, and its words on stderr.
fn logged(scenario: &Scenario) -> (usize, usize) {
    let length = |end: &str| {
        let entries = fs::read_dir(scenario.layout().logs()).unwrap().map(Result::unwrap);
        let mut first = entries.filter(|entry| {
            let name = entry.file_name().into_string().unwrap();
            name.contains("-001-") && name.ends_with(end)
        });
        first.next().map_or(0, |entry| usize::try_from(entry.metadata().unwrap().len()).unwrap())
    };
    (length("implementation.jsonl"), length(".stderr.log"))
}

/// What the first iteration cost was told by its result alone; the two others cost a quarter each.
#[track_caller]
fn expect_result_found(scenario: &Scenario) {
    assert_eq!(scenario.view().usage.cost_usd, Some(1.5));
}

#[test]
fn fault_15_a_line_of_100_megabytes_leaves_memory_flat_and_hides_no_result() {
    let long = printing([
        print(vec![b'y'; MEGABYTE], 100),
        print("\n", 1),
        complain(vec![b'e'; MEGABYTE], 1),
        Step::Line(RESULT.into()),
    ]);
    let used = peak(&long);
    expect_result_found(&long);
    let (stream, stderr) = logged(&long);
    assert!(stream > 100 * MEGABYTE && stderr == MEGABYTE, "logged: {stream} and {stderr} bytes");
    assert!(used < FLAT, "{used} bytes");
}

#[test]
fn fault_15_200_megabytes_of_output_leave_memory_flat_and_hide_no_result() {
    let line = [vec![b'x'; 1023], vec![b'\n']].concat();
    let many = printing([print(line, 200 * 1024), Step::Line(RESULT.into())]);
    let used = peak(&many);
    expect_result_found(&many);
    let (stream, _) = logged(&many);
    assert!(stream > 200 * MEGABYTE, "logged: {stream} bytes");
    assert!(used < FLAT, "{used} bytes");
}

#[test]
fn fault_15_lines_of_every_kind_hide_no_result() {
    let kinds = printing([
        Step::Line("not json at all".into()),
        Step::Line(String::new()),
        Step::Line(r#"{"type":"unheard-of","x":["#.into()),
        Step::Line(r#"{"type":"unheard-of","subtype":"init","deep":{"result":true}}"#.into()),
        Step::Line(r#"{"type":17}"#.into()),
        Step::Line("[1, 2]".into()),
        Step::Line(r#"{"type":"assistant","message":"a text, not an object"}"#.into()),
        Step::Line("[".repeat(100_000)),
        print(b"\xff\xfe \x80 half a word \xe2\x82\n", 3),
        print(b"{\"type\":\"assistant\",\"message\":{\"id\":\"\xff\xc3\"}}\r\n", 1),
        print(b"\0\0\0\n", 1),
        Step::Say("hello \u{1f642}".into()),
        Step::Line(RESULT.into()),
        Step::Line(r#"{"type":"system","subtype":"task_updated"}"#.into()),
    ]);
    peak(&kinds);
    expect_result_found(&kinds);
    assert_eq!(fs::read_dir(kinds.layout().logs()).unwrap().count(), 3, "one stream an iteration");
}

#[test]
fn fault_15_a_result_without_a_line_break_is_found() {
    let partial = printing([print(RESULT, 1)]);
    peak(&partial);
    expect_result_found(&partial);
}

#[test]
fn fault_15_half_a_line_after_the_result_changes_nothing() {
    let partial = printing([Step::Line(RESULT.into()), print(r#"{"type":"assistant","message":{"id":"#, 1)]);
    peak(&partial);
    expect_result_found(&partial);
}

#[test]
fn fault_15_a_result_that_is_cut_in_its_middle_is_still_the_end_of_the_run() {
    let cut = printing([print(&RESULT[..60], 1)]);
    peak(&cut);
    let completed =
        |event: &Event| matches!(event, Event::Judged(judged) if judged.outcome == Outcome::Completed);
    assert_eq!(cut.count(completed), 3);
    assert_eq!(cut.view().usage.cost_usd, Some(0.5), "its cost is not known");
}

/// The rest of a result that begins with a long member, its type at the very end, in the order of keys of 2.1.332.
const REST_OF_RESULT: &str = r#"","stop_reason":"end_turn","total_cost_usd":1.0,"usage":{"input_tokens":200,"output_tokens":20},"is_error":false,"num_turns":2,"subtype":"success","api_error_status":null,"result":"finished","type":"result"}"#;

#[test]
fn fault_32_a_result_whose_type_stands_behind_100_megabytes_is_found_and_memory_is_flat() {
    let long = printing([
        print(r#"{"from_tomorrow":""#, 1),
        print(vec![b'y'; MEGABYTE], 100),
        print(REST_OF_RESULT, 1),
        print("\n", 1),
    ]);
    let used = peak(&long);
    expect_result_found(&long);
    assert!(used < FLAT, "{used} bytes");
}

#[test]
fn fault_32_a_hundred_megabytes_of_nested_members_leave_memory_flat() {
    let nested = printing([
        print(r#"{"from_tomorrow":["#, 1),
        print(r#"{"type":"result","message":{"content":[{"type":"tool_use","name":"x"}]}},"#, 1_400_000),
        print(r#"""#, 1),
        print([&REST_OF_RESULT[..1], "]", &REST_OF_RESULT[1..], "\n"].concat(), 1),
    ]);
    let used = peak(&nested);
    expect_result_found(&nested);
    assert!(used < FLAT, "{used} bytes");
}

#[test]
fn fault_32_a_result_of_two_megabytes_tells_its_cost_and_its_words() {
    let words = "the work is finished ".repeat(100_000);
    let failed = RESULT
        .replace("finished", &words)
        .replace(r#""is_error":false"#, r#""is_error":true"#)
        .replace(r#""subtype":"success""#, r#""subtype":"error_during_execution""#);
    let long = printing([Step::Line(failed)]);
    peak(&long);
    expect_result_found(&long);
    let told = |event: &Event| matches!(event, Event::Judged(judged) if judged.outcome.words().is_some_and(|words| words.contains(": the work is finished the work")));
    assert_eq!(long.count(told), 1);
}

#[test]
fn fault_32_a_stream_whose_keys_stand_in_another_order_is_read() {
    let other = printing([
        Step::Line(
            r#"{"uuid":"u","message":{"diagnostics":null,"usage":{"output_tokens":7,"input_tokens":50},"content":[{"input":{"description":"d","command":"cargo test"},"name":"Bash","id":"t","type":"tool_use"}],"id":"msg_1"},"type":"assistant"}"#.into(),
        ),
        Step::Line(
            r#"{"tool_use_result":{"type":"result"},"message":{"content":[{"content":"ok","type":"tool_result"}]},"type":"user"}"#.into(),
        ),
        Step::Line(r#"{"subtype":"heard_of_tomorrow","type":"system","result":{"type":"result"}}"#.into()),
        Step::Line(r#"{"words":"\"type\":\"result\",\"total_cost_usd\":9","type":"unheard_of"}"#.into()),
        Step::Line([r#"{"from_tomorrow":""#, REST_OF_RESULT].concat()),
    ]);
    peak(&other);
    expect_result_found(&other);
}
