//! An agent that shows every secret it can find: none is in what samocode writes and prints.

use std::fs;
use std::path::Path;

use samocode_testing_model::Walkthrough;

use crate::scratch::files_below;
use crate::stage::{Stage, TASK};

/// Of a variable that the agent does not get.
const WITHHELD: &str = "copper-Meadow-27182";
const URL_PASSWORD: &str = "w4lnut-Harbour";
const HEADER: &str = "q7Zf0PlM2x";

/// Put together here, so that no scanner takes this file for a leak.
fn api_key() -> String {
    format!("sk-ant-{}", "api03-Zk3_x9-".repeat(4))
}

fn bot_token() -> String {
    format!("110201543:{}", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1")
}

#[test]
fn fault_28_what_the_agent_shows_of_its_environment_is_in_no_log_record_or_message() {
    let show = format!(
        "env; echo \"key $ANTHROPIC_API_KEY and $GIVEN_BACK, {}, Authorization: Bearer {HEADER}, \
         https://ada:{URL_PASSWORD}@host/x\" | tee /dev/stderr",
        bot_token()
    );
    let script = Walkthrough::research().with_task(TASK).with_last_command("investigation", &show);
    let stage = Stage::new(script)
        .without_env("ANTHROPIC_API_KEY")
        .env("ANTHROPIC_API_KEY", &api_key())
        .env("TELEGRAM_BOT_TOKEN", &bot_token())
        .env("TELEGRAM_CHAT_ID", "42")
        .env("DEPLOY_PASSWORD", WITHHELD)
        .env("GIVEN_BACK", &format!("https://ada:{URL_PASSWORD}@host"))
        // Nobody listens there.
        .setting("TELEGRAM_API_URL=http://127.0.0.1:9")
        .setting("SAMOCODE_PASS_ENV=GIVEN_BACK");

    let mut said = stage.begin(&["--workflow", "research"]).wait().with_code(0).said;
    for (command, more) in [("status", vec!["--json"]), ("logs", vec![])] {
        said.push_str(&stage.act(command, &more).with_code(0).said);
    }

    let shown = &stage.request(1);
    assert!(!shown.body.to_string().contains(WITHHELD), "withheld from the agent");
    let requests = stage.model.requests();
    let results = || requests.iter().flat_map(|request| &request.turn.results);
    assert!(results().any(|result| result.text.contains(&api_key())), "the agent did show them");

    let secret = bot_token().split_once(':').unwrap().1.to_owned();
    let secrets = [api_key(), secret, WITHHELD.to_owned(), HEADER.to_owned(), URL_PASSWORD.to_owned()];
    let clean = |what: &str, text: &[u8]| {
        for secret in &secrets {
            assert!(memchr::memmem::find(text, secret.as_bytes()).is_none(), "`{secret}` is in {what}");
        }
    };
    clean("what samocode said", said.as_bytes());
    let mut looked_at = 0;
    for folder in [stage.sessions(), stage.main().join(".git"), stage.scratch.home().join(".cache")] {
        looked_at += look_through(&folder, &clean);
    }
    assert!(looked_at > 20, "{looked_at} files");
}

fn look_through(folder: &Path, clean: &impl Fn(&str, &[u8])) -> usize {
    let files = files_below(folder);
    for file in &files {
        clean(file, &fs::read(folder.join(file)).unwrap());
    }
    files.len()
}

#[test]
fn fault_16_a_task_of_a_megabyte_reaches_the_model() {
    let task = format!("{}the end", "quotes ' \" and $(touch x)\n".repeat(40_000));
    let stage = Stage::new(Walkthrough::research().with_task(&task));
    let file = stage.scratch.write("task.md", &task).display().to_string();

    stage.go_on(&["--task-file", &file, "--workflow", "research"]).wait().with_code(0);

    stage.model.assert_nothing_unexpected();
    assert!(stage.request(1).turn.prompt.contains(&task), "the task came changed");
}
