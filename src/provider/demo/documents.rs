//! The demo agent's phases that write documents: investigation, requirements, planning, done.

use std::fs;
use std::io;

use super::plan;
use super::questions;
use super::shell;
use super::workplace::{Report, Signal, Workplace};

/// Said in every document.
const LABEL: &str = "Written by the demo agent of samocode: no model was asked.";

/// Reads the worktree and writes a dive.
pub(super) fn investigate(place: &mut Workplace) -> io::Result<Report> {
    place.step("Bash git ls-files", 0)?;
    let listed = shell::git(&place.worktree, &["ls-files"])?;
    let files: Vec<&str> = listed.lines().collect();
    let mut structure = String::new();
    for name in files.iter().take(20) {
        let text = fs::read(place.worktree.join(name)).unwrap_or_default();
        let lines = text.iter().filter(|byte| **byte == b'\n').count();
        structure.push_str("- `");
        structure.push_str(name);
        structure.push_str("`: ");
        structure.push_str(&lines.to_string());
        structure.push_str(" lines\n");
    }
    if files.len() > 20 {
        structure.push_str("- and others\n");
    }
    if let Some(first) = files.first() {
        place.step(&format!("Read {first}"), 0)?;
    }
    let (where_, rest) = match &place.story {
        Some(story) => (String::new(), story.text("findings.md", "")?.unwrap_or_default()),
        None => (
            format!(" The work happens below `{}`.", place.place()),
            "## Risks\n\n- The greeting's word is part of what the tests expect; both change together.\n\n## Recommendation\n\nAsk for the word and for the option's name, then change `greet.sh` in small steps, with a test for each.\n".to_owned(),
        ),
    };
    let text = format!(
        "# Dive: the project\n\n{LABEL}\n\n## Summary\n\n{} files are under git.{where_}\n\n## Task\n\n{}\n\n## Structure\n\n{structure}\n{rest}",
        files.len(),
        place.prompt.about(),
    );
    let file = place.write_document("dive-project.md", &text)?;
    Ok(Report {
        summary: format!("looked at the files ({}) and wrote {file}", files.len()),
        signal: Signal::Continue(place.next(&["requirements", "planning", "implementation"])),
    })
}

/// Asks its questions, or writes down what was answered.
pub(super) fn require(place: &mut Workplace) -> io::Result<Report> {
    const QA: &str = "_qa.md";
    let asks = match &place.story {
        Some(story) => story.questions()?,
        None => questions::QUESTIONS.to_owned(),
    };
    if !questions::asked(&asks) {
        let text = format!(
            "# Requirements\n\n{LABEL}\n\nTask: {}\n\nNothing was open, so nothing was asked.\n",
            place.prompt.about()
        );
        return required(place, &text, "");
    }
    place.step("Read _qa.md", 0)?;
    let qa = place.session_file(QA);
    if !questions::asked(&qa) {
        let head =
            if qa.trim().is_empty() { "# Questions\n".to_owned() } else { qa.trim_end().to_owned() + "\n" };
        place.write_session_file(QA, &format!("{head}\n{asks}"))?;
    }
    let qa = place.session_file(QA);
    if !questions::answered(&qa) {
        return Ok(Report { summary: questions::count(&qa), signal: Signal::Waiting("qa_answers", None) });
    }
    let answers = questions::quoted(&qa);
    let follows = if place.story.is_some() { String::new() } else { follows(&qa) };
    let text = format!(
        "# Requirements\n\n{LABEL}\n\nTask: {}\n\n## What was answered\n\n{answers}{follows}",
        place.prompt.about(),
    );
    required(place, &text, " from the answers")
}

/// What the answers mean for the greeting.
fn follows(qa: &str) -> String {
    let choices = questions::choices(qa);
    format!(
        "\n## What follows\n\n1. The greeting begins with `{}` (answer to Q1).\n2. The option `{}` greets in capitals (answer to Q2).\n3. `sh test.sh` covers both and passes (task).\n",
        choices.word, choices.flag,
    )
}

