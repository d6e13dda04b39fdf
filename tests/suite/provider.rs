//! Providers as the engine uses them: a command put together, and the demo agent as a process.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail the test")]

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use samocode::domain::command::Exit;
use samocode::domain::outcome::Outcome;
use samocode::domain::reset::Clock;
use samocode::provider::{ClaudeSettings, DemoSettings, Provider, ProviderError, RunSpec, Seen, demo};
use serde_json::Value;
use tempfile::TempDir;

/// It says nothing of resets here.
const CLOCK: Clock<'static> = Clock { now: Timestamp::UNIX_EPOCH, local: &TimeZone::UTC, zone: &|_| None };

fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.invalid"])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A session of the demo agent, played without an engine.
struct Play {
    root: TempDir,
    iterations: u32,
}

impl Play {
    /// In the demo's own repository.
    fn in_demo_repository() -> Self {
        let play = Self::in_repository_with(&[]);
        demo::write_repository(&play.worktree()).unwrap();
        git(&play.worktree(), &["add", "."]);
        git(&play.worktree(), &["commit", "-qm", "The greeting"]);
        git(&play.worktree(), &["checkout", "-qb", "greet"]);
        play
    }

    fn in_repository_with(files: &[(&str, &str)]) -> Self {
        let play = Self { root: TempDir::new().unwrap(), iterations: 0 };
        for dir in [play.worktree(), play.session()] {
            fs::create_dir(dir).unwrap();
        }
        fs::write(
            play.session().join("_overview.md"),
            "## Status\nPhase: x\nLast Action: none\nNext: none\n\n## Flow Log\n\n## Files\n",
        )
        .unwrap();
        git(&play.worktree(), &["init", "-q", "-b", "main"]);
        for (name, text) in files {
            fs::write(play.worktree().join(name), text).unwrap();
            git(&play.worktree(), &["add", name]);
        }
        git(&play.worktree(), &["commit", "-q", "--allow-empty", "-m", "Start"]);
        play
    }

    fn worktree(&self) -> PathBuf {
        self.root.path().join("tree")
    }

    fn session(&self) -> PathBuf {
        self.root.path().join("session")
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.session().join(name)).unwrap()
    }

    fn document(&self, part: &str) -> String {
        let name = fs::read_dir(self.session())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .find(|name| name.contains(part))
            .unwrap_or_else(|| panic!("no document {part}"));
        self.file(&name)
    }

    fn answer(&self, answers: &[&str]) {
        let mut qa = self.file("_qa.md");
        for answer in answers {
            qa = qa.replacen("_waiting_", answer, 1);
        }
        fs::write(self.session().join("_qa.md"), qa).unwrap();
    }

    /// Runs one phase as the engine would, and gives its signal.
    fn run(&mut self, phase: &str, may_go_to: &str, notes: &str) -> Value {
        self.iterations += 1;
        let signal = self.session().join("_signal.json");
        let _ = fs::remove_file(&signal);
        let (session, worktree) = (self.session(), self.worktree());
        let prompt = format!(
            "Session path: {}\nWorktree path: {}\nBranch name: greet\nBase branch: main\nPhase: {phase}\nIteration: {}\nTIMESTAMP_FILE: 01-08-10:{:02}\nTIMESTAMP_LOG: 10:{:02}\nMay go to: {may_go_to}\n\n{notes}\n\n## Task\n\nGreet better.\n",
            session.display(),
            worktree.display(),
            self.iterations,
            self.iterations,
            self.iterations,
        );
        let prompt_path = self.root.path().join("prompt");
        fs::write(&prompt_path, prompt).unwrap();

        let env: Vec<(OsString, OsString)> = vec![
            ("PATH".into(), std::env::var_os("PATH").unwrap()),
            ("HOME".into(), self.root.path().into()),
            (demo::PACE.into(), "0".into()),
        ];
        let provider = Provider::Demo(DemoSettings { program: env!("CARGO_BIN_EXE_samocode").into() });
        let spec = provider
            .command(&RunSpec {
                agent: phase,
                rules: "",
                extra_tools: &[],
                model: "",
                worktree: &worktree,
                session_dir: &session,
                env: &env,
                cache_dir: self.root.path(),
                cost_left: None,
            })
            .unwrap()
            .spec;
        let output = Command::new(&spec.program)
            .args(&spec.args)
            .env_clear()
            .envs(spec.env)
            .current_dir(&spec.dir)
            .stdin(fs::File::open(&prompt_path).unwrap())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();

        let mut seen = Seen::new(phase);
        let mut reader = provider.reader(Arc::default());
        for line in output.stdout.split(|byte| *byte == b'\n') {
            reader.feed(line);
            if let Some(event) = reader.event(true) {
                seen.note(&event);
            }
            reader.next_line();
        }
        assert!(seen.started().is_some() && seen.last_tool().is_some());
        let exit = Exit::Code(output.status.code().unwrap());
        assert_eq!(provider.judge(&seen, exit, "", &CLOCK), Outcome::Completed);
        serde_json::from_slice(&fs::read(&signal).unwrap()).unwrap()
    }

    /// Runs one phase that is to continue, and gives the phase it asks for.
    fn next(&mut self, phase: &str, may_go_to: &str) -> String {
        let signal = self.run(phase, may_go_to, "");
        assert_eq!(signal["status"], "continue", "{signal}");
        signal["phase"].as_str().unwrap().to_owned()
    }
}

