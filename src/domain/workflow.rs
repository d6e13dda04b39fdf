//! A workflow: phases, legal moves, limits and gates, as data read from TOML and checked when loaded.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::domain::phase::Phase;

mod check;
mod rules;

/// The workflows that come with samocode, with their text.
const BUILT_IN: [(&str, &str); 4] = [
    ("full", include_str!("../../assets/workflows/full.toml")),
    ("design", include_str!("../../assets/workflows/design.toml")),
    ("research", include_str!("../../assets/workflows/research.toml")),
    ("quick", include_str!("../../assets/workflows/quick.toml")),
];

/// The kinds of documents that agents leave in a session's folder, as their file names say.
pub const DOCUMENT_KINDS: [&str; 6] =
    ["dive", "requirements", "plan", "test-report", "quality-review", "summary"];

/// What is wrong with a workflow's text.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WorkflowError {
    /// Not TOML, or not of the expected shape.
    #[error("the workflow does not parse: {0}")]
    Syntax(String),
    /// It parses and makes no sense; every complaint, one a line.
    #[error("the workflow `{name}` cannot be used:\n  {}", complaints.join("\n  "))]
    Unusable {
        /// The workflow's name.
        name: String,
        /// What to mend.
        complaints: Vec<String>,
    },
}

/// Phases in order; the first one is samocode's own (`init`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Its name.
    pub name: String,
    #[serde(rename = "phase")]
    phases: Vec<PhaseRules>,
}

/// What holds in one phase.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseRules {
    /// The phase.
    pub name: Phase,
    /// The agent that does it; none only for the first phase.
    pub agent: Option<String>,
    /// Where it may go.
    #[serde(default)]
    pub to: Vec<Move>,
    /// Iterations that it may use before a person has to grant more.
    pub most_iterations: Option<u32>,
    /// The gate that its `waiting` opens.
    pub gate: Option<GateKind>,
    /// The document whose existence lets an `answers` phase go on without a question.
    pub document: Option<String>,
    /// `done` is signalled here, and only here.
    #[serde(default)]
    pub terminal: bool,
    /// Before it works on a new state of the branch, the person's outside reviewers look at that.
    #[serde(default)]
    pub reviewed: bool,
    /// A finished session can be taken back to this phase. If no phase says so, see [`Workflow::reopened_in`].
    #[serde(default)]
    pub reopen: bool,
}

/// One legal move.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The phase that runs next.
    pub phase: Phase,
    /// The allowance that the move uses; moves of the same name share it.
    pub count: Option<String>,
    /// How often that allowance may be used.
    pub most: Option<u32>,
    /// Legal only once that phase has been passed.
    pub after: Option<Phase>,
    /// What follows the target has to be passed again.
    #[serde(default)]
    pub redo: bool,
    /// The phase that the move leaves out, to be said to the person.
    pub skips: Option<Phase>,
}

/// What a person has to do at a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// Answer the questions of `_qa.md`.
    Answers,
    /// Approve or reject the plan.
    Approval,
    /// Do something that only a person can.
    HumanAction,
}

