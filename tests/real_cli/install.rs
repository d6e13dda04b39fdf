//! What `samocode install` puts into a home, as each CLI itself finds, lists and sends it; and that the home is as it was
//! after `uninstall`, but for what the CLI wrote there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use samocode::provider::bundle::Bundle;
use samocode::provider::skill::Skill;
use samocode_testing_model::{Model, Recorded, Reply, Turn, Walkthrough};
use serde_json::Value;

use crate::clis::Cli;
use crate::scratch::Scratch;
use crate::stage::{Stage, TASK};

/// A person with one CLI, logged in, and nothing else in the home.
struct Person {
    cli: Cli,
    scratch: Scratch,
    model: Model,
    environment: Vec<(&'static str, OsString)>,
}

/// Mode, and bytes or where a link leads, by path.
type Tree = BTreeMap<PathBuf, (u32, Vec<u8>)>;

impl Person {
    fn with(cli: Cli) -> Self {
        let scratch = Scratch::new();
        let model = Model::start(|_: &Turn| Reply::text("finished"));
        let mut environment = cli.log_in(&scratch, &model);
        environment.push(("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into())));
        environment.push(("HOME", scratch.home().into()));
        Self { cli, scratch, model, environment }
    }

    fn run(&self, mut command: Command) -> Output {
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        let output = command.current_dir(self.scratch.work()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    fn samocode(&self, words: &str) -> Value {
        let mut command = Command::new(Stage::program());
        command.args([words, "--provider", self.cli.name(), "--json"]);
        serde_json::from_slice(&self.run(command).stdout).unwrap()
    }

    /// What the CLI prints.
    fn at_prompt(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(self.cli.program());
        command.args(arguments);
        let output = self.run(command);
        self.model.assert_nothing_unexpected();
        String::from_utf8(output.stdout).unwrap()
    }

    fn tree(&self) -> Tree {
        let mut found = Tree::new();
        let mut open = vec![self.scratch.home()];
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

    /// Installs, lets the person work, uninstalls; the home has to be as it was then, with what the CLI wrote there.
    fn works_in_between(&self, work: impl FnOnce(&Value)) {
        let before = self.tree();
        let report = self.samocode("install");
        let installed = self.tree();
        work(&report);
        let worked = self.tree();
        let undone = self.samocode("uninstall");
        let deeds = undone["files"].as_array().unwrap().iter().map(|file| file["deed"].as_str().unwrap());
        assert_eq!(deeds.filter(|deed| *deed != "remove").count(), 0, "the CLI changed one: {undone}");
        let written = |path: &PathBuf| worked.contains_key(path) && !installed.contains_key(path);
        let expected: Tree = worked
            .iter()
            .filter(|(path, _)| {
                let holds_written = worked.keys().any(|other| other.starts_with(path) && written(other));
                before.contains_key(*path) || holds_written
            })
            .map(|(path, stands)| (path.clone(), stands.clone()))
            .collect();
        let names = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
        let after = self.tree();
        assert_eq!(names(&after), names(&expected));
        assert!(after == expected, "the bytes or modes of something differ");
    }
}

fn bundle() -> Bundle {
    Bundle::embedded().unwrap()
}

fn commands() -> Vec<String> {
    bundle().skills.into_iter().filter(Skill::is_command).map(|skill| skill.name).collect()
}

/// A piece of the dive's text that no listing has.
fn text_of_dive() -> String {
    let skill = bundle().skills.into_iter().find(|skill| skill.name == "dive").unwrap();
    skill.text.lines().find(|line| line.starts_with("1. ")).unwrap().to_owned()
}

/// Everything that the model was told, as one text.
fn told(request: &Recorded) -> String {
    let turn = &request.turn;
    let texts: Vec<&str> =
        turn.system.iter().chain(&turn.reminders).chain([&turn.prompt]).map(String::as_str).collect();
    texts.join("\n")
}

#[test]
fn claude_lists_what_is_installed_and_a_slash_command_sends_the_skills_text() {
    let person = Person::with(Cli::Claude);
    person.works_in_between(|_| {
        let said =
            person.at_prompt(&["-p", "/dive the cache", "--output-format", "stream-json", "--verbose"]);
        let init: Value = serde_json::from_str(
            said.lines().find(|line| line.contains(r#""subtype":"init""#)).expect("there is no init line"),
        )
        .unwrap();
        let listed = |key: &str| -> Vec<String> { serde_json::from_value(init[key].clone()).unwrap() };
        for name in commands() {
            assert!(listed("slash_commands").contains(&name), "/{name}: {init}");
            assert!(listed("skills").contains(&name), "{name}: {init}");
        }
        for agent in bundle().subagents {
            let name = format!("samocode-{}", agent.name);
            assert!(listed("agents").contains(&name), "{name}: {init}");
        }
        let request = told(&person.model.requests()[0]);
        for skill in bundle().skills {
            assert!(request.contains(&format!("- {}: {}", skill.name, skill.description)), "{}", skill.name);
        }
        assert!(request.contains(&text_of_dive()), "{request}");
        assert!(request.contains("ARGUMENTS: the cache"), "{request}");
    });
}

/// A skill that no person calls is no slash command, but the model has it.
#[test]
fn claude_offers_no_command_for_a_skill_that_only_agents_use() {
    let person = Person::with(Cli::Claude);
    person.works_in_between(|_| {
        let said = person.at_prompt(&["-p", "hello", "--output-format", "stream-json", "--verbose"]);
        let others: Vec<Skill> = bundle().skills.into_iter().filter(|skill| !skill.is_command()).collect();
        assert!(!others.is_empty());
        for skill in others {
            assert!(!said.contains(&format!("\"{}\"", skill.name)), "{} is a command", skill.name);
            assert!(told(&person.model.requests()[0]).contains(&skill.description), "{}", skill.name);
        }
    });
}

#[test]
fn codex_lists_what_is_installed_and_a_dollar_sends_the_skills_text() {
    let person = Person::with(Cli::Codex);
    person.works_in_between(|_| {
        person.at_prompt(&["exec", "--skip-git-repo-check", "$dive the cache"]);
        let request = &person.model.requests()[0];
        let text = told(request);
        for skill in bundle().skills {
            let listed = text.matches(&format!("\n- {}: {}", skill.name, skill.description)).count();
            assert_eq!(listed, 1, "{}", skill.name);
        }
        let tools = request.body.to_string();
        for agent in bundle().subagents {
            assert!(tools.contains(&format!("samocode-{}: {{", agent.name)), "{}: {tools}", agent.name);
        }
        assert_eq!(request.turn.prompt, "$dive the cache");
        assert!(text.contains(&text_of_dive()), "{text}");
    });
}

#[test]
fn gemini_lists_what_is_installed_and_a_slash_command_sends_the_skills_text() {
    let person = Person::with(Cli::Gemini);
    person.works_in_between(|_| {
        let listed = person.at_prompt(&["skills", "list"]);
        for skill in bundle().skills {
            let line = format!("\nsamocode-{} [Enabled]\n", skill.name);
            assert_eq!(listed.matches(&line).count(), 1, "{}: {listed}", skill.name);
        }
        person.at_prompt(&["--skip-trust", "-p", "/dive the cache"]);
        let requests = person.model.requests();
        let request = requests.last().unwrap();
        let system = request.turn.system.join("\n");
        for skill in bundle().skills {
            assert!(system.contains(&format!("<name>samocode-{}</name>", skill.name)), "{}", skill.name);
        }
        for agent in bundle().subagents {
            assert!(system.contains(&format!("<name>samocode-{}</name>", agent.name)), "{}", agent.name);
        }
        let prompt = &request.turn.prompt;
        assert!(prompt.contains(&text_of_dive()), "{prompt}");
        assert!(prompt.trim_end().ends_with("\n/dive the cache"), "{prompt}");
    });
}

/// Nothing else lists its commands without a terminal; the dive is called above.
#[test]
fn gemini_has_commands_with_digits_and_dashes_by_their_plain_names() {
    let person = Person::with(Cli::Gemini);
    person.works_in_between(|_| {
        for name in ["do2", "samocode-run"] {
            person.at_prompt(&["--skip-trust", "-p", &format!("/{name} x")]);
            let requests = person.model.requests();
            let prompt = &requests.last().unwrap().turn.prompt;
            let skill = bundle().skills.into_iter().find(|skill| skill.name == name).unwrap();
            assert!(prompt.starts_with(skill.text.lines().next().unwrap()), "/{name}: {prompt}");
        }
    });
}

/// A run gets its phase's skills and agents by itself; those that are installed would be listed beside them.
#[test]
fn a_session_lists_nothing_twice_and_what_is_the_persons_own() {
    for cli in Cli::ALL {
        let stage = Stage::with(&[cli], Walkthrough::quick().with_task(TASK));
        let folder = format!("home/.{}/skills/mine", cli.name());
        let own = "---\nname: mine\ndescription: A skill of the person's own.\n---\n\nMine.\n";
        stage.scratch.write(&format!("{folder}/SKILL.md"), own);
        let said = stage.say(&["install", "--provider", cli.name()]).with_code(0).said;
        assert!(said.contains(" installed"), "{said}");
        stage.begin(&["--workflow", "quick"]).wait().with_code(0);
        stage.model.assert_nothing_unexpected();
        for request in stage.model.requests() {
            let body = request.body.to_string();
            assert_eq!(
                body.matches("A skill of the person's own.").count(),
                1,
                "{cli:?}: {}",
                told(&request)
            );
            for skill in bundle().skills {
                let listed = body.matches(&skill.description).count();
                assert!(listed <= 1, "{cli:?} lists {} {listed} times", skill.name);
            }
            let unused = bundle().skills.into_iter().find(|skill| skill.name == "session-sync").unwrap();
            assert!(!body.contains(&unused.description), "{cli:?}");
        }
    }
}
