//! The layers of the source, and its house rules: each check reads the files, and is shown to fail on a planted text.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

mod scan;

use scan::Code;

/// Layers by their height. Modules of one height never import each other.
const LAYERS: [&[&str]; 6] = [
    &["domain"],
    &["config", "crash", "patience"],
    &["store", "process", "git", "provider", "notify", "sandbox"],
    &["engine"],
    &["tui"],
    &["cli"],
];

/// What the pure layer must not name.
const IMPURE: [&str; 10] = [
    "std::fs",
    "std::process",
    "std::env",
    "std::net",
    "std::thread",
    "std::os",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
];

const MOST_LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Rust files below a folder of the repository: their path within it, and their text.
fn rust_files(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "node_modules" && name != "target") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "no Rust file below {folder}");
    found.sort();
    found
}

fn complaints(folder: &str, check: impl Fn(&str, &str) -> Vec<String>) -> Vec<String> {
    rust_files(folder).iter().flat_map(|(name, text)| check(name, text)).collect()
}

/// Panics with one complaint a line.
fn none_of(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn height(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The module right below the crate that a file belongs to; none for the crate's own two files.
fn layer_of(file: &str) -> Option<&str> {
    let below = file.strip_prefix("src/")?;
    let module = below.split('/').next()?.trim_end_matches(".rs");
    (module != "lib" && module != "main").then_some(module)
}

/// Paths that lead upward or sideways, modules without a layer, and paths that go round the crate's name.
fn imports(file: &str, text: &str) -> Vec<String> {
    let Some(own) = layer_of(file) else {
        return Vec::new();
    };
    let Some(own_height) = height(own) else {
        return vec![format!("{file}: the module `{own}` has no layer")];
    };
    let depth = file.trim_end_matches("/mod.rs").matches('/').count();
    let mut wrong = Vec::new();
    for named in Code::of(text).paths() {
        let written = named.path.join("::");
        let at = format!("{file}:{}", named.line);
        // Counted without inline modules, which make the way up longer: this errs on the strict side.
        let up = named.path.iter().take_while(|word| *word == "super").count();
        if up >= depth && named.path.get(up).is_some_and(|next| next != own && height(next).is_some()) {
            wrong.push(format!("{at}: `{written}` leaves `{own}`; write it as `crate::…`"));
        }
        let target = match named.path.as_slice() {
            [first, target, ..] if first == "crate" || first == "samocode" => target,
            _ => continue,
        };
        match height(target) {
            _ if target == own => {}
            None => wrong.push(format!("{at}: `{written}` names no module that has a layer")),
            Some(height) if height > own_height => {
                wrong.push(format!("{at}: `{own}` imports upward from `{target}`: `{written}`"));
            }
            Some(height) if height == own_height => {
                wrong.push(format!("{at}: `{own}` imports sideways from `{target}`: `{written}`"));
            }
            Some(_) => {}
        }
    }
    wrong
}

fn impurities(file: &str, text: &str) -> Vec<String> {
    if layer_of(file) != Some("domain") {
        return Vec::new();
    }
    let has = |path: &[String], impure: &str| {
        let words: Vec<&str> = impure.split("::").collect();
        if words[0] == "std" { path.starts_with_words(&words) } else { path.holds_words(&words) }
    };
    let named = Code::of(text).paths();
    let wrong = named.iter().flat_map(|named| {
        IMPURE
            .iter()
            .filter(|impure| has(&named.path, impure))
            .map(|impure| format!("{file}:{}: the domain is pure and must not name `{impure}`", named.line))
    });
    wrong.collect()
}

trait Words {
    fn starts_with_words(&self, words: &[&str]) -> bool;
    fn holds_words(&self, words: &[&str]) -> bool;
}

impl Words for [String] {
    fn starts_with_words(&self, words: &[&str]) -> bool {
        self.len() >= words.len() && self.iter().zip(words).all(|(a, b)| a == b)
    }

    fn holds_words(&self, words: &[&str]) -> bool {
        self.windows(words.len()).any(|window| window.starts_with_words(words))
    }
}

fn prints(file: &str, text: &str) -> Vec<String> {
    if layer_of(file) == Some("cli") || file.starts_with("src/provider/demo/") {
        return Vec::new();
    }
    let called = Code::of(text).calls();
    let printing = called
        .iter()
        .filter(|called| ["print", "println", "eprint", "eprintln"].contains(&called.name.as_str()));
    printing
        .map(|called| {
            format!("{file}:{}: `{}!` writes to a terminal; only `cli` does", called.line, called.name)
        })
        .collect()
}

fn first_lines(file: &str, text: &str) -> Vec<String> {
    if text.starts_with("//!") {
        return Vec::new();
    }
    vec![format!("{file}:1: the first line does not say what the file is for (`//!`)")]
}

fn lengths(file: &str, text: &str) -> Vec<String> {
    if file.ends_with("/tests.rs") {
        return Vec::new();
    }
    let lines = Code::of(text).lines_without_tests();
    if lines <= MOST_LINES {
        return Vec::new();
    }
    vec![format!("{file}: {lines} lines of code; {MOST_LINES} is the most")]
}

/// Places of this machine: where the repository lies, and the homes that people have.
fn machine_paths() -> Vec<String> {
    let mut paths = vec![root().display().to_string()];
    if let Some(home) = std::env::var_os("HOME") {
        paths.push(PathBuf::from(home).display().to_string());
    }
    // A linked worktree lies elsewhere than its repository.
    let common = git(&["rev-parse", "--path-format=absolute", "--git-common-dir"]);
    let common = String::from_utf8(common).unwrap();
    paths.push(Path::new(common.trim()).parent().unwrap().display().to_string());
    // In a container the repository may lie right below `/`; its name alone would say nothing.
    paths.retain(|path| path.matches('/').count() >= 2);
    paths
}

fn homes(file: &str, text: &str, machine: &[String]) -> Vec<String> {
    let ends = |rest: &str| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '-');
    let mut wrong = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for path in machine {
            if line.match_indices(path.as_str()).any(|(at, _)| ends(&line[at + path.len()..])) {
                wrong.push(format!("{file}:{}: names a place of this machine, `{path}`", index + 1));
            }
        }
    }
    wrong
}

