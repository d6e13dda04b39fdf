//! Builds the first plan phase that is not ticked: file, check, commit, tick. Without a plan, everything at once.

use serde_json::json;

use super::document::{newest, value};
use super::product::{FOLDER, GREETING, PARTS, Part};
use super::work::{Halt, Step, Work, quoted};

pub(super) fn run(work: &mut Work<'_>) -> Step<String> {
    let branch = work.in_worktree("git symbolic-ref --short HEAD")?;
    if branch.trim() != work.label("Branch name") {
        return Err(Halt::Wrong(format!("`{}` is checked out, not the session's branch", branch.trim())));
    }
    let files = work.session_files()?;
    let Some(plan) = newest(&files, "-plan-") else {
        for part in PARTS {
            build(work, part, GREETING)?;
        }
        return go_on(work, work.after, "built everything");
    };
    let path = work.session(plan);
    let plan = work.read(&path)?;
    let greeting = value(&plan, "Greeting")
        .ok_or_else(|| Halt::Wrong(format!("the plan names no greeting:\n{plan}")))?;
    let open: Vec<_> = PARTS.into_iter().filter(|part| plan.contains(&item(*part, ' '))).collect();
    let Some(part) = open.first() else {
        return go_on(work, work.after, "found everything ticked");
    };
    build(work, *part, greeting)?;
    work.edit(&path, &item(*part, ' '), &item(*part, 'x'))?;
    let next = if open.len() > 1 { "implementation" } else { work.after };
    go_on(work, next, &format!("added {}", part.file()))
}

/// A part's item in the plan, without its number.
fn item(part: Part, mark: char) -> String {
    let number = PARTS.iter().position(|known| *known == part).map_or(0, |at| at + 1);
    format!("- [{mark}] {number}.1 Add `{}`", part.file())
}

fn build(work: &mut Work<'_>, part: Part, greeting: &str) -> Step<()> {
    work.put(&work.worktree(part.file()), &part.content(greeting))?;
    work.in_worktree(part.check())?;
    let message = quoted(&format!("Add {}", part.file()));
    work.in_worktree(&format!("git add {FOLDER} && git commit -q -m {message} && git log --oneline -1"))?;
    Ok(())
}

fn go_on(work: &mut Work<'_>, phase: &str, action: &str) -> Step<String> {
    let signal = json!({"status": "continue", "phase": phase, "summary": action});
    work.finish(action, &signal)?;
    Ok(format!("Implementation: {action}."))
}
