//! Codex as an outside reviewer: without samocode's agents and skills, its report read from its last message.

use std::ffi::OsString;
use std::path::Path;

use super::super::fields::Line;
use super::super::{Message, Prepared, ProviderError, ReviewSpec, program};
use super::fields::Field;
use super::tools::Offer;
use super::{ALWAYS, CodexSettings, environment, person, wanted};
use crate::domain::command::CommandSpec;

/// What to start for a review.
pub(in super::super) fn review(
    settings: &CodexSettings,
    run: &ReviewSpec<'_>,
) -> Result<Prepared, ProviderError> {
    let servers = person::settings(run.env).servers;
    let spec = CommandSpec {
        program: program::find(&wanted(settings), run.env, Path::new("/"))?,
        args: arguments(settings, run, &Offer::of(&["Bash"])?, &servers),
        env: environment(run.env),
        dir: run.worktree.to_owned(),
        confinement: None,
    };
    Ok(Prepared { spec, added: Vec::new() })
}

/// Its shell is its only tool to read with. Without samocode's sandbox around it, that shell runs in Codex's own.
fn arguments(
    settings: &CodexSettings,
    run: &ReviewSpec<'_>,
    offer: &Offer,
    servers: &[String],
) -> Vec<OsString> {
    let mut args: Vec<OsString> = ["exec", "--json", "--skip-git-repo-check"].map(OsString::from).to_vec();
    if run.confined {
        args.push("--dangerously-bypass-approvals-and-sandbox".into());
    } else {
        args.extend(["--sandbox", "read-only"].map(OsString::from));
    }
    if !run.model.is_empty() {
        args.extend(["-m".into(), run.model.into()]);
    }
    args.extend(["-C".into(), run.worktree.into()]);
    let all = ALWAYS.map(str::to_owned).into_iter().chain(offer.settings(servers));
    args.extend(all.flat_map(|setting| [OsString::from("-c"), setting.into()]));
    args.extend(settings.args.iter().map(OsString::from));
    args.push("-".into());
    args
}

/// What a line adds to the last message: each message comes whole, the last one is the report.
pub(in super::super) fn message(line: &Line<'_, Field>) -> Option<Message> {
    let is_message =
        line.word(Field::Type) == "item.completed" && line.word(Field::ItemType) == "agent_message";
    if !is_message || !line.is_whole() {
        return None;
    }
    line.text(Field::Text).map(Message::Whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Provider, replay};

    fn argv(confined: bool) -> String {
        let run = ReviewSpec {
            model: "m",
            worktree: Path::new("/w"),
            readable: &[],
            confined,
            env: &[],
            cost_left: None,
        };
        let settings = CodexSettings { program: "codex".into(), args: vec!["--oss".into()] };
        let args = arguments(&settings, &run, &Offer::of(&["Bash"]).unwrap(), &[]).into_iter();
        args.map(|arg| arg.into_string().unwrap()).collect::<Vec<_>>().join("\n").replace("-c\n", "-c ")
    }

    #[test]
    fn its_command_line() {
        insta::assert_snapshot!(argv(true), @r#"
        exec
        --json
        --skip-git-repo-check
        --dangerously-bypass-approvals-and-sandbox
        -m
        m
        -C
        /w
        -c features.unbounded_connection_retries=false
        -c tools.experimental_request_user_input.enabled=false
        -c features.goals=false
        -c features.sleep_tool=false
        -c features.skill_search=false
        -c skills.bundled.enabled=false
        -c include_permissions_instructions=false
        -c include_collaboration_mode_instructions=false
        -c include_apps_instructions=false
        -c agents.enabled=false
        -c skills.include_instructions=false
        -c tools.update_plan.enabled=false
        -c features.view_image=false
        -c features.image_generation=false
        -c features.apps=false
        -c web_search="disabled"
        --oss
        -
        "#);
        let alone = argv(false);
        assert!(alone.contains("--sandbox\nread-only\n") && !alone.contains("dangerously"), "{alone}");
    }

    #[test]
    fn its_report_is_the_last_of_its_messages() {
        let codex = Provider::Codex(CodexSettings { program: String::new(), args: Vec::new() });
        let told = |kind: &str| {
            let line = format!(
                r#"{{"item":{{"text":"F1","type":"{kind}","id":"item_1"}},"type":"item.completed"}}"#
            );
            replay::messages(&codex, &line)
        };
        assert_eq!(told("agent_message"), [Message::Whole("F1".to_owned())]);
        assert_eq!(told("reasoning"), []);
    }
}