#[test]
fn the_demo_agent_takes_its_repository_from_task_to_summary() {
    let mut play = Play::in_demo_repository();
    assert_eq!(play.next("investigation", "requirements"), "requirements");
    assert!(play.document("-dive-").contains("`greet.sh`"));

    let signal = play.run("requirements", "planning", "");
    assert_eq!(signal["status"], "waiting");
    assert_eq!(signal["for"], "qa_answers");
    play.answer(&["Good day", "B - --loud"]);
    assert_eq!(play.next("requirements", "planning"), "planning");
    assert!(play.document("-requirements").contains("> Good day"));

    let signal = play.run("planning", "implementation", "");
    assert_eq!(signal["for"], "plan_approval");
    let plan = signal["file"].as_str().unwrap().to_owned();
    let signal = play.run(
        "planning",
        "implementation",
        "## Plan rejected\n\nBy ada, with these words:\n\nmention who asked",
    );
    assert_eq!(signal["file"], plan.as_str());
    assert!(play.file(&plan).contains("- [ ] Asked for on review: mention who asked"));

    for ticked in [2, 4] {
        assert_eq!(play.next("implementation", "testing, quality"), "implementation");
        assert_eq!(play.file(&plan).matches("- [x]").count(), ticked);
    }
    assert_eq!(play.next("implementation", "testing, quality"), "testing");
    assert!(!play.file(&plan).contains("- [ ]"));

    assert_eq!(play.next("testing", "implementation, quality, done"), "quality");
    let report = play.document("-test-report");
    assert!(report.contains("Exit code: 0"), "{report}");
    assert!(report.contains("ok   greets loudly"), "{report}");
    assert_eq!(play.next("quality", "testing, implementation, done"), "done");
    let signal = play.run("done", "", "");
    assert_eq!(signal["status"], "done");

    let diff = git(&play.worktree(), &["diff", "main...HEAD"]);
    for words in ["Good day", "--loud", "GOOD DAY, ADA!", "mention who asked"] {
        assert!(diff.contains(words), "{words} is not in {diff}");
    }
    let log = git(&play.worktree(), &["log", "--format=%s", "main..HEAD"]);
    assert_eq!(log.lines().count(), 3, "{log}");
    assert_eq!(git(&play.worktree(), &["status", "--porcelain"]), "");
    let overview = play.file("_overview.md");
    assert!(overview.starts_with("## Status\nPhase: x\nLast Action: 3 commits;"));
    assert_eq!(overview.matches("(demo agent)").count(), 11);
}

#[test]
fn the_demo_agent_works_in_any_repository_without_a_plan() {
    let mut play =
        Play::in_repository_with(&[("main.c", "int main;\n"), (".gitignore", "/samocode-demo/x\n")]);
    git(&play.worktree(), &["checkout", "-qb", "greet"]);
    fs::write(play.worktree().join("staged.txt"), "mine").unwrap();
    git(&play.worktree(), &["add", "staged.txt"]);

    assert_eq!(play.next("implementation", "testing"), "testing");
    assert_eq!(play.next("testing", "done"), "done");
    let changed = git(&play.worktree(), &["diff", "--name-only", "main...HEAD"]);
    assert_eq!(changed, "samocode-demo/README.md\nsamocode-demo/greet.sh\nsamocode-demo/test.sh\n");
    assert_eq!(git(&play.worktree(), &["status", "--porcelain"]), "A  staged.txt\n");
}

