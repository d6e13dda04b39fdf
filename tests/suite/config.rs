//! `.samocode` and the layers above and below it, through real files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use samocode::config::{
    Config, ConfigError, LoadSpec, Overrides, Program, ProviderKind, SandboxMode, Source,
};
use samocode::domain::fallback::Fallback;
use samocode::domain::phase::Phase;
use samocode::domain::policy::Policy;
use tempfile::TempDir;

const REQUIRED: &str = "MAIN_REPO=.\nWORKTREES=../worktrees\nSESSIONS=./_sessions\n";

/// A project folder with its home beside it.
struct Project {
    _temp: TempDir,
    base: PathBuf,
    env: BTreeMap<String, String>,
    flags: Overrides,
    config: Option<PathBuf>,
    env_file: Option<PathBuf>,
    start: PathBuf,
}

impl Project {
    fn empty() -> Self {
        let temp = TempDir::new().unwrap();
        let base = temp.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("p")).unwrap();
        fs::create_dir_all(base.join("home")).unwrap();
        let start = base.join("p");
        Self {
            _temp: temp,
            base,
            env: BTreeMap::new(),
            flags: Overrides::default(),
            config: None,
            env_file: None,
            start,
        }
    }

    fn with(samocode: impl AsRef<[u8]>) -> Self {
        Self::empty().file("p/.samocode", samocode)
    }

    /// A project that has what it needs, and these lines.
    fn sound(more: &str) -> Self {
        Self::with(format!("{REQUIRED}{more}"))
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.base.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn env(mut self, key: &str, value: &str) -> Self {
        self.env.insert(key.into(), value.into());
        self
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(&LoadSpec {
            config: self.config.clone(),
            env_file: self.env_file.clone(),
            start_dir: self.start.clone(),
            flags: self.flags.clone(),
            env: &|name| self.env.get(name).cloned(),
            home: self.base.join("home"),
            user_config_dir: self.base.join("home/.config/samocode"),
        })
    }

    /// The error's words, with `BASE` for the temporary folder.
    fn error(&self) -> String {
        self.load().unwrap_err().to_string().replace(self.base.to_str().unwrap(), "BASE")
    }
}

fn error(more: &str) -> String {
    Project::sound(more).error()
}

fn phase(config: &Config, name: &str) -> (ProviderKind, Option<String>, u64) {
    let phase = config.for_phase(&Phase::named(name));
    (phase.provider, phase.model, phase.timeout.as_secs())
}

#[test]
fn three_lines_are_enough_and_the_rest_is_the_documented_default() {
    let project = Project::sound("");
    let config = project.load().unwrap();
    assert_eq!(config.main_repo, project.base.join("p"));
    assert_eq!(config.worktrees, project.base.join("worktrees"));
    assert_eq!(config.sessions, project.base.join("p/_sessions"));
    assert_eq!(config.root(), project.base.join("p"));
    assert_eq!(config.provider, ProviderKind::Claude);
    assert_eq!(config.claude_max_turns, 300);
    assert_eq!(config.policy, Policy::default());
    assert_eq!((config.policy.max_failures, config.policy.retry_delay), (3, Duration::from_secs(5)));
    assert_eq!((config.sandbox, config.allow_push), (SandboxMode::Auto, false));
    for (kind, program, model) in [
        (ProviderKind::Claude, Program::Name("claude".into()), Some("opus".to_owned())),
        (ProviderKind::Codex, Program::Name("codex".into()), None),
        (ProviderKind::Gemini, Program::Name("gemini".into()), None),
        (ProviderKind::Demo, Program::Itself, None),
    ] {
        let settings = config.provider_settings(kind);
        assert_eq!((&settings.program, &settings.model), (&program, &model));
        assert_eq!(settings.timeout, Duration::from_secs(1800));
        assert!(settings.args.is_empty());
    }
    assert!(config.channels.is_empty());
    assert!(config.telegram.is_none() && config.setup.is_none() && config.fallback.is_none());
    assert!(!project.base.join("worktrees").exists(), "loading makes no folder");
}