impl Workflow {
    /// The built-in workflow of that name.
    #[must_use]
    pub fn built_in(name: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// Names of the built-in workflows.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// Reads and checks a workflow.
    ///
    /// # Errors
    /// When the text does not parse, or a phase is unreachable, unknown, without a way to the end, or has a gate
    /// that cannot open.
    pub fn parse(text: &str) -> Result<Self, WorkflowError> {
        let workflow: Self = toml::from_str(text).map_err(|e| WorkflowError::Syntax(e.to_string()))?;
        let complaints = check::complaints(&workflow);
        if complaints.is_empty() {
            Ok(workflow)
        } else {
            Err(WorkflowError::Unusable { name: workflow.name, complaints })
        }
    }

    /// The rules of a phase, if the workflow has it.
    #[must_use]
    pub fn rules(&self, phase: &Phase) -> Option<&PhaseRules> {
        self.phases.iter().find(|rules| rules.name == *phase)
    }

    /// All phases, in order.
    pub fn phases(&self) -> impl ExactSizeIterator<Item = &PhaseRules> {
        self.phases.iter()
    }

    /// The phase that samocode does itself.
    #[must_use]
    pub fn first(&self) -> &PhaseRules {
        &self.phases[0]
    }

    /// The first phase that an agent does.
    #[must_use]
    pub fn first_agent_phase(&self) -> &Phase {
        &self.first().to[0].phase
    }

    /// Agents that the workflow names.
    #[must_use]
    pub fn agents(&self) -> BTreeSet<&str> {
        self.phases.iter().filter_map(|rules| rules.agent.as_deref()).collect()
    }

    /// Whether `later` stands after `earlier` in the workflow's order.
    #[must_use]
    pub fn follows(&self, later: &Phase, earlier: &Phase) -> bool {
        let place = |phase: &Phase| self.phases.iter().position(|rules| rules.name == *phase);
        place(later) > place(earlier)
    }

    /// The phases that a finished session can be taken back to: first the one for a `reopen` that names none, then the
    /// others in the workflow's order. Never empty.
    ///
    /// They are the phases with `reopen = true`, and the last of them comes first. A workflow that marks none can be
    /// reopened in every phase of an agent except the last ones, and work begins again where it begins after a plan was
    /// approved, or in the first of them where no plan is.
    #[must_use]
    pub fn reopened_in(&self) -> Vec<&Phase> {
        let of_agents = || self.phases.iter().skip(1);
        let named = |which: fn(&PhaseRules) -> bool| -> Vec<&Phase> {
            of_agents().filter(|rules| which(rules)).map(|rules| &rules.name).collect()
        };
        let marked = named(|rules| rules.reopen);
        if let Some(last) = marked.last().copied() {
            return with_first(last, marked);
        }
        let working = named(|rules| !rules.terminal);
        if working.is_empty() {
            return named(|_| true);
        }
        let approved = of_agents().rfind(|rules| rules.gate == Some(GateKind::Approval));
        let follows = approved.and_then(|rules| rules.to.first()).map(|step| &step.phase);
        let begins = [follows, approved.map(|rules| &rules.name)].into_iter().flatten();
        let first = begins.into_iter().find(|phase| working.contains(phase)).unwrap_or(working[0]);
        with_first(first, working)
    }

    /// The part of the system prompt that says what this phase may ask for: the same bytes at every iteration.
    #[must_use]
    pub fn phase_prompt(&self, phase: &Phase) -> String {
        self.rules(phase).map(rules::phase_prompt).unwrap_or_default()
    }
}

/// The same phases, and this one before all others.
fn with_first<'a>(first: &'a Phase, phases: Vec<&'a Phase>) -> Vec<&'a Phase> {
    let others = phases.into_iter().filter(|phase| *phase != first);
    std::iter::once(first).chain(others).collect()
}

impl PhaseRules {
    /// The move to `target`, if it is legal by name.
    #[must_use]
    pub fn move_to(&self, target: &Phase) -> Option<&Move> {
        self.to.iter().find(|step| step.phase == *target)
    }

    /// Names of the phases it may go to, for people.
    #[must_use]
    pub fn targets(&self) -> String {
        let names: Vec<&str> = self.to.iter().map(|step| step.phase.as_str()).collect();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_workflow_loads_under_its_own_name() {
        for (name, text) in BUILT_IN {
            let workflow = Workflow::parse(text).unwrap();
            assert_eq!(workflow.name, name);
            assert!(workflow.phases().len() >= 3);
        }
    }

    fn reopened_in(text: &str) -> Vec<String> {
        Workflow::parse(text).unwrap().reopened_in().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_workflow_says_where_a_finished_session_is_taken_back_to() {
        let built_in = |name| reopened_in(Workflow::built_in(name).unwrap());
        assert_eq!(built_in("full"), ["implementation", "planning"]);
        assert_eq!(built_in("quick"), ["implementation"]);
        assert_eq!(built_in("design"), ["planning"]);
        assert_eq!(built_in("research"), ["investigation"]);
    }

    #[test]
    fn a_workflow_without_marks_can_be_reopened_and_so_can_sessions_that_were_made_before_there_were_any() {
        let old = |name| reopened_in(&Workflow::built_in(name).unwrap().replace("reopen = true\n", ""));
        let [full, quick, design] = ["full", "quick", "design"].map(old);
        assert_eq!(full[0], "implementation");
        assert!(full.contains(&"planning".to_owned()) && !full.contains(&"done".to_owned()), "{full:?}");
        assert_eq!(quick, ["implementation", "testing"]);
        assert_eq!(design[0], "planning");
        let only = "name = \"x\"\n[[phase]]\nname = \"init\"\nto = [{ phase = \"chore\" }]\n\
            [[phase]]\nname = \"chore\"\nagent = \"done\"\nmost_iterations = 1\nterminal = true\n";
        assert_eq!(reopened_in(only), ["chore"]);
    }

    #[test]
    fn an_unknown_key_is_named() {
        let text = Workflow::built_in("quick").unwrap().replace("terminal", "terminall");
        let error = Workflow::parse(&text).unwrap_err().to_string();
        assert!(error.contains("terminall"), "{error}");
    }
}
