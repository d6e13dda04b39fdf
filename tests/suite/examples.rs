//! Each script of `examples/` on the demo provider: what a newcomer sees, and what is left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli_stage::{Said, Stage, heard, names};

/// What a script left behind.
struct Left {
    said: Said,
    /// Its folder.
    work: PathBuf,
}

impl Left {
    fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.work.join("project")).args(args);
        let said = heard(command);
        assert_eq!(said.code, 0, "git {args:?}: {}", said.err);
        said.out
    }

    /// The titles of the branch's own commits, the oldest first.
    fn commits(&self, branch: &str) -> Vec<String> {
        let log = self.git(&["log", "--reverse", "--format=%s", &format!("main..{branch}")]);
        log.lines().map(str::to_owned).collect()
    }

    /// The files that the branch changes.
    fn changed(&self, branch: &str) -> Vec<String> {
        let names = self.git(&["diff", "--name-only", &format!("main...{branch}")]);
        names.lines().map(str::to_owned).collect()
    }

    /// What the newest document whose name holds `part` says.
    fn document(&self, part: &str) -> String {
        let sessions = self.work.join("sessions");
        let session = names(&sessions).into_iter().find(|name| !name.starts_with('.')).unwrap();
        let names = names(&sessions.join(&session));
        let name =
            names.iter().rfind(|name| name.contains(part)).unwrap_or_else(|| panic!("{part}: {names:?}"));
        fs::read_to_string(sessions.join(session).join(name)).unwrap()
    }
}

fn script(stage: &Stage, script: &str) -> Command {
    let mut command = Command::new("sh");
    // With a home of its own and nothing of this machine but PATH, and started from elsewhere.
    stage.prepare(&mut command);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(script));
    command.env("SAMOCODE", env!("CARGO_BIN_EXE_samocode"));
    command
}

fn play(stage: &Stage, name: &str) -> Left {
    let left = left(heard(script(stage, name)));
    assert_eq!((left.said.code, left.said.err.as_str()), (0, ""), "{}", left.said.out);
    assert_eq!(left.git(&["status", "--porcelain"]), "", "the checkout is as it was");
    // npm's cache is made where npm is: the verification may need it.
    let home: Vec<String> = names(&stage.path("home"))
        .into_iter()
        .filter(|name| ![".npm", ".cache"].contains(&name.as_str()))
        .collect();
    assert_eq!(home, [""; 0], "nothing is written to the home folder");
    left
}

fn left(said: Said) -> Left {
    let work = said.out.lines().find_map(|line| line.strip_prefix("folder   ")).unwrap_or_default();
    Left { work: PathBuf::from(work), said }
}

#[test]
fn hello_agent_makes_one_file() {
    let stage = Stage::new();
    let left = play(&stage, "hello-agent/run.sh");
    assert_eq!(left.commits("hello"), ["Say hello"]);
    assert_eq!(left.changed("hello"), ["hello.sh"]);
    for words in [
        "provider demo",
        "passed on commit",
        "branch    hello, commits on top of main: 1",
        "no model was asked",
    ] {
        assert!(left.said.out.contains(words), "{words}: {}", left.said.out);
    }
}

#[test]
fn add_feature_goes_through_the_whole_pipeline() {
    let stage = Stage::new();
    let left = play(&stage, "add-feature/run.sh");
    assert_eq!(
        left.commits("delete-notes"),
        ["Remove a note from the store", "Delete a note by its id", "Describe how notes are deleted"]
    );
    let files = ["README.md", "src/app.js", "src/handlers.js", "src/notes.js"];
    assert!(files.iter().all(|file| left.changed("delete-notes").iter().any(|changed| changed == file)));
    assert!(left.git(&["show", "delete-notes:src/handlers.js"]).contains("there ? 204 : 404"));
    for (part, words) in [
        ("-dive-", "is text, and the keys"),
        ("_qa.md", "**Answer:** A - 404"),
        ("-requirements", "> A - 404"),
        ("-plan-", "answers 204, and 404 where there is no such note"),
        ("-test-report", "Exit code: 0"),
        ("-quality-review", "no model was asked"),
        ("-summary", "Describe how notes are deleted"),
    ] {
        let text = left.document(part);
        assert!(text.contains(words), "{part}: {text}");
    }
    let plan = left.document("-plan-");
    assert_eq!((plan.matches("- [x]").count(), plan.matches("- [ ]").count()), (5, 0), "{plan}");
}