#[test]
fn every_key_is_read() {
    let config = Project::sound(
        "SAMOCODE_PROVIDER=codex\nCLAUDE_PATH=~/bin/claude\nCODEX_PATH=./codex\nGEMINI_PATH=gemini-next\n\
         CLAUDE_MODEL=\nCODEX_MODEL=m\nGEMINI_TIMEOUT=20m\nCLAUDE_MAX_TURNS=9\nCLAUDE_ARGS=--mcp-config '{\"a\": 1}'\n\
         GIT_BRANCH_PREFIX=me/\nSAMOCODE_MAX_RETRIES=2\nSAMOCODE_MAX_IDLE=7\nSAMOCODE_STALL_START=2m\nSAMOCODE_STALL_STREAM=9\n\
         SAMOCODE_RETRY_DELAY=0\nSAMOCODE_SETUP=npm ci && echo \"it's $(pwd)\"\nSAMOCODE_VERIFY='npm test'\nSAMOCODE_VERIFY_TIMEOUT=5m\n\
         SAMOCODE_SANDBOX=on\nSAMOCODE_SANDBOX_WRITE=~/.tool:../data\nSAMOCODE_ALLOW_PUSH=yes\nSAMOCODE_PASS_ENV=A,B_C\nSAMOCODE_FALLBACK=gemini\n\
         SAMOCODE_REVIEWERS=codex gemini\nSAMOCODE_MAX_COST=$5.50\nSAMOCODE_MAX_TOKENS=2M\n\
         SAMOCODE_MAX_ITERATIONS=50\nSAMOCODE_MAX_TIME=1h 30m\nSAMOCODE_MAX_WAIT=2h\n\
         QUALITY_TOOLS=+WebFetch,mcp__x\nCODE_REVIEW_MODEL=x\n",
    );
    let base = config.base.clone();
    let config = config.load().unwrap();
    let claude = config.provider_settings(ProviderKind::Claude);
    assert_eq!(
        (claude.program.clone(), claude.model.clone()),
        (Program::Path(base.join("home/bin/claude")), None)
    );
    assert_eq!(claude.args, ["--mcp-config", "{\"a\": 1}"]);
    let codex = config.provider_settings(ProviderKind::Codex);
    assert_eq!(
        (codex.program.clone(), codex.model.as_deref()),
        (Program::Path(base.join("p/codex")), Some("m"))
    );
    let gemini = config.provider_settings(ProviderKind::Gemini);
    assert_eq!(
        (gemini.program.clone(), gemini.timeout.as_secs()),
        (Program::Name("gemini-next".into()), 1200)
    );
    assert_eq!(config.branch_prefix.as_deref(), Some("me"));
    assert_eq!(config.setup.as_deref(), Some("npm ci && echo \"it's $(pwd)\""));
    assert_eq!(config.verify.as_deref(), Some("npm test"));
    assert_eq!((config.sandbox, config.allow_push), (SandboxMode::Required, true));
    assert_eq!(config.sandbox_write, [base.join("home/.tool"), base.join("data")]);
    assert_eq!(config.pass_env, ["A", "B_C"]);
    assert_eq!((config.fallback, config.reviewers.len()), (Some(ProviderKind::Gemini), 2));
    let policy = Policy {
        max_failures: 2,
        max_idle: 7,
        stall_start: Duration::from_secs(120),
        stall_stream: Duration::from_secs(9),
        retry_delay: Duration::ZERO,
        max_wait: Duration::from_secs(7200),
        fallback: Some(Fallback { provider: "gemini".to_owned(), after: Duration::from_secs(900) }),
        max_iterations: Some(50),
        verify: Some("npm test".to_owned()),
        verify_limit: Duration::from_secs(300),
        max_cost_usd: Some(5.5),
        max_tokens: Some(2_000_000),
        max_time: Some(Duration::from_secs(5400)),
        ..Policy::default()
    };
    assert_eq!(config.policy, policy);
    assert_eq!(config.for_phase(&Phase::named("quality")).more_tools, ["WebFetch", "mcp__x"]);
    assert_eq!(config.for_phase(&Phase::named("code-review")).model.as_deref(), Some("x"));
}

