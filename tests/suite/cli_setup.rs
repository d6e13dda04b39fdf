//! `init` and `doctor`: from a bare repository to a project that can run.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::cli_stage::{Stage, heard, names};

/// A PATH with git and these programs, and no CLI of this machine's.
fn only(stage: &Stage, programs: &[&str]) -> PathBuf {
    let folder = stage.path("only");
    fs::create_dir_all(&folder).unwrap();
    let git = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|path| path.is_file())
        .expect("git is on PATH");
    std::os::unix::fs::symlink(git, folder.join("git")).unwrap();
    for program in programs {
        fs::write(folder.join(program), "#!/bin/sh\n").unwrap();
        fs::set_permissions(folder.join(program), fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

/// A folder of programs with `claude` in it, to be put before PATH.
fn with_claude(stage: &Stage, script: &str) -> String {
    let programs = stage.path("programs");
    fs::create_dir_all(&programs).unwrap();
    fs::write(programs.join("claude"), script).unwrap();
    fs::set_permissions(programs.join("claude"), fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", programs.display(), std::env::var("PATH").unwrap())
}

#[test]
fn a_repository_gets_settings_that_a_run_can_start_with() {
    let stage = Stage::new();
    fs::write(stage.path("repo/package-lock.json"), "{}").unwrap();
    fs::create_dir(stage.path("repo/deep")).unwrap();
    let mut init = stage.samocode(&["init"]);
    init.current_dir(stage.path("repo/deep")).env("PATH", only(&stage, &["claude", "gemini"]));
    let said = heard(init);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(stage.stable(&said.out), @r#"
    found here
      repository   /stage/repo
      base branch  main; new work starts there
      AI CLIs      claude, gemini
      tests        no command found
      set-up       npm ci (package-lock.json)

    /stage/repo/.samocode

      # Settings of samocode for this project. Paths are relative to this file.
      MAIN_REPO=.
      # One folder a session, made when needed: the branch's files, and its documents.
      WORKTREES=../repo-worktrees
      SESSIONS=../repo-sessions

      # Who does the work: claude, codex, gemini, or demo (built in, without a model).
      SAMOCODE_PROVIDER=claude
      # SAMOCODE_PROVIDER=gemini

      # A fresh worktree has no dependencies; this would install them:
      # SAMOCODE_SETUP='npm ci'
      # samocode runs this itself before a session may end; the summary says with which result:
      # SAMOCODE_VERIFY='make test'

      # Your phone, by Telegram: /newbot at @BotFather gives the token. Write to your bot, and find
      # the chat's id in https://api.telegram.org/bot<TOKEN>/getUpdates. The token is a secret: put
      # both into .env beside this file.
      # TELEGRAM_BOT_TOKEN=
      # TELEGRAM_CHAT_ID=

    No test command was found. With SAMOCODE_VERIFY set to one, samocode runs it before a session may end.

    wrote /stage/repo/.samocode

    It holds no secrets: commit it if others use samocode here, too (git add .samocode).
    Secrets belong in .env beside it; keep that one out of git.

    Next:
      samocode doctor                                # checks that all is there; spends nothing
      samocode run NAME --task 'what is to be done'  # starts a session
    "#);
    assert!(stage.git(&["status", "--porcelain"]).contains("?? .samocode"), "it is not given to git");

    let kept = fs::read(stage.path("repo/.samocode")).unwrap();
    let again = stage.say(&["init", "--yes"]);
    assert_eq!(again.code, 0);
    insta::assert_snapshot!(stage.stable(&again.out), @r#"
    /stage/repo/.samocode stands already and is valid; it is kept
      MAIN_REPO  /stage/repo
      WORKTREES  /stage/repo-worktrees
      SESSIONS   /stage/repo-sessions
      provider   claude
    samocode doctor checks the rest
    "#);
    assert_eq!(fs::read(stage.path("repo/.samocode")).unwrap(), kept);

    let run = ["run", "job", "--task", "x", "--provider", "demo", "--accept-suggestions", "--approve-plan"];
    assert_eq!(stage.say(&run).code, 0);
    assert_eq!(names(&stage.path("repo-worktrees")).len(), 1);
}

/// What `init --yes` wrote, without comments on what follows.
fn written(stage: &Stage) -> String {
    let mut init = stage.samocode(&["init", "--yes"]);
    init.env("PATH", only(stage, &[]));
    let said = heard(init);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let text = fs::read_to_string(stage.path("repo/.samocode")).unwrap();
    let told = |line: &&str| ["SAMOCODE_", "# SAMOCODE_"].iter().any(|start| line.starts_with(start));
    text.lines().filter(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_kind_of_project_is_seen_and_its_tests_become_the_verification() {
    let node = Stage::new();
    let package = r#"{"scripts": {"test": "node --test"}, "dependencies": {"express": "^4"}}"#;
    fs::write(node.path("repo/package.json"), package).unwrap();
    fs::write(node.path("repo/package-lock.json"), "{}").unwrap();
    insta::assert_snapshot!(written(&node), @r#"
    SAMOCODE_PROVIDER=demo
    SAMOCODE_SETUP='npm ci'
    SAMOCODE_VERIFY='npm test'
    "#);

    let rust = Stage::new();
    fs::write(rust.path("repo/Cargo.toml"), "[package]\n").unwrap();
    fs::write(rust.path("repo/Makefile"), "test:\n\tcargo test\n").unwrap();
    insta::assert_snapshot!(written(&rust), @r#"
    SAMOCODE_PROVIDER=demo
    SAMOCODE_VERIFY='cargo test'
    # SAMOCODE_VERIFY='make test'
    "#);

    let python = Stage::new();
    fs::write(python.path("repo/pyproject.toml"), "[tool.pytest.ini_options]\n").unwrap();
    fs::write(python.path("repo/uv.lock"), "").unwrap();
    insta::assert_snapshot!(written(&python), @r#"
    SAMOCODE_PROVIDER=demo
    # SAMOCODE_SETUP='uv sync'
    SAMOCODE_VERIFY='uv run pytest'
    "#);
}

#[test]
fn without_tests_and_without_a_cli_it_says_so() {
    let stage = Stage::new();
    let mut init = stage.samocode(&["init", "--yes"]);
    init.env("PATH", only(&stage, &[]));
    let said = heard(init);
    for words in [
        "AI CLIs      none on PATH",
        "tests        no command found",
        "No AI CLI was found on PATH, so the provider is the demo, which is no model.",
        "npm install -g @openai/codex",
        "No test command was found.",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    let text = fs::read_to_string(stage.path("repo/.samocode")).unwrap();
    assert!(text.contains("\n# SAMOCODE_VERIFY='make test'\n"), "{text}");
}

#[test]
fn the_set_up_of_a_person_who_never_used_the_tool_finds_its_cache() {
    let stage = Stage::new();
    stage.settings("SAMOCODE_PROVIDER=demo\nSAMOCODE_SETUP='npm ci'\n");
    let programs = stage.path("programs");
    fs::create_dir(&programs).unwrap();
    // As npm does, it puts what it fetched below the home folder, where a confined child can make nothing.
    fs::write(programs.join("npm"), "#!/bin/sh\nmkdir -p \"$HOME/.npm\" && echo x > \"$HOME/.npm/x\"\n")
        .unwrap();
    fs::set_permissions(programs.join("npm"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut run = stage.samocode(&["run", "job", "--task", "x", "--workflow", "quick"]);
    run.env("PATH", format!("{}:{}", programs.display(), std::env::var("PATH").unwrap()));
    let said = heard(run);
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(stage.path("home/.npm/x").exists());
}

#[test]
fn a_file_that_stands_is_told_what_it_could_have() {
    let stage = Stage::with_settings();
    fs::write(stage.path("repo/go.mod"), "").unwrap();
    let said = stage.say(&["init"]);
    assert_eq!(said.code, 0);
    let added = "it could have, too:\n  SAMOCODE_VERIFY='go test ./...'\nsamocode doctor checks the rest\n";
    assert!(said.out.ends_with(added), "{}", said.out);
    stage.settings("SAMOCODE_PROVIDER=demo\n# SAMOCODE_VERIFY=none of it\n");
    assert!(
        !stage.say(&["init"]).out.contains("it could have"),
        "a person who has it as a comment knows of it"
    );
}

#[test]
fn settings_that_are_wrong_are_kept_and_said() {
    let stage = Stage::new();
    stage.settings("SAMOCODE_PROVIDR=demo\n");
    let said = stage.say(&["init"]);
    assert_eq!(said.code, 0);
    insta::assert_snapshot!(stage.stable(&said.out), @r#"
    /stage/repo/.samocode stands already and is kept, but it is not valid:
      /stage/repo/.samocode, line 4: unknown key `SAMOCODE_PROVIDR`; did you mean `SAMOCODE_PROVIDER`?
    "#);
}

#[test]
fn where_no_settings_can_be_written_it_says_what_is_missing() {
    let stage = Stage::new();
    let mut outside = stage.samocode(&["init"]);
    outside.current_dir(stage.path("home"));
    let said = heard(outside);
    assert_eq!(said.code, 2);
    insta::assert_snapshot!(stage.stable(&said.err), @r#"
    error: /stage/home is in no git repository
    hint: samocode works on branches of a repository. Make one here:
      git init && git add --all && git commit -m 'first commit'
    then run `samocode init` again
    "#);

    stage.git(&["worktree", "add", "--quiet", "../linked"]);
    let mut linked = stage.samocode(&["init"]);
    linked.current_dir(stage.path("linked"));
    let said = heard(linked);
    assert_eq!(said.code, 2);
    insta::assert_snapshot!(stage.stable(&said.err), @r#"
    error: /stage/linked is a linked worktree of /stage/repo
    hint: run it there: cd /stage/repo
    "#);
}

/// Name and state of each check.
fn states(report: &serde_json::Value) -> Vec<String> {
    let checks = report["checks"].as_array().unwrap();
    checks
        .iter()
        .map(|check| format!("{} {}", check["state"].as_str().unwrap(), check["name"].as_str().unwrap()))
        .collect()
}

#[test]
fn the_doctor_checks_all_that_a_session_needs_and_changes_nothing() {
    let stage = Stage::new();
    stage.settings("TESTING_PROVIDER=demo\nREVEIW_MODEL=x\nSAMOCODE_NOTIFY_NTFY_TOKEN=tk_secret\n");
    let version = "[ \"$*\" = --version ] && echo 'WARNING: x' >&2 && echo '2.1.197 (Claude Code)'";
    let path = with_claude(&stage, &format!("#!/bin/sh\n{version}\n"));
    let before = (names(&stage.path("")), names(&stage.path("home")), stage.git(&["status", "--porcelain"]));
    let mut doctor = stage.samocode(&["doctor", "--json"]);
    doctor.env("PATH", path);
    let said = heard(doctor);
    assert_eq!(said.code, 0, "{said:?}");
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["ok"], true);
    // Of this machine's own CLIs.
    let states: Vec<String> = states(&report).into_iter().filter(|line| !line.contains(" unused ")).collect();
    insta::assert_snapshot!(states.join("\n"), @r#"
    ok git
    warn configuration
    ok MAIN_REPO
    ok base branch
    ok WORKTREES
    ok SESSIONS
    ok git identity
    ok provider claude
    ok provider demo
    warn login claude
    ok sandbox
    ok environment
    warn secrets
    ok disk
    ok cache
    ok processes
    ok clock
    ok sleep
    "#);
    let found = |name: &str| {
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["found"].as_str().unwrap().to_owned()
    };
    assert!(found("provider claude").starts_with("Claude Code 2.1.197, "), "{}", found("provider claude"));
    assert!(found("configuration").contains("REVEIW_MODEL"));
    assert!(found("SESSIONS").ends_with("sessions, will be made"));
    assert!(!said.out.contains("tk_secret"), "{}", said.out);
    let after = (names(&stage.path("")), names(&stage.path("home")), stage.git(&["status", "--porcelain"]));
    assert_eq!(after, before);
}

#[test]
fn the_doctor_fails_with_the_mend_where_no_session_can_run() {
    let stage = Stage::new();
    let none = stage.say(&["doctor"]);
    assert_eq!(none.code, 12);
    assert!(none.out.contains("fail  configuration  no `.samocode`"), "{}", none.out);

    stage.settings("CLAUDE_PATH=/nowhere/claude\nGEMINI_PATH=/nowhere/gemini\nPLANNING_PROVIDER=gemini\n");
    let said = stage.say(&["doctor"]);
    assert_eq!(said.code, 12);
    let failed: Vec<&str> = said.out.lines().skip_while(|line| !line.starts_with("fail")).take(2).collect();
    insta::assert_snapshot!(failed.join("\n"), @r#"
    fail  provider claude  `/nowhere/claude` was not found; install Claude Code with `npm install -g @anthropic-ai/claude-code`, or set `CLAUDE_PATH` to where it is; `samocode demo` runs without it
    fail  provider gemini  `/nowhere/gemini` was not found; install Gemini CLI with `npm install -g @google/gemini-cli`, or set `GEMINI_PATH` to where it is; `samocode demo` runs without it
    "#);
    assert!(said.out.ends_with("no session can run before 2 of these are mended\n"), "{}", said.out);

    let path = with_claude(&stage, "#!/bin/sh\necho broken; exit 3\n");
    stage.settings("");
    let mut doctor = stage.samocode(&["doctor"]);
    doctor.env("PATH", path);
    let said = heard(doctor);
    assert_eq!(said.code, 12);
    assert!(said.out.contains("--version` ended with exit code 3: broken"), "{}", said.out);
}

#[test]
fn the_doctor_shows_the_verify_command_and_whether_it_is_there() {
    let stage = Stage::new();
    let path = with_claude(&stage, "#!/bin/sh\necho 2.1.197\n");
    let verify = |command: &str| {
        stage.settings(&format!("SAMOCODE_VERIFY='{command}'\nSAMOCODE_VERIFY_TIMEOUT=90\n"));
        let mut doctor = stage.samocode(&["doctor"]);
        doctor.env("PATH", &path);
        let said = heard(doctor);
        assert_eq!(said.code, 0, "{said:?}");
        said.out.lines().skip_while(|line| !line.contains("  verify ")).take(2).collect::<Vec<_>>().join("\n")
    };
    let found = verify("CI=1 sh -c true");
    assert!(found.starts_with("ok    verify") && found.contains("within 90 s; /"), "{found}");
    let missing = verify("nowhere-to-be-found --all");
    assert!(missing.starts_with("warn  verify") && missing.contains("correct SAMOCODE_VERIFY"), "{missing}");
    assert!(verify("cd web && npm test").starts_with("ok    verify"));
}
