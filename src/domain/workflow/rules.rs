//! What a phase may ask for, in words for the agent.

use super::{GateKind, PhaseRules};

/// Ends the system prompt of the phase; holds nothing that changes between its iterations.
pub(super) fn phase_prompt(rules: &PhaseRules) -> String {
    let mut lines = vec![format!("## This phase\n\nPhase: {}", rules.name)];
    if rules.terminal {
        lines.push("This is the last phase: end it with status `done`.".to_owned());
    } else {
        lines.push("Legal values of `phase` in `continue`:".to_owned());
        lines.push(format!("- `{}`: this phase again", rules.name));
        if rules.gate != Some(GateKind::Approval) {
            lines.extend(rules.to.iter().map(|step| format!("- {}", describe(step))));
        }
    }
    if rules.gate == Some(GateKind::Approval) {
        lines
            .push(format!("The person's approval moves the session to {}; no signal does.", rules.targets()));
    }
    if let Some(gate) = rules.gate {
        lines.push(format!("Legal `waiting`: {}.", waiting(gate)));
    }
    lines.push("`blocked` and `handoff` are always legal. Any other signal is refused.".to_owned());
    if let Some(most) = rules.most_iterations {
        lines.push(format!("Most iterations of this phase: {most}."));
    }
    lines.join("\n") + "\n"
}

fn describe(step: &super::Move) -> String {
    let mut parts = vec![format!("`{}`", step.phase)];
    if let (Some(count), Some(most)) = (&step.count, step.most) {
        parts.push(format!("a {count}, at most {most} in a session"));
    }
    if let Some(after) = &step.after {
        parts.push(format!("once {after} has passed"));
    }
    if let Some(skipped) = &step.skips {
        parts.push(format!("leaves out {skipped}; say why in the summary"));
    }
    parts.join(": ")
}

fn waiting(gate: GateKind) -> &'static str {
    match gate {
        GateKind::Answers => "`for` = `qa_answers`",
        GateKind::Approval => "`for` = `plan_approval`, with `file`",
        GateKind::HumanAction => "`for` = `human_action` or `file_update`, with `reason`",
    }
}
