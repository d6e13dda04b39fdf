//! What the documentation says of things that can be looked up: links, code blocks, commands, settings, files. Each check
//! reads the tracked pages, and is shown to fail on a planted text.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::command_lines;
use crate::sources::root;

mod blocks;
mod examples;
mod links;
mod page;
mod paths;
mod settings;

use page::Page;

/// The tracked pages, by their path in the repository.
fn pages() -> BTreeMap<String, Page> {
    let output = Command::new("git").arg("-C").arg(root()).args(["ls-files", "-z", "*.md"]).output().unwrap();
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    let names = names.split('\0').filter(|name| !name.is_empty());
    // A page deleted but not yet committed is tracked, too.
    let read = names
        .filter_map(|name| Some((name.to_owned(), Page::read(&fs::read_to_string(root().join(name)).ok()?))));
    read.collect()
}

/// Pages for people, not texts for agents, nor what an example's agent writes: those name what is made in the person's
/// repository. A link to a page is that page.
fn for_people(name: &str) -> bool {
    let of_story = name.starts_with("examples/") && (name.contains("/story/") || name.contains("/project/"));
    !name.starts_with("assets/") && !of_story && !root().join(name).is_symlink()
}

/// Panics with one fault a line.
fn none_of(check: impl Fn(&str, &Page) -> Vec<String>) {
    let pages = pages();
    assert!(pages.len() > 20, "{:?}", pages.keys());
    let faults: Vec<String> = pages
        .iter()
        .filter(|(name, _)| for_people(name))
        .flat_map(|(name, page)| check(name, page).into_iter().map(move |fault| format!("{name}: {fault}")))
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn command_faults(page: &Page) -> Vec<String> {
    let shell = page.blocks.iter().filter(|block| block.language == "sh");
    let in_shell = shell.flat_map(|block| command_lines::of_shell(&block.text));
    let in_spans = page.spans.iter().flat_map(|span| command_lines::spans(&format!("`{span}`")));
    in_shell.chain(in_spans).filter_map(|words| command_lines::fault(&words)).collect()
}

#[test]
fn every_relative_link_and_anchor_leads_somewhere() {
    let pages = pages();
    none_of(|name, page| links::faults(name, page, &pages, &|path| root().join(path).exists()));
}

#[test]
fn every_block_of_json_and_toml_parses() {
    none_of(|_, page| blocks::faults(page));
}

#[test]
fn every_command_line_is_one_that_samocode_takes() {
    none_of(|_, page| command_faults(page));
}

#[test]
fn every_setting_exists() {
    let sources = settings::sources();
    none_of(|_, page| settings::faults(page, &sources));
}

#[test]
fn every_file_of_this_repository_exists() {
    none_of(|_, page| paths::faults(page, &|path| root().join(path).exists()));
}

#[test]
fn a_command_line_that_is_none_is_named() {
    let faults = |text: &str| command_faults(&Page::read(text));
    assert_eq!(faults("```sh\nsamocode halt N\n```\nand `samocode stop N --now`").len(), 2);
    assert_eq!(faults("```sh\nsamocode stop N\n```\n```text\nsamocode halt N\n```\n"), [""; 0]);
}
