//! The workflows that random histories run through: the built-in ones, the same with tight limits, and random ones.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use samocode::domain::workflow::{Workflow, WorkflowError};

use super::dice::Dice;

/// Texts of usable workflows, each with what it parses to.
pub(super) fn pool(random: usize) -> Vec<(String, Arc<Workflow>)> {
    let mut texts: Vec<String> = Vec::new();
    for name in ["full", "design", "research", "quick"] {
        let text = Workflow::built_in(name).unwrap();
        texts.push(text.to_owned());
        texts.push(tight(text));
    }
    texts.extend(std::iter::repeat_n(tight(Workflow::built_in("full").unwrap()), 6));
    let mut pool: Vec<_> =
        texts.into_iter().map(|text| (text.clone(), Arc::new(Workflow::parse(&text).unwrap()))).collect();
    let mut dice = Dice::Seed(7);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let wanted = pool.len() + random;
    while pool.len() < wanted {
        let text = random_text(&mut dice);
        match Workflow::parse(&text) {
            Ok(workflow) => pool.push((text, Arc::new(workflow))),
            Err(WorkflowError::Unusable { complaints, .. }) => {
                *refused.entry(complaints.join("; ")).or_default() += 1;
            }
            Err(WorkflowError::Syntax(said)) => panic!("{said}\n{text}"),
        }
        assert!(refused.values().sum::<usize>() < 100 * wanted, "hardly any is usable: {refused:?}");
    }
    pool
}

/// Limits that a short history can reach.
fn tight(text: &str) -> String {
    text.replace("most_iterations = 100", "most_iterations = 4")
        .replace("most_iterations = 20", "most_iterations = 4")
        .replace("most_iterations = 10", "most_iterations = 3")
        .replace("most = 3", "most = 1")
}

fn random_text(dice: &mut Dice) -> String {
    let names: &[&str] = dice.pick(&[
        &["draft", "planning", "implementation", "review", "ship"][..],
        &["implementation", "check", "end"][..],
        &["a", "b", "c", "d", "e", "f"][..],
        &["only"][..],
    ]);
    let mut text =
        format!("name = \"random\"\n[[phase]]\nname = \"init\"\nto = [{{ phase = \"{}\" }}]\n", names[0]);
    for (place, name) in names.iter().enumerate() {
        let most = 1 + dice.below(5);
        let _ = write!(text, "[[phase]]\nname = \"{name}\"\nagent = \"x\"\nmost_iterations = {most}\n");
        if place + 1 == names.len() {
            text.push_str("terminal = true\n");
            continue;
        }
        let mut moves = vec![format!("{{ phase = \"{}\"{} }}", names[place + 1], condition(dice, names))];
        if dice.chance(40) {
            let target = dice.pick(names);
            let count = dice.pick(&["rework", "round"]);
            let redo = if dice.chance(50) { ", redo = true" } else { "" };
            moves.push(format!(
                "{{ phase = \"{target}\", count = \"{count}\", most = {}{redo} }}",
                dice.below(3)
            ));
        }
        if dice.chance(30) {
            let target = names[(place + 1 + dice.below(names.len())).min(names.len() - 1)];
            moves.push(format!("{{ phase = \"{target}\"{} }}", condition(dice, names)));
        }
        text.push_str(dice.pick(&[
            "",
            "gate = \"answers\"\ndocument = \"requirements\"\n",
            "gate = \"approval\"\n",
            "gate = \"human_action\"\n",
        ]));
        let _ = writeln!(text, "to = [{}]", moves.join(", "));
    }
    text
}

fn condition(dice: &mut Dice, names: &[&str]) -> String {
    if dice.chance(15) { format!(", after = \"{}\"", dice.pick(names)) } else { String::new() }
}
