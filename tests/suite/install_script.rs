//! `install.sh`: a person's home before, with, and after samocode. The program that is installed is the one under test.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::cli_stage::{Said, heard};
use crate::scenario::SAMOCODE;
use crate::sources::root;

/// A home with a space in its path.
struct Person {
    folder: TempDir,
}

impl Person {
    fn new() -> Self {
        let person = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(person.home("")).unwrap();
        person
    }

    fn home(&self, inside: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("home of ada").join(inside)
    }

    fn script(&self, args: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.arg(root().join("install.sh")).args(args).env_clear().current_dir(self.folder.path());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.home(""));
        command
    }

    fn say(&self, args: &[&str]) -> Said {
        heard(self.script(args))
    }

    fn install(&self, more: &[&str]) -> Said {
        let said = self.say(&[&["--binary", SAMOCODE], more].concat());
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        said
    }
}

/// Every path below a folder; of a file its length and mode.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Option<(u64, u32)>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            let meta = fs::symlink_metadata(&entry).unwrap();
            if meta.is_dir() {
                open.push(entry.clone());
            }
            let file = meta.is_file().then(|| (meta.len(), meta.permissions().mode() & 0o777));
            found.insert(entry.strip_prefix(folder).unwrap().to_owned(), file);
        }
    }
    found
}

#[test]
fn it_installs_below_the_home_and_removes_exactly_that() {
    let person = Person::new();
    fs::create_dir_all(person.home(".local/share/man")).unwrap();
    let before = tree(&person.home(""));
    let said = person.install(&[]);
    assert!(
        said.out.starts_with(&format!("installed samocode {}\n", env!("CARGO_PKG_VERSION"))),
        "{}",
        said.out
    );
    assert!(said.out.contains("note: not on PATH yet"), "{}", said.out);
    assert!(
        said.out
            .ends_with(&format!("to undo all of this: \"{}/install.sh\" --uninstall\n", root().display()))
    );

    let after = tree(&person.home(""));
    for (file, mode) in [
        ("bin/samocode", 0o755),
        ("share/man/man1/samocode.1", 0o644),
        ("share/man/man1/samocode-run.1", 0o644),
        ("share/bash-completion/completions/samocode", 0o644),
        ("share/zsh/site-functions/_samocode", 0o644),
        ("share/fish/vendor_completions.d/samocode.fish", 0o644),
    ] {
        let found =
            after.get(&Path::new(".local").join(file)).unwrap_or_else(|| panic!("no {file}: {after:?}"));
        assert_eq!(found.map(|(_, mode)| mode), Some(mode), "{file}");
    }
    let mut installed = Command::new(person.home(".local/bin/samocode"));
    installed.arg("--version");
    assert_eq!(heard(installed).out, format!("samocode {}\n", env!("CARGO_PKG_VERSION")));

    person.install(&[]);
    assert_eq!(tree(&person.home("")), after, "a second time changes nothing");

    let said = person.say(&["--uninstall"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(tree(&person.home("")), before);
    let again = person.say(&["--uninstall"]);
    assert_eq!(again.code, 1);
    assert!(again.err.starts_with("install.sh: nothing is installed below "), "{}", again.err);
}

#[test]
fn a_new_version_takes_away_what_only_the_old_one_had() {
    let person = Person::new();
    person.install(&[]);
    let (list, page) =
        (person.home(".local/share/samocode/installed"), person.home(".local/share/man/man1/samocode-old.1"));
    fs::write(&page, "").unwrap();
    let listed = fs::read_to_string(&list).unwrap();
    fs::write(&list, format!("{listed}file {}\n", page.display())).unwrap();
    person.install(&[]);
    assert!(!page.exists());
    assert_eq!(fs::read_to_string(&list).unwrap(), listed);
}

#[test]
fn what_is_somebody_elses_stands_and_nothing_is_done() {
    let person = Person::new();
    fs::create_dir_all(person.home(".local/bin")).unwrap();
    fs::write(person.home(".local/bin/samocode"), "#!/usr/bin/env python3\n").unwrap();
    let before = tree(&person.home(""));
    let said = person.say(&["--binary", SAMOCODE]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("/.local/bin/samocode is there already"), "{}", said.err);
    assert_eq!(tree(&person.home("")), before);
}

#[test]
fn it_goes_where_it_is_told() {
    let person = Person::new();
    person.install(&["--prefix", "elsewhere"]);
    let elsewhere = person.folder.path().join("elsewhere");
    assert!(elsewhere.join("bin/samocode").exists() && elsewhere.join("share/man/man1/samocode.1").exists());
    assert_eq!(person.say(&["--uninstall", "--prefix", "elsewhere"]).code, 0);
    assert!(!elsewhere.exists());

    for variable in ["PREFIX", "CARGO_INSTALL_ROOT"] {
        let place = person.folder.path().join(variable);
        let mut script = person.script(&["--binary", SAMOCODE]);
        script.env(variable, &place);
        assert_eq!(heard(script).code, 0);
        assert!(place.join("bin/samocode").exists());
    }
    let data = person.folder.path().join("data");
    let mut script = person.script(&["--binary", SAMOCODE]);
    script.env("XDG_DATA_HOME", &data);
    assert_eq!(heard(script).code, 0);
    assert!(data.join("man/man1/samocode.1").exists() && person.home(".local/bin/samocode").exists());
    assert!(!person.home(".local/share").exists());
}

#[test]
fn skills_that_it_installed_go_with_it_and_others_stop_it() {
    let person = Person::new();
    let programs = person.folder.path().join("programs");
    fs::create_dir(&programs).unwrap();
    fs::write(programs.join("claude"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(programs.join("claude"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let run = |args: &[&str]| {
        let mut script = person.script(args);
        script.env("PATH", &path);
        heard(script)
    };
    let skill = person.home(".claude/skills/dive/SKILL.md");

    let said = run(&["--binary", SAMOCODE, "--skills"]);
    assert_eq!((said.code, said.err.as_str(), skill.exists()), (0, "", true), "{}", said.out);
    assert_eq!((run(&["--uninstall"]).code, skill.exists()), (0, false));

    person.install(&[]);
    let mut by_hand = Command::new(person.home(".local/bin/samocode"));
    by_hand.arg("install").env_clear().env("PATH", &path).env("HOME", person.home(""));
    assert_eq!(heard(by_hand).code, 0);
    let said = run(&["--uninstall"]);
    assert_eq!((said.code, skill.exists()), (1, true));
    assert!(said.err.starts_with("install.sh: skills are installed in your CLIs\n  remove them first: "));
    assert!(person.home(".local/bin/samocode").exists());
}

#[test]
fn what_it_does_not_know_it_says() {
    let person = Person::new();
    for args in [&["--binary"][..], &["--wat"], &["--binary", "/nowhere/samocode"]] {
        let said = person.say(args);
        assert_eq!((said.code, said.err.starts_with("install.sh: ")), (1, true), "{said:?}");
    }
    assert!(person.say(&["--help"]).out.starts_with("Usage: ./install.sh "));
    assert!(tree(&person.home("")).is_empty());
}