#[test]
fn every_key_by_which_the_person_is_reached_is_read_and_no_secret_of_them_is_shown() {
    let config = Project::sound(
        "TELEGRAM_BOT_TOKEN=1:secret\nTELEGRAM_CHAT_ID=-10042\n\
         TELEGRAM_ALLOWED_USERS=7, 9 7\nTELEGRAM_API_URL=http://127.0.0.1:81/bots/\nSAMOCODE_NOTIFY_DESKTOP=on\n\
         SAMOCODE_NOTIFY_WEBHOOK=https://a.example/secret1\nSAMOCODE_NOTIFY_WEBHOOK_SECRET=secret2\n\
         SAMOCODE_NOTIFY_NTFY=https://ntfy.example/secret3/\nSAMOCODE_NOTIFY_NTFY_TOKEN=secret4\n\
         SAMOCODE_NOTIFY_SLACK=https://b.example/secret5\nSAMOCODE_NOTIFY_DISCORD=https://c.example/secret6\n\
         SAMOCODE_NOTIFY_COMMAND=cat >> ~/notices\n",
    );
    let config = config.load().unwrap();
    let telegram = config.telegram.as_ref().unwrap();
    assert_eq!((telegram.bot_token.reveal(), telegram.chat_id), ("1:secret", -10042));
    assert_eq!(
        (&telegram.allowed_users, telegram.api_url.as_str()),
        (&[7, 9].into(), "http://127.0.0.1:81/bots")
    );
    let channels = &config.channels;
    assert!(channels.desktop);
    assert_eq!(channels.command.as_deref(), Some("cat >> ~/notices"));
    assert_eq!(
        channels.secrets().collect::<Vec<_>>(),
        [
            "secret2",
            "secret4",
            "https://a.example/secret1",
            "https://ntfy.example/secret3",
            "https://b.example/secret5",
            "https://c.example/secret6",
        ]
    );
    let printed = format!("{config:?}");
    let secrets = ["1:secret", "secret1", "secret2", "secret3", "secret4", "secret5", "secret6"];
    assert!(
        secrets.iter().all(|secret| !printed.contains(secret)),
        "a debug print shows a secret: {printed}"
    );
    assert!(config.explain().iter().all(|setting| !setting.value.contains("secret")));
}

#[test]
fn the_phone_listens_to_the_owner_of_a_private_chat_and_in_a_group_to_those_who_are_named() {
    let phone = |lines: &str| {
        let config = Project::sound(&format!("TELEGRAM_BOT_TOKEN=1:secret\n{lines}")).load().unwrap();
        let phone = config.telegram.unwrap();
        (phone.allowed_users.iter().copied().collect::<Vec<_>>(), phone.is_deaf(), phone.api_url)
    };
    let api = || "https://api.telegram.org".to_owned();
    assert_eq!(phone("TELEGRAM_CHAT_ID=42\n"), (vec![42], false, api()));
    assert_eq!(phone("TELEGRAM_CHAT_ID=42\nTELEGRAM_ALLOWED_USERS=7\n"), (vec![7], true, api()));
    assert_eq!(phone("TELEGRAM_CHAT_ID=-42\n"), (vec![], true, api()));
    assert_eq!(phone("TELEGRAM_CHAT_ID=-42\nTELEGRAM_ALLOWED_USERS=7 8\n"), (vec![7, 8], false, api()));
}

