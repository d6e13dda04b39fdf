//! What Claude Code asks of a model, and what it leaves in the home.

use std::fs;

use samocode_testing_model::{Model, Reply, Steps, ToolCall};

use crate::claude::Claude;
use crate::scratch::{Scratch, files_below};

#[test]
fn a_run_of_two_turns_writes_a_file_and_finishes() {
    let scratch = Scratch::new();
    let file = scratch.work().join("a.txt");
    let write = ToolCall::write(&file.display().to_string(), "hello\n");
    let both = vec![ToolCall::bash("echo from the shell"), write];
    let model = Model::start(Steps::new([Reply::ToolCalls(both), Reply::text("finished")]));

    let outcome = Claude::new(&model, &scratch).prompt("Phase: init\n\nwrite a file\n").run();

    model.assert_nothing_unexpected();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.text(), "finished");
    assert_eq!(outcome.result()["subtype"], "success");
    assert_eq!(outcome.result()["is_error"], false);
    assert_eq!(fs::read_to_string(file).unwrap(), "hello\n");
    let turns: Vec<_> = model.requests().into_iter().map(|request| request.turn).collect();
    assert_eq!(turns.len(), 2, "no request beside the two turns");
    assert_eq!(turns[0].prompt, "Phase: init\n\nwrite a file\n");
    assert_eq!(turns[1].prompt, turns[0].prompt);
    assert_eq!(turns[1].results[0].text, "from the shell");
    assert_eq!(turns[1].conversation, turns[0].conversation);
    assert_eq!(model.others(), [""; 0], "neither a probe nor titles nor token counts");
}

#[test]
fn an_unexpected_request_ends_the_run_loudly() {
    let scratch = Scratch::new();
    let model = Model::start(Steps::new([]));

    let outcome = Claude::new(&model, &scratch).run();

    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.result()["is_error"], true);
    assert_eq!(outcome.result()["api_error_status"], 400);
    assert!(outcome.text().contains("UNEXPECTED REQUEST TO THE MODEL STAND-IN"), "{}", outcome.text());
    assert_eq!(
        model.unexpected().len(),
        6,
        "a refusal is sent again five times, whatever the person's retries"
    );
}

#[test]
fn write_overwrites_a_file_that_was_not_read() {
    let scratch = Scratch::new();
    let path = scratch.write("project/a.txt", "old\n").display().to_string();
    let model = Model::start(Steps::new([
        Reply::call(ToolCall::write(&path, "new\n")),
        Reply::call(ToolCall::read(&path)),
        Reply::text("finished"),
    ]));

    Claude::new(&model, &scratch).run();

    model.assert_nothing_unexpected();
    let results: Vec<_> = model.requests().into_iter().flat_map(|request| request.turn.results).collect();
    assert_eq!(results.iter().map(|result| result.is_error).collect::<Vec<_>>(), [false, false]);
    assert_eq!(results[1].text, "1\tnew\n2\t", "`Read` numbers the lines with a tab");
}

#[test]
fn the_home_gets_only_the_clis_own_state() {
    let scratch = Scratch::new();
    let model = Model::start(Steps::new([Reply::text("finished")]));

    Claude::new(&model, &scratch).run();

    let files = files_below(&scratch.home());
    assert!(!files.is_empty());
    let own = |file: &String| file == ".claude.json" || file.starts_with(".claude/");
    assert!(files.iter().all(own), "{files:?}");
}

#[test]
fn fault_16_a_prompt_of_a_megabyte_arrives_whole() {
    let scratch = Scratch::new();
    let model = Model::start(Steps::new([Reply::text("finished")]));
    let prompt = format!("Phase: init\n\n{}end\n", "quotes ' \" and $(touch x)\n".repeat(40_000));

    let outcome = Claude::new(&model, &scratch).prompt(&prompt).run();

    model.assert_nothing_unexpected();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(model.requests()[0].turn.prompt == prompt, "the prompt came changed");
}
