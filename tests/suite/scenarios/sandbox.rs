//! The sandbox: what an agent cannot do to the person, to samocode and to its own gates. All of these need a kernel with
//! Landlock; where there is none, samocode itself refuses `required`, and the tests fail for that reason.

use std::fs;
use std::path::Path;
use std::thread;

use landlock::{ABI, Access, AccessFs, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr};
use samocode::domain::event::Event;
use samocode_testing_agent::{PLAN, Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "t"];

fn go_on() -> Step {
    Step::signal(json!({"status": "continue", "phase": "testing"}))
}

/// The agent's shell runs these lines in its worktree, and then all goes on as usual.
fn shell(lines: &str) -> Scenario {
    let work = Step::run([Step::shell(lines), go_on()]);
    Scenario::new()
        .config("SAMOCODE_SANDBOX=required")
        .agent(Script::new().once("implementation", work).then(Script::quick()))
}

#[test]
fn an_agent_writes_where_it_works_and_nowhere_else() {
    let scenario = shell(
        "s=$(ls -d ../../sessions/*-auth); for p in ~/x ../../x ../../sessions/x ../../repo/x ../../worktrees/x \
         ../../.samocode $s/../.samocode/x ~/.cache/samocode/x /etc/samocode-x; do (echo x >> $p) 2>> ~/.cache/agent/said; done; \
         for p in y $s/y ~/.cache/agent/y $TMPDIR/y /dev/null; do (echo y >> $p) || echo $p >> ~/.cache/agent/missed; done; rm y",
    );
    fs::create_dir_all(scenario.path("home/.cache/samocode")).unwrap();
    let settings = fs::read_to_string(scenario.path(".samocode")).unwrap();
    scenario.run(RUN).expect_exit(0).expect_state("done");
    for path in [
        "home/x",
        "x",
        "sessions/x",
        "repo/x",
        "worktrees/x",
        "sessions/.samocode/x",
        "home/.cache/samocode/x",
    ] {
        assert!(!scenario.path(path).exists(), "{path} was written");
    }
    assert_eq!(fs::read_to_string(scenario.path(".samocode")).unwrap(), settings);
    let said = fs::read_to_string(scenario.path("home/.cache/agent/said")).unwrap();
    assert_eq!(said.matches("Permission denied").count(), 9, "{said}");
    assert!(!scenario.path("home/.cache/agent/missed").exists(), "it could not write where it works");
    assert!(scenario.layout().session_dir().join("y").exists());
}

