//! Writes a plan and waits for its approval, changes a rejected one. Only the approval itself leads on.

use serde_json::json;

use super::document::{newest, read_newest, value};
use super::product::{PARTS, Part};
use super::work::{Halt, Step, Work};

pub(super) fn run(work: &mut Work<'_>) -> Step<String> {
    let files = work.session_files()?;
    let requirements = read_newest(work, &files, "-requirements.md")?;
    let greeting = value(&requirements, "Greeting")
        .ok_or_else(|| Halt::Wrong(format!("the requirements name no greeting:\n{requirements}")))?;
    let Some(plan) = newest(&files, "-plan-") else {
        let path = work.dated("plan-greeting.md");
        work.put(&path, &plan_text(greeting))?;
        return wait(work, &path, "wrote the plan");
    };
    let path = work.session(plan);
    work.read(&path)?;
    if work.message().to_lowercase().contains("reject") {
        let title = "# Plan: a greeting\n";
        let changed = format!("{title}\nChanged in iteration {}.\n", work.label("Iteration"));
        work.edit(&path, title, &changed)?;
        return wait(work, &path, "changed the plan");
    }
    wait(work, &path, "found the plan as it should be")
}

fn wait(work: &mut Work<'_>, path: &str, action: &str) -> Step<String> {
    let file = path.rsplit('/').next().unwrap_or_default();
    let signal = json!({"status": "waiting", "for": "plan_approval", "file": file, "summary": action});
    work.finish(action, &signal)?;
    Ok("The plan waits for approval.".to_owned())
}

fn plan_text(greeting: &str) -> String {
    let phase = |(number, part): (usize, Part)| {
        let (title, file, check) = (part.title(), part.file(), part.check());
        format!("\n## Phase {number}: {title}\n\n- [ ] {number}.1 Add `{file}`\n\nVerified by: `{check}`\n")
    };
    let phases: String = (1..).zip(PARTS).map(phase).collect();
    format!("# Plan: a greeting\n\nGreeting: {greeting}\n{phases}")
}
