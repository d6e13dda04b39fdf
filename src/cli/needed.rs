//! The block that calls a person: what for, and exactly what to type.

use std::fmt::Write;

use crate::cli::context::Context;
use crate::cli::style;
use crate::cli::wrap::hanging;
use crate::domain::verdict::BlockCause;
use crate::engine::{GateKindView, GateView, QuestionView, View};

/// The block for a session that needs a person.
pub(super) fn block(context: &Context, view: &View) -> String {
    let mut text = String::new();
    let rule = style::dim(&"─".repeat(72));
    let place = style::dim(&format!("{} · {}", view.folder, view.phase));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{rule}\n{}  {place}\n", style::call(&headline(view)));
    match &view.gate {
        Some(gate) => ask(&mut text, context, view, gate),
        None => blocked(&mut text, context, view),
    }
    let _ = write!(text, "{rule}");
    text
}

fn headline(view: &View) -> String {
    match view.gate.as_ref().map(|gate| &gate.kind) {
        Some(GateKindView::Answers { questions, .. }) => {
            let open = questions.iter().filter(|question| question.answer.is_none()).count();
            format!("samocode needs you: {open} question{}", if open == 1 { "" } else { "s" })
        }
        Some(GateKindView::Approval { .. }) => "samocode needs you: a plan to approve".to_owned(),
        Some(GateKindView::HumanAction { .. }) => "samocode needs you: something only you can do".to_owned(),
        None if view.block == Some(BlockCause::Unable) => "samocode cannot go on".to_owned(),
        None => "samocode is blocked: you decide".to_owned(),
    }
}

fn ask(text: &mut String, context: &Context, view: &View, gate: &GateView) {
    match &gate.kind {
        GateKindView::Answers { file, questions } => {
            for question in questions {
                let _ = writeln!(text, "{}", question_words(question));
            }
            let example: Vec<String> = questions
                .iter()
                .filter(|question| question.answer.is_none())
                .map(|question| format!("{}={}", question.id, example_answer(question)))
                .collect();
            commands(
                text,
                context,
                &[
                    (format!("answer {}", view.name), "asks one by one"),
                    (format!("answer {} {}", view.name, example.join(" ")), ""),
                    (format!("answer {} --suggestions", view.name), "takes every suggestion"),
                ],
            );
            let phone = if context.config.telegram.is_some() { ", or answer on the phone" } else { "" };
            let _ = writeln!(text, "  or fill in {}{phone}", file.display());
        }
        GateKindView::Approval { file, headings, items, changed, .. } => {
            for heading in headings {
                let _ = writeln!(text, "  {heading}");
            }
            let changed = if *changed { ", changed since the agent asked" } else { "" };
            let _ = writeln!(text, "\n  {} ({items} items{changed})\n", file.display());
            commands(
                text,
                context,
                &[
                    (format!("approve {}", view.name), ""),
                    (format!("reject {} -m 'what to change'", view.name), ""),
                ],
            );
        }
        GateKindView::HumanAction { reason, file } => {
            let _ = writeln!(text, "  {reason}");
            if let Some(file) = file {
                let _ = writeln!(text, "  in {file}");
            }
            text.push('\n');
            commands(text, context, &[(format!("resume {}", view.name), "when it is done")]);
        }
    }
}

fn blocked(text: &mut String, context: &Context, view: &View) {
    let _ =
        writeln!(text, "  {}\n", view.reason.as_deref().unwrap_or("no reason given").replace('\n', "\n  "));
    if view.block == Some(BlockCause::Unable) {
        let _ = writeln!(text, "  When that is mended:");
        return commands(text, context, &[(format!("run {}", view.name), "")]);
    }
    let _ = writeln!(text, "  Let it go on, with a word for the agent if one is needed:");
    commands(
        text,
        context,
        &[
            (format!("tell {} 'what you decided'", view.name), ""),
            (format!("resume {}", view.name), ""),
            (format!("run {}", view.name), ""),
        ],
    );
}

fn commands(text: &mut String, context: &Context, lines: &[(String, &str)]) {
    for (words, remark) in lines {
        let remark = if remark.is_empty() { String::new() } else { style::dim(&format!("   # {remark}")) };
        let _ = writeln!(text, "  {}{remark}", style::command(&context.command(words)));
    }
}

/// A question with its options; the suggestion is marked.
pub(super) fn question_words(question: &QuestionView) -> String {
    let mut text =
        format!("  {}: {}\n", style::strong(&question.id), hanging(&question.title, question.id.len() + 4));
    for (letter, words) in &question.options {
        let mark =
            if question.suggested.contains(letter) { style::good("  ← suggested") } else { String::new() };
        let _ = writeln!(text, "     {letter}) {}{mark}", hanging(words, 8));
    }
    if let Some(suggestion) = &question.suggestion {
        let _ = writeln!(text, "     {}", style::dim(&hanging(&format!("suggestion: {suggestion}"), 5)));
    }
    if let Some(answer) = &question.answer {
        let _ = writeln!(text, "     {}", style::good(&format!("answered: {answer}")));
    }
    text
}

fn example_answer(question: &QuestionView) -> String {
    let letter = question.suggested.first().or_else(|| question.options.first().map(|(letter, _)| letter));
    letter.map_or_else(|| "'…'".to_owned(), char::to_string)
}
