//! The demo agent's plan: writing it, finding the open phase, ticking its items.
//!
//! Pure; the plan's text in, text out.

use super::project::Stage;
use super::questions::Choices;

/// Marks the person's wish in the plan.
const WISH: &str = "Asked for on review: ";

/// The plan as it is first shown.
pub(super) fn first(task: &str, place: &str, Choices { word, flag }: &Choices) -> String {
    let task = if task.is_empty() { "(no task was given)" } else { task };
    format!(
        "# Plan

Written by the demo agent of samocode: no model was asked.

Task: {task}

Everything is below `{place}`. Not planned: any other file.

## Phase 1: The new greeting

- [ ] `greet.sh` says `{word}`
- [ ] `test.sh` expects it

Verified by: `sh test.sh` ends with 0.

## Phase 2: The loud greeting

- [ ] `greet.sh` takes `{flag}` and greets in capitals
- [ ] `test.sh` has a case for it

Verified by: `sh test.sh` ends with 0 and names the new case.

## Phase 3: The page about it

- [ ] `README.md` shows both greetings

Verified by: `sh test.sh` still ends with 0, and the page shows what it prints.
"
    )
}

/// The plan of a story below its heading.
pub(super) fn of_story(task: &str, body: &str) -> String {
    let task = if task.is_empty() { "(no task was given)" } else { task };
    format!("# Plan\n\nWritten by the demo agent of samocode: no model was asked.\n\nTask: {task}\n\n{body}")
}

/// The plan with what the person asked for as one more item of its last phase.
pub(super) fn revised(plan: &str, words: &str) -> String {
    let words = if words.is_empty() { "another look" } else { words };
    let item = format!("- [ ] {WISH}{words}\n");
    let last_item = plan
        .rmatch_indices("\n- [")
        .next()
        .and_then(|(at, _)| plan.get(at + 1..)?.find('\n').map(|end| at + end + 2));
    last_item.map_or_else(
        || format!("{plan}\n{item}"),
        |at| {
            let (before, after) = plan.split_at(at);
            format!("{before}{item}{after}")
        },
    )
}

/// What the person asked for when they looked at the plan, or nothing.
pub(super) fn wish(plan: &str) -> String {
    let wishes: Vec<&str> =
        plan.lines().filter_map(|line| line.split_once(WISH).map(|(_, words)| words)).collect();
    wishes.join("; ")
}

/// A phase with items to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenPhase {
    /// What follows `## `.
    pub(super) title: String,
    /// Its number, from 1.
    pub(super) number: usize,
    /// How far the program has come after it.
    pub(super) stage: Stage,
}

/// The first phase with an item that is not ticked.
pub(super) fn open_phase(plan: &str) -> Option<OpenPhase> {
    let mut number = 0_usize;
    let mut title = "";
    for line in plan.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            number += usize::from(heading.starts_with("Phase"));
            title = heading;
        } else if is_open(line) {
            let stage = match number {
                0 | 1 => Stage::Word,
                2 => Stage::Flag,
                3.. => Stage::Documented,
            };
            return Some(OpenPhase { title: title.to_owned(), number: number.max(1), stage });
        }
    }
    None
}

/// The plan with all items of the first open phase ticked.
pub(super) fn ticked(plan: &str) -> String {
    let mut phase_done = false;
    let mut any = false;
    plan.split_inclusive('\n')
        .map(|line| {
            if line.starts_with("## ") {
                phase_done = any;
            }
            if is_open(line) && !phase_done {
                any = true;
                line.replacen("[ ]", "[x]", 1)
            } else {
                line.to_owned()
            }
        })
        .collect()
}

fn is_open(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- [ ]") || line.starts_with("* [ ]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> String {
        first("Greet.", ".", &super::super::questions::choices(""))
    }

    #[test]
    fn is_done_after_three_rounds() {
        let mut plan = plan();
        let mut titles = Vec::new();
        while let Some(open) = open_phase(&plan) {
            titles.push((open.title, open.stage));
            plan = ticked(&plan);
        }
        assert_eq!(
            titles,
            [
                ("Phase 1: The new greeting".to_owned(), Stage::Word),
                ("Phase 2: The loud greeting".to_owned(), Stage::Flag),
                ("Phase 3: The page about it".to_owned(), Stage::Documented),
            ]
        );
    }

    #[test]
    fn takes_the_persons_words_in_as_an_item() {
        let revised = revised(&plan(), "mention Ada");
        assert_eq!(wish(&revised), "mention Ada");
        assert!(
            revised.contains("shows both greetings\n- [ ] Asked for on review: mention Ada\n\nVerified by")
        );
        assert_eq!(wish(&plan()), "");
    }

    #[test]
    fn a_plan_without_items_takes_them_too() {
        assert_eq!(wish(&revised("# Plan", "x")), "x");
        assert_eq!(open_phase("# Plan"), None);
    }
}