#[test]
fn refactor_changes_many_files_and_no_test() {
    let stage = Stage::new();
    let left = play(&stage, "refactor/run.sh");
    assert_eq!(left.commits("split-stats").len(), 2);
    assert_eq!(
        left.changed("split-stats"),
        ["lib/input.sh", "lib/lines.sh", "lib/longest.sh", "lib/words.sh", "stats.sh"]
    );
    assert!(left.said.out.contains("verification: `sh test.sh` passed on commit"), "{}", left.said.out);
}

#[test]
fn research_only_changes_no_code() {
    let stage = Stage::new();
    let left = play(&stage, "research-only/run.sh");
    assert_eq!(left.commits("old-prices"), [""; 0]);
    assert!(left.document("-dive-").contains("Why?"), "the topic is told");
    assert!(left.said.out.contains("`_since` is thrown away"), "the findings are shown: {}", left.said.out);

    let stage = Stage::new();
    let left = play(&stage, "research-only/design.sh");
    assert_eq!(left.commits("fresh-prices"), [""; 0]);
    assert!(left.said.out.contains("-plan-change.md approved by the flag --approve-plan; next: done"));
    assert!(left.document("-plan-").contains("`prices.py`: 600 seconds"));
}

#[test]
fn provider_codex_has_the_settings_of_codex() {
    let stage = Stage::new();
    let left = play(&stage, "provider-codex/run.sh");
    assert_eq!(left.changed("hello"), ["hello.sh"]);
    let settings = fs::read_to_string(left.work.join("project/.samocode")).unwrap();
    assert!(
        settings.contains("SAMOCODE_PROVIDER=demo") && settings.contains("CODEX_TIMEOUT=900"),
        "{settings}"
    );
}

#[test]
fn what_a_person_set_for_another_project_is_not_taken() {
    let stage = Stage::new();
    let mut command = script(&stage, "hello-agent/run.sh");
    command.env("MAIN_REPO", "/nowhere").env("SAMOCODE_VERIFY", "false").env("GIT_BRANCH_PREFIX", "ada");
    let said = heard(command);
    assert_eq!(said.code, 0, "{said:?}");

    let mut command = script(&stage, "hello-agent/run.sh");
    command.env("PROVIDER", "other");
    let said = heard(command);
    assert_eq!(
        (said.code, said.err.as_str()),
        (2, "example: PROVIDER=other is none of demo, claude, codex, gemini\n")
    );

    let mut command = script(&stage, "hello-agent/run.sh");
    command.env("SAMOCODE", "/nowhere/samocode");
    let said = heard(command);
    assert_eq!((said.code, said.err.as_str()), (2, "example: SAMOCODE=/nowhere/samocode is no program\n"));
}

#[test]
fn every_example_has_a_page_and_the_list_names_it() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let list = fs::read_to_string(examples.join("README.md")).unwrap();
    let folders: Vec<String> =
        names(&examples).into_iter().filter(|name| examples.join(name).is_dir()).collect();
    assert_eq!(folders, ["add-feature", "hello-agent", "provider-codex", "refactor", "research-only"]);
    for name in folders {
        let page = fs::read_to_string(examples.join(&name).join("README.md")).unwrap();
        for words in ["**You see**", "**You get**", "**It takes**", &format!("examples/{name}/run.sh")] {
            assert!(page.contains(words), "{name}: {words}");
        }
        assert!(list.contains(&format!("[{name}]({name})")), "{name}");
    }
    let lock = fs::read_to_string(examples.join("add-feature/project/package-lock.json")).unwrap();
    assert!(!lock.contains("\"resolved\""), "the lock file names no registry");
}