fn git(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git").arg("-C").arg(root()).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn imports_lead_down_only() {
    none_of(&complaints("src", imports));
}

#[test]
fn the_domain_knows_no_file_process_or_clock() {
    none_of(&complaints("src", impurities));
}

#[test]
fn only_the_command_line_and_the_demo_agent_print() {
    none_of(&complaints("src", prints));
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    for folder in ["src", "tests", "testing", "benches"] {
        none_of(&complaints(folder, first_lines));
    }
}

#[test]
fn no_file_is_long() {
    for folder in ["src", "testing", "benches"] {
        none_of(&complaints(folder, lengths));
    }
}

#[test]
fn nothing_tracked_names_a_place_of_this_machine() {
    let machine = machine_paths();
    let tracked = String::from_utf8(git(&["ls-files", "-z"])).unwrap();
    for file in tracked.split('\0').filter(|file| !file.is_empty()) {
        // A file deleted but not yet committed is tracked, too.
        let Ok(bytes) = fs::read(root().join(file)) else { continue };
        none_of(&homes(file, &String::from_utf8_lossy(&bytes), &machine));
    }
}

#[test]
fn an_import_upward_is_named_with_file_and_line() {
    let said = imports("src/git/worktree.rs", "//! x\n\nuse crate::engine::View;\n");
    assert_eq!(said, ["src/git/worktree.rs:3: `git` imports upward from `engine`: `crate::engine::View`"]);
}

#[test]
fn an_import_sideways_is_named() {
    let said = imports("src/git/mod.rs", "fn f() -> u8 { crate::store::Layout::X }");
    assert_eq!(said, ["src/git/mod.rs:1: `git` imports sideways from `store`: `crate::store::Layout::X`"]);
}

#[test]
fn an_import_is_found_in_nested_braces() {
    let text = "use crate::{\n    domain::{a, b::{self, c}},\n    cli::{x},\n};";
    let said = imports("src/store/mod.rs", text);
    assert_eq!(said, ["src/store/mod.rs:3: `store` imports upward from `cli`: `crate::cli::x`"]);
}

#[test]
fn an_import_is_found_in_an_attribute_a_test_and_behind_an_own_name() {
    for text in [
        "#[serde(with = crate::cli::words)] struct A;",
        "#[cfg(test)] mod tests { use crate::cli::main; }",
        "use samocode::cli::main;",
        "pub(in crate::cli) fn f() {}",
        "pub(crate) type A = Vec<crate::cli::B>;",
        "let c = '\"'; use crate::cli; let d = '\"';",
        "fn f<'a>(x: &'a str) { crate::cli::g(x) }",
        "let x = r#\"quoted \" here\"#; crate::cli::g();",
    ] {
        assert_eq!(imports("src/domain/a.rs", text).len(), 1, "{text}");
    }
}

