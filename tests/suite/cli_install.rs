//! `install` and `uninstall`: what samocode puts into a person's home, and that it takes exactly that away again.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use samocode::provider::bundle::Bundle;
use samocode::store::sha256_hex;
use serde_json::{Value, json};

use crate::cli_stage::{Said, Stage, heard};

mod crashes;
mod homes;

/// samocode in a folder that is no project, with these CLIs on PATH and nothing else.
fn command(stage: &Stage, clis: &[&str], arguments: &[&str]) -> Command {
    let programs = stage.path("programs");
    fs::create_dir_all(&programs).unwrap();
    for cli in ["claude", "codex", "gemini"] {
        let program = programs.join(cli);
        if !clis.contains(&cli) {
            // It may never have been there.
            let _ = fs::remove_file(program);
            continue;
        }
        fs::write(&program, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = stage.samocode(arguments);
    command.env("PATH", programs).current_dir(stage.path(""));
    command
}

fn say(stage: &Stage, clis: &[&str], arguments: &[&str]) -> Said {
    heard(command(stage, clis, arguments))
}

const ALL: [&str; 3] = ["claude", "codex", "gemini"];

fn install(stage: &Stage) -> Said {
    let said = say(stage, &ALL, &["install"]);
    assert_eq!(said.code, 0, "{said:?}");
    said
}

fn uninstall(stage: &Stage) -> Said {
    let said = say(stage, &[], &["uninstall"]);
    assert_eq!(said.code, 0, "{said:?}");
    said
}

/// What is done for each file, by its path below the home.
fn deeds(stage: &Stage, said: &Said) -> BTreeMap<String, String> {
    let report: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    let home = stage.path("home");
    let file = |file: &Value| {
        let path = Path::new(file["path"].as_str().unwrap());
        let path = path.strip_prefix(&home).unwrap_or(path);
        (path.display().to_string(), file["deed"].as_str().unwrap().to_owned())
    };
    report["files"].as_array().unwrap().iter().map(file).collect()
}

/// Everything below a folder: mode, and bytes or where a link leads.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let metadata = fs::symlink_metadata(&path).unwrap();
        let bytes = if metadata.is_symlink() {
            fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
        } else if metadata.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        found.insert(path, (metadata.permissions().mode(), bytes));
    }
    found
}

fn skills() -> usize {
    Bundle::embedded().unwrap().skills.len()
}

fn commands() -> usize {
    Bundle::embedded().unwrap().skills.iter().filter(|skill| skill.is_command()).count()
}

fn agents() -> usize {
    Bundle::embedded().unwrap().subagents.len()
}

/// Changes the list of what is installed, as an older samocode would have left it.
fn change_list(stage: &Stage, change: impl FnOnce(&mut Value)) {
    let path = stage.path("home/.local/share/samocode/installed.json");
    let mut list: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut list);
    fs::write(&path, list.to_string()).unwrap();
}

/// As if an older samocode had installed `name` with this text.
fn as_older(stage: &Stage, name: &str, text: &str) {
    let path = stage.path("home").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    change_list(stage, |list| {
        let files = list["files"].as_array_mut().unwrap();
        files.retain(|file| file["path"] != path.to_str().unwrap());
        let root = stage.path("home/.claude");
        files.push(
            json!({"provider": "claude", "root": root, "path": path, "sha256": sha256_hex(text.as_bytes())}),
        );
    });
}

#[test]
fn every_cli_that_is_found_gets_its_files_outside_of_any_project_and_the_others_are_named() {
    let stage = Stage::new();
    let said = say(&stage, &["claude", "gemini"], &["install"]);
    assert_eq!(said.code, 0, "{said:?}");
    let shown = stage.stable(&said.out);
    let expected = [
        format!("claude    /stage/home/.claude: {} installed\n", skills() + agents()),
        "type /dive /task /create-plan /do /do2 /dop /dop2 /cleanup /multi-review /session-start".to_owned(),
        "codex     not found; nothing was done for it\n".to_owned(),
        format!("gemini    /stage/home/.gemini: {} installed\n", skills() + agents() + commands()),
        "samocode uninstall".to_owned(),
    ];
    for words in &expected {
        assert!(shown.contains(words), "`{words}` is not in:\n{shown}");
    }
    for file in [
        ".claude/skills/dive/SKILL.md",
        ".claude/agents/samocode-architect.md",
        ".gemini/commands/dive.toml",
        ".gemini/skills/samocode-dive/SKILL.md",
        ".gemini/agents/samocode-architect.md",
    ] {
        assert!(stage.path("home").join(file).is_file(), "{file}");
    }
    assert!(!stage.path("home/.codex").exists());
    assert!(!stage.path("home/.agents").exists(), "two CLIs read that one");
}

