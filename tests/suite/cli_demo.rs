//! `samocode demo`: what a newcomer sees, and what is left to look at.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::cli_stage::{Stage, heard, names};

fn folder_in(out: &str) -> PathBuf {
    let line = out.lines().find_map(|line| line.strip_prefix("folder ")).unwrap();
    PathBuf::from(line)
}

/// The only session folder of a demo.
fn session_of(demo: &Path) -> String {
    names(&demo.join("sessions")).into_iter().find(|name| name.ends_with("-greeting")).unwrap()
}

#[test]
fn a_newcomer_sees_both_gates_and_finds_a_branch_within_fifteen_seconds() {
    let stage = Stage::new();
    let started = Instant::now();
    let mut command = stage.samocode(&["demo"]);
    // The pace and the settings of a person, who may have some already.
    command.env_remove("SAMOCODE_DEMO_PACE").env("SAMOCODE_PROVIDER", "claude").env("MAIN_REPO", "/nowhere");
    let said = heard(command);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());

    let demo = folder_in(&said.out);
    let session = session_of(&demo);
    let out = stage.stable(&said.out).replace(&session, "YY-MM-DD-greeting");
    let out = out.replace(demo.file_name().unwrap().to_str().unwrap(), "DEMO");
    let (head, rest) = out.split_once("\n$ samocode run").unwrap();
    insta::assert_snapshot!(head, @r#"
    samocode demo: no account, no network, no model
    A built-in agent plays the AI CLI from a script; its token counts are guesses.
    All else is real: processes, files, tests, the branch. Twice a session needs
    its person; the demo acts in your place.

    folder /stage/DEMO
           greet/ is the project: a program, its test, one commit
           commands below are as you would type them in that folder
    task   Make the greeting friendlier,
           and add an option that greets loudly. Keep the tests passing.
    "#);
    let tail = &rest[rest.find("To look at it:").unwrap()..];
    insta::assert_snapshot!(tail, @r#"
    To look at it:
      cd /stage/DEMO
      git -C greet log --oneline main..greeting    # the commits
      git -C greet diff main...greeting            # what they change
      sh worktrees/YY-MM-DD-greeting/greet.sh Ada  # what it does now
      ls sessions/YY-MM-DD-greeting                # findings, plan, reports
      samocode status greeting                     # where it stands

    No model ran. All of it is in that folder; delete it when you have seen enough.
    For real work go to a repository of yours: samocode init, then
    samocode run NAME --task 'what is to be done'.
    "#);

    let in_order = [
        "samocode needs you: 2 questions",
        "Here samocode waits for you",
        "$ samocode answer greeting Q1=A Q2=A",
        "questions answered by the demo, in your place, at a terminal: Q1, Q2",
        "samocode needs you: a plan to approve",
        "$ samocode approve greeting",
        "verification: `sh test.sh` passed on commit",
        "done greeting",
        "verified  `sh test.sh` passed on commit",
    ];
    let mut at = 0;
    for words in in_order {
        at += out[at..].find(words).unwrap_or_else(|| panic!("`{words}` is missing or too early:\n{out}"));
    }
    assert_eq!(names(&stage.path("home")), [""; 0], "nothing is written to the home folder");
}

#[test]
fn the_commands_that_the_demo_names_work_in_its_folder() {
    let stage = Stage::new();
    let demo = stage.path("there");
    let said = stage.say(&["demo", "--keep", "../there"]);
    assert_eq!(said.code, 0, "{said:?}");
    let session = session_of(&demo);
    let (_, tail) = said.out.split_once("\nTo look at it:\n").unwrap();
    let commands: Vec<&str> = tail
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.split("  # ").next().unwrap().trim())
        .collect();
    assert_eq!(commands.len(), 6, "{commands:?}");
    let program = Path::new(env!("CARGO_BIN_EXE_samocode")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut shell = std::process::Command::new("sh");
    shell.args(["-ec", &commands.join("\n")]).env("PATH", path).env("HOME", stage.path("home"));
    let looked = heard(shell);
    assert_eq!(looked.code, 0, "{looked:?}");
    for words in ["The loud greeting", "+greeting=\"Ahoy, ", "Ahoy, Ada.", "-summary.md", "greeting"] {
        assert!(looked.out.contains(words), "{words}: {}", looked.out);
    }
    let mut list = stage.samocode(&["list"]);
    list.current_dir(demo.join("greet"));
    let listed = heard(list);
    assert!(listed.out.starts_with(&session) && listed.out.contains("done"), "{listed:?}");

    let again = stage.say(&["demo", "--keep", "../there"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is not empty"), "{}", again.err);
}

#[test]
fn what_the_demo_cannot_do_it_says_before_it_makes_anything() {
    let stage = Stage::new();
    fs::create_dir(stage.path("empty")).unwrap();
    let before = names(&stage.path(""));
    let mut without_git = stage.samocode(&["demo"]);
    without_git.env("PATH", stage.path("empty"));
    for (command, words) in [
        (without_git, "`git` was not found on PATH; install git"),
        (stage.samocode(&["demo", "--ask"]), "`--ask` asks on a terminal"),
        (stage.samocode(&["demo", "--config", "x"]), "the demo has settings of its own"),
    ] {
        let said = heard(command);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains(words), "{said:?}");
    }
    assert_eq!(names(&stage.path("")), before);
}
