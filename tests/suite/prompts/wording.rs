//! File names, tone, and text that would not hold in a process that nobody watches.

use super::{loaded_texts, none, phrases, some, texts};

const FILES: [&str; 16] = [
    "_overview.md",
    "_qa.md",
    "_signal.json",
    "session.log",
    "-dive-*.md",
    "-plan-*.md",
    "-requirements.md",
    "-test-report.md",
    "-quality-review.md",
    "-summary.md",
    "-cleanup.md",
    "-do-*.md",
    "-brief-*.md",
    "-choice-*.md",
    "-proposal-*.md",
    "-review-*.md",
];

/// What stands before a document's kind.
const STAMPS: [&str; 2] = ["<TIMESTAMP_FILE>", "<stamp>"];

const CAPITALS: [&str; 11] = [
    "TIMESTAMP_FILE",
    "TIMESTAMP_LOG",
    "TIMESTAMP_ITERATION",
    "HEAD",
    "JSON",
    "UTF",
    "CLI",
    "MAIN_REPO",
    "WORKTREES",
    "SESSIONS",
    "GIT_BRANCH_PREFIX",
];

/// Work that would outlive the iteration, which ends every process that it started.
const LEFT_RUNNING: [&str; 10] = [
    "background",
    "nohup",
    "disown",
    "setsid",
    "leave it running",
    "leave running",
    "keep it running",
    "keep running",
    "check back",
    "later turn",
];

/// Moves that need somebody who listens.
const LISTENERS: [&str; 6] =
    ["ask the user", "let me know", "the user", "in this conversation", "as before", "you remember"];

/// Variable text, which would break the provider's prompt cache.
const VARIABLE: [&str; 7] = ["{{", "{}", "${", "/home/", "/tmp/", "/Users/", "C:\\"];

fn file_problems(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || "`\"',;()".contains(c))
        .filter_map(|word| word.rsplit('/').next())
        .filter(|word| {
            [".md", ".json", ".jsonl", ".log"].iter().any(|end| word.ends_with(end))
                || STAMPS
                    .iter()
                    .any(|stamp| word.strip_prefix(stamp).is_some_and(|rest| rest.starts_with('-')))
        })
        .filter(|word| {
            let bare = STAMPS.iter().chain(&["*"]).find_map(|stamp| word.strip_prefix(stamp));
            let kind = bare.unwrap_or(word).replace("<topic>", "*").replace("<name>", "*");
            !FILES.iter().any(|file| *file == kind || written_out(file, &kind))
        })
        .map(|word| format!("no file of a session: {word}"))
        .collect()
}

/// Whether `kind` is the file `-review-*.md` with a word in the place of the star.
fn written_out(file: &str, kind: &str) -> bool {
    file.split_once('*').is_some_and(|(start, end)| {
        let named = kind.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        named.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase()))
    })
}

fn shouting(text: &str) -> Vec<String> {
    let mut problems: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| {
            word.chars().filter(char::is_ascii_uppercase).count() > 2
                && !word.contains(|c: char| c.is_lowercase())
        })
        .filter(|word| !CAPITALS.contains(word))
        .map(|word| format!("shouts {word}"))
        .collect();
    let calm = text.replace("**Suggestion:**", "").replace("**Answer:**", "");
    problems.extend(
        ["**", "!", "\u{26a0}"]
            .into_iter()
            .filter(|mark| calm.contains(mark))
            .map(|mark| format!("shouts with {mark}")),
    );
    problems
}

fn variable_text(text: &str) -> Vec<String> {
    let digit = |byte: u8| byte.is_ascii_digit();
    let mut problems: Vec<String> = VARIABLE
        .into_iter()
        .filter(|mark| text.contains(mark))
        .map(|mark| format!("holds `{mark}`"))
        .collect();
    for window in text.as_bytes().windows(5) {
        if let [a, b, b'-' | b':', c, d] = *window
            && [a, b, c, d].into_iter().all(digit)
        {
            problems.push(format!("holds a date or time: {}", String::from_utf8_lossy(window)));
        }
    }
    problems
}

#[test]
fn only_files_of_a_session_are_named() {
    for (name, text) in texts().chain(loaded_texts()) {
        none(&file_problems(&text), &name);
    }
    for bad in [
        "see `_notes.md`",
        "`<TIMESTAMP_FILE>-plan.md`",
        "the newest `*-report.md`",
        "`<TIMESTAMP_FILE>-summary`",
    ] {
        some(&file_problems(bad));
    }
}

#[test]
fn the_tone_is_calm_and_needs_no_listener_or_later_turn() {
    for (name, text) in texts() {
        none(&shouting(&text), &name);
        none(&phrases(&text, &LEFT_RUNNING), &name);
        none(&phrases(&text, &LISTENERS), &name);
    }
    for (name, text) in loaded_texts() {
        none(&shouting(&text), &name);
        none(&phrases(&text, &LEFT_RUNNING), &name);
    }
    for bad in ["You MUST commit.", "Commit!", "This is **crucial**."] {
        some(&shouting(bad));
    }
    some(&phrases("Start the server in the Background.", &LEFT_RUNNING));
    some(&phrases("Ask the user which one.", &LISTENERS));
}

#[test]
fn nothing_in_the_prefix_changes_between_iterations() {
    for (name, text) in texts() {
        none(&variable_text(&text), &name);
    }
    for bad in ["01-08", "at 14:30", "in {{phase}}", "/home/x"] {
        some(&variable_text(bad));
    }
}