fn required(place: &mut Workplace, text: &str, by: &str) -> io::Result<Report> {
    let file = place.write_document("requirements.md", text)?;
    Ok(Report {
        summary: format!("wrote {file}{by}"),
        signal: Signal::Continue(place.next(&["planning", "implementation"])),
    })
}

/// Writes a plan, or revises the one that the person wants otherwise. Only their approval leads on.
pub(super) fn plan(place: &mut Workplace) -> io::Result<Report> {
    let wait = |summary: String, file: String| Report {
        summary,
        signal: Signal::Waiting("plan_approval", Some(file)),
    };
    place.step("Read the requirements", 0)?;
    let Some(file) = place.newest_document("-plan-")? else {
        let qa = place.session_file("_qa.md");
        let (name, text) = match &place.story {
            Some(story) => {
                let body = story.text("plan.md", &qa)?.unwrap_or_default();
                ("plan-change.md", plan::of_story(&place.prompt.task, &body))
            }
            None => {
                let choices = questions::choices(&qa);
                ("plan-greeting.md", plan::first(&place.prompt.task, place.place(), &choices))
            }
        };
        let file = place.write_document(name, &text)?;
        return Ok(wait(format!("wrote {file}"), file));
    };
    if let Some(mut words) = place.prompt.wish() {
        if place.story.is_some() {
            words.push_str(" (noted only: this agent plays a script and has no model)");
        }
        let text = plan::revised(&place.session_file(&file), &words);
        place.write_session_file(&file, &text)?;
        return Ok(wait(format!("revised {file}: {words}"), file));
    }
    Ok(wait(format!("{file} stands"), file))
}

/// Writes the summary.
pub(super) fn finish(place: &mut Workplace) -> io::Result<Report> {
    let range = range(place);
    place.step("Bash git log", 0)?;
    let commits = shell::git(&place.worktree, &["log", "--oneline", "-n", "20", &range])?;
    let stat = shell::git(&place.worktree, &["diff", "--stat", &range.replace("..", "...")])?;
    let tested = place.newest_document("-test-report")?.map_or_else(
        || "The tests were not run in a phase of their own.".to_owned(),
        |file| format!("Tests: see {file}."),
    );
    let mut documents = String::new();
    for part in ["-dive-", "-requirements", "-plan-", "-test-report", "-quality-review"] {
        if let Some(file) = place.newest_document(part)? {
            documents.push_str("- ");
            documents.push_str(&file);
            documents.push('\n');
        }
    }
    let text = format!(
        "# Summary\n\n{LABEL}\n\nTask: {}\n\n{tested}\n\n## Documents\n\n{documents}\n## Commits\n\n{}\n\n## Changes\n\n{}\n",
        place.prompt.about(),
        block(&commits),
        block(&stat),
    );
    let file = place.write_document("summary.md", &text)?;
    let done = match commits.lines().count() {
        0 => "no change of the code".to_owned(),
        1 => "1 commit".to_owned(),
        many => format!("{many} commits"),
    };
    Ok(Report { summary: format!("{done}; {file} tells more"), signal: Signal::Done })
}

/// The branch's own commits, as git takes a range.
pub(super) fn range(place: &Workplace) -> String {
    let base = place.prompt.label("Base branch").unwrap_or("HEAD");
    let known =
        shell::git(&place.worktree, &["rev-parse", "--verify", "--quiet", &format!("{base}^{{commit}}")]);
    match known {
        Ok(_) => format!("{base}..HEAD"),
        Err(_) => "HEAD..HEAD".into(),
    }
}

/// `text` as a block of code, or a word on its absence.
pub(super) fn block(text: &str) -> String {
    if text.trim().is_empty() { "none".into() } else { format!("```\n{}\n```", text.trim_end()) }
}