#[test]
fn a_key_that_does_nothing_by_itself_is_known() {
    let lines = "TELEGRAM_ALLOWED_USERS=7\nSAMOCODE_NOTIFY_NTFY_TOKEN=secret\n";
    let config = Project::sound(lines).load().unwrap();
    assert_eq!(
        config.keys_without_effect().collect::<Vec<_>>(),
        [
            ("TELEGRAM_ALLOWED_USERS", "TELEGRAM_BOT_TOKEN"),
            ("SAMOCODE_NOTIFY_NTFY_TOKEN", "SAMOCODE_NOTIFY_NTFY")
        ]
    );
    let config = Project::sound(&format!("{lines}SAMOCODE_NOTIFY_NTFY=http://n.example/t\n")).load().unwrap();
    assert_eq!(config.keys_without_effect().count(), 1);
    assert_eq!(config.channels.unprotected().collect::<Vec<_>>(), ["SAMOCODE_NOTIFY_NTFY"]);
}

#[test]
fn each_layer_is_stronger_than_the_one_below() {
    let mut project = Project::sound("").file("home/.config/samocode/config", "CLAUDE_TIMEOUT=1\n");
    let timeout = |project: &Project| {
        let config = project.load().unwrap();
        (phase(&config, "planning").2, config.source("CLAUDE_TIMEOUT"))
    };
    assert_eq!(timeout(&project), (1, Source::UserFile));
    project = project.file("p/.samocode", format!("{REQUIRED}CLAUDE_TIMEOUT=2\n"));
    assert_eq!(timeout(&project), (2, Source::Project));
    project = project.file("p/.env", "CLAUDE_TIMEOUT=3\n");
    assert_eq!(timeout(&project), (3, Source::EnvFile));
    project = project.file("other.env", "CLAUDE_TIMEOUT=4\n");
    project.env_file = Some("../other.env".into());
    assert_eq!(timeout(&project), (4, Source::EnvFile));
    project = project.env("CLAUDE_TIMEOUT", "5");
    assert_eq!(timeout(&project), (5, Source::Environment));
    project.flags.timeout = Some("6".into());
    assert_eq!(timeout(&project).0, 6);
}

#[test]
fn a_phases_own_key_is_stronger_than_the_providers_and_a_flag_than_both() {
    let lines = "PLANNING_PROVIDER=codex\nPLANNING_MODEL=m\nTESTING_MODEL=haiku\nTESTING_TIMEOUT=60\n";
    let mut project = Project::sound(lines).env("CLAUDE_MODEL", "sonnet");
    let config = project.load().unwrap();
    assert_eq!(phase(&config, "planning"), (ProviderKind::Codex, Some("m".into()), 1800));
    assert_eq!(phase(&config, "testing"), (ProviderKind::Claude, Some("haiku".into()), 60));
    assert_eq!(phase(&config, "done"), (ProviderKind::Claude, Some("sonnet".into()), 1800));

    project.flags.model = Some("opus".into());
    let config = project.load().unwrap();
    assert_eq!(phase(&config, "planning").1.as_deref(), Some("m"), "codex would not know the flag's model");
    assert_eq!(phase(&config, "testing").1.as_deref(), Some("opus"));

    project.flags = Overrides { provider: Some("demo".into()), ..Overrides::default() };
    let config = project.load().unwrap();
    assert_eq!(phase(&config, "planning"), (ProviderKind::Demo, None, 1800));
    assert_eq!(phase(&config, "testing"), (ProviderKind::Demo, None, 60), "haiku was chosen for claude");
}

#[test]
fn the_file_is_found_upward_and_a_records_folder_is_passed_over() {
    let mut project = Project::sound("").file("p/_sessions/.samocode/x/journal.jsonl", "");
    project.start = project.base.join("p/_sessions");
    assert_eq!(project.load().unwrap().main_repo, project.base.join("p"));
    let mut named = Project::empty().file("etc/my.conf", "MAIN_REPO=../p\nWORKTREES=w\nSESSIONS=s\n");
    named.config = Some("../etc/my.conf".into());
    assert_eq!(named.load().unwrap().sessions, named.base.join("etc/s"));
}

