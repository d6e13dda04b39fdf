//! The commands of samocode that texts tell a reader to type: each is there, with each of its flags.

use crate::command_lines::{fault, spans};

use super::{loaded_texts, none, some};

fn problems(text: &str) -> Vec<String> {
    spans(text).iter().filter_map(|words| fault(words)).collect()
}

#[test]
fn every_command_that_a_text_names_is_there_with_its_flags() {
    let mut found = 0;
    for (name, text) in loaded_texts() {
        none(&problems(&text), &name);
        found += spans(&text).len();
    }
    assert!(found > 15, "{found}");
    some(&problems("Use `samocode halt <name>`."));
    some(&problems("Use `samocode status <name> --yaml`."));
    some(&problems("Use `samocode logs <name> -q`."));
}
