//! Files of this repository.

use super::page::Page;

/// Folders at the top of this repository: a path that begins with one is meant to be in it.
const TOP: [&str; 9] = [".ci", ".claude", "assets", "benches", "docs", "examples", "src", "testing", "tests"];

/// Paths between backquotes that are not there.
pub(super) fn faults(page: &Page, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let named = page.spans.iter().filter(|span| {
        let plain = !span.contains(|c: char| c.is_whitespace() || "*<>{}$…".contains(c));
        let top = span.split('/').next().unwrap_or_default();
        plain && span.contains('/') && TOP.contains(&top)
    });
    named
        .filter(|path| !exists(path.trim_end_matches('/')))
        .map(|path| format!("there is no `{path}`"))
        .collect()
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let page =
        Page::read("`src/main.rs`, `src/nowhere.rs`, `tests/`, `docs/*.md`, `node_modules/x`, `src/a b`");
    let there = |path: &str| ["src/main.rs", "tests"].contains(&path);
    assert_eq!(faults(&page, &there), ["there is no `src/nowhere.rs`"]);
}