#[test]
fn without_any_cli_it_says_how_to_get_on_and_one_can_be_named_that_is_to_come() {
    let stage = Stage::new();
    let before = tree(&stage.path("home"));
    let said = say(&stage, &[], &["install"]);
    assert_eq!(said.code, 12);
    assert!(said.err.contains("none of claude, codex and gemini is installed here"), "{said:?}");
    assert!(said.err.contains("CLAUDE_PATH, CODEX_PATH or GEMINI_PATH"), "{said:?}");
    assert_eq!(tree(&stage.path("home")), before);
    let said = say(&stage, &[], &["install", "--provider", "codex"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("type $dive $task"), "{said:?}");
    assert!(said.out.contains("its program was not found here"), "{said:?}");
    let said = say(&stage, &[], &["install", "--provider", "demo"]);
    assert_eq!((said.code, said.err.contains("the demo has no prompt of its own")), (2, true), "{said:?}");
}

#[test]
fn a_cli_is_found_by_the_settings_of_the_person_too() {
    let stage = Stage::new();
    let program = stage.path("elsewhere");
    fs::write(&program, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let user_file = stage.path("home/.config/samocode/config");
    fs::create_dir_all(user_file.parent().unwrap()).unwrap();
    fs::write(&user_file, format!("CODEX_PATH={}\n", program.display())).unwrap();
    let said = say(&stage, &[], &["install", "--json"]);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    let found: Vec<(&str, bool)> = report["clis"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cli| (cli["provider"].as_str().unwrap(), cli["found"].as_bool().unwrap()))
        .collect();
    assert_eq!(found, [("claude", false), ("codex", true), ("gemini", false)]);
    assert_eq!(report["clis"][1]["dir"], stage.path("home/.codex").to_str().unwrap());
    assert_eq!(report["clis"][1]["commands"][0], "$dive");
}

#[test]
fn a_dry_run_says_it_all_and_changes_nothing() {
    let stage = Stage::new();
    let before = tree(&stage.path("home"));
    let dry = say(&stage, &ALL, &["install", "--dry-run", "--json"]);
    assert_eq!(tree(&stage.path("home")), before);
    let wet = say(&stage, &ALL, &["install", "--json"]);
    assert_eq!(deeds(&stage, &dry), deeds(&stage, &wet));
    let installed = tree(&stage.path("home"));
    let dry = say(&stage, &[], &["uninstall", "--dry-run", "--json"]);
    assert_eq!(tree(&stage.path("home")), installed);
    assert_eq!(deeds(&stage, &dry), deeds(&stage, &say(&stage, &[], &["uninstall", "--json"])));
    assert_eq!(tree(&stage.path("home")), before);
}

#[test]
fn installing_again_changes_nothing() {
    let stage = Stage::new();
    install(&stage);
    let installed = tree(&stage.path("home"));
    let said = say(&stage, &ALL, &["install", "--json"]);
    assert!(deeds(&stage, &said).values().all(|deed| deed == "unchanged"), "{said:?}");
    assert_eq!(tree(&stage.path("home")), installed);
}

#[test]
fn a_newer_samocode_updates_what_is_its_own_and_removes_what_it_has_no_more() {
    let stage = Stage::new();
    let before = tree(&stage.path("home"));
    install(&stage);
    let installed = tree(&stage.path("home"));
    as_older(&stage, ".claude/skills/dive/SKILL.md", "older\n");
    as_older(&stage, ".claude/skills/dropped/SKILL.md", "dropped\n");
    as_older(&stage, ".claude/skills/loved/SKILL.md", "loved\n");
    change_list(&stage, |list| {
        list["folders"].as_array_mut().unwrap().push(json!(stage.path("home/.claude/skills/dropped")));
    });
    fs::write(stage.path("home/.claude/skills/loved/SKILL.md"), "loved and changed\n").unwrap();
    let said = say(&stage, &ALL, &["install", "--json"]);
    let deeds = deeds(&stage, &said);
    assert_eq!(deeds[".claude/skills/dive/SKILL.md"], "update");
    assert_eq!(deeds[".claude/skills/dropped/SKILL.md"], "remove");
    assert_eq!(deeds[".claude/skills/loved/SKILL.md"], "keep_changed");
    fs::remove_dir_all(stage.path("home/.claude/skills/loved")).unwrap();
    let list = stage.path("home/.local/share/samocode/installed.json");
    let without_list = |mut tree: BTreeMap<PathBuf, (u32, Vec<u8>)>| {
        tree.remove(&list).unwrap();
        tree
    };
    assert_eq!(without_list(tree(&stage.path("home"))), without_list(installed));
    uninstall(&stage);
    assert_eq!(tree(&stage.path("home")), before);
}

#[test]
fn a_file_that_is_not_samocodes_is_left_and_named_with_what_to_do() {
    let stage = Stage::new();
    let own = stage.path("home/.claude/skills/do/SKILL.md");
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    fs::write(&own, "my own way\n").unwrap();
    let link = stage.path("home/.claude/agents/samocode-architect.md");
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    symlink("/nowhere", &link).unwrap();
    fs::write(stage.path("home/.claude/skills/task"), "a file, no folder\n").unwrap();
    let before = tree(&stage.path("home"));
    let said = say(&stage, &["claude"], &["install"]);
    assert_eq!(said.code, 11, "a person must decide: {said:?}");
    assert!(said.out.contains("3 left (not samocode's)"), "{said:?}");
    let words = format!("left      {}: it is not samocode's; move it away", own.display());
    assert!(said.out.contains(&words), "{said:?}");
    assert_eq!(fs::read_to_string(&own).unwrap(), "my own way\n");
    uninstall(&stage);
    assert_eq!(tree(&stage.path("home")), before);
    // Once it is out of the way, samocode's is installed.
    fs::rename(own.parent().unwrap(), stage.path("home/mine")).unwrap();
    fs::remove_file(&link).unwrap();
    fs::remove_file(stage.path("home/.claude/skills/task")).unwrap();
    install(&stage);
    assert!(fs::read_to_string(&own).unwrap().starts_with("---\nname: do\n"));
}

#[test]
fn a_file_that_the_person_changed_is_kept_and_named_by_both() {
    let stage = Stage::new();
    install(&stage);
    let changed = stage.path("home/.claude/skills/do/SKILL.md");
    let linked = stage.path("home/.claude/skills/task/SKILL.md");
    fs::write(&changed, "mine now\n").unwrap();
    // The same bytes, but managed from elsewhere now.
    let dotfile = stage.path("home/task.md");
    fs::rename(&linked, &dotfile).unwrap();
    symlink(&dotfile, &linked).unwrap();
    let said = install(&stage);
    for path in [&changed, &linked] {
        assert!(said.out.contains(&format!("kept      {}: you changed it", path.display())), "{said:?}");
    }
    let said = uninstall(&stage);
    assert!(said.out.contains("2 kept (changed by you)"), "{said:?}");
    assert!(said.out.contains(&format!("kept      {}: ", changed.display())), "{said:?}");
    let left: Vec<String> = tree(&stage.path("home"))
        .into_keys()
        .filter(|path| !path.is_dir())
        .map(|path| path.strip_prefix(stage.path("home")).unwrap().display().to_string())
        .collect();
    assert_eq!(left, [".claude/skills/do/SKILL.md", ".claude/skills/task/SKILL.md", "task.md"]);
    assert_eq!(fs::read_to_string(&changed).unwrap(), "mine now\n");
    assert_eq!(uninstall(&stage).out, "nothing is installed\n");
}

#[test]
fn one_cli_can_be_taken_out_alone() {
    let stage = Stage::new();
    let before = tree(&stage.path("home"));
    install(&stage);
    let said = say(&stage, &[], &["uninstall", "--provider", "codex"]);
    assert_eq!(said.out, format!("codex     {} removed\n", skills() + agents()));
    assert!(!stage.path("home/.codex").exists());
    assert!(stage.path("home/.claude/skills/dive").exists() && stage.path("home/.gemini/commands").exists());
    uninstall(&stage);
    assert_eq!(tree(&stage.path("home")), before);
}

#[test]
fn it_is_refused_from_inside_an_iteration() {
    let stage = Stage::new();
    for words in ["install", "uninstall"] {
        let mut command = command(&stage, &ALL, &[words]);
        command.env("SAMOCODE_TAG", "x/1");
        let said = heard(command);
        assert_eq!(said.code, 2);
        assert!(said.err.contains("called from inside an iteration"), "{said:?}");
    }
    assert!(!stage.path("home/.claude").exists());
}

#[test]
fn a_list_that_cannot_be_read_stops_it_before_anything_is_changed() {
    let stage = Stage::new();
    install(&stage);
    change_list(&stage, |list| list["v"] = json!(2));
    let before = tree(&stage.path("home"));
    for words in ["install", "uninstall"] {
        let said = say(&stage, &ALL, &[words]);
        assert_eq!(said.code, 11);
        assert!(
            said.err.contains("written by a newer samocode (version 2); nothing was changed"),
            "{said:?}"
        );
    }
    assert_eq!(tree(&stage.path("home")), before);
}

#[test]
fn many_at_once_do_as_one() {
    let stage = Stage::new();
    let before = tree(&stage.path("home"));
    let start = |words: &[&str]| {
        let mut command = command(&stage, &ALL, words);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let _ = say(&stage, &ALL, &["install", "--dry-run"]);
    let spawned: Vec<_> = (0..12)
        .map(|number| if number % 3 == 2 { start(&["uninstall"]) } else { start(&["install"]) })
        .collect();
    for child in spawned {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    install(&stage);
    uninstall(&stage);
    assert_eq!(tree(&stage.path("home")), before);
}