#[test]
fn keys_are_unreadable_and_what_lies_beside_them_is_not() {
    let scenario = shell(
        "for p in ~/.ssh/id ~/.config/gh/hosts.yml ~/.npmrc ~/linked; do cat $p; done > ~/.cache/agent/seen 2>&1; \
         cat ~/.gitconfig ~/.config/tool ~/code/main.c > ~/.cache/agent/read 2>&1; ls ~ >> ~/.cache/agent/read; true",
    );
    for (path, text) in [
        (".ssh/id", "SECRET"),
        (".config/gh/hosts.yml", "SECRET"),
        (".npmrc", "//r.example/:_authToken=SECRET"),
        (".gitconfig", "[user]\n\tname = Ada\n\temail = ada@localhost\n"),
        (".config/tool", "setting\n"),
        ("code/main.c", "int\n"),
    ] {
        let path = scenario.path("home").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    std::os::unix::fs::symlink(".ssh/id", scenario.path("home/linked")).unwrap();
    scenario.run(RUN).expect_exit(0);
    let seen = fs::read_to_string(scenario.path("home/.cache/agent/seen")).unwrap();
    assert!(!seen.contains("SECRET"), "{seen}");
    assert_eq!(seen.matches("Permission denied").count(), 4, "{seen}");
    let read = fs::read_to_string(scenario.path("home/.cache/agent/read")).unwrap();
    expect_words(&read, &["[user]", "setting", "int", "code"]);
}

#[test]
fn removing_the_home_folder_leaves_all_but_the_open_folders() {
    let scenario = shell("rm -rf ~ ../../repo ../../sessions ../../worktrees; mkdir -p ~/.cache/agent; true");
    fs::create_dir_all(scenario.path("home/photos/2026")).unwrap();
    fs::write(scenario.path("home/photos/2026/cat"), "a cat").unwrap();
    let before = scenario.git(&["ls-files"]);
    scenario.run(RUN);
    assert_eq!(fs::read_to_string(scenario.path("home/photos/2026/cat")).unwrap(), "a cat");
    assert_eq!(fs::read_to_string(scenario.repo().join("README.md")).unwrap(), "a project\n");
    assert!(before.contains("README.md"));
    assert!(!scenario.journal().is_empty(), "the record stands");
}

#[test]
fn a_forged_request_and_a_forged_journal_never_come_to_be() {
    let forge = "r=$(ls -d ../../sessions/.samocode/*-auth); \
                 printf '{\"id\":\"forged\",\"at\":\"2026-01-08T00:00:00Z\",\"who\":{\"terminal\":\"ada\"},\"act\":{\"tell\":\"forged words\"}}' \
                 > $r/inbox/0.json; echo '{}' >> $r/journal.jsonl; : > $r/journal.jsonl; rm -f $r/journal.jsonl; \
                 mv $r $r.away; env -u SAMOCODE_TAG samocode tell auth forged";
    let mut plan = Step::plan(PLAN);
    plan.insert(1, Step::shell(forge));
    let scenario = Scenario::new()
        .config("SAMOCODE_SANDBOX=required")
        .agent(Script::new().each("planning", plan).then(Script::full()));
    scenario
        .run(["run", "auth", "--task", "t", "--accept-suggestions", "--exit-on-wait"])
        .expect_exit(10)
        .expect_state("waiting");
    assert_eq!(
        scenario.count(|event| matches!(event, Event::Received(received) if received.request.id == "forged")),
        0
    );
    let judged = scenario.count(|event| matches!(event, Event::Judged(_)));
    assert_eq!(judged, scenario.invocations().len(), "the journal is whole");
}

#[test]
fn the_set_up_command_is_confined_too() {
    let scenario = Scenario::new()
        .config("SAMOCODE_SANDBOX=auto")
        .config("SAMOCODE_SETUP='touch $HOME/planted; touch made'");
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"]));
    assert!(!scenario.path("home/planted").exists());
    assert!(scenario.view().worktree.unwrap().join("made").exists());
}

#[test]
fn a_sandbox_that_is_off_is_said_once_and_confines_nothing() {
    let scenario = shell("touch ~/x").config("SAMOCODE_SANDBOX=off");
    scenario.run(RUN).expect_exit(0).expect_out(&["the sandbox is off (SAMOCODE_SANDBOX)"]);
    assert!(scenario.path("home/x").exists());
    assert_eq!(scenario.session_file("session.log").matches("the sandbox is off").count(), 1);
}

/// What the agent's shell left in the folder of records.
fn left(scenario: &Scenario, name: &str) -> String {
    fs::read_to_string(scenario.records().join(name)).unwrap_or_default()
}

#[test]
fn it_is_on_unless_somebody_says_otherwise() {
    let work = Step::run([Step::shell("touch ~/x"), go_on()]);
    let scenario = Scenario::new().agent(Script::new().once("implementation", work).then(Script::quick()));
    scenario.run(RUN).expect_exit(0);
    assert!(!scenario.path("home/x").exists());
}

#[test]
fn a_tool_that_is_installed_finds_its_cache_on_first_use() {
    let scenario = shell(
        "mkdir ~/.bun/install/cache/x ~/.cache/deno/x && echo made > ~/.cache/agent/said; mkdir ~/.hex",
    );
    let bin = scenario.path("bin");
    fs::create_dir(&bin).unwrap();
    for tool in ["bun", "deno"] {
        fs::write(bin.join(tool), "").unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let scenario = scenario.env("PATH", path);
    scenario.run(RUN).expect_exit(0);
    assert_eq!(left(&scenario, "said"), "made\n");
    assert!(!scenario.path("home/.hex").exists(), "nothing is made for what is not installed");
}

#[test]
fn samocode_s_own_folders_are_closed_wherever_the_person_puts_them() {
    let mut scenario = shell(
        "for p in $XDG_CACHE_HOME/samocode/x $XDG_CONFIG_HOME/samocode/config; do \
         (echo x >> $p) 2>> ~/.cache/agent/said; done; echo $TMPDIR > ~/.cache/agent/tmp; \
         echo y > $TMPDIR/y && echo y > $XDG_CACHE_HOME/pip/y && echo open >> ~/.cache/agent/said",
    );
    for (variable, folder) in
        [("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "tmp/config"), ("TMPDIR", "tmp")]
    {
        let folder = scenario.path(folder);
        scenario = scenario.env(variable, folder);
    }
    let settings = scenario.path("tmp/config/samocode/config");
    for file in [&settings, &scenario.path("cache/pip/old")] {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    scenario.run(RUN).expect_exit(0);
    let said = left(&scenario, "said");
    assert_eq!(said.matches("Permission denied").count(), 2, "{said}");
    assert!(said.ends_with("open\n"), "{said}");
    assert_eq!(fs::read_to_string(settings).unwrap(), "");
    let own = left(&scenario, "tmp");
    assert_ne!(
        Path::new(own.trim()),
        scenario.path("tmp"),
        "a folder with settings in it is not opened whole"
    );
    assert!(!own.trim().is_empty() && !Path::new(own.trim()).exists(), "it is removed afterwards");
}

#[test]
fn a_temporary_folder_with_nothing_of_the_person_in_it_is_opened_whole() {
    let scenario = shell("echo $TMPDIR > ~/.cache/agent/tmp; echo y > $TMPDIR/y");
    let folder = scenario.path("tmp");
    fs::create_dir(&folder).unwrap();
    let scenario = scenario.env("TMPDIR", folder.clone());
    scenario.run(RUN).expect_exit(0);
    assert_eq!(Path::new(left(&scenario, "tmp").trim()), folder);
    assert_eq!(fs::read_to_string(folder.join("y")).unwrap(), "y\n");
}

#[test]
fn settings_that_hold_a_token_or_the_address_of_a_hook_cannot_be_read() {
    const READ: &str = "cat ../../.samocode > ~/.cache/agent/seen 2>&1; cat README.md >> ~/.cache/agent/seen";
    let scenario = shell(READ);
    scenario.run(RUN).expect_exit(0);
    assert!(left(&scenario, "seen").contains("MAIN_REPO"), "without a token they can");
    // Nobody listens there, and the run goes on.
    let hook = "SAMOCODE_NOTIFY_DISCORD=http://127.0.0.1:9/plum-basket";
    for secret in [
        ["TELEGRAM_BOT_TOKEN=1:plum-basket", "TELEGRAM_CHAT_ID=5", "TELEGRAM_API_URL=http://127.0.0.1:9"],
        [hook, "", ""],
    ] {
        let scenario = secret.into_iter().filter(|line| !line.is_empty()).fold(shell(READ), Scenario::config);
        scenario.run(RUN).expect_exit(0);
        let seen = left(&scenario, "seen");
        assert!(
            seen.contains("Permission denied") && seen.contains("a project") && !seen.contains("MAIN_REPO"),
            "{seen}"
        );
    }
}

#[test]
fn a_file_of_settings_that_lies_elsewhere_and_holds_a_token_cannot_be_read_either() {
    let scenario = shell(
        "cat ../../elsewhere/more.env > ~/.cache/agent/seen 2>&1; cat ../../elsewhere/other >> ~/.cache/agent/seen",
    );
    let elsewhere = scenario.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("other"), "open\n").unwrap();
    let file = elsewhere.join("more.env");
    fs::write(&file, "SAMOCODE_NOTIFY_NTFY=http://127.0.0.1:9/plum-basket\n").unwrap();
    let run: Vec<&str> = RUN.into_iter().chain(["--env-file", file.to_str().unwrap()]).collect();
    scenario.run(run).expect_exit(0);
    let seen = left(&scenario, "seen");
    assert!(seen.contains("Permission denied") && seen.contains("open") && !seen.contains("plum"), "{seen}");
}

#[test]
fn a_path_that_the_person_opens_is_open_and_one_that_is_not_is_told_once() {
    let answer = |path: &str| {
        let said = format!("touch: cannot touch '{path}': Permission denied");
        json!({"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "t", "content": said}]}})
    };
    let scenario =
        Scenario::new().config("SAMOCODE_SANDBOX=required").config("SAMOCODE_SANDBOX_WRITE=home/data");
    let [closed, opened] =
        ["home/.tool/x", "home/data/x"].map(|path| scenario.path(path).display().to_string());
    let work = |signal: Step| {
        Step::run([
            Step::shell("touch ~/data/x; touch ~/.tool/x"),
            Step::Use("touch".to_owned()),
            Step::Line(answer(&closed).to_string()),
            Step::Use("touch".to_owned()),
            // Not the sandbox's doing.
            Step::Line(answer(&opened).to_string()),
            signal,
        ])
    };
    let again = Step::signal(json!({"status": "handoff", "notes": "more"}));
    let script = Script::new().once("implementation", work(again)).once("implementation", work(go_on()));
    let scenario = scenario.agent(script.then(Script::quick()));
    scenario.run(RUN).expect_exit(0);
    assert!(scenario.path("home/data/x").exists() && !scenario.path("home/.tool").exists());
    let opens = scenario.path("home/.tool").display().to_string();
    let log = scenario.session_file("session.log");
    assert_eq!(log.matches(&format!("`SAMOCODE_SANDBOX_WRITE={opens}` would open it")).count(), 1, "{log}");
    assert!(
        scenario.prompt(2).contains(&format!("the sandbox kept tools from `{closed}`")),
        "{}",
        scenario.prompt(2)
    );
    assert!(!scenario.prompt(3).contains("the sandbox kept"), "{}", scenario.prompt(3));
    assert!(!log.contains(&opened), "{log}");
}

#[test]
fn what_an_agent_plants_in_its_cli_s_settings_is_nowhere_afterwards() {
    let plant = "d=$CLAUDE_CONFIG_DIR; (echo x > ~/.claude/settings.json; echo x > ~/.claude/agents/x.md; echo x > ~/.claude.json) 2>> ~/.cache/agent/said; \
                 rm $d/settings.json; echo planted > $d/settings.json; mkdir $d/skills; echo x > $d/skills/x.md; \
                 echo '{\"token\":\"renewed\"}' > $d/login; mv $d/login $d/.credentials.json; true";
    let look = "cat $CLAUDE_CONFIG_DIR/settings.json > ~/.cache/agent/found; ls $CLAUDE_CONFIG_DIR/skills >> ~/.cache/agent/found; \
                cat $CLAUDE_CONFIG_DIR/.credentials.json >> ~/.cache/agent/found; true";
    let first = Step::run([Step::shell(plant), Step::signal(json!({"status": "handoff", "notes": "more"}))]);
    let second = Step::run([Step::shell(look), go_on()]);
    let script = Script::new().once("implementation", first).once("implementation", second);
    let scenario = Scenario::new().config("SAMOCODE_SANDBOX=required").agent(script.then(Script::quick()));
    let state = [
        (".claude/settings.json", "{\"mine\":1}\n"),
        (".claude/agents/a.md", "a\n"),
        (".claude.json", "{}\n"),
        (".claude/.credentials.json", "{\"token\":\"old\"}\n"),
    ];
    for (path, text) in state {
        let path = scenario.path("home").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    scenario.run(RUN).expect_exit(0);
    assert_eq!(
        left(&scenario, "said").matches("Permission denied").count(),
        3,
        "{}",
        left(&scenario, "said")
    );
    assert_eq!(left(&scenario, "found"), "{\"mine\":1}\n{\"token\":\"renewed\"}\n");
    for (path, text) in &state[..3] {
        assert_eq!(fs::read_to_string(scenario.path("home").join(path)).unwrap(), *text);
    }
    let login = fs::read_to_string(scenario.path("home/.claude/.credentials.json")).unwrap();
    assert_eq!(login, "{\"token\":\"renewed\"}\n", "a login that the CLI renews is the person's");
    let own = scenario.path("home/.cache/samocode/state/claude");
    assert_eq!(fs::read_dir(own).unwrap().count(), 0, "a finished session's folder is removed");
}

/// Runs within as many confinements as the kernel stacks, so that one more cannot be had.
fn confined_to_the_brim(run: impl FnOnce() + Send) {
    // Confinement is a thread's own, and passes to what it starts.
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..16 {
                let rules =
                    Ruleset::default().handle_access(AccessFs::from_all(ABI::V3)).unwrap().create().unwrap();
                let root = PathBeneath::new(PathFd::new("/").unwrap(), AccessFs::from_all(ABI::V3));
                rules.add_rule(root).unwrap().restrict_self().unwrap();
            }
            run();
        });
    });
}

#[test]
fn where_it_cannot_be_had_auto_says_so_once_and_required_refuses() {
    confined_to_the_brim(|| {
        let scenario = shell("touch ~/x").config("SAMOCODE_SANDBOX=auto");
        scenario.run(RUN).expect_exit(0);
        assert!(scenario.path("home/x").exists());
        let log = scenario.session_file("session.log");
        assert_eq!(log.matches("there is no sandbox here").count(), 1, "{log}");
        scenario.run(["doctor"]).expect_out(&["warn  sandbox", "agents can write and read what you can"]);

        let scenario = shell("touch ~/x");
        scenario.run(RUN).expect_exit(12).expect_err(&["SAMOCODE_SANDBOX requires a sandbox"]);
        assert!(scenario.invocations().is_empty());
        scenario.run(["doctor"]).expect_exit(12).expect_out(&["fail  sandbox"]);
    });
}