#[test]
fn quotes_comments_export_crlf_bom_tilde_and_variables_are_read() {
    let text = "\u{feff}# project\r\nexport MAIN_REPO = \"$ROOT\"  # here\r\nWORKTREES='~/work trees'\r\nSESSIONS=${ROOT}/s\r\n";
    let project = Project::with(text);
    let root = project.base.join("p").to_str().unwrap().to_owned();
    let project = project.env("ROOT", &root);
    let config = project.load().unwrap();
    assert_eq!(config.main_repo, project.base.join("p"));
    assert_eq!(config.worktrees, project.base.join("home/work trees"));
    assert_eq!(config.sessions, project.base.join("p/s"));
}

#[test]
fn an_applications_env_file_does_not_get_in_the_way() {
    let env = "DATABASE_URL=postgres://x\nnonsense\nBROKEN=\"open\nDB_TIMEOUT=abc\nX=$UNSET\nCODEX_MODEL=m\n";
    let config = Project::sound("").file("p/.env", env).env("DB_MODEL", "x").load().unwrap();
    assert_eq!(config.provider_settings(ProviderKind::Codex).model.as_deref(), Some("m"));
    assert!(config.explain().iter().all(|setting| !setting.key.starts_with("DB_")));
    let folder = Project::sound("").file("p/.env/pyvenv.cfg", "");
    assert!(folder.load().is_ok(), "a virtual environment named .env is none of ours");
}

#[test]
fn an_empty_value_gives_a_key_back_to_its_default() {
    let project = Project::sound("SAMOCODE_MAX_COST=5\nCLAUDE_TIMEOUT=60\n")
        .env("SAMOCODE_MAX_COST", "")
        .env("CLAUDE_TIMEOUT", "");
    let config = project.load().unwrap();
    assert_eq!((config.policy.max_cost_usd, phase(&config, "done").2), (None, 1800));
}

