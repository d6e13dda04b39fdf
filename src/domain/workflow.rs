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

    /// The part of the system prompt that says what this phase may ask for: the same bytes at every iteration.
    #[must_use]
    pub fn phase_prompt(&self, phase: &Phase) -> String {
        self.rules(phase).map(rules::phase_prompt).unwrap_or_default()
    }
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

    #[test]
    fn an_unknown_key_is_named() {
        let text = Workflow::built_in("quick").unwrap().replace("terminal", "terminall");
        let error = Workflow::parse(&text).unwrap_err().to_string();
        assert!(error.contains("terminall"), "{error}");
    }
}
