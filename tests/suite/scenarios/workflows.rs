//! Scenarios that stand at one gate soon.

use samocode_testing_agent::{PLAN, QUESTIONS, Script, Step};

use crate::scenario::Scenario;

/// A workflow that only asks: init, requirements, done.
const ASK: &str = r#"
[[phase]]
name = "init"
to = [{ phase = "requirements" }]

[[phase]]
name = "requirements"
agent = "requirements"
most_iterations = 10
gate = "answers"
document = "requirements"
to = [{ phase = "done" }]

[[phase]]
name = "done"
agent = "done"
most_iterations = 3
terminal = true
"#;

/// A workflow that plans and works: init, planning, implementation, done.
const PLANNED: &str = r#"
[[phase]]
name = "init"
to = [{ phase = "planning" }]

[[phase]]
name = "planning"
agent = "planning"
most_iterations = 10
gate = "approval"
document = "plan"
to = [{ phase = "implementation" }]

[[phase]]
name = "implementation"
agent = "implementation"
most_iterations = 5
gate = "human_action"
to = [{ phase = "done" }]

[[phase]]
name = "done"
agent = "done"
most_iterations = 3
terminal = true
"#;

/// Starts a session of [`ASK`].
pub(super) const RUN_ASK: [&str; 6] = ["run", "auth", "--workflow", "ask.toml", "--task", "Add tokens"];
/// Starts a session of [`PLANNED`].
pub(super) const RUN_PLANNED: [&str; 6] =
    ["run", "auth", "--workflow", "planned.toml", "--task", "Add tokens"];

/// The first iteration asks two questions.
pub(super) fn asking() -> Scenario {
    let script = Script::new()
        .once("requirements", Step::ask(QUESTIONS))
        .each("requirements", Step::go("done"))
        .each("done", Step::finish());
    Scenario::new().workflow("ask.toml", ASK).agent(script)
}

/// The first iteration writes a plan.
pub(super) fn planning() -> Scenario {
    let script = Script::new()
        .each("planning", Step::plan(PLAN))
        .each("implementation", Step::work("done"))
        .each("done", Step::finish());
    Scenario::new().workflow("planned.toml", PLANNED).agent(script)
}
