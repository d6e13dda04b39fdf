//! Scenarios that stand at one gate soon.

use samocode_testing_agent::{PLAN, QUESTIONS, Script, Step};

use crate::scenario::Scenario;

/// A phase's name, and its rules beside those that all of them have.
type Phase = (&'static str, &'static str);

const ASKING: Phase = (
    "requirements",
    r#"
most_iterations = 10
gate = "answers"
document = "requirements""#,
);
const PLANNING: Phase = (
    "planning",
    r#"
most_iterations = 10
gate = "approval"
document = "plan""#,
);
const WORKING: Phase = (
    "implementation",
    r#"
most_iterations = 5
gate = "human_action""#,
);

/// A workflow that goes straight through these phases, from `init` to `done`.
fn straight(phases: &[Phase]) -> String {
    let next = phases.iter().skip(1).map(|(name, _)| *name).chain(["done"]);
    let between: String = phases
        .iter()
        .zip(next)
        .map(|((name, rules), next)| {
            format!(
                r#"
[[phase]]
name = "{name}"
agent = "{name}"{rules}
to = [{{ phase = "{next}" }}]
"#
            )
        })
        .collect();
    format!(
        r#"
[[phase]]
name = "init"
to = [{{ phase = "{first}" }}]
{between}
[[phase]]
name = "done"
agent = "done"
most_iterations = 3
terminal = true
"#,
        first = phases[0].0
    )
}

/// Starts a session that only asks.
pub(crate) const RUN_ASK: [&str; 6] = ["run", "auth", "--workflow", "ask.toml", "--task", "Add tokens"];
/// Starts a session that plans and works.
pub(crate) const RUN_PLANNED: [&str; 6] =
    ["run", "auth", "--workflow", "planned.toml", "--task", "Add tokens"];

/// The first iteration asks two questions.
pub(crate) fn asking() -> Scenario {
    let script = Script::new()
        .once("requirements", Step::ask(QUESTIONS))
        .each("requirements", Step::go("done"))
        .each("done", Step::finish());
    Scenario::new().workflow("ask.toml", &straight(&[ASKING])).agent(script)
}

/// The first iteration writes a plan.
pub(crate) fn planning() -> Scenario {
    let script = Script::new()
        .each("planning", Step::plan(PLAN))
        .each("implementation", Step::work("done"))
        .each("done", Step::finish());
    Scenario::new().workflow("planned.toml", &straight(&[PLANNING, WORKING])).agent(script)
}
