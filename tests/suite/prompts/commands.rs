//! The commands of samocode that texts tell a reader to type: each is there, with each of its flags.

use std::collections::BTreeMap;
use std::process::Command;

use super::{loaded_texts, none, some};

/// Every `samocode …` between backquotes, in words.
fn commands(text: &str) -> Vec<Vec<&str>> {
    let spans = text.split('`').skip(1).step_by(2);
    spans
        .map(|span| span.split_whitespace().collect::<Vec<_>>())
        .filter(|words| words.first() == Some(&"samocode") && words.len() > 1)
        .collect()
}

/// What `samocode NAME --help` says; nothing where there is no such command.
fn help(name: &str) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_samocode")).args([name, "--help"]).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

fn problems(text: &str) -> Vec<String> {
    let mut known: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut problems = Vec::new();
    for words in commands(text) {
        let Some(help) = known.entry(words[1]).or_insert_with(|| help(words[1])) else {
            problems.push(format!("no such command: {}", words.join(" ")));
            continue;
        };
        let there = |flag: &str| help.split([' ', ',', '\n']).any(|word| word == flag);
        let flags = words.iter().filter(|word| word.len() > 1 && word.starts_with('-'));
        let absent = flags.filter(|flag| !there(flag));
        problems.extend(absent.map(|flag| format!("no {flag} of {}", words.join(" "))));
    }
    problems
}

#[test]
fn every_command_that_a_text_names_is_there_with_its_flags() {
    let mut found = 0;
    for (name, text) in loaded_texts() {
        none(&problems(&text), &name);
        found += commands(&text).len();
    }
    assert!(found > 15, "{found}");
    some(&problems("Use `samocode halt <name>`."));
    some(&problems("Use `samocode status <name> --yaml`."));
    some(&problems("Use `samocode logs <name> -q`."));
}
