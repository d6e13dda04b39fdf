//! What a whole session sends to the model, counted by the requests that arrive: `docs/cost.md` shows it, and
//! `SAMOCODE_UPDATE_DOCS=1 cargo test --test real_cli cost_` writes it anew.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use samocode_testing_model::{Parts, Walkthrough};

use crate::clis::Cli;
use crate::session_full::WALK;
use crate::stage::{Stage, TASK};

/// Most characters of tool definitions that Claude Code may send in a phase.
const MOST_TOOLS: usize = 15_000;
/// Most characters of samocode's own in the system part of a phase.
const MOST_OWN: usize = 9_000;
/// Most characters of samocode's own in the user message, the task aside.
const MOST_MESSAGE: usize = 2_000;

/// What one iteration's first request held.
struct Sent {
    phase: &'static str,
    parts: Parts,
    /// samocode's own text in the system part: agent, rules and what lists its skills and sub-agents.
    own: usize,
    /// samocode's own text in the user message, the task aside.
    message: usize,
}

/// What holds where the CLI adds nothing of its own to samocode's text.
fn check_own(sent: &[Sent]) {
    for Sent { phase, own, .. } in sent {
        assert!(*own <= MOST_OWN, "{phase}: {own} characters of samocode's in the system part");
    }
}

/// A whole session of one CLI.
fn session(cli: Cli) -> Vec<Sent> {
    let stage = Stage::with(&[cli], Walkthrough::full().with_task(TASK));
    stage.begin(&["--accept-suggestions", "--approve-plan"]).wait().with_code(0);
    stage.model.assert_nothing_unexpected();
    let requests = (1..).zip(WALK).map(|(number, phase)| (phase, stage.request(number)));
    requests
        .map(|(phase, request)| Sent {
            phase,
            own: characters(&request.turn.agent_text()),
            message: characters(&request.turn.prompt) - characters(TASK),
            parts: Parts::of(&request),
        })
        .collect()
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

/// How much of `new`'s request a cache that holds `old`'s serves: the part of it, from its beginning, that is the same.
fn stable(old: &Sent, new: &Sent) -> usize {
    let (old, new) = (old.parts.whole(), new.parts.whole());
    let same = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    same * 100 / characters(&new)
}

/// The table of one CLI's session.
fn table(cli: Cli, sent: &[Sent]) -> String {
    let mut text = String::from(
        "| iteration | phase | tools | system part | of it samocode's | user part | of it samocode's | same as before |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for (at, one) in sent.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| &sent[at]).filter(|before| before.phase == one.phase);
        let same = before.map_or(String::new(), |before| format!("{} %", stable(before, one)));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {same} |",
            at + 1,
            one.phase,
            characters(&one.parts.tools),
            characters(&one.parts.system),
            one.own,
            characters(&one.parts.user),
            one.message,
        );
    }
    let all: usize = sent.iter().map(|one| characters(&one.parts.whole())).sum();
    format!("## {}\n\n{text}\nFirst requests of all iterations together: {all} characters.\n", cli.title())
}

/// Puts the table into the page when asked to.
fn publish(cli: Cli, table: &str) {
    if std::env::var_os("SAMOCODE_UPDATE_DOCS").is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cost.md");
    let page = fs::read_to_string(&path).unwrap();
    let heading = format!("## {}\n", cli.title());
    let begin = page.find(&heading).unwrap();
    let end =
        page[begin + heading.len()..].find("\n## ").map_or(page.len(), |at| begin + heading.len() + at + 1);
    let after = if end == page.len() { "" } else { "\n" };
    fs::write(&path, format!("{}{table}{after}{}", &page[..begin], &page[end..])).unwrap();
}

/// What holds for every CLI: samocode's message is small, and one phase's iterations begin alike.
fn check(sent: &[Sent]) {
    for one in sent {
        assert!(
            one.message <= MOST_MESSAGE,
            "{}: {} characters of samocode's message",
            one.phase,
            one.message
        );
    }
    for pair in sent.windows(2).filter(|pair| pair[0].phase == pair[1].phase) {
        assert_eq!(pair[0].parts.tools, pair[1].parts.tools, "the tools of {}", pair[1].phase);
        assert_eq!(pair[0].parts.system, pair[1].parts.system, "the system part of {}", pair[1].phase);
    }
}

#[test]
fn cost_of_a_session_on_claude_code() {
    let sent = session(Cli::Claude);
    publish(Cli::Claude, &table(Cli::Claude, &sent));
    check(&sent);
    check_own(&sent);
    for one in &sent {
        let tools = characters(&one.parts.tools);
        assert!(tools <= MOST_TOOLS, "{}: {tools} characters of tool definitions", one.phase);
    }
}

#[test]
fn cost_of_a_session_on_codex() {
    let sent = session(Cli::Codex);
    publish(Cli::Codex, &table(Cli::Codex, &sent));
    check(&sent);
    check_own(&sent);
}

#[test]
fn cost_of_a_session_on_gemini() {
    let sent = session(Cli::Gemini);
    publish(Cli::Gemini, &table(Cli::Gemini, &sent));
    check(&sent);
}
