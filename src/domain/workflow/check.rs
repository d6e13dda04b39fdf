//! Whether a workflow makes sense: every complaint in words, so that one look is enough to mend the file.

use std::collections::BTreeSet;

use super::{DOCUMENT_KINDS, GateKind, Workflow};
use crate::domain::phase::Phase;

pub(super) fn complaints(workflow: &Workflow) -> Vec<String> {
    let mut found = Vec::new();
    if workflow.phases.is_empty() {
        return vec!["it has no phase".to_owned()];
    }
    names(workflow, &mut found);
    ends(workflow, &mut found);
    gates(workflow, &mut found);
    limits(workflow, &mut found);
    if found.is_empty() {
        reach(workflow, &mut found);
    }
    found
}

fn names(workflow: &Workflow, found: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for rules in &workflow.phases {
        let name = &rules.name;
        // It stands in file names and in keys of the configuration.
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if name.as_str().is_empty() || !name.as_str().chars().all(plain) {
            found.push(format!("phase `{name}`: a name is made of lower-case letters, digits, `-` and `_`"));
        }
        if !seen.insert(name) {
            found.push(format!("phase `{name}` stands twice"));
        }
        for step in &rules.to {
            let named = [Some(&step.phase), step.after.as_ref(), step.skips.as_ref()];
            for target in named.into_iter().flatten() {
                if workflow.rules(target).is_none() {
                    found.push(format!("phase `{name}` names `{target}`, which is no phase"));
                }
            }
        }
    }
}

fn ends(workflow: &Workflow, found: &mut Vec<String>) {
    let first = workflow.first();
    if first.agent.is_some()
        || first.to.len() != 1
        || first.gate.is_some()
        || first.terminal
        || first.reviewed
        || first.reopen
    {
        found.push(format!(
            "the first phase, `{}`, is samocode's own: no agent, no gate, no review, no `reopen`, exactly one `to`",
            first.name
        ));
    }
    for rules in workflow.phases.iter().skip(1) {
        if rules.agent.is_none() {
            found.push(format!("phase `{}` has no agent", rules.name));
        }
        if rules.to.iter().any(|step| step.phase == first.name) {
            found.push(format!("phase `{}` goes back to `{}`", rules.name, first.name));
        }
        match (rules.terminal, rules.to.is_empty()) {
            (true, false) => found.push(format!("phase `{}` is terminal and has a `to`", rules.name)),
            (false, true) => found.push(format!("phase `{}` goes nowhere", rules.name)),
            (true, true) | (false, false) => {}
        }
    }
    if !workflow.phases.iter().any(|rules| rules.terminal) {
        found.push("no phase is `terminal = true`".to_owned());
    }
}

fn gates(workflow: &Workflow, found: &mut Vec<String>) {
    for rules in &workflow.phases {
        if rules.gate.is_some() && rules.terminal {
            found.push(format!("phase `{}` is terminal, its gate could never open", rules.name));
        }
        if rules.gate == Some(GateKind::Approval) && rules.to.len() != 1 {
            found.push(format!(
                "phase `{}` has an approval gate and needs exactly one `to`: the approval itself moves the session",
                rules.name
            ));
        }
        if let Some(document) = rules.document.as_deref().filter(|kind| !DOCUMENT_KINDS.contains(kind)) {
            found.push(format!(
                "phase `{}` names the document `{document}`; there are {}",
                rules.name,
                DOCUMENT_KINDS.join(", ")
            ));
        }
        if rules.gate == Some(GateKind::Answers) && rules.document.is_none() {
            found.push(format!(
                "phase `{}` has an answers gate and needs a `document`, by which it may go on without a question",
                rules.name
            ));
        }
    }
}

fn limits(workflow: &Workflow, found: &mut Vec<String>) {
    for rules in workflow.phases.iter().skip(1) {
        if !matches!(rules.most_iterations, Some(1..)) {
            found.push(format!("phase `{}` needs `most_iterations`, at least 1", rules.name));
        }
        for step in &rules.to {
            let backwards = !workflow.follows(&step.phase, &rules.name);
            if step.count.is_some() != step.most.is_some() {
                found.push(format!("{} → {}: `count` and `most` go together", rules.name, step.phase));
            }
            if backwards && step.count.is_none() {
                found.push(format!("{} → {} goes back and needs `count` and `most`", rules.name, step.phase));
            }
        }
    }
}

fn reach(workflow: &Workflow, found: &mut Vec<String>) {
    let reached = closure(workflow, &workflow.first().name);
    for rules in &workflow.phases {
        if !reached.contains(&rules.name) {
            found.push(format!("phase `{}` cannot be reached", rules.name));
        }
        let ahead = closure(workflow, &rules.name);
        let ends = workflow.phases.iter().any(|end| end.terminal && ahead.contains(&end.name));
        if !ends {
            found.push(format!("from phase `{}` the end cannot be reached", rules.name));
        }
    }
}

fn closure<'a>(workflow: &'a Workflow, from: &'a Phase) -> BTreeSet<&'a Phase> {
    let mut reached = BTreeSet::from([from]);
    let mut todo = vec![from];
    while let Some(rules) = todo.pop().and_then(|phase| workflow.rules(phase)) {
        for step in &rules.to {
            if reached.insert(&step.phase) {
                todo.push(&step.phase);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::super::{Workflow, WorkflowError};

    fn complaints_after(change: (&str, &str)) -> String {
        let text = Workflow::built_in("full").unwrap();
        assert!(text.contains(change.0), "the change has to change something");
        match Workflow::parse(&text.replace(change.0, change.1)) {
            Err(WorkflowError::Unusable { complaints, .. }) => complaints.join("; "),
            other => panic!("expected complaints, got {other:?}"),
        }
    }

    #[test]
    fn an_unknown_target_is_named() {
        let said = complaints_after((r#"{ phase = "planning" }"#, r#"{ phase = "plannning" }"#));
        assert!(said.contains("`requirements` names `plannning`"), "{said}");
    }

    #[test]
    fn a_phase_whose_name_could_not_be_a_file_name_is_refused() {
        for name in ["../../up", "two words", "Quality", ""] {
            let said = complaints_after(("name = \"quality\"", &format!("name = \"{name}\"")));
            assert!(said.contains("lower-case letters"), "{name}: {said}");
        }
    }

    #[test]
    fn a_workflow_without_an_end_is_refused() {
        let said =
            complaints_after(("terminal = true", "to = [{ phase = \"testing\", count = \"x\", most = 1 }]"));
        assert!(said.contains("no phase is `terminal = true`"), "{said}");
    }

    #[test]
    fn an_unreachable_phase_is_named() {
        let said =
            complaints_after((r#"to = [{ phase = "requirements" }]"#, r#"to = [{ phase = "planning" }]"#));
        assert!(said.contains("`requirements` cannot be reached"), "{said}");
    }

    #[test]
    fn a_way_back_without_a_limit_is_refused() {
        let said = complaints_after((r#", count = "fix round", most = 3"#, ""));
        assert!(said.contains("quality → testing goes back"), "{said}");
    }

    #[test]
    fn a_document_that_nobody_writes_is_named() {
        let said = complaints_after((r#"document = "plan""#, r#"document = "roadmap""#));
        assert!(said.contains("the document `roadmap`"), "{said}");
    }

    #[test]
    fn a_gate_where_no_signal_can_open_it_is_refused() {
        let said = complaints_after(("terminal = true", "terminal = true\ngate = \"approval\""));
        assert!(said.contains("could never open"), "{said}");
    }
}
