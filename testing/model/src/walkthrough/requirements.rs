//! Asks two questions and waits; with the answers in the prompt, writes the requirements document.

use serde_json::json;

use super::questions::{QUESTIONS, answers};
use super::work::{Halt, Step, Work};

pub(super) fn run(work: &mut Work<'_>) -> Step<String> {
    let files = work.session_files()?;
    let path = work.session("_qa.md");
    // A `_qa.md` without questions is read, too, for `Write` asks for that.
    let before = if files.iter().any(|name| name == "_qa.md") { work.read(&path)? } else { String::new() };
    if !before.contains("### Q1:") {
        work.create(&path, QUESTIONS)?;
        return wait(work, "asked two questions");
    }
    if before.contains("_waiting_") {
        return wait(work, "found the questions asked");
    }
    let answers = answers(work.message(), &before).map_err(Halt::Wrong)?;
    let document = format!(
        "# Requirements\n\nGreeting: {}\nTest: {}\n\n1. A script prints the greeting (Q1).\n2. It has a test (Q2).\n",
        answers.greeting, answers.test
    );
    work.put(&work.dated("requirements.md"), &document)?;
    let signal = json!({"status": "continue", "phase": work.after, "summary": "wrote the requirements"});
    work.finish("wrote the requirements", &signal)?;
    Ok("The requirements are written down.".to_owned())
}

fn wait(work: &mut Work<'_>, action: &str) -> Step<String> {
    work.finish(action, &json!({"status": "waiting", "for": "qa_answers", "summary": action}))?;
    Ok("Two questions wait for answers.".to_owned())
}
