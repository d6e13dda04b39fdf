//! Every fault that samocode promises to survive has a scenario that bears its number, and `docs/faults.md` lists them
//! all: `SAMOCODE_UPDATE_DOCS=1 cargo test --test suite fault_list` writes the list anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::sources::{root, sources};

/// The faults that need a scenario with the scripted stand-in.
const WITH_THE_STANDIN: [u8; 36] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    29, 30, 31, 32, 33, 34, 35, 36,
];
/// The faults that need one on the real Claude Code, too.
const ON_THE_REAL_CLI: [u8; 12] = [1, 5, 6, 10, 11, 12, 13, 14, 15, 16, 18, 28];

const DOCUMENT: &str = "docs/faults.md";

/// The names of the tests of one target, by the number that they bear.
type Scenarios = BTreeMap<u8, BTreeSet<String>>;

/// The tests below `tests/<target>` that bear a fault's number.
fn scenarios(target: &str) -> Scenarios {
    let mut found = Scenarios::new();
    for path in sources(&root().join("tests").join(target)) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, name) in named(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display())) {
            let is_new = found.entry(number).or_default().insert(name.clone());
            assert!(is_new, "{name} stands twice in tests/{target}");
        }
    }
    found
}

/// The functions of a source that are named after a fault; each has to be a test, with a number of two digits.
fn named(source: &str) -> Result<Vec<(u8, String)>, String> {
    let mut is_test = false;
    let mut found = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("fn fault_").and_then(|rest| rest.split('(').next()) {
            let number =
                name.get(..2).filter(|_| name[2..].starts_with('_')).and_then(|digits| digits.parse().ok());
            let number = number.ok_or_else(|| format!("fault_{name} bears no number of two digits"))?;
            if !is_test {
                return Err(format!("fault_{name} is no test"));
            }
            found.push((number, format!("fault_{name}")));
        }
        is_test = line == "#[test]" || (is_test && line.starts_with("#["));
    }
    Ok(found)
}

fn missing(needed: &[u8], found: &Scenarios) -> Vec<u8> {
    needed.iter().copied().filter(|number| !found.contains_key(number)).collect()
}

#[test]
fn every_fault_has_its_scenario() {
    let standin = missing(&WITH_THE_STANDIN, &scenarios("suite"));
    assert!(standin.is_empty(), "no test in tests/suite is named `fault_NN_…` for {standin:?}");
    let real = missing(&ON_THE_REAL_CLI, &scenarios("real_cli"));
    assert!(real.is_empty(), "no test in tests/real_cli is named `fault_NN_…` for {real:?}");
}

#[test]
fn the_document_lists_every_scenario_under_its_fault() {
    let path = root().join(DOCUMENT);
    let (suite, real) = (scenarios("suite"), scenarios("real_cli"));
    let text = fs::read_to_string(&path).unwrap();
    let listed: BTreeSet<u8> = text.lines().filter_map(number_of).collect();
    let known = suite.keys().chain(real.keys()).chain(&WITH_THE_STANDIN).chain(&ON_THE_REAL_CLI);
    let unlisted: BTreeSet<u8> = known.copied().filter(|number| !listed.contains(number)).collect();
    assert!(unlisted.is_empty(), "{DOCUMENT} has no row for {unlisted:?}");
    let renewed = renewed(&text, &suite, &real);
    if std::env::var_os("SAMOCODE_UPDATE_DOCS").is_some() {
        fs::write(&path, &renewed).unwrap();
    } else {
        assert!(
            renewed == text,
            "{DOCUMENT} lists other tests than there are; SAMOCODE_UPDATE_DOCS=1 cargo test --test suite fault_list \
             writes it anew"
        );
    }
}

/// The fault that a row of the table is about.
fn number_of(line: &str) -> Option<u8> {
    line.strip_prefix("| ")?.split(" |").next()?.parse().ok()
}

/// The document with the tests that there are: promises stay as they are written.
fn renewed(text: &str, suite: &Scenarios, real: &Scenarios) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let Some(number) = number_of(line) else {
            lines.push(line.to_owned());
            continue;
        };
        let promise = line.split(" | ").nth(1).unwrap_or_default();
        let shown = [("", suite), ("real CLI: ", real)].map(|(before, found)| {
            let names = found.get(&number).into_iter().flatten();
            names.map(|name| format!("{before}`{name}`")).collect::<Vec<_>>()
        });
        lines.push(format!("| {number} | {promise} | {} |", shown.concat().join("<br>")));
    }
    lines.join("\n") + "\n"
}

#[test]
fn a_name_without_a_number_and_a_name_that_is_no_test_are_refused() {
    let source =
        "#[test]\n#[expect(x)]\nfn fault_04_a() {}\n    #[test]\n    fn fault_12_b() {}\nfn other() {}\n";
    assert_eq!(named(source), Ok(vec![(4, "fault_04_a".to_owned()), (12, "fault_12_b".to_owned())]));
    assert!(named("#[test]\nfn fault_4_a() {}\n").is_err());
    assert!(named("#[test]\nfn other() {}\nfn fault_04_a() {}\n").is_err());
    let found = Scenarios::from([(4, BTreeSet::new())]);
    assert_eq!(missing(&[4, 5], &found), [5]);
}

#[test]
fn a_row_keeps_its_promise_and_gets_its_tests() {
    let suite = Scenarios::from([(4, BTreeSet::from(["fault_04_a".to_owned(), "fault_04_b".to_owned()]))]);
    let real = Scenarios::from([(4, BTreeSet::from(["fault_04_c".to_owned()]))]);
    let text = "# Faults\n| 4 | It waits. | old |\n| 5 | It backs off. |  |\n";
    let expected = "# Faults\n| 4 | It waits. | `fault_04_a`<br>`fault_04_b`<br>real CLI: `fault_04_c` |\n\
                    | 5 | It backs off. |  |\n";
    assert_eq!(renewed(text, &suite, &real), expected);
    assert_eq!(renewed(expected, &suite, &real), expected);
}