#[test]
fn a_module_without_a_layer_and_a_way_round_are_named() {
    for (file, text) in [
        ("src/helpers/mod.rs", "//! x"),
        ("src/domain/a.rs", "use crate::helpers::x;"),
        ("src/domain/a.rs", "use crate::*;"),
        ("src/domain/a.rs", "use super::super::engine::View;"),
        ("src/domain/mod.rs", "use super::engine::View;"),
    ] {
        assert_eq!(imports(file, text).len(), 1, "{file}: {text}");
    }
}

#[test]
fn a_downward_import_a_comment_and_a_string_are_fine() {
    for text in [
        "use crate::{domain::gate::Gate, engine::{self, inner}, store};",
        "// crate::cli::x\n/* use crate::cli; /* nested */ crate::cli */",
        "let a = \"crate::cli::x\"; let b = r\"crate::cli\"; let c = b\"\\\"crate::cli\";",
        "use super::orchestrator::TICK;",
        "use super::super::engine::child;",
        "pub(crate) fn f() {}",
    ] {
        assert_eq!(imports("src/engine/child.rs", text), [""; 0], "{text}");
    }
}

#[test]
fn an_impure_domain_is_named() {
    for text in [
        "use std::fs;",
        "use std::{collections::BTreeMap, env};",
        "fn f() { std::process::exit(1) }",
        "use std::time::Instant; fn f() { Instant::now(); }",
        "fn f() { jiff::Timestamp::now(); }",
        "fn f() { jiff::Zoned::now(); }",
    ] {
        assert_eq!(impurities("src/domain/a.rs", text).len(), 1, "{text}");
        assert_eq!(impurities("src/store/a.rs", text), [""; 0], "{text}");
    }
    assert_eq!(impurities("src/domain/a.rs", "use std::time::Instant; // Instant::now()"), [""; 0]);
}

#[test]
fn a_print_outside_the_command_line_is_named() {
    let text = "fn f(a: bool, print: bool) {\n    if print != a {}\n    println!(\"x\");\n}";
    assert_eq!(
        prints("src/engine/say.rs", text),
        ["src/engine/say.rs:3: `println!` writes to a terminal; only `cli` does"]
    );
    assert_eq!(prints("src/cli/run.rs", text), [""; 0]);
    assert_eq!(prints("src/provider/demo/agent.rs", text), [""; 0]);
}

#[test]
fn a_long_file_is_named_and_its_tests_do_not_count() {
    let long = "fn f() {}\n".repeat(MOST_LINES + 1);
    assert_eq!(lengths("src/a.rs", &long), ["src/a.rs: 401 lines of code; 400 is the most"]);
    let tests = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert_eq!(lengths("src/a.rs", &tests), [""; 0]);
    let spaced = "// why\n\nfn f() {}\n".repeat(MOST_LINES);
    assert_eq!(lengths("src/a.rs", &spaced), [""; 0]);
    let after = format!("#[cfg(test)]\nmod tests {{ fn g() {{}} }}\n{long}");
    assert_eq!(lengths("src/a.rs", &after).len(), 1);
    let test_function = format!("#[cfg(test)]\nfn g() {{}}\nmod a {{\n{long}}}\n");
    assert_eq!(lengths("src/a.rs", &test_function).len(), 1);
}

#[test]
fn a_file_that_does_not_say_what_it_is_for_is_named() {
    assert_eq!(first_lines("src/a.rs", "use std::fs;\n//! late").len(), 1);
    assert_eq!(first_lines("src/a.rs", "//! What it is for.\n"), [""; 0]);
}

#[test]
fn a_place_of_this_machine_is_named() {
    let machine = ["/srv/build/tree".to_owned()];
    assert_eq!(
        homes("a.md", "one\nsee /srv/build/tree/target", &machine),
        ["a.md:2: names a place of this machine, `/srv/build/tree`"]
    );
    assert_eq!(homes("a.md", "see /srv/build/trees", &machine), [""; 0]);
    assert!(
        machine_paths().iter().any(|path| root().starts_with(path)),
        "the repository's own place is known"
    );
}
