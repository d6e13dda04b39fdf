//! Kills `install`, `uninstall` and `archive` before and after everything that they change. Afterwards one more call ends what
//! was begun, and the home is as it was, or the session is whole in the archive.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use samocode::store::{archive_dir, sha256_hex};
use serde_json::{Value, json};

use crate::played::Death;
use crate::suite::scenario::Scenario;

/// What is killed: how the stage is set before it, and how it has to stand after one more call.
struct Sweep {
    command: &'static str,
    arguments: &'static [&'static str],
    set: fn(&Scenario),
    check: fn(&Scenario, &Stands),
}

/// Mode and bytes by path.
type Tree = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// How the stage stands before the command.
struct Stands {
    /// Before anything was installed.
    empty: Tree,
    branch: String,
}

const SWEEPS: [Sweep; 4] = [
    Sweep { command: "install", arguments: &["install"], set: |_| {}, check: comes_back },
    Sweep { command: "install again", arguments: &["install"], set: older, check: comes_back },
    Sweep { command: "uninstall", arguments: &["uninstall"], set: installed, check: comes_back },
    Sweep { command: "archive", arguments: &["archive", "auth"], set: |_| {}, check: is_archived },
];

#[test]
fn killed_anywhere_install_uninstall_and_archive_leave_what_one_more_call_ends() {
    let (stage, stands) = stage();
    let mut troubles = Vec::new();
    for sweep in &SWEEPS {
        let points = points(&stage, sweep);
        for at in &points {
            stage.restore();
            (sweep.set)(&stage.scenario);
            let status =
                command(&stage.scenario, sweep.arguments).env("SAMOCODE_CRASH_AT", at).output().unwrap();
            assert_eq!(status.status.signal(), Some(9), "`{}` passed no `{at}`", sweep.command);
            let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                (sweep.check)(&stage.scenario, &stands);
            }));
            if let Err(panic) = checked {
                let words = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                troubles.push(format!("`{}` killed at `{at}`: {words}", sweep.command));
            }
        }
    }
    assert!(troubles.is_empty(), "{}:\n\n{}", troubles.len(), troubles.join("\n\n"));
}

/// The points, for the page.
pub(crate) fn deaths() -> Vec<Death> {
    let (stage, _) = stage();
    let of = |sweep: &Sweep| -> Vec<Death> {
        points(&stage, sweep).into_iter().map(|at| Death { command: sweep.command, at }).collect()
    };
    SWEEPS.iter().flat_map(of).collect()
}

/// A scenario whose folder can be brought back to how it stood.
struct Stage {
    scenario: Scenario,
    pristine: tempfile::TempDir,
}

