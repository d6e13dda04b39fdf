//! Asks two questions and waits; with the answers in the prompt, writes the requirements document.

use serde_json::json;

use super::questions::{QUESTIONS, answers};
use super::work::{Halt, Step, Work};

pub(super) fn run(work: &mut Work<'_>) -> Step<String> {
    let files = work.session_files()?;
    let path = work.session("_qa.md");
    let before = if files.iter().any(|name| name == "_qa.md") {
        work.read(&path)?
    } else {
        String::new()
    };
    if !before.contains("### Q1:") {
        return ask(work, &path);
    }
    let answers = answers(work.message(), &before).map_err(Halt::Wrong)?;
    let document = format!(
        "# Requirements\n\nGreeting: {}\nTest: {}\n\n1. A script prints the greeting (Q1).\n2. It has a test (Q2).\n",
        answers.greeting, answers.test
    );
    work.create(&work.dated("requirements.md"), &document)?;
    let signal =
        json!({"status": "continue", "phase": work.after, "summary": "wrote the requirements"});
    work.finish("wrote the requirements", &signal)?;
    Ok("The requirements are written down.".to_owned())
}

/// Writes the questions; a `_qa.md` that is there was read before.
fn ask(work: &mut Work<'_>, path: &str) -> Step<String> {
    work.create(path, QUESTIONS)?;
    let signal =
        json!({"status": "waiting", "for": "qa_answers", "summary": "asked two questions"});
    work.finish("asked two questions", &signal)?;
    Ok("Two questions wait for answers.".to_owned())
}