#[test]
fn the_demo_agent_does_nothing_twice_when_it_is_cut_off_before_the_tick() {
    let mut play = Play::in_demo_repository();
    play.run("planning", "implementation", "");
    play.next("implementation", "testing");
    let plan = fs::read_dir(play.session())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains("-plan-"))
        .unwrap();
    let unticked = fs::read_to_string(&plan).unwrap().replace("[x]", "[ ]");
    fs::write(&plan, unticked).unwrap();

    assert_eq!(play.next("implementation", "testing"), "implementation");
    let log = git(&play.worktree(), &["log", "--format=%s", "main..HEAD"]);
    assert_eq!(log, "The new greeting\n");
}

#[test]
fn the_demo_agent_says_when_it_cannot_work() {
    let output = Command::new(env!("CARGO_BIN_EXE_samocode"))
        .arg(demo::SUBCOMMAND)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let provider = Provider::Demo(DemoSettings { program: "/samocode".into() });
    let mut seen = Seen::new("planning");
    let mut reader = provider.reader(Arc::default());
    for line in output.stdout.split(|byte| *byte == b'\n') {
        reader.feed(line);
        if let Some(event) = reader.event(true) {
            seen.note(&event);
        }
        reader.next_line();
    }
    let outcome = provider.judge(&seen, Exit::Code(1), "", &CLOCK);
    let Outcome::Crashed { detail } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(detail.contains("`Session path: …`"), "{detail}");
}

/// A `claude` that is only there to be found.
fn fake_claude(dir: &Path) -> Vec<(OsString, OsString)> {
    let path = dir.join("claude");
    fs::write(&path, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    vec![("PATH".into(), dir.into())]
}

fn claude_run<'a>(agent: &'a str, env: &'a [(OsString, OsString)], dir: &'a Path) -> RunSpec<'a> {
    RunSpec {
        agent,
        rules: "Rules.",
        extra_tools: &[],
        model: "opus",
        worktree: dir,
        session_dir: dir,
        env,
        cache_dir: dir,
        cost_left: None,
    }
}

#[test]
fn claude_gets_a_plugin_folder_that_stands_and_is_the_same_every_time() {
    let dir = TempDir::new().unwrap();
    let env = fake_claude(dir.path());
    let provider = Provider::Claude(ClaudeSettings::default());
    let run = claude_run("planning", &env, dir.path());
    let first = provider.command(&run).unwrap().spec;
    assert_eq!(first, provider.command(&run).unwrap().spec);
    assert_eq!(first.program, dir.path().join("claude"));
    assert_eq!(first.dir, dir.path());

    let after = |flag: &str| {
        let at = first.args.iter().position(|arg| arg == flag).unwrap();
        PathBuf::from(&first.args[at + 1])
    };
    assert_eq!(fs::read_to_string(after("--append-system-prompt-file")).unwrap(), "Rules.");
    let agent = after("--plugin-dir").join("agents/planning.md");
    let text = fs::read_to_string(&agent).unwrap();
    fs::write(&agent, "Do as you like.").unwrap();
    provider.command(&run).unwrap();
    assert_eq!(fs::read_to_string(&agent).unwrap(), text);
}

#[test]
fn an_agent_that_does_not_exist_is_named_beside_those_that_do() {
    let dir = TempDir::new().unwrap();
    let env = fake_claude(dir.path());
    let error = Provider::Claude(ClaudeSettings::default())
        .command(&claude_run("plumbing", &env, dir.path()))
        .unwrap_err();
    assert!(matches!(&error, ProviderError::UnknownAgent { agent, .. } if agent == "plumbing"), "{error}");
    assert!(error.to_string().contains("planning"), "{error}");
}

#[test]
fn a_missing_claude_says_how_to_get_it() {
    let dir = TempDir::new().unwrap();
    let error = Provider::Claude(ClaudeSettings::default())
        .command(&claude_run("planning", &[], dir.path()))
        .unwrap_err()
        .to_string();
    for words in [
        "`claude` was not found on PATH",
        "npm install -g @anthropic-ai/claude-code",
        "`CLAUDE_PATH`",
        "`samocode demo`",
    ] {
        assert!(error.contains(words), "{error}");
    }
}
