//! The first table of `docs/providers.md` says what each CLI does for samocode; each cell names the tests that fail where
//! it is not so, or the CLI's own limit.

use std::collections::BTreeSet;
use std::fs;

use crate::sources::{root, sources};

const DOCUMENT: &str = "docs/providers.md";
const COLUMNS: [&str; 4] = ["", "Claude Code", "Codex", "Gemini CLI"];
/// How a cell begins that names a limit of the CLI's in place of a test.
const LIMIT: &str = "The CLI's limit: ";

/// All tests of the package: file and name, as `::src::provider::codex::form::its_files`.
fn tests() -> BTreeSet<String> {
    let files = ["src", "tests"].into_iter().flat_map(|folder| sources(&root().join(folder)));
    let named = files.flat_map(|path| {
        let below = path.strip_prefix(root()).unwrap().with_extension("");
        let module: String = below.iter().map(|part| format!("::{}", part.display())).collect();
        let names = tests_of(&fs::read_to_string(&path).unwrap());
        names.into_iter().map(move |name| format!("{module}::{name}"))
    });
    named.collect()
}

/// Whether there is a test of this name, with as much of its file before it as tells it from others: `form::its_files`.
fn is_there(name: &str, tests: &BTreeSet<String>) -> bool {
    let end = format!("::{name}");
    tests.iter().any(|test| test.ends_with(&end))
}

fn tests_of(source: &str) -> Vec<String> {
    let mut is_test = false;
    let mut found = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("fn ").and_then(|rest| rest.split('(').next())
            && is_test
        {
            found.push(name.to_owned());
        }
        is_test = line == "#[test]" || (is_test && line.starts_with("#["));
    }
    found
}

/// What is wrong with the table of this text.
fn faults(text: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let rows: Vec<Vec<&str>> = text
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").map(str::trim).collect())
        .collect();
    let mut faults = Vec::new();
    if rows.first().is_none_or(|head| head.get(1..) != Some(&COLUMNS[1..])) {
        faults.push(format!("the columns are not {COLUMNS:?}"));
    }
    for row in rows.iter().skip(1) {
        let feature = row.first().copied().unwrap_or_default();
        if row.len() != COLUMNS.len() {
            faults.push(format!("`{feature}` has {} cells", row.len()));
            continue;
        }
        for (cli, cell) in COLUMNS.iter().zip(row).skip(1) {
            let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
            let unknown = named.iter().find(|name| !is_there(name, tests));
            if let Some(name) = unknown.filter(|_| !cell.starts_with(LIMIT)) {
                faults.push(format!("`{feature}` on {cli}: there is no test `{name}`"));
            } else if named.is_empty() && !cell.starts_with(LIMIT) {
                faults.push(format!("`{feature}` on {cli} names neither a test nor the CLI's limit"));
            }
        }
    }
    faults
}

#[test]
fn every_cell_of_the_table_is_backed_by_a_test_or_by_the_clis_own_limit() {
    let text = fs::read_to_string(root().join(DOCUMENT)).unwrap();
    let faults = faults(&text, &tests());
    assert!(faults.is_empty(), "{DOCUMENT}:\n{}", faults.join("\n"));
}

#[test]
fn an_empty_cell_and_an_unknown_test_are_found() {
    let head = "|  | Claude Code | Codex | Gemini CLI |\n";
    let tests = BTreeSet::from(["::tests::real_cli::it_works".to_owned()]);
    let of = |row: &str| faults(&format!("{head}{row}\n"), &tests);
    assert_eq!(of("| a | `it_works` | `it_works` | The CLI's limit: it tells no cost. |"), [""; 0]);
    assert_eq!(of("| a | `real_cli::it_works` | `works` | `it_works` |").len(), 1);
    assert_eq!(of("| a | yes | `it_works` | `it_fails` |").len(), 2);
    assert_eq!(of("| a | `it_works` |"), ["`a` has 2 cells"]);
    assert_eq!(faults("no table", &tests).len(), 1);
    assert_eq!(tests_of("#[test]\n#[expect(x)]\nfn a() {}\nfn b() {}\n"), ["a"]);
}