impl Stage {
    fn restore(&self) {
        let root = self.scenario.root();
        for entry in fs::read_dir(&root).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
        copy(&self.pristine.path().join("."), &root);
    }
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

/// A project with a session that is done, and a home with some of a person's things.
fn stage() -> (Stage, Stands) {
    let memory = Path::new("/dev/shm");
    if tempfile::tempdir_in(memory).is_ok() {
        drop(tempfile::env::override_temp_dir(memory));
    }
    let scenario = Scenario::new();
    scenario.run(["run", "auth", "--workflow", "quick", "--task", "Add tokens"]).expect_exit(0);
    let home = scenario.path("home");
    fs::create_dir_all(home.join(".claude/skills/mine")).unwrap();
    fs::write(home.join(".claude/skills/mine/SKILL.md"), "mine").unwrap();
    let stands = Stands { empty: tree(&home), branch: scenario.git(&["rev-parse", "auth"]) };
    let pristine = tempfile::tempdir().unwrap();
    copy(&scenario.root().join("."), pristine.path());
    (Stage { scenario, pristine }, stands)
}

fn points(stage: &Stage, sweep: &Sweep) -> Vec<String> {
    stage.restore();
    (sweep.set)(&stage.scenario);
    let list = stage.scenario.path("points");
    let output =
        command(&stage.scenario, sweep.arguments).env("SAMOCODE_CRASH_LIST", &list).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let points: Vec<String> = fs::read_to_string(&list).unwrap().lines().map(str::to_owned).collect();
    assert!(points.len() > 5, "`{}` passed {points:?}", sweep.command);
    points
}

/// samocode, with the stand-in for Claude Code as the one CLI that there is.
fn command(scenario: &Scenario, arguments: &[&str]) -> Command {
    let mut command = scenario.command(arguments.iter().copied());
    command.env("CODEX_PATH", "/nowhere/codex").env("GEMINI_PATH", "/nowhere/gemini");
    command
}

fn run(scenario: &Scenario, arguments: &[&str]) -> Value {
    let output = command(scenario, arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn installed(scenario: &Scenario) {
    run(scenario, &["install"]);
}

/// As an older samocode had installed: one text was another, and one skill there is no more.
fn older(scenario: &Scenario) {
    installed(scenario);
    let home = scenario.path("home");
    let list = home.join(".local/share/samocode/installed.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    let (changed, dropped) = (home.join(".claude/skills/dive/SKILL.md"), home.join(".claude/skills/old"));
    fs::write(&changed, "older").unwrap();
    fs::create_dir(&dropped).unwrap();
    fs::write(dropped.join("SKILL.md"), "old").unwrap();
    manifest["folders"].as_array_mut().unwrap().push(json!(dropped));
    let files = manifest["files"].as_array_mut().unwrap();
    files.retain(|file| file["path"] != changed.to_str().unwrap());
    for (path, text) in [(changed, "older"), (dropped.join("SKILL.md"), "old")] {
        let sha256 = sha256_hex(text.as_bytes());
        files.push(
            json!({"provider": "claude", "root": home.join(".claude"), "path": path, "sha256": sha256}),
        );
    }
    fs::write(&list, manifest.to_string()).unwrap();
}

/// After an `uninstall` the home is as it was; and installing on instead comes to the whole.
fn comes_back(scenario: &Scenario, stands: &Stands) {
    run(scenario, &["uninstall", "--json"]);
    let home = scenario.path("home");
    let after = tree(&home);
    let differs: BTreeSet<_> = after
        .iter()
        .filter(|(path, stands_now)| stands.empty.get(*path) != Some(stands_now))
        .map(|(path, _)| path)
        .chain(stands.empty.keys().filter(|path| !after.contains_key(*path)))
        .collect();
    assert!(differs.is_empty(), "after `uninstall`: {differs:?}");
}

fn is_archived(scenario: &Scenario, stands: &Stands) {
    let again = command(scenario, &["archive", "auth"]).output().unwrap();
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.success() || said.contains("auth is archived"), "{said}");
    let sessions = scenario.path("sessions");
    let archived =
        samocode::engine::list(&archive_dir(&sessions)).unwrap().pop().expect("it is not archived");
    assert_eq!(samocode::engine::View::read(&archived).unwrap().state, "done");
    assert!(archived.overview().exists());
    assert!(samocode::store::folders(&sessions).unwrap().is_empty());
    assert_eq!(
        fs::read_dir(sessions.join(".samocode"))
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().path().is_dir() })
            .count(),
        0,
        "a record was left"
    );
    assert_eq!(fs::read_dir(scenario.path("worktrees")).unwrap().count(), 0, "the worktree was left");
    assert_eq!(scenario.git(&["worktree", "list", "--porcelain"]).matches("worktree ").count(), 1);
    assert_eq!(scenario.git(&["rev-parse", "auth"]), stands.branch);
}

fn tree(folder: &Path) -> Tree {
    let mut found = Tree::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let metadata = fs::symlink_metadata(&path).unwrap();
        let bytes = if metadata.is_dir() {
            // What samocode and the agent cache is no part of what is installed.
            let inside = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
            open.extend(inside.filter(|path| !path.ends_with(".cache")));
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        found.insert(path, (metadata.permissions().mode(), bytes));
    }
    found
}