#[test]
fn a_missing_file_is_told_with_what_to_do() {
    let mut project = Project::empty();
    insta::assert_snapshot!(project.error(), @"no `.samocode` in BASE/p or any folder above it; `samocode init` writes one, `--config PATH` names another");
    project.config = Some("none/.samocode".into());
    insta::assert_snapshot!(project.error(), @"BASE/p/none/.samocode does not exist; it was named with `--config`");
    let mut project = Project::sound("");
    project.env_file = Some("no.env".into());
    insta::assert_snapshot!(project.error(), @"BASE/p/no.env does not exist; it was named with `--env-file`");
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_the_reason() {
    let mut project = Project::sound("");
    project.config = Some(project.base.join("p"));
    insta::assert_snapshot!(project.error(), @"BASE/p is a folder; a file with `KEY=VALUE` lines is needed");
    project.config = Some(project.base.join("p/.samocode/x"));
    insta::assert_snapshot!(project.error(), @"cannot read BASE/p/.samocode/x: Not a directory (os error 20)");
    let project = Project::with(b"# one\nMAIN_REPO=\xff\n");
    insta::assert_snapshot!(project.error(), @"BASE/p/.samocode, line 2: not UTF-8; save the file as UTF-8");
    let project = Project::empty();
    std::os::unix::fs::symlink(".samocode", project.base.join("p/.samocode")).unwrap();
    assert!(project.error().starts_with("cannot read BASE/p/.samocode: "));
}

#[test]
fn missing_keys_are_named_all_at_once() {
    insta::assert_snapshot!(Project::with("").error(), @r#"
    BASE/p/.samocode does not set `MAIN_REPO`, `WORKTREES` and `SESSIONS`; it needs, for example:
    MAIN_REPO=.
    WORKTREES=../worktrees
    SESSIONS=./_sessions
    "#);
    insta::assert_snapshot!(Project::with("MAIN_REPO=.\nSESSIONS=\n").error(), @r#"
    BASE/p/.samocode does not set `WORKTREES` and `SESSIONS`; it needs, for example:
    MAIN_REPO=.
    WORKTREES=../worktrees
    SESSIONS=./_sessions
    "#);
}

#[test]
fn a_line_that_makes_no_sense_is_named() {
    insta::assert_snapshot!(error("WORKTREE=x\n"), @"BASE/p/.samocode, line 4: unknown key `WORKTREE`; did you mean `WORKTREES`?");
    insta::assert_snapshot!(error("DATABASE_URL=x\n"), @"BASE/p/.samocode, line 4: unknown key `DATABASE_URL`");
    insta::assert_snapshot!(error("CALUDE_MODEL=x\n"), @"BASE/p/.samocode, line 4: unknown key `CALUDE_MODEL`; did you mean `CLAUDE_MODEL`?");
    insta::assert_snapshot!(error("hello\n"), @"BASE/p/.samocode, line 4: there is no `=`; a line is `KEY=VALUE` or a comment that begins with `#`");
    insta::assert_snapshot!(error("TELEGRAM_BOT_TOKEN=\"1:secret\n"), @r#"BASE/p/.samocode, line 4 (`TELEGRAM_BOT_TOKEN`): the quote " is never closed"#);
    insta::assert_snapshot!(error("TELEGRAM_BOT_TOKEN=1:$secret\n"), @"BASE/p/.samocode, line 4 (`TELEGRAM_BOT_TOKEN`): the variable `$…` is not set; for a plain `$` write `\\$` or use single quotes");
    insta::assert_snapshot!(error("CLAUDE_PATH=$HOEM/claude\n"), @r"BASE/p/.samocode, line 4 (`CLAUDE_PATH`): the variable `$HOEM` is not set; for a plain `$` write `\$` or use single quotes");
    let env = Project::sound("").file("p/.env", "CLAUDE_MODEL='x\n");
    insta::assert_snapshot!(env.error(), @"BASE/p/.env, line 1 (`CLAUDE_MODEL`): the quote ' is never closed");
    let user = Project::sound("").file("home/.config/samocode/config", "FOO=1\n");
    insta::assert_snapshot!(user.error(), @"BASE/home/.config/samocode/config, line 1: unknown key `FOO`");
}

#[test]
fn a_value_that_makes_no_sense_is_named_with_its_place() {
    insta::assert_snapshot!(error("SAMOCODE_PROVIDER=gpt\n"), @"`SAMOCODE_PROVIDER` (BASE/p/.samocode, line 4): `gpt` is no provider; there are `claude`, `codex`, `gemini` and `demo`");
    insta::assert_snapshot!(error("CLAUDE_TIMEOUT=soon\n"), @"`CLAUDE_TIMEOUT` (BASE/p/.samocode, line 4): `soon` is no time; write seconds, or `90m`, `1h 30m`");
    insta::assert_snapshot!(error("CLAUDE_ARGS=--x 'open\n"), @"`CLAUDE_ARGS` (BASE/p/.samocode, line 4): a quote in it is never closed");
    insta::assert_snapshot!(error("SAMOCODE_MAX_TIME=2\n"), @"`SAMOCODE_MAX_TIME` (BASE/p/.samocode, line 4): `2` is no time with a unit; write `2h`, `90m` or `1h 30m`");
    insta::assert_snapshot!(error("PLANNING_PROVIDER=x\n"), @"`PLANNING_PROVIDER` (BASE/p/.samocode, line 4): `x` is no provider; there are `claude`, `codex`, `gemini` and `demo`");
    insta::assert_snapshot!(error("CLAUDE_PATH=~bob/claude\n"), @"`CLAUDE_PATH` (BASE/p/.samocode, line 4): `~bob` is not looked up; write the folder's whole path");
    insta::assert_snapshot!(error("TELEGRAM_BOT_TOKEN=1:secret\n"), @"`TELEGRAM_BOT_TOKEN` (BASE/p/.samocode, line 4): `TELEGRAM_CHAT_ID` is not set; the phone needs both");
    insta::assert_snapshot!(error("TELEGRAM_CHAT_ID=me\nTELEGRAM_BOT_TOKEN=1:secret\n"), @"`TELEGRAM_CHAT_ID` (BASE/p/.samocode, line 4): `me` is no number of a chat, such as `123456789` or `-100123456789`");
    insta::assert_snapshot!(error("TELEGRAM_ALLOWED_USERS=@ada\n"), @"`TELEGRAM_ALLOWED_USERS` (BASE/p/.samocode, line 4): `@ada` is no number of a user, such as `123456789`; names do not count");
    insta::assert_snapshot!(error("TELEGRAM_API_URL=http://bots.example\n"), @"`TELEGRAM_API_URL` (BASE/p/.samocode, line 4): `http://bots.example` would send the bot's token unprotected; only `https://` will do, or `http://` to this machine");
    insta::assert_snapshot!(error("TELEGRAM_API_URL=https://me:word@bots.example\n"), @"`TELEGRAM_API_URL` (BASE/p/.samocode, line 4): it has to be a plain address such as `https://api.example.org`, without a password, `?` or `#`");
    insta::assert_snapshot!(error("SAMOCODE_NOTIFY_SLACK=hooks.example/secret\n"), @"`SAMOCODE_NOTIFY_SLACK` (BASE/p/.samocode, line 4): it is no address such as `https://example.org/hook`");
    insta::assert_snapshot!(error("SAMOCODE_NOTIFY_WEBHOOK=ftp://hooks.example/secret\n"), @"`SAMOCODE_NOTIFY_WEBHOOK` (BASE/p/.samocode, line 4): only `https://` and `http://` addresses can be sent to");
    insta::assert_snapshot!(error("SAMOCODE_NOTIFY_NTFY=https://ntfy.example/\n"), @"`SAMOCODE_NOTIFY_NTFY` (BASE/p/.samocode, line 4): it names no topic; write `https://ntfy.example.org/my-topic`");
    insta::assert_snapshot!(Project::sound("").env("CLAUDE_MAX_TURNS", "0").error(), @"`CLAUDE_MAX_TURNS` (environment): `0` is no whole number from 1 to 4294967295");
    let mut flagged = Project::sound("");
    flagged.flags.timeout = Some("0".into());
    insta::assert_snapshot!(flagged.error(), @"`--timeout`: `0` is shorter than a second");
    flagged.flags = Overrides { max_cost: Some("much".into()), ..Overrides::default() };
    insta::assert_snapshot!(flagged.error(), @"`--max-cost`: `much` is no amount of US dollars; write `5` or `2.50`");
}

fn folders(repo: &str, worktrees: &str, sessions: &str) -> String {
    Project::with(format!("MAIN_REPO={repo}\nWORKTREES={worktrees}\nSESSIONS={sessions}\n")).error()
}

#[test]
fn folders_that_cannot_work_are_refused() {
    insta::assert_snapshot!(folders("./none", "w", "s"), @"`MAIN_REPO` (BASE/p/.samocode, line 1): BASE/p/none does not exist; it is the project's repository, which samocode never makes");
    insta::assert_snapshot!(folders(".samocode", "w", "s"), @"`MAIN_REPO` (BASE/p/.samocode, line 1): BASE/p/.samocode is not a folder");
    insta::assert_snapshot!(folders(".", "w", ".samocode"), @"`SESSIONS` (BASE/p/.samocode, line 3): BASE/p/.samocode is not a folder");
    insta::assert_snapshot!(folders(".", "w", "./w/"), @"`SESSIONS` (BASE/p/.samocode, line 3): BASE/p/w is `WORKTREES`, too; each needs a folder of its own");
    insta::assert_snapshot!(folders(".", "w", "w/s"), @"`SESSIONS` (BASE/p/.samocode, line 3): BASE/p/w/s lies inside of `WORKTREES`; the two must stand apart");
    insta::assert_snapshot!(folders(".", "s/w", "s"), @"`WORKTREES` (BASE/p/.samocode, line 2): BASE/p/s/w lies inside of `SESSIONS`; the two must stand apart");
    insta::assert_snapshot!(folders(".", "w", "x/.."), @"`SESSIONS` (BASE/p/.samocode, line 3): BASE/p is `MAIN_REPO` itself; name a folder in it or elsewhere");
    insta::assert_snapshot!(folders(".", "../p", "s"), @"`WORKTREES` (BASE/p/.samocode, line 2): BASE/p is `MAIN_REPO` itself; name a folder in it or elsewhere");
}

#[test]
fn one_place_is_seen_behind_two_names() {
    let project = Project::with("MAIN_REPO=.\nWORKTREES=w\nSESSIONS=link/s\n");
    fs::create_dir(project.base.join("p/w")).unwrap();
    std::os::unix::fs::symlink("w", project.base.join("p/link")).unwrap();
    insta::assert_snapshot!(project.error(), @"`SESSIONS` (BASE/p/.samocode, line 3): BASE/p/link/s lies inside of `WORKTREES`; the two must stand apart");
}

#[test]
fn worktrees_and_sessions_may_lie_inside_of_the_repository() {
    let config = Project::with("MAIN_REPO=.\nWORKTREES=.w\nSESSIONS=.s\n").load().unwrap();
    assert!(
        config.worktrees.starts_with(&config.main_repo) && config.sessions.starts_with(&config.main_repo)
    );
}

#[test]
fn doctor_can_say_where_each_key_comes_from() {
    let mut project = Project::sound("CODEX_MODEL=m\nPLANING_MODEL=x\n").env("GEMINI_MODEL", "g");
    project.flags.max_cost = Some("5".into());
    let config = project.load().unwrap();
    let base = project.base.to_str().unwrap();
    let lines: Vec<String> = config
        .explain()
        .iter()
        .filter(|setting| setting.origin.source != Source::Default || setting.key == "CLAUDE_MODEL")
        .map(|setting| {
            format!("{}={} ({})", setting.key, setting.value, setting.origin).replace(base, "BASE")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    MAIN_REPO=. (BASE/p/.samocode, line 1)
    WORKTREES=../worktrees (BASE/p/.samocode, line 2)
    SESSIONS=./_sessions (BASE/p/.samocode, line 3)
    CLAUDE_MODEL=opus (default)
    CODEX_MODEL=m (BASE/p/.samocode, line 4)
    GEMINI_MODEL=g (environment)
    SAMOCODE_MAX_COST=5 (flag --max-cost)
    PLANING_MODEL=x (BASE/p/.samocode, line 5)
    "#);
    let known = [Phase::named("planning")];
    let strange: Vec<&str> =
        config.keys_of_other_phases(&known).map(|setting| setting.key.as_str()).collect();
    assert_eq!(strange, ["PLANING_MODEL"]);
}

#[test]
fn the_files_path_is_absolute_however_it_was_named() {
    let mut project = Project::sound("");
    project.config = Some(Path::new("./.samocode").to_owned());
    assert_eq!(project.load().unwrap().file, project.base.join("p/.samocode"));
}

#[test]
fn inside_a_linked_worktree_the_main_work_trees_settings_count() {
    let mut project = Project::sound("")
        .file("p/.git/worktrees/x/gitdir", "")
        .file("w/x/.git", "gitdir: ../../p/.git/worktrees/x\n")
        .file("w/x/.samocode", REQUIRED)
        .file("w/x/src/lib.rs", "");
    project.start = project.base.join("w/x/src");
    assert_eq!(project.load().unwrap().file, project.base.join("p/.samocode"));
    fs::remove_file(project.base.join("p/.samocode")).unwrap();
    assert_eq!(project.load().unwrap().file, project.base.join("w/x/.samocode"));
}
