//! The sessions that are swept: their projects, and what their agent does.

use std::fs;

use samocode_testing_agent::{PLAN, Script, Step};
use serde_json::json;

use crate::suite::scenario::Scenario;

/// What the person tells while the questions wait.
pub(crate) const GUIDANCE: &str = "mind the dates";
/// A question that the agent answered itself, which is no answer.
const QUESTIONS: &str = "# Questions\n\n### Q1: Where should tokens live?\nA) httpOnly cookie\nB) localStorage\n\
    **Suggestion:** A\n**Answer:** B\n\n### Q2: For how long?\n**Answer:** _waiting_\n";

/// A session that is swept.
pub(crate) struct Plot {
    pub(crate) project: fn() -> Scenario,
    /// What the person types first.
    pub(crate) first: &'static [&'static str],
    /// The commands whose processes are killed.
    pub(crate) commands: &'static [&'static str],
    /// The kind of journal entry whose first point ends the sweep; without one, all are swept.
    pub(crate) until: Option<&'static str>,
}

/// A whole session of the workflow `full`.
pub(crate) const WHOLE: Plot = Plot {
    project: whole,
    first: &["run", "auth", "--task", "Add tokens"],
    commands: &["run", "tell", "answer", "approve"],
    until: None,
};

/// The beginning of one that takes a folder over.
pub(crate) const ADOPTED: Plot = Plot {
    project: adopted,
    first: &["run", "auth", "--adopt", "--workflow", "full"],
    commands: &["run"],
    until: Some("journal started, before#1"),
};

/// A short one whose branch is reviewed by another CLI.
pub(crate) const REVIEWED: Plot = Plot {
    project: reviewed,
    first: &["run", "auth", "--workflow", "reviewed.toml", "--task", "Add tokens"],
    commands: &["run"],
    until: None,
};

/// An agent that does the same again when it is started again, whatever it did before it was killed.
fn agent() -> Script {
    let go = |phase: &str, words: &str, first: &[Step]| {
        let signal = Step::signal(json!({"status": "continue", "phase": phase, "summary": words}));
        let checks = [Step::Alone, Step::shell(NOTEBOOK_IS_TRUE)];
        Step::run(checks.into_iter().chain(first.iter().cloned()).chain([signal]))
    };
    let document = |kind: &str| Step::write(&format!("{{session}}/01-08-14:30-{kind}.md"), "# Found\n");
    Script::new()
        .each("investigation", go("requirements", "looked", &[document("dive-tokens")]))
        .told("requirements", "questions were answered", go("planning", "clear", &[document("requirements")]))
        .each("requirements", Step::ask(QUESTIONS))
        .each("planning", Step::plan(PLAN))
        .told("implementation", "asks for rework", go("testing", "reworked", &[Step::shell(REWORK)]))
        .each("implementation", go("testing", "worked", &[Step::shell(WORK)]))
        .told("testing", "reworked", go("quality", "it holds", &[document("test-report")]))
        .each("testing", go("implementation", "asks for rework", &[Step::shell("echo 1 > scratch.txt")]))
        .told("quality", "and that failed", go("done", "mended", &[Step::shell(MEND)]))
        .told("quality", "did not count as progress", go("done", "good", &[document("quality-review")]))
        .each("quality", Step::run([Step::Alone]))
        .each("done", [Step::Alone, Step::shell(CLOSE)].into_iter().chain(Step::finish()))
}

/// The notebook says the phase that runs.
const NOTEBOOK_IS_TRUE: &str = "grep -qx 'Phase: {phase}' '{session}/_overview.md' || echo 'the notebook is not true' >> '{records}/trouble'";
const WORK: &str = "echo work > a.txt; sed -i 's/\\[ \\] set it/[x] set it/' '{session}/01-08-14:30-plan-tokens.md'; \
    git add --all && git commit --quiet -m work; echo planted > '{main}/.git/hooks/post-merge'; \
    git -C '{main}' config core.fsmonitor planted";
const REWORK: &str = "rm -f scratch.txt; git cat-file -e HEAD:b.txt || { echo rework > b.txt; \
    sed -i 's/\\[ \\] read it/[x] read it/' '{session}/01-08-14:30-plan-tokens.md'; \
    git add --all && git commit --quiet --amend -m reworked; }";

/// What the verify command looks for, once it has failed without it.
const MEND: &str =
    "git cat-file -e HEAD:c.txt || { echo mended > c.txt; git add --all && git commit --quiet -m mended; }";
/// A change of the last phase, which is verified once more.
const CLOSE: &str =
    "git cat-file -e HEAD:d.txt || { echo closed > d.txt; git add --all && git commit --quiet -m closed; }";

/// A project with everything that a session can write about.
fn whole() -> Scenario {
    let scenario = Scenario::new()
        .config("SAMOCODE_SETUP='echo up > .setup'")
        .config("WORKTREES=repo/worktrees")
        .config("SAMOCODE_VERIFY='test -e c.txt'")
        .agent(agent());
    let write = |name: &str, text: &str| fs::write(scenario.repo().join(name), text).unwrap();
    write(".gitignore", ".env\n.setup\n");
    write(".worktreeinclude", ".env\n");
    write(".env", "KEY=1\n");
    scenario.git(&["add", "--all"]);
    scenario.git(&["commit", "--quiet", "-m", "files"]);
    scenario
}

/// A folder without a record, as it was left in the phase quality.
fn adopted() -> Scenario {
    let scenario = Scenario::new().agent(agent());
    let folder = scenario.path("sessions/26-01-08-auth");
    fs::create_dir_all(&folder).unwrap();
    let overview = "# auth\n\n## Status\nPhase: quality\nIteration: 3\nBlocked: no\nTotal Iterations: 12\n";
    fs::write(folder.join("_overview.md"), overview).unwrap();
    fs::write(folder.join("_qa.md"), "### Q1: Where?\n**Answer:** here\n").unwrap();
    scenario
}

/// A project whose workflow is two phases, the second of them reviewed.
fn reviewed() -> Scenario {
    let phases = r#"
[[phase]]
name = "init"
to = [{ phase = "implementation" }]
[[phase]]
name = "implementation"
agent = "implementation"
most_iterations = 10
to = [{ phase = "done" }]
[[phase]]
name = "done"
agent = "done"
most_iterations = 10
reviewed = true
terminal = true
"#;
    let work =
        "git cat-file -e HEAD:a.txt || { echo work > a.txt; git add --all && git commit --quiet -m work; }";
    let signal = Step::signal(json!({"status": "continue", "phase": "done", "summary": "worked"}));
    let report = Step::Report("# Outside review".to_owned());
    let script = Script::new()
        .each("implementation", Step::run([Step::Alone, Step::shell(work), signal]))
        .each("outside review", [Step::Alone, Step::Init, report])
        .each("done", [Step::Alone].into_iter().chain(Step::finish()));
    let scenario = Scenario::new().config("SAMOCODE_REVIEWERS=claude").agent(script);
    scenario.workflow("reviewed.toml", phases)
}
