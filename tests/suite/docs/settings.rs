//! Names of settings.

use std::fs;

use samocode::config::keys;

use super::page::Page;
use crate::sources::{root, sources as files_below};

/// First words of settings, and of variables that only tests and the CLIs themselves know.
const FAMILIES: [&str; 6] = ["SAMOCODE_", "TELEGRAM_", "CLAUDE_", "CODEX_", "GEMINI_", "GIT_BRANCH"];

/// All that the sources say.
pub(super) fn sources() -> String {
    let files = ["src", "tests", "benches", "testing"]
        .into_iter()
        .flat_map(|folder| files_below(&root().join(folder)));
    files.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Names that look like settings and are none, nor a variable that the sources name.
pub(super) fn faults(page: &Page, sources: &str) -> Vec<String> {
    let shell = page.blocks.iter().filter(|block| block.language == "sh").map(|block| &block.text);
    let mut faulty: Vec<String> = Vec::new();
    for name in page.spans.iter().chain(shell).flat_map(|text| names(text)) {
        let known = keys::find(name).is_some() || sources.contains(&format!("\"{name}\""));
        let fault = format!("there is no setting `{name}`");
        if !known && !faulty.contains(&fault) {
            faulty.push(fault);
        }
    }
    faulty
}

/// Words of capitals that begin as a setting does.
fn names(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
    words
        .filter(|word| FAMILIES.iter().any(|family| word.len() > family.len() && word.starts_with(family)))
        .collect()
}

#[test]
fn a_setting_that_is_none_is_named() {
    let page = Page::read(
        "`SAMOCODE_VERIFY`, `SAMOCODE_VERIFI='x'`, `_MAX_COST`\n```sh\nCLAUDE_MODELL=a\nSAMOCODE_SEED=7 cargo test\n```\n",
    );
    assert_eq!(
        faults(&page, "var(\"SAMOCODE_SEED\")"),
        ["there is no setting `SAMOCODE_VERIFI`", "there is no setting `CLAUDE_MODELL`"]
    );
}
